package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pdfXRefStream is a document whose table of objects is a stream: rows of one,
// four and two bytes, and more objects before it.
func pdfXRefStream(dict string, rows func(places []int) string, objects ...string) []byte {
	b := []byte("%PDF-1.5\n")
	places := []int{0}
	for i, o := range objects {
		places = append(places, len(b))
		b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := len(b)
	places = append(places, at)
	return fmt.Appendf(b, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF", len(places)-1,
		pdfFlate(fmt.Sprintf("/Type/XRef/W[1 4 2]/Root 1 0 R/Size %d%s", len(places), dict), rows(places)), at)
}

func pdfRow(kind byte, a, b int) string {
	return string([]byte{kind, byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a), byte(b >> 8), byte(b)})
}

// pdfRows are rows for objects in the file.
func pdfRows(places []int) string {
	s := pdfRow(0, 0, 0)
	for _, at := range places[1:] {
		s += pdfRow(1, at, 0)
	}
	return s
}

func TestPDFUnclean(t *testing.T) {
	const (
		catalog = "<</Type/Catalog/Pages 2 0 R>>"
		pages   = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
		page    = "<</Type/Page/MediaBox[0 0 9 9]/Contents 4 0 R>>"
		empty   = "<</Length 0>>\nstream\n\nendstream"
		root    = "/Root 1 0 R"
	)
	good := pdfBuilt(root, catalog, pages, page, empty)
	if err := scrubPDF(io.Discard, from(good), nil); err != nil {
		t.Fatal(err)
	}
	if err := scrubPDF(io.Discard, from(pdfXRefStream("", pdfRows, catalog, pages, page, empty)), nil); err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) []byte { return []byte(strings.Replace(string(good), old, new, 1)) }
	draw := func(s string) []byte { return pdfOnePage("", s) }
	with := func(keys string, more ...string) []byte { return pdfOnePage(keys, "/I gs /F gs", more...) }
	in := func(catalogKeys string) []byte {
		return pdfBuilt(root, "<</Type/Catalog/Pages 2 0 R"+catalogKeys+">>", pages, page, empty, "<</Type/OCG/Name(a)>>")
	}
	image := func(dict, data string) []byte {
		return with("/Resources<</XObject<</I 5 0 R>>>>", pdfStreamOf("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"+dict, data))
	}
	annot := func(keys string) []byte { return with("/Annots[<<" + keys + ">>]") }
	deep := strings.Repeat("[", 200_000)
	at := bytes.Index(good, []byte("xref\n"))
	bundle := func(dict, data string, entry string) []byte {
		return pdfXRefStream("", func(places []int) string {
			return pdfRow(0, 0, 0) + pdfRow(1, places[1], 0) + pdfRow(1, places[2], 0) + entry + pdfRow(1, places[4], 0) + pdfRow(1, places[5], 0)
		}, catalog, pages, "null", pdfFlate("/Type/ObjStm"+dict, data))
	}
	if err := scrubPDF(io.Discard, from(bundle("/N 1/First 4", "3 0 "+strings.Replace(page, "4 0 R", "null", 1), pdfRow(2, 4, 0))), nil); err != nil {
		t.Fatal(err)
	}
	tests := map[string][]byte{
		"empty":                  {},
		"only a header":          []byte("%PDF-1.4\n"),
		"something before it":    append([]byte("\xEF\xBB\xBF"), good...),
		"cut":                    good[:len(good)-12],
		"much after the end":     append(bytes.Clone(good), bytes.Repeat([]byte("\n"), 3000)...),
		"zeros and more":         append(append(bytes.Clone(good), make([]byte, 3000)...), "CANARY"...),
		"objects not where said": bytes.Replace(good, []byte("%PDF-1.6\n"), []byte("%PDF-1.6\n\n\n\n"), 1),
		"table nowhere":          change(fmt.Sprintf("startxref\n%d", at), "startxref\n999999999"),
		"table negative":         change(fmt.Sprintf("startxref\n%d", at), "startxref\n-1"),
		"table is an object":     change(fmt.Sprintf("startxref\n%d", at), "startxref\n15"),
		"table of letters":       change("00000 n", "00000 x"),
		"table without end":      change("0 1\n0000000000", "0 99999999\n0000000000"),
		"only an owner password": pdfBuilt(root+"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"+strings.Repeat("41", 32)+">/U<"+strings.Repeat("42", 32)+">>>", catalog, pages, page, empty),
		"encrypted":              pdfBuilt(root+"/Encrypt<</Filter/Standard>>", catalog, pages, page, empty),
		"no catalog":             pdfBuilt("", catalog, pages, page, empty),
		"catalog missing":        pdfBuilt("/Root 9 0 R", catalog, pages, page, empty),
		"trailer no dictionary":  change("trailer\n<<", "trailer\n[["),
		"version after itself":   pdfBuilt(fmt.Sprintf("%s/Prev %d", root, at), catalog, pages, page, empty),
		"versions in a circle":   pdfUpdated(good, 9, fmt.Sprintf("%s/Prev %d", root, len(good)), "-"),
		"version nowhere":        pdfUpdated(good, 9, root+"/Prev 88888888", "-"),
		"hybrid to itself":       pdfUpdated(good, 9, fmt.Sprintf("%s/XRefStm %d", root, len(good)), "-"),
		"other generation":       change("4 0 R", "4 1 R"),
		"reference to reference": pdfBuilt(root, catalog, pages, page, "3 0 R"),
		"key twice":              pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9]/MediaBox[0 0 1 1]>>"),
		"key is a number":        pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9] 1 1>>"),
		"unknown word":           pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 nine]>>"),
		"object without end":     pdfBuilt(root, catalog, pages, page+" 4"),
		"deep arrays":            with("/Resources<</Font<</F "+deep+">>>>", "null"),
		"deep dictionaries":      with("/Resources "+strings.Repeat("<</Font ", 100_000), "null"),
		"many values":            with("/Resources["+strings.Repeat("1 ", pdfMaxValues)+"]", "null"),

		"no pages":          pdfBuilt(root, catalog, "<</Type/Pages/Kids[]/Count 0>>"),
		"pages in a circle": pdfBuilt(root, catalog, "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
		"page twice":        pdfBuilt(root, catalog, "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>", page, empty),
		"page of no type":   pdfBuilt(root, catalog, pages, "<</MediaBox[0 0 9 9]>>"),
		"page is no ref":    pdfBuilt(root, catalog, "<</Type/Pages/Kids["+page+"]/Count 1>>"),
		"page missing":      pdfBuilt(root, catalog, "<</Type/Pages/Kids[7 0 R]/Count 1>>"),
		"page without size": pdfBuilt(root, catalog, pages, "<</Type/Page>>"),
		"doubling tree":     pdfDoubling(),

		"length too short":     change("/Length 0>>\nstream\n\n", "/Length 0>>\nstream\nxx"),
		"length one less":      pdfBuilt(root, catalog, pages, page, "<</Length 3>>\nstream\nq Q\nQ\nendstream"),
		"length too large":     pdfBuilt(root, catalog, pages, page, "<</Length 99999>>\nstream\nq Q\nendstream"),
		"length missing":       pdfBuilt(root, catalog, pages, page, "<<>>\nstream\nq Q\nendstream"),
		"length is itself":     pdfBuilt(root, catalog, pages, page, "<</Length 4 0 R>>\nstream\nq Q\nendstream"),
		"lengths in a circle":  pdfBuilt(root, catalog, pages, page, "<</Length 5 0 R>>\nstream\nq Q\nendstream", "<</Length 4 0 R>>\nstream\nq Q\nendstream"),
		"stream elsewhere":     pdfBuilt(root, catalog, pages, page, pdfStreamOf("/F(a.txt)", "q Q")),
		"unknown filter":       pdfBuilt(root, catalog, pages, page, pdfStreamOf("/Filter/LZWDecode", "q Q")),
		"encrypted stream":     pdfBuilt(root, catalog, pages, page, pdfStreamOf("/Filter/Crypt", "q Q")),
		"endless filters":      pdfBuilt(root, catalog, pages, page, pdfStreamOf("/Filter["+strings.Repeat("/FlateDecode", 99)+"]", "q Q")),
		"broken compression":   pdfBuilt(root, catalog, pages, page, pdfStreamOf("/Filter/FlateDecode", "q Q")),
		"bomb":                 pdfBuilt(root, catalog, pages, page, pdfFlate("", strings.Repeat(" ", pdfMaxOne+1))),
		"bomb in a bomb":       pdfBuilt(root, catalog, pages, page, pdfStreamOf("/Filter[/FlateDecode/FlateDecode]", deflated(deflated(strings.Repeat(" ", pdfMaxOne+1))))),
		"unknown prediction":   pdfBuilt(root, catalog, pages, page, pdfFlate("/DecodeParms<</Predictor 2/Columns 4>>", "q Q ")),
		"endless prediction":   pdfBuilt(root, catalog, pages, page, pdfFlate("/DecodeParms<</Predictor 12/Columns 999999999>>", "q Q ")),
		"bundle in a bundle":   bundle("/N 1/First 4", "3 0 "+page, pdfRow(2, 3, 0)),
		"bundle is missing":    bundle("/N 1/First 4", "3 0 "+page, pdfRow(2, 9, 0)),
		"bundle of another":    bundle("/N 1/First 4", "7 0 "+page, pdfRow(2, 4, 0)),
		"bundle too small":     bundle("/N 1/First 4", "3 0 "+page, pdfRow(2, 4, 5)),
		"bundle of millions":   bundle("/N 999999999/First 4", "3 0 "+page, pdfRow(2, 4, 0)),
		"bundle after its end": bundle("/N 1/First 6", "3 9999", pdfRow(2, 4, 0)),
		"table of no width":    bytes.Replace(pdfXRefStream("", pdfRows, catalog, pages, page, empty), []byte("/W[1 4 2]"), []byte("/W[0 0 0]"), 1),
		"table too wide":       bytes.Replace(pdfXRefStream("", pdfRows, catalog, pages, page, empty), []byte("/W[1 4 2]"), []byte("/W[9 9 9]"), 1),
		"table of millions":    pdfXRefStream("/Index[0 999999999999]", pdfRows, catalog, pages, page, empty),
		"a million objects": pdfXRefStream("/Index[0 5 9 1000000]", func(places []int) string {
			return pdfRows(places)[:35] + strings.Repeat(pdfRow(1, 9, 0), 1_000_000)
		}, catalog, pages, page, empty),
		"expensive references": pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9]/CropBox["+
			strings.Repeat("5 0 R ", 10_000)+"]>>", empty, strings.Repeat(" ", 100_000)+"1"),

		"collection":           in("/Collection<<>>"),
		"XFA":                  in("/AcroForm<</XFA(x)>>"),
		"drawn by programs":    in("/AcroForm<</NeedAppearances true>>"),
		"hidden layer":         in("/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]>>>>"),
		"hidden layers":        in("/OCProperties<</OCGs[5 0 R]/D<</BaseState/OFF>>>>"),
		"layers by event":      in("/OCProperties<</OCGs[5 0 R]/D<</AS[<</Event/View>>]>>>>"),
		"hidden by shown":      with("/Resources<</Properties<</P<</Type/OCMD/P/AllOff>>>>>>"),
		"hidden by formula":    with("/Resources<</XObject<</F 5 0 R>>>>", pdfStreamOf("/Subtype/Form/BBox[0 0 1 1]/OC<</VE[/Not 6 0 R]>>", "")),
		"note":                 annot("/Subtype/Text/Rect[0 0 9 9]"),
		"attached file":        annot("/Subtype/FileAttachment/Rect[0 0 9 9]/AP<</N 4 0 R>>"),
		"film":                 annot("/Subtype/RichMedia/Rect[0 0 9 9]/AP<</N 4 0 R>>"),
		"field without look":   annot("/Subtype/Widget/Rect[0 0 9 9]/V(CANARY)"),
		"mark without look":    annot("/Subtype/Highlight/Rect[0 0 9 9]"),
		"field in no state":    annot("/Subtype/Widget/Rect[0 0 9 9]/AP<</N<</On 4 0 R>>>>"),
		"look that is missing": annot("/Subtype/Widget/Rect[0 0 9 9]/AP<</N 99 0 R>>"),
		"look is no stream":    annot("/Subtype/Stamp/Rect[0 0 9 9]/AP<</N[1]>>"),

		"photo that is none":     image("/Filter/DCTDecode", "hello"),
		"JPEG 2000":              image("/Filter/JPXDecode", "\x00\x00\x00\x0CjP  "),
		"picture too large":      with("/Resources<</XObject<</I 5 0 R>>>>", pdfStreamOf("/Subtype/Image/Width 99999/Height 1", "x")),
		"fax with a comment":     image("/Filter/JBIG2Decode", "\x00\x00\x00\x00\x3E\x00\x01\x00\x00\x00\x06CANARY"),
		"fax cut":                image("/Filter/JBIG2Decode", "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x16"),
		"fax of unknown length":  image("/Filter/JBIG2Decode", "\x00\x00\x00\x00\x26\x00\x01\xFF\xFF\xFF\xFFabc"),
		"endless runs":           image("/Filter/RunLengthDecode", "\x05abc"),
		"PostScript":             with("/Resources<</XObject<</I 5 0 R>>>>", pdfStreamOf("/Subtype/PS", "showpage")),
		"font is a stream":       with("/Resources<</Font<</I 5 0 R>>>>", pdfStreamOf("/Subtype/PS", "showpage")),
		"unknown colours":        with("/Resources<</ColorSpace<</I[/CANARY 1]>>>>"),
		"unknown profile":        with("/Resources<</ColorSpace<</I[/ICCBased 5 0 R]>>>>", pdfStreamOf("/N 2", "x")),
		"function of no kind":    with("/Resources<</Shading<</I<</ShadingType 1/Function 5 0 R>>>>>>", pdfStreamOf("/FunctionType 9", "x")),
		"resources of others":    with("/Resources<</XObject<</F 5 0 R>>>>", pdfStreamOf("/Subtype/Form/BBox[0 0 9 9]", "/F Do")),
		"resources of the page":  with("/Resources<</Font<</F 5 0 R>>>>", "<</Subtype/Type3/CharProcs<</a 6 0 R>>>>", pdfStreamOf("", "/F Do")),
		"contents no stream":     pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9]/Contents[3 0 R]>>", empty),
		"contents in place":      pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9]/Contents[<<>>]>>", empty),
		"picture of the page":    draw("BI /W 1 /H 1 /BPC 8 /CS /F /F /Fl ID " + deflated("x") + " EI"),
		"nothing among contents": pdfBuilt(root, catalog, pages, "<</Type/Page/MediaBox[0 0 9 9]/Contents[4 0 R null]>>", empty),

		"unknown instruction":  draw("(CANARY) CANARY"),
		"instruction cut":      draw("1 0 0"),
		"text left over":       draw("(CANARY)"),
		"string without end":   draw("(CANARY"),
		"bracket":              draw("] q Q"),
		"braces":               draw("{CANARY} q Q"),
		"crossed brackets":     draw("[<<]>> BDC"),
		"dictionary for none":  draw("<</A(CANARY)>> q"),
		"deep operands":        draw(deep),
		"operator in an array": draw("[q] TJ"),
		"picture of no size":   draw("BI /W 1 ID x EI"),
		"picture of a bomb":    draw("BI /W 99999 /H 99999 /BPC 8 /CS /RGB ID x EI"),
		"picture two ends":     draw("BI /W 8 /H 1 /BPC 8 /CS /G ID ab EI cd\n EI"),
		"picture no end":       draw("BI /W 8 /H 1 /BPC 8 /CS /G ID 12345678 Q"),
		"picture unknown key":  draw("BI /W 1 /H 1 /BPC 8 /CS /G /Author(CANARY) ID x EI"),
		"picture text":         draw("BI /W(CANARY) /H 1 /BPC 8 /CS /G ID x EI"),
		"picture comment":      draw("BI /W 1 /H 1 /BPC 8 /CS /G %CANARY\nID x EI"),
		"picture photo":        draw("BI /W 1 /H 1 /BPC 8 /CS /G /F /DCT ID x EI"),
		"picture cut":          draw("BI /W 1 /H 1 /BPC 8"),
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			err := survive(scrubPDF, io.Discard, from(in), nil)
			if u := unclean(""); !errors.As(err, &u) || strings.Contains(err.Error(), "panicked") {
				t.Errorf("got %v, want that it is unclean", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// pdfDoubling is a tree of pages each of whose branches is there twice.
func pdfDoubling() []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>"}
	for n := 3; n < 40; n++ {
		objects = append(objects, fmt.Sprintf("<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>", n, n))
	}
	return pdfBuilt("/Root 1 0 R", append(objects, "<</Type/Page/MediaBox[0 0 9 9]>>")...)
}

// Much of what is allowed must be cheap, too.
func TestPDFTakesTimeInProportion(t *testing.T) {
	tests := map[string][]byte{
		"form in itself":   pdfOnePage("/Resources<</XObject<</F 5 0 R>>>>", "/F Do", pdfStreamOf("/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F 5 0 R>>>>", "/F Do")),
		"long numbers":     pdfOnePage("", strings.Repeat("1 ", 1_000_000)+"re"),
		"long comments":    pdfOnePage("", strings.Repeat("%"+strings.Repeat("c", 1000)+"\n", 1000)),
		"many marks":       pdfOnePage("", strings.Repeat("/P<<>>BDC EMC\n", 100_000)),
		"shared resources": pdfShared("/Resources<</Font<<", "/F# 9999 0 R/G#<<>>", ">>>>", ""),
		"shared layers":    pdfShared("/Resources<</Properties<<", "/F#<<>>/G#<<>>", ">>>>", ""),
		"shared keys":      pdfShared("/Resources<<", "/F# 0/G# 0", ">>", ""),
		"shared names":     pdfShared("/Resources<<", "", ">>", "/F# gs /G# gs\n"),
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			var out counted
			err := survive(scrubPDF, &out, from(in), nil)
			if u := unclean(""); err != nil && (!errors.As(err, &u) || strings.Contains(err.Error(), "panicked")) {
				t.Error(err)
			}
			if took := time.Since(began); took > 20*time.Second || out.n > 16*int64(len(in))+1<<20 {
				t.Errorf("%d bytes took %v and became %d", len(in), took, out.n)
			}
		})
	}
}

// pdfShared has many pages that inherit large resources, and show the same.
func pdfShared(before, each, after, draw string) []byte {
	var kids, all, content strings.Builder
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", ""}
	for n := range 5000 {
		fmt.Fprintf(&kids, "%d 0 R ", n+3)
		all.WriteString(strings.ReplaceAll(each, "#", strconv.Itoa(n)))
		content.WriteString(strings.ReplaceAll(draw, "#", strconv.Itoa(n)))
		objects = append(objects, "<</Type/Page/Contents 5003 0 R>>")
	}
	objects[1] = "<</Type/Pages/MediaBox[0 0 9 9]/Kids[" + kids.String() + "]" + before + all.String() + after + ">>"
	objects = append(objects, pdfStreamOf("", content.String()))
	return pdfBuilt("/Root 1 0 R", objects...)
}
