package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func webpPart(kind, body string) string {
	return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + strings.Repeat("\x00", len(body)&1)
}

func webpFile(parts ...string) []byte {
	return []byte(webpPart("RIFF", "WEBP"+strings.Join(parts, "")))
}

// webpParts cuts a file into its chunks.
func webpParts(t testing.TB, b []byte) (list []pngChunk) {
	t.Helper()
	if n := int(binary.LittleEndian.Uint32(b[4:])); n != len(b)-8 {
		t.Fatalf("the file says %d bytes, and has %d", n, len(b)-8)
	}
	for b = b[12:]; len(b) > 0; {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		list = append(list, pngChunk{string(b[:4]), string(b[8 : 8+n])})
		b = b[8+n+n&1:]
	}
	return list
}

// dressWebP puts every kind of metadata into a WebP with a VP8X chunk, and says
// so there. There is no order it keeps to.
func dressWebP(t testing.TB, plain []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	t.Helper()
	secrets := []string{
		webpPart("ICCP", "CANARY-icc"), webpPart("EXIF", exifAPP1(order, orientation, "CANARY-thumbnail")[6:]),
		webpPart("XMP ", "CANARY-xmp"), webpPart("CANA", "CANARY-unknown"), webpPart("JUNK", ""),
		webpPart("EXIF", "CANARY-again"),
	}
	parts := []string{}
	for _, c := range webpParts(t, plain) {
		switch c.kind {
		case "VP8X":
			c.body = string([]byte{c.body[0] | 0xED, 'C', 'A', 'N'}) + c.body[4:]
		case "ANMF":
			c.body = c.body[:15] + string([]byte{c.body[15] | 0xFC}) + webpPart("CANA", "CANARY-in-a-frame") + c.body[16:] + webpPart("XMP ", "CANARY")
		case "ALPH":
			c.body = string([]byte{c.body[0] | 0xC0}) + c.body[1:]
		}
		parts = append(parts, webpPart(c.kind, c.body))
		parts = append(parts, secrets...)
	}
	return append(webpFile(parts...), "CANARY-behind"...)
}

// sameWebP checks that libwebp decodes two files to the same pixels.
func sameWebP(t testing.TB, dir, a, b string) {
	t.Helper()
	show := func(name string) []byte { return pictureTool(t, dir, "dwebp", "-quiet", "-pam", "-o", "-", name) }
	if !bytes.Equal(show(a), show(b)) {
		t.Errorf("%s and %s look different", a, b)
	}
}

func TestWebPLeavesEverythingBehind(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		for _, orientation := range []uint16{0, 1, 6, 9} {
			dir := t.TempDir()
			plain := testdata(t, "lossy.webp")
			in := dressWebP(t, plain, order, orientation)
			pictureWrite(t, dir, "plain.webp", plain)
			pictureWrite(t, dir, "in.webp", in)
			out := pictureCopy(t, dir, "in.webp", "image/webp")
			sameWebP(t, dir, "plain.webp", "copy-in.webp")
			want := []string{"VP8X", "ALPH", "VP8 "}
			if orientation == 6 {
				want = append(want, "EXIF")
			}
			var kinds []string
			for _, c := range webpParts(t, out) {
				kinds = append(kinds, c.kind)
				if c.kind == "EXIF" && exifOrientation([]byte("Exif\x00\x00"+c.body)) != 6 {
					t.Error("another side is up")
				}
			}
			if !slices.Equal(kinds, want) {
				t.Errorf("orientation %d: chunks %q, want %q", orientation, kinds, want)
			}
			g := &gone{}
			if err := scrubWebP(&bytes.Buffer{}, from(in), g); err != nil {
				t.Fatal(err)
			}
			if want := []string{"exif", "icc", "private", "trailer", "xmp"}; !slices.Equal(g.what, want) {
				t.Errorf("gone is %q, want %q", g.what, want)
			}
		}
	}
}

