package vault

import (
	"encoding/binary"
	"strings"
	"testing"
)

// Documents are made here, with a canary wherever an office program leaves
// something about its user, and words that must be seen in the copy.

const (
	wordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	slideType = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	odtType   = "application/vnd.oasis.opendocument.text"
	odsType   = "application/vnd.oasis.opendocument.spreadsheet"
	odpType   = "application/vnd.oasis.opendocument.presentation"
)

// ns declares namespaces as office programs do.
func ns(prefixes ...string) string {
	uris := map[string]string{
		"w14": "http://schemas.microsoft.com/office/word/2010/wordml",
		"w15": "http://schemas.microsoft.com/office/word/2012/wordml",
		"xr":  "http://schemas.microsoft.com/office/spreadsheetml/2014/revision",
		"x15": "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main",
		"p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
		"a16": "http://schemas.microsoft.com/office/drawing/2014/main",
		"dc":  "http://purl.org/dc/elements/1.1/", "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
		"script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0", "form": "urn:oasis:names:tc:opendocument:xmlns:form:1.0",
		"canary": "urn:CANARY-namespace",
	}
	for _, w := range []*officeWords{ooxmlWords(), odfWords()} {
		for uri, prefix := range w.prefixes {
			uris[prefix] = uri
		}
	}
	var b strings.Builder
	for _, p := range prefixes {
		attr, uri, there := strings.Cut(p, "=")
		if !there {
			attr, uri = "xmlns:"+p, p
		}
		b.WriteString(" " + attr + `="` + uris[uri] + `"`)
	}
	return b.String()
}

// types is a [Content_Types].xml; a part is "/name=what", short for its type.
func types(parts ...string) string {
	s := `[Content_Types].xml=<?xml version="1.0"?><!-- CANARY-comment --><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="` + relsType + `"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Default Extension="jpg" ContentType="image/jpeg"/><Default Extension="bin" ContentType="application/CANARY-bin"/>`
	for _, p := range parts {
		name, what, _ := strings.Cut(p, "=")
		s += `<Override PartName="` + name + `" ContentType="application/vnd.openxmlformats-officedocument.` + what + `+xml"/>`
	}
	return s + "</Types>"
}

