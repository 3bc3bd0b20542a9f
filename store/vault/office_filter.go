package vault

import (
	"bytes"
	"slices"
	"strings"
)

// officeFilter writes a part of a document anew, with the words that documents
// may use and nothing else: every element and attribute that is not among them
// stays behind, with all that is in it. Namespaces get the prefixes that they
// usually have, so that what is written does not depend on how it was written.
type officeFilter struct {
	words *officeWords
	rules officeRules
	// link gives an attribute of the namespace of relationships its new value.
	link func(e *officeElement, a officeAttr) (string, officeVerdict, error)
	gone *gone

	out   []byte
	open  bool // the start tag that was written last has no > yet
	stack []officeOpen
	scope []officeSpace
	// names caches what names mean in the current scope.
	names map[string]string
	// skip is the depth of the element that is dropped, 0 for none.
	skip int
	root string

	// blind: only the rules want to know, nothing is written.
	blind bool

	// Of the start tag that was written last, as in officeOpen.
	begin int
	first bool

	element officeElement // used again and again
	tag     []byte
}

// officeRules decide what the list of words cannot.
type officeRules interface {
	// start is asked about every element that is not within a dropped one, also
	// those that are no word. It may change the attributes.
	start(e *officeElement) (officeVerdict, error)
	// end is told of the end of every element that was not dropped, with what
	// was written of it. An element that is no good after all falls away.
	end(name string, written []byte) (good bool)
	// text returns what a text that is kept becomes. It is escaped.
	text(in string, escaped []byte) []byte
}

type officeVerdict int

const (
	keepIfWord officeVerdict = iota
	drop                     // with all that is in it
	unwrap                   // keep what is in it
)

type officeElement struct {
	name   string // with the usual prefix; "" in an unknown namespace
	parent string // the element around it that was kept, "" for none
	at     int    // in what is read
	attrs  []officeAttr
}

// officeAttr is an attribute with the usual prefix, and its escaped value.
type officeAttr struct {
	name  string
	value []byte
}

// attr is what an attribute means, "" when it is not there.
func (e *officeElement) attr(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return unescapeXML(a.value)
		}
	}
	return ""
}

// set changes an attribute that is there.
func (e *officeElement) set(name, value string) {
	for i := range e.attrs {
		if e.attrs[i].name == name {
			e.attrs[i].value = escapeXML([]byte(value))
		}
	}
}

// remove removes an attribute. It need not be there.
func (e *officeElement) remove(name string) {
	e.attrs = slices.DeleteFunc(e.attrs, func(a officeAttr) bool { return a.name == name })
}

type officeOpen struct {
	raw    string
	name   string // as it was written, "" when it was not
	inner  string // the kept element for what is in it
	text   bool   // text may stand in it
	scope  int    // how many namespaces were known outside
	choice officeChoice
	// begin is where it begins in what is written; first, that nothing was
	// written before in the element around it.
	begin int
	first bool
}

type officeSpace struct{ prefix, uri string }

// More than any document has.
const (
	maxDepth  = 256
	maxSpaces = 256
	maxNames  = 4096 // that are remembered
)

// filter reads a part whose root must be one of roots, and leaves it in out.
func (f *officeFilter) filter(b []byte, roots ...string) error {
	x, err := newXMLReader(b)
	if err != nil {
		return err
	}
	f.names = map[string]string{}
	f.scope = []officeSpace{{"xml", "xml"}}
	if !f.blind {
		f.out = make([]byte, 0, len(b)+len(b)/16+4<<10) // it hardly ever becomes longer
	}
	f.out = append(f.out, xmlHead...)
	for {
		if err := x.read(); err != nil {
			return err
		}
		if f.blind {
			f.out = f.out[:0]
		}
		if len(f.out) > maxXML {
			return unclean("a part that becomes too large")
		}
		switch x.kind {
		case xmlStart:
			if len(f.stack) == 0 && f.root != "" {
				return unclean("a second root in XML")
			}
			if len(f.stack) == maxDepth {
				return unclean("XML too deep")
			}
			if err := f.start(x, roots); err != nil {
				return err
			}
			if x.empty {
				f.end()
			}
		case xmlEnd:
			if len(f.stack) == 0 || f.stack[len(f.stack)-1].raw != string(x.name) {
				return unclean("an end tag of nothing")
			}
			f.end()
		case xmlText:
			f.text(x.text)
		case xmlDone:
			if len(f.stack) > 0 || f.root == "" {
				return unclean("XML that ends too soon")
			}
			return nil
		}
	}
}

