package vault

import (
	"strings"
	"testing"
)

func TestLeadsAway(t *testing.T) {
	for formula, want := range map[string]bool{
		`SUM(A1:B2)`: false, `'Lembar 1'!A1`: false, `IF(A1>0,"ya: benar","10/12")`: false, `Tabel[Jumlah]`: false,
		`HYPERLINK("https://contoh.invalid/","x")`: false, `HYPERLINK("mailto:a@contoh.invalid")`: false, `of:=SUM([.A1:.B2])`: false,
		`HYPERLINK("\\srv\share\CANARY\f.pdf","x")`: true, `HYPERLINK("C:\Users\CANARY\f.pdf")`: true, `hyperlink(A1)`: true,
		`'C:\Users\CANARY\[b.xlsx]S'!A1`: true, `[b.xlsx]S!A1`: true, `WEBSERVICE("http://CANARY")`: true, `cmd|'/c CANARY'!A0`: true,
		`of:=['smb://CANARY/x.ods'#$S.A1]`: true, `of:=['file:///home/CANARY/x.ods'#$A.A1]`: true, `of:=['https://CANARY/x.ods'#$A.A1]`: true,
		`of:=DDE("soffice";"/x/CANARY.ods";"A1")`: true, `"/home/CANARY"`: true, strings.Repeat("1+", maxFormula): true,
		`HYPERLINK("https://contoh.invalid/")+HYPERLINK(B1)`: true,
	} {
		if got := leadsAway(formula); got != want {
			t.Errorf("%s: got %v", formula, got)
		}
	}
}

