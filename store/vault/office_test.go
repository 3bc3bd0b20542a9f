package vault

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/netralitas/netra/store/storetest"
)

type document struct {
	name, media string
	make        func(testing.TB) []byte
	sees        []string
	gone        string
}

var documents = []document{
	{"docx", wordType, docx, docxSees, "changes comment comments customxml descriptions embedded exif language links printer properties revisions templates thumbnail"},
	{"xlsx", sheetType, xlsx, xlsxSees, "comment comments descriptions exif links printer properties protection text users"},
	{"pptx", slideType, pptx, pptxSees, "comment comments customxml descriptions exif language links notes properties protection"},
	{"odt", odtType, odt, odtSees, "changes comment comments descriptions exif fonts forms links macros private properties thumbnail"},
	{"ods", odsType, ods, odsSees, "changes comments fonts links macros private properties thumbnail"},
	{"odp", odpType, odp, odpSees, "comment comments descriptions exif fonts macros notes private properties thumbnail"},
}

// inflatedParts are the members of a zip, with their names before.
func inflatedParts(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(body)
	}
	return parts
}

func noCanary(t *testing.T, b []byte) {
	t.Helper()
	wide := make([]byte, 0, 12)
	for _, c := range utf16.Encode([]rune("CANARY")) {
		wide = append(wide, byte(c), byte(c>>8))
	}
	search := func(name, body string) {
		storetest.CanariesIn(t, []string{"CANARY"}, name, []byte(body))
		if at := strings.Index(body, "CANARY"); at >= 0 {
			t.Errorf("%s: …%s…", name, body[max(0, at-80):min(len(body), at+40)])
		}
		if strings.Contains(body, string(wide)) {
			t.Errorf("%s holds a canary in UTF-16", name)
		}
	}
	search("the file", string(b))
	for name, body := range inflatedParts(t, b) {
		search(name, body)
	}
}

func TestOfficeLeavesEverythingBehind(t *testing.T) {
	for _, d := range documents {
		t.Run(d.name, func(t *testing.T) {
			in := d.make(t)
			if got := judged(string(in)); got != d.media {
				t.Fatalf("the test's document is %q", got)
			}
			out := scrubbed(t, scrubbers[d.media], in)
			if got := judged(string(out)); got != d.media {
				t.Errorf("the copy is %q", got)
			}
			noCanary(t, out)
			var left gone
			if err := scrubbers[d.media](io.Discard, from(in), &left); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(left.what, " "); got != d.gone {
				t.Errorf("left behind: %s", got)
			}
			var nothing gone
			if err := scrubbers[d.media](io.Discard, from(out), &nothing); err != nil || len(nothing.what) > 0 {
				t.Errorf("the copy leaves behind %v, %v", nothing.what, err)
			}
		})
	}
}

// The zip itself tells nothing: no times, owners, comments, fields, programs.
func TestOfficeZip(t *testing.T) {
	for _, d := range documents {
		out := scrubbed(t, scrubbers[d.media], d.make(t))
		z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
		if err != nil {
			t.Fatal(err)
		}
		if z.Comment != "" {
			t.Errorf("%s: comment %q", d.name, z.Comment)
		}
		for i, f := range z.File {
			if f.Flags != 0 || f.Comment != "" || len(f.Extra) > 0 || f.ExternalAttrs != 0 || f.CreatorVersion != 20 ||
				f.ModifiedDate != 1<<5|1 || f.ModifiedTime != 0 {
				t.Errorf("%s: %s: %+v", d.name, f.Name, f.FileHeader)
			}
			first := map[bool]string{true: "mimetype", false: "[Content_Types].xml"}[strings.HasPrefix(d.name, "od")]
			if i == 0 && f.Name != first {
				t.Errorf("%s begins with %s", d.name, f.Name)
			}
		}
	}
}

// Large parts, made to be slow.
func TestOfficeTakesItsTime(t *testing.T) {
	for name, unit := range map[string]string{
		"words":      `<w:p w:rsidR="00AB12CD"><w:r><w:t>kata</w:t></w:r></w:p>`,
		"changes":    `<w:p><w:pPr><w:rPr><w:del w:author="x"/></w:rPr></w:pPr></w:p>`,
		"fields":     `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`,
		"namespaces": `<w:p xmlns:a="urn:a" xmlns:b="urn:b"/>`,
		"links":      `<w:hyperlink r:id="r"/>`,
		"comments":   `<!---->`,
		"text":       `<![CDATA[]]>`,
	} {
		body := strings.Repeat(unit, maxXML/4/len(unit))
		in := []byte(zipped(t, letter(wordBody(body), rels("word/_rels/document.xml.rels"))...))
		start := time.Now()
		if err := scrubbers[wordType](io.Discard, from(in), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func TestKeepDocuments(t *testing.T) {
	v := newVault(t)
	for _, d := range documents {
		in := d.make(t)
		f := keep(t, v, idA, in)
		if f.Type != d.media || !f.Clean {
			t.Errorf("%s: got %+v", d.name, f)
			continue
		}
		noCanary(t, cleanCopy(t, v, idA, f))
		if !bytes.Equal(original(t, v, idA, f), in) {
			t.Errorf("%s: the original is another", d.name)
		}
	}
}

// A document is in memory, and so may be a picture of it: neither waits for the
// other.
func TestOfficePictureInMemory(t *testing.T) {
	defer func(old scrubber) { scrubbers["image/jpeg"] = old }(scrubbers["image/jpeg"])
	scrubbers["image/jpeg"] = func(w io.Writer, src source, gone *gone) error {
		return src.whole(func(b []byte) error { return scrubJPEG(w, bytes.NewReader(b), gone) })
	}
	done := make(chan error, 1)
	in := docx(t)
	go func() { done <- scrubbers[wordType](io.Discard, from(in), nil) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("they wait for each other")
	}
}
