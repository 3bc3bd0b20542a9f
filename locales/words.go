package locales

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/netralitas/netra/flows"
)

// alias ends the key of the words, divided by "|", that mean the same as a
// label and are never shown.
const alias = ".alias"

// longestWord is where a text stops being a label, in bytes. An answer of
// 2,000 characters must not be looked at twice.
const longestWord = 200

// Match implements flows.Words. A label is known by all of its words, by those
// before a parenthesis, by either side of a "/" and by its aliases, in every
// language: who reads Indonesian may well answer "yes". When two keys have the
// word, the one that stands earlier in keys is meant.
func (l *Locales) Match(keys []string, text string) int {
	return meant(keys, l.having(fold(text)))
}

// meant is the index of the first key that a word means, and -1 when it means none.
func meant(keys []string, having []word) int {
	if len(having) == 0 {
		return -1
	}
	return slices.IndexFunc(keys, func(k string) bool {
		return slices.ContainsFunc(having, func(w word) bool { return w.key == k })
	})
}

// word is one that means a key, in whatever language.
type word struct{ text, key string }

func (w word) compare(x word) int {
	return cmp.Or(strings.Compare(w.text, x.text), strings.Compare(w.key, x.key))
}

// having are the meanings of a word.
func (l *Locales) having(text string) []word {
	from, _ := slices.BinarySearchFunc(l.words, word{text: text}, word.compare)
	until := from
	for until < len(l.words) && l.words[until].text == text {
		until++
	}
	return l.words[from:until]
}

// Near implements flows.Words. One letter may be wrong, missing, too many or
// swapped with the next in a word of five letters, two in one of nine.
func (l *Locales) Near(keys []string, text string) int {
	said := []rune(fold(text))
	best, least, tied := -1, 3, false
	for rest := l.words; len(rest) > 0; {
		having := l.having(rest[0].text)
		rest = rest[len(having):]
		want := []rune(having[0].text)
		allowed := min((len(want)-1)/4, 2)
		if d := len(want) - len(said); allowed == 0 || d > allowed || -d > allowed {
			continue
		}
		i := meant(keys, having)
		if i < 0 {
			continue
		}
		switch d := distance(said, want); {
		case d > allowed || d > least:
		case d < least:
			best, least, tied = i, d, false
		case i != best:
			tied = true
		}
	}
	if tied {
		return -1
	}
	return best
}

// distance is the number of letters to change, add, drop or swap with the next
// to make one word of the other (optimal string alignment).
func distance(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Command implements flows.Words. A word with a slash must be whole, one
// without is read as Match reads it.
func (l *Locales) Command(text string) flows.Command {
	if strings.HasPrefix(text, "/") {
		return l.commands[strings.ToLower(text)]
	}
	if w := fold(text); w != "" {
		return l.commands[w]
	}
	return ""
}

func (l *Locales) indexWords() {
	add := func(key, text string) {
		if w := fold(text); w != "" {
			l.words = append(l.words, word{l.one(w), l.one(key)})
		}
	}
	for _, texts := range l.texts {
		for key, t := range texts {
			if of, ok := strings.CutSuffix(key, alias); ok {
				for word := range strings.SplitSeq(t.raw, "|") {
					add(of, word)
				}
				continue
			}
			if !t.fixed() || len(t.raw) > longestWord || strings.HasPrefix(key, "command.") || strings.HasPrefix(key, deskCommand) {
				continue
			}
			label := plainer.Replace(t.raw)
			before, _, _ := strings.Cut(label, "(")
			add(key, label)
			add(key, before)
			for word := range strings.SplitSeq(before, "/") {
				add(key, word)
			}
		}
	}
	slices.SortFunc(l.words, word.compare)
	l.words = slices.Clone(slices.Compact(l.words)) // as large as it must be
}

// menu is the commands that a channel's own menu offers, in order.
var menu = []flows.Command{
	flows.Report, flows.Resume, flows.Check, flows.Back, flows.Skip, flows.Cancel, flows.Delete,
	flows.Language, flows.Help, flows.Info, flows.Danger, flows.MyData, flows.Tidy,
}

// indexCommands reads "command.<name>", whose words are divided by "|". The
// first one with a slash is the name that the language's menu shows. The error
// names every word that means two commands.
func (l *Locales) indexCommands() error {
	l.commands = map[string]flows.Command{}
	var errs []error
	for _, lang := range l.langs {
		texts := l.texts[lang]
		names := map[flows.Command]string{}
		for key, t := range texts {
			name, ok := strings.CutPrefix(key, "command.")
			if !ok || strings.Contains(name, ".") {
				continue
			}
			c := flows.Command(name)
			for word := range strings.SplitSeq(t.raw, "|") {
				if slash, ok := strings.CutPrefix(word, "/"); !ok {
					word = fold(word)
				} else if names[c] == "" {
					names[c] = slash
				}
				if had, twice := l.commands[word]; twice && had != c {
					errs = append(errs, fmt.Errorf("%s.toml: %q: %q means %q already", lang, key, word, "command."+string(had)))
				}
				l.commands[word] = c
			}
		}
		for _, c := range menu {
			about, ok := texts["command."+string(c)+".menu"]
			if !ok || names[c] == "" {
				continue // the test of equal keys tells
			}
			l.menus[lang] = append(l.menus[lang], MenuItem{names[c], about.raw})
		}
	}
	return errors.Join(errs...)
}

// deskCommand begins the keys of what supervisors can say.
const deskCommand = "desk.command."

func (l *Locales) indexDesk() {
	l.desk = map[string]string{}
	for _, texts := range l.texts {
		for key, t := range texts {
			if name, ok := strings.CutPrefix(key, deskCommand); ok {
				for word := range strings.SplitSeq(t.raw, "|") {
					l.desk[word] = name
				}
			}
		}
	}
}

// Desk returns what supervisors call for with a word in any language, "" when it
// is nothing.
func (l *Locales) Desk(word string) string { return l.desk[strings.ToLower(word)] }

// fold makes of two spellings of one word the same: case, blanks, curly
// apostrophes, long dashes, accents on an e, and what is neither letter nor digit
// at both ends (a full stop, an emoji, the mark of a chosen button). A text that is too long
// to be a label becomes "".
func fold(s string) string {
	if len(s) > longestWord {
		return ""
	}
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = true
			continue
		case r == '’', r == '‘':
			r = '\''
		case r == '–', r == '—':
			r = '-'
		case r == utf8.RuneError, r == '\u200b', r == '\u200d', r == '\ufe0f':
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		switch r = unicode.ToLower(r); r {
		case 'é', 'è', 'ê': // which few type
			r = 'e'
		}
		b.WriteRune(r)
	}
	return b.String()
}