// rels is a part of relationships; one is "id=kind target", "!" before a target
// outside.
func rels(name string, list ...string) string {
	s := name + `=<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for _, r := range list {
		id, rest, _ := strings.Cut(r, "=")
		kind, target, _ := strings.Cut(rest, " ")
		mode := ""
		if outside, is := strings.CutPrefix(target, "!"); is {
			target, mode = outside, ` TargetMode="External"`
		}
		s += `<Relationship Id="` + id + `" Type="` + relsBase + kind + `" Target="` + target + `"` + mode + `/>`
	}
	return s + "</Relationships>"
}

func xmlPart(name, body string) string {
	return name + `=<?xml version="1.0" encoding="UTF-8"?>` + body
}

func dressedJPEG(t testing.TB) string {
	t.Helper()
	plain := string(plainJPEG(t))
	return plain[:2] + segment(mAPP1, exifAPP1(binary.LittleEndian, 1, "CANARY-thumbnail-exif")) + segment(mCOM, "CANARY-picture-comment") + plain[2:]
}

const core = `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
	` xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>CANARY-creator</dc:creator></cp:coreProperties>`

// blip is a picture in a letter or on a slide.
func blip(prefix, id string) string {
	return `<` + prefix + `:blipFill><a:blip r:embed="` + id + `"/><a:stretch><a:fillRect/></a:stretch></` + prefix + `:blipFill>`
}

const square = `<a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>`

func docx(t testing.TB) []byte {
	t.Helper()
	p := func(runs string) string { return `<w:p w:rsidR="00CANARY" w14:paraId="CANARY00">` + runs + `</w:p>` }
	r := func(text string) string {
		return `<w:r w:rsidRPr="00CANARY"><w:rPr><w:lang w:val="CANARY-lang"/></w:rPr><w:t xml:space="preserve">` + text + `</w:t></w:r>`
	}
	by := ` w:id="90" w:author="CANARY-author" w:date="2024-01-01T00:00:00Z"`
	field := func(instr, result string) string {
		return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + instr + ` </w:instrText></w:r>` +
			`<w:r><w:fldChar w:fldCharType="separate"/></w:r>` + r(result) + `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
	}
	mark := func(change string) string { return `<w:pPr><w:rPr><w:` + change + by + `/></w:rPr></w:pPr>` }
	body := p(r("Terlihat satu &amp; <![CDATA[<dua>]]>")+
		`<w:ins`+by+`>`+r("Terlihat disisipkan")+`<w:del`+by+`><w:r><w:delText>CANARY-deleted-insertion</w:delText></w:r></w:del></w:ins>`+
		`<w:del`+by+`><w:r><w:delText>CANARY-deleted</w:delText><w:footnoteReference w:id="3"/></w:r></w:del>`+
		`<w:moveFrom`+by+`>`+r("CANARY-moved-away")+`</w:moveFrom><w:moveTo`+by+`>`+r("Terlihat dipindah")+`</w:moveTo>`) +
		p(mark("del")+`<w:del`+by+`><w:r><w:delText>CANARY-deleted-paragraph</w:delText></w:r></w:del>`) +
		p(mark("ins")+r("Terlihat tetap")+`<w:r><w:rPr><w:b/><w:rPrChange`+by+`><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr><w:t>tebal</w:t></w:r>`) +
		p(`<w:commentRangeStart w:id="7"/>`+r("Terlihat dikomentari")+`<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>`) +
		p(`<w:bookmarkStart w:id="1" w:name="_GoBack"/><w:bookmarkEnd w:id="1"/>`+
			`<w:hyperlink r:id="rLink" w:tooltip="CANARY-tooltip">`+r("Terlihat tautan")+`</w:hyperlink>`+
			`<w:hyperlink r:id="rFile">`+r("Terlihat berkas")+`</w:hyperlink>`) +
		p(field(`AUTHOR \* MERGEFORMAT`, "CANARY-author-field")+field(`FILENAME \p`, "CANARY-path")+
			field(`HYPERLINK "https://contoh.invalid/"`, "Terlihat kolom")+field(`HYPERLINK "file:///C:/CANARY/x"`, "Terlihat lokal")+
			field(`INCLUDETEXT "C:\\CANARY"`, "Terlihat sisipan")+
			`<w:fldSimple w:instr=" LASTSAVEDBY CANARY ">`+r("CANARY-saved-by")+`</w:fldSimple>`+
			field(`IF `+`</w:instrText></w:r>`+field(`DOCPROPERTY CANARY`, "CANARY-nested")+`<w:r><w:instrText>`, "Terlihat bersarang")) +
		p(`<w:sdt><w:sdtPr><w:alias w:val="CANARY-alias"/><w:tag w:val="CANARY-tag"/><w:dataBinding w:xpath="CANARY-xpath" w:storeItemID="{0}"/></w:sdtPr>`+
			`<w:sdtContent>`+r("Terlihat isian")+`</w:sdtContent></w:sdt><w:smartTag w:uri="CANARY" w:element="x"><w:smartTagPr><w:attr w:name="CANARY" w:val="CANARY"/></w:smartTagPr>`+r("Terlihat cerdas")+`</w:smartTag>`) +
		p(`<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="CANARY-name.jpg" descr="C:\CANARY-descr"/>`+
			`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="CANARY-file.jpg" descr="CANARY-descr"/><pic:cNvPicPr/></pic:nvPicPr>`+
			blip("pic", "rPic")+`<pic:spPr>`+square+`</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`) +
		p(`<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="1900000" cy="900000"/><wp:docPr id="2" name="CANARY-box"/><a:graphic>`+
			`<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>`+square+`</wps:spPr>`+
			`<wps:txbx><w:txbxContent>`+p(r("Terlihat kotak"))+`</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>`+
			`<mc:Fallback><w:pict><v:rect id="CANARY" o:spid="_x0000_CANARY" alt="CANARY"><v:textbox><w:txbxContent>`+p(r("CANARY-fallback"))+`</w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r>`) +
		`<w:tbl><w:tblPr><w:tblCaption w:val="CANARY-caption"/></w:tblPr><w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid>` +
		`<w:tr><w:trPr><w:del` + by + `/></w:trPr><w:tc>` + p(r("CANARY-deleted-row")) + `</w:tc></w:tr><w:tr w:rsidTr="00CANARY"><w:tc>` + p(r("Terlihat sel")) + `</w:tc></w:tr></w:tbl>` +
		p(r("Terlihat catatan")+`<w:r><w:footnoteReference w:id="2"/></w:r>`) +
		`<canary:x>CANARY-extension</canary:x>CANARY-stray` +
		`<w:sectPr w:rsidR="00CANARY"><w:headerReference w:type="default" r:id="rHead"/><w:pgSz w:w="11906" w:h="16838"/><w:printerSettings r:id="rPrint"/></w:sectPr>`
	root := ns("w", "r", "a", "pic", "wp", "wps", "mc", "v", "o", "w14", "canary") + ` mc:Ignorable="w14 canary"`
	const wml = "wordprocessingml."
	return []byte(zipped(t,
		types("/word/document.xml="+wml+"document.main", "/word/styles.xml="+wml+"styles", "/word/settings.xml="+wml+"settings",
			"/word/header9.xml="+wml+"header", "/word/footnotes.xml="+wml+"footnotes", "/word/comments.xml="+wml+"comments", "/word/people.xml="+wml+"people"),
		rels("_rels/.rels", "rDoc=officeDocument word/document.xml", "rApp=extended-properties docProps/app.xml", "rThumb=thumbnail docProps/CANARY.jpg"),
		xmlPart("docProps/app.xml", `<Properties><Company>CANARY-company</Company></Properties>`), xmlPart("docProps/core.xml", core),
		"docProps/CANARY.jpg="+dressedJPEG(t), xmlPart("customXml/item1.xml", "<CANARY-item/>"), xmlPart("word/comments.xml", `<w:comments`+ns("w")+`><w:comment w:id="7" w:author="CANARY-commentator" w:initials="C"><w:p><w:r><w:t>CANARY-comment</w:t></w:r></w:p></w:comment></w:comments>`),
		xmlPart("word/people.xml", `<w15:people`+ns("w15")+`><w15:person w15:author="CANARY-people"/></w15:people>`), "word/printerSettings/p.bin=CANARY-printer", "word/embeddings/sheet.xlsx=CANARY-embedding",
		"word/media/unused.jpg=CANARY-unused",
		xmlPart("word/document.xml", `<w:document`+root+`><w:body>`+body+`</w:body></w:document>`),
		rels("word/_rels/document.xml.rels", "rStyle=styles styles.xml", "rSet=settings settings.xml", "rHead=header header9.xml", "rNote=footnotes /word/footnotes.xml",
			"rCom=comments comments.xml", "rPeople=people people.xml", "rPic=image media/CANARY-name.jpg", "rPic2=image media/unused.jpg", "rPrint=printerSettings printerSettings/p.bin",
			"rLink=hyperlink !https://contoh.invalid/a?b=1&amp;c=2", "rFile=hyperlink !file:///C:/Users/CANARY/x.docx", "rCustom=customXml ../customXml/item1.xml", "rPkg=package embeddings/sheet.xlsx"),
		"word/media/CANARY-name.jpg="+dressedJPEG(t),
		xmlPart("word/styles.xml", `<w:styles`+ns("w")+`><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:rsid w:val="00CANARY"/></w:style></w:styles>`),
		xmlPart("word/settings.xml", `<w:settings`+ns("w", "r", "w15")+`><w:attachedTemplate r:id="rT"/><w:trackRevisions/><w:defaultTabStop w:val="708"/>`+
			`<w:docVars><w:docVar w:name="CANARY" w:val="CANARY"/></w:docVars><w:rsids><w:rsidRoot w:val="00CANARY"/></w:rsids><w15:docId w15:val="{CANARY}"/></w:settings>`),
		rels("word/_rels/settings.xml.rels", "rT=attachedTemplate !file:///C:/CANARY.dotx"),
		xmlPart("word/header9.xml", `<w:hdr`+ns("w", "w14")+`>`+p(r("Terlihat kepala")+field("FILENAME", "CANARY-file"))+`</w:hdr>`),
		xmlPart("word/footnotes.xml", `<w:footnotes`+ns("w", "w14")+`><w:footnote w:type="separator" w:id="0">`+p(`<w:r><w:separator/></w:r>`)+`</w:footnote>`+
			`<w:footnote w:id="2">`+p(r("Terlihat kaki"))+`</w:footnote><w:footnote w:id="3">`+p(r("CANARY-note-of-what-was-deleted"))+`</w:footnote></w:footnotes>`),
	))
}

var docxSees = []string{
	"Terlihat satu & <dua>", "Terlihat disisipkan", "Terlihat dipindah", "Terlihat tetap", "tebal", "Terlihat dikomentari", "Terlihat tautan",
	"Terlihat berkas", "Terlihat kolom", "Terlihat lokal", "Terlihat sisipan", "Terlihat bersarang", "Terlihat isian", "Terlihat cerdas", "Terlihat kotak",
	"Terlihat sel", "Terlihat catatan", "Terlihat kepala", "Terlihat kaki",
}

func xlsx(t testing.TB) []byte {
	t.Helper()
	const sml = "spreadsheetml."
	return []byte(zipped(t,
		types("/xl/workbook.xml="+sml+"sheet.main", "/xl/worksheets/sheet5.xml="+sml+"worksheet", "/xl/sharedStrings.xml="+sml+"sharedStrings",
			"/xl/styles.xml="+sml+"styles", "/xl/drawings/drawing1.xml=drawing"),
		rels("_rels/.rels", "r1=officeDocument xl/workbook.xml", "r2=core-properties docProps/core.xml"), xmlPart("docProps/core.xml", core),
		xmlPart("xl/workbook.xml", `<workbook`+ns("xmlns=x", "r", "mc", "x15", "xr")+` mc:Ignorable="x15 xr"><fileVersion appName="xl" lastEdited="CANARY"/>`+
			`<fileSharing userName="CANARY-user"/><workbookPr codeName="CANARY-code"/><mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath url="C:\CANARY-path\" xmlns:x15ac="urn:x"/></mc:Choice></mc:AlternateContent>`+
			`<xr:revisionPtr documentId="CANARY"/><bookViews><workbookView xWindow="1" activeTab="0" xr2:uid="{CANARY}" xmlns:xr2="urn:y"/></bookViews>`+
			`<sheets><sheet name="Terlihat lembar" sheetId="3" r:id="rS"/></sheets><externalReferences><externalReference r:id="rX"/></externalReferences>`+
			`<definedNames><definedName name="Nama" comment="CANARY-note">'Terlihat lembar'!$A$1</definedName><definedName name="Luar">[1]CANARY!$A$1</definedName></definedNames></workbook>`),
		rels("xl/_rels/workbook.xml.rels", "rS=worksheet worksheets/sheet5.xml", "rStr=sharedStrings sharedStrings.xml", "rSty=styles styles.xml", "rX=externalLink externalLinks/externalLink1.xml", "rP=person persons/person.xml"),
		xmlPart("xl/externalLinks/externalLink1.xml", "<externalLink>CANARY-external</externalLink>"), xmlPart("xl/persons/person.xml", "<personList>CANARY-person</personList>"),
		xmlPart("xl/styles.xml", `<styleSheet`+ns("xmlns=x")+`><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>`+
			`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>`),
		xmlPart("xl/sharedStrings.xml", `<sst`+ns("xmlns=x")+` count="2" uniqueCount="3"><si><t>CANARY-no-cell</t></si><si><t>Terlihat bersama</t></si><si><r><t>CANARY-rich</t></r></si></sst>`),
		xmlPart("xl/worksheets/sheet5.xml", `<worksheet`+ns("xmlns=x", "r", "xr")+` xr:uid="{CANARY}"><sheetPr codeName="CANARY"/><sheetData><row r="1" spans="1:3"><c r="A1" t="s"><v>1</v></c>`+
			`<c r="B1"><f>[1]CANARY!A1</f><v>42</v></c><c r="C1" t="inlineStr"><is><t>Terlihat langsung</t></is></c></row></sheetData>`+
			`<sheetProtection algorithmName="SHA-512" hashValue="CANARY"/><protectedRanges><protectedRange name="CANARY" sqref="A1" securityDescriptor="CANARY"/></protectedRanges>`+
			`<scenarios><scenario name="CANARY" user="CANARY"/></scenarios>`+
			`<hyperlinks><hyperlink ref="A1" r:id="rL" display="CANARY-display" tooltip="CANARY"/><hyperlink ref="B1" r:id="rF"/></hyperlinks>`+
			`<pageSetup orientation="portrait" r:id="rPrint"/><drawing r:id="rD"/><legacyDrawing r:id="rV"/></worksheet>`),
		rels("xl/worksheets/_rels/sheet5.xml.rels", "rL=hyperlink !https://contoh.invalid/", "rF=hyperlink !file:///CANARY", "rPrint=printerSettings ../printerSettings/p.bin", "rD=drawing ../drawings/drawing1.xml",
			"rV=vmlDrawing ../drawings/v.vml", "rC=comments ../comments1.xml", "rT=threadedComment ../threadedComments/t.xml"),
		xmlPart("xl/comments1.xml", "<comments>CANARY-comments</comments>"), xmlPart("xl/threadedComments/t.xml", "<x>CANARY</x>"), "xl/printerSettings/p.bin=CANARY",
		xmlPart("xl/drawings/drawing1.xml", `<xdr:wsDr`+ns("xdr", "a", "r")+`><xdr:oneCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="900000" cy="900000"/>`+
			`<xdr:pic macro="CANARY"><xdr:nvPicPr><xdr:cNvPr id="2" name="CANARY" descr="CANARY"/><xdr:cNvPicPr/></xdr:nvPicPr>`+blip("xdr", "rPic")+`<xdr:spPr>`+square+`</xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>`),
		rels("xl/drawings/_rels/drawing1.xml.rels", "rPic=image ../media/image1.jpg"), "xl/media/image1.jpg="+dressedJPEG(t),
	))
}

