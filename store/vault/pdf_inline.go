package vault

import "bytes"

// pdfInlineKeys are the keys of a picture among the instructions, and their
// short names: 8.9.7.
var pdfInlineKeys = map[pdfName]pdfName{
	"BitsPerComponent": "BPC", "ColorSpace": "CS", "Decode": "D", "DecodeParms": "DP", "Filter": "F", "Height": "H",
	"ImageMask": "IM", "Intent": "Intent", "Interpolate": "I", "Width": "W", "Length": "L",
	"BPC": "BPC", "CS": "CS", "D": "D", "DP": "DP", "F": "F", "H": "H", "IM": "IM", "I": "I", "W": "W", "L": "L",
}

// picture copies a picture among the instructions, which begins with BI at
// start. Some programs search for its end, and may take pixels for it; others
// know how large the data are, by their size or since they say where they end.
// Both must come to the same.
func (s *pdfContentScrubber) picture(start int) error {
	d := pdfDict{}
	s.values = 0
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.kind == 'w' && string(t.text) == "ID" {
			break
		}
		if t.kind != '/' {
			return unclean("a broken picture")
		}
		name, err := pdfDecodeName(t.text)
		if err != nil {
			return err
		}
		key := pdfInlineKeys[name]
		if _, twice := d[key]; key == "" || twice {
			return unclean("a picture with an unknown key")
		}
		if d[key], err = s.value(0); err != nil {
			return err
		}
		if !pdfInlineValue(key, d[key]) {
			return unclean("a picture with an unknown value")
		}
	}
	if !pdfInlineColour(d["CS"]) {
		return unclean("a picture of unknown colours")
	}
	if s.at >= len(s.b) || !pdfIsSpace(s.b[s.at]) || bytes.IndexByte(s.b[start:s.at], '%') >= 0 {
		return unclean("a broken picture")
	}
	s.at++
	n, err := s.file.inlineSize(d, s.b[s.at:])
	if err != nil {
		return err
	}
	data := s.at
	s.at += n
	s.space()
	end := s.at
	if t, err := s.token(); err != nil || string(t.text) != "EI" || pdfInlineEnds(s.b[data:end]) {
		return unclean("a picture whose end is not clear")
	}
	s.out = append(s.out, s.b[start:s.at]...)
	return nil
}

// pdfInlineColour reports whether a colour space is none that resources name.
func pdfInlineColour(v any) bool {
	if a, ok := v.(pdfArray); ok && len(a) == 4 && (a[0] == pdfName("I") || a[0] == pdfName("Indexed")) {
		v = a[1]
	}
	switch v {
	case nil, pdfName("G"), pdfName("DeviceGray"), pdfName("RGB"), pdfName("DeviceRGB"), pdfName("CMYK"), pdfName("DeviceCMYK"):
		return true
	}
	return false
}

// pdfInlineEnds reports whether data have in them what looks like their end.
func pdfInlineEnds(b []byte) bool {
	for at := 1; at+2 < len(b); at++ {
		if b[at] == 'E' && b[at+1] == 'I' && pdfIsSpace(b[at-1]) && !pdfIsRegular(b[at+2]) {
			return true
		}
	}
	return false
}

// pdfInlineValue reports whether a value says nothing but how to draw.
func pdfInlineValue(key pdfName, v any) bool {
	switch v := v.(type) {
	case pdfNumber, bool, pdfName:
		return true
	case pdfString:
		return key == "CS" // a palette
	case pdfArray:
		for _, e := range v {
			if !pdfInlineValue(key, e) {
				return false
			}
		}
		return true
	case pdfDict:
		if key != "DP" {
			return false
		}
		for key, e := range v {
			if pdfKeys["FlateDecode"][key] == "" || !pdfInlineValue("", e) {
				return false
			}
		}
		return true
	}
	return false
}

// inlineSize returns how long the data are that begin here.
func (f *pdfFile) inlineSize(d pdfDict, b []byte) (int, error) {
	filter := d["F"]
	if a, ok := filter.(pdfArray); ok && len(a) > 0 {
		filter = a[0]
	} else if ok {
		filter = nil
	}
	end := func(mark string) (int, error) {
		n := bytes.Index(b, []byte(mark))
		if n < 0 {
			return 0, unclean("a picture without end")
		}
		return n + len(mark), nil
	}
	switch filter {
	case nil:
		n, ok := pdfInlineRaw(d)
		if !ok || n > len(b) {
			return 0, unclean("a picture of unknown size")
		}
		return n, nil
	case pdfName("AHx"), pdfName("ASCIIHexDecode"):
		return end(">")
	case pdfName("A85"), pdfName("ASCII85Decode"):
		return end("~>")
	case pdfName("RL"), pdfName("RunLengthDecode"):
		b, err := pdfRunLengthEnd(b)
		return len(b), err
	case pdfName("Fl"), pdfName("FlateDecode"):
		b, err := f.flateEnd(b)
		return len(b), err
	}
	return 0, unclean("a picture with an uncommon filter")
}

// pdfInlineRaw returns the size of pixels that are not compressed.
func pdfInlineRaw(d pdfDict) (n int, ok bool) {
	width, ok1 := pdfInt(d["W"])
	height, ok2 := pdfInt(d["H"])
	bits, _ := pdfInt(d["BPC"])
	colours := d["CS"]
	if a, ok := colours.(pdfArray); ok && len(a) > 0 {
		colours = a[0]
	}
	components := 0
	switch colours {
	case pdfName("G"), pdfName("DeviceGray"), pdfName("I"), pdfName("Indexed"):
		components = 1
	case pdfName("RGB"), pdfName("DeviceRGB"):
		components = 3
	case pdfName("CMYK"), pdfName("DeviceCMYK"):
		components = 4
	}
	if d["IM"] == true {
		components, bits = 1, 1
	}
	if !ok1 || !ok2 || components == 0 || bits < 1 || bits > 16 || checkSize(int64(width), int64(height)) != nil {
		return 0, false
	}
	return (width*components*bits + 7) / 8 * height, true
}
