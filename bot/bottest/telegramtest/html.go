package telegramtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// entity is a MessageEntity; offset and length count UTF-16 units.
type entity struct {
	typ    string
	off, n int
	arg    string // url, language or custom emoji identifier
	user   int64  // of a text_mention
	seen   bool   // found by Telegram, not written by the sender
}

// htmlTags maps the tags Telegram knows to what they make.
var htmlTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
	"blockquote": "blockquote", "tg-emoji": "custom_emoji", "tg-time": "date_time",
}

type openTag struct {
	name, arg string
	off, byte int
}

// htmlParser reads Telegram's subset of HTML with Telegram's error messages.
type htmlParser struct {
	s       string
	i       int
	out     []byte
	pos     int // UTF-16 offset of the end of out
	open    []openTag
	ents    []entity
	unknown string // first named entity that Telegram shows literally
}

// parseHTML returns the text without its tags. problem is empty when Telegram
// would accept the text; unknown names an entity such as &nbsp; that Telegram
// does not know and therefore shows as it was written.
func parseHTML(s string) (text string, ents []entity, unknown, problem string) {
	if strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, '&') < 0 {
		return s, nil, "", ""
	}
	p := &htmlParser{s: s, out: make([]byte, 0, len(s))}
	for p.i < len(s) {
		switch c := s[p.i]; {
		case c == '&':
			if r, ok := p.entity(); ok {
				p.put(r)
				continue
			}
			p.put('&')
			p.i++
		case c != '<':
			r, n := utf8.DecodeRuneInString(s[p.i:])
			p.put(r)
			p.i += n
		case p.at(p.i+1) == '/':
			problem = p.end()
		default:
			problem = p.start()
		}
		if problem != "" {
			return "", nil, p.unknown, problem
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, p.unknown, `Can't find end tag corresponding to start tag "` + p.open[n-1].name + `"`
	}
	for i := range p.ents {
		if p.ents[i].typ == "code" {
			p.ents[i].arg = "" // only <pre> keeps a language
		}
	}
	sortEntities(p.ents)
	return string(p.out), p.ents, p.unknown, ""
}

// at returns the byte there and 0 behind the end.
func (p *htmlParser) at(i int) byte {
	if i < len(p.s) {
		return p.s[i]
	}
	return 0
}

func (p *htmlParser) put(r rune) {
	p.out = utf8.AppendRune(p.out, r)
	p.pos += utf16.RuneLen(r)
}

// entity decodes &lt; &gt; &amp; &quot; and numeric references at p.i and moves
// behind them. The semicolon may be missing, as Telegram allows.
func (p *htmlParser) entity() (rune, bool) {
	j := p.i + 1
	var r rune
	if p.at(j) == '#' {
		j++
		if p.at(j) == 'x' {
			for j++; ; j++ {
				d, ok := hexDigit(p.at(j))
				if !ok || r > 0x10ffff {
					break
				}
				r = r<<4 | rune(d)
			}
		} else {
			for ; p.at(j) >= '0' && p.at(j) <= '9' && r <= 0x10ffff; j++ {
				r = r*10 + rune(p.at(j)-'0')
			}
		}
		if r == 0 || r >= 0x10ffff || j-p.i >= 10 || utf16.IsSurrogate(r) {
			return 0, false
		}
	} else {
		for isLetter(p.at(j)) {
			j++
		}
		switch name := p.s[p.i+1 : j]; name {
		case "lt":
			r = '<'
		case "gt":
			r = '>'
		case "amp":
			r = '&'
		case "quot":
			r = '"'
		default:
			if name != "" && p.at(j) == ';' && p.unknown == "" {
				p.unknown = name
			}
			return 0, false
		}
	}
	if p.at(j) == ';' {
		j++
	}
	p.i = j
	return r, true
}

func (p *htmlParser) start() string {
	begin := p.i
	where := " at byte offset " + strconv.Itoa(begin)
	p.i++
	from := p.i
	p.skip(func(c byte) bool { return !isSpace(c) && c != '>' })
	if p.i >= len(p.s) {
		return "Unclosed start tag" + where
	}
	name := strings.ToLower(p.s[from:p.i])
	if htmlTags[name] == "" {
		return `Unsupported start tag "` + name + `"` + where
	}
	arg := ""
	for p.at(p.i) != '>' {
		p.skip(isSpace)
		if p.at(p.i) == '>' {
			break
		}
		from := p.i
		p.skip(func(c byte) bool { return !isSpace(c) && strings.IndexByte("=>/\"'", c) < 0 })
		attr := p.s[from:p.i]
		if attr == "" && p.i < len(p.s) {
			return `Empty attribute name in the tag "` + name + `"` + where
		}
		p.skip(isSpace)
		if p.i >= len(p.s) {
			return `Unclosed start tag "` + name + `"` + where
		}
		value := ""
		if p.at(p.i) == '=' {
			p.i++
			p.skip(isSpace)
			if p.i >= len(p.s) {
				return `Unclosed start tag "` + name + `"` + where
			}
			var ok bool
			tokenAt := p.i
			if value, ok = p.value(); !ok {
				return "Unexpected end of name token at byte offset " + strconv.Itoa(tokenAt)
			}
			if p.i >= len(p.s) {
				return "Unclosed start tag" + where
			}
		}
		switch {
		case name == "a" && attr == "href", name == "tg-emoji" && attr == "emoji-id", name == "tg-time" && attr == "unix":
			arg = value
		case name == "code" && attr == "class" && strings.HasPrefix(value, "language-"):
			arg = value[len("language-"):]
		case name == "span" && attr == "class" && strings.HasPrefix(value, "tg-"):
			arg = value[len("tg-"):]
		case name == "blockquote" && attr == "expandable":
			arg = "1"
		}
	}
	p.i++
	if name == "span" && arg != "spoiler" {
		return `Tag "span" must have class "tg-spoiler"` + where
	}
	p.open = append(p.open, openTag{name, arg, p.pos, len(p.out)})
	return ""
}

