package vault

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// letter is a small letter, with a document, its relationships and more members.
func letter(document, links string, more ...string) []string {
	return append([]string{
		types("/word/document.xml=wordprocessingml.document.main"), rels("_rels/.rels", "r=officeDocument word/document.xml"),
		"word/document.xml=" + document, links,
	}, more...)
}

func wordBody(body string) string {
	return `<w:document` + ns("w", "r", "a", "pic", "wp", "mc") + `><w:body>` + body + `</w:body></w:document>`
}

// Whatever cannot be understood with certainty has no copy.
func TestOfficeRefuses(t *testing.T) {
	none := rels("word/_rels/document.xml.rels")
	inWord := func(body string) string { return zipped(t, letter(wordBody(body), none)...) }
	raw := func(document string) string { return zipped(t, letter(document, none)...) }
	good := letter(wordBody("<w:p/>"), none)
	odfBody := func(body string) string { return string(odf(t, odtType, "<office:text>"+body+"</office:text>")) }
	linked := func(rel string, more ...string) string {
		return zipped(t, letter(wordBody(`<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata r:id="r1"/></v:shape></w:pict></w:r></w:p>`), rels("word/_rels/document.xml.rels", rel), more...)...)
	}
	field := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	many := make([]string, maxMembers+1)
	for i := range many {
		many[i] = "word/" + strings.Repeat("x", i%50) + strings.Repeat("y", i/50)
	}
	for name, c := range map[string]struct{ media, content string }{
		"no zip":                    {wordType, "PK\x03\x04" + strings.Repeat("x", 100)},
		"a name upwards":            {wordType, zipped(t, append(good, "../x.xml=x")...)},
		"a name within upwards":     {wordType, zipped(t, append(good, "word/../../x=x")...)},
		"an absolute name":          {wordType, zipped(t, append(good, "/x=x")...)},
		"a name of a drive":         {wordType, zipped(t, append(good, "C:x=x")...)},
		"a name with a backslash":   {wordType, zipped(t, append(good, `word\x=x`)...)},
		"a member twice":            {wordType, zipped(t, append(good, "word/document.xml="+wordBody("<w:p/>"))...)},
		"a member twice, capital":   {wordType, zipped(t, append(good, "WORD/document.xml=x")...)},
		"too many members":          {wordType, zipped(t, append(good, many...)...)},
		"a bomb":                    {wordType, zipped(t, append(good, "word/x.xml="+strings.Repeat("\x00", maxInflated))...)},
		"a part too large":          {wordType, raw("<w:document" + ns("w") + "><w:body>" + strings.Repeat(" ", maxXML) + "</w:body></w:document>")},
		"encrypted":                 {wordType, encrypted(t, zipped(t, good...))},
		"a document type":           {wordType, raw(`<!DOCTYPE w:document [<!ENTITY a "aaaa">]>` + wordBody("<w:p/>"))},
		"an unknown entity":         {wordType, inWord("<w:p><w:r><w:t>&copy;</w:t></w:r></w:p>")},
		"an endless entity":         {wordType, inWord("<w:p><w:r><w:t>&" + strings.Repeat("a", 99) + ";</w:t></w:r></w:p>")},
		"a forbidden character":     {wordType, inWord("<w:p><w:r><w:t>&#0;</w:t></w:r></w:p>")},
		"UTF-16":                    {wordType, raw("\xFF\xFE<\x00w\x00")},
		"Latin-1":                   {wordType, raw(`<?xml version="1.0" encoding="ISO-8859-1"?>` + wordBody("<w:p/>"))},
		"too deep":                  {wordType, inWord(strings.Repeat("<w:tbl>", maxDepth) + strings.Repeat("</w:tbl>", maxDepth))},
		"too deep in what is gone":  {wordType, inWord(strings.Repeat("<w:x>", maxDepth) + strings.Repeat("</w:x>", maxDepth))},
		"crossed tags":              {wordType, inWord("<w:p><w:r></w:p></w:r>")},
		"not closed":                {wordType, raw("<w:document" + ns("w") + "><w:body>")},
		"two roots":                 {wordType, raw(wordBody("") + wordBody(""))},
		"another root":              {wordType, raw("<w:hdr" + ns("w") + "/>")},
		"strict":                    {wordType, raw(`<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>`)},
		"an attribute twice":        {wordType, inWord(`<w:p a="1" a="2"/>`)},
		"many attributes":           {wordType, inWord("<w:p" + strings.Repeat(` a`, 1) + `="1"` + manyAttrs(maxAttrs) + "/>")},
		"many namespaces":           {wordType, inWord(strings.Repeat(`<w:p`+manySpaces(200)+`>`, 2))},
		"a control character":       {wordType, inWord("<w:p>\x01</w:p>")},
		"another document within":   {wordType, inWord(`<w:altChunk r:id="r1"/>`)},
		"a deleted cell":            {wordType, inWord(`<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>`)},
		"a field without end":       {wordType, inWord("<w:p>" + field("begin") + "</w:p>")},
		"a field without beginning": {wordType, inWord("<w:p>" + field("end") + "</w:p>")},
		"fields too deep":           {wordType, inWord("<w:p>" + strings.Repeat(field("begin"), maxFields+1) + strings.Repeat(field("end"), maxFields+1) + "</w:p>")},
		"a field half deleted": {wordType, inWord(`<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>` + field("begin") + `</w:p></w:tc></w:tr></w:tbl><w:p>` +
			field("separate") + field("end") + `</w:p>`)},
		"a diagram":               {wordType, inWord(`<w:p><w:r><w:drawing><wp:inline><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/diagram"/></a:graphic></wp:inline></w:drawing></w:r></w:p>`)},
		"a dangling reference":    {wordType, inWord(`<w:sectPr><w:headerReference w:type="default" r:id="r9"/></w:sectPr>`)},
		"a new kind of chart":     {wordType, inWord(`<mc:AlternateContent><mc:Choice xmlns:cx="urn:cx" Requires="cx"/><mc:Fallback/></mc:AlternateContent>`)},
		"a choice of nothing":     {wordType, inWord(`<mc:Choice Requires="w"/>`)},
		"alternatives at once":    {wordType, inWord(`<mc:AlternateContent><w:p/></mc:AlternateContent>`)},
		"a metafile":              {wordType, linked("r1=image media/image1.emf", "word/media/image1.emf=\x01\x00\x00\x00 EMF")},
		"an SVG":                  {wordType, linked("r1=image media/image1.svg", "word/media/image1.svg=<svg/>")},
		"a page as a picture":     {wordType, linked("r1=image media/image1.jpg", "word/media/image1.jpg=<html>")},
		"a broken picture":        {wordType, linked("r1=image media/image1.jpg", "word/media/image1.jpg="+string(plainJPEG(t)[:200]))},
		"a document as a picture": {wordType, linked("r1=image media/image1.jpg", "word/media/image1.jpg="+zipped(t, good...))},
		"a sound as a picture":    {wordType, linked("r1=image media/a.mp3", "word/media/a.mp3=ID3\x03\x00\x00\x00\x00\x00\x00")},
		"a missing picture":       {wordType, linked("r1=image media/image1.jpg")},
		"a part as a picture":     {wordType, linked("r1=image document.xml")},
		"an unexpected part":      {wordType, linked("r1=header document.xml")},
		"a relationship twice":    {wordType, linked("r1=image a", zipRel(`<Relationship Id="r1"/><Relationship Id="r1"/>`))},
		"no main part":            {wordType, zipped(t, good[0], rels("_rels/.rels", "r=core-properties x"), good[2])},
		"two main parts":          {wordType, zipped(t, good[0], rels("_rels/.rels", "r=officeDocument word/document.xml", "q=officeDocument word/document2.xml"), good[2], "word/document2.xml=x")},
		"a main part with macros": {wordType, zipped(t, `[Content_Types].xml=<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`, good[1], good[2])},
		"charts in cells": {sheetType, zipped(t, types("/xl/workbook.xml=spreadsheetml.sheet.main", "/xl/s.xml=spreadsheetml.worksheet"), rels("_rels/.rels", "r=officeDocument xl/workbook.xml"),
			"xl/workbook.xml=<workbook"+ns("xmlns=x", "r")+`><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`, rels("xl/_rels/workbook.xml.rels", "r1=worksheet s.xml"),
			"xl/s.xml=<worksheet"+ns("xmlns=x")+`><sheetData/><extLst><ext uri="`+sparklines+`"/></extLst></worksheet>`)},
		"a sheet as a letter":      {sheetType, zipped(t, good...)},
		"bytes in a letter":        {odtType, odfBody(`<text:p><draw:frame><draw:image><office:binary-data>AAAA</office:binary-data></draw:image></draw:frame></text:p>`)},
		"an object in a letter":    {odtType, odfBody(`<draw:frame><draw:object-ole xlink:href="Object 1"/></draw:frame>`)},
		"an object without parts":  {odtType, odfBody(`<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>`)},
		"a document in itself":     {odtType, odfBody(`<draw:frame><draw:object xlink:href="."/></draw:frame>`)},
		"a control":                {odtType, odfBody(`<draw:control/>`)},
		"a deletion that is shown": {odtType, odfBody(`<text:tracked-changes><text:changed-region text:id="c"><text:deletion/></text:changed-region></text:tracked-changes><text:p><text:change-start text:change-id="c"/>x<text:change-end text:change-id="c"/></text:p>`)},
		"a hiding paragraph":       {odtType, odfBody(`<text:p><text:hidden-paragraph text:is-hidden="true"/>x</text:p>`)},
		"a picture outside":        {odtType, odfBody(`<draw:frame><draw:image xlink:href="Pictures/none.jpg"/></draw:frame>`)},
		"slides as a letter":       {odtType, string(odf(t, odtType, "<office:presentation/>"))},
		"no content":               {odtType, zipped(t, "mimetype="+odtType, "META-INF/manifest.xml")},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			err := scrubbers[c.media](io.Discard, from([]byte(c.content)), nil)
			if u := unclean(""); !errors.As(err, &u) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
	if err := scrubbers[wordType](io.Discard, from([]byte(zipped(t, good...))), nil); err != nil {
		t.Errorf("the letter itself: %v", err)
	}
}

func zipRel(list string) string {
	return `word/_rels/x.rels=<Relationships>` + list + `</Relationships>`
}

func manyAttrs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("b", i+1) + `=""`)
	}
	return b.String()
}

