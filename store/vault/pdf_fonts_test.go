package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// officeFont is a TrueType font as LibreOffice puts it into documents.
func officeFont(t testing.TB) []byte {
	t.Helper()
	b := pdfByOffice(t, `{}`)
	f := &pdfFile{b: b, work: 1 << 30, held: 1 << 30, parsed: 1 << 30}
	if err := f.load(); err != nil {
		t.Fatal(err)
	}
	for n := range f.entries {
		d, _ := f.dict(pdfRef{n, 0})
		if d["FontFile2"] == nil {
			continue
		}
		v, err := f.direct(d["FontFile2"])
		if err != nil {
			t.Fatal(err)
		}
		font, err := f.decoded(v.(*pdfStream))
		if err != nil {
			t.Fatal(err)
		}
		return font
	}
	t.Fatal("no font in the document")
	return nil
}

// dressedFont is a font with canaries in it: names, a table of an editor, behind
// a table and behind the end.
func dressedFont(t testing.TB, font []byte) []byte {
	t.Helper()
	tables, err := sfntRead(font)
	if err != nil {
		t.Fatal(err)
	}
	for i := range tables {
		if tables[i].tag == "head" {
			tables[i].data = bytes.Clone(tables[i].data)
			copy(tables[i].data[20:], "CANARY-of-times!")
		}
		if tables[i].tag == "name" {
			tables = append(tables[:i], tables[i+1:]...)
			break
		}
	}
	name := []byte{0, 0, 0, 1, 0, 18, 0, 3, 0, 1, 4, 9, 0, 1, 0, 12, 0, 0}
	tables = append(tables, sfntTable{tag: "name", data: append(name, pdfUTF16("CANARY")[2:]...)},
		sfntTable{tag: "FFTM", data: []byte("CANARY-of-an-editor")})
	out := binary.BigEndian.AppendUint16(bytes.Clone(font[:4]), uint16(len(tables)))
	out = append(out, 0, 128, 0, 3, 0, 64)
	at := 12 + 16*len(tables)
	var data []byte
	for _, table := range tables {
		out = append(append(out, table.tag...), "ABCD"...)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(data)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(table.data)))
		data = append(append(data, table.data...), "CANARY--"[:8-len(table.data)&3]...)
	}
	return append(append(out, data...), "CANARY-behind-the-end"...)
}

