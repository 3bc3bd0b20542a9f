package vault

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// heifPicture is what is written: the primary item, its tiles, its
// transparency and the tiles of that, in this order.
type heifPicture struct {
	f     *heifFile
	parts []heifPart
	refs  []heifRef // by the ids of parts, counted from 1
	ids   map[uint32]bool
	// props are the properties as they are written, each once.
	props [][]byte
	// cleaned says where in props those of the file are, -1 for nowhere.
	cleaned map[int]int
	budget  int
}

type heifPart struct {
	kind   string
	method byte
	data   [][]byte
	uses   []heifUse
}

func (p heifPart) size() (n int) {
	for _, b := range p.data {
		n += len(b)
	}
	return n
}

// picture finds what the primary picture needs.
func (f *heifFile) picture() (*heifPicture, error) {
	p := &heifPicture{f: f, ids: map[uint32]bool{}, cleaned: map[int]int{}, budget: len(f.b)}
	if err := p.add(f.primary); err != nil {
		return nil, err
	}
	alpha, err := f.alpha()
	if err != nil {
		return nil, err
	}
	if alpha != 0 {
		id := uint32(len(p.parts) + 1)
		p.refs = append(p.refs, heifRef{"auxl", id, []uint32{1}})
		for _, r := range f.refs {
			if r.kind == "prem" && r.from == f.primary && slices.Contains(r.to, alpha) {
				p.refs = append(p.refs, heifRef{"prem", 1, []uint32{id}})
				break
			}
		}
		if err := p.add(alpha); err != nil {
			return nil, err
		}
	}
	return p, p.leave()
}

// alpha is the item that is the transparency of the primary one, 0 for none.
func (f *heifFile) alpha() (alpha uint32, err error) {
	for _, r := range f.refs {
		if r.kind != "auxl" || !slices.Contains(r.to, f.primary) || f.items[r.from] == nil {
			continue
		}
		is, err := f.isAlpha(f.items[r.from])
		if err != nil {
			return 0, err
		}
		if !is {
			continue
		}
		if alpha != 0 || len(r.to) != 1 || r.from == 0 {
			return 0, unclean("transparency twice")
		}
		alpha = r.from
	}
	return alpha, nil
}

// leave notes what stays behind, which must not be needed.
func (p *heifPicture) leave() error {
	for _, r := range p.f.refs {
		if r.kind == "thmb" && !p.ids[r.from] {
			p.f.gone.add("thumbnail")
		}
		// A tile with a transparency of its own.
		if i := p.f.items[r.from]; r.kind == "auxl" && i != nil && !p.ids[r.from] {
			is, err := p.f.isAlpha(i)
			if err != nil || is {
				return unclean("transparency of a tile")
			}
		}
	}
	for id, i := range p.f.items {
		switch {
		case p.ids[id]:
		case i.kind == "Exif":
			p.f.gone.add("exif")
		case i.kind == "mime":
			p.f.gone.add("xmp")
		default:
			p.f.gone.add("pictures")
		}
	}
	return nil
}

// add adds a picture, with its tiles if it is a grid.
func (p *heifPicture) add(id uint32) error {
	at := len(p.parts)
	info, err := p.part(id)
	if err != nil {
		return err
	}
	if p.parts[at].kind != "grid" {
		return nil
	}
	tiles := heifRef{kind: "dimg", from: uint32(at + 1)}
	var w, h int64
	for _, r := range p.f.refs {
		if r.kind != "dimg" || r.from != id {
			continue
		}
		if tiles.to != nil || len(r.to) > maxHEIFTiles {
			return unclean("too many tiles")
		}
		for _, tile := range r.to {
			tiles.to = append(tiles.to, uint32(len(p.parts)+1))
			ti, err := p.part(tile)
			switch {
			case err != nil:
				return err
			case p.parts[len(p.parts)-1].kind == "grid":
				return unclean("a grid in a grid")
			case w == 0:
				w, h = ti.width, ti.height
			case w != ti.width || h != ti.height:
				return unclean("tiles of different sizes")
			}
		}
	}
	grid, columns, rows, err := heifGrid(slices.Concat(p.parts[at].data...), info)
	if err != nil {
		return err
	}
	if len(tiles.to) != int(columns*rows) || columns*w < info.width || rows*h < info.height {
		return unclean("tiles missing, or too many")
	}
	if err := checkSize(columns*w, rows*h); err != nil {
		return err
	}
	p.parts[at].data = [][]byte{grid}
	p.refs = append(p.refs, tiles)
	return nil
}