func manySpaces(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" xmlns:a" + strings.Repeat("b", i+1) + `="urn:x"`)
	}
	return b.String()
}

// encrypted sets the flag of an encrypted member in every header.
func encrypted(t testing.TB, z string) string {
	t.Helper()
	b := []byte(z)
	for i := 0; i+10 < len(b); i++ {
		switch {
		case bytes.HasPrefix(b[i:], []byte("PK\x03\x04")):
			b[i+6] |= 1
		case bytes.HasPrefix(b[i:], []byte("PK\x01\x02")):
			b[i+8] |= 1
		}
	}
	return string(b)
}

// Errors of the disk are no errors of the document.
func TestOfficePassesErrorsOn(t *testing.T) {
	in := docx(t)
	broken := errors.New("disk gone")
	err := scrubbers[wordType](io.Discard, reading(in, func(r io.Reader) io.Reader {
		return io.MultiReader(io.LimitReader(r, 100), iotest.ErrReader(broken))
	}), nil)
	if !errors.Is(err, broken) {
		t.Errorf("reading: %v", err)
	}
	err = scrubbers[wordType](writerFunc(func([]byte) (int, error) { return 0, broken }), from(in), nil)
	if !errors.Is(err, broken) {
		t.Errorf("writing: %v", err)
	}
}

