// Package locales holds every word a person reads: id.toml, en.toml and the
// code that puts values into them.
//
// A rendered text is in the canonical form: plain text in which only <b>, <i>
// and <code> are marks and &, <, > and " are written as entities. Telegram
// takes it as it is; [Locales.Plain] makes a terminal's text of it, other
// channels turn the marks into their own. Whatever a reporter or an operator
// wrote is escaped on the way in, so no value can become a mark.
package locales

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/netralitas/netra/flows"
)

//go:embed *.toml
var files embed.FS

// home is the language of those whose language we do not speak, and of texts
// that another language lacks.
const home = "id"

// Facts are the operator's constants that texts name. Who runs a bot must
// refuse to start without them: a consent that does not name who keeps what,
// how long and for whom is none.
var Facts = []string{"operator", "contact", "recipients", "retention", "draft", "evidence", "return", "delay"}

// Locales is the words of all languages. It does not change after New and may
// be used by many goroutines.
type Locales struct {
	langs    []string // best first
	texts    map[string]map[string]text
	facts    map[string]string // escaped
	words    []word            // sorted
	commands map[string]flows.Command
	desk     map[string]string
	menus    map[string][]MenuItem
	shows    map[string]string // what the channels show of people, by language
	had      map[string]string // see one; nil when all is read
}

var _ flows.Words = (*Locales)(nil)

// text is one entry of a TOML file.
type text struct {
	raw string
	one string // said of {{.n}} things when the language calls that one; "": no such form
}

// fixed says that nothing is put in: raw is the rendering.
func (t text) fixed() bool { return t.one == "" && !strings.Contains(t.raw, opening) }

// New reads the words and puts the operator's facts in reach of every text. A
// fact that is blank stands in the texts as [name]: good enough for drawing a
// flow. An operator's own words stand in place of ours; those of the last Own
// count. A text with a mistake is an error here and not in a conversation.
func New(facts map[string]string, own ...Own) (*Locales, error) {
	l, err := build(facts, own)
	if err != nil {
		return nil, fmt.Errorf("locales: %w", err)
	}
	return l, nil
}

// build is New, with every mistake it finds.
func build(facts map[string]string, own []Own) (*Locales, error) {
	l := &Locales{
		texts: map[string]map[string]text{},
		facts: map[string]string{},
		menus: map[string][]MenuItem{},
		shows: map[string]string{},
		had:   map[string]string{},
	}
	for name, value := range facts {
		if value = strings.TrimSpace(value); value != "" {
			l.facts[name] = escape(value)
		}
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, e := range entries {
		if err := l.load(e.Name(), own); err != nil {
			errs = append(errs, err)
		}
	}
	for lang, texts := range l.texts {
		l.langs = append(l.langs, lang)
		var shows []string
		for key, t := range texts {
			if strings.HasPrefix(key, privacy+".") {
				shows = append(shows, t.raw)
			}
		}
		slices.Sort(shows)
		l.shows[lang] = strings.Join(shows, "")
	}
	slices.SortFunc(l.langs, func(a, b string) int {
		switch {
		case a == home:
			return -1
		case b == home:
			return 1
		}
		return strings.Compare(a, b)
	})
	l.indexWords()
	errs = append(errs, l.indexCommands())
	l.indexDesk()
	l.had = nil
	return l, errors.Join(errs...)
}

// load reads one of our files, with the operator's own words in place.
func (l *Locales) load(name string, own []Own) error {
	buf, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	messages, err := read(buf)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	lang := strings.TrimSuffix(name, path.Ext(name))
	for _, o := range own {
		maps.Copy(messages, o.words[lang])
	}
	texts := make(map[string]text, len(messages))
	var errs []error
	for key, m := range messages {
		_, err := names(m.Other)
		_, oneErr := names(m.One)
		if err = errors.Join(err, oneErr); err == nil && m.Other == "" {
			err = errors.New("no words")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %q: %w", name, key, err))
		}
		texts[l.one(key)] = text{l.one(m.Other), l.one(m.One)}
	}
	l.texts[lang] = texts
	return errors.Join(errs...)
}

// one is the same string for equal strings while words are read: keys, and many
// words, are those of other languages, too.
func (l *Locales) one(s string) string {
	had, ok := l.had[s]
	if !ok {
		had = strings.Clone(s) // not a part of the file
		l.had[had] = had
	}
	return had
}

// read takes a file apart: the words by their keys, which stand whole and in
// quotes. go-i18n's own Localizer is not used: it keeps Go's template language
// in the program, and with it every method of every type.
func read(buf []byte) (map[string]*i18n.Message, error) {
	var values map[string]any
	if err := toml.Unmarshal(buf, &values); err != nil {
		return nil, err
	}
	messages := make(map[string]*i18n.Message, len(values))
	var errs []error
	for key, value := range values {
		m, err := i18n.NewMessage(value)
		if err != nil {
			errs = append(errs, fmt.Errorf("%q is neither words nor { one = …, other = … }", key))
			continue
		}
		messages[key] = m
	}
	return messages, errors.Join(errs...)
}

// Render is the phrase in words, in the canonical form.
//
// A value {{.name}} is the phrase's argument of that name, else that of extra
// (what only the channel knows), else the operator's fact; one that nobody gave
// stands as [name]. The extra "channel" may be the adapter's name: the words of
// "channel.<name>" are put in. Items without a key are joined by commas. The
// items of a phrase with a key are the lines of its {{.list}}.
//
// A language we do not speak, and a text that a language lacks, come in
// Indonesian; a key without any words comes as the key. Render never panics.
func (l *Locales) Render(lang string, p flows.Phrase, extra map[string]string) string {
	if p.Key == "" {
		if len(p.Items) == 0 {
			return escape(p.Text)
		}
		return l.join(lang, p.Items, ", ", extra)
	}
	lang = l.speak(lang)
	t, ok := l.texts[lang][p.Key]
	if !ok {
		lang = home
		t, ok = l.texts[lang][p.Key]
	}
	switch {
	case !ok:
		return escape(p.Key)
	case t.fixed():
		return t.raw
	}
	v := values{l, lang, p, extra}
	if t.one != "" {
		if n, err := strconv.Atoi(p.Args["n"].Text); err == nil && isOne(lang, n) {
			return v.fill(t.one)
		}
	}
	return v.fill(t.raw)
}

// isOne reports whether a language uses its form for one thing for n of them.
func isOne(lang string, n int) bool {
	return plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0) == plural.One
}

