package telegramtest

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A small JSON reader and writer: keyboards are read and messages written on
// every call of a load run, where encoding/json's reflection would cost more
// than everything else the emulator does.

type jkind uint8

const (
	jnull jkind = iota
	jbool
	jnum
	jstr
	jarr
	jobj
)

type jval struct {
	kind jkind
	b    bool
	s    string // a string's contents, or a number as written
	raw  string // the value as written
	arr  []jval
	obj  []jfield
}

type jfield struct {
	name string
	val  jval
}

var errJSON = errors.New("can't parse JSON")

// get returns the member with that name; a missing one is JSON null.
func (v *jval) get(name string) *jval {
	for i := range v.obj {
		if v.obj[i].name == name {
			return &v.obj[i].val
		}
	}
	return &jval{}
}

// str returns a string's contents and "" for anything else.
func (v *jval) str() string {
	if v.kind == jstr {
		return v.s
	}
	return ""
}

// integer accepts numbers and, as Telegram does, strings with a number in them.
func (v *jval) integer() (int64, bool) {
	if v.kind != jnum && v.kind != jstr {
		return 0, false
	}
	n, err := strconv.ParseInt(v.s, 10, 64)
	return n, err == nil
}

func parseJSON(s string) (jval, error) {
	if !utf8.ValidString(s) {
		return jval{}, errJSON
	}
	p := jparser{s: s}
	v, err := p.value(0)
	if err != nil {
		return jval{}, err
	}
	p.space()
	if p.i != len(s) {
		return jval{}, errJSON
	}
	return v, nil
}

type jparser struct {
	s string
	i int
}

func (p *jparser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *jparser) next(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *jparser) value(depth int) (v jval, err error) {
	p.space()
	if p.i >= len(p.s) || depth > 50 {
		return v, errJSON
	}
	start := p.i
	switch c := p.s[p.i]; {
	case c == '{':
		v.kind = jobj
		v.obj, err = p.object(depth)
	case c == '[':
		v.kind = jarr
		v.arr, err = p.array(depth)
	case c == '"':
		v.kind = jstr
		v.s, err = p.str()
	case c == '-' || c >= '0' && c <= '9':
		v.kind = jnum
		v.s, err = p.number()
	default:
		for _, w := range [...]string{"null", "true", "false"} {
			if strings.HasPrefix(p.s[p.i:], w) {
				p.i += len(w)
				if w != "null" {
					v.kind, v.b = jbool, w == "true"
				}
				v.raw = w
				return v, nil
			}
		}
		return v, errJSON
	}
	v.raw = p.s[start:p.i]
	return v, err
}

func (p *jparser) object(depth int) ([]jfield, error) {
	p.i++
	out := make([]jfield, 0, 4)
	if p.next('}') {
		return out, nil
	}
	for {
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, errJSON
		}
		name, err := p.str()
		if err != nil || !p.next(':') {
			return nil, errJSON
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, jfield{name, v})
		if p.next('}') {
			return out, nil
		}
		if !p.next(',') {
			return nil, errJSON
		}
	}
}

func (p *jparser) array(depth int) ([]jval, error) {
	p.i++
	out := make([]jval, 0, 2)
	if p.next(']') {
		return out, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.next(']') {
			return out, nil
		}
		if !p.next(',') {
			return nil, errJSON
		}
	}
}

func (p *jparser) number() (string, error) {
	start := p.i
	digits := func() bool {
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		return p.i > from
	}
	if p.s[p.i] == '-' {
		p.i++
	}
	zero := p.i < len(p.s) && p.s[p.i] == '0'
	first := p.i
	if !digits() || zero && p.i-first > 1 {
		return "", errJSON
	}
	if p.i < len(p.s) && p.s[p.i] == '.' {
		p.i++
		if !digits() {
			return "", errJSON
		}
	}
	if p.i < len(p.s) && (p.s[p.i] == 'e' || p.s[p.i] == 'E') {
		p.i++
		if p.i < len(p.s) && (p.s[p.i] == '+' || p.s[p.i] == '-') {
			p.i++
		}
		if !digits() {
			return "", errJSON
		}
	}
	return p.s[start:p.i], nil
}

func (p *jparser) str() (string, error) {
	p.i++
	start := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.s[start : p.i-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", errJSON
		}
		p.i++
	}
	return "", errJSON
}

func (p *jparser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 64), p.s[start:p.i]...)
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", errJSON
		case c != '\\':
			out = append(out, c)
			continue
		}
		if p.i >= len(p.s) {
			break
		}
		c = p.s[p.i]
		p.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := p.hex4()
			if !ok {
				return "", errJSON
			}
			if utf16.IsSurrogate(r) && strings.HasPrefix(p.s[p.i:], `\u`) {
				back := p.i
				p.i += 2
				low, _ := p.hex4()
				if r2 := utf16.DecodeRune(r, low); r2 != utf8.RuneError {
					r = r2
				} else {
					p.i = back
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", errJSON
		}
	}
	return "", errJSON
}

func (p *jparser) hex4() (rune, bool) {
	if p.i+4 > len(p.s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.s[p.i : p.i+4]) {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	p.i += 4
	return r, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		from = i + 1
	}
	return append(append(dst, s[from:]...), '"')
}

// appendKey appends a member's name with its quotes and colon. The names are
// constants of this package and need no escaping; a comma goes before unless
// the object was just opened.
func appendKey(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

func appendStr(dst []byte, name, s string) []byte {
	return appendString(appendKey(dst, name), s)
}

// appendOpt appends the member unless s is empty.
func appendOpt(dst []byte, name, s string) []byte {
	if s == "" {
		return dst
	}
	return appendStr(dst, name, s)
}

func appendInt(dst []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendKey(dst, name), n, 10)
}

func appendRaw(dst []byte, name string, raw []byte) []byte {
	return append(appendKey(dst, name), raw...)
}

func appendTrue(dst []byte, name string, on bool) []byte {
	if !on {
		return dst
	}
	return append(appendKey(dst, name), "true"...)
}
