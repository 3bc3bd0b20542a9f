package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/netralitas/netra/store/storetest"
)

// noise is a picture that does not compress.
func noise(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	return m
}

func encoded(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPNGLeavesEverythingBehind(t *testing.T) {
	r := image.Rect(0, 0, 61, 43)
	paletted := image.NewPaletted(r, color.Palette{color.Black, color.NRGBA{1, 2, 3, 4}, color.White})
	for i := range paletted.Pix {
		paletted.Pix[i] = byte(i % 3)
	}
	for name, plain := range map[string][]byte{
		"alpha":        plainPNG(t),
		"gray":         encoded(t, image.NewGray(r)),
		"16 bits":      encoded(t, image.NewNRGBA64(r)),
		"opaque":       encoded(t, image.NewYCbCr(r, image.YCbCrSubsampleRatio420)),
		"palette":      encoded(t, paletted),
		"many chunks":  encoded(t, noise(300, 200)),
		"interlaced16": testdata(t, "interlaced16.png"),
	} {
		t.Run(name, func(t *testing.T) {
			in := dressPNG(t, plain)
			out := scrubbed(t, scrubbers["image/png"], in)
			storetest.CanariesIn(t, canaries, "the copy", out)
			if bytes.Contains(out, []byte("CANARY")) {
				t.Error("a canary got through")
			}
			samePixels(t, plain, out)
			var kinds []string
			pixels := ""
			for _, c := range chunksOf(t, out) {
				kinds = append(kinds, c.kind)
				if c.kind == "IDAT" {
					pixels += c.body
				}
				if c.kind != "IDAT" && pngKept[c.kind] == nil && c.kind != "IHDR" && c.kind != "IEND" {
					t.Errorf("chunk %s", c.kind)
				}
			}
			for _, want := range []string{"gAMA", "sRGB"} {
				if !slices.Contains(kinds, want) {
					t.Errorf("%s is missing", want)
				}
			}
			if deflatedAgain := inflated(t, pixels); len(deflatedAgain) == 0 {
				t.Error("no pixels")
			}
		})
	}
}

func TestPNGUnclean(t *testing.T) {
	plain := plainPNG(t)
	list := chunksOf(t, plain)
	var header, pixels string
	for _, c := range list {
		switch c.kind {
		case "IHDR":
			header = c.body
		case "IDAT":
			pixels += c.body
		}
	}
	raw := inflated(t, pixels)
	build := func(parts ...string) []byte { return []byte(pngMagic + strings.Join(parts, "")) }
	ihdr, idat, iend := chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", "")
	size := func(w, h uint32) string {
		b := binary.BigEndian.AppendUint32(nil, w)
		return chunk("IHDR", string(binary.BigEndian.AppendUint32(b, h))+header[8:])
	}
	if err := scrubPNG(io.Discard, bytes.NewReader(build(ihdr, idat, iend)), nil); err != nil {
		t.Fatal(err)
	}
	badSum := bytes.Clone(plain)
	badSum[len(badSum)-1] ^= 1
	badText := build(ihdr, strings.Replace(chunk("tEXt", "abc"), "abc", "abd", 1), idat, iend)
	for name, in := range map[string][]byte{
		"empty":               {},
		"not PNG":             []byte("hello world, this is it"),
		"only magic":          build(),
		"no end":              build(ihdr, idat),
		"no pixels":           build(ihdr, iend),
		"no header":           build(idat, iend),
		"two headers":         build(ihdr, ihdr, idat, iend),
		"late header":         build(chunk("gAMA", "\x00\x00\xB1\x8F"), ihdr, idat, iend),
		"wrong sum at end":    badSum,
		"wrong sum of a text": badText,
		"cut":                 plain[:len(plain)-30],
		"pixels missing":      build(ihdr, chunk("IDAT", deflated(raw[:len(raw)-1])), iend),
		"pixels too many":     build(ihdr, chunk("IDAT", deflated(raw+"CANARY")), iend),
		"pixels twice":        build(ihdr, idat, chunk("tEXt", "a"), idat, iend),
		"pixels no zlib":      build(ihdr, chunk("IDAT", "CANARY"), iend),
		"pixels wrong sum":    build(ihdr, chunk("IDAT", pixels[:len(pixels)-1]+"?"), iend),
		"too wide":            build(size(20_001, 1), idat, iend),
		"too many pixels":     build(size(20_000, 20_000), idat, iend),
		"no width":            build(size(0, 7), idat, iend),
		"unknown critical":    build(ihdr, chunk("CaNa", "x"), idat, iend),
		"kind of nothing":     build(ihdr, chunk("1234", "x"), idat, iend),
		"animation":           build(ihdr, chunk("acTL", "\x00\x00\x00\x01\x00\x00\x00\x00"), idat, iend),
		"padded gamma":        build(ihdr, chunk("gAMA", "\x00\x00\xB1\x8FCANARY"), idat, iend),
		"late palette":        build(ihdr, idat, chunk("PLTE", "abc"), iend),
		"two gammas":          build(ihdr, chunk("gAMA", "\x00\x00\xB1\x8F"), chunk("gAMA", "\x00\x00\xB1\x8F"), idat, iend),
		"long header":         build(chunk("IHDR", header+"x"), idat, iend),
		"depth 3":             build(chunk("IHDR", header[:8]+"\x03"+header[9:]), idat, iend),
		"huge chunk":          build(ihdr, "\xFF\xFF\xFF\xFFtEXt"),
		"end with a body":     build(ihdr, idat, chunk("IEND", "CANARY")),
		"endless chunks":      build(ihdr, strings.Repeat(chunk("tEXt", ""), maxChunks), idat, iend),
	} {
		t.Run(name, func(t *testing.T) {
			err := scrubPNG(io.Discard, bytes.NewReader(in), nil)
			if u := unclean(""); !errors.As(err, &u) {
				t.Errorf("got %v, want that it is unclean", err)
			}
		})
	}
}

func TestRawSize(t *testing.T) {
	// Every interlaced picture has the pixels of the plain one, and a filter
	// byte for each line of each pass that is not empty.
	for w := int64(1); w < 20; w++ {
		for h := int64(1); h < 20; h++ {
			lines := int64(0)
			for _, p := range [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
				for y := p[1]; y < h && p[0] < w; y += p[3] {
					lines++
				}
			}
			if got := rawSize(w, h, 24, true); got != w*h*3+lines {
				t.Errorf("%d × %d: %d", w, h, got)
			}
		}
	}
}

func BenchmarkScrubPNG(b *testing.B) {
	in := encoded(b, noise(1000, 750))
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if err := scrubPNG(io.Discard, bytes.NewReader(in), nil); err != nil {
			b.Fatal(err)
		}
	}
}
