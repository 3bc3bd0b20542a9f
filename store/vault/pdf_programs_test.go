package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// pdfByOffice has LibreOffice write a document, as it does by default with
// these options.
func pdfByOffice(t testing.TB, options string) []byte {
	t.Helper()
	dir := t.TempDir()
	page := filepath.Join(dir, "letter.html")
	photo := filepath.Join(dir, "photo.jpeg")
	html := `<html><head><title>CANARY-title</title><meta name="author" content="CANARY-author"></head><body>
		<h1>Surat Edaran</h1><p>Kepada <a href="http://contoh.invalid/CANARY">semua</a> <b>pegawai</b> yang efisien</p>
		<img src="photo.jpeg" alt="CANARY-alt"><table border=1><tr><td>1</td><td>2</td></tr></table></body></html>`
	for name, b := range map[string][]byte{page: []byte(html), photo: plainJPEG(t)} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pdfRun(t, "soffice", "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to",
		"pdf:writer_web_pdf_Export:"+options, "--outdir", dir, page)
	b, err := os.ReadFile(filepath.Join(dir, "letter.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPDFByOffice(t *testing.T) {
	in := pdfByOffice(t, `{"UseTaggedPDF":{"type":"boolean","value":"true"},"ExportBookmarks":{"type":"boolean","value":"true"}}`)
	for name, in := range pdfForms(t, in) {
		t.Run(name, func(t *testing.T) {
			out := scrubbed(t, scrubPDF, in)
			pdfSound(t, out)
			pdfSameLook(t, in, out)
			if len(out) > len(in)+4000 && name != "linearized object streams" && name != "object streams" {
				t.Errorf("%d bytes became %d", len(in), len(out))
			}
		})
	}
}

// TestPDFUpdates: exiftool appends, so that what it replaces is still there.
func TestPDFUpdates(t *testing.T) {
	for name, plain := range pdfForms(t, pdfDressed(t, dress(t, plainJPEG(t), binary.LittleEndian, 6))) {
		t.Run(name, func(t *testing.T) {
			path := pdfWrite(t, plain)
			for _, tag := range []string{"-XMP:Creator=CANARY-first", "-XMP:Creator="} {
				pdfRun(t, "exiftool", "-q", "-overwrite_original", tag, path)
			}
			in, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var out, same bytes.Buffer
			left := &gone{}
			if err := scrubPDF(&out, from(in), left); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(left.what, "history") {
				t.Errorf("left %v, without older versions", left.what)
			}
			pdfSound(t, out.Bytes())
			if err := scrubPDF(&same, from(plain), nil); err != nil || !bytes.Equal(out.Bytes(), same.Bytes()) {
				t.Errorf("metadata changed the copy: %v", err)
			}
		})
	}
}

// TestPDFScan: a page that is a photo, as phones make them of letters.
func TestPDFScan(t *testing.T) {
	photo := dress(t, largeJPEG(t), binary.BigEndian, 1)
	in := pdfOnePage("/Resources<</XObject<</Im0 5 0 R>>>>", "q 200 0 0 200 0 0 cm /Im0 Do Q",
		pdfStreamOf("/Type/XObject/Subtype/Image/Width 240/Height 200/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", string(photo)))
	out := scrubbed(t, scrubPDF, in)
	pdfSound(t, out)
	pdfSameLook(t, in, out)
	for name, form := range pdfForms(t, in) {
		if !bytes.Equal(scrubbed(t, scrubPDF, form), out) {
			t.Errorf("%s: the copy is another", name)
		}
	}
	dir := t.TempDir()
	pdfRun(t, "pdfimages", "-j", pdfWrite(t, out), filepath.Join(dir, "photo"))
	b, err := os.ReadFile(filepath.Join(dir, "photo-000.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	samePixels(t, largeJPEG(t), b)
	if bytes.Contains(b, []byte("Exif")) {
		t.Error("the photo has EXIF")
	}
}

// TestPDFHybrid: a table for old programs, and a stream with what only new ones
// see. Word writes an empty newest table in front of both.
func TestPDFHybrid(t *testing.T) {
	b := pdfUpdated([]byte("%PDF-1.5\n"), 1, "/Root 1 0 R",
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 99 99]>>", "-", "-",
		pdfFlate("/Type/ObjStm/N 1/First 4", "3 0 <</Type/Page/Contents 6 0 R>>"), pdfStreamOf("", "1 0 0 rg 9 9 9 9 re f"))
	table, stream := bytes.LastIndex(b, []byte("\nxref\n"))+1, len(b)
	b = append(b, "7 0 obj\n"+pdfStreamOf("/Type/XRef/W[1 4 2]/Size 8/Index[3 1]", pdfRow(2, 5, 0))+"\nendobj\n"...)
	at := len(b)
	b = append(b, "xref\n0 0\ntrailer\n<</Root 1 0 R/Size 8/Prev "...)
	b = append(b, (strconv.Itoa(table) + "/XRefStm " + strconv.Itoa(stream) + ">>\nstartxref\n" + strconv.Itoa(at) + "\n%%EOF")...)
	left := &gone{}
	var out bytes.Buffer
	if err := scrubPDF(&out, from(b), left); err != nil || len(left.what) > 0 {
		t.Fatalf("%v, left %v", err, left.what)
	}
	pdfSound(t, out.Bytes())
	pdfSameLook(t, b, out.Bytes())
}

// FuzzPDF: what is written can be read again as the same.
func FuzzPDF(f *testing.F) {
	photo := plainJPEG(f)
	whole := pdfDressed(f, photo)
	f.Add(whole)
	f.Add(pdfOnePage("/Annots[<</Subtype/Link/Rect[0 0 1 1]>>]", "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI /P<<>>BDC EMC"))
	f.Add(pdfXRefStream("", pdfRows, "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/MediaBox[0 0 9 9]>>", "<</Type/Page>>"))
	for _, form := range pdfForms(f, whole) {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		holds(t, scrubPDF, in)
		holds(t, scrubPDF, pdfMended(in))
	})
}

// FuzzPDFContent: what is drawn is copied, or nothing is.
func FuzzPDFContent(f *testing.F) {
	f.Add([]byte("q%a\n/P<</A(b)>>BDC(c)Tj[<41>-1(\\))]TJ EMC Q BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"))
	f.Add([]byte("BI /W 2 /H 2 /IM true /F [/A85] ID ab~> EI /A MP /B/C DP"))
	f.Add([]byte("BI /W 1 /H 1 /BPC 8 /CS [/I /RGB 0 <000000>] /F/RL ID \x00a\x80\nEI"))
	f.Add([]byte("BI /W 1 /H 1 /BPC 8 /CS /G /F /Fl ID " + deflated("a") + "\nEI (a)' 1 2(b)\""))
	f.Fuzz(func(t *testing.T, in []byte) {
		file := &pdfFile{skimmed: 1 << 20}
		out, _, err := file.content(in)
		if err != nil {
			return
		}
		left := &gone{}
		file.gone = left
		again, _, err := file.content(out)
		if err != nil || !bytes.Equal(out, again) || len(left.what) > 0 {
			t.Fatalf("%q became %q, then %q, %v, left %v", in, out, again, err, left.what)
		}
		if bytes.Contains(in, []byte("BI")) {
			return
		}
		for _, word := range []string{"BMC", "BDC", "EMC", "MP", "DP"} {
			for _, found := range bytes.Fields(out) {
				if string(found) == word && !bytes.ContainsAny(out, "(") {
					t.Fatalf("%q became %q", in, out)
				}
			}
		}
	})
}

// pdfMended is a document of the objects that a fuzzer left, at their places.
func pdfMended(in []byte) []byte {
	b := []byte("%PDF-1.7\n")
	table := ""
	n := 0
	for _, o := range bytes.Split(in, []byte("endobj")) {
		if i := bytes.Index(o, []byte(" obj")); i >= 0 {
			n++
			table += fmt.Sprintf("%d 1\n%010d 00000 n \n", n, len(b))
			b = append(b, strconv.Itoa(n)+" 0"...)
			b = append(append(b, o[i:]...), "endobj\n"...)
		}
	}
	at := len(b)
	return append(b, "xref\n"+table+"trailer\n<</Root 1 0 R>>\nstartxref\n"+strconv.Itoa(at)+"\n%%EOF"...)
}
