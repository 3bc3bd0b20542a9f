package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/netralitas/netra/store/storetest"
)

func scrubbed(t testing.TB, s scrubber, in []byte) []byte {
	t.Helper()
	var out, again bytes.Buffer
	// One byte at a time: nothing may depend on how much a read returns.
	if err := s(&out, reading(in, iotest.OneByteReader), nil); err != nil {
		t.Fatal(err)
	}
	if err := s(&again, from(out.Bytes()), nil); err != nil {
		t.Fatalf("scrub the copy: %v", err)
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("scrubbing the copy changes it")
	}
	return out.Bytes()
}

// from is a source of these bytes.
func from(b []byte) source { return reading(b, func(r io.Reader) io.Reader { return r }) }

// reading is a source whose readers are as through makes them.
func reading(b []byte, through func(io.Reader) io.Reader) source {
	return source{size: int64(len(b)), read: func(use func(io.Reader) error) error { return use(through(bytes.NewReader(b))) }}
}

func samePixels(t testing.TB, a, b []byte) {
	t.Helper()
	x, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatalf("decode original: %v", err)
	}
	y, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("decode copy: %v", err)
	}
	if !reflect.DeepEqual(x, y) {
		t.Error("the copy looks different")
	}
}

func TestJPEGLeavesEverythingBehind(t *testing.T) {
	pictures := map[string][]byte{"baseline": plainJPEG(t)}
	for _, name := range []string{"progressive", "ycck", "rgb", "gray-restart"} {
		pictures[name] = testdata(t, name+".jpeg")
	}
	for name, plain := range pictures {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			for _, orientation := range []uint16{0, 1, 6, 8, 9} {
				t.Run(name, func(t *testing.T) {
					in := dress(t, plain, order, orientation)
					if name == "rgb" || name == "ycck" { // JFIF would make YCbCr of it
						in = bytes.Replace(in, []byte("JFIF"), []byte("jfif"), 1)
					}
					out := scrubbed(t, scrubbers["image/jpeg"], in)
					storetest.CanariesIn(t, canaries, "the copy", out)
					if bytes.Contains(out, []byte("CANARY")) {
						t.Error("a canary got through")
					}
					samePixels(t, in, out)
					samePixels(t, plain, out)
					if len(out) > len(plain)+60 {
						t.Errorf("%d bytes became %d", len(plain), len(out))
					}
					want := byte(orientation)
					if want < 2 || want > 8 {
						want = 0
					}
					if got := orientationOf(t, out); got != want {
						t.Errorf("orientation %d, want %d", got, want)
					}
				})
			}
		}
	}
}

// orientationOf walks the segments of a copy, which must be those that are
// needed, and nothing after the end.
func orientationOf(t testing.TB, b []byte) (o byte) {
	t.Helper()
	if !bytes.HasSuffix(b, []byte{0xFF, mEOI}) {
		t.Error("the copy does not end with its end")
	}
	for b = b[2:]; b[1] != mSOS; {
		n := 2 + int(binary.BigEndian.Uint16(b[2:]))
		switch body := b[4:n]; b[1] {
		case mAPP0:
			if len(body) != 14 {
				t.Error("JFIF with more than it needs")
			}
		case mAPP1:
			if o = exifOrientation(body); !bytes.Equal(body, orientationOnly(o)) {
				t.Error("EXIF with more than the orientation")
			}
		case mAPP14:
			if len(body) != 12 {
				t.Error("Adobe segment with more than it needs")
			}
		case mDQT, mDHT, mDRI, mSOF0, mSOF0 + 1, mSOF2:
		default:
			t.Errorf("segment %X", b[1])
		}
		b = b[n:]
	}
	return o
}

func TestJPEGOrientationTwice(t *testing.T) {
	plain := plainJPEG(t)
	one := segment(mAPP1, exifAPP1(binary.BigEndian, 3, ""))
	two := segment(mAPP1, exifAPP1(binary.LittleEndian, 6, ""))
	in := append([]byte("\xFF\xD8"+one+two), plain[2:]...)
	if got := orientationOf(t, scrubbed(t, scrubbers["image/jpeg"], in)); got != 3 {
		t.Errorf("orientation %d, want the first", got)
	}
}

// TestJPEGBrokenOff: of a download that was broken off, as much is shown as before.
func TestJPEGBrokenOff(t *testing.T) {
	shown := func(b []byte) []byte { // by libjpeg, which shows what there is
		dir := onDisk(t, "a.jpg", b)
		runs(t, dir, "heif-enc", "-q", "90", "a.jpg", "-o", "a.heic")
		return contents(t, dir+"/a.heic")
	}
	for name, whole := range map[string][]byte{"baseline": plainJPEG(t), "progressive": testdata(t, "progressive.jpeg"), "photo": photo(t, 100_000)} {
		data := scrubbed(t, scrubbers["image/jpeg"], whole)
		for _, cut := range []int{1, 2, 20, 100} {
			if name == "progressive" && cut > 2 { // its last scans are short
				break
			}
			in := bytes.Clone(data[:len(data)-cut])
			out := scrubbed(t, scrubbers["image/jpeg"], in)
			if want := append(bytes.TrimSuffix(bytes.Clone(in), []byte{0xFF}), 0xFF, mEOI); !bytes.Equal(out, want) {
				t.Errorf("%s without %d bytes has %d, want %d", name, cut, len(out), len(want))
			}
			if !bytes.Equal(shown(in), shown(out)) {
				t.Errorf("%s without %d bytes looks different", name, cut)
			}
			if cut <= 2 {
				samePixels(t, whole, out)
			}
		}
	}
}

