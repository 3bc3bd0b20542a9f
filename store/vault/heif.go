package vault

import (
	"io"
	"slices"
)

// How much of a HEIF there may be: a photo of 48 megapixels has 192 tiles.
const (
	maxHEIFItems   = 4096
	maxHEIFTiles   = 1024
	maxHEIFExtents = 1 << 16 // places in the file where parts of items are
	maxHEIFRefs    = 1 << 14 // of items to others
	maxHEIFMedia   = 64      // boxes with the data of items
)

// scrubHEIF writes a new HEIC or AVIF with the primary picture of the old one:
// its tiles if it is a grid, its transparency, and the properties that say how
// they are decoded and which side is up. EXIF, XMP, names, thumbnails, depth
// and gain maps, further pictures, films, colour profiles, and all that no item
// leads to, stay behind; so do messages to the decoder within the pixels. The
// pixels themselves are taken as they are.
//
// A sequence is not scrubbed: half of a proof is no proof.
//
// The formats: ISO/IEC 23008-12 (HEIF), 14496-12 (boxes), 14496-15 (HEVC in
// boxes), and AOM's AV1 Image File Format.
func scrubHEIF(w io.Writer, src source, gone *gone) error {
	return src.whole(func(b []byte) error {
		f := &heifFile{b: b, items: map[uint32]*heifItem{}, gone: gone}
		if err := f.read(); err != nil {
			return err
		}
		p, err := f.picture()
		if err != nil {
			return err
		}
		return p.write(w)
	})
}

// heifFile is what a file says about itself.
type heifFile struct {
	b       []byte
	brands  []string // the major brand first
	media   []heifBox
	idat    []byte
	primary uint32
	items   map[uint32]*heifItem
	refs    []heifRef
	props   []heifBox
	extents int // of all items
	gone    *gone
}

// heifItem is a picture, or something about it.
type heifItem struct {
	kind     string
	odd      bool // protected, or elsewhere
	method   byte // 0: offsets are of the file, 1: of the idat box
	extents  []heifExtent
	located  bool
	props    []heifUse
	assigned bool
}

type heifExtent struct{ at, n uint64 }

// heifUse says that an item has a property, counted from 1.
type heifUse struct {
	index     int
	essential bool
}

type heifRef struct {
	kind string
	from uint32
	to   []uint32
}

// heifBrands are the brands that a copy may have. Others promise more than is
// in it, or are unknown.
var heifBrands = []string{"mif1", "mif2", "miaf", "heic", "heix", "avif", "MiHB", "MiHE", "MiHA", "MiPr", "MA1A", "MA1B"}

// read reads the boxes of the file.
func (f *heifFile) read() error {
	var meta []heifBox
	for rest := f.b; len(rest) > 0; {
		box, after, err := heifCut(rest, int64(len(f.b)-len(rest)))
		switch {
		case err != nil && len(meta) == 1: // whatever somebody appended
			f.gone.add("trailer")
			rest = nil
			continue
		case err != nil:
			return err
		}
		rest = after
		switch box.kind {
		case "ftyp":
			if f.brands != nil {
				return unclean("a type twice")
			}
			if err := f.ftyp(box); err != nil {
				return err
			}
		case "meta":
			meta = append(meta, box)
		case "mdat":
			if f.media = append(f.media, box); len(f.media) > maxHEIFMedia {
				return unclean("data in too many places")
			}
		case "moov", "mpvd":
			f.gone.add("pictures")
		case "free", "skip":
		default:
			f.gone.add("private")
		}
	}
	if f.brands == nil || len(meta) != 1 {
		return unclean("no type, or not one directory of items")
	}
	return f.meta(meta[0])
}

func (f *heifFile) ftyp(box heifBox) error {
	c := heifCursor{b: box.body}
	major := string(c.take(4))
	c.take(4)
	if !slices.Contains(heifBrands, major) || c.short || len(c.b)%4 != 0 {
		return unclean("a sequence of pictures, or of unknown kind")
	}
	f.brands = []string{major}
	for len(c.b) > 0 {
		// The major brand may come again, and does.
		if b := string(c.take(4)); slices.Contains(heifBrands, b) && !slices.Contains(f.brands[1:], b) {
			f.brands = append(f.brands, b)
		}
	}
	for _, b := range f.brands {
		if b == "heic" || b == "heix" || b == "avif" {
			return nil
		}
	}
	return unclean("neither HEIC nor AVIF")
}

func (f *heifFile) meta(meta heifBox) error {
	list, err := meta.boxes(4)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	once := func(kind string) bool {
		return slices.Contains([]string{"hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat"}, kind)
	}
	for _, box := range list {
		if seen[box.kind] && once(box.kind) {
			return unclean("a box twice")
		}
		seen[box.kind] = true
		switch box.kind {
		case "hdlr":
			if _, _, c := box.full(); string(c.take(8)[4:]) != "pict" {
				return unclean("items that are no pictures")
			}
		case "pitm":
			version, _, c := box.full()
			f.primary = uint32(c.uint(heifID(version, 1)))
			err = c.done()
		case "iinf":
			err = f.iinf(box)
		case "iloc":
			err = f.iloc(box)
		case "iref":
			err = f.iref(box)
		case "iprp":
			err = f.iprp(box)
		case "idat":
			f.idat = box.body
		case "dinf", "free", "skip", "grpl": // where else data are: such items are refused
		default:
			f.gone.add("private")
		}
		if err != nil {
			return err
		}
	}
	if !seen["hdlr"] || !seen["pitm"] {
		return unclean("no primary picture")
	}
	return nil
}

