package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// heifMade is a file that is put together here: items in the order of their
// ids, which begin at 11, and what is around them.
type heifMade struct {
	brands  string
	items   []heifMadeItem
	refs    []heifRef
	props   [][]byte
	primary uint16
	// secrets puts something into every place between them.
	secrets bool
	// pieces cuts the data of each item into so many extents.
	pieces int
}

type heifMadeItem struct {
	kind   string
	data   string
	props  []byte // as ipma has them
	method uint16
	more   uint16 // protection
}

const heifFirst = 11

func (h heifMade) bytes() []byte {
	be := binary.BigEndian
	secret := func(s string) string {
		if h.secrets {
			return "CANARY-" + s
		}
		return ""
	}
	extra := func(boxes ...[]byte) []byte {
		if h.secrets {
			return slices.Concat(boxes...)
		}
		return nil
	}
	pieces := max(h.pieces, 1)
	var idat []byte
	meta := func(start int) []byte {
		idat = []byte(secret("idat"))
		mdat := start
		iloc := be.AppendUint16([]byte{0x48, 0x40}, uint16(len(h.items))) // lengths of eight bytes
		iinf := be.AppendUint16(nil, uint16(len(h.items)))
		ipma := be.AppendUint32(nil, uint32(len(h.items)))
		for i, item := range h.items {
			id := uint16(heifFirst + i)
			iinf = append(iinf, isoboxFull("infe", 2, uint32(min(i, 1)), be.AppendUint16(nil, id), be.AppendUint16(nil, item.more), []byte(item.kind),
				[]byte(secret("name")+"\x00"+secret("content type")+"\x00"))...)
			ipma = append(append(be.AppendUint16(ipma, id), byte(len(item.props))), item.props...)
			at := mdat
			if item.method == 1 {
				at = len(idat)
				idat = append(idat, item.data...)
			} else {
				mdat += len(item.data) + len(secret("gap"))
			}
			iloc = be.AppendUint16(be.AppendUint16(be.AppendUint16(iloc, id), item.method), 0)
			iloc = be.AppendUint16(be.AppendUint32(iloc, uint32(at)), uint16(pieces))
			for p := range pieces {
				from, to := len(item.data)*p/pieces, len(item.data)*(p+1)/pieces
				iloc = be.AppendUint64(be.AppendUint32(iloc, uint32(from)), uint64(to-from))
			}
		}
		var iref []byte
		for _, r := range h.refs {
			b := be.AppendUint16(be.AppendUint16(nil, uint16(r.from)), uint16(len(r.to)))
			for _, id := range r.to {
				b = be.AppendUint16(b, uint16(id))
			}
			iref = append(iref, isobox(r.kind, b)...)
		}
		return isoboxFull("meta", 0, 0, isoboxFull("hdlr", 0, 0, []byte("\x00\x00\x00\x00pict"), make([]byte, 12), []byte(secret("handler")+"\x00")),
			extra(isoboxFull("dinf", 0, 0, []byte("CANARY-data")), isobox("uuid", []byte("CANARY-in-meta")), isobox("free", []byte("CANARY-free"))),
			isoboxFull("pitm", 0, 0, be.AppendUint16(nil, h.primary)), isoboxFull("iinf", 0, 0, iinf), isoboxFull("iref", 0, 0, iref),
			isobox("iprp", isobox("ipco", h.props...), isoboxFull("ipma", 0, 0, ipma)), isobox("idat", idat), isoboxFull("iloc", 1, 0, iloc))
	}
	head := slices.Concat(isobox("ftyp", []byte(h.brands)), extra(isobox("free", []byte("CANARY-free")), isobox("uuid", []byte("CANARY-uuid"))))
	start := len(head) + len(meta(0)) + 8
	out := slices.Concat(head, meta(start))
	var mdat []byte
	for _, item := range h.items {
		if item.method == 0 {
			mdat = append(append(mdat, item.data...), secret("gap")...)
		}
	}
	return slices.Concat(out, isobox("mdat", mdat), extra(isobox("moov", isobox("udta", []byte("CANARY-udta"))),
		isobox("mpvd", []byte("CANARY-film")), isobox("mdat", []byte("CANARY-mdat")), []byte("CANARY-behind")))
}