func (f *officeFilter) start(x *xmlReader, roots []string) error {
	o := officeOpen{raw: string(x.name), scope: len(f.scope)}
	if n := len(f.stack); n > 0 {
		o.inner = f.stack[n-1].inner
		o.text = f.stack[n-1].text
	}
	if err := f.declare(x.attrs); err != nil {
		return err
	}
	if f.skip > 0 {
		f.stack = append(f.stack, o)
		return nil
	}
	e := &f.element
	*e = officeElement{name: f.name(x.name, true), parent: o.inner, at: x.at, attrs: e.attrs[:0]}
	for _, a := range x.attrs {
		if name := f.name(a.name, false); name != "" {
			e.attrs = append(e.attrs, officeAttr{name, a.value})
		}
	}
	if f.root == "" {
		if !slices.Contains(roots, e.name) {
			return unclean("a part of a document that is not what it should be")
		}
		f.root = e.name
	}
	if strings.HasPrefix(e.name, "mc:") {
		return f.alternative(e, o)
	}
	if n := len(f.stack); n > 0 && (f.stack[n-1].choice == alternatives || f.stack[n-1].choice == alternativesTaken) {
		return unclean("alternatives in disorder")
	}
	v, err := f.rules.start(e)
	if err != nil {
		return err
	}
	word := f.words.elements[e.name]
	if v == keepIfWord && word == nil {
		v = drop
	}
	if v == keepIfWord {
		if v, err = f.write(e, word); err != nil {
			return err
		}
	}
	switch v {
	case keepIfWord:
		o.name, o.inner, o.text, o.begin, o.first = e.name, e.name, word.text, f.begin, f.first
	case drop:
		// Empty lists of scripts and forms stand everywhere.
		if what := officeGone(e.name); what != "" && (!x.empty || !strings.HasPrefix(e.name, "office:")) {
			f.gone.add(what)
		}
		return f.drop(o)
	}
	f.stack = append(f.stack, o)
	return nil
}

// drop leaves out the element that begins.
func (f *officeFilter) drop(o officeOpen) error {
	if len(f.stack) == 0 {
		return unclean("a document without content")
	}
	f.stack = append(f.stack, o)
	f.skip = len(f.stack)
	return nil
}

// write writes a start tag, up to its >. It returns drop for an element that
// makes no sense without something that it linked to.
func (f *officeFilter) write(e *officeElement, word *officeWord) (officeVerdict, error) {
	tag := append(f.tag[:0], "<"+f.written(e.name)...)
	if len(f.stack) == 0 {
		tag = append(tag, f.namespaces()...)
	}
	for _, a := range e.attrs {
		if !word.attrs[a.name] && a.name != "xml:space" {
			if what := officeGone(a.name); what != "" {
				f.gone.add(what)
			}
			continue
		}
		if a.name == "xml:space" && string(a.value) != "preserve" {
			continue
		}
		value := a.value
		if strings.HasPrefix(a.name, "r:") {
			id, v, err := f.link(e, a)
			if err != nil || v == drop {
				return v, err
			}
			if v == unwrap { // only the attribute falls away
				continue
			}
			value = []byte(id)
		}
		tag = append(append(append(append(append(tag, ' '), a.name...), '=', '"'), value...), '"')
	}
	f.first = f.open
	f.closeTag()
	f.begin = len(f.out)
	f.out, f.tag = append(f.out, tag...), tag
	f.open = true
	return keepIfWord, nil
}

// closeTag writes the > of the start tag that was written last.
func (f *officeFilter) closeTag() {
	if f.open {
		f.out = append(f.out, '>')
		f.open = false
	}
}

