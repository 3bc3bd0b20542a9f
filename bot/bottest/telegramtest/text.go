package telegramtest

import (
	"strings"
	"unicode/utf8"
)

const (
	maxText    = 4096 // UTF-16 units of a message
	maxCaption = 1024
)

// text reads a text or caption parameter with its parse_mode and entities and
// returns what the reader will see.
func (c *call) text(field, entities string) (string, []entity, *apiError) {
	return c.formatted(c.get(field), c.get("parse_mode"), c.get(entities))
}

func (c *call) formatted(s, mode, entities string) (string, []entity, *apiError) {
	if len(s) > 1<<15 {
		return "", nil, bad("text is too long")
	}
	var ents []entity
	switch strings.ToLower(mode) {
	case "html":
		text, found, unknown, problem := parseHTML(s)
		if unknown != "" {
			c.note("HTML entity &" + unknown + "; is unknown to Telegram and shown literally")
		}
		if problem != "" {
			return "", nil, bad("can't parse entities: " + problem)
		}
		s, ents = text, found
	case "", "none":
		if entities != "" && entities != "null" {
			v, err := parseJSON(entities)
			if err != nil || v.kind != jarr {
				return "", nil, bad("can't parse entities JSON object")
			}
			for i := range v.arr {
				e, ok := readEntity(&v.arr[i], utf16Len(s))
				if !ok {
					return "", nil, bad("can't parse MessageEntity: wrong type, offset or length")
				}
				ents = append(ents, e)
			}
			sortEntities(ents)
		}
	default:
		return "", nil, bad("unsupported parse_mode: the emulator reads HTML only")
	}
	s, ents = clean(s, ents)
	s, ents = trim(s, ents)
	return s, ents, nil
}

func readEntity(v *jval, limit int) (entity, bool) {
	off, ok1 := v.get("offset").integer()
	n, ok2 := v.get("length").integer()
	e := entity{typ: v.get("type").str(), off: int(off), n: int(n)}
	if !ok1 || !ok2 || e.typ == "" || off < 0 || n <= 0 || off > int64(limit) || n > int64(limit)-off {
		return e, false
	}
	for _, name := range [...]string{"url", "language", "custom_emoji_id"} {
		e.arg += v.get(name).str()
	}
	e.user, _ = v.get("user").get("id").integer()
	return e, true
}

// clean does what Telegram does to every string: control characters become
// spaces, carriage returns and direction overrides vanish.
func clean(s string, ents []entity) (string, []entity) {
	dirty := false
	for i := 0; i < len(s) && !dirty; i++ {
		dirty = s[i] < ' ' && s[i] != '\n' || s[i] == 0xe2 || s[i] == 0xcc
	}
	if !dirty {
		return s, ents
	}
	var b strings.Builder
	var gone []int // UTF-16 offsets of removed characters, all of one unit
	pos := 0
	for _, r := range s {
		switch {
		case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
			gone = append(gone, pos)
		case r < ' ' && r != '\n':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
		pos += runeUnits(r)
	}
	if len(gone) == 0 {
		return b.String(), ents
	}
	before := func(at int) (n int) {
		for n < len(gone) && gone[n] < at {
			n++
		}
		return at - n
	}
	return b.String(), reshape(ents, before)
}

// trim takes white space from both ends, but at the front none that is inside
// an entity.
func trim(s string, ents []entity) (string, []entity) {
	cut := strings.TrimRight(s, " \n")
	limit := utf16Len(cut)
	if len(cut) != len(s) {
		ents = reshape(ents, func(at int) int { return min(at, limit) })
	}
	lead := 0
	for lead < len(cut) && (cut[lead] == ' ' || cut[lead] == '\n') && (len(ents) == 0 || lead < ents[0].off) {
		lead++
	}
	if lead > 0 {
		ents = reshape(ents, func(at int) int { return at - lead })
	}
	return cut[lead:], ents
}

// reshape moves both ends of all entities and drops those left empty.
func reshape(ents []entity, to func(int) int) []entity {
	out := ents[:0]
	for _, e := range ents {
		from, until := to(e.off), to(e.off+e.n)
		if e.off, e.n = from, until-from; e.n > 0 {
			out = append(out, e)
		}
	}
	sortEntities(out) // some may now surround the same text
	return out
}

func runeUnits(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

func utf16Len(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0xf0:
			n += 2
		case utf8.RuneStart(c):
			n++
		}
	}
	return n
}

// validURL accepts what Telegram links to: a host with a dot in it.
func validURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "http", s
	}
	switch strings.ToLower(scheme) {
	case "tg", "ton", "tonsite":
		return rest != ""
	case "http", "https":
		host := rest
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			host = rest[:i]
		}
		return strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsAny(host, " \"<>\n")
	}
	return false
}

// findCommands adds the bot_command entities that Telegram finds in what people
// write; clients recognise commands by them.
func findCommands(s string) []entity {
	var ents []entity
	word := func(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' }
	for i := 0; i < len(s); i++ {
		if s[i] != '/' || i > 0 && s[i-1] != ' ' && s[i-1] != '\n' {
			continue
		}
		j := i + 1
		for j < len(s) && word(s[j]) {
			j++
		}
		if n := j - i - 1; n < 1 || n > 64 {
			continue
		}
		if j < len(s) && s[j] == '@' {
			k := j + 1
			for k < len(s) && word(s[k]) {
				k++
			}
			if k-j > 3 {
				j = k
			}
		}
		if j < len(s) && (s[j] == '/' || s[j] == '<' || s[j] == '>' || s[j] >= utf8.RuneSelf) {
			continue
		}
		ents = append(ents, entity{typ: "bot_command", off: utf16Len(s[:i]), n: j - i, seen: true})
		i = j - 1
	}
	return ents
}

// entityTag is the reverse of htmlTags.
var entityTag = map[string]string{
	"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler",
	"text_link": "a", "text_mention": "a", "code": "code", "pre": "pre", "blockquote": "blockquote",
	"expandable_blockquote": "blockquote", "custom_emoji": "tg-emoji", "date_time": "tg-time",
}

var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// renderHTML writes text and entities in Telegram's HTML, one way only, so that
// two renderings are equal when the messages look the same.
func renderHTML(s string, ents []entity) string {
	if len(ents) == 0 {
		return escapeHTML.Replace(s)
	}
	var b strings.Builder
	var open []entity
	pos, from := 0, 0
	until := func(e entity) int { return e.off + e.n }
	turn := func(i int) {
		b.WriteString(escapeHTML.Replace(s[from:i]))
		from = i
		for len(open) > 0 && until(open[len(open)-1]) <= pos {
			b.WriteString(endTag(open[len(open)-1]))
			open = open[:len(open)-1]
		}
		for len(ents) > 0 && ents[0].off <= pos {
			e := ents[0]
			ents = ents[1:]
			if len(open) > 0 && until(e) > until(open[len(open)-1]) {
				e.n = until(open[len(open)-1]) - e.off
			}
			if entityTag[e.typ] == "" || until(e) <= pos {
				continue
			}
			b.WriteString(startTag(e))
			open = append(open, e)
		}
	}
	for i, r := range s {
		if len(open) > 0 && until(open[len(open)-1]) <= pos || len(ents) > 0 && ents[0].off <= pos {
			turn(i)
		}
		pos += runeUnits(r)
	}
	turn(len(s))
	return b.String()
}
