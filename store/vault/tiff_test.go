package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tiffEntry is a tag of a test file: numbers, or text.
type tiffEntry struct {
	tag, kind uint16
	values    any
}

// tiffFile is a file whose directories follow each other, each after its values,
// and all after the data, which begin at tiffData.
func tiffFile(order tiffOrder, data string, pages ...[]tiffEntry) []byte {
	b := []byte("II*\x00")
	if order == tiffOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = append(order.AppendUint32(b, 0), data...)
	last := 4 // where it is told where the next directory is
	for _, entries := range pages {
		var directory []byte
		for _, e := range entries {
			var v []byte
			count := 0
			switch values := e.values.(type) {
			case string:
				v, count = []byte(values), len(values)
			case []uint32:
				v, count = tiffField{e.tag, e.kind, values}.bytes(order), len(values)
				if e.kind == tiffRational {
					count /= 2
				}
			}
			directory = order.AppendUint16(order.AppendUint16(directory, e.tag), e.kind)
			directory = order.AppendUint32(directory, uint32(count))
			if len(v) <= 4 {
				directory = append(append(directory, v...), make([]byte, 4-len(v))...)
				continue
			}
			directory = order.AppendUint32(directory, uint32(len(b)))
			b = append(b, v...)
		}
		order.PutUint32(b[last:], uint32(len(b)))
		b = append(order.AppendUint16(b, uint16(len(entries))), directory...)
		last = len(b)
		b = order.AppendUint32(b, 0)
	}
	return b
}

const tiffData = 8

// tiffGrey are the tags of a grey picture of 2 × 2 pixels at tiffData.
func tiffGrey(more ...tiffEntry) []tiffEntry {
	list := []tiffEntry{
		{tagImageWidth, tiffShort, []uint32{2}}, {tagImageLength, tiffShort, []uint32{2}},
		{tagBitsPerSample, tiffShort, []uint32{8}}, {tagCompression, tiffShort, []uint32{1}},
		{tagPhotometric, tiffShort, []uint32{1}}, {tagStripOffsets, tiffLong, []uint32{tiffData}},
		{tagRowsPerStrip, tiffShort, []uint32{2}}, {tagStripByteCounts, tiffLong, []uint32{4}},
	}
	for _, e := range more {
		at := slices.IndexFunc(list, func(old tiffEntry) bool { return old.tag == e.tag })
		switch {
		case at < 0:
			list = append(list, e)
		case e.values == nil:
			list = slices.Delete(list, at, at+1)
		default:
			list[at] = e
		}
	}
	return list
}

func plainTIFF(order tiffOrder) []byte { return tiffFile(order, "\x00\x55\xAA\xFF", tiffGrey()) }

// tiffSecrets puts something into every kind of tag.
func tiffSecrets() (list []tiffEntry) {
	for _, tag := range []uint16{269, 270, 271, 272, 285, 305, 306, 315, 316, 337, 33432, 50708} {
		list = append(list, tiffEntry{tag, 2, fmt.Sprint("CANARY-", tag, "\x00")})
	}
	for _, tag := range []uint16{347, 700, 33723, 34377, 34675, 37724, 50341, 59932, 65000} {
		list = append(list, tiffEntry{tag, 7, fmt.Sprint("CANARY-", tag)})
	}
	for _, tag := range []uint16{330, 34665, 34853, 40965} { // directories
		list = append(list, tiffEntry{tag, 4, []uint32{tiffData}})
	}
	return append(list, tiffEntry{tagXResolution, tiffRational, []uint32{300, 1}}, tiffEntry{tagYResolution, tiffRational, []uint32{300, 1}})
}