func (l *Locales) join(lang string, items []flows.Phrase, with string, extra map[string]string) string {
	if len(items) == 1 {
		return l.Render(lang, items[0], extra)
	}
	var b strings.Builder
	for i, p := range items {
		if i > 0 {
			b.WriteString(with)
		}
		b.WriteString(l.Render(lang, p, extra))
	}
	return b.String()
}

// Has reports whether the language itself has words for the key.
func (l *Locales) Has(lang, key string) bool {
	_, ok := l.texts[lang][key]
	return ok
}

// Keys lists the keys that the language has words for, sorted. Those that end
// in ".alias" are words to be understood and never shown.
func (l *Locales) Keys(lang string) []string {
	keys := make([]string, 0, len(l.texts[lang]))
	for k := range l.texts[lang] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Languages implements flows.Words. The list is not to be changed.
func (l *Locales) Languages() []string { return l.langs }

// Version implements flows.Words: twelve hexadecimal digits of the SHA-256 of
// the text before values are put in, and "" when the language has no words for
// the key. For a language we do not speak it is that of what Render shows
// instead. Who answers for the bot, and what a channel shows of people, is part of
// what is agreed to.
func (l *Locales) Version(lang, key string) string {
	lang = l.speak(lang)
	t, ok := l.texts[lang][key]
	if !ok {
		return ""
	}
	said := t.raw
	for _, fact := range Facts {
		said = strings.ReplaceAll(said, "{{."+fact+"}}", l.facts[fact])
	}
	said = strings.ReplaceAll(said, "{{."+privacy+"}}", l.shows[lang])
	sum := sha256.Sum256([]byte(said))
	return hex.EncodeToString(sum[:6])
}

// speak is the language in which somebody with this one is answered.
func (l *Locales) speak(lang string) string {
	if _, ok := l.texts[lang]; ok {
		return lang
	}
	return home
}

// MenuItem is a command as a channel lists it.
type MenuItem struct{ Command, Description string }

// Menu lists the commands for a channel's own menu, most wanted first: the
// name a language gives each, without the slash, and what it does.
func (l *Locales) Menu(lang string) []MenuItem { return slices.Clone(l.menus[l.speak(lang)]) }
