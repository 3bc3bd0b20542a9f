package vault

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPDFPixels: nothing hides behind pixels that are not compressed.
func TestPDFPixels(t *testing.T) {
	tests := map[string]struct {
		colours string
		size    int
	}{
		"grey":     {"/ColorSpace/DeviceGray/BitsPerComponent 8", 9 * 2},
		"colours":  {"/ColorSpace/DeviceRGB/BitsPerComponent 8", 27 * 2},
		"print":    {"/ColorSpace[/DeviceCMYK]/BitsPerComponent 4", 18 * 2},
		"mask":     {"/ImageMask true", 2 * 2},
		"palette":  {"/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]/BitsPerComponent 1", 2 * 2},
		"profile":  {"/ColorSpace 6 0 R/BitsPerComponent 8", 27 * 2},
		"two inks": {"/ColorSpace[/DeviceN[/A/B]/DeviceGray 8 0 R]/BitsPerComponent 8", 18 * 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, missing := range []int{0, 1} {
				pixels := strings.Repeat("\x5A", tt.size-missing)
				in := func(behind string) []byte {
					return pdfOnePage("/Resources<</XObject<</I 5 0 R>>>>", "q 90 0 0 90 9 9 cm /I Do Q",
						pdfStreamOf("/Subtype/Image/Width 9/Height 2"+tt.colours, pixels+behind), "[/ICCBased 7 0 R]",
						pdfStreamOf("/N 3", "a"), pdfStreamOf("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", "{ pop }"))
				}
				out := scrubbed(t, scrubPDF, in(""))
				if !bytes.Contains(out, fmt.Appendf(nil, "/Length %d/", tt.size-missing)) || !bytes.Contains(out, []byte("\n"+pixels+"\n")) {
					t.Errorf("other pixels: %q", out)
				}
				if missing == 0 && !bytes.Equal(scrubbed(t, scrubPDF, in("CANARY")), out) {
					t.Error("what is behind the pixels is still there")
				}
			}
		})
	}
}

// TestPDFZeros: disks fill files up with zeros, which say nothing.
func TestPDFZeros(t *testing.T) {
	in := pdfOnePage("", "0 0 9 9 re f")
	left := &gone{}
	var out bytes.Buffer
	if err := scrubPDF(&out, from(append(bytes.Clone(in), make([]byte, 5000)...)), left); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), scrubbed(t, scrubPDF, in)) || !slices.Contains(left.what, "trailer") {
		t.Errorf("zeros are left, and %v", left.what)
	}
}
