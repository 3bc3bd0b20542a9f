package vault

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/netralitas/netra/store/storetest"
)

// TestPDFUnused: a page that was taken out of a document has the resources of
// the others with it.
func TestPDFUnused(t *testing.T) {
	other := pdfStreamOf("/Subtype/Image/Width 1/Height 6/BitsPerComponent 8/ColorSpace/DeviceGray", "CANARY")
	in := pdfBuilt("/Root 1 0 R",
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 99 99]/Resources 5 0 R>>",
		"<</Type/Page/Contents[7 0 R 8 0 R]>>",
		"<</Type/Page/Contents 8 0 R>>",
		"<</XObject 6 0 R/Font<</F0<</Type/Font/Subtype/Type1/BaseFont/CANARY>>/F1<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>>>>>",
		"<</Im0 9 0 R/Im1 9 0 R/Fm0 10 0 R/CANARY 11 0 R>>",
		pdfFlate("", "q /Fm#30 Do Q /Im0 BMC EMC /Im1/Im0 BDC EMC"),
		pdfFlate("", "BT /F1 12 Tf 9 9 Td (a) Tj ET"),
		other,
		pdfFlate("/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</A 12 0 R/B 9 0 R>>>>", "q 20 0 0 20 40 40 cm /A Do Q"),
		other,
		pdfStreamOf("/Subtype/Image/Width 1/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray", "\x00\x80"))
	out := scrubbed(t, scrubPDF, in)
	pdfSound(t, out)
	pdfSameLook(t, in, out)
	left := &gone{}
	if err := scrubPDF(io.Discard, from(in), left); err != nil || !slices.Contains(left.what, "unused") {
		t.Errorf("left %v, %v", left.what, err)
	}
}

// TestPDFIsKept: the vault gives out the copy.
func TestPDFIsKept(t *testing.T) {
	v, in := newVault(t), pdfOnePage("/Metadata 5 0 R", "1 0 0 rg 9 9 9 9 re f", pdfStreamOf("", "CANARY"))
	file := keep(t, v, idA, in)
	if file.Type != "application/pdf" || !file.Clean {
		t.Fatalf("kept %+v", file)
	}
	r, err := v.Copy(t.Context(), idA, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, scrubbed(t, scrubPDF, in)) {
		t.Errorf("the copy is another, %v", err)
	}
	storetest.CanariesIn(t, []string{"CANARY"}, "the copy", got)
}
