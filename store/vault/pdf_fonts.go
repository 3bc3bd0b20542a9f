package vault

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Fonts come with a page so that it looks the same everywhere. What they are
// called, who made them and when they were saved says on which computer a letter
// was written, and is not needed.
//
// Left whole, since it cannot be changed with certainty: the words in bare CFF
// (FontFile3) and in the "CFF " table of OpenType, in the dictionaries of Type 1,
// and the names of glyphs.

// pdfFontFiles are the keys of a font in its descriptor: 9.9.
var pdfFontFiles = []pdfName{"FontFile", "FontFile2", "FontFile3"}

// pdfStandard are the fonts that every program has: 9.6.2.2. Programs know more
// of them than is in the document.
var pdfStandard = pdfWords(`Courier Courier-Bold Courier-Oblique Courier-BoldOblique Helvetica Helvetica-Bold
	Helvetica-Oblique Helvetica-BoldOblique Times-Roman Times-Bold Times-Italic Times-BoldItalic Symbol ZapfDingbats`)

// font copies a font: 9.6. Glyphs that are drawn (9.6.5) use the resources of
// their font.
func (c *pdfCopy) font(d pdfDict) (any, error) {
	name, err := c.fontName(d)
	if err != nil {
		return nil, err
	}
	may := pdfKeys["font"]
	if d["Resources"] == nil || name != "" {
		may = maps.Clone(may)
	}
	if d["Resources"] == nil {
		may["CharProcs"] = "{lonely"
	}
	if name != "" {
		may["BaseFont"] = "=" + string(name)
		may["FontDescriptor"] = pdfNamed + string(name)
	}
	return c.listed(may, d)
}

// pdfNamed is the kind of the descriptor of a font in the document, before its
// new name.
const pdfNamed = "descriptor "

// fontName returns the new name of a font that is in the document, "" if the
// name stays. It is the same for all that belongs to a font.
func (c *pdfCopy) fontName(d pdfDict) (pdfName, error) {
	below, err := c.file.array(d["DescendantFonts"]) // 9.7.1
	if err != nil {
		return "", err
	}
	if len(below) > 0 {
		if d, err = c.file.dict(below[0]); err != nil {
			return "", err
		}
	}
	descriptor, err := c.file.dict(d["FontDescriptor"])
	if err != nil {
		return "", err
	}
	v, err := c.file.direct(d["BaseFont"])
	if err != nil {
		return "", err
	}
	old, _ := v.(pdfName)
	if _, plain, ok := strings.Cut(string(old), "+"); pdfStandard[string(old)] || ok && pdfStandard[plain] {
		return "", nil
	}
	for _, key := range pdfFontFiles {
		r, ok := descriptor[key].(pdfRef)
		if !ok {
			continue
		}
		n := c.fonts[r.n]
		if n == 0 {
			n = len(c.fonts) + 1
			c.fonts[r.n] = n
		}
		name := pdfName("ABCDEF+Font" + strconv.Itoa(n))
		if old != name {
			c.gone.add("font")
		}
		return name, nil
	}
	return "", nil
}

// descriptor copies what is said about a font: 9.8.
func (c *pdfCopy) descriptor(kind string, d pdfDict) (any, error) {
	may := pdfKeys["descriptor"]
	if name, ok := strings.CutPrefix(kind, pdfNamed); ok {
		may = maps.Clone(may)
		may["FontName"] = "=" + name
	}
	return c.listed(may, d)
}

// fontFile copies a font that is in the document: 9.9.
func (c *pdfCopy) fontFile(kind string, dict pdfDict, s *pdfStream) (any, error) {
	b, err := c.file.decoded(s)
	if err != nil {
		return nil, err
	}
	var out []byte
	switch {
	case kind == "type1":
		length, ok := pdfInt(dict["Length1"])
		if !ok || length > len(b) {
			return c.data(kind, dict, s)
		}
		clear := pdfType1(b[:length])
		out = append(clear, b[length:]...)
		dict["Length1"] = pdfNumber(strconv.Itoa(len(clear)))
	case kind == "opentype" && len(b) > 0 && b[0] == 1: // bare CFF
		return c.data(kind, dict, s)
	default:
		if out, err = sfnt(b); err != nil {
			return nil, err
		}
		if dict["Length1"] != nil {
			dict["Length1"] = pdfNumber(strconv.Itoa(len(out)))
		}
	}
	if !bytes.Equal(out, b) {
		c.gone.add("font")
	}
	return pdfDeflated(dict, out)
}

// pdfType1 copies the clear part of a font without comments: who made it, when
// and from what. Adobe Type 1 Font Format, chapter 2. A line of a string may look
// like one, and is harmless to leave out unless it ends the string.
func pdfType1(b []byte) []byte {
	var out []byte
	for first := true; len(b) > 0; first = false {
		n := bytes.IndexAny(b, "\r\n") + 1
		if n == 0 {
			n = len(b)
		}
		if first || b[0] != '%' || bytes.ContainsAny(b[:n], "()\\") {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return slices.Clip(out)
}
