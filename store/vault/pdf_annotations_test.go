package vault

import (
	"bytes"
	"slices"
	"testing"

	"github.com/netralitas/netra/store/storetest"
)

// TestPDFAnnotations: what becomes of each.
func TestPDFAnnotations(t *testing.T) {
	const look = "/AP<</N 5 0 R>>"
	tests := map[string]struct{ annot, want string }{
		"link":            {"/Subtype/Link/Rect[9 9 90 90]/BS<</W 2/S/D/D[3]>>/C[0 0 1]/H/O/PA<</URI(CANARY)>>", "/BS <</D [3]/S /D/W 2>>/C [0 0 1]/Rect [9 9 90 90]/Subtype /Link"},
		"popup":           {"/Subtype/Popup/Rect[9 9 90 90]/Contents(CANARY)", ""},
		"hidden":          {"/Subtype/Text/Rect[9 9 90 90]/F 2/Contents(CANARY)" + look, ""},
		"not on screen":   {"/Subtype/Stamp/Rect[9 9 90 90]/F 32" + look, ""},
		"highlight":       {"/Subtype/Highlight/Rect[9 9 90 90]/QuadPoints[9 90 90 90 9 9 90 9]/T(CANARY)" + look, "/QuadPoints [9 90 90 90 9 9 90 9]/Rect [9 9 90 90]/Subtype /Highlight"},
		"field":           {"/Subtype/Widget/FT/Tx/V(CANARY)/Rect[9 9 90 90]/MK<</CA(CANARY)>>" + look, "/AP <</N 5 0 R>>/Rect [9 9 90 90]/Subtype /Stamp"},
		"ticked":          {"/Subtype/Widget/AS/On/Rect[9 9 90 90]/AP<</N<</On 5 0 R/CANARY null>>>>", "/AP <</N 5 0 R>>/Rect [9 9 90 90]/Subtype /Stamp"},
		"not ticked":      {"/Subtype/Widget/AS/Off/Rect[9 9 90 90]/AP<</N<</On 5 0 R>>>>", ""},
		"signed unseen":   {"/Subtype/Widget/FT/Sig/Rect[0 0 0 0]/F 132/V<</Name(CANARY)>>", ""},
		"of another size": {"/Subtype/Ink/Rect[9 9 50 190]/BE<</S/C>>" + look, "/Subtype /Stamp"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := pdfOnePage("/Annots[<</Type/Annot"+tt.annot+">>]", "0 0 1 rg 50 50 100 100 re f",
				pdfStreamOf("/Subtype/Form/BBox[0 0 10 10]/Matrix[0 1 -1 0 0 0]/Name/CANARY", "1 0 0 rg 1 1 8 3 re f"))
			out := scrubbed(t, scrubPDF, in)
			storetest.CanariesIn(t, []string{"CANARY"}, "the copy", out)
			pdfSamePixels(t, pdfWrite(t, in), pdfWrite(t, out))
			if !bytes.Contains(out, []byte(tt.want)) || tt.want == "" && bytes.Contains(out, []byte("/Annot")) {
				t.Errorf("no %q in %q", tt.want, out)
			}
		})
	}
}

// TestPDFLayers: a document whose layers are all shown looks the same without.
func TestPDFLayers(t *testing.T) {
	in := pdfBuilt("/Root 1 0 R", "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]/D<</ON[5 0 R]/BaseState/ON/Order[5 0 R]/RBGroups[]>>/Configs[<</OFF[5 0 R]>>]>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Properties<</L 5 0 R/M<</Type/OCMD/OCGs[5 0 R]/P/AllOn>>>>>>>>",
		pdfFlate("", "/OC/L BDC 1 0 0 rg 9 9 30 30 re f EMC/OC/M BDC 0 1 0 rg 50 50 30 30 re f EMC"), "<</Type/OCG/Name(CANARY)>>")
	out := scrubbed(t, scrubPDF, in)
	pdfSound(t, out)
	pdfSameLook(t, in, out)
	left := &gone{}
	if err := scrubPDF(&bytes.Buffer{}, from(in), left); err != nil || !slices.Equal(left.what, []string{"layers", "structure"}) {
		t.Errorf("left %v, %v", left.what, err)
	}
}
