package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/netralitas/netra/store/storetest"
)

// pdfBuilt is a document of these objects, numbered from 1, with a trailer.
func pdfBuilt(trailer string, objects ...string) []byte {
	return pdfUpdated([]byte("%PDF-1.6\n%\xE2\xE3\xCF\xD3\n"), 1, trailer, objects...)
}

// pdfUpdated appends objects, numbered from first, and a table of them. What
// begins with "-" is not written and not in the table.
func pdfUpdated(b []byte, first int, trailer string, objects ...string) []byte {
	b = bytes.Clone(b)
	table := ""
	for i, o := range objects {
		if !strings.HasPrefix(o, "-") {
			table += fmt.Sprintf("%d 1\n%010d 00000 n \n", first+i, len(b))
			b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", first+i, o)
		}
	}
	at := len(b)
	return fmt.Appendf(b, "xref\n0 1\n0000000000 65535 f \n%strailer\n<</Size 100 %s>>\nstartxref\n%d\n%%%%EOF\n", table, trailer, at)
}

// pdfStreamOf is an object with data, as they stand there.
func pdfStreamOf(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

func pdfFlate(dict, data string) string {
	return pdfStreamOf(dict+"/Filter/FlateDecode", deflated(data))
}

func pdfUTF16(s string) string {
	b := []byte("\xFE\xFF")
	for _, c := range s {
		b = binary.BigEndian.AppendUint16(b, uint16(c))
	}
	return string(b)
}

// pdfOnePage is a document of one page that draws this.
func pdfOnePage(page, content string, more ...string) []byte {
	return pdfBuilt("/Root 1 0 R", append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + page + ">>",
		pdfStreamOf("", content),
	}, more...)...)
}