// pdfWithFont is a page that writes with a font that is in the document.
func pdfWithFont(key string, dict string, font []byte) []byte {
	return pdfOnePage("/Resources<</Font<</F 5 0 R/G 10 0 R>>>>", "BT /F 40 Tf 10 100 Td <00010002000300040005> Tj /G 20 Tf (abc) Tj ET",
		"<</Type/Font/Subtype/Type0/BaseFont/CANARYa+CANARY/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
		"<</Type/Font/Subtype/CIDFontType2/BaseFont/CANARYa+CANARY/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
			"/FontDescriptor 7 0 R/DW 600/CIDToGIDMap/Identity>>",
		"<</Type/FontDescriptor/FontName/CANARYa+CANARY/FontFamily(CANARY)/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800"+
			"/Descent -200/CapHeight 700/StemV 80/"+key+" 8 0 R>>",
		pdfFlate(dict, string(font)), "null",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
}

// TestPDFFonts: a font looks the same, but says nothing of the computer that it
// comes from.
func TestPDFFonts(t *testing.T) {
	font := dressedFont(t, officeFont(t))
	in := pdfWithFont("FontFile2", fmt.Sprintf("/Length1 %d", len(font)), font)
	out := scrubbed(t, scrubPDF, in)
	pdfSound(t, out)
	pdfSameLook(t, in, out)
	if n := bytes.Count(out, []byte("/ABCDEF+Font1")); n != 3 {
		t.Errorf("the font has its new name %d times", n)
	}
	if !bytes.Contains(out, []byte("/BaseFont /Helvetica-Bold")) {
		t.Error("a standard font lost its name")
	}
	clean, err := sfnt(font)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := sfnt(clean); err != nil || !bytes.Equal(again, clean) {
		t.Errorf("a clean font became another: %v", err)
	}
	if sum := sfntSum(clean); sum != 0xB1B0AFBA {
		t.Errorf("the checksum is %X", sum)
	}
	path := filepath.Join(t.TempDir(), "a.ttf")
	if err := os.WriteFile(path, clean, 0o600); err != nil {
		t.Fatal(err)
	}
	if told := string(pdfRun(t, "exiftool", "-G1", "-s", path)); !regexp.MustCompile("FileType +: TTF").MatchString(told) || strings.Contains(told, "[name") {
		t.Errorf("the font tells\n%s", told)
	}
}

// TestPDFFontsOfOffice: two fonts of LibreOffice become Font1 and Font2.
func TestPDFFontsOfOffice(t *testing.T) {
	in := pdfByOffice(t, `{}`)
	out := scrubbed(t, scrubPDF, in)
	pdfSameLook(t, in, out)
	names := string(pdfRun(t, "pdffonts", pdfWrite(t, out)))
	for i, line := range strings.Split(strings.TrimSpace(names), "\n")[2:] {
		if !strings.HasPrefix(line, fmt.Sprintf("ABCDEF+Font%d ", i+1)) {
			t.Errorf("fonts are\n%s", names)
		}
	}
}

func TestPDFType1(t *testing.T) {
	const head = "%!PS-AdobeFont-1.0: X\n%%CreationDate: CANARY\r\n% CANARY\n11 dict begin\n/Notice (a\n%) def\ncurrentfile eexec\n"
	const want = "%!PS-AdobeFont-1.0: X\n11 dict begin\n/Notice (a\n%) def\ncurrentfile eexec\n"
	// The line feed of what ends in both is left.
	if got := strings.Replace(string(pdfType1([]byte(head))), "\n\n", "\n", 1); got != want {
		t.Errorf("it became %q, want %q", got, want)
	}
	in := pdfWithFont("FontFile", fmt.Sprintf("/Length1 %d/Length2 9/Length3 0", len(head)), []byte(head+"%% binary"))
	var out bytes.Buffer
	if err := scrubPDF(&out, from(in), nil); err != nil {
		t.Fatal(err)
	}
	pdfSound(t, out.Bytes())
	var same bytes.Buffer
	if err := scrubPDF(&same, from(out.Bytes()), nil); err != nil || !bytes.Equal(same.Bytes(), out.Bytes()) {
		t.Errorf("the copy became another: %v", err)
	}
}

// TestPDFBrokenFonts: what is not understood is not copied.
func TestPDFBrokenFonts(t *testing.T) {
	table := func(tag string, at, n uint32) []byte {
		b := append([]byte("\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00"+tag), 0, 0, 0, 0)
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, at), n)
		return append(b, make([]byte, 60)...)
	}
	if _, err := sfnt(table("glyf", 28, 60)); err != nil {
		t.Error(err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "no tables": []byte("true\x00\x00\x00\x00\x00\x00\x00\x00"), "many tables": []byte("true\xFF\xFF\x00\x00\x00\x00\x00\x00"),
		"collection": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01"), "behind the end": table("glyf", 28, 61),
		"far behind": table("glyf", 1<<32-1, 1<<32-1), "short head": table("head", 28, 53), "pictures": table("sbix", 28, 60),
		"only a secret": table("FFTM", 28, 60),
	} {
		if out, err := sfnt(b); err == nil {
			t.Errorf("%s became %q", name, out)
		}
	}
}

// FuzzSFNT: what is written is read again as the same, and is not larger by more
// than what aligns it.
func FuzzSFNT(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00glyf\x00\x00\x00\x00\x00\x00\x00\x1C\x00\x00\x00\x04abcd"))
	f.Add([]byte("OTTO\x00\x02\x00\x10\x00\x00\x00\x00head\x00\x00\x00\x00\x00\x00\x00\x2C\x00\x00\x00\x36name\x00\x00\x00\x00\x00\x00\x00\x2C\x00\x00\x00\x36" + strings.Repeat("x", 60)))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := sfnt(in)
		if err != nil {
			return
		}
		again, err := sfnt(out)
		if err != nil || !bytes.Equal(out, again) || len(out) > len(in)+256 {
			t.Fatalf("%q became %q, then %q, %v", in, out, again, err)
		}
	})
}
