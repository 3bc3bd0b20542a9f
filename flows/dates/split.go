package dates

import (
	"strings"
	"unicode"
)

// split takes a text apart into words and numbers, in lower case, without
// accents and apostrophes. Numbers keep the signs inside: "20/7/2024", "14.30".
func split(text string) []string {
	if len(text) > longest {
		return nil
	}
	var words []string
	var b strings.Builder
	end := func() {
		if w := strings.Trim(b.String(), "./:-"); w != "" {
			if whole, ok := spelled[w]; ok {
				w = whole
			}
			words = append(words, strings.Fields(w)...)
		}
		b.Reset()
	}
	last := rune(0)
	for _, r := range strings.ToLower(text) {
		switch r {
		case 'é', 'è', 'ê', 'ë':
			r = 'e'
		case '\'', '’', '‘', '`':
			continue
		case '±':
			end()
			words = append(words, "sekitar")
			last = 0
			continue
		}
		sign := strings.ContainsRune("./:-", r)
		switch {
		case unicode.IsLetter(r):
			if unicode.IsDigit(last) || last != 0 && !unicode.IsLetter(last) {
				end()
			}
		case unicode.IsDigit(r):
			if unicode.IsLetter(last) {
				end()
			}
		case sign && unicode.IsDigit(last):
		default:
			end()
			last = 0
			continue
		}
		b.WriteRune(r)
		last = r
	}
	end()
	return words
}

// number reads a word or digits as a number, at most most.
func number(w string, most int) (int, bool) {
	if n, ok := counted[w]; ok {
		return n, n <= most
	}
	if w == "" || len(w) > 4 {
		return 0, false
	}
	n := 0
	for _, r := range w {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, n <= most
}