// What formulas came to stays; where they looked does not.
func TestOfficeFormulas(t *testing.T) {
	const sml = "spreadsheetml."
	in := zipped(t, types("/xl/workbook.xml="+sml+"sheet.main", "/xl/s.xml="+sml+"worksheet"), rels("_rels/.rels", "r=officeDocument xl/workbook.xml"),
		"xl/workbook.xml=<workbook"+ns("xmlns=x", "r")+`><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets><definedNames><definedName name="A">'C:\CANARY\[b.xlsx]S'!$A$1</definedName></definedNames></workbook>`,
		rels("xl/_rels/workbook.xml.rels", "r1=worksheet s.xml"),
		"xl/s.xml=<worksheet"+ns("xmlns=x", "r")+`><sheetData><row><c r="A1" t="str"><f>HYPERLINK("\\srv\CANARY\f.pdf"<!-- -->,"x")</f><v>Buka</v></c><c r="B1"><f>SUM(A1:A2)</f><v>2</v></c>`+
			`<c r="C1"><f t="shared" ref="C1:C2" si="0">WEBSERVICE("CANARY")</f></c><c r="C2"><f t="shared" si="0"/><v>3</v></c></row></sheetData>`+
			`<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>'C:\CANARY\[x.xls]S'!A1</formula></cfRule></conditionalFormatting>`+
			`<hyperlinks><hyperlink ref="A1" location="'C:\CANARY\[x]S'!A1"/><hyperlink ref="A2" r:id="h" location="S!CANARY"/></hyperlinks></worksheet>`,
		rels("xl/_rels/s.xml.rels", "h=hyperlink !file:///CANARY"))
	out := scrubbed(t, scrubbers[sheetType], []byte(in))
	noCanary(t, out)
	parts := inflatedParts(t, out)
	want := `<sheetData><row><c r="A1" t="str"><v>Buka</v></c><c r="B1"><f>SUM(A1:A2)</f><v>2</v></c><c r="C1"/><c r="C2"><v>3</v></c></row></sheetData>` +
		`<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>#REF!</formula></cfRule></conditionalFormatting></worksheet>`
	if got := parts["xl/worksheets/sheet1.xml"]; !strings.HasSuffix(got, want) {
		t.Errorf("got %s", got)
	}
	if got := parts["xl/workbook.xml"]; strings.Contains(got, "definedName") {
		t.Errorf("got %s", got)
	}

	out = scrubbed(t, scrubbers[odsType], odf(t, odsType, `<office:spreadsheet><table:table table:name="A"><table:table-row>`+
		`<table:table-cell office:value-type="float" office:value="1" table:formula="of:=['smb://CANARY/x.ods'#$S.A1]"><text:p>1</text:p></table:table-cell>`+
		`<table:table-cell office:value-type="float" office:value="2" table:formula="of:=SUM([.A1])"><text:p>2</text:p></table:table-cell></table:table-row></table:table>`+
		`<table:table table:name="'smb://CANARY/x.ods'#S"><table:table-row/></table:table>`+
		`<table:named-expressions><table:named-expression table:name="CANARY" table:expression="DDE(&quot;soffice&quot;)"/>`+
		`<table:named-range table:name="CANARY" table:cell-range-address="'file:///home/CANARY/x.ods'#$A.$A$1"/>`+
		`<table:named-range table:name="tetap" table:cell-range-address="$A.$A$1"/></table:named-expressions></office:spreadsheet>`))
	noCanary(t, out)
	got := inflatedParts(t, out)["content.xml"]
	for _, want := range []string{`office:value="1"><text:p>1<`, `table:formula="of:=SUM([.A1])"`, `table:name="tetap"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// Languages of the words say who set up the computer.
func TestODFLanguage(t *testing.T) {
	out := scrubbed(t, scrubbers[odtType], odf(t, odtType, `<office:text><style:style style:name="P"><style:text-properties fo:language="CANARY" fo:country="CANARY" style:language-asian="CANARY" style:country-complex="CANARY" fo:color="#123456"/></style:style>`+
		`<number:number-style style:name="N" number:language="CANARY" number:country="CANARY"/><number:date-style style:name="D" number:language="id"/></office:text>`))
	noCanary(t, out)
	if got := inflatedParts(t, out)["content.xml"]; !strings.Contains(got, `fo:color="#123456"`) || !strings.Contains(got, `number:language="id"`) {
		t.Errorf("got %s", got)
	}
}

// Bookmarks have names of titles; where they are referred to they still are.
func TestOfficeBookmarks(t *testing.T) {
	run := func(in string) string { return "<w:r>" + in + "</w:r>" }
	field := func(kind string) string { return run(`<w:fldChar w:fldCharType="` + kind + `"/>`) }
	in := zipped(t, letter(wordBody(`<w:p>`+run(`<w:instrText>CANARY outside</w:instrText><w:t>x</w:t>`)+
		run(`<w:fldChar w:fldCharType="begin"><w:fldData>CANARY</w:fldData></w:fldChar>`)+run(`<w:instrText/>`)+run(`<w:instrText> PAGEREF _TocCAN</w:instrText>`)+run(`<w:instrText>ARY \h </w:instrText>`)+
		field("separate")+run(`<w:instrText>CANARY result</w:instrText><w:t>1</w:t>`)+field("end")+
		`<w:fldSimple w:instr=" HYPERLINK \l &quot;CANARY_judul&quot; ">`+run("<w:t>y</w:t>")+`</w:fldSimple>`+
		`<w:hyperlink w:anchor="_top">`+run("<w:t>z</w:t>")+`</w:hyperlink><w:hyperlink w:anchor="canary_Judul">`+run("<w:t>z</w:t>")+`</w:hyperlink>`+
		`<w:bookmarkStart w:id="1" w:name="_TocCANARY"/><w:bookmarkEnd w:id="1"/><w:bookmarkStart w:id="2" w:name="CANARY_judul"/><w:bookmarkEnd w:id="2"/></w:p>`),
		rels("word/_rels/document.xml.rels"))...)
	out := scrubbed(t, scrubbers[wordType], []byte(in))
	noCanary(t, out)
	got := inflatedParts(t, out)["word/document.xml"]
	if strings.Contains(strings.ToLower(got), "canary") {
		t.Error("a canary in small letters")
	}
	for _, want := range []string{`<w:instrText> PAGEREF _b1 \h </w:instrText>`, `w:instr=" HYPERLINK \l &quot;b2&quot; "`, `w:anchor="_top"`, `w:anchor="b2"`, `w:name="_b1"`, `w:name="b2"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// Word writes emoji twice: for itself, and as text.
func TestOfficeEmoji(t *testing.T) {
	in := zipped(t, letter(wordBody(`<w:p><w:r><mc:AlternateContent><mc:Choice Requires="w16se" xmlns:w16se="http://schemas.microsoft.com/office/word/2015/wordml/symex">`+
		`<w16se:symEx w16se:font="Segoe UI Emoji" w16se:char="1F60A"/></mc:Choice><mc:Fallback><w:t>😊</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>`), rels("word/_rels/document.xml.rels"))...)
	if got := inflatedParts(t, scrubbed(t, scrubbers[wordType], []byte(in)))["word/document.xml"]; !strings.Contains(got, "<w:r><w:t>😊</w:t></w:r>") {
		t.Errorf("got %s", got)
	}
}
