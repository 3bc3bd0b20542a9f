package vault

import (
	"bytes"
	"strconv"
)

// pdfEntry says where an object is: 7.5.4, 7.5.8.3.
type pdfEntry struct {
	bundle int // the object stream that it is in, 0: it is in the file
	at     int // in the file, or which one it is in its bundle
	gen    int
	free   bool
}

// load finds where the objects of the newest version are. What cannot be found
// the way the specification says is not searched for: what one program finds in
// a damaged file another does not.
func (f *pdfFile) load() error {
	if !pdfHeader(f.b) {
		return unclean("no PDF")
	}
	// Disks and downloads fill up with these.
	if b := bytes.TrimRight(f.b, "\x00"); len(b) < len(f.b) {
		f.b = b
		f.gone.add("trailer")
	}
	at, err := f.start()
	if err != nil {
		return err
	}
	f.entries, f.bundles = map[int]pdfEntry{}, map[int]*pdfBundle{}
	versions := 0
	if bytes.Contains(f.b[:min(len(f.b), 1024)], []byte("/Linearized")) {
		versions-- // its one version has two sections: annex F
	}
	seen := map[int]bool{}
	for more := true; more; {
		if seen[at] {
			return unclean("versions in a circle")
		}
		seen[at] = true
		trailer, filled, err := f.section(at)
		if err != nil {
			return err
		}
		if filled {
			versions++
		}
		if at, more, err = f.older(trailer); err != nil {
			return err
		}
	}
	if versions > 1 {
		f.gone.add("history")
	}
	return nil
}

// start finds the newest section: 7.5.5.
func (f *pdfFile) start() (int, error) {
	tail := f.b[max(0, len(f.b)-2048):]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return 0, unclean("it does not say where its objects are")
	}
	l := pdfLexer{b: tail, at: i + len("startxref")}
	t, err := l.next()
	if err != nil {
		return 0, err
	}
	at, ok := pdfInt(pdfNumber(t.text))
	if l.space(); !ok || !bytes.HasPrefix(tail[l.at:], []byte("%%EOF")) {
		return 0, unclean("it does not say where its objects are")
	}
	if len(bytes.TrimSpace(tail[l.at+len("%%EOF"):])) > 0 {
		f.gone.add("trailer")
	}
	return at, nil
}

// older looks into a trailer, and returns where the next older section is.
func (f *pdfFile) older(trailer pdfDict) (at int, more bool, err error) {
	if f.trailer == nil {
		f.trailer = trailer
	}
	for key, word := range map[pdfName]string{"Info": "info", "ID": "id"} {
		if trailer[key] != nil {
			f.gone.add(word)
		}
	}
	if trailer["Encrypt"] != nil {
		return 0, false, unclean("it is encrypted")
	}
	if stm := trailer["XRefStm"]; stm != nil { // a hybrid file: 7.5.8.4
		at, ok := pdfInt(stm)
		if !ok {
			return 0, false, unclean("a broken trailer")
		}
		if _, _, err := f.streamSection(at); err != nil {
			return 0, false, err
		}
	}
	prev := trailer["Prev"]
	if prev == nil {
		return 0, false, nil
	}
	at, ok := pdfInt(prev)
	if !ok {
		return 0, false, unclean("a broken trailer")
	}
	return at, true, nil
}

// section reads a section of one kind or the other, and reports whether it has
// any objects.
func (f *pdfFile) section(at int) (trailer pdfDict, filled bool, err error) {
	if at >= len(f.b) {
		return nil, false, unclean("it does not say where its objects are")
	}
	p := &pdfParser{pdfLexer: pdfLexer{b: f.b, at: at}}
	t, err := p.next()
	if err != nil {
		return nil, false, err
	}
	if string(t.text) != "xref" {
		return f.streamSection(at)
	}
	for {
		if t, err = p.next(); err != nil {
			return nil, false, err
		}
		if string(t.text) == "trailer" {
			break
		}
		some, err := f.subsection(p, t)
		if err != nil {
			return nil, false, err
		}
		filled = filled || some
	}
	v, err := p.value(0)
	if err != nil {
		return nil, false, err
	}
	trailer, ok := v.(pdfDict)
	if !ok {
		return nil, false, unclean("a broken trailer")
	}
	return trailer, filled, f.payParsed(p, at)
}

