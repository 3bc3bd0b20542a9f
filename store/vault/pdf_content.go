package vault

import "strings"

// pdfOperators draw: annex A.
var pdfOperators = pdfWords(`b B b* B* BT BX c cm CS cs d d0 d1 Do ET EX f F f* G g gs h i j J K k l m M n q Q re RG rg
	ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' "`)

// pdfAlone take no operands. Nobody sees what stands before them.
var pdfAlone = pdfWords("b B b* B* BT BX ET EX f F f* h n q Q s S T* W W*")

// pdfUsers use resources by their names, but for these colour spaces, which
// everybody has: 7.8.3, 8.6.8.
var (
	pdfUsers   = pdfWords("Do Tf gs sh cs CS scn SCN")
	pdfDevices = map[pdfName]bool{"DeviceGray": true, "DeviceRGB": true, "DeviceCMYK": true, "Pattern": true}
)

// pdfMarks say what something is, in words that are not shown: 14.6.
var pdfMarks = pdfWords("BMC BDC EMC MP DP")

func pdfWords(s string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(s) {
		words[w] = true
	}
	return words
}

// content copies the instructions that draw a page byte for byte, without
// comments and marks, and returns which resources they use: 7.8.2. All that is between two operators is taken for
// the operands of the second.
func (f *pdfFile) content(b []byte) ([]byte, map[pdfName]bool, error) {
	s := pdfContentScrubber{file: f, pdfParser: pdfParser{pdfLexer: pdfLexer{b: b}}, out: make([]byte, 0, len(b)), begin: -1, names: map[pdfName]bool{}}
	for {
		start := s.at
		s.space()
		s.out = append(s.out, b[start:s.at]...)
		if s.comment() {
			f.gone.add("comment")
			continue
		}
		t, err := s.token()
		if err != nil {
			return nil, nil, err
		}
		if t.kind == 0 {
			break
		}
		if err := s.one(t); err != nil {
			return nil, nil, err
		}
	}
	if s.begin >= 0 {
		return nil, nil, unclean("an instruction cut in two")
	}
	return s.out, s.names, nil
}

type pdfContentScrubber struct {
	file *pdfFile
	pdfParser
	out    []byte
	begin  int    // where in out the operands begin, -1: there are none yet
	open   []byte // brackets
	name   []byte // the last among the operands
	names  map[pdfName]bool
	marked bool // a dictionary is among the operands
}

func (s *pdfContentScrubber) one(t pdfToken) error {
	if s.begin < 0 {
		s.begin = len(s.out)
	}
	switch word := string(t.text); {
	case t.kind == '[' || t.kind == 'd':
		if s.open = append(s.open, t.kind); len(s.open) > pdfMaxDepth {
			return unclean("instructions too deep")
		}
		s.marked = s.marked || t.kind == 'd'
	case t.kind == ']' || t.kind == 'D':
		last := len(s.open) - 1
		if last < 0 || (s.open[last] == '[') != (t.kind == ']') {
			return unclean("a stray bracket")
		}
		s.open = s.open[:last]
	case t.kind == '/':
		s.name = t.text
	case t.kind == '{' || t.kind == '}':
		return unclean("a stray bracket")
	case t.kind == 'w' && !pdfIsNumber(t.text) && word != "true" && word != "false" && word != "null":
		return s.operator(t)
	}
	s.out = append(s.out, t.text...)
	return nil
}

func (s *pdfContentScrubber) operator(t pdfToken) error {
	word, begin, marked, name := string(t.text), s.begin, s.marked, s.name
	s.begin, s.marked, s.name = -1, false, nil
	switch {
	case len(s.open) > 0:
		return unclean("an operator in an array")
	case pdfMarks[word]:
		s.file.gone.add("structure")
		s.out = s.out[:begin]
		return nil
	case marked:
		return unclean("a dictionary where none belongs")
	case word == "BI" && begin == len(s.out):
		return s.picture(s.at - len(word))
	case !pdfOperators[word]:
		return unclean("an unknown instruction")
	}
	if pdfUsers[word] && name != nil {
		if err := s.uses(name); err != nil {
			return err
		}
	}
	if pdfAlone[word] && begin < len(s.out) {
		s.file.gone.add("text")
		if s.out = s.out[:begin]; begin > 0 && pdfIsRegular(s.out[begin-1]) {
			s.out = append(s.out, ' ')
		}
	}
	s.out = append(s.out, t.text...)
	return nil
}

// uses notes that a resource is used.
func (s *pdfContentScrubber) uses(text []byte) error {
	name, err := pdfDecodeName(text)
	if err == nil && !pdfDevices[name] {
		s.names[name] = true
	}
	if len(s.names) > pdfMaxNames {
		err = unclean("too many names")
	}
	return err
}

// pdfProgram copies a small program, such as which glyph is which letter,
// without comments: 7.10.5, 9.7.5.4.
func pdfProgram(b []byte) ([]byte, error) {
	l := pdfLexer{b: b}
	out := make([]byte, 0, len(b))
	for {
		start := l.at
		l.space()
		out = append(out, b[start:l.at]...)
		if l.comment() {
			continue
		}
		t, err := l.token()
		if err != nil || t.kind == 0 {
			return out, err
		}
		out = append(out, t.text...)
	}
}
