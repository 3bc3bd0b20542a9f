package vault

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlReader cuts XML into tags and text (Extensible Markup Language 1.0, fifth
// edition). encoding/xml is no help: it forgets prefixes, and what it writes is
// not what it read. This one knows as much of XML as office programs write:
// UTF-8, names in ASCII, the five entities. A document type, which can define
// entities, is refused.
type xmlReader struct {
	in   []byte
	at   int // where the token begins
	next int
	kind xmlKind
	// name of a tag, as it stands there.
	name  []byte
	attrs []xmlAttr
	empty bool // a tag that begins and ends an element
	// text can be written as it is: it is escaped.
	text []byte
}

// xmlHead begins what is written.
const xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

type xmlKind int

const (
	xmlStart xmlKind = iota
	xmlEnd
	xmlText
	xmlDone
)

// xmlAttr is an attribute; its value can be written between double quotes.
type xmlAttr struct{ name, value []byte }

// No program writes an element of so many attributes.
const maxAttrs = 128

// What must be written longer than it stands there is never so long.
const maxLonger = 1 << 20

func newXMLReader(b []byte) (*xmlReader, error) {
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(b) {
		return nil, unclean("XML that is not UTF-8")
	}
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return nil, unclean("a control character in XML")
		}
	}
	x := &xmlReader{in: b}
	if bytes.HasPrefix(b, []byte("<?xml")) {
		end := bytes.Index(b, []byte("?>"))
		if end < 0 {
			return nil, unclean("broken XML")
		}
		declared := strings.ToLower(string(b[:end]))
		if _, encoding, there := strings.Cut(declared, "encoding"); there && !strings.Contains(encoding, "utf-8") {
			return nil, unclean("XML that is not UTF-8")
		}
		x.next = end + 2
	}
	return x, nil
}

// read reads the next tag or text. It passes over comments and processing
// instructions.
func (x *xmlReader) read() error {
	for {
		rest := x.in[x.next:]
		x.at = x.next
		switch {
		case len(rest) == 0:
			x.kind = xmlDone
			return nil
		case rest[0] != '<':
			return x.plain(rest)
		case bytes.HasPrefix(rest, []byte("<!--")):
			if !x.skip(4, "-->") {
				return unclean("broken XML")
			}
		case bytes.HasPrefix(rest, []byte("<?")):
			if !x.skip(2, "?>") {
				return unclean("broken XML")
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			begin := x.next + 9
			if !x.skip(9, "]]>") {
				return unclean("broken XML")
			}
			if x.next-begin > maxLonger {
				return unclean("text that is too long")
			}
			x.kind, x.text = xmlText, escapeXML(x.in[begin:x.next-3])
			return nil
		case bytes.HasPrefix(rest, []byte("<!")):
			return unclean("a document type")
		case bytes.HasPrefix(rest, []byte("</")):
			return x.end()
		default:
			return x.start()
		}
	}
}

func (x *xmlReader) skip(n int, until string) bool {
	end := bytes.Index(x.in[x.next+n:], []byte(until))
	if end < 0 {
		return false
	}
	x.next += n + end + len(until)
	return true
}

func (x *xmlReader) plain(rest []byte) error {
	n := bytes.IndexByte(rest, '<')
	if n < 0 {
		n = len(rest)
	}
	x.kind, x.text = xmlText, rest[:n]
	x.next += n
	return checkEntities(x.text)
}

func (x *xmlReader) end() error {
	x.next += 2
	x.kind, x.name = xmlEnd, x.word()
	x.space()
	if len(x.name) == 0 || !x.take('>') {
		return unclean("broken XML")
	}
	return nil
}

func (x *xmlReader) start() error {
	x.next++
	x.kind, x.name, x.attrs, x.empty = xmlStart, x.word(), x.attrs[:0], false
	if len(x.name) == 0 {
		return unclean("broken XML")
	}
	for {
		spaced := x.space()
		switch {
		case x.take('>'):
			return nil
		case x.take('/'):
			x.empty = true
			if !x.take('>') {
				return unclean("broken XML")
			}
			return nil
		case !spaced:
			return unclean("broken XML")
		}
		if err := x.attr(); err != nil {
			return err
		}
	}
}

func (x *xmlReader) attr() error {
	name := x.word()
	x.space()
	if len(name) == 0 || !x.take('=') {
		return unclean("broken XML")
	}
	x.space()
	if x.next == len(x.in) || x.in[x.next] != '"' && x.in[x.next] != '\'' {
		return unclean("broken XML")
	}
	quote := x.in[x.next]
	begin := x.next + 1
	n := bytes.IndexByte(x.in[begin:], quote)
	if n < 0 {
		return unclean("broken XML")
	}
	value := x.in[begin : begin+n]
	x.next = begin + n + 1
	if bytes.IndexByte(value, '<') >= 0 || len(x.attrs) == maxAttrs {
		return unclean("broken XML, or too many attributes")
	}
	for _, a := range x.attrs {
		if bytes.Equal(a.name, name) {
			return unclean("an attribute twice")
		}
	}
	if quote == '\'' && len(value) > maxLonger {
		return unclean("text that is too long")
	}
	if quote == '\'' {
		value = bytes.ReplaceAll(value, []byte(`"`), []byte("&quot;"))
	}
	x.attrs = append(x.attrs, xmlAttr{name, value})
	return checkEntities(value)
}

// word reads a name, "" when there is none.
func (x *xmlReader) word() []byte {
	begin := x.next
	for x.next < len(x.in) {
		c := x.in[x.next]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (x.next == begin || (c < '0' || c > '9') && c != '-' && c != '.' && c != ':') {
			break
		}
		x.next++
	}
	return x.in[begin:x.next]
}

func (x *xmlReader) space() bool {
	begin := x.next
	for x.next < len(x.in) && strings.IndexByte(" \t\r\n", x.in[x.next]) >= 0 {
		x.next++
	}
	return x.next > begin
}

func (x *xmlReader) take(c byte) bool {
	if x.next == len(x.in) || x.in[x.next] != c {
		return false
	}
	x.next++
	return true
}

var xmlEntities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// entity decodes what stands between & and ;.
func entity(name string) (string, bool) {
	if s, there := xmlEntities[name]; there {
		return s, true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if len(digits) == len(name) {
		return "", false
	}
	if hex := strings.TrimPrefix(digits, "x"); hex != digits {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(r) || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
		return "", false
	}
	return string(r), true
}

// maxEntity is longer than any reference that means something.
const maxEntity = 12

func checkEntities(b []byte) error {
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return nil
		}
		b = b[i+1:]
		end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
		if end < 0 {
			return unclean("an entity without end")
		}
		if _, known := entity(string(b[:end])); !known {
			return unclean("an unknown entity")
		}
	}
}

// unescapeXML is what an attribute or a text means.
func unescapeXML(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	var s strings.Builder
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			s.Write(b)
			return s.String()
		}
		s.Write(b[:i])
		b = b[i+1:]
		name, rest, _ := bytes.Cut(b, []byte(";"))
		meaning, _ := entity(string(name))
		s.WriteString(meaning)
		b = rest
	}
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escapeXML(b []byte) []byte { return []byte(xmlEscaper.Replace(string(b))) }