// heifParts are the items of a small file, whose picture is a grid of one tile,
// and so is its transparency; or is one item each in AVIF.
func heifParts(t testing.TB, b []byte) *heifPicture {
	t.Helper()
	f := &heifFile{b: b, items: map[uint32]*heifItem{}}
	if err := f.read(); err != nil {
		t.Fatal(err)
	}
	p, err := f.picture()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// heifRemade is a picture as it is, in a file that is put together here.
func heifRemade(p *heifPicture) heifMade {
	h := heifMade{primary: heifFirst, props: slices.Clone(p.props), brands: p.f.brands[0] + "\x00\x00\x00\x00mif1" + p.f.brands[0] + "miafABCD"}
	for _, r := range p.refs {
		ref := heifRef{kind: r.kind, from: r.from + heifFirst - 1}
		for _, to := range r.to {
			ref.to = append(ref.to, to+heifFirst-1)
		}
		h.refs = append(h.refs, ref)
	}
	for _, part := range p.parts {
		item := heifMadeItem{kind: part.kind, data: string(bytes.Join(part.data, nil)), method: uint16(part.method)}
		for _, use := range part.uses {
			b := byte(use.index)
			if use.essential {
				b |= 0x80
			}
			item.props = append(item.props, b)
		}
		h.items = append(h.items, item)
	}
	return h
}

// dressHEIF puts every kind of secret into a file.
func dressHEIF(t testing.TB, p *heifPicture) heifMade {
	t.Helper()
	h := heifRemade(p)
	h.secrets, h.pieces = true, 3
	prop := func(b []byte) byte {
		h.props = append(h.props, b)
		return byte(len(h.props))
	}
	icc := prop(isobox("colr", []byte("profCANARY-icc")))
	odd := prop(isobox("uuid", []byte("CANARY-property")))
	desc := prop(isoboxFull("udes", 0, 0, []byte("en\x00CANARY-name\x00CANARY-description\x00")))
	depth := prop(isoboxFull("auxC", 0, 0, []byte("urn:com:canary:depth\x00CANARY")))
	for i, item := range h.items {
		h.items[i].props = append(slices.Clone(item.props), icc, odd, desc)
		switch item.kind { // messages to the decoder, before and behind the pixels
		case "hvc1":
			sei := "\x00\x00\x00\x1A\x4E\x01\x05\x16CANARY-sei-user-data!!"
			h.items[i].data = sei + item.data + "\x00\x00\x00\x0B\x50\x01CANARY-se" + "\x00\x00\x00\x08\x7E\x01CANARY"
		case "av01":
			h.items[i].data = "\x12\x00\x2A\x0F\x04\xB5CANARY-t35-ab" + item.data + "\x7A\x06CANARY" + "\x2A\x06CANARY"
		}
	}
	for i, b := range h.props {
		switch string(b[4:8]) {
		case "hvcC":
			b = bytes.Clone(b)
			b[8+22]++
			h.props[i] = isobox("hvcC", b[8:], []byte("\xA7\x00\x01\x00\x0A\x4E\x01CANARY!\x80"))
		case "av1C":
			h.props[i] = isobox("av1C", b[8:], []byte("\x2A\x06CANARY"))
		}
	}
	picture := h.items[0]
	at := func() uint32 { return uint32(heifFirst + len(h.items)) }
	add := func(ref string, item heifMadeItem, to ...uint32) {
		h.refs = append(h.refs, heifRef{ref, at(), to})
		h.items = append(h.items, item)
	}
	add("cdsc", heifMadeItem{kind: "Exif", data: "\x00\x00\x00\x06" + exifAPP1(binary.BigEndian, 6, "CANARY")}, heifFirst)
	add("cdsc", heifMadeItem{kind: "mime", data: "CANARY-xmp"}, heifFirst)
	add("thmb", heifMadeItem{kind: "hvc1", data: "CANARY-thumbnail", props: picture.props}, heifFirst)
	add("auxl", heifMadeItem{kind: "hvc1", data: "CANARY-depth", props: []byte{depth}}, heifFirst)
	add("base", heifMadeItem{kind: "tmap", data: "CANARY-gain-map", method: 1}, heifFirst)
	add("cdsc", heifMadeItem{kind: "uri ", data: "CANARY-anything", more: 7}, heifFirst)
	add("dimg", heifMadeItem{kind: "iovl", data: "CANARY-overlay"}, heifFirst)
	return h
}

// decodedHEIF is what libheif, or for AVIF libavif and libheif, make of a file.
func decodedHEIF(t testing.TB, dir, name string) (shown []string) {
	t.Helper()
	programs := []string{"heif-convert"}
	if strings.HasSuffix(name, ".avif") {
		programs = append(programs, "avifdec")
	}
	for _, program := range programs {
		png := program + "-" + name + ".png"
		pictureTool(t, dir, program, name, png)
		shown = append(shown, string(pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", png, "-pix_fmt", "rgba64le", "-f", "md5", "-")))
	}
	return shown
}

func sameHEIF(t testing.TB, dir, a, b string) {
	t.Helper()
	if x, y := decodedHEIF(t, dir, a), decodedHEIF(t, dir, b); !slices.Equal(x, y) {
		t.Errorf("%s and %s look different: %q, %q", a, b, x, y)
	}
}

func TestHEIFLeavesEverythingBehind(t *testing.T) {
	for name, media := range map[string]string{"small.heic": "image/heic", "small.avif": "image/avif"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			plain := testdata(t, name)
			pictureWrite(t, dir, "plain-"+name, plain)
			in := dressHEIF(t, heifParts(t, plain)).bytes()
			pictureWrite(t, dir, name, in)
			out := pictureCopy(t, dir, name, media)
			if !bytes.Equal(out, scrubbed(t, scrubHEIF, plain)) && name == "small.heic" {
				t.Error("something of what was put in changed the copy")
			}
			sameHEIF(t, dir, "plain-"+name, "copy-"+name)
			g := &gone{}
			if err := scrubHEIF(&bytes.Buffer{}, from(in), g); err != nil {
				t.Fatal(err)
			}
			if want := []string{"exif", "icc", "pictures", "private", "thumbnail", "trailer", "xmp"}; !slices.Equal(g.what, want) {
				t.Errorf("gone is %q, want %q", g.what, want)
			}
		})
	}
}

func TestHEIFOfOthers(t *testing.T) {
	dir := pictureFolder(t)
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=256x128", "-frames:v", "1", "wide.png")
	for _, c := range []struct {
		media, program string
		args           []string
	}{
		{"image/heic", "heif-enc", []string{"-t", "16", "a.png", "-o"}},
		{"image/heic", "heif-enc", []string{"alpha.png", "-o"}},
		{"image/heic", "heif-enc", []string{"-L", "-p", "chroma=444", "--matrix_coefficients=0", "wide.png", "-o"}},
		{"image/heic", "heif-enc", []string{"wide.png", "a.png", "-o"}},
		{"image/avif", "heif-enc", []string{"-A", "a.png", "-o"}},
		{"image/avif", "avifenc", []string{"-s", "10", "a.png"}},
		{"image/avif", "avifenc", []string{"-s", "10", "-p", "alpha.png"}},
		{"image/avif", "avifenc", []string{"-s", "10", "--grid", "2x1", "wide.png"}},
		{"image/avif", "avifenc", []string{"-s", "10", "-d", "10", "-y", "420", "wide.png"}},
		{"image/avif", "avifenc", []string{"-s", "10", "--irot", "1", "--imir", "0", "wide.png"}},
		{"image/avif", "avifenc", []string{"-s", "10", "--clap", "100,1,80,1,0,1,0,1", "--pasp", "1,2", "wide.png"}},
	} {
		t.Run(c.program+" "+strings.Join(c.args, " "), func(t *testing.T) {
			name := "in." + strings.TrimPrefix(c.media, "image/")
			pictureTool(t, dir, c.program, append(slices.Clone(c.args), name)...)
			pictureTool(t, dir, "exiftool", append(slices.Clone(pictureSecrets), "-q", "-m", "-overwrite_original", name)...)
			if !bytes.Contains(pictureFile(t, dir, name), []byte("CANARY-model")) {
				t.Fatal("exiftool wrote nothing")
			}
			out := pictureCopy(t, dir, name, c.media)
			if slices.Contains(c.args, "a.png") && slices.Contains(c.args, "wide.png") {
				if n := len(heifParts(t, out).parts); n != 1 {
					t.Errorf("%d items, want the primary one", n)
				}
				pictureTool(t, dir, "heif-convert", "copy-"+name, "one.png")
				return // libheif writes one file for each picture
			}
			sameHEIF(t, dir, name, "copy-"+name)
		})
	}
}

func TestHEIFGrid(t *testing.T) {
	// Four tiles of the same pixels, in an order of their own.
	p := heifParts(t, testdata(t, "small.heic"))
	h := heifRemade(p)
	tile := h.items[1]
	h.items = []heifMadeItem{h.items[0], tile, tile, tile, tile}
	h.items[0].data = "\x00\x00\x01\x01\x00\x80\x00\x80"
	ispe := isoboxFull("ispe", 0, 0, []byte("\x00\x00\x00\x80\x00\x00\x00\x80"))
	for i, at := range h.items[0].props {
		if string(h.props[at&0x7F-1][4:8]) == "ispe" {
			h.props = append(h.props, ispe)
			h.items[0].props[i] = byte(len(h.props))
		}
	}
	h.refs = []heifRef{{"dimg", heifFirst, []uint32{heifFirst + 4, heifFirst + 2, heifFirst + 1, heifFirst + 3}}}
	dir := t.TempDir()
	pictureWrite(t, dir, "in.heic", h.bytes())
	out := pictureCopy(t, dir, "in.heic", "image/heic")
	sameHEIF(t, dir, "in.heic", "copy-in.heic")
	if q := heifParts(t, out); len(q.parts) != 5 || !slices.Equal(q.refs[0].to, []uint32{2, 3, 4, 5}) {
		t.Errorf("%d items, tiles %v", len(q.parts), q.refs)
	}

	h.refs[0].to[1] = heifFirst + 4
	pictureUnclean(t, scrubHEIF, map[string][]byte{"a tile twice": h.bytes()})
	h.refs[0].to = h.refs[0].to[2:]
	pictureUnclean(t, scrubHEIF, map[string][]byte{"tiles missing": h.bytes()})
}

// TestHEIFManyBoxes: a list of nothing but heads would take four times its size.
func TestHEIFManyBoxes(t *testing.T) {
	list := heifBox{body: bytes.Repeat(isobox("free"), heifMaxBoxes)}
	if got, err := list.boxes(0); err != nil || len(got) != heifMaxBoxes {
		t.Errorf("%d boxes, %v", len(got), err)
	}
	list.body = append(list.body, isobox("free")...)
	if _, err := list.boxes(0); err != unclean("too many boxes") {
		t.Errorf("one more: %v", err)
	}
}

func TestHEIFUnclean(t *testing.T) {
	small := testdata(t, "small.heic")
	p := heifParts(t, small)
	avif := heifParts(t, testdata(t, "small.avif"))
	with := func(change func(h *heifMade)) []byte {
		h := heifRemade(p)
		change(&h)
		return h.bytes()
	}
	withAV1 := func(change func(h *heifMade)) []byte {
		h := heifRemade(avif)
		change(&h)
		return h.bytes()
	}
	same := func(*heifMade) {}
	scrubbed(t, scrubHEIF, with(same))
	scrubbed(t, scrubHEIF, withAV1(same))
	prop := func(h *heifMade, item int, essential byte, b []byte) {
		h.props = append(h.props, b)
		h.items[item].props = append(slices.Clone(h.items[item].props), byte(len(h.props))|essential)
	}
	replace := func(h *heifMade, kind string, b []byte) {
		for i := range h.props {
			if string(h.props[i][4:8]) == kind {
				h.props[i] = b
			}
		}
	}
	find := func(b []byte, what string) int { return bytes.Index(b, []byte(what)) }
	plain := with(same)
	tile := heifRemade(p).items[1]
	files := map[string][]byte{
		"empty":               {},
		"no boxes":            []byte("hello world, this is it"),
		"only a type":         isobox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
		"sequence":            patched(plain, 8, "hevc"),
		"unknown":             patched(plain, 8, "ABCD"),
		"two types":           slices.Concat(isobox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), plain),
		"two directories":     slices.Concat(plain, isoboxFull("meta", 0, 0)),
		"no primary":          with(func(h *heifMade) { h.primary = 99 }),
		"primary is metadata": with(func(h *heifMade) { h.items[0].kind = "Exif" }),
		"overlay":             with(func(h *heifMade) { h.items[0].kind = "iovl" }),
		"JPEG":                with(func(h *heifMade) { h.items[1].kind = "jpeg" }),
		"H.264":               with(func(h *heifMade) { h.items[1].kind = "avc1" }),
		"AV1 without config":  with(func(h *heifMade) { h.items[1].kind = "av01" }),
		"protected":           with(func(h *heifMade) { h.items[1].more = 1 }),
		"of other items":      with(func(h *heifMade) { h.items[1].method = 2 }),
		"unknown method":      with(func(h *heifMade) { h.items[1].method = 16 }),
		"in another file":     patched(plain, find(plain, "iloc")+4+4+4+2+2, "\x00\x01"),
		"lengths of no size":  patched(plain, find(plain, "iloc")+8, "\x40"),
		"lengths of odd size": patched(plain, find(plain, "iloc")+8, "\x45"),
		"directory of films":  patched(plain, find(plain, "pict"), "vide"),
		"unknown property":    with(func(h *heifMade) { prop(h, 0, 0x80, isobox("abcd", []byte("CANARY"))) }),
		"missing property":    with(func(h *heifMade) { h.items[0].props = []byte{100} }),
		"two turns": with(func(h *heifMade) {
			prop(h, 0, 0x80, isobox("irot", []byte{1}))
			prop(h, 0, 0x80, isobox("irot", []byte{2}))
		}),
		"long turn":       with(func(h *heifMade) { prop(h, 0, 0x80, isobox("irot", []byte("CANARY"))) }),
		"empty turn":      with(func(h *heifMade) { prop(h, 0, 0x80, isobox("irot")) }),
		"long mirror":     with(func(h *heifMade) { prop(h, 0, 0x80, isobox("imir", []byte("CANARY"))) }),
		"long colours":    with(func(h *heifMade) { prop(h, 0, 0, isobox("colr", []byte("nclx\x00\x01\x00\x01\x00\x01\x80CANARY"))) }),
		"unknown colours": with(func(h *heifMade) { prop(h, 0, 0, isobox("colr", []byte("CANARY"))) }),
		"long crop":       with(func(h *heifMade) { prop(h, 0, 0x80, isobox("clap", []byte("CANARY"))) }),
		"long shape":      with(func(h *heifMade) { prop(h, 0, 0, isobox("pasp", []byte("CANARY"))) }),
		"long bits":       with(func(h *heifMade) { replace(h, "pixi", isoboxFull("pixi", 0, 0, []byte("\x01\x08CANARY"))) }),
		"long size": with(func(h *heifMade) {
			replace(h, "ispe", isoboxFull("ispe", 0, 0, []byte("\x00\x00\x00\x40\x00\x00\x00\x40CANARY")))
		}),
		"large": with(func(h *heifMade) {
			replace(h, "ispe", isoboxFull("ispe", 0, 0, []byte("\x00\x00\xFF\xFF\x00\x00\xFF\xFF")))
		}),
		"no size": with(func(h *heifMade) { replace(h, "ispe", isobox("free")) }),
		"other pixels": with(func(h *heifMade) {
			replace(h, "ispe", isoboxFull("ispe", 0, 0, []byte("\x00\x00\x00\x10\x00\x00\x01\x00")))
		}),
		"no config":    with(func(h *heifMade) { replace(h, "hvcC", isobox("free")) }),
		"short config": with(func(h *heifMade) { replace(h, "hvcC", isobox("hvcC", []byte("\x01CANARY"))) }),
		"long config": with(func(h *heifMade) {
			replace(h, "hvcC", isobox("hvcC", slices.Concat(p.props[slices.IndexFunc(p.props, func(b []byte) bool { return string(b[4:8]) == "hvcC" })][8:], []byte("CANARY"))))
		}),
		"grid of nothing":      with(func(h *heifMade) { h.refs = h.refs[1:] }),
		"two lists of tiles":   with(func(h *heifMade) { h.refs = append(h.refs, h.refs[0]) }),
		"long grid":            with(func(h *heifMade) { h.items[0].data += "CANARY" }),
		"grid of another size": with(func(h *heifMade) { h.items[0].data = h.items[0].data[:6] + "\x00\xFF" }),
		"grid in a grid":       with(func(h *heifMade) { h.items[1] = h.items[0]; h.refs[0].to[0] = heifFirst + 1 }),
		"grid of itself":       with(func(h *heifMade) { h.refs[0].to[0] = heifFirst }),
		"two transparencies": with(func(h *heifMade) {
			h.items = append(h.items, h.items[2])
			h.refs = append(h.refs, heifRef{"auxl", heifFirst + 4, []uint32{heifFirst}})
		}),
		"transparency of a tile": with(func(h *heifMade) {
			h.items = append(h.items, h.items[2])
			h.refs = append(h.refs, heifRef{"auxl", heifFirst + 4, []uint32{heifFirst + 1}})
		}),
		"item is empty": with(func(h *heifMade) { h.items[1].data = "" }),
		"item is cut":   with(func(h *heifMade) { h.items[1].data = tile.data[:len(tile.data)-1] }),
		"two pictures":  with(func(h *heifMade) { h.items[1].data += tile.data }),
		"only messages": with(func(h *heifMade) { h.items[1].data = "\x00\x00\x00\x09\x4E\x01CANARY!" }),
		"another layer": with(func(h *heifMade) { h.items[1].data += "\x00\x00\x00\x09\x4E\x09CANARY!" }),
		"needs others":  with(func(h *heifMade) { h.items[1].data = tile.data[:4] + "\x02" + tile.data[5:] }),
		"short unit":    with(func(h *heifMade) { h.items[1].data += "\x00\x00\x00\x01\x4E" }),
		"endless items": with(func(h *heifMade) {
			h.items = slices.Concat(h.items, slices.Repeat([]heifMadeItem{{kind: "mime"}}, maxHEIFItems))
		}),
		"endless references": with(func(h *heifMade) {
			h.refs = slices.Concat(h.refs, slices.Repeat([]heifRef{{"cdsc", heifFirst + 1, nil}}, maxHEIFRefs))
		}),
		"endless data":       append(slices.Clone(plain), strings.Repeat("\x00\x00\x00\x08mdat", maxHEIFMedia)...),
		"endless extents":    with(func(h *heifMade) { h.pieces = maxHEIFExtents - 1 }),
		"AV1 without header": withAV1(func(h *heifMade) { h.items[0].data = h.items[0].data[2+int(h.items[0].data[1]):] }),
		"AV1 cut":            withAV1(func(h *heifMade) { h.items[0].data = h.items[0].data[:len(h.items[0].data)-1] }),
		"AV1 list of tiles":  withAV1(func(h *heifMade) { h.items[0].data += "\x42\x06CANARY" }),
		"AV1 two pictures":   withAV1(func(h *heifMade) { h.items[0].data += h.items[0].data }),
		"AV1 reserved":       withAV1(func(h *heifMade) { h.items[0].data += "\x4A\x06CANARY" }),
		"AV1 forbidden":      withAV1(func(h *heifMade) { h.items[0].data += "\x80" }),
		"AV1 endless length": withAV1(func(h *heifMade) { h.items[0].data += "\x2A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01" }),
		"AV1 other pixels": withAV1(func(h *heifMade) {
			replace(h, "ispe", isoboxFull("ispe", 0, 0, []byte("\x00\x00\x01\x00\x00\x00\x00\x0C")))
		}),
		"AV1 old config":   withAV1(func(h *heifMade) { replace(h, "av1C", isobox("av1C", []byte("\x01\x00\x00\x00"))) }),
		"AV1 short config": withAV1(func(h *heifMade) { replace(h, "av1C", isobox("av1C", []byte("\x81"))) }),
	}
	for n := range len(small) {
		files[fmt.Sprint("cut after ", n)] = small[:n]
	}
	pictureUnclean(t, scrubHEIF, files)
}

func FuzzHEIF(f *testing.F) {
	for _, name := range []string{"small.heic", "small.avif"} {
		b := testdata(f, name)
		f.Add(b)
		f.Add(heifRemade(heifParts(f, b)).bytes())
		f.Add(dressHEIF(f, heifParts(f, b)).bytes())
	}
	known := []string{"hvcC", "av1C", "ispe", "pixi", "irot", "imir", "clap", "pasp", "colr", "auxC"}
	f.Fuzz(func(t *testing.T, in []byte) {
		out := holds(t, scrubHEIF, in)
		if out == nil {
			return
		}
		if len(out) > 4*len(in) {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
		kinds := ""
		for rest := out; len(rest) > 0; {
			var box heifBox
			var err error
			if box, rest, err = heifCut(rest, 0); err != nil {
				t.Fatal(err)
			}
			kinds += box.kind + " "
		}
		if kinds != "ftyp meta mdat " {
			t.Fatalf("boxes %q", kinds)
		}
		for _, b := range heifParts(t, out).props {
			if !slices.Contains(known, string(b[4:8])) {
				t.Fatalf("property %q", b[4:8])
			}
		}
	})
}
