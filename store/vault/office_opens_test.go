package vault

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// needs finds a program that a test needs.
func needs(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: run `make deps`", name)
	}
	return path
}

// soffice lets LibreOffice convert files, and returns the folder of the results.
func soffice(t *testing.T, to string, files ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	out := t.TempDir()
	args := append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", to, "--outdir", out}, files...)
	if b, err := exec.CommandContext(ctx, needs(t, "soffice"), args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v: %s", err, b)
	}
	return out
}

// shows is what a PDF shows, without spaces: where a line ends may differ by a
// pixel.
func shows(t *testing.T, pdf string) string {
	t.Helper()
	b, err := exec.CommandContext(t.Context(), needs(t, "pdftotext"), pdf, "-").Output()
	if err != nil {
		t.Fatalf("%s cannot be read: %v", filepath.Base(pdf), err)
	}
	return together(string(b))
}

func together(s string) string { return strings.Join(strings.Fields(s), "") }

func put(t *testing.T, path string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// LibreOffice opens the copies, and shows what it should.
func TestOfficeCopyOpens(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, d := range documents {
		files = append(files, put(t, filepath.Join(dir, d.name+"."+d.name), scrubbed(t, scrubbers[d.media], d.make(t))))
	}
	out := soffice(t, "pdf", files...)
	for _, d := range documents {
		shown := shows(t, filepath.Join(out, d.name+".pdf"))
		for _, want := range d.sees {
			if !strings.Contains(shown, together(want)) {
				t.Errorf("%s does not show %q: %q", d.name, want, shown)
			}
		}
	}
}

// What LibreOffice itself wrote looks the same without its metadata.
func TestOfficeLooksTheSame(t *testing.T) {
	source := t.TempDir()
	var before, after []string
	originals, copies := t.TempDir(), t.TempDir()
	for _, c := range []struct{ from, to string }{
		{"odt", "docx"}, {"ods", "xlsx"}, {"odp", "pptx"}, {"docx", "odt"}, {"xlsx", "ods"}, {"pptx", "odp"},
	} {
		d := documents[slices.IndexFunc(documents, func(d document) bool { return d.name == c.from })]
		// LibreOffice does not take all that the canaries sit in.
		from := scrubbed(t, scrubbers[d.media], d.make(t))
		made := soffice(t, c.to, put(t, filepath.Join(source, c.from+"."+c.from), from))
		b, err := os.ReadFile(filepath.Join(made, c.from+"."+c.to))
		if err != nil {
			t.Fatal(err)
		}
		media := judged(string(b))
		if scrubbers[media] == nil {
			t.Fatalf("LibreOffice wrote %q", media)
		}
		before = append(before, put(t, filepath.Join(originals, c.from+"."+c.to), b))
		after = append(after, put(t, filepath.Join(copies, c.from+"."+c.to), scrubbed(t, scrubbers[media], b)))
	}
	one, two := soffice(t, "pdf", before...), soffice(t, "pdf", after...)
	for _, file := range before {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) + ".pdf"
		if a, b := shows(t, filepath.Join(one, name)), shows(t, filepath.Join(two, name)); a != b {
			t.Errorf("%s shows\n%q, the copy\n%q", filepath.Base(file), a, b)
		}
	}
}

// exiftool finds nothing but the zip.
func TestOfficeExiftool(t *testing.T) {
	dir := t.TempDir()
	for _, d := range documents {
		file := put(t, filepath.Join(dir, "x."+d.name), scrubbed(t, scrubbers[d.media], d.make(t)))
		b, err := exec.CommandContext(t.Context(), needs(t, "exiftool"), "-G0", "-s", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			group, rest, _ := strings.Cut(line, "]")
			if group != "[ZIP" && group != "[File" && group != "[ExifTool" {
				t.Errorf("%s: %s", d.name, line)
			}
			if group == "[ZIP" && strings.Contains(rest, "ZipModifyDate") && !strings.Contains(rest, "1980:01:01 00:00:00") {
				t.Errorf("%s: %s", d.name, line)
			}
		}
	}
}
