package vault

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"
)

// flatDocument is an OpenDocument file in one piece of XML, which can be
// written by hand and has a place for everything that programs remember.
type flatDocument struct{ ending, xml string }

// What a document has beside its words.
const (
	withPicture = 1 << iota
	withPhoto   // makes the picture large
	withNotes
	withChanges
)

func flatFile(m *maker, ending, media, body string) flatDocument {
	description, client := m.word, m.hidden
	if m.media == "application/pdf" { // has no place for these
		description = func(string) string { return "contoh" }
		client = description
	} else {
		m.value("2031:02:03 04:05:06")
	}
	return flatDocument{ending, `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.` + media + `">
<office:meta><dc:title>` + m.word("title") + `</dc:title><dc:subject>` + m.word("subject") + `</dc:subject>
<dc:description>` + description("description") + `</dc:description><meta:keyword>` + m.word("keyword") + `</meta:keyword>
<meta:initial-creator>` + m.word("author") + `</meta:initial-creator><meta:creation-date>2031-02-03T04:05:06</meta:creation-date>
<meta:user-defined meta:name="Client">` + client("client") + `</meta:user-defined></office:meta>
` + body + `</office:document>`}
}

// image is a picture of a phone in a document.
func (m *maker) image(has int) string {
	if has&withPicture == 0 {
		return ""
	}
	jpg := largeJPEG(m)
	if has&withPhoto != 0 {
		jpg = photo(m, 3<<20)
	}
	if m.media != "application/pdf" { // LibreOffice packs pictures anew for it
		jpg = withExif(jpg, canonExif(m.hidden("picture-owner"), m.hidden("picture-firmware")))
	}
	return `<draw:frame svg:x="2cm" svg:y="6cm" svg:width="6cm" svg:height="5cm" text:anchor-type="paragraph"><draw:image><office:binary-data>` +
		base64.StdEncoding.EncodeToString(jpg) + `</office:binary-data></draw:image></draw:frame>`
}

// note is a comment in the margin. Its text is content; who wrote it is not.
func (m *maker) note(has int) string {
	if has&withNotes == 0 {
		return ""
	}
	return `<office:annotation><dc:creator>` + m.hidden("note-author") + `</dc:creator><dc:date>2031-02-03T04:05:07</dc:date><text:p>Mohon diperiksa.</text:p></office:annotation>`
}

// letter is a text.
func letterOf(has int) func(m *maker) flatDocument {
	return func(m *maker) flatDocument {
		changes, change := "", ""
		if has&withChanges != 0 {
			info := `<office:change-info><dc:creator>` + m.hidden("change-author") + `</dc:creator><dc:date>2031-02-03T04:05:08</dc:date></office:change-info>`
			changes = `<text:tracked-changes><text:changed-region text:id="ct1"><text:insertion>` + info + `</text:insertion></text:changed-region></text:tracked-changes>`
			change = `<text:change-start text:change-id="ct1"/>, dengan tambahan,<text:change-end text:change-id="ct1"/>`
		}
		return flatFile(m, ".fodt", "text", `<office:body><office:text>`+changes+`<text:h text:outline-level="1">Surat contoh</text:h>
<text:p>Pejabat Contoh mengundang warga`+change+` ke rapat.`+m.note(has)+`</text:p><text:p>Hormat kami, panitia.`+m.image(has)+`</text:p></office:text></office:body>`)
	}
}

// sheet is a table.
func sheet(has int) func(m *maker) flatDocument {
	return func(m *maker) flatDocument {
		rows, note := "", m.note(has)
		for i := range 12 {
			rows += fmt.Sprintf(`<table:table-row><table:table-cell office:value-type="string">%s<text:p>Desa Contoh %d</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell></table:table-row>`, note, i, 100*i, 100*i)
			note = ""
		}
		return flatFile(m, ".fods", "spreadsheet", `<office:body><office:spreadsheet><table:table table:name="Dana"><table:shapes>`+m.image(has)+`</table:shapes>`+rows+`</table:table></office:spreadsheet></office:body>`)
	}
}

// slides are a presentation.
func slides(has int) func(m *maker) flatDocument {
	return func(m *maker) flatDocument {
		return flatFile(m, ".fodp", "presentation", `<office:automatic-styles><style:page-layout style:name="P"/></office:automatic-styles>
<office:master-styles><style:master-page style:name="M" style:page-layout-name="P"/></office:master-styles>
<office:body><office:presentation><draw:page draw:name="satu" draw:master-page-name="M">
<draw:frame svg:x="2cm" svg:y="2cm" svg:width="18cm" svg:height="3cm"><draw:text-box><text:p>Netralitas contoh</text:p></draw:text-box></draw:frame>`+m.image(has)+m.note(has)+
			`</draw:page><draw:page draw:name="dua" draw:master-page-name="M"><draw:frame svg:x="2cm" svg:y="2cm" svg:width="18cm" svg:height="3cm">
<draw:text-box><text:p>Halaman kedua</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body>`)
	}
}