func TestWebPOfOthers(t *testing.T) {
	dir := pictureFolder(t)
	for _, args := range [][]string{
		{"a.png"}, {"alpha.png"}, {"-lossless", "a.png"}, {"-lossless", "alpha.png"}, {"-alpha_method", "0", "alpha.png"},
		{"-near_lossless", "40", "alpha.png"}, {"-q", "5", "-alpha_filter", "best", "alpha.png"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			pictureTool(t, dir, "cwebp", append(args, "-quiet", "-metadata", "all", "-o", "in.webp")...)
			pictureTool(t, dir, "exiftool", append(slices.Clone(pictureSecrets), "-q", "-overwrite_original", "-Orientation#=8", "in.webp")...)
			pictureCopy(t, dir, "in.webp", "image/webp")
			sameWebP(t, dir, "in.webp", "copy-in.webp")
			pictureTool(t, dir, "webpinfo", "-quiet", "copy-in.webp")
			if o := string(pictureTool(t, dir, "exiftool", "-s3", "-Orientation#", "copy-in.webp")); o != "8\n" {
				t.Errorf("orientation %q", o)
			}
		})
	}
	t.Run("without header", func(t *testing.T) {
		pictureTool(t, dir, "cwebp", "-quiet", "a.png", "-o", "in.webp")
		in := pictureFile(t, dir, "in.webp")
		out := pictureCopy(t, dir, "in.webp", "image/webp")
		if !bytes.Equal(in, out) {
			t.Error("there was nothing to scrub")
		}
	})
}

func TestWebPAnimation(t *testing.T) {
	dir := t.TempDir()
	var frames []string
	for i := range 3 {
		name := fmt.Sprint(i, ".png")
		frames = append(frames, name)
		pictureTool(t, dir, "ffmpeg", "-v", "error", "-ss", fmt.Sprint(i), "-f", "lavfi", "-i", "testsrc2=size=90x70", "-frames:v", "1", name)
	}
	pictureTool(t, dir, "img2webp", append([]string{"-loop", "2", "-mixed", "-d", "70", "-o", "plain.webp"}, frames...)...)
	pictureWrite(t, dir, "in.webp", dressWebP(t, pictureFile(t, dir, "plain.webp"), binary.BigEndian, 3))
	pictureCopy(t, dir, "in.webp", "image/webp")
	pictureTool(t, dir, "webpinfo", "-quiet", "copy-in.webp")
	for i := 1; i <= 3; i++ {
		for _, name := range []string{"plain.webp", "copy-in.webp"} {
			pictureTool(t, dir, "webpmux", "-get", "frame", fmt.Sprint(i), name, "-o", "one-"+name)
		}
		sameWebP(t, dir, "one-plain.webp", "one-copy-in.webp")
	}
	info := func(name string) string {
		out := string(pictureTool(t, dir, "webpmux", "-info", name))
		_, out, _ = strings.Cut(out, "Background color")
		out, _, _ = strings.Cut(out, "Size of the EXIF")
		return out
	}
	if a, b := info("plain.webp"), info("copy-in.webp"); a != b || !strings.Contains(a, "Number of frames: 3") {
		t.Errorf("the animation was\n%s\nand is\n%s", a, b)
	}
}

