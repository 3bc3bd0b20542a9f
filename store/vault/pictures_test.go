package vault

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Pictures are made here, with a canary in every place where a phone, an
// editor or a messenger leaves something about its user.

const (
	idA = flows.ReportID("0123456789abcdef0123456789abcdef")
	idB = flows.ReportID("fedcba9876543210fedcba9876543210")
)

var canaries = []string{
	"CANARY-camera-model-of-Budi", "CANARY-gps-7.2575S-112.7521E", "CANARY-thumbnail-exif",
	"CANARY-xmp-creator-Budi", "CANARY-iptc-byline-Budi", "CANARY-mpf-index", "CANARY-second-image",
	"CANARY-icc-description", "CANARY-comment-by-Budi", "CANARY-trailing-bytes", "CANARY-jfxx-thumbnail",
	"CANARY-app7-private", "CANARY-tEXt-author", "CANARY-zTXt-comment", "CANARY-iTXt-xmp", "CANARY-eXIf-model",
	"CANARY-private-chunk", "CANARY-behind-the-pixels",
}

func picture() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 61, 43))
	for y := range 43 {
		for x := range 61 {
			m.SetNRGBA(x, y, color.NRGBA{byte(4 * x), byte(6 * y), byte(x * y), byte(255 - x)})
		}
	}
	return m
}

func plainJPEG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// largeJPEG is some segments and some buffers long.
func largeJPEG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise(240, 200), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	if b.Len() < 36<<10 || b.Len() > 72<<10 {
		t.Fatalf("%d bytes", b.Len())
	}
	return b.Bytes()
}

func plainPNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func segment(marker byte, body string) string {
	n := len(body) + 2
	return string([]byte{0xFF, marker, byte(n >> 8), byte(n)}) + body
}

// exifAPP1 is the content of an APP1 segment as a phone writes it.
func exifAPP1(order binary.AppendByteOrder, orientation uint16, thumbnail string) string {
	model, gps := canaries[0]+"\x00", canaries[1]+"\x00"
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	entry := func(tag, kind uint16, n, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, n)
		if kind == 3 {
			b = order.AppendUint16(b, uint16(value))
			b = order.AppendUint16(b, 0)
			return
		}
		b = order.AppendUint32(b, value)
	}
	const first, second, third = 8, 8 + 2 + 3*12 + 4, 8 + 2 + 3*12 + 4 + 2 + 12 + 4
	text := uint32(third + 2 + 2*12 + 4)
	b = order.AppendUint16(b, 3)
	entry(0x0110, 2, uint32(len(model)), text) // Model
	entry(tagOrientation, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, second) // GPS
	b = order.AppendUint32(b, third)
	b = order.AppendUint16(b, 1)
	entry(0x001B, 2, uint32(len(gps)), text+uint32(len(model))) // GPSProcessingMethod
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 2)
	at := text + uint32(len(model)+len(gps))
	entry(0x0201, 4, 1, at) // thumbnail
	entry(0x0202, 4, 1, uint32(len(thumbnail)))
	b = order.AppendUint32(b, 0)
	return "Exif\x00\x00" + string(b) + model + gps + thumbnail
}

// dress puts every kind of metadata into a JPEG.
func dress(t *testing.T, plain []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	t.Helper()
	thumbnail := "\xFF\xD8" + segment(mAPP1, "Exif\x00\x00"+canaries[2]) + string(plainJPEG(t)[2:])
	parts := []string{
		"\xFF\xD8",
		segment(mAPP0, "JFIF\x00\x01\x02\x01\x00\x60\x00\x60\x00\x00"),
		segment(mAPP0, "JFXX\x00\x10"+canaries[10]),
		segment(mAPP1, exifAPP1(order, orientation, thumbnail)),
		segment(mAPP1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+canaries[3]),
		segment(0xED, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x20"+canaries[4]),
		segment(0xE2, "MPF\x00II*\x00"+canaries[5]),
		segment(0xE2, "ICC_PROFILE\x00\x01\x01"+canaries[7]),
		segment(0xE7, canaries[11]),
		segment(mCOM, canaries[8]),
		"\xFF\xFF\xFF", // fill
		string(plain[2 : len(plain)-2]),
		segment(mCOM, canaries[8]),
		"\xFF\xD9",
		"\xFF\xD8", segment(mAPP1, "Exif\x00\x00"+canaries[6]), string(plainJPEG(t)[2:]),
		"SEFH", canaries[9], "SEFT",
	}
	return []byte(strings.Join(parts, ""))
}

func chunk(kind, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func inflated(t testing.TB, s string) string {
	t.Helper()
	z, err := zlib.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type pngChunk struct{ kind, body string }

func chunksOf(t testing.TB, b []byte) (list []pngChunk) {
	t.Helper()
	for b = b[8:]; len(b) > 0; {
		n := binary.BigEndian.Uint32(b)
		list = append(list, pngChunk{string(b[4:8]), string(b[8 : 8+n])})
		b = b[12+n:]
	}
	return list
}

// dressPNG puts every kind of metadata into a PNG, also behind the pixels and
// behind the end, where a cropped screenshot once kept what was cut away.
func dressPNG(t *testing.T, plain []byte) []byte {
	t.Helper()
	out := pngMagic
	list := chunksOf(t, plain)
	for i, c := range list {
		switch c.kind {
		case "IHDR":
			out += chunk("IHDR", c.body) +
				chunk("gAMA", "\x00\x00\xB1\x8F") + chunk("sRGB", "\x00") +
				chunk("iCCP", "p\x00\x00"+deflated(canaries[7])) +
				chunk("tEXt", "Author\x00"+canaries[12]) +
				chunk("zTXt", "Comment\x00\x00"+deflated(canaries[13])) +
				chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canaries[14]) +
				chunk("eXIf", exifAPP1(binary.BigEndian, 6, "")[6:]+canaries[15]) +
				chunk("pHYs", "\x00\x00\x0B\x13\x00\x00\x0B\x13\x01") +
				chunk("tIME", "\x07\xEA\x07\x1F\x0A\x0B\x0C") +
				chunk("prVt", canaries[16])
		case "IDAT":
			half := len(c.body) / 2
			out += chunk("IDAT", c.body[:half]) + chunk("IDAT", "")
			if list[i+1].kind == "IDAT" {
				out += chunk("IDAT", c.body[half:])
				break
			}
			out += chunk("IDAT", c.body[half:]+canaries[17]) + chunk("IDAT", canaries[17])
		case "IEND":
			out += chunk("tEXt", "Author\x00"+canaries[12]) + chunk("IEND", "")
		case "gAMA", "sRGB", "cHRM", "bKGD", "tIME", "tEXt", "pHYs":
		default:
			out += chunk(c.kind, c.body)
		}
	}
	return []byte(out + chunk("IDAT", canaries[9]) + canaries[9])
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newKeys(t testing.TB) *store.Keys {
	t.Helper()
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newVault(t testing.TB) *Vault {
	t.Helper()
	v, err := New(filepath.Join(t.TempDir(), "vault"), newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func keep(t testing.TB, v *Vault, id flows.ReportID, content []byte) flows.File {
	t.Helper()
	f, err := v.Keep(t.Context(), id, bytes.NewReader(content), 20<<20)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tree lists what is in the vault, without the lock file.
func tree(t testing.TB, v *Vault) (list []string) {
	t.Helper()
	err := filepath.WalkDir(v.disk.dir, func(path string, _ os.DirEntry, err error) error {
		if name, _ := filepath.Rel(v.disk.dir, path); err == nil && name != "." && name != lockFile {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