var xlsxSees = []string{"Terlihat bersama", "42", "Terlihat langsung"}

func pptx(t testing.TB) []byte {
	t.Helper()
	const pml = "presentationml."
	tree := func(shapes string) string {
		return `<p:cSld name="CANARY-slide"><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>` + shapes + `</p:spTree><p:extLst><p:ext uri="{CANARY}"><p14:creationId val="CANARY"/></p:ext></p:extLst></p:cSld>`
	}
	root := ns("p", "a", "r", "mc", "p14", "a16")
	shape := func(text string) string {
		return `<p:sp><p:nvSpPr><p:cNvPr id="4" name="CANARY-shape" descr="CANARY"><a:hlinkClick r:id="rL" tooltip="CANARY"/><a:extLst><a:ext uri="{F}"><a16:creationId id="{CANARY}"/></a:ext></a:extLst></p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr>` +
			`<p:spPr>` + square + `</p:spPr><p:txBody><a:bodyPr wrap="none"/><a:p><a:r><a:rPr lang="CANARY" sz="1800"/><a:t>` + text + `</a:t></a:r></a:p></p:txBody></p:sp>`
	}
	clrMap := `<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>`
	return []byte(zipped(t,
		types("/ppt/presentation.xml="+pml+"presentation.main", "/ppt/slides/slide7.xml="+pml+"slide", "/ppt/slideMasters/slideMaster1.xml="+pml+"slideMaster",
			"/ppt/slideLayouts/slideLayout1.xml="+pml+"slideLayout", "/ppt/theme/theme1.xml=theme", "/ppt/notesSlides/n.xml="+pml+"notesSlide"),
		rels("_rels/.rels", "r1=officeDocument ppt/presentation.xml", "r2=core-properties docProps/core.xml"), xmlPart("docProps/core.xml", core),
		xmlPart("ppt/presentation.xml", `<p:presentation`+root+`><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rM"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rS"/></p:sldIdLst>`+
			`<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/><p:modifyVerifier hashData="CANARY"/><p:custDataLst><p:tags r:id="rT"/></p:custDataLst></p:presentation>`),
		rels("ppt/_rels/presentation.xml.rels", "rM=slideMaster slideMasters/slideMaster1.xml", "rS=slide slides/slide7.xml", "rA=commentAuthors commentAuthors.xml", "rT=tags tags/tag1.xml", "rP=presProps presProps.xml"),
		xmlPart("ppt/commentAuthors.xml", "<x>CANARY-authors</x>"), xmlPart("ppt/tags/tag1.xml", "<x>CANARY-tag</x>"), xmlPart("ppt/presProps.xml", "<x>CANARY</x>"),
		xmlPart("ppt/slides/slide7.xml", `<p:sld`+root+`>`+tree(shape("Terlihat salindia")+`<p:pic><p:nvPicPr><p:cNvPr id="5" name="CANARY.jpg"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>`+blip("p", "rPic")+`<p:spPr>`+square+`</p:spPr></p:pic>`)+
			`<mc:AlternateContent><mc:Choice Requires="p14"><p:transition p14:dur="CANARY"/></mc:Choice><mc:Fallback><p:transition/></mc:Fallback></mc:AlternateContent></p:sld>`),
		rels("ppt/slides/_rels/slide7.xml.rels", "rLay=slideLayout ../slideLayouts/slideLayout1.xml", "rN=notesSlide ../notesSlides/n.xml", "rC=comments ../comments/c.xml", "rPic=image ../media/image1.jpg", "rL=hyperlink !file:///CANARY"),
		xmlPart("ppt/notesSlides/n.xml", "<notes>CANARY-notes</notes>"), xmlPart("ppt/comments/c.xml", "<x>CANARY-comment</x>"), "ppt/media/image1.jpg="+dressedJPEG(t),
		xmlPart("ppt/slideLayouts/slideLayout1.xml", `<p:sldLayout`+root+` matchingName="CANARY">`+tree("")+`</p:sldLayout>`),
		rels("ppt/slideLayouts/_rels/slideLayout1.xml.rels", "r1=slideMaster ../slideMasters/slideMaster1.xml"),
		xmlPart("ppt/slideMasters/slideMaster1.xml", `<p:sldMaster`+root+`>`+tree("")+clrMap+`<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="r1"/></p:sldLayoutIdLst></p:sldMaster>`),
		rels("ppt/slideMasters/_rels/slideMaster1.xml.rels", "r1=slideLayout ../slideLayouts/slideLayout1.xml", "r2=theme ../theme/theme1.xml"),
		xmlPart("ppt/theme/theme1.xml", theme),
	))
}