func TestTIFFLeavesEverythingBehind(t *testing.T) {
	for _, order := range []tiffOrder{binary.LittleEndian, binary.BigEndian} {
		dir := t.TempDir()
		thumbnail := tiffGrey(tiffEntry{tagNewSubfileType, tiffLong, []uint32{1}})
		second := tiffGrey(append(tiffSecrets(), tiffEntry{tagOrientation, tiffShort, []uint32{6}}, tiffEntry{tagNewSubfileType, tiffLong, []uint32{2}})...)
		in := tiffFile(order, "\x00\x55\xAA\xFFCANARY-between", tiffGrey(tiffSecrets()...), thumbnail, second)
		in = append(in, "CANARY-behind"...)
		pictureWrite(t, dir, "in.tiff", in)
		out := pictureCopy(t, dir, "in.tiff", "image/tiff")
		pictureWrite(t, dir, "plain.tiff", plainTIFF(order))
		sameFrames(t, dir, "plain.tiff", "copy-in.tiff")
		if info := string(pictureTool(t, dir, "tiffinfo", "copy-in.tiff")); strings.Count(info, "=== TIFF directory") != 2 || strings.Count(info, "Orientation: row 0 rhs, col 0 top") != 1 {
			t.Errorf("want two pages, one turned:\n%s", info)
		}
		g := &gone{}
		if err := scrubTIFF(&bytes.Buffer{}, from(in), g); err != nil {
			t.Fatal(err)
		}
		if want := []string{"exif", "icc", "iptc", "pictures", "private", "text", "thumbnail", "time", "xmp"}; !slices.Equal(g.what, want) {
			t.Errorf("gone is %q, want %q", g.what, want)
		}
		if want := 2*(8+2+8*12+4+4+8) + 40; len(out) > want {
			t.Errorf("%d bytes, want at most %d", len(out), want)
		}
	}
}

// TestTIFFOfOthers: what scanners, faxes and converters write.
func TestTIFFOfOthers(t *testing.T) {
	dir := pictureFolder(t)
	for _, c := range []struct{ pixels, compression string }{
		{"rgb24", "raw"}, {"rgb24", "lzw"}, {"rgb24", "deflate"}, {"rgb24", "packbits"}, {"gray", "lzw"},
		{"rgb48le", "lzw"}, {"rgba", "deflate"}, {"pal8", "lzw"}, {"monob", "packbits"}, {"monow", "lzw"},
		{"yuv420p", "raw"}, {"yuv422p", "lzw"}, {"yuv444p", "deflate"},
	} {
		t.Run(c.pixels+" "+c.compression, func(t *testing.T) {
			pictureTool(t, dir, "ffmpeg", "-v", "error", "-y", "-i", "alpha.png", "-vf", "scale=64:44", "-pix_fmt", c.pixels, "-compression_algo", c.compression, "in.tiff")
			sameTIFF(t, dir)
		})
	}
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", "a.png", "-vf", "scale=200:170", "rgb.tiff")
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", "rgb.tiff", "-pix_fmt", "monob", "mono.tiff")
	for _, args := range [][]string{
		{"-c", "lzw:2", "rgb.tiff"}, {"-c", "zip:2", "-r", "7", "rgb.tiff"}, {"-c", "packbits", "-p", "separate", "rgb.tiff"},
		{"-c", "lzw", "-t", "-w", "64", "-l", "48", "rgb.tiff"}, {"-c", "none", "-B", "rgb.tiff"},
		{"-c", "zip", "-t", "-w", "16", "-l", "16", "-p", "separate", "rgb.tiff"},
		{"-c", "g3", "mono.tiff"}, {"-c", "g3:2d:fill", "mono.tiff"}, {"-c", "g4", "mono.tiff"},
		{"-c", "g4", "-f", "lsb2msb", "mono.tiff"}, {"-c", "lzw", "rgb.tiff", "mono.tiff", "rgb.tiff"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			pictureTool(t, dir, "tiffcp", append(args, "in.tiff")...)
			sameTIFF(t, dir)
		})
	}
}