func (f *officeFilter) end() {
	o := f.stack[len(f.stack)-1]
	f.stack = f.stack[:len(f.stack)-1]
	if len(f.scope) != o.scope {
		f.scope = f.scope[:o.scope]
		clear(f.names)
	}
	switch {
	case f.skip > len(f.stack):
		f.skip = 0
		return
	case f.skip > 0:
		return
	case o.choice == oneChoice:
		f.closeTag()
		f.out = append(f.out, "</mc:Choice></mc:AlternateContent>"...)
	case o.name != "":
		if f.blind {
			o.begin = len(f.out) // nothing was written
		}
		if f.rules.end(o.name, f.out[o.begin:]) {
			f.endTag(o.name)
			return
		}
		f.out, f.open = f.out[:o.begin], false
		if o.first {
			f.out, f.open = f.out[:o.begin-1], true
		}
	}
}

func (f *officeFilter) endTag(name string) {
	if f.open {
		f.out = append(f.out, "/>"...)
		f.open = false
		return
	}
	f.out = append(append(append(f.out, "</"...), f.written(name)...), '>')
}

func (f *officeFilter) text(b []byte) {
	if n := len(f.stack); n == 0 || f.skip > 0 || !f.stack[n-1].text || len(b) == 0 {
		return
	}
	if b = f.rules.text(f.stack[len(f.stack)-1].inner, b); len(b) == 0 {
		return
	}
	f.closeTag()
	f.out = append(f.out, b...)
}

// declare takes note of the namespaces that a tag declares (Namespaces in XML
// 1.0, section 3).
func (f *officeFilter) declare(attrs []xmlAttr) error {
	for _, a := range attrs {
		prefix, there := strings.CutPrefix(string(a.name), "xmlns")
		if !there || prefix != "" && prefix[0] != ':' {
			continue
		}
		if len(f.scope) == maxSpaces {
			return unclean("too many namespaces")
		}
		f.scope = append(f.scope, officeSpace{strings.TrimPrefix(prefix, ":"), unescapeXML(a.value)})
		clear(f.names)
	}
	return nil
}

// name is a name with the usual prefix, "" in an unknown namespace.
func (f *officeFilter) name(raw []byte, element bool) string {
	prefix, local, prefixed := bytes.Cut(raw, []byte(":"))
	if !prefixed {
		prefix, local = nil, raw
		if !element {
			if string(raw) == "xmlns" {
				return ""
			}
			return string(raw)
		}
	}
	if name, there := f.names[string(raw)]; there {
		return name
	}
	name := ""
	if usual := f.usual(string(prefix)); usual != "" {
		name = usual + ":" + string(local)
	}
	if len(f.names) == maxNames {
		clear(f.names)
	}
	f.names[string(raw)] = name
	return name
}

func (f *officeFilter) usual(prefix string) string {
	uri := f.uri(prefix)
	if uri == "xml" {
		return "xml"
	}
	return f.words.prefixes[uri]
}

func (f *officeFilter) uri(prefix string) string {
	for _, s := range slices.Backward(f.scope) {
		if s.prefix == prefix {
			return s.uri
		}
	}
	return ""
}

// bare are the namespaces whose elements are written without prefix: simple
// readers expect it.
var bare = map[string]bool{"x": true, "ct": true, "rel": true}

func (f *officeFilter) written(name string) string {
	if prefix, local, _ := strings.Cut(name, ":"); bare[prefix] {
		return local
	}
	return name
}

// namespaces declares what the part may use: all, so that it tells nothing.
func (f *officeFilter) namespaces() string {
	family, _, _ := strings.Cut(f.root, ":")
	var list []string
	for uri, prefix := range f.words.prefixes {
		switch {
		case prefix == family && bare[prefix]:
			list = append(list, ` xmlns="`+uri+`"`)
		case family == "ct" || family == "rel" || bare[prefix]:
		default:
			list = append(list, ` xmlns:`+prefix+`="`+uri+`"`)
		}
	}
	slices.Sort(list)
	if family == "w" { // the only elements that an old Word would not know
		list = append(list, ` mc:Ignorable="wp14"`)
	}
	return strings.Join(list, "")
}