var pptxSees = []string{"Terlihat salindia"}

var theme = func() string {
	colours := ""
	for _, c := range strings.Fields("dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink") {
		colours += `<a:` + c + `><a:srgbClr val="446688"/></a:` + c + `>`
	}
	fill := strings.Repeat(`<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>`, 3)
	font := `<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>`
	return `<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="CANARY-theme"><a:themeElements><a:clrScheme name="CANARY-colours">` + colours + `</a:clrScheme>` +
		`<a:fontScheme name="CANARY-fonts"><a:majorFont>` + font + `</a:majorFont><a:minorFont>` + font + `</a:minorFont></a:fontScheme><a:fmtScheme name="CANARY"><a:fillStyleLst>` + fill + `</a:fillStyleLst><a:lnStyleLst>` +
		strings.Repeat(`<a:ln w="9525"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>`, 3) + `</a:lnStyleLst><a:effectStyleLst>` +
		strings.Repeat(`<a:effectStyle><a:effectLst/></a:effectStyle>`, 3) + `</a:effectStyleLst><a:bgFillStyleLst>` + fill + `</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>`
}()

// odf is an OpenDocument with a body.
func odf(t testing.TB, media, body string) []byte {
	t.Helper()
	root := ns("office", "text", "table", "draw", "style", "fo", "svg", "xlink", "presentation", "number", "dc", "meta", "script", "form", "loext", "canary") + ` office:version="1.3"`
	members := []string{"mimetype=" + media,
		xmlPart("meta.xml", `<office:document-meta`+ns("office", "dc", "meta")+`><office:meta><dc:creator>CANARY-meta</dc:creator></office:meta></office:document-meta>`), xmlPart("settings.xml", `<office:document-settings`+ns("office")+`><office:settings>CANARY-printer</office:settings></office:document-settings>`), xmlPart("manifest.rdf", "<x>CANARY</x>"),
		"Thumbnails/thumbnail.png=CANARY", xmlPart("Configurations2/accelerator/current.xml", "<x>CANARY</x>"), "layout-cache=CANARY", "Pictures/unused.jpg=CANARY",
		"Pictures/CANARY-100.jpg=" + dressedJPEG(t), "ObjectReplacements/Object 1=CANARY",
		xmlPart("styles.xml", `<office:document-styles`+root+`><office:font-face-decls><style:font-face style:name="F" svg:font-family="Arial"><svg:font-face-src><svg:font-face-uri xlink:href="Fonts/CANARY.ttf"/></svg:font-face-src></style:font-face></office:font-face-decls>`+
			`<office:styles/><office:automatic-styles><style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/></style:page-layout></office:automatic-styles>`+
			`<office:master-styles><style:master-page style:name="Default" style:page-layout-name="pm1"/></office:master-styles></office:document-styles>`),
		xmlPart("content.xml", `<office:document-content`+root+`><office:scripts><script:script>CANARY</script:script></office:scripts><office:automatic-styles/>`+
			`<office:body>`+body+`</office:body></office:document-content>`),
	}
	manifest := ""
	for _, m := range members[1:] { // LibreOffice takes nothing that is not listed
		name, _, _ := strings.Cut(m, "=")
		manifest += `<manifest:file-entry manifest:full-path="` + name + `" manifest:media-type="text/xml"/>`
	}
	return []byte(zipped(t, append(members, xmlPart("META-INF/manifest.xml", `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">`+
		`<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="`+media+`"/>`+manifest+`</manifest:manifest>`))...))
}

