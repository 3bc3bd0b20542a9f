package flows

import (
	"strings"
	"unicode"
)

// tidy drops what cannot be seen: control characters other than line breaks,
// and blanks at both ends. Telegram and WhatsApp send text as UTF-8, but a
// hostile client may not.
func tidy(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\r':
			return ' '
		case strings.ContainsRune("\u00ad\u115f\u1160\u200b\u200e\u200f\u2060\u3164\uffa0", r): // invisible
			return -1
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func dropSpace(r rune) rune {
	if unicode.IsSpace(r) {
		return -1
	}
	return r
}

func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(" .'’-,", r)
}

// badLink reports whether the text holds a link of another kind than http(s).
func badLink(t string) bool {
	for _, w := range strings.Fields(t) {
		scheme, _, ok := strings.Cut(w, "://")
		if !ok {
			continue
		}
		scheme = strings.ToLower(scheme[strings.LastIndexFunc(scheme, notInScheme)+1:])
		if scheme != "http" && scheme != "https" {
			return true
		}
	}
	return false
}

// link reports whether the text names a page.
func link(t string) bool {
	return strings.Contains(t, "://") || strings.Contains(strings.ToLower(t), "www.")
}

func notInScheme(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-'
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