// subsection reads entries of consecutive objects: 7.5.4.
func (f *pdfFile) subsection(p *pdfParser, t pdfToken) (filled bool, err error) {
	first, ok := pdfInt(pdfNumber(t.text))
	count, ok2 := p.int()
	if !ok || !ok2 {
		return false, unclean("a broken table of objects")
	}
	for n := first; n < first+count; n++ {
		at, ok := p.int()
		gen, ok2 := p.int()
		t, err := p.next()
		use := string(t.text)
		if err != nil || !ok || !ok2 || use != "n" && use != "f" {
			return false, unclean("a broken table of objects")
		}
		filled = filled || use == "n"
		if err := f.enter(n, pdfEntry{at: at, gen: gen, free: use == "f"}); err != nil {
			return false, err
		}
	}
	return filled, nil
}

// int reads a number that can be a count, a size or a place.
func (p *pdfParser) int() (int, bool) {
	t, err := p.next()
	if err != nil || t.kind != 'w' {
		return 0, false
	}
	n, err := strconv.Atoi(string(t.text))
	return n, err == nil && n >= 0 && len(t.text) <= 15
}

// enter notes where an object is, unless a newer version said so already.
func (f *pdfFile) enter(n int, e pdfEntry) error {
	if _, there := f.entries[n]; there {
		return nil
	}
	if len(f.entries) >= pdfMaxObjects {
		return unclean("too many objects")
	}
	f.entries[n] = e
	return nil
}

// streamSection reads a section that is a stream: 7.5.8.
func (f *pdfFile) streamSection(at int) (trailer pdfDict, filled bool, err error) {
	v, err := f.indirect(at, nil)
	if err != nil {
		return nil, false, err
	}
	s, ok := v.(*pdfStream)
	if !ok || s.dict["Type"] != pdfName("XRef") {
		return nil, false, unclean("it does not say where its objects are")
	}
	data, err := f.decoded(s)
	if err != nil {
		return nil, false, err
	}
	var widths [3]int
	w, _ := s.dict["W"].(pdfArray)
	if len(w) != 3 {
		return nil, false, unclean("a broken table of objects")
	}
	for i := range widths {
		if widths[i], ok = pdfInt(w[i]); !ok || widths[i] > 6 {
			return nil, false, unclean("a broken table of objects")
		}
	}
	index, ok := s.dict["Index"].(pdfArray)
	if !ok {
		index = pdfArray{pdfNumber("0"), s.dict["Size"]}
	}
	row := widths[0] + widths[1] + widths[2]
	for ; len(index) >= 2; index = index[2:] {
		first, ok := pdfInt(index[0])
		count, ok2 := pdfInt(index[1])
		if !ok || !ok2 || row == 0 || count > len(data)/row {
			return nil, false, unclean("a broken table of objects")
		}
		for n := first; n < first+count; n++ {
			if err := f.row(n, data[:row], widths); err != nil {
				return nil, false, err
			}
			data = data[row:]
			filled = true
		}
	}
	return s.dict, filled, nil
}

// row enters one row of a section that is a stream: table 18.
func (f *pdfFile) row(n int, b []byte, widths [3]int) error {
	var fields [3]int
	for i, width := range widths {
		for _, c := range b[:width] {
			fields[i] = fields[i]<<8 | int(c)
		}
		b = b[width:]
	}
	if widths[0] == 0 {
		fields[0] = 1
	}
	switch fields[0] {
	case 0:
		return f.enter(n, pdfEntry{free: true})
	case 1:
		return f.enter(n, pdfEntry{at: fields[1], gen: fields[2]})
	case 2:
		if fields[1] == 0 {
			return unclean("a broken table of objects")
		}
		return f.enter(n, pdfEntry{bundle: fields[1], at: fields[2]})
	}
	return f.enter(n, pdfEntry{free: true}) // "a reference to the null object"
}
