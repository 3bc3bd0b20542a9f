package vault

// get returns the object that a reference means, nil if there is none: 7.3.10.
func (f *pdfFile) get(r pdfRef) (any, error) {
	e, ok := f.entries[r.n]
	if !ok || e.free {
		return nil, f.pay(0)
	}
	if e.gen != r.gen {
		return nil, unclean("a reference to another generation")
	}
	// Long chains of this are no use: what is needed to read an object is the
	// length of its stream, and the bundle that it is in.
	if f.loading++; f.loading > 8 {
		return nil, unclean("objects that need each other to be read")
	}
	defer func() { f.loading-- }()
	if e.bundle > 0 {
		return f.bundled(r.n, e)
	}
	return f.indirect(e.at, &r)
}

// direct is get for what is a reference, and the value itself for others.
func (f *pdfFile) direct(v any) (any, error) {
	if r, ok := v.(pdfRef); ok {
		return f.get(r)
	}
	return v, nil
}

// dict returns a dictionary, empty if there is none.
func (f *pdfFile) dict(v any) (pdfDict, error) {
	v, err := f.direct(v)
	if s, ok := v.(*pdfStream); ok {
		return s.dict, err
	}
	d, ok := v.(pdfDict)
	if v != nil && !ok && err == nil {
		err = unclean("no dictionary where one belongs")
	}
	return d, err
}

// array returns an array, empty if there is none.
func (f *pdfFile) array(v any) (pdfArray, error) {
	v, err := f.direct(v)
	a, ok := v.(pdfArray)
	if v != nil && !ok && err == nil {
		err = unclean("no array where one belongs")
	}
	return a, err
}

// indirect reads the object at a place in the file, which must be the one that
// is meant, if any is: 7.3.10.
func (f *pdfFile) indirect(at int, is *pdfRef) (any, error) {
	if at >= len(f.b) {
		return nil, unclean("an object behind the end")
	}
	p := &pdfParser{pdfLexer: pdfLexer{b: f.b, at: at}}
	n, ok := p.int()
	gen, ok2 := p.int()
	t, err := p.next()
	if err != nil || !ok || !ok2 || string(t.text) != "obj" || is != nil && *is != (pdfRef{n, gen}) {
		return nil, unclean("an object is not where it should be")
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if t, err = p.next(); err != nil {
		return nil, err
	}
	if err := f.payParsed(p, at); err != nil {
		return nil, err
	}
	switch d, ok := v.(pdfDict); {
	case ok && string(t.text) == "stream":
		return f.stream(p, d)
	case string(t.text) != "endobj":
		return nil, unclean("an object without end")
	}
	return pdfNoReference(v)
}

func pdfNoReference(v any) (any, error) {
	if _, ok := v.(pdfRef); ok {
		return nil, unclean("a reference to a reference")
	}
	return v, nil
}

// stream reads the data that follows "stream": 7.3.8.
func (f *pdfFile) stream(p *pdfParser, d pdfDict) (any, error) {
	if p.at < len(f.b) && f.b[p.at] == '\r' {
		p.at++
	}
	if p.at >= len(f.b) || f.b[p.at] != '\n' {
		return nil, unclean("a broken stream")
	}
	p.at++
	v, err := f.direct(d["Length"])
	if err != nil {
		return nil, err
	}
	length, ok := pdfInt(v)
	if !ok || length > len(f.b)-p.at {
		return nil, unclean("a stream of unknown length")
	}
	s := &pdfStream{d, f.b[p.at : p.at+length]}
	p.at += length
	if err := f.pay(length); err != nil {
		return nil, err
	}
	for _, want := range []string{"endstream", "endobj"} {
		p.space()
		if t, err := p.token(); err != nil || string(t.text) != want {
			return nil, unclean("a stream of another length")
		}
	}
	return s, nil
}

// pdfBundle is an object stream: many small objects, compressed together.
type pdfBundle struct {
	data    []byte
	numbers []int
	places  []int
}

// payParsed pays for what was parsed from a place on.
func (f *pdfFile) payParsed(p *pdfParser, from int) error {
	if err := f.payValues(p.values); err != nil {
		return err
	}
	return f.pay(p.at - from)
}

// bundled returns an object from a bundle.
func (f *pdfFile) bundled(n int, e pdfEntry) (any, error) {
	b, err := f.bundle(e.bundle)
	if err != nil {
		return nil, err
	}
	if e.at >= len(b.numbers) || b.numbers[e.at] != n {
		return nil, unclean("an object is not where it should be")
	}
	p := &pdfParser{pdfLexer: pdfLexer{b: b.data, at: b.places[e.at]}}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if err := f.payParsed(p, b.places[e.at]); err != nil {
		return nil, err
	}
	return pdfNoReference(v)
}

// bundle opens an object stream: 7.5.7.
func (f *pdfFile) bundle(n int) (*pdfBundle, error) {
	if b := f.bundles[n]; b != nil {
		return b, nil
	}
	if f.entries[n].bundle > 0 {
		return nil, unclean("a bundle of objects in another")
	}
	v, err := f.get(pdfRef{n, f.entries[n].gen})
	if err != nil {
		return nil, err
	}
	s, ok := v.(*pdfStream)
	if !ok || s.dict["Type"] != pdfName("ObjStm") {
		return nil, unclean("no bundle of objects where one should be")
	}
	data, err := f.decoded(s)
	if err != nil {
		return nil, err
	}
	if len(data) > pdfMaxBundles {
		return nil, unclean("a bundle of objects too large")
	}
	more := min(8*int64(len(data)), f.extra)
	f.work, f.extra = f.work+more, f.extra-more
	count, err := f.direct(s.dict["N"])
	if err != nil {
		return nil, err
	}
	first, err := f.direct(s.dict["First"])
	if err != nil {
		return nil, err
	}
	c, ok := pdfInt(count)
	start, ok2 := pdfInt(first)
	if !ok || !ok2 || c > min(pdfMaxObjects, len(data)) || start > len(data) {
		return nil, unclean("a broken bundle of objects")
	}
	if err := f.payValues(2 * c); err != nil {
		return nil, err
	}
	b := &pdfBundle{data, make([]int, 0, c), make([]int, 0, c)}
	p := &pdfParser{pdfLexer: pdfLexer{b: data[:start]}}
	for range c {
		n, ok := p.int()
		at, ok2 := p.int()
		if !ok || !ok2 || at > len(data)-start {
			return nil, unclean("a broken bundle of objects")
		}
		b.numbers = append(b.numbers, n)
		b.places = append(b.places, start+at)
	}
	f.remember(n, b)
	return b, nil
}

// remember keeps a bundle, since its objects are mostly needed one after the
// other, and forgets all others when they become too many.
func (f *pdfFile) remember(n int, b *pdfBundle) {
	size := int64(len(b.data) + 16*len(b.numbers))
	if f.remembered += size; f.remembered > pdfMaxBundles {
		clear(f.bundles)
		f.remembered = size
	}
	f.bundles[n] = b
}
