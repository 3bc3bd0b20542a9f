package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// TestTenLargeFiles: ten files of almost 20 MB, of all the kinds that are hard to
// clean, arrive at once. The whole program, as it is shipped, needs less than
// 150 MB.
func TestTenLargeFiles(t *testing.T) {
	const most = 150_000_000
	w := newWorld(t, noPace)
	w.program = filepath.Join(t.TempDir(), "netra")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", w.program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	photo := largePhoto(t)
	files := []struct {
		name string
		data []byte
	}{
		{"satu.mp4", film(t)}, {"dua.mp4", film(t)},
		{"satu.jpg", photo}, {"dua.jpg", photo},
		{"satu.pdf", scan(photo)}, {"dua.pdf", scan(photo)}, {"tiga.pdf", scan(photo)},
		{"satu.docx", letter(t, photo)}, {"dua.docx", letter(t, photo)},
		{"satu.wav", sound(19_000_000)},
	}
	w.start()
	ctx := deadline(t, 2*timeLimit)
	var users []*telegramtest.User
	for range files {
		u := w.telegram.NewUser("id")
		users = append(users, u)
		if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", bottest.Picture(), bottest.Citizen[:3]); err != nil {
			t.Fatal(err)
		}
	}
	calm := w.memoryPeak()
	for i, f := range files {
		if len(f.data) < 17_000_000 || len(f.data) > 20<<20 {
			t.Errorf("%s has %d bytes", f.name, len(f.data))
		}
		users[i].SendDocument(f.name, "application/octet-stream", f.data)
	}
	for i, u := range users {
		kept := "evidence.kept"
		if strings.HasSuffix(files[i].name, ".wav") {
			kept = "evidence.kept_voice"
		}
		if err := (bottest.Person{User: u}).See(ctx, bottest.Words(w.words, "id", kept), ""); err != nil {
			t.Fatalf("%s: %v\n%s\n%s", files[i].name, err, bottest.Person{User: u}.Chat(), w.logged())
		}
		if strings.Contains(bottest.Person{User: u}.Chat(), bottest.Words(w.words, "id", "evidence.sealed")) {
			t.Errorf("%s was not cleaned", files[i].name)
		}
	}
	peak := w.memoryPeak()
	t.Logf("peak memory %.1f MB before, %.1f MB with ten files of 17 to 20 MB at once", float64(calm)/1e6, float64(peak)/1e6)
	if peak > most {
		t.Errorf("%.1f MB, want at most %.0f", float64(peak)/1e6, float64(most)/1e6)
	}
	w.stop()
}

// largePhoto is a photo of some 18 MB.
func largePhoto(t *testing.T) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewGray(image.Rect(0, 0, 4400, 4400))
	for i := range m.Pix {
		m.Pix[i] = byte(random.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 94}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// film is made by ffmpeg, of noise.
func film(t *testing.T) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "film.mp4")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "nullsrc=size=640x480:rate=25,geq=random(1)*255:128:128",
		"-frames:v", "41", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-metadata", "location=+01.0+110.0/", name).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatal("ffmpeg is missing: run make deps")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// scan is a PDF whose only page is a photo.
func scan(photo []byte) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	object := func(head string, stream []byte) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s", len(at), head)
		if stream != nil {
			b.WriteString("\nstream\n")
			b.Write(stream)
			b.WriteString("\nendstream")
		}
		b.WriteString("\nendobj\n")
	}
	content := []byte("q 400 0 0 400 0 0 cm /A Do Q")
	object("<</Type/Catalog/Pages 2 0 R>>", nil)
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>", nil)
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>", nil)
	object(fmt.Sprintf("<</Length %d>>", len(content)), content)
	object(fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 4400/Height 4400/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length %d>>", len(photo)), photo)
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

// letter is a DOCX with a photo in it.
func letter(t *testing.T, photo []byte) []byte {
	t.Helper()
	const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packages = "http://schemas.openxmlformats.org/package/2006/"
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packages + `relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels", `<Relationships xmlns="` + packages + `relationships"><Relationship Id="rId1" Type="` + office + `/image" Target="media/image1.jpeg"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="` + word + `" xmlns:r="` + office + `" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body><w:p><w:r><w:drawing><wp:inline><wp:extent cx="100000" cy="100000"/><wp:docPr id="1" name="x"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId1"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p></w:body></w:document>`},
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := z.Create(p.name)
		if err == nil {
			_, err = io.WriteString(f, p.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: "word/media/image1.jpeg", Method: zip.Store})
	if err == nil {
		_, err = f.Write(photo)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sound is a WAV file of silence.
func sound(n int) []byte {
	le := binary.LittleEndian
	head := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	le.PutUint32(head[4:], uint32(n+36))
	le.PutUint32(head[40:], uint32(n))
	return slices.Concat(head, make([]byte, n))
}
