package vault

import (
	"bytes"
	"compress/lzw"
	"image"
	"image/color"
	"image/gif"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// plainGIF is an animation of frames with and without a colour table of their
// own, with and without transparency.
func plainGIF(t testing.TB) []byte {
	t.Helper()
	table := color.Palette{color.NRGBA{}, color.Black, color.White, color.NRGBA{200, 10, 30, 255}}
	other := color.Palette{color.Black, color.NRGBA{1, 2, 3, 255}}
	g := &gif.GIF{LoopCount: 3, Config: image.Config{ColorModel: table, Width: 9, Height: 7}}
	for i, p := range []color.Palette{table, other, table} {
		m := image.NewPaletted(image.Rect(i, i, 9-i, 7), p)
		for at := range m.Pix {
			m.Pix[at] = byte(at*at+i) % byte(len(p))
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, m), append(g.Delay, 10*i), append(g.Disposal, byte(i+1))
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifBlocks(body ...string) string {
	s := ""
	for _, b := range body {
		s += string(rune(len(b)&0x7F)) + b
	}
	return s + "\x00"
}

// gifHead is how plainGIF begins, up to its first extension.
const gifHead = 13 + 4*3

// dressGIF puts something into every place that a GIF has.
func dressGIF(t testing.TB, plain []byte) []byte {
	t.Helper()
	application := func(name, body string) string {
		return "\x21\xFF" + string(rune(len(name))) + name + gifBlocks(body)
	}
	secrets := "\x21\xFE" + gifBlocks("CANARY-comment", "CANARY-and-more") +
		application("XMP DataXMP", "CANARY-xmp") + application("ICCRGBG1012", "CANARY-icc") +
		application("CANARY12345", "CANARY-private") + application("NETSCAPE2.0", "\x02CANARY") +
		"\x21\x42" + gifBlocks("CANARY-unknown") +
		"\x21\x01\x0CCANARY-grid=" + gifBlocks("CANARY-text")
	out := string(plain[:gifHead]) + secrets + string(plain[gifHead:len(plain)-1]) + secrets + ";CANARY-behind" + secrets
	// Behind the pixels, in their own blocks.
	first := strings.Index(out, "\x2C\x00\x00\x00\x00\x09\x00\x07\x00")
	at := first + 9
	if out[at]&0x80 != 0 {
		at += 3 << (out[at]&7 + 1)
	}
	at += 2 // size of the pixels
	n := int(out[at])
	return []byte(out[:at] + string(rune(n+6)) + out[at+1:at+1+n] + "CANARY" + gifBlocks("CANARY-more")[:12] + out[at+1+n:])
}

func decodedGIF(t testing.TB, b []byte) *gif.GIF {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGIFLeavesEverythingBehind(t *testing.T) {
	plain := plainGIF(t)
	in := dressGIF(t, plain)
	dir := t.TempDir()
	pictureWrite(t, dir, "in.gif", in)
	out := pictureCopy(t, dir, "in.gif", "image/gif")
	if !reflect.DeepEqual(decodedGIF(t, plain), decodedGIF(t, out)) {
		t.Error("the copy looks different")
	}
	if !bytes.Equal(out, scrubbed(t, scrubbers["image/gif"], plain)) {
		t.Error("something of what was put in changed the copy")
	}
	sameFrames(t, dir, "in.gif", "copy-in.gif")
	g := &gone{}
	if err := scrubbers["image/gif"](&bytes.Buffer{}, from(in), g); err != nil {
		t.Fatal(err)
	}
	if want := []string{"comment", "icc", "private", "text", "trailer", "xmp"}; !slices.Equal(g.what, want) {
		t.Errorf("gone is %q, want %q", g.what, want)
	}
}

// TestGIFOfOthers: ffmpeg's compressor writes other codes than ours.
func TestGIFOfOthers(t *testing.T) {
	dir := t.TempDir()
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-t", "1", "in.gif")
	pictureTool(t, dir, "exiftool", "-q", "-overwrite_original", "-Comment=CANARY-comment", "-XMP:Creator=CANARY-creator", "in.gif")
	in := pictureFile(t, dir, "in.gif")
	out := pictureCopy(t, dir, "in.gif", "image/gif")
	if !reflect.DeepEqual(decodedGIF(t, in), decodedGIF(t, out)) {
		t.Error("the copy looks different")
	}
	sameFrames(t, dir, "in.gif", "copy-in.gif")
}

func gifPixels(pixels string) string {
	var b bytes.Buffer
	z := lzw.NewWriter(&b, lzw.LSB, 2)
	z.Write([]byte(pixels))
	z.Close()
	return gifBlocks(b.String())
}

// TestGIFWithoutEnd: some writers do not say that the pixels of a frame are
// all.
func TestGIFWithoutEnd(t *testing.T) {
	head := "GIF89a\x01\x00\x01\x00\x80\x00\x00abcdef"
	in := head + "\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02" + gifBlocks("\x0C") + ";" // 4: clear, 1
	out := scrubbed(t, scrubbers["image/gif"], []byte(in))
	want := head + "\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02" + gifPixels("\x01") + ";"
	if string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestGIFUnclean(t *testing.T) {
	head := "GIF89a\x02\x00\x02\x00\x80\x00\x00abcdef"
	frame := "\x2C\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02"
	good := head + frame + gifPixels("\x00\x01\x01\x00") + ";"
	scrubbed(t, scrubbers["image/gif"], []byte(good))
	loop := func(n string) string { return "\x21\xFF\x0BNETSCAPE2.0\x03\x01" + n + "\x00\x00" }
	files := map[string][]byte{
		"empty":               {},
		"not GIF":             []byte("hello world, this is it"),
		"old":                 patched([]byte(good), 3, "88a"),
		"no frame":            []byte(head + ";"),
		"no screen":           patched([]byte(good), 6, "\x00\x00"),
		"large screen":        patched([]byte(good), 6, "\xFF\xFF\xFF\xFF"),
		"no end":              []byte(good[:len(good)-1]),
		"unknown block":       []byte(head + "\x00" + good[len(head):]),
		"frame off screen":    []byte(head + "\x2C\x01" + frame[2:] + gifPixels("\x00\x01\x01\x00") + ";"),
		"empty frame":         []byte(head + patchedText(frame, 5, "\x00") + gifPixels("") + ";"),
		"pixels of no size":   []byte(head + patchedText(frame, 10, "\x01") + gifPixels("\x00\x01\x01\x00") + ";"),
		"large pixels":        []byte(head + patchedText(frame, 10, "\x09") + gifPixels("\x00\x01\x01\x00") + ";"),
		"pixels missing":      []byte(head + frame + gifPixels("\x00\x01\x01") + ";"),
		"pixels too many":     []byte(head + frame + gifPixels("\x00\x01\x01\x00\x01") + ";"),
		"pixels broken":       []byte(head + frame + gifBlocks("\xFF\xFF\xFF") + ";"),
		"pixels nowhere":      []byte(head + frame + "\x00;"),
		"broken control":      []byte(head + "\x21\xF9\x05\x00\x00\x00\x00C\x00" + good[len(head):]),
		"control without end": []byte(head + "\x21\xF9\x04\x00\x00\x00\x00C\x00" + good[len(head):]),
		"no application":      []byte(head + "\x21\xFF\x00" + good[len(head):]),
		"broken text":         []byte(head + "\x21\x01\x01C\x00" + good[len(head):]),
		"control of a text":   []byte(head + "\x21\xF9\x04\x01\x00\x00\x01\x00\x21\x01\x0CCANARY-grid=\x00" + good[len(head):]),
		"two controls":        []byte(head + strings.Repeat("\x21\xF9\x04\x01\x00\x00\x01\x00", 2) + good[len(head):]),
		"two loops":           []byte(head + loop("\x01") + loop("\x02") + good[len(head):]),
		"too many frames":     []byte(head + strings.Repeat(frame+gifPixels("\x00\x01\x01\x00"), maxPictureFrames+1) + ";"),
	}
	for n := range len(good) {
		files["cut "+good[:n]] = []byte(good[:n])
	}
	pictureUnclean(t, scrubbers["image/gif"], files)
}

func patchedText(s string, at int, with string) string { return string(patched([]byte(s), at, with)) }

func FuzzGIF(f *testing.F) {
	f.Add(plainGIF(f))
	f.Add(dressGIF(f, plainGIF(f)))
	f.Add([]byte("GIF87a\x01\x00\x01\x00\x80\x00\x00abcdef\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x40\x02" + gifBlocks("\x0C") + ";"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 10 && in[7]|in[9] != 0 { // large pictures take their time
			return
		}
		out := holds(t, scrubbers["image/gif"], in)
		if out == nil {
			return
		}
		before, err := gif.DecodeAll(bytes.NewReader(in))
		if err != nil {
			return
		}
		after, err := gif.DecodeAll(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("the copy cannot be decoded: %v", err)
		}
		before.LoopCount, after.LoopCount = 0, 0 // the standard library goes by less than a name
		if !reflect.DeepEqual(before.Image, after.Image) || !slices.Equal(before.Delay, after.Delay) || !slices.Equal(before.Disposal, after.Disposal) {
			t.Fatal("the copy looks different")
		}
	})
}