// sameTIFF dresses in.tiff, scrubs it and compares the pages as libtiff decodes
// them.
func sameTIFF(t *testing.T, dir string) {
	t.Helper()
	plain := pictureFile(t, dir, "in.tiff")
	pictureTool(t, dir, "exiftool", append(slices.Clone(pictureSecrets), "-q", "-m", "-overwrite_original", "-Orientation#=6", "-IPTC:By-line=CANARY", "in.tiff")...)
	if bytes.Equal(plain, pictureFile(t, dir, "in.tiff")) {
		t.Fatal("exiftool wrote nothing")
	}
	pictureCopy(t, dir, "in.tiff", "image/tiff")
	sameFrames(t, dir, "in.tiff", "copy-in.tiff")
	info := func(name string) (pages, turned int) {
		out := string(pictureTool(t, dir, "tiffinfo", "-D", name))
		return strings.Count(out, "=== TIFF directory"), strings.Count(out, "Orientation: row 0 rhs, col 0 top")
	}
	pages, _ := info("in.tiff")
	if n, turned := info("copy-in.tiff"); n != pages || turned != 1 {
		t.Errorf("%d pages became %d, %d of them turned", pages, n, turned)
	}
	for page := 1; page < pages; page++ { // ffmpeg shows only the first
		for _, name := range []string{"in.tiff", "copy-in.tiff"} {
			pictureTool(t, dir, "tiffcp", "-c", "none", fmt.Sprintf("%s,%d", name, page), "one-"+name)
		}
		sameFrames(t, dir, "one-in.tiff", "one-copy-in.tiff")
	}
}

// TestTIFFOfAFax keeps that the pixels are no squares.
func TestTIFFOfAFax(t *testing.T) {
	in := tiffFile(binary.BigEndian, "\x00\x55\xAA\xFF", tiffGrey(
		tiffEntry{tagXResolution, tiffRational, []uint32{2040, 10}}, tiffEntry{tagYResolution, tiffRational, []uint32{98, 1}}))
	dir := t.TempDir()
	pictureWrite(t, dir, "in.tiff", in)
	pictureCopy(t, dir, "in.tiff", "image/tiff")
	if got := string(pictureTool(t, dir, "exiftool", "-s3", "-XResolution", "-YResolution", "copy-in.tiff")); got != "204\n98\n" {
		t.Errorf("resolution %q", got)
	}
}

// TestTIFFHidesNothing: what comes after the pixels of a strip is cut off.
func TestTIFFHidesNothing(t *testing.T) {
	for compression, strip := range map[uint32]string{
		1:     "\x00\x55\xAA\xFF",
		5:     "\x80\x00\x0A\x95\x4F\xF8\x08", // as libtiff: clear, four literals, end
		8:     deflated("\x00\x55\xAA\xFF"),
		32773: "\x03\x00\x55\xAA\xFF",
	} {
		if compression == 5 {
			strip = tiffLZW(256, 0x00, 0x55, 0xAA, 0xFF, 257)
		}
		in := tiffFile(binary.LittleEndian, strip+"CANARY", tiffGrey(
			tiffEntry{tagCompression, tiffShort, []uint32{compression}},
			tiffEntry{tagStripByteCounts, tiffLong, []uint32{uint32(len(strip) + 6)}}))
		out := scrubbed(t, scrubbers["image/tiff"], in)
		noPictureCanary(t, out)
		if !bytes.Contains(out, []byte(strip)) {
			t.Errorf("%d: the pixels are not there", compression)
		}
	}
}

// tiffLZW are codes of nine bits.
func tiffLZW(codes ...int) string {
	var b []byte
	n := 0
	for _, c := range codes {
		for i := 8; i >= 0; i-- {
			if n%8 == 0 {
				b = append(b, 0)
			}
			b[n/8] |= byte(c>>i&1) << (7 - n%8)
			n++
		}
	}
	return string(b)
}