// An archive is no evidence, whatever it is called; nor is a document with one
// inside.
func TestOfficeIsNoArchive(t *testing.T) {
	for _, b := range []string{zipped(t, "foto.jpg="+string(plainJPEG(t))), zipped(t, letter(wordBody(""), "word/x.zip=PK")...)} {
		if got := judged(b); got != "" {
			t.Errorf("got %q", got)
		}
	}
}

// What is written anew must mean what it meant: entities, quotes, white space.
func TestOfficeKeepsWords(t *testing.T) {
	for in, want := range map[string]string{
		`<w:t xml:space='preserve'> a &lt; b &#65; </w:t>`:                                    `<w:t xml:space="preserve"> a &lt; b &#65; </w:t>`,
		`<w:t><![CDATA[<a> & "b"]]></w:t>`:                                                    `<w:t>&lt;a&gt; &amp; &quot;b&quot;</w:t>`,
		`<w:t>a<!-- x -->b<?x y?>c</w:t>`:                                                     `<w:t>abc</w:t>`,
		`<w:sym w:font='A "B"' w:char="F0"/>`:                                                 `<w:sym w:font="A &quot;B&quot;" w:char="F0"/>`,
		`<w:t   ></w:t >`:                                                                     `<w:t/>`,
		`<t xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main">a</t>`:       `<w:t>a</w:t>`,
		`<q:t xmlns:q="http://schemas.openxmlformats.org/wordprocessingml/2006/main">a</q:t>`: `<w:t>a</w:t>`,
		`<w:t xmlns:w="urn:other">a</w:t>`:                                                    ``,
		`x<w:b/>y`:                                                                            `<w:b/>`,
	} {
		in := zipped(t, letter(wordBody("<w:p><w:r>"+in+"</w:r></w:p>"), rels("word/_rels/document.xml.rels"))...)
		out := scrubbed(t, scrubbers[wordType], []byte(in))
		if got := inflatedParts(t, out)["word/document.xml"]; !strings.Contains(got, "<w:r>"+want+"</w:r>") && (want != "" || !strings.Contains(got, "<w:r/>")) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}
