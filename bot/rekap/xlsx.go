package rekap

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The parts of a workbook that are always the same, as ECMA-376 wants them. It is
// written here because the library that can do all of it costs the bot 6 MB of
// memory at all times, for one table now and then.
var workbook = []struct{ name, content string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Rekap" sheetId="1" r:id="rId1"/></sheets>` +
		`<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Rekap!$A$1:$H$%d</definedName></definedNames></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	// Styles by number: 0 plain, 1 bold, 2 a time.
	{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
}

// widths are those of the columns, in characters.
var widths = []int{16, 22, 32, 20, 17, 17, 17, 17}

// XLSX writes the same as a workbook: a heading that stays, a filter, and nothing
// that could be a formula, because every cell is text or a time.
func XLSX(w io.Writer, rows []Row, t Table, say Say) error {
	z := zip.NewWriter(w)
	list := within(rows, t)
	for _, part := range workbook {
		f, err := z.Create(part.name)
		if err == nil {
			_, err = io.WriteString(f, xml.Header+strings.Replace(part.content, "%d", strconv.Itoa(len(list)+1), 1))
		}
		if err != nil {
			return fmt.Errorf("write the workbook: %w", err)
		}
	}
	f, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	out := bufio.NewWriter(f) // it keeps the first error, and Flush returns it
	put := func(s ...string) {
		for _, x := range s {
			_, _ = out.WriteString(x)
		}
	}
	put(xml.Header, `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">`,
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, width := range widths {
		n := strconv.Itoa(i + 1)
		put(`<col min="`, n, `" max="`, n, `" width="`, strconv.Itoa(width), `" customWidth="1"/>`)
	}
	put(`</cols><sheetData>`)
	cell := func(row, column int, style, value string) {
		put(`<c r="`, string(rune('A'+column)), strconv.Itoa(row), `" s="`, style, `" t="inlineStr"><is><t xml:space="preserve">`)
		_ = xml.EscapeText(out, []byte(value))
		put(`</t></is></c>`)
	}
	put(`<row r="1">`)
	for j, h := range headings(say) {
		cell(1, j, "1", h)
	}
	put(`</row>`)
	zone := t.From.Location()
	for i, r := range list {
		n := i + 2
		put(`<row r="`, strconv.Itoa(n), `">`)
		for j, x := range r.cells(say, zone)[:4] {
			cell(n, j, "0", x)
		}
		for j, at := range []time.Time{r.Opened, r.Taken, r.Answered, r.Ended} {
			if !at.IsZero() {
				put(`<c r="`, string(rune('E'+j)), strconv.Itoa(n), `" s="2"><v>`, strconv.FormatFloat(serial(at.In(zone)), 'f', 10, 64), `</v></c>`)
			}
		}
		put(`</row>`)
	}
	put(`</sheetData><autoFilter ref="A1:H`, strconv.Itoa(len(list)+1), `"/></worksheet>`)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

// serial is a time as workbooks have it: days since 30 December 1899 on the
// office's clock, because they know no zones. Seconds are left out.
func serial(at time.Time) float64 {
	clock := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	return clock.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}