// value reads a quoted value or a bare name token.
func (p *htmlParser) value() (string, bool) {
	quote := p.at(p.i)
	if quote != '"' && quote != '\'' {
		from := p.i
		p.skip(func(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '.' || c == '-' })
		return strings.ToLower(p.s[from:p.i]), p.i >= len(p.s) || isSpace(p.at(p.i)) || p.at(p.i) == '>'
	}
	p.i++
	var out []byte
	for p.i < len(p.s) && p.s[p.i] != quote {
		if p.s[p.i] == '&' {
			if r, ok := p.entity(); ok {
				out = utf8.AppendRune(out, r)
				continue
			}
		}
		out = append(out, p.s[p.i])
		p.i++
	}
	if p.i < len(p.s) {
		p.i++
	}
	return string(out), true
}

func (p *htmlParser) end() string {
	begin := p.i
	where := " at byte offset " + strconv.Itoa(begin)
	if len(p.open) == 0 {
		return "Unexpected end tag" + where
	}
	p.i += 2
	from := p.i
	p.skip(func(c byte) bool { return !isSpace(c) && c != '>' })
	name := strings.ToLower(p.s[from:p.i])
	p.skip(isSpace)
	if p.at(p.i) != '>' {
		return "Unclosed end tag" + where
	}
	p.i++
	last := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	if name != "" && name != last.name {
		return "Unmatched end tag" + where + `, expected "</` + last.name + `>", found "</` + name + `>"`
	}
	if p.pos > last.off {
		return p.close(last)
	}
	return ""
}

// close makes the entity of a tag with something in it.
func (p *htmlParser) close(tag openTag) string {
	e := entity{typ: htmlTags[tag.name], off: tag.off, n: p.pos - tag.off}
	var inner *entity // <pre><code class=…> and <code class=…><pre> are one entity
	if n := len(p.ents); n > 0 && p.ents[n-1].off == e.off && p.ents[n-1].n == e.n {
		inner = &p.ents[n-1]
	}
	switch tag.name {
	case "a":
		url := tag.arg
		if url == "" {
			url = string(p.out[tag.byte:])
		}
		if id, ok := strings.CutPrefix(url, "tg://user?id="); ok {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
				e.typ, e.user = "text_mention", n
				break
			}
		}
		if !validURL(url) {
			return "" // Telegram drops the link and keeps the text
		}
		e.arg = url
	case "code":
		if inner != nil && inner.typ == "pre" && tag.arg != "" {
			inner.arg = tag.arg
			return ""
		}
		e.arg = tag.arg
	case "pre":
		if inner != nil && inner.typ == "code" && inner.arg != "" {
			inner.typ = "pre"
			return ""
		}
	case "blockquote":
		if tag.arg != "" {
			e.typ = "expandable_blockquote"
		}
	case "tg-emoji":
		if n, err := strconv.ParseInt(tag.arg, 10, 64); err != nil || n == 0 {
			return "Invalid custom emoji identifier specified"
		}
		e.arg = tag.arg
	case "tg-time":
		e.arg = tag.arg
	}
	p.ents = append(p.ents, e)
	return ""
}

func (p *htmlParser) skip(while func(byte) bool) {
	for p.i < len(p.s) && while(p.s[p.i]) {
		p.i++
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r' || c == 0
}

func isLetter(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z'
}

// rank orders entities around the same text from the outside in, as Telegram
// does; the others come first.
var rank = map[string]int{
	"pre": 1, "code": 2, "text_link": 3, "text_mention": 3, "date_time": 4, "bold": 5, "italic": 6, "underline": 7,
	"strikethrough": 8, "spoiler": 9, "custom_emoji": 10,
}

// sortEntities puts outer entities before the ones inside them.
func sortEntities(ents []entity) {
	slices.SortStableFunc(ents, func(a, b entity) int {
		return cmp.Or(a.off-b.off, b.n-a.n, rank[a.typ]-rank[b.typ])
	})
}