func TestTIFFUnclean(t *testing.T) {
	le := binary.LittleEndian
	file := func(more ...tiffEntry) []byte { return tiffFile(le, "\x00\x55\xAA\xFF", tiffGrey(more...)) }
	short := func(tag uint16, values ...uint32) tiffEntry { return tiffEntry{tag, tiffShort, values} }
	good := file()
	scrubbed(t, scrubbers["image/tiff"], good)
	loop := bytes.Clone(good)
	copy(loop[len(loop)-4:], loop[4:8])
	strip := func(compression uint32, data string) []byte {
		return tiffFile(le, data, tiffGrey(short(tagCompression, compression), short(tagStripByteCounts, uint32(len(data)))))
	}
	many := make([][]tiffEntry, maxTIFFPages+1)
	for i := range many {
		many[i] = tiffGrey(short(tagImageWidth, 1), short(tagImageLength, 1), tiffEntry{tagStripOffsets, tiffLong, []uint32{tiffData + uint32(i)}}, short(tagStripByteCounts, 1))
	}
	// One strip of half the file, again and again.
	again := tiffGrey(short(tagImageWidth, 100), short(tagImageLength, 100), short(tagStripByteCounts, 10000))
	files := map[string][]byte{
		"empty":               {},
		"not TIFF":            []byte("hello world"),
		"BigTIFF":             []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"),
		"endless":             loop,
		"directory outside":   patched(good, 4, "\xFF\xFF\xFF\xFF"),
		"directory in head":   patched(good, 4, "\x04\x00\x00\x00"),
		"huge directory":      patched(good, 12, "\xFF\xFF"),
		"empty directory":     patched(good, 12, "\x00\x00"),
		"Canon raw":           []byte("II*\x00\x10\x00\x00\x00CR\x02\x00" + strings.Repeat("\x00", 99)),
		"thumbnail first":     file(tiffEntry{tagNewSubfileType, tiffLong, []uint32{1}}),
		"mask":                file(tiffEntry{tagNewSubfileType, tiffLong, []uint32{4}}),
		"Adobe raw":           file(tiffEntry{tagDNGVersion, 1, "\x01\x04\x00\x00"}),
		"sensor":              file(short(tagPhotometric, 32803)),
		"no meaning":          file(tiffEntry{tagPhotometric, 0, nil}),
		"mask of pixels":      file(short(tagPhotometric, 4)),
		"old JPEG":            file(short(tagCompression, 6)),
		"JPEG":                file(short(tagCompression, 7)),
		"JPEG 2000":           file(short(tagCompression, 34712)),
		"JBIG":                file(short(tagCompression, 34661)),
		"unknown compression": file(short(tagCompression, 999)),
		"no width":            file(tiffEntry{tagImageWidth, 0, nil}),
		"too wide":            file(short(tagImageWidth, 20_001)),
		"too many pixels":     file(short(tagImageWidth, 20_000), short(tagImageLength, 20_000)),
		"no strips":           file(tiffEntry{tagStripOffsets, 0, nil}),
		"no lengths":          file(tiffEntry{tagStripByteCounts, 0, nil}),
		"strip outside":       file(tiffEntry{tagStripOffsets, tiffLong, []uint32{1 << 31}}),
		"too many strips":     file(short(tagStripOffsets, 8, 8), short(tagStripByteCounts, 2, 2)),
		"too few strips":      file(short(tagRowsPerStrip, 1)),
		"no rows":             file(short(tagRowsPerStrip, 0)),
		"strip too short":     file(short(tagStripByteCounts, 3)),
		"12 bits":             file(short(tagBitsPerSample, 12)),
		"too many samples":    file(short(tagSamplesPerPixel, 9)),
		"no samples":          file(short(tagSamplesPerPixel, 0)),
		"different samples":   file(short(tagSamplesPerPixel, 3), short(tagPhotometric, 2), short(tagBitsPerSample, 8, 8, 4)),
		"no palette":          file(short(tagPhotometric, 3)),
		"short palette":       file(short(tagPhotometric, 3), short(tagColorMap, 1, 2, 3)),
		"odd order":           file(short(tagPlanarConfig, 3)),
		"odd orientation":     file(short(tagOrientation, 9)),
		"odd type":            file(tiffEntry{tagOrientation, 2, "CAN"}),
		"tag twice":           tiffFile(le, "\x00\x55\xAA\xFF", append(tiffGrey(), short(tagImageWidth, 2))),
		"tag outside":         file(tiffEntry{tagImageWidth, tiffLong, []uint32{2, 2, 2}}),
		"other inks":          file(short(tagInkSet, 2)),
		"empty tiles":         file(short(tagTileWidth, 0), short(tagTileLength, 0)),
		"too many pages":      tiffFile(le, strings.Repeat("\x00", maxTIFFPages+1), many...),
		"a strip for many":    tiffFile(le, strings.Repeat("\x00", 10000), slices.Repeat([][]tiffEntry{again}, 99)...),
		"broken deflate":      strip(8, "CANARY"),
		"deflate too short":   strip(8, deflated("abc")),
		"deflate too long":    strip(8, deflated("abcdCANARY")),
		"LZW without clear":   strip(5, tiffLZW(1, 2, 3, 4, 257)),
		"LZW too short":       strip(5, tiffLZW(256, 1, 2, 3, 257)),
		"LZW too long":        strip(5, tiffLZW(256, 1, 258, 259, 257)),
		"LZW unknown code":    strip(5, tiffLZW(256, 1, 300, 1, 257)),
		"LZW begins with it":  strip(5, tiffLZW(256, 258, 1, 1, 257)),
		"LZW cut":             strip(5, tiffLZW(256, 1)),
		"packed too long":     strip(32773, "\x04abcde"),
		"packed cut":          strip(32773, "\x03abc"),
		"packed nothing":      strip(32773, "\x80\x80\x80"),
	}
	for n := range len(good) {
		files[fmt.Sprint("cut after ", n)] = good[:n]
	}
	pictureUnclean(t, scrubbers["image/tiff"], files)
}

