package packet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/netralitas/netra/bot/packet"
)

func form(sections ...packet.Section) packet.Document {
	return packet.Document{
		Lang: "id", Title: "Draf formulir", Intro: "Dugaan, belum terbukti.", Sections: sections, Foot: "7KQ2-M4XD-9TR",
		Page:        func(n, of int) string { return fmt.Sprintf("Halaman %d/%d", n, of) },
		Unprintable: func(with rune) string { return "Huruf diganti " + string(with) },
		Made:        time.Unix(1e9, 0),
	}
}

// read has pdftotext read a form.
func read(t *testing.T, d packet.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.PDF(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestPDF(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("kata yang panjang sekali ", 400))
	rows := []packet.Row{{Label: "Nama", Text: "Kenari Terlapor"}, {Label: "Pekerjaan", Blank: 1}, {Text: long}, {Label: "Tanda tangan pelapor", Blank: 3}}
	text := read(t, form(packet.Section{Title: "1. Terlapor", Rows: rows}))
	words := strings.Join(strings.Fields(text), " ")
	for _, want := range []string{"Draf formulir", "1. Terlapor", "Nama Kenari Terlapor", "Pekerjaan", "Tanda tangan", "7KQ2-M4XD-9TR"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(words, "kata yang"); n < 390 { // some pairs stand on two lines
		t.Errorf("%d of 400 are there", n)
	}
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	for i, p := range pages {
		if want := fmt.Sprintf("Halaman %d/%d", i+1, len(pages)); !strings.Contains(p, want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
	}
	if len(pages) < 2 {
		t.Errorf("%d pages", len(pages))
	}
}

// TestHostileWords: whatever somebody wrote, there is a form, and the text has all
// of it.
func TestHostileWords(t *testing.T) {
	for _, s := range []string{
		"ꦲꦏ꧀ꦱꦫ", "عربي", "😀 emoji", strings.Repeat("x", 5000), strings.Repeat("\n", 300), "\x00\x01", "\u202edlrow",
		"", " ", "\t", "a\xff\xfeb", "https://contoh.example/" + strings.Repeat("a/", 500), "{nb}", "\\(", "%PDF-",
	} {
		d := form(packet.Section{Title: s, Rows: []packet.Row{{Label: s, Text: s}, {Text: s}}})
		d.Title, d.Foot = "T"+s, s
		got := read(t, d)
		if !strings.Contains(d.Text(), s) {
			t.Errorf("%q is not in the text", s)
		}
		replaced := strings.Contains(got, "diganti")
		if want := regexp.MustCompile(`^[ -~\n\x{fffd}]*$`).MatchString(strings.ToValidUTF8(s, "\ufffd")); replaced == want {
			t.Errorf("%q: it says that letters were replaced: %v", s, replaced)
		}
	}
}

func bytesOf(b []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// TestArchive: unzip and sha256sum, which are others' programs, agree with what was
// put in, and who has the key reads what is sealed.
func TestArchive(t *testing.T) {
	who, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("asli "), 50_000)
	to := []age.Recipient{who.Recipient()}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(secret)), nil }
	raw, err := packet.Archive([]packet.Entry{
		{Name: "a.txt", Write: bytesOf([]byte("satu"))},
		{Name: "b.age", Write: packet.Sealed(to, packet.Copy(open))},
	}, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, z); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sha256sum", "--strict", "-c", packet.Sums)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), "OK") != 2 {
		t.Errorf("%s, %v", out, err)
	}
	sealed, err := os.ReadFile(filepath.Join(dir, "b.age"))
	if err != nil {
		t.Fatal(err)
	}
	if most := packet.SealedSize(int64(len(secret)), to); int64(len(sealed)) > most {
		t.Errorf("sealed it has %d bytes, said were at most %d", len(sealed), most)
	}
	if bytes.Contains(sealed, []byte("asli asli")) {
		t.Error("it is not sealed")
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), who)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestArchiveFails(t *testing.T) {
	broken := errors.New("broken")
	_, err := packet.Archive([]packet.Entry{{Name: "a", Write: packet.Copy(func() (io.ReadCloser, error) { return nil, broken })}}, time.Now())
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestVolumes(t *testing.T) {
	for _, c := range []struct {
		sizes []int64
		want  string
	}{
		{nil, "[]"},
		{[]int64{1, 2, 3}, "[3]"},
		{[]int64{packet.MaxVolume}, "[1]"},
		{[]int64{1, packet.MaxVolume}, "[1 1]"},
		{[]int64{packet.MaxVolume + 1, 1}, "[1 1]"},
		{[]int64{10 << 20, 10 << 20, 10 << 20}, "[2 1]"},
	} {
		var entries []packet.Entry
		for _, n := range c.sizes {
			entries = append(entries, packet.Entry{Size: n})
		}
		var got []int
		for _, v := range packet.Volumes(entries) {
			got = append(got, len(v))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v: %v, want %v", c.sizes, got, c.want)
		}
	}
}

// BenchmarkPDF makes a form with as many words as there can be.
func BenchmarkPDF(b *testing.B) {
	d := form(packet.Section{Title: "Uraian", Rows: []packet.Row{{Text: strings.Repeat("kata ", 400)}}})
	for b.Loop() {
		if err := d.PDF(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
