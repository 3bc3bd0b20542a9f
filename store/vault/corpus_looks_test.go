package vault

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/png"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// looks describes, decoded by a program that is not ours, how a file looks,
// sounds or reads.
func (m *maker) looks(path string) string {
	m.Helper()
	media := m.media
	if filepath.Ext(path) == ".pdf" {
		media = "application/pdf" // also a document that was printed
	}
	switch media {
	case "image/jpeg", "image/png", "image/gif":
		return m.picture(path)
	case "image/webp":
		return m.webpFrames(path)
	case "image/tiff":
		var pages strings.Builder
		for n := range max(m.pages, 1) {
			page := m.temp(".tif")
			m.run("tiffcp", "-c", "none", fmt.Sprint(path, ",", n), page)
			pages.WriteString(m.picture(page))
		}
		return pages.String()
	case "image/heic":
		out := m.temp(".png")
		m.run("heif-convert", path, out)
		return m.pixels(out)
	case "image/avif":
		out := m.temp(".png")
		m.run("avifdec", path, out)
		return m.pixels(out)
	case "application/pdf":
		pages := m.temp("")
		m.run("pdftoppm", "-r", "36", path, pages)
		said := m.reads(path)
		list, err := filepath.Glob(pages + "*")
		if err != nil || len(list) == 0 {
			m.Fatalf("pdftoppm showed no page: %v", err)
		}
		for _, page := range list {
			said += sumOf(m.read(page)) + "\n"
		}
		return said
	}
	return m.frames(path, "0:V?", "0:a?") // without covers
}

// reads is the text of a PDF.
func (m *maker) reads(path string) string {
	m.Helper()
	return m.run("pdftotext", "-layout", path, "-")
}

// frames lists every frame of some streams, when it comes and its pixels or
// samples.
func (m *maker) frames(path string, streams ...string) string {
	m.Helper()
	args := []string{"-v", "error", "-nostdin", "-i", path}
	for _, s := range streams {
		args = append(args, "-map", s)
	}
	out := m.run("ffmpeg", append(args, "-f", "framemd5", "-")...)
	if !strings.Contains(out, "\n0, ") {
		m.Fatalf("ffmpeg decodes nothing of it:\n%s", out)
	}
	return out
}

// picture is its frames, whatever its resolution is said to be.
func (m *maker) picture(path string) string {
	m.Helper()
	return ratio.ReplaceAllString(m.frames(path, "0:v"), "")
}

var ratio = regexp.MustCompile(`(?m)^#sar .*\n`)

// webpFrames looks at a WebP picture, or at each of one that moves, with where
// and how long it is shown.
func (m *maker) webpFrames(path string) string {
	m.Helper()
	decode := func(path string) string {
		out := m.temp(".png")
		m.run("dwebp", "-quiet", path, "-o", out)
		return m.pixels(out)
	}
	if head := m.read(path)[:30]; string(head[12:16]) != "VP8X" || head[20]&2 == 0 {
		return decode(path)
	}
	_, said, _ := strings.Cut(m.run("webpmux", "-info", path), "Background color")
	said, _, _ = strings.Cut(said, "Size of") // EXIF, XMP
	looks := ""
	for line := range strings.Lines(said) {
		columns := strings.Fields(line)
		if frame := webpFrame.FindStringSubmatch(line); frame != nil {
			out := m.temp(".webp")
			m.run("webpmux", "-get", "frame", frame[1], path, "-o", out)
			columns[len(columns)-2] = decode(out) // instead of how many bytes it has
		}
		looks += strings.Join(columns, " ") + "\n"
	}
	return looks
}

// webpFrame is how webpmux begins what it says of a frame.
var webpFrame = regexp.MustCompile(`^ *(\d+):`)

// pixels of a PNG that a decoder wrote.
func (m *maker) pixels(path string) string {
	m.Helper()
	img, err := png.Decode(bytes.NewReader(m.read(path)))
	if err != nil {
		m.Fatal(err)
	}
	return sumOf(fmt.Appendf(nil, "%T %v %v", img, img.Bounds(), img))
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// layers are the bytes of a file, and those that are packed in it.
func (m *maker) layers(path string, b []byte) [][]byte {
	m.Helper()
	all := [][]byte{b}
	switch {
	case isOffice(m):
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			m.Fatal(err)
		}
		for _, f := range z.File {
			all = append(all, []byte(f.Name), unzippedMember(m, f))
		}
	case m.media == "application/pdf":
		out := m.temp(".pdf")
		c := exec.CommandContext(m.Context(), "qpdf", "--qdf", "--object-streams=disable", "--decode-level=all", path, out)
		if said, err := c.CombinedOutput(); err != nil {
			m.Errorf("qpdf: %v\n%s", err, said)
		}
		all = append(all, m.read(out))
	}
	return all
}

func unzippedMember(t testing.TB, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// holdsWide looks for a word in UTF-16, also as PDF may write it.
func holdsWide(b []byte, word string) bool {
	var be, le []byte
	for _, u := range utf16.Encode([]rune(word)) {
		be, le = append(be, byte(u>>8), byte(u)), append(le, byte(u), byte(u>>8))
	}
	x := []byte(hex.EncodeToString(be))
	for _, form := range [][]byte{be, le, x, bytes.ToUpper(x)} {
		if bytes.Contains(b, form) {
			return true
		}
	}
	return false
}
