package vault

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A specimen is one file of the corpus, and how it is made: by the programs
// that people use, or by hand where a camera does what no program here can.
type specimen struct {
	name  string // with its ending
	media string
	// flat is a document for LibreOffice to convert; then make finds it at its
	// path. Without, make begins with nothing.
	flat func(m *maker) flatDocument
	make func(m *maker)
	// pages is how many pictures a TIFF has, 0 for one.
	pages int
}

func specimens() []specimen {
	var all []specimen
	for _, some := range [][]specimen{
		photos(), graphics(), scans(), films(), sounds(), pdfs(), // corpusDocuments last: LibreOffice has time until then
		corpusDocuments(0), corpusDocuments(withPicture), corpusDocuments(withNotes | withChanges),
	} {
		all = append(all, some...)
	}
	return all
}

// maker makes one specimen, with canaries in it that it remembers.
type maker struct {
	testing.TB
	*workshop
	specimen
	number int
	path   string
	seen   []string // what exiftool finds in the original
	unseen []string // what it does not, but the bytes hold
}

// word is a canary that exiftool shows: a name, a number, what a person wrote.
func (m *maker) word(where string) string {
	w := fmt.Sprintf("CANARY-%02d-%s", m.number, where)
	m.seen = append(m.seen, w)
	return w
}

// hidden is a canary in a place that exiftool passes over.
func (m *maker) hidden(where string) string {
	w := fmt.Sprintf("CANARY-%02d-%s", m.number, where)
	m.unseen = append(m.unseen, w)
	return w
}

// value remembers what is no word but tells as much, as exiftool shows it: a
// place, a time.
func (m *maker) value(v ...string) { m.seen = append(m.seen, v...) }

// workshop is what the makers share.
type workshop struct {
	dir       string
	exiftools chan *exiftool
	// converted is closed for a format when LibreOffice made all of it.
	converted map[string]chan struct{}
}

// corpus prepares to make specimens; each is made by its own produce.
func corpus(t testing.TB, specimens []specimen) []*maker {
	t.Helper()
	needsPrograms(t, "exiftool", "ffmpeg", "pdftotext", "pdftoppm", "qpdf", "soffice", "heif-enc", "heif-convert",
		"avifenc", "avifdec", "cwebp", "dwebp", "gif2webp", "webpmux", "tiffcp")
	w := &workshop{t.TempDir(), make(chan *exiftool, runtime.GOMAXPROCS(0)), map[string]chan struct{}{}}
	for range cap(w.exiftools) {
		w.exiftools <- startExiftool(t)
	}
	for _, dir := range []string{"original", "copy", "flat"} {
		if err := os.Mkdir(filepath.Join(w.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var all []*maker
	flat := map[string][]string{}
	for i, s := range specimens {
		m := &maker{TB: t, workshop: w, specimen: s, number: i + 1, path: filepath.Join(w.dir, "original", s.name)}
		if s.flat != nil {
			d := s.flat(m)
			from := filepath.Join(w.dir, "flat", strings.TrimSuffix(s.name, filepath.Ext(s.name))+d.ending)
			m.write(from, []byte(d.xml))
			flat[filepath.Ext(s.name)] = append(flat[filepath.Ext(s.name)], from)
		}
		all = append(all, m)
	}
	w.convert(t, flat)
	return all
}

// needsPrograms fails the test when a program is missing.
func needsPrograms(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Fatalf("%s is missing: run make deps", p)
		}
	}
}

// convert has LibreOffice make corpusDocuments of all formats, one after the other.
func (w *workshop) convert(t testing.TB, flat map[string][]string) {
	for ending := range flat {
		w.converted[ending] = make(chan struct{})
	}
	var done sync.WaitGroup
	done.Go(func() {
		for _, ending := range slices.Sorted(maps.Keys(flat)) {
			if err := w.soffice(t, filepath.Join(w.dir, "original"), ending[1:], flat[ending]); err != nil {
				t.Errorf("convert to %s: %v", ending, err)
			}
			close(w.converted[ending])
		}
	})
	t.Cleanup(done.Wait)
}

// soffice converts files into a folder, with a profile of its own.
func (w *workshop) soffice(t testing.TB, into, format string, files []string) error {
	args := append([]string{
		"-env:UserInstallation=file://" + filepath.Join(w.dir, "profile"), "--headless", "--norestore",
		"--convert-to", format, "--outdir", into,
	}, files...)
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "soffice", args...)
	c.WaitDelay = 5 * time.Second // it is a script, whose program holds the output open
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// produce makes the original.
func (m *maker) produce(t testing.TB) {
	m.TB = t
	if m.flat != nil {
		<-m.converted[filepath.Ext(m.name)]
		if _, err := os.Stat(m.path); err != nil {
			m.Fatalf("LibreOffice did not make it: %v", err)
		}
	}
	if m.make != nil {
		m.make(m)
	}
}

// run returns what a program prints.
func (m *maker) run(program string, args ...string) string {
	m.Helper()
	c := exec.CommandContext(m.Context(), program, args...)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		m.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, said.String())
	}
	return string(out)
}

func (m *maker) ffmpeg(args ...string) {
	m.Helper()
	m.run("ffmpeg", append([]string{"-v", "error", "-nostdin", "-y"}, args...)...)
}

// temp is a path for work in progress.
func (m *maker) temp(ending string) string { return filepath.Join(m.TempDir(), "work"+ending) }

func (m *maker) read(path string) []byte {
	m.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		m.Fatal(err)
	}
	return b
}

func (m *maker) write(path string, b []byte) {
	m.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		m.Fatal(err)
	}
}

// edit changes the bytes of the specimen.
func (m *maker) edit(how func(b []byte) []byte) {
	m.Helper()
	m.write(m.path, how(m.read(m.path)))
}

// put writes a file for a program to take in, and returns its path.
func (m *maker) put(ending, content string) string {
	m.Helper()
	path := m.temp(ending)
	m.write(path, []byte(content))
	return path
}

func bigEndian32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