// heifID is how long the id of an item is: four bytes from a version on.
func heifID(version, long byte) int {
	if version >= long {
		return 4
	}
	return 2
}

// item is that of an id, which need not have come yet.
func (f *heifFile) item(id uint32) (*heifItem, error) {
	i := f.items[id]
	if i == nil {
		if len(f.items) == maxHEIFItems {
			return nil, unclean("too many items")
		}
		i = &heifItem{}
		f.items[id] = i
	}
	return i, nil
}

// iinf: what the items are.
func (f *heifFile) iinf(box heifBox) error {
	version, _, c := box.full()
	c.uint(heifID(version, 1)) // how many: they are counted
	if c.short {
		return unclean("a box too short")
	}
	list, err := box.boxes(len(box.body) - len(c.b))
	if err != nil {
		return err
	}
	for _, box := range list {
		version, _, c := box.full()
		if box.kind != "infe" || version != 2 && version != 3 {
			return unclean("an odd item")
		}
		id, protection := uint32(c.uint(heifID(version, 3))), c.uint(2)
		kind := string(c.take(4))
		i, err := f.item(id)
		if err != nil {
			return err
		}
		if i.kind != "" || c.short {
			return unclean("an item twice, or none")
		}
		i.kind = kind
		i.odd = i.odd || protection != 0
	}
	return nil
}

// iloc: where the items are.
func (f *heifFile) iloc(box heifBox) error {
	version, _, c := box.full()
	sizes := c.uint(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version > 2 || length != 4 && length != 8 || !heifSize(offset) || !heifSize(base) || !heifSize(index) {
		return unclean("items nowhere")
	}
	if version == 0 {
		index = 0
	}
	for n := c.uint(heifID(version, 2)); n > 0 && !c.short; n-- {
		i, err := f.item(uint32(c.uint(heifID(version, 2))))
		if err != nil {
			return err
		}
		if i.located {
			return unclean("an item in two places")
		}
		i.located = true
		if version > 0 {
			method := c.uint(2)
			i.method = byte(method & 1)
			i.odd = i.odd || method > 1
		}
		i.odd = c.uint(2) != 0 || i.odd
		from := c.uint(base)
		for parts := c.uint(2); parts > 0 && !c.short; parts-- {
			c.uint(index)
			at := c.uint(offset)
			if f.extents++; f.extents > maxHEIFExtents || from > 1<<40 || at > 1<<40 {
				return unclean("items in too many places")
			}
			i.extents = append(i.extents, heifExtent{from + at, c.uint(length)})
		}
	}
	return c.done()
}

func heifSize(n int) bool { return n == 0 || n == 4 || n == 8 }

// iref: what the items have to do with each other.
func (f *heifFile) iref(box heifBox) error {
	version, _, _ := box.full()
	list, err := box.boxes(4)
	if err != nil {
		return err
	}
	for _, box := range list {
		c, id := heifCursor{b: box.body}, heifID(version, 1)
		ref := heifRef{kind: box.kind, from: uint32(c.uint(id))}
		for n := c.uint(2); n > 0 && !c.short; n-- {
			ref.to = append(ref.to, uint32(c.uint(id)))
		}
		if err := c.done(); err != nil {
			return err
		}
		if f.refs = append(f.refs, ref); len(f.refs) > maxHEIFRefs {
			return unclean("too many references")
		}
	}
	return nil
}

// iprp: properties, and which items have them.
func (f *heifFile) iprp(box heifBox) error {
	list, err := box.boxes(0)
	if err != nil {
		return err
	}
	for n, box := range list {
		switch {
		case box.kind == "ipco" && n == 0:
			f.props, err = box.boxes(0)
		case box.kind == "ipma" && n > 0:
			err = f.ipma(box)
		case box.kind != "free":
			err = unclean("odd properties")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *heifFile) ipma(box heifBox) error {
	version, flags, c := box.full()
	size := 1 + int(flags&1)
	for n := c.uint(4); n > 0 && !c.short; n-- {
		i, err := f.item(uint32(c.uint(heifID(version, 1))))
		if err != nil {
			return err
		}
		if i.assigned {
			return unclean("properties twice")
		}
		i.assigned = true
		essential := 1 << (8*size - 1)
		for n := c.uint(1); n > 0 && !c.short; n-- {
			v := int(c.uint(size))
			i.props = append(i.props, heifUse{v &^ essential, v&essential != 0})
		}
	}
	return c.done()
}