// pdfRun runs a program that knows the format, and returns what it says.
func pdfRun(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run `make deps`", name)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

func pdfWrite(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pdfSound has other programs look at a copy: it is whole, has no canary in any
// stream, and tells nothing.
func pdfSound(t testing.TB, out []byte) {
	t.Helper()
	path := pdfWrite(t, out)
	pdfRun(t, "qpdf", "--check", path)
	plain := filepath.Join(t.TempDir(), "plain.pdf")
	pdfRun(t, "qpdf", "--qdf", "--stream-data=uncompress", "--decode-level=all", path, plain)
	b, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"CANARY", pdfUTF16("CANARY")[2:]}
	storetest.CanariesIn(t, words, "the copy", out)
	storetest.CanariesIn(t, words, "what the copy inflates to", b)
	told := string(pdfRun(t, "exiftool", "-a", "-G1", "-s", path)) + string(pdfRun(t, "pdfinfo", path))
	for _, word := range []string{"CANARY", "Author", "Title:", "Creator", "Producer", "CreateDate", "CreationDate", "ModDate", "XMP"} {
		if strings.Contains(told, word) {
			t.Errorf("the copy tells %s:\n%s", word, told)
		}
	}
}

// pdfSameLook compares text and pixels of all pages. Ligatures may come apart.
func pdfSameLook(t testing.TB, before, after []byte) {
	t.Helper()
	a, b := pdfWrite(t, before), pdfWrite(t, after)
	text := func(path string) string {
		return norm.NFKC.String(string(pdfRun(t, "pdftotext", "-q", path, "-")))
	}
	if x, y := text(a), text(b); x != y {
		t.Errorf("the text is another: %q, was %q", y, x)
	}
	pdfSamePixels(t, a, b)
}

// pdfSamePixels compares what two files look like.
func pdfSamePixels(t testing.TB, a, b string) {
	t.Helper()
	pixels := func(path string) []byte {
		program, err := exec.LookPath("pdftoppm")
		if err != nil {
			t.Fatal("pdftoppm is missing: run `make deps`")
		}
		out, err := exec.CommandContext(t.Context(), program, "-r", "72", path).Output()
		if err != nil || len(out) == 0 {
			t.Fatalf("pdftoppm: %v", err)
		}
		return out
	}
	if !bytes.Equal(pixels(a), pixels(b)) {
		t.Error("the copy looks different")
	}
}

// pdfDressed has a canary in every place where a program leaves something about
// its user, and pictures, fonts and patterns of every kind that is kept.
func pdfDressed(t testing.TB, photo []byte) []byte {
	t.Helper()
	secret := func(s string) string { return "(CANARY-" + s + ")" }
	wide := func(s string) string { return fmt.Sprintf("<%X>", pdfUTF16("CANARY-"+s)) }
	xmp := "/Metadata 60 0 R/PieceInfo<</CANARY-app<</LastModified" + secret("date") + "/Private" + secret("piece") + ">>>>"
	content := "% CANARY-comment\nq 100 0 0 60 20 20 cm /Photo Do Q %CANARY\n" +
		"/Span<</ActualText " + wide("actual") + "/Alt" + secret("alt") + ">>BDC 2 2 2 2 re f EMC BT/F1 18 Tf 20 150 Td(Halo dunia)Tj ET\n" +
		"/CANARY-tag /Props BDC 1 0 0 rg 10 10 5 5 re f EMC /CANARY-tag BMC EMC /CANARY-point MP /P<</N" + secret("dp") + ">>DP\n" +
		"/OC/Layer BDC 0 0 1 rg 180 10 5 5 re f EMC\n" +
		"BT /F3 10 Tf 20 120 Td (aa) Tj ET q /Pat cs /Pattern cs /Tile scn 120 20 40 40 re f Q\n" +
		"q 120 100 40 40 re W n /Shade sh Q q 20 0 0 20 120 70 cm /Fax Do Q q /Sep cs 0.5 scn 150 70 20 20 re f Q\n" +
		"q 1 0 0 1 20 100 cm /State gs /Form Do Q q /Idx cs 1 sc 180 70 10 10 re f Q q 10 0 0 10 180 90 cm /Mask Do Q\n" +
		"q 8 0 0 8 180 110 cm BI /W 2 /H 2 /BPC 8 /CS /RGB ID \x00\xFF\x00EIIQ(\xFF\xFF\xFF\x00 EI Q BT /F4 12 Tf 20 180 Td <00010002> Tj ET"
	objects := []string{
		1: "<</Type/Catalog/Version/1.7/Pages 2 0 R" + xmp + "/Lang" + secret("lang") +
			"/OpenAction<</S/JavaScript/JS" + secret("js") + ">>/AA<</WC<</S/JavaScript/JS" + secret("aa") + ">>>>" +
			"/Names<</JavaScript<</Names[" + secret("name") + "<</S/JavaScript/JS" + secret("js2") + ">>]>>/EmbeddedFiles<</Names[" +
			secret("file") + "61 0 R]>>>>/StructTreeRoot 62 0 R/MarkInfo<</Marked true>>/Outlines 63 0 R" +
			"/PageLabels<</Nums[0<</P" + secret("label") + ">>]>>/AcroForm<</Fields[33 0 R]/SigFlags 3/DA" + secret("da") + ">>" +
			"/Perms<</DocMDP 64 0 R>>/OCProperties<</OCGs[65 0 R]/D<</Name" + secret("config") + "/Order[65 0 R]/OFF[]>>>>" +
			"/Threads[<</I<</Title" + secret("thread") + ">>>>]/URI<</Base" + secret("base") + ">>/Canary" + secret("key") + ">>",
		2: "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox 5 0 R/Rotate 6 0 R/Canary" + secret("pages") + ">>",
		3: "<</Type/Page/Parent 2 0 R/CropBox[0 0 200 200.]/Contents[4 0 R 66 0 R]/Resources 7 0 R" + xmp +
			"/LastModified(D:20260101)/AA<</O<</S/JavaScript/JS" + secret("o") + ">>>>/StructParents 0/Thumb 67 0 R/Annots 30 0 R" +
			"/Group<</Type/Group/S/Transparency/CS 13 0 R/Canary" + secret("group") + ">>/VP[<</Name" + secret("vp") + ">>]/Dur 3>>",
		4: pdfFlate("/Canary"+secret("content"), content),
		5: "[0 0 200 200]",
		6: "0",
		7: "<</ProcSet[/PDF/CANARY]/Font<</F1 8 0 R/F3 10 0 R/F4 40 0 R>>/XObject<</Photo 15 0 R/Fax 17 0 R/Form 18 0 R/Mask 26 0 R>>" +
			"/ColorSpace<</Pat[/Pattern]/Sep[/Separation/Merah 13 0 R 21 0 R]/DefaultRGB 13 0 R/Idx[/Indexed 13 0 R 1 <000000FF8800>]>>" +
			"/Pattern<</Tile 20 0 R>>/Shading<</Shade 23 0 R>>/ExtGState<</State 24 0 R>>" +
			"/Properties<</Props<</Metadata 60 0 R/Author" + secret("props") + ">>/Layer 65 0 R>>/Canary" + secret("res") + ">>",
		8: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/a/b]/Canary" +
			secret("enc") + ">>/ToUnicode 9 0 R/Canary" + secret("font") + ">>",
		9: pdfFlate("/Canary"+secret("cmap"), "%!PS CANARY\n/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"+
			"/CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange %CANARY\n1 beginbfrange <20> <7E> <0020> endbfrange endcmap end end"),
		10: "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</a 11 0 R>>/Encoding<</Differences[97/a]>>" +
			"/FirstChar 97/LastChar 97/Widths 12 0 R/Resources<<>>/Metadata 60 0 R>>",
		11: pdfFlate("", "10 0 0 0 10 10 d1 %CANARY\n/X<</ActualText"+secret("glyph")+">>BDC 1 1 8 8 re f EMC"),
		12: "[10]",
		13: "[/ICCBased 14 0 R]",
		14: pdfFlate("/N 3/Alternate/DeviceRGB", "CANARY-profile"),
		15: pdfStreamOf("/Type/XObject/Subtype/Image/Width 61/Height 43/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter[/DCTDecode]"+
			"/Name/CANARY/SMask 16 0 R/OPI<</2.0<</F"+secret("opi")+">>>>/Alternates[<</Image 17 0 R/Canary"+secret("alternate")+
			">>]/ID"+secret("id")+xmp, string(photo)),
		16: pdfStreamOf("/Type/XObject/Subtype/Image/Width 4/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode",
			deflated("\x80\xFF\xC0\x40")+"CANARY-behind-the-pixels"),
		17: pdfStreamOf("/Type/XObject/Subtype/Image/Width 8/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray/Filter[/ASCIIHexDecode/RunLengthDecode]",
			"01 aA 55 80 >"+"CANARY"),
		18: pdfFlate("/Type/XObject/Subtype/Form/FormType 1/BBox[0 0 30 10]/Matrix[1 0 0 1 0 0]/LastModified"+secret("form")+xmp+
			"/OPI<</F"+secret("opi")+">>/Ref<</F"+secret("ref")+">>/Name/CANARY/OC 65 0 R/StructParent 1",
			"%CANARY\n0 1 0 rg 0 0 30 10 re f /P<</T"+secret("form")+">>BDC EMC"),
		20: pdfFlate("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 4 4]/XStep 4/YStep 4/Resources<<>>/Canary"+secret("tile"),
			"%CANARY\n1 0 1 rg 0 0 2 2 re f"),
		21: pdfStreamOf("/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]/Canary"+secret("f"), "{ %CANARY\ndup 0.5 mul exch 0.2 exch pop 0.3 }"),
		23: "<</ShadingType 2/ColorSpace/DeviceRGB/Coords[120 100 160 140]/Extend[true false]/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1/Canary" +
			secret("f2") + ">>/Canary" + secret("shading") + ">>",
		24: "<</Type/ExtGState/ca .5/BM/Multiply/SMask/None/HT/Default/Name/CANARY/Canary" + secret("state") + ">>",
		26: pdfStreamOf("/Subtype/Image/Width 8/Height 1/ImageMask true/Filter/ASCII85Decode", "W;~>CANARY"),
		30: "[31 0 R 32 0 R 33 0 R 34 0 R 35 0 R]",
		31: "<</Type/Annot/Subtype/Link/Rect[10 140 90 170]/Border[0 0 2]/C[1 0 0]/A<</S/URI/URI" + secret("uri") + ">>/Contents" + secret("link") + ">>",
		32: "<</Type/Annot/Subtype/Stamp/Rect[150 150 190 190]/AP<</N 36 0 R/D 68 0 R>>/T" + wide("reviewer") + "/Contents" + secret("note") +
			"/NM" + secret("nm") + "/M(D:2026)/CreationDate" + secret("created") + "/Popup 34 0 R/Subj" + secret("subject") + "/F 4>>",
		33: "<</Type/Annot/Subtype/Widget/FT/Sig/Rect[100 150 140 190]/AP<</N<</On 37 0 R/Off 68 0 R>>>>/AS/On/T" + secret("field") +
			"/V<</Type/Sig/Name" + secret("signer") + "/Contents<" + strings.Repeat("00", 50) + ">/Reason" + wide("reason") + ">>>>",
		34: "<</Type/Annot/Subtype/Popup/Rect[0 0 50 50]/Parent 32 0 R/Contents" + secret("popup") + ">>",
		35: "<</Type/Annot/Subtype/Text/F 2/Rect[0 0 20 20]/Contents" + secret("hidden") + ">>",
		36: pdfFlate("/BBox[0 0 10 10]/Canary"+secret("look"), "%CANARY\n0.5 g 0 0 10 10 re f"),
		37: pdfFlate("/Subtype/Form/BBox[0 0 10 10]", "0 1 1 rg 2 2 6 6 re f"),
		40: "<</Type/Font/Subtype/Type0/BaseFont/Contoh/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Contoh" +
			"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0/Canary" + secret("cid") + ">>/FontDescriptor 41 0 R/DW 500/W[1[500 600]]/CIDToGIDMap/Identity>>]>>",
		41: "<</Type/FontDescriptor/FontName/Contoh/Flags 4/FontBBox[0 0 10 10]/ItalicAngle 0/Ascent 1/Descent 0/CapHeight 1/StemV 80/Lang/CANARY/CharSet" + secret("charset") + ">>",
		60: pdfStreamOf("/Type/Metadata/Subtype/XML", "<x:xmpmeta>CANARY-xmp</x:xmpmeta>"),
		61: "<</Type/Filespec/F" + secret("f") + "/EF<</F 68 0 R>>>>",
		62: "<</Type/StructTreeRoot/K<</S/P/Alt" + secret("struct") + ">>>>",
		63: "<</First<</Title" + wide("bookmark") + ">>>>",
		64: "<</Type/Sig/Name" + secret("perms") + ">>",
		65: "<</Type/OCG/Name" + secret("layer") + "/Usage<</CreatorInfo<</Creator" + secret("usage") + ">>>>>>",
		66: pdfStreamOf("/Filter[/ASCII85Decode/FlateDecode]/DecodeParms[null null]", pdf85(deflated("q 0 1 0 RG 1 1 198 198 re S Q %CANARY"))),
		67: pdfStreamOf("/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "CANARY"),
		68: pdfFlate("/BBox[0 0 1 1]", "%CANARY-unused"),
	}[1:]
	for i, o := range objects {
		if o == "" {
			objects[i] = "null"
		}
	}
	first := pdfBuilt("/Root 1 0 R/Info 69 0 R", append(objects, "<</Title"+secret("title")+"/Author"+wide("author")+"/Producer"+secret("producer")+">>")...)
	at := bytes.LastIndex(first, []byte("\nxref\n")) + 1
	// A newer version of the photo's mask; the old one is still there.
	return pdfUpdated(first, 16, fmt.Sprintf("/Root 1 0 R/Info 69 0 R/Prev %d/ID[%s%s]", at, secret("id1"), secret("id2")),
		pdfStreamOf("/Type/XObject/Subtype/Image/Width 4/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode",
			deflated("\x40\xFF\xC0\x80")+"CANARY-behind-the-new-pixels"))
}

func pdf85(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := min(4, len(s))
		word := binary.BigEndian.Uint32(append([]byte(s[:n]), 0, 0, 0)[:4])
		var c [5]byte
		for i := range c {
			c[4-i] = byte(word%85) + '!'
			word /= 85
		}
		b.Write(c[:n+1])
		s = s[n:]
	}
	return b.String() + "~>"
}

