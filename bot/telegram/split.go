package telegram

import "strings"

// longest is how long one message may be. Telegram counts 4096 UTF-16 units
// after it has read the markup; we count before, and keep some for the tags
// that a cut has to close.
const longest = 4000

// split cuts a text into messages: between paragraphs if it can, else between
// lines, else between words, else anywhere but inside a tag or an entity. Tags
// open at a cut are closed and opened again.
func split(text string, limit int) []string {
	if len(text) <= limit { // no text has more UTF-16 units than bytes
		if text = strings.Trim(text, " \n"); text == "" {
			return nil
		}
		return []string{text}
	}
	var parts []string
	for {
		head, rest, open := cut(text, limit)
		if head != "" {
			parts = append(parts, head)
		}
		if rest == "" {
			return parts
		}
		text = open + rest
	}
}

// cut returns the longest good beginning, what is left, and the tags to be
// opened again before it.
func cut(text string, limit int) (head, rest, open string) {
	type place struct {
		at    int
		stack []string
	}
	var best [4]place // by quality: anywhere, word, line, paragraph
	var stack []string
	units := 0
	for i := 0; i < len(text); {
		end, isTag := token(text, i)
		tok := text[i:end]
		n := utf16Len(tok)
		if units+n > limit {
			p := place{at: i, stack: stack}
			for q := 3; q >= 0; q-- {
				// A good place near the beginning is not worth a short message.
				if best[q].at > 0 && (q < 2 || best[q].at > i/3) {
					p = best[q]
					break
				}
			}
			for _, t := range p.stack {
				open += "<" + t + ">"
			}
			head = strings.TrimRight(text[:p.at], " \n")
			for j := len(p.stack) - 1; j >= 0; j-- {
				head += "</" + p.stack[j] + ">"
			}
			return head, strings.TrimLeft(text[p.at:], " \n"), open
		}
		units += n
		i = end
		if isTag {
			name := strings.Trim(tok, "</>")
			if strings.HasPrefix(tok, "</") {
				stack = stack[:max(0, len(stack)-1)]
			} else {
				stack = append(stack[:len(stack):len(stack)], name)
			}
			continue
		}
		q := 0
		switch {
		case strings.HasSuffix(text[:i], "\n\n"):
			q = 3
		case tok == "\n":
			q = 2
		case tok == " ":
			q = 1
		}
		best[q] = place{i, stack}
	}
	return strings.Trim(text, " \n"), "", ""
}

// token returns the end of the tag, entity or character that begins at i.
func token(s string, i int) (end int, tag bool) {
	switch s[i] {
	case '<':
		if n := strings.IndexByte(s[i:], '>'); n > 0 {
			return i + n + 1, true
		}
	case '&':
		if n := strings.IndexByte(s[i:], ';'); n > 0 && n < 10 {
			return i + n + 1, false
		}
	}
	for j := i + 1; j < len(s); j++ {
		if s[j]&0xC0 != 0x80 {
			return j, false
		}
	}
	return len(s), false
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
