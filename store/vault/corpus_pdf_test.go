package vault

import (
	"bytes"
	"fmt"
	"image/jpeg"
)

// pdfs are printed by LibreOffice, and worked on since; or come from a scanner.
func pdfs() []specimen {
	pdf := func(name string, flat func(m *maker) flatDocument, make func(m *maker)) specimen {
		return specimen{name: "pdf-" + name + ".pdf", media: "application/pdf", flat: flat, make: make}
	}
	return []specimen{
		pdf("letter", letterOf(0), nil),
		pdf("sheet", sheet(0), nil),
		pdf("slides", slides(withPicture), nil),
		pdf("tagged", letterOf(0), func(m *maker) { // behind the end, as exiftool and editors append
			m.editor()
			m.tag("-PDF:Trapped=True", "-PDF:Creator="+m.word("pdf-creator"), "-PDF:Producer="+m.word("pdf-producer"))
		}),
		pdf("attachment", letterOf(0), func(m *maker) {
			attached := m.put(".txt", m.hidden("attached"))
			m.run("qpdf", m.path, "--add-attachment", attached, "--filename="+m.hidden("attached-name")+".txt", "--description="+m.hidden("attached-as"), "--", m.path+".new")
			m.edit(func([]byte) []byte { return m.read(m.path + ".new") })
		}),
		pdf("packed", letterOf(withPicture), func(m *maker) { // for the web, with objects in streams
			m.tag("-XMP-dc:Creator=" + m.word("creator"))
			m.run("qpdf", m.path, "--object-streams=generate", "--linearize", m.path+".new")
			m.edit(func([]byte) []byte { return m.read(m.path + ".new") })
		}),
		pdf("scanner", nil, func(m *maker) { m.write(m.path, scannedPDF(m, plainJPEG(m))) }),
	}
}

// scannedPDF is one picture on a page, as scanners and phones write it, and a
// note of a reader that is not shown.
func scannedPDF(m *maker, picture []byte) []byte {
	size, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		m.Fatal(err)
	}
	jpg := string(withExif(picture, canonExif(m.hidden("picture-owner"), m.hidden("picture-firmware"))))
	stream := func(dict, body string) string {
		return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(body), body)
	}
	xmp := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="` +
		m.word("tool") + `"/></rdf:RDF></x:xmpmeta>`
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R/Metadata 7 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</Im0 5 0 R>>>>/Annots[8 0 R]" +
			"/PieceInfo<</Scanner<</LastModified(D:20310203040506)/Private(" + m.hidden("private") + ")>>>>/LastModified(D:20310203040506)>>",
		stream("", "q 180 0 0 180 10 10 cm /Im0 Do Q"),
		stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", size.Width, size.Height), jpg),
		"<</Producer(" + m.word("producer") + ")/Author(" + m.word("author") + ")/CreationDate(D:20310203040506+07'00')>>",
		stream("/Type/Metadata/Subtype/XML", xmp),
		"<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/F 2/Contents(Periksa)/T(" + m.hidden("annotation-author") + ")/NM(" + m.hidden("annotation-name") + ")/M(D:20310203040506)>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n")
	table := "0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at, n := b.Len(), len(objects)+1
	fmt.Fprintf(&b, "xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R/Info 6 0 R/ID[<00C0FFEE><00C0FFEE>]>>\nstartxref\n%d\n%%%%EOF\n", n, table, n, at)
	m.value("2031:02:03 04:05:06+07:00")
	return b.Bytes()
}