// heifGrid reads how tiles make up a picture (ISO/IEC 23008-12, section
// 6.6.2.3).
func heifGrid(b []byte, info heifInfo) (grid []byte, columns, rows int64, err error) {
	c := heifCursor{b: b}
	head := c.uint(2) // version and flags
	rows, columns = 1+int64(c.uint(1)), 1+int64(c.uint(1))
	n := 2 + 2*int(head&1)
	width, height := c.uint(n), c.uint(n)
	if c.done() != nil || head > 1 || width != uint64(info.width) || height != uint64(info.height) {
		return nil, 0, 0, unclean("a broken grid")
	}
	return b, columns, rows, nil
}

// heifInfo is what the properties of an item say about it.
type heifInfo struct {
	width, height int64
	hevc, av1     []byte // how it is decoded, nil: it is no such picture
}

// part adds one item.
func (p *heifPicture) part(id uint32) (info heifInfo, err error) {
	i := p.f.items[id]
	switch {
	case i == nil || p.ids[id]:
		return info, unclean("an item that is not there, or is used twice")
	case i.odd || !i.located:
		return info, unclean("an item that is elsewhere, or protected")
	}
	p.ids[id] = true
	part := heifPart{kind: i.kind, method: i.method}
	if part.uses, info, err = p.properties(i); err != nil {
		return info, err
	}
	if err := checkSize(info.width, info.height); err != nil {
		return info, err
	}
	data, err := p.data(i)
	if err != nil {
		return info, err
	}
	switch {
	case i.kind == "grid" && len(data) <= 12:
		part.data = [][]byte{data}
	case i.kind == "hvc1" && info.hevc != nil:
		part.data, err = heifHEVC(data, info, p.f.gone)
	case i.kind == "av01" && info.av1 != nil:
		part.data, err = heifAV1(data, info, p.f.gone)
	default:
		err = unclean("a picture of an unknown kind")
	}
	p.parts = append(p.parts, part)
	return info, err
}

// data is the content of an item.
func (p *heifPicture) data(i *heifItem) ([]byte, error) {
	var parts [][]byte
	for _, e := range i.extents {
		b, err := p.f.extent(i.method, e)
		if err != nil {
			return nil, err
		}
		// Each byte once, or items could make much of little.
		if p.budget -= len(b); p.budget < 0 {
			return nil, unclean("bytes that are used again and again")
		}
		parts = append(parts, b)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return slices.Concat(parts...), nil
}

// extent is a part of an item: within one box of the file, and not empty.
func (f *heifFile) extent(method byte, e heifExtent) ([]byte, error) {
	places := f.media
	if method == 1 {
		places = []heifBox{{body: f.idat}}
	}
	for _, box := range places {
		if from := e.at - uint64(box.at); e.at >= uint64(box.at) && e.n > 0 && from <= uint64(len(box.body)) && e.n <= uint64(len(box.body))-from {
			return box.body[from : from+e.n], nil
		}
	}
	return nil, unclean("an item out of the file")
}

// properties are those of an item that are written.
func (p *heifPicture) properties(i *heifItem) (uses []heifUse, info heifInfo, err error) {
	kinds := map[string]bool{}
	for _, use := range i.props {
		if use.index == 0 { // says nothing
			continue
		}
		if use.index > len(p.f.props) {
			return nil, info, unclean("a property that is not there")
		}
		at, err := p.property(use.index-1, use.essential)
		if err != nil {
			return nil, info, err
		}
		if at < 0 {
			continue
		}
		kind := string(p.props[at][4:8])
		if kinds[kind] {
			return nil, info, unclean("a property twice")
		}
		kinds[kind] = true
		uses = append(uses, heifUse{at + 1, use.essential})
		switch body := p.props[at][8:]; kind {
		case "ispe":
			info.width, info.height = int64(binary.BigEndian.Uint32(body[4:])), int64(binary.BigEndian.Uint32(body[8:]))
		case "hvcC":
			info.hevc = body
		case "av1C":
			info.av1 = body
		}
	}
	return uses, info, nil
}

// property is where in props a property of the file is, -1 when it stays
// behind.
func (p *heifPicture) property(index int, essential bool) (int, error) {
	box := p.f.props[index]
	at, known := p.cleaned[index]
	if !known {
		b, err := heifProperty(box, p.f.gone)
		if err != nil {
			return 0, err
		}
		at = -1
		if b != nil {
			same := func(other []byte) bool { return bytes.Equal(b, other) }
			if at = slices.IndexFunc(p.props, same); at < 0 {
				at = len(p.props)
				p.props = append(p.props, b)
			}
		}
		p.cleaned[index] = at
	}
	if at < 0 && essential && box.kind != "colr" {
		return 0, unclean("an unknown property that matters")
	}
	if len(p.props) > maxHEIFProperties {
		return 0, unclean("too many properties")
	}
	return at, nil
}

// maxHEIFProperties is how many can be counted in seven bits.
const maxHEIFProperties = 127
