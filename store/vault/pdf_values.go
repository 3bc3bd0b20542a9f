package vault

import (
	"encoding/hex"
	"slices"
	"strconv"
)

// Values of a document: nil, bool, and these. A number stays as it is written.
type (
	pdfNumber string
	pdfString string
	pdfName   string
	pdfArray  []any
	pdfDict   map[pdfName]any
	pdfRef    struct{ n, gen int }
	pdfStream struct {
		dict pdfDict
		data []byte
	}
)

const (
	pdfMaxDepth  = 64      // of arrays and dictionaries in each other
	pdfMaxValues = 150_000 // and keys, in one object: they are many times larger in memory
	pdfMaxWord   = 255     // bytes of a name or number
)

// pdfParser reads values: 7.3.
type pdfParser struct {
	pdfLexer
	values int
}

func (p *pdfParser) value(depth int) (any, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	return p.from(t, depth)
}

// from reads the value that begins with a token.
func (p *pdfParser) from(t pdfToken, depth int) (any, error) {
	if p.values++; p.values > pdfMaxValues || depth > pdfMaxDepth {
		return nil, unclean("an object too large or too deep")
	}
	switch t.kind {
	case 'w':
		return p.word(t.text)
	case '/':
		return pdfDecodeName(t.text)
	case '(':
		return pdfDecodeLiteral(t.text[1 : len(t.text)-1]), nil
	case '<':
		return pdfDecodeHex(t.text[1 : len(t.text)-1])
	case '[':
		return p.array(depth)
	case 'd':
		return p.dict(depth)
	}
	return nil, unclean("a value that is none")
}

func (p *pdfParser) array(depth int) (any, error) {
	a := pdfArray{}
	for {
		t, err := p.next()
		if err != nil || t.kind == ']' {
			return a, err
		}
		v, err := p.from(t, depth+1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
}

// dict: programs do not agree which of two equal keys counts.
func (p *pdfParser) dict(depth int) (any, error) {
	d := pdfDict{}
	for {
		t, err := p.next()
		if err != nil || t.kind == 'D' {
			return d, err
		}
		if t.kind != '/' {
			return nil, unclean("a key that is no name")
		}
		key, err := pdfDecodeName(t.text)
		if err != nil {
			return nil, err
		}
		if _, twice := d[key]; twice {
			return nil, unclean("a key twice")
		}
		p.values++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		d[key] = v
	}
}

func (p *pdfParser) word(text []byte) (any, error) {
	switch string(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if !pdfIsNumber(text) {
		return nil, unclean("a word that is no value")
	}
	if n, ok := pdfInt(pdfNumber(text)); ok {
		if gen, ok := p.reference(); ok {
			return pdfRef{n, gen}, nil
		}
	}
	return pdfNumber(text), nil
}

// reference passes over the rest of a reference, "0 R", if that follows.
func (p *pdfParser) reference() (gen int, ok bool) {
	at := p.at
	t, err := p.next()
	if err == nil && t.kind == 'w' {
		if gen, ok = pdfInt(pdfNumber(t.text)); ok {
			if t, err = p.next(); err == nil && t.kind == 'w' && string(t.text) == "R" {
				return gen, true
			}
		}
	}
	p.at = at
	return 0, false
}

// pdfIsNumber: 7.3.3.
func pdfIsNumber(b []byte) bool {
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	digits, points := 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1 && len(b) < pdfMaxWord
}

// pdfInt returns a number that can be a count, a size or a place.
func pdfInt(v any) (int, bool) {
	s, ok := v.(pdfNumber)
	if !ok || s == "" || s[0] < '0' || s[0] > '9' || len(s) > 15 {
		return 0, false
	}
	n, err := strconv.Atoi(string(s))
	return n, err == nil
}

// pdfFloat returns a number, 0 for what is none.
func pdfFloat(v any) float64 {
	s, _ := v.(pdfNumber)
	x, _ := strconv.ParseFloat(string(s), 64)
	return x
}

// pdfDecodeName: 7.3.5.
func pdfDecodeName(text []byte) (pdfName, error) {
	if text = text[1:]; len(text) > pdfMaxWord {
		return "", unclean("a name too long")
	}
	if !slices.Contains(text, '#') {
		return pdfName(text), nil
	}
	var name []byte
	for len(text) > 0 {
		c := text[0]
		text = text[1:]
		if c == '#' {
			var b [1]byte
			if len(text) < 2 {
				return "", unclean("a broken name")
			}
			if _, err := hex.Decode(b[:], text[:2]); err != nil || b[0] == 0 {
				return "", unclean("a broken name")
			}
			c, text = b[0], text[2:]
		}
		name = append(name, c)
	}
	return pdfName(name), nil
}

// pdfDecodeLiteral: 7.3.4.2.
func pdfDecodeLiteral(s []byte) pdfString {
	out := make([]byte, 0, len(s))
	for len(s) > 0 {
		c := s[0]
		s = s[1:]
		if c == '\r' { // an end of line is a line feed
			if len(s) > 0 && s[0] == '\n' {
				s = s[1:]
			}
			c = '\n'
		}
		if c != '\\' || len(s) == 0 {
			out = append(out, c)
			continue
		}
		c = s[0]
		s = s[1:]
		switch {
		case c >= '0' && c <= '7':
			v := int(c - '0')
			for n := 1; n < 3 && len(s) > 0 && s[0] >= '0' && s[0] <= '7'; n++ {
				v, s = v*8+int(s[0]-'0'), s[1:]
			}
			out = append(out, byte(v))
		case c == '\n':
		case c == '\r':
			if len(s) > 0 && s[0] == '\n' {
				s = s[1:]
			}
		default:
			if i := slices.Index([]byte("nrtbf"), c); i >= 0 {
				c = "\n\r\t\b\f"[i]
			}
			out = append(out, c)
		}
	}
	return pdfString(out)
}

// pdfDecodeHex: 7.3.4.3.
func pdfDecodeHex(s []byte) (pdfString, error) {
	digits := make([]byte, 0, len(s)+1)
	for _, c := range s {
		if !pdfIsSpace(c) {
			digits = append(digits, c)
		}
	}
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	n, err := hex.Decode(digits, digits)
	if err != nil {
		return "", unclean("a broken string")
	}
	return pdfString(digits[:n]), nil
}