func FuzzTIFF(f *testing.F) {
	for _, order := range []tiffOrder{binary.LittleEndian, binary.BigEndian} {
		f.Add(plainTIFF(order))
		f.Add(tiffFile(order, "\x00\x55\xAA\xFF", tiffGrey(tiffSecrets()...), tiffGrey(tiffEntry{tagOrientation, tiffShort, []uint32{3}})))
		for compression, data := range map[uint32]string{5: tiffLZW(256, 0, 258, 0, 257), 8: deflated("abcd"), 32773: "\xFDa", 4: "\x00\x10\x01"} {
			f.Add(tiffFile(order, data, tiffGrey(tiffEntry{tagCompression, tiffShort, []uint32{compression}}, tiffEntry{tagStripByteCounts, tiffLong, []uint32{uint32(len(data))}})))
		}
		f.Add(tiffFile(order, "abcdefghijklmnop", tiffGrey(tiffEntry{tagPhotometric, tiffShort, []uint32{6}},
			tiffEntry{tagSamplesPerPixel, tiffShort, []uint32{3}}, tiffEntry{tagYCbCrSubSampling, tiffShort, []uint32{2, 2}}, tiffEntry{tagStripByteCounts, tiffShort, []uint32{6}})))
		f.Add(tiffFile(order, "abcdefghijklmnop", tiffGrey(tiffEntry{tagTileWidth, tiffShort, []uint32{2}}, tiffEntry{tagTileLength, tiffShort, []uint32{1}},
			tiffEntry{tagTileOffsets, tiffShort, []uint32{8, 10}}, tiffEntry{tagTileByteCounts, tiffShort, []uint32{2, 2}})))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out := holds(t, scrubbers["image/tiff"], in)
		if len(out) > 4*len(in) {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
	})
}
