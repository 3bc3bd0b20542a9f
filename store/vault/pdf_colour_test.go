package vault

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/netralitas/netra/store/storetest"
)

func TestPDFColours(t *testing.T) {
	const white = "<</WhitePoint[0.95 1 1.09]/CANARY(CANARY)>>"
	const half = "<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 0 0]/N 1>>"
	mixed := pdfStreamOf("/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", "{0}")
	tests := map[string]struct{ space, colour, want string }{
		"name":           {"/DeviceCMYK", "1 0 0 0", "/DeviceCMYK"},
		"array":          {"[/DeviceGray]", ".5", "[/DeviceGray]"},
		"gray":           {"[/CalGray" + white + "]", ".5", "[/CalGray <</WhitePoint [0.95 1 1.09]>>]"},
		"rgb":            {"[/CalRGB" + white + "]", ".5 0 1", "[/CalRGB <</WhitePoint [0.95 1 1.09]>>]"},
		"lab":            {"[/Lab" + white + "]", "50 20 20", "[/Lab <</WhitePoint [0.95 1 1.09]>>]"},
		"palette":        {"[/Indexed/DeviceRGB 1 6 0 R]", "1", "[/Indexed /DeviceRGB 1 "},
		"palette of lab": {"[/Indexed[/Lab" + white + "] 0(abc)]", "0", "[/Indexed [/Lab <</WhitePoint [0.95 1 1.09]>>] 0 <616263>]"},
		"separation":     {"[/Separation/Merah/DeviceRGB" + half + "]", "1", "[/Separation /Merah /DeviceRGB <<"},
		"many inks":      {"[/DeviceN[/Merah/Putih]/DeviceRGB 7 0 R<</Colorants<</Merah[/Separation/Merah/DeviceRGB" + half + "]>>/CANARY(CANARY)>>]", "1 0", "[/DeviceN [/Merah /Putih] /DeviceRGB "},
		"profile":        {"[/ICCBased 8 0 R]", "1 0 0", "/DeviceRGB"},
		"profile, gray":  {"[/ICCBased 9 0 R]", ".5", "/DeviceGray"},
		"profile, inks":  {"[/ICCBased 10 0 R]", "0 1 0 0", "/DeviceCMYK"},
	}
	for name, tt := range tests {
		for _, how := range []string{tt.space, "11 0 R"} {
			if how != tt.space && !strings.HasPrefix(tt.space, "[") {
				continue
			}
			in := pdfOnePage("/Resources<</ColorSpace<</C "+how+">>>>", "/C cs "+tt.colour+" sc 20 20 100 100 re f",
				"null", pdfFlate("", "\x00\x00\x00\xFF\x80\x00"), mixed, pdfStreamOf("/N 3", "CANARY"), pdfStreamOf("/N 1", "CANARY"),
				pdfStreamOf("/N 4", "CANARY"), tt.space)
			t.Run(name, func(t *testing.T) {
				out := scrubbed(t, scrubPDF, in)
				storetest.CanariesIn(t, []string{"CANARY"}, "the copy", out)
				pdfSamePixels(t, pdfWrite(t, in), pdfWrite(t, out))
				if !bytes.Contains(out, []byte(tt.want)) {
					t.Errorf("no %q in %q", tt.want, out)
				}
			})
		}
	}
}

// TestPDFFax: what copiers and fax machines make of letters.
func TestPDFFax(t *testing.T) {
	for name, keys := range map[string]string{
		"CCITT":  "/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 8/Rows 2/CANARY(CANARY)>>",
		"in two": "/Filter[/ASCIIHexDecode/CCITTFaxDecode]/DecodeParms[null<</K -1/Columns 8/Rows 2>>]",
	} {
		data := "\x26\xA0\x10\x01\x00\x10\x01"
		if name == "in two" {
			data = "26 A0 10 01 00 10 01>CANARY"
		}
		in := pdfOnePage("/Resources<</XObject<</I 5 0 R>>>>", "q 100 0 0 100 20 20 cm /I Do Q",
			pdfStreamOf("/Subtype/Image/Width 8/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray"+keys, data))
		t.Run(name, func(t *testing.T) {
			out := scrubbed(t, scrubPDF, in)
			pdfSound(t, out)
			pdfSameLook(t, in, out)
		})
	}
}

func TestPDFJBIG2(t *testing.T) {
	head := func(number uint32, kind, refers byte, rest string, size uint32) string {
		b := append(binary.BigEndian.AppendUint32(nil, number), kind, refers)
		return string(binary.BigEndian.AppendUint32(append(b, rest...), size))
	}
	many := string(binary.BigEndian.AppendUint32(nil, 7<<29|9))
	tests := map[string]struct {
		in string
		ok bool
	}{
		"nothing":          {"", true},
		"page":             {head(0, 48, 0, "\x01", 3) + "abc", true},
		"two":              {head(0, 0, 0, "\x00", 1) + "a" + head(1, 6, 1<<5, "\x00\x01", 2) + "bc", true},
		"large page":       {head(0, 48|64, 0, "\x00\x00\x00\x01", 0), true},
		"wide references":  {head(300, 6, 1<<5, "\x00\x01\x01", 0), true},
		"wider references": {head(70000, 6, 1<<5, "\x00\x01\x00\x01\x01", 0), true},
		"many references":  {head(9, 6, many[0], many[1:]+"\x00\x00"+"abcdefghi"+"\x01", 0), true},
		"endless":          {head(9, 6, 0xFF, "\xFF\xFF\xFF\x00\x00", 0), false},
		"reserved":         {head(9, 6, 5<<5, "\x01", 0), false},
		"comment":          {head(0, 62, 0, "\x01", 6) + "CANARY", false},
		"cut":              {head(0, 48, 0, "\x01", 3) + "ab", false},
		"trailing":         {head(0, 48, 0, "\x01", 3) + "abcCANARY", false},
	}
	for name, tt := range tests {
		got, err := pdfJBIG2([]byte(tt.in))
		if (err == nil) != tt.ok || tt.ok && string(got) != tt.in {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