func TestJPEGUnclean(t *testing.T) {
	plain := plainJPEG(t)
	sos := bytes.Index(plain, []byte{0xFF, mSOS})
	sof := bytes.Index(plain, []byte{0xFF, mSOF0})
	size := func(h, w uint16) []byte {
		b := bytes.Clone(plain)
		binary.BigEndian.PutUint16(b[sof+5:], h)
		binary.BigEndian.PutUint16(b[sof+7:], w)
		return b
	}
	at := func(i int, s string) []byte { return append(append(bytes.Clone(plain[:i]), s...), plain[i:]...) }
	put := func(i int, c byte) []byte { b := bytes.Clone(plain); b[i] = c; return b }
	tests := map[string][]byte{
		"empty":                {},
		"not JPEG":             []byte("hello"),
		"only a start":         plain[:2],
		"no scan":              []byte("\xFF\xD8\xFF\xD9"),
		"cut in the tables":    plain[:100],
		"cut after the tables": plain[:sos],
		"cut before the scan":  plain[:sos+14],
		"cut in a segment":     append(bytes.Clone(plain[:len(plain)-2]), segment(mCOM, "CANARY")[:6]...),
		"no height":            size(0, 10),
		"too wide":             size(10, 20_001),
		"too many pixels":      size(20_000, 20_000),
		"two frames":           at(sos, string(plain[sof:sof+19])),
		"scan before frame":    at(sof, string(plain[sos:sos+14])),
		"arithmetic":           put(sof+1, 0xC9),
		"lossless":             put(sof+1, 0xC3),
		"12 bits":              put(sof+4, 12),
		"2 components":         put(sof+9, 2),
		"height after scan":    at(len(plain)-2, segment(0xDC, "\x00\x10")),
		"short quantiser":      at(sof, segment(mDQT, "\x00abc")),
		"padded quantiser":     at(sof, segment(mDQT, "\x00"+strings.Repeat("a", 64)+"CANARY")),
		"short Huffman table":  at(sof, segment(mDHT, "\x00abc")),
		"large Huffman table":  at(sof, segment(mDHT, "\x00"+strings.Repeat("\xFF", 16)+strings.Repeat("a", 4080))),
		"padded restart":       at(sof, segment(mDRI, "\x00\x01CANARY")),
		"padded scan header":   at(sos, segment(mSOS, "\x01\x01\x00\x00\x3F\x00CANARY")),
		"length of one":        at(sof, "\xFF\xFE\x00\x01"),
		"unknown transform":    at(sof, segment(mAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x09")),
		"unknown segment":      at(sof, segment(0xF0, "CANARY")),
		"endless segments":     at(sof, strings.Repeat(segment(mCOM, ""), maxSegments+1)),
		"endless scans":        at(len(plain)-2, strings.Repeat(string(plain[sos:sos+14])+"\x00", maxScans)),
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			err := scrubJPEG(io.Discard, bytes.NewReader(in), nil)
			if u := unclean(""); !errors.As(err, &u) {
				t.Errorf("got %v, want that it is unclean", err)
			}
		})
	}
}

func TestScrubbersPassOnOtherErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, in := range map[string][]byte{"jpeg": plainJPEG(t), "png": plainPNG(t)} {
		scrub := scrubbers["image/"+name]
		for n := range len(in) {
			src := reading(in[:n], func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) })
			if err := scrub(io.Discard, src, nil); !errors.Is(err, broken) {
				t.Fatalf("%s: reading breaks after %d bytes: %v", name, n, err)
			}
		}
		w := writerFunc(func([]byte) (int, error) { return 0, broken })
		if err := scrub(w, from(in), nil); !errors.Is(err, broken) {
			t.Errorf("%s: writing breaks: %v", name, err)
		}
	}
}

func TestExifOrientation(t *testing.T) {
	for o := range byte(9) {
		if got := exifOrientation(orientationOnly(o)); got != o {
			t.Errorf("wrote %d, read %d", o, got)
		}
	}
	good := exifAPP1(binary.LittleEndian, 5, "")
	for n := range len(good) { // whatever is missing, it must not panic
		if got := exifOrientation([]byte(good[:n])); got != 0 && got != 5 {
			t.Errorf("cut after %d bytes: %d", n, got)
		}
	}
	for name, body := range map[string]string{
		"byte order":      strings.Replace(good, "II*\x00", "IM*\x00", 1),
		"far directory":   "Exif\x00\x00II*\x00\xFF\xFF\xFF\xFF",
		"at its very end": "Exif\x00\x00II*\x00\x08\x00\x00\x00",
		"too many":        "Exif\x00\x00II*\x00\x08\x00\x00\x00\xFF\xFF",
		"wrong kind":      "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x04\x00\x01\x00\x00\x00\x06\x00\x00\x00",
	} {
		if got := exifOrientation([]byte(body)); got != 0 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// photo is a JPEG of about n bytes, as hard to compress as a photo at night.
func photo(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	for h := 200; b.Len() < n; h = h*n/max(b.Len(), n/8) + 16 {
		b.Reset()
		if err := jpeg.Encode(&b, noise(1600, h), &jpeg.Options{Quality: 90}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func BenchmarkScrubJPEG(b *testing.B) {
	in := photo(b, 3<<20)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if err := scrubJPEG(io.Discard, bytes.NewReader(in), nil); err != nil {
			b.Fatal(err)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
