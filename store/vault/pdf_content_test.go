package vault

import "testing"

func TestPDFContent(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"nothing":                {"", ""},
		"as it is":               {"q 1 0 0 1 72. -.5 cm\r\n[(a\\)%b(c)) -120 <41 42>] TJ Q\n", "q 1 0 0 1 72. -.5 cm\r\n[(a\\)%b(c)) -120 <41 42>] TJ Q\n"},
		"comments":               {"%CANARY\nq%CANARY\r\n1 w%CANARY", "\nq\r\n1 w"},
		"comment between":        {"1 0%CANARY\n0 rg", "1 0\n0 rg"},
		"marks":                  {"/P BMC q EMC /P/MC0 BDC Q EMC /X MP /X/Y DP n", " q   Q    n"},
		"marks with words":       {"/Span<</ActualText(CANARY)/A<</B[<43> (C)]>>>>BDC(a)Tj EMC", "(a)Tj "},
		"mark with comment":      {"/Span<<%CANARY>>\n/MCID 3>>BDC q", " q"},
		"marks without space":    {"BT(a)Tj/P<</MCID 0>>BDC(b)Tj EMC/Q BMC<63>Tj EMC ET", "BT(a)Tj(b)Tj <63>Tj  ET"},
		"words that are values":  {"true false null 1 scn", "true false null 1 scn"},
		"operands for none":      {"(CANARY) q/CANARY 1 Q(CANARY)q[(CANARY)]h", "q Q q h"},
		"quotes":                 {"(a)' 1 2(b)\"", "(a)' 1 2(b)\""},
		"picture":                {"BI/W 2/H 2/BPC 8/CS/G ID \x00%(E\nEI Q", "BI/W 2/H 2/BPC 8/CS/G ID \x00%(E\nEI Q"},
		"picture by long names":  {"BI /Width 9 /Height 1 /ImageMask true /Decode [1 0] ID\n\xFF\xFFEI\nQ", "BI /Width 9 /Height 1 /ImageMask true /Decode [1 0] ID\n\xFF\xFFEI\nQ"},
		"picture with palette":   {"BI /W 8 /H 1 /BPC 1 /CS [/I /RGB 1 (abcdef)] ID x\nEI Q", "BI /W 8 /H 1 /BPC 1 /CS [/I /RGB 1 (abcdef)] ID x\nEI Q"},
		"picture in hexadecimal": {"BI /W 1 /H 1 /BPC 8 /CS /G /F [/AHx] ID 41>\nEI Q", "BI /W 1 /H 1 /BPC 8 /CS /G /F [/AHx] ID 41>\nEI Q"},
		"picture in runs":        {"BI /W 1 /H 1 /BPC 8 /CS /G /F/RL ID \x00(\x80 EI Q", "BI /W 1 /H 1 /BPC 8 /CS /G /F/RL ID \x00(\x80 EI Q"},
		"picture compressed": {
			"BI /W 1 /H 1 /BPC 8 /CS /G /F /Fl /DP <</Predictor 1>> ID " + deflated("(") + "\nEI Q",
			"BI /W 1 /H 1 /BPC 8 /CS /G /F /Fl /DP <</Predictor 1>> ID " + deflated("(") + "\nEI Q",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &pdfFile{held: 1 << 20, skimmed: 1 << 20}
			for _, in := range []string{tt.in, tt.want} { // and again
				got, _, err := f.content([]byte(in))
				if err != nil || string(got) != tt.want {
					t.Errorf("%q became %q, %v, want %q", in, got, err, tt.want)
				}
			}
		})
	}
}

func TestPDFValues(t *testing.T) {
	for in, want := range map[string]string{
		"[1 -2.50 +.5 true false null]":                  "[1 -2.50 +.5 true false null]",
		"<</B 1 0 R/A 1 0/C 2>>":                         "",
		"<</B[1 0 R 1 0]/A%c\n(x)>>":                     "<</A <78>/B [1 0 R 1 0]>>",
		`(a\(b\)c(d)\n\r\t\b\f\\\q\101\1019\7` + "\\\n)": "<61286229632864290a0d09080c5c7141413907>",
		"(a\r\nb\rc)":                                    "<610a620a63>",
		"<4 1 4>":                                        "<4140>",
		"/A#20B#2f#23c":                                  "/A#20B#2F#23c",
		"/":                                              "/",
		"1.2.3":                                          "",
		"--1":                                            "",
		".":                                              "",
		"/A#0":                                           "",
		"/A#00":                                          "",
		"<4x>":                                           "",
		"<<":                                             "",
		"[":                                              "",
	} {
		p := pdfParser{pdfLexer: pdfLexer{b: []byte(in)}}
		v, err := p.value(0)
		got := ""
		if err == nil {
			got = string(pdfAppend(nil, v))
		}
		if got != want {
			t.Errorf("%q is %q, %v, want %q", in, got, err, want)
		}
	}
}

// TestPDFLines: the lines of the predictions of PNG.
func TestPDFLines(t *testing.T) {
	f := &pdfFile{held: 1 << 20}
	parms := pdfDict{"Predictor": pdfNumber("15"), "Columns": pdfNumber("3"), "Colors": pdfNumber("1")}
	got, err := f.unpredict([]byte("\x00\x01\x02\x03\x01\x01\x01\x01\x02\x01\x01\x01\x03\x01\x01\x01\x04\x01\x01\x01"), parms)
	if want := "\x01\x02\x03" + "\x01\x02\x03" + "\x02\x03\x04" + "\x02\x03\x04" + "\x03\x04\x05"; err != nil || string(got) != want {
		t.Errorf("%x, %v, want %x", got, err, want)
	}
	if _, err := f.unpredict([]byte("\x00\x01"), parms); err == nil {
		t.Error("a line too short")
	}
	if _, err := f.unpredict([]byte("\x05\x01\x02\x03"), parms); err == nil {
		t.Error("an unknown line")
	}
}
