package vault

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzOfficeXML: what is written is XML, means the same when it is read again,
// and has no words but the known ones.
func FuzzOfficeXML(f *testing.F) {
	for _, d := range []func(testing.TB) []byte{docx, xlsx, pptx, odt} {
		for name, body := range inflatedParts(f, d(f)) {
			if strings.HasSuffix(name, ".xml") {
				f.Add([]byte(body))
			}
		}
	}
	f.Add([]byte(wordBody(`<mc:AlternateContent><mc:Choice Requires="w wp"><w:p/></mc:Choice><mc:Fallback><w:r/></mc:Fallback></mc:AlternateContent>`)))
	f.Add([]byte(wordBody(`<x:p xmlns:x="urn:schemas-microsoft-com:vml" a='"'>&#x41;<![CDATA[]]>]]><w:t/></x:p>`)))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, words := range []*officeWords{ooxmlWords(), odfWords()} {
			out, err := filtered(words, in)
			if err != nil {
				if u := unclean(""); !errors.As(err, &u) {
					t.Fatal(err)
				}
				continue
			}
			again, err := filtered(words, out)
			if err != nil || !bytes.Equal(out, again) {
				t.Fatalf("%v\n%s\nbecame\n%s", err, out, again)
			}
			isXML(t, words, out)
		}
	})
}

func filtered(words *officeWords, in []byte) ([]byte, error) {
	f := &officeFilter{words: words, rules: officeList(func(*officeElement) {}), link: func(_ *officeElement, a officeAttr) (string, officeVerdict, error) {
		return string(a.value), keepIfWord, nil
	}}
	err := f.filter(in, "w:document", "w:styles", "x:workbook", "x:worksheet", "p:sld", "a:theme", "office:document-content")
	return f.out, err
}

// isXML reads what was written as somebody else does.
func isXML(t *testing.T, words *officeWords, b []byte) {
	t.Helper()
	r := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := r.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := words.prefixes[e.Name.Space] + ":" + e.Name.Local
			if words.elements[name] == nil && !strings.HasPrefix(name, "mc:") {
				t.Fatalf("element %s in %s", name, b)
			}
		case xml.Comment, xml.Directive:
			t.Fatalf("%T in %s", e, b)
		}
	}
}

// FuzzOfficeWord: whatever stands in a letter, its copy scrubs to itself.
func FuzzOfficeWord(f *testing.F) {
	field := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	f.Add([]byte(wordBody("<w:p>" + field("begin") + "<w:r><w:instrText>PAGE</w:instrText></w:r>" + field("separate") + "<w:r><w:t>1</w:t></w:r>" + field("end") + "</w:p>")))
	f.Add([]byte(wordBody(`<w:tbl><w:tr><w:trPr><w:del/></w:trPr></w:tr></w:tbl><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr></w:p><w:p/>`)))
	members := letter("", rels("word/_rels/document.xml.rels", "rLink=hyperlink !https://contoh.invalid/", "rHead=header header1.xml"),
		"word/header1.xml=<w:hdr"+ns("w")+"/>")
	members[0] = types("/word/document.xml=wordprocessingml.document.main", "/word/header1.xml=wordprocessingml.header")
	f.Fuzz(func(t *testing.T, in []byte) {
		members := append([]string{}, members...)
		members[2] = "word/document.xml=" + string(in)
		out := holds(t, scrubbers[wordType], []byte(zipped(t, members...)))
		if out == nil {
			return
		}
		for _, never := range []string{"<w:del", "<w:ins ", "<w:moveFrom", "w:rsid", "w:author", "<w:comment"} {
			if doc := inflatedParts(t, out)["word/document.xml"]; strings.Contains(doc, never) {
				t.Fatalf("%s in %s", never, doc)
			}
		}
	})
}

// FuzzOfficeZip: whatever a zip is, there is an unclean error or a good copy.
func FuzzOfficeZip(f *testing.F) {
	for _, d := range documents {
		f.Add(d.make(f))
	}
	f.Add([]byte(zipped(f, letter(wordBody("<w:p/>"), rels("word/_rels/document.xml.rels"))...)))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, d := range documents {
			if out := holds(t, scrubbers[d.media], in); out != nil && judged(string(out)) != d.media {
				t.Fatalf("the copy of a %s is %q", d.name, judged(string(out)))
			}
		}
	})
}