const odfPicture = `<draw:frame draw:name="CANARY-frame" svg:width="2cm" svg:height="2cm" text:anchor-type="as-char"><draw:image xlink:href="Pictures/CANARY-100.jpg" loext:mime-type="CANARY"/>` +
	`<svg:title>CANARY-title</svg:title><svg:desc>CANARY-desc</svg:desc></draw:frame>`

const odfNote = `<office:annotation><dc:creator>CANARY-commentator</dc:creator><dc:date>2024</dc:date><text:p>CANARY-comment</text:p></office:annotation>`

func odt(t testing.TB) []byte {
	t.Helper()
	return odf(t, odtType, `<office:text text:use-soft-page-breaks="true"><text:tracked-changes><text:changed-region text:id="ct1"><text:deletion><office:change-info><dc:creator>CANARY-changer</dc:creator></office:change-info>`+
		`<text:p>CANARY-deleted</text:p></text:deletion></text:changed-region></text:tracked-changes>`+
		`<office:forms form:automatic-focus="false"><form:form form:name="CANARY"/></office:forms><text:user-field-decls><text:user-field-decl text:name="CANARY" office:string-value="CANARY"/></text:user-field-decls>`+
		`<text:p canary:x="CANARY" xml:id="CANARY-id">Terlihat satu<text:change text:change-id="ct1"/> &amp; dua`+odfNote+`</text:p>`+
		`<text:p>`+odfPicture+`</text:p><text:p>Oleh <text:author-name>CANARY-author</text:author-name><text:initial-creator>CANARY</text:initial-creator><text:sender-email>CANARY</text:sender-email><text:file-name>CANARY</text:file-name>`+
		`<text:title>Terlihat judul</text:title> <loext:content-control loext:alias="CANARY">Terlihat isian</loext:content-control> <text:user-field-get text:name="CANARY">Terlihat nilai</text:user-field-get></text:p>`+
		`<text:p><text:a xlink:type="simple" xlink:href="https://contoh.invalid/" office:title="CANARY">Terlihat tautan</text:a> <text:a xlink:href="file:///home/CANARY/x">Terlihat berkas</text:a></text:p>`+
		`<canary:x>CANARY</canary:x><text:list xml:id="listCANARY1"><text:list-item><text:p>Terlihat butir</text:p></text:list-item></text:list><text:list text:continue-list="listCANARY1"><text:list-item><text:p>lanjut</text:p></text:list-item></text:list></office:text>`)
}