func TestWebPUnclean(t *testing.T) {
	good := testdata(t, "lossy.webp")
	list := webpParts(t, good)
	head, alpha, lossy := webpPart("VP8X", list[0].body), webpPart("ALPH", list[1].body), webpPart("VP8 ", list[2].body)
	lossless := webpPart("VP8L", webpParts(t, testdata(t, "lossless.webp"))[0].body)
	scrubbed(t, scrubbers["image/webp"], webpFile(head, alpha, lossy))
	scrubbed(t, scrubbers["image/webp"], webpFile(head, lossless))
	flags := func(f string) string { return webpPart("VP8X", f+list[0].body[1:]) }
	anim, moving := webpPart("ANIM", "\x00\x00\x00\x00\x01\x00"), flags("\x12")
	at := func(place string) string { return place + "\x0F\x00\x00\x0B\x00\x00\x46\x00\x00\x00" }
	frame := webpPart("ANMF", at("\x00\x00\x00\x00\x00\x00")+alpha+lossy)
	scrubbed(t, scrubbers["image/webp"], webpFile(moving, anim, frame, frame))
	files := map[string][]byte{
		"empty":                {},
		"not WebP":             []byte("hello world, this is it"),
		"WAV":                  []byte("RIFF\x04\x00\x00\x00WAVE"),
		"only magic":           webpFile(),
		"no size":              patched(good, 4, "\x00\x00\x00\x00"),
		"too long":             patched(good, 4, "\xFF\xFF\xFF\xFF"),
		"begins with alpha":    webpFile(alpha, lossy),
		"begins with secrets":  webpFile(webpPart("EXIF", "CANARY"), lossy),
		"short header":         webpFile(webpPart("VP8X", list[0].body[:9]), lossy),
		"long header":          webpFile(webpPart("VP8X", list[0].body+"CANARY"), lossy),
		"two headers":          webpFile(head, head, lossy),
		"two pictures":         webpFile(head, lossy, lossy),
		"no picture":           webpFile(head, alpha),
		"only a header":        webpFile(head),
		"late alpha":           webpFile(head, lossy, alpha),
		"two alphas":           webpFile(head, alpha, alpha, lossy),
		"alpha twice":          webpFile(head, alpha, lossless),
		"raw alpha too short":  webpFile(head, webpPart("ALPH", "\x00abc"), lossy),
		"unknown alpha":        webpFile(head, webpPart("ALPH", "\x02abc"), lossy),
		"empty alpha":          webpFile(head, webpPart("ALPH", ""), lossy),
		"another size":         webpFile(webpPart("VP8X", list[0].body[:4]+"\x10\x00\x00\x0B\x00\x00"), lossy),
		"large":                webpFile(webpPart("VP8X", list[0].body[:4]+"\xFF\xFF\xFF\xFF\xFF\xFF"), lossy),
		"broken lossy":         webpFile(webpPart("VP8 ", "CANARY")),
		"no key frame":         webpFile(webpPart("VP8 ", "\x11"+list[2].body[1:])),
		"lossy cut":            webpFile(webpPart("VP8 ", list[2].body[:12])),
		"large lossy":          webpFile(webpPart("VP8 ", string(patched([]byte(list[2].body), 6, "\xFF\x3F\xFF\x3F")))),
		"broken lossless":      webpFile(webpPart("VP8L", "CANARY")),
		"new lossless":         webpFile(webpPart("VP8L", "\x2F\x00\x00\x00\xE0abc")),
		"frames of a picture":  webpFile(head, anim, frame),
		"picture of frames":    webpFile(moving, anim, frame, lossy),
		"no animation":         webpFile(moving, frame),
		"no frames":            webpFile(moving, anim),
		"late animation":       webpFile(moving, anim, frame, anim),
		"long animation":       webpFile(moving, webpPart("ANIM", "CANARY!"), frame),
		"frame outside":        webpFile(moving, anim, webpPart("ANMF", at("\x01\x00\x00\x00\x00\x00")+lossy)),
		"frame of another":     webpFile(flags("\x02"), anim, webpPart("ANMF", "\x00\x00\x00\x00\x00\x00\x0E\x00\x00\x0B\x00\x00\x46\x00\x00\x00"+lossy)),
		"empty frame":          webpFile(moving, anim, webpPart("ANMF", at("\x00\x00\x00\x00\x00\x00"))),
		"short frame":          webpFile(moving, anim, webpPart("ANMF", "\x00")),
		"frame in a frame":     webpFile(moving, anim, webpPart("ANMF", at("\x00\x00\x00\x00\x00\x00")+frame)),
		"chunk in a frame cut": webpFile(moving, anim, webpPart("ANMF", at("\x00\x00\x00\x00\x00\x00")+lossy+"XMP \xFF\xFF\xFF\xFF")),
		"endless chunks":       webpFile(head, strings.Repeat(webpPart("XMP ", ""), maxWebPChunks), lossy),
		"endless frames":       webpFile(moving, anim, strings.Repeat(frame, maxPictureFrames+1)),
	}
	for n := range len(good) {
		files[fmt.Sprint("cut after ", n)] = good[:n]
	}
	pictureUnclean(t, scrubbers["image/webp"], files)
}

func FuzzWebP(f *testing.F) {
	for _, name := range []string{"lossy", "lossless"} {
		f.Add(testdata(f, name+".webp"))
	}
	lossy := testdata(f, "lossy.webp")
	f.Add(dressWebP(f, lossy, binary.BigEndian, 6))
	list := webpParts(f, lossy)
	f.Add(webpFile(webpPart("VP8X", "\x1A"+list[0].body[1:]), webpPart("ANIM", "\x00\x00\x00\x00\x01\x00"),
		webpPart("ANMF", "\x00\x00\x00\x00\x00\x00\x0F\x00\x00\x0B\x00\x00\x46\x00\x00\x00"+webpPart("ALPH", list[1].body)+webpPart("VP8 ", list[2].body)),
		webpPart("EXIF", exifAPP1(binary.LittleEndian, 8, "")[6:])))
	f.Fuzz(func(t *testing.T, in []byte) {
		out := holds(t, scrubbers["image/webp"], in)
		if out == nil {
			return
		}
		if len(out) > len(in)+26+8 {
			t.Fatalf("%d bytes became %d", len(in), len(out))
		}
		for _, c := range webpParts(t, out) {
			switch c.kind {
			case "VP8X", "ANIM", "ANMF", "ALPH", "VP8 ", "VP8L":
			case "EXIF":
				if c.body != string(webpOrientation(exifOrientation([]byte("Exif\x00\x00"+c.body)))) {
					t.Fatalf("EXIF %q in the copy", c.body)
				}
			default:
				t.Fatalf("chunk %q in the copy", c.kind)
			}
		}
	})
}