// pdfForms are the forms in which programs write the same document.
func pdfForms(t testing.TB, plain []byte) map[string][]byte {
	t.Helper()
	forms := map[string][]byte{"plain": plain}
	in := pdfWrite(t, plain)
	for name, args := range map[string][]string{
		"object streams":            {"--object-streams=generate"},
		"linearized":                {"--linearize", "--object-streams=disable"},
		"linearized object streams": {"--linearize", "--object-streams=generate"},
		"nothing compressed":        {"--qdf"},
	} {
		out := filepath.Join(t.TempDir(), "out.pdf")
		pdfRun(t, "qpdf", append(args, "--warning-exit-0", in, out)...)
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		forms[name] = b
	}
	return forms
}

func TestPDFLeavesEverythingBehind(t *testing.T) {
	photo := dress(t, plainJPEG(t), binary.BigEndian, 0)
	for name, in := range pdfForms(t, pdfDressed(t, photo)) {
		t.Run(name, func(t *testing.T) {
			out := scrubbed(t, scrubPDF, in)
			pdfSound(t, out)
			pdfSameLook(t, in, out)
		})
	}
}

func TestPDFSaysWhatItLeftBehind(t *testing.T) {
	var out bytes.Buffer
	left, again := &gone{}, &gone{}
	if err := scrubPDF(&out, from(pdfDressed(t, dress(t, plainJPEG(t), binary.BigEndian, 0))), left); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("actions annotations attachments comment exif form history icc id info iptc javascript layers outline " +
		"pictures private signature structure thumbnail time trailer xmp")
	if !slices.Equal(left.what, want) {
		t.Errorf("left %v,\nwant %v", left.what, want)
	}
	if err := scrubPDF(io.Discard, from(out.Bytes()), again); err != nil || len(again.what) > 0 {
		t.Errorf("the copy still has %v, %v", again.what, err)
	}
}

func TestPDFPassesOnOtherErrors(t *testing.T) {
	in, broken := pdfDressed(t, dress(t, plainJPEG(t), binary.BigEndian, 0)), errors.New("disk on fire")
	w := writerFunc(func([]byte) (int, error) { return 0, broken })
	if err := scrubPDF(w, from(in), nil); !errors.Is(err, broken) {
		t.Errorf("writing breaks: %v", err)
	}
	src := source{size: int64(len(in)), read: func(func(io.Reader) error) error { return broken }}
	if err := scrubPDF(io.Discard, src, nil); !errors.Is(err, broken) {
		t.Errorf("reading breaks: %v", err)
	}
}