var odtSees = []string{"Terlihat satu & dua", "Terlihat judul", "Terlihat isian", "Terlihat nilai", "Terlihat tautan", "Terlihat berkas", "Terlihat butir", "lanjut"}

func ods(t testing.TB) []byte {
	t.Helper()
	return odf(t, odsType, `<office:spreadsheet><table:tracked-changes>CANARY</table:tracked-changes><table:table table:name="Lembar" table:protected="true" table:protection-key="CANARY"><table:title>CANARY</table:title><table:table-column/><table:table-row>`+
		`<table:table-cell office:value-type="string"><text:p>Terlihat sel</text:p>`+odfNote+`</table:table-cell><table:table-cell table:formula="of:=['file:///CANARY/x.ods'#$A.A1]" office:value-type="float" office:value="42"><text:p>42</text:p></table:table-cell>`+
		`</table:table-row></table:table><table:table table:name="'file:///CANARY/x.ods'#A"><table:table-source xlink:href="CANARY"/><table:table-column/><table:table-row><table:table-cell/></table:table-row></table:table></office:spreadsheet>`)
}

var odsSees = []string{"Terlihat sel", "42"}

func odp(t testing.TB) []byte {
	t.Helper()
	return odf(t, odpType, `<office:presentation><draw:page draw:name="page1" draw:master-page-name="Default">`+odfNote+odfPicture+
		`<draw:frame svg:width="10cm" svg:height="3cm" svg:x="2cm" svg:y="5cm"><draw:text-box><text:p>Terlihat salindia</text:p></draw:text-box></draw:frame>`+
		`<presentation:notes><draw:frame><draw:text-box><text:p>CANARY-notes</text:p></draw:text-box></draw:frame></presentation:notes></draw:page><presentation:settings><presentation:show presentation:name="CANARY"/></presentation:settings></office:presentation>`)
}

var odpSees = []string{"Terlihat salindia"}