// corpusDocuments are letters, sheets and slides of all programs, with these things
// in them.
func corpusDocuments(has int) []specimen {
	const (
		open = "application/vnd.oasis.opendocument."
		xml  = "application/vnd.openxmlformats-officedocument."
	)
	all := []specimen{
		{name: "docx", media: xml + "wordprocessingml.document", flat: letterOf(has), make: word365},
		{name: "xlsx", media: xml + "spreadsheetml.sheet", flat: sheet(has), make: word365},
		{name: "pptx", media: xml + "presentationml.presentation", flat: slides(has), make: word365},
		{name: "odt", media: open + "text", flat: letterOf(has), make: libre},
		{name: "ods", media: open + "spreadsheet", flat: sheet(has), make: libre},
		{name: "odp", media: open + "presentation", flat: slides(has), make: libre},
	}
	name := map[int]string{0: "plain", withPicture: "picture", withNotes | withChanges: "notes", withPicture | withPhoto: "photo"}[has]
	for i, d := range all {
		all[i].name = d.name + "-" + name + "." + d.name
		if has&withPicture == 0 {
			all[i].make = nil // as LibreOffice wrote it
		}
	}
	return all
}

// word365 adds what Microsoft's programs write and LibreOffice does not: the
// employer, the template's folder, revision numbers, a picture of the first
// page, forms of the office, the time of each part.
func word365(m *maker) {
	company, template, path := m.word("company"), m.word("template"), m.hidden("path")
	types := strings.NewReplacer("</Types>", `<Default Extension="jpeg" ContentType="image/jpeg"/>`+
		`<Override PartName="/customXml/itemProps1.xml" ContentType="application/vnd.openxmlformats-officedocument.customXmlProperties+xml"/></Types>`)
	rels := strings.NewReplacer("</Relationships>", `<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>`+
		`<Relationship Id="rId91" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml" Target="customXml/item1.xml"/></Relationships>`)
	m.repack(func(name, body string) string {
		switch {
		case name == "[Content_Types].xml" && !strings.Contains(body, `Extension="jpeg"`):
			return types.Replace(body)
		case name == "[Content_Types].xml":
			return strings.Replace(types.Replace(body), `<Default Extension="jpeg" ContentType="image/jpeg"/><Override`, `<Override`, 1)
		case name == "_rels/.rels":
			return rels.Replace(body)
		case name == "docProps/app.xml":
			start := strings.Index(body, "<Template>")
			if end := strings.Index(body, "</Template>"); start >= 0 && end > start {
				body = body[:start] + body[end+len("</Template>"):]
			}
			return strings.Replace(body, "</Properties>", "<Template>"+template+"</Template><Company>"+company+"</Company></Properties>", 1)
		case name == "word/settings.xml":
			return strings.Replace(body, "</w:settings>", `<w:rsids><w:rsidRoot w:val="00C0FFEE"/><w:rsid w:val="00C0FFEE"/></w:rsids>`+
				`<w:docVars><w:docVar w:name="path" w:val="`+path+`"/></w:docVars></w:settings>`, 1)
		}
		return body
	},
		"docProps/thumbnail.jpeg", string(withSegment(plainJPEG(m), mCOM, m.hidden("thumbnail"))),
		"customXml/item1.xml", `<form xmlns="http://contoh.invalid/">`+m.hidden("custom-xml")+path+`</form>`,
		"customXml/_rels/item1.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXmlProps" Target="itemProps1.xml"/></Relationships>`,
		"customXml/itemProps1.xml", `<ds:datastoreItem ds:itemID="{00C0FFEE-0000-0000-0000-000000000000}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>`)
}

// libre adds who printed it, and where to, the versions LibreOffice keeps, and
// a picture of the first page.
func libre(m *maker) {
	printed, printer := m.word("printed-by"), m.hidden("printer")
	m.repack(func(name, body string) string {
		switch name {
		case "meta.xml":
			return strings.Replace(body, "</office:meta>", "<meta:printed-by>"+printed+"</meta:printed-by></office:meta>", 1)
		case "settings.xml":
			if !strings.Contains(body, "</config:config-item-set>") {
				m.Fatal("no settings")
			}
			return strings.Replace(body, "</config:config-item-set>", `<config:config-item config:name="PrinterName" config:type="string">`+printer+`</config:config-item></config:config-item-set>`, 1)
		case "Thumbnails/thumbnail.png":
			return body[:33] + chunk("tEXt", "Author\x00"+m.hidden("thumbnail")) + body[33:]
		}
		return body
	})
}

// repack changes and adds members of a zip file.
func (m *maker) repack(change func(name, body string) string, more ...string) {
	m.Helper()
	old, err := zip.OpenReader(m.path)
	if err != nil {
		m.Fatal(err)
	}
	defer old.Close()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, method uint16, body string) {
		head := &zip.FileHeader{Name: name, Method: method, Modified: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)}
		create := z.CreateHeader
		if method == zip.Store { // with its size in front, as OpenDocument wants it
			head.CRC32, head.CompressedSize64, head.UncompressedSize64 = crc32.ChecksumIEEE([]byte(body)), uint64(len(body)), uint64(len(body))
			create = z.CreateRaw
		}
		w, err := create(head)
		if err == nil {
			_, err = io.WriteString(w, body)
		}
		if err != nil {
			m.Fatal(err)
		}
	}
	for _, f := range old.File {
		body := string(unzippedMember(m, f))
		if name := f.Name; !slices.Contains(more, name) {
			put(name, f.Method, change(name, body))
		}
	}
	for i := 0; i < len(more); i += 2 {
		put(more[i], zip.Deflate, more[i+1])
	}
	if err := z.SetComment(m.hidden("zip-comment")); err != nil {
		m.Fatal(err)
	}
	if err := z.Close(); err != nil {
		m.Fatal(err)
	}
	m.write(m.path, b.Bytes())
}
