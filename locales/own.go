package locales

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/netralitas/netra/flows"
)

// Own is an operator's own words, which stand in place of ours. ReadOwn makes
// one, and has found no mistake in it. The zero Own has none.
type Own struct {
	words map[string]map[string]*i18n.Message // by language and key
}

// ReadOwn reads the operator's folder: files like ours, with the keys whose words
// are to be others. The error names every mistake, each with how to mend it.
// Files whose name begins with a full stop are passed over.
func ReadOwn(folder string) (Own, error) {
	own := Own{map[string]map[string]*i18n.Message{}}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return own, fmt.Errorf("is no folder that can be read: %w", err)
	}
	ours, err := build(nil, nil)
	if err != nil {
		return own, err
	}
	var errs []error
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		lang, ok := strings.CutSuffix(name, ".toml")
		if !ok || !slices.Contains(ours.langs, lang) {
			errs = append(errs, fmt.Errorf("%s: is no words file; there are %s.toml", name, strings.Join(ours.langs, ".toml, ")))
			continue
		}
		buf, err := os.ReadFile(filepath.Join(folder, name))
		var messages map[string]*i18n.Message
		if err == nil {
			messages, err = read(buf)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		for _, key := range slices.Sorted(maps.Keys(messages)) {
			wrong := ours.mistakes(lang, key, messages[key])
			for _, w := range wrong {
				errs = append(errs, fmt.Errorf("%s: %q: %w", name, key, w))
			}
			if len(wrong) > 0 {
				delete(messages, key) // the rest is looked at without it
			}
		}
		own.words[lang] = messages
	}
	whole, err := build(nil, []Own{own})
	if err = errors.Join(append(errs, err, whole.together())...); err != nil {
		return own, fmt.Errorf("has mistakes, and nothing is started with them:\n%w", err)
	}
	return own, nil
}

// mistakes finds what is wrong with words that shall stand in place of ours.
func (l *Locales) mistakes(lang, key string, m *i18n.Message) []error {
	ours, ok := l.texts[lang][key]
	of, extra := strings.CutSuffix(key, alias)
	switch {
	case ok, extra && l.Has(lang, of):
	case l.nearest(lang, key) != "":
		return []error{fmt.Errorf("there is no such key; is %q meant?", l.nearest(lang, key))}
	default:
		return []error{errors.New("there is no such key; it stands whole and in quotes, as in our " + lang + ".toml")}
	}
	if m.Other == "" {
		return []error{errors.New(`there are no words; write "key" = "words", or leave the key out`)}
	}
	var wrong []error
	if cmp.Or(m.Zero, m.Two, m.Few, m.Many) != "" {
		wrong = append(wrong, errors.New("there are more forms than one and other, which nobody would see; take them out"))
	}
	values, _ := names(ours.raw)
	wrong = append(wrong, check(m.Other, values)...)
	if m.One != "" { // which need not say how many
		wrong = append(wrong, check(m.One, values, "n")...)
	}
	if name, ok := strings.CutPrefix(key, "command."); ok && slices.Contains(menu, flows.Command(name)) {
		wrong = append(wrong, namesCommand(m.Other))
	}
	if most := longest(key, ours.raw); most > 0 && !extra {
		if n := utf8.RuneCountInString(m.Other); n > most {
			wrong = append(wrong, fmt.Errorf("it has %d characters, %d too many; shorten it", n, n-most))
		}
		if strings.ContainsAny(m.Other, "<>&\n") {
			wrong = append(wrong, errors.New("marks and new lines do not show here; take them out"))
		}
	}
	return slices.DeleteFunc(wrong, func(err error) bool { return err == nil })
}

// check finds what is wrong with words that are given these values.
func check(words string, given []string, needless ...string) (wrong []error) {
	have, err := names(words)
	if err != nil {
		return []error{fmt.Errorf("%w; write {{.name}}", err)}
	}
	for _, name := range given {
		if !slices.Contains(have, name) && !slices.Contains(needless, name) {
			wrong = append(wrong, fmt.Errorf("{{.%s}} is missing; put it in", name))
		}
	}
	for _, name := range have {
		if !slices.Contains(given, name) {
			wrong = append(wrong, fmt.Errorf("{{.%s}} is not known here; there are %v", name, given))
		}
	}
	if strings.TrimSpace(words) != words {
		wrong = append(wrong, errors.New("it begins or ends with blanks; take them out"))
	}
	return append(wrong, canonical(words))
}

// longest is how many characters words may have that stand alone and without
// marks: on a button, or where Telegram shows them. For other keys it is 0.
func longest(key, ours string) int {
	switch key {
	case "bot.short_description":
		return 120
	case "bot.description":
		return 512
	}
	if strings.HasPrefix(key, "command.") && strings.HasSuffix(key, ".menu") {
		return 256
	}
	for _, keys := range buttons() {
		if slices.Contains(keys, key) {
			return max(24, utf8.RuneCountInString(ours))
		}
	}
	return 0
}

var telegramCommand = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// namesCommand finds what is wrong with the words of a command in the menu.
func namesCommand(words string) error {
	for word := range strings.SplitSeq(words, "|") {
		switch name, ok := strings.CutPrefix(word, "/"); {
		case ok && telegramCommand.MatchString(name):
			return nil
		case ok:
			return fmt.Errorf("Telegram takes no command %q; it may hold a to z, 0 to 9 and _", word)
		}
	}
	return errors.New("no word begins with a slash; the menu needs one, like /lapor")
}

// nearest is the key that was probably meant, "" when none is near.
func (l *Locales) nearest(lang, key string) string {
	best, least := "", 4
	for _, k := range l.Keys(lang) {
		if d := distance([]rune(key), []rune(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// together finds what is wrong with words beside each other: one that means two
// of the answers to a question, and commands that nobody would understand.
func (l *Locales) together() error {
	found := map[string]bool{}
	for name, keys := range buttons() {
		for rest := l.words; len(rest) > 0; {
			having := l.having(rest[0].text)
			rest = rest[len(having):]
			if both := among(keys, having); len(both) > 1 {
				found[fmt.Sprintf("%q means %q and %q, between which people choose (%s); change one of them", having[0].text, both[0], both[1], name)] = true
			}
		}
	}
	for lang, texts := range l.texts {
		for key, t := range texts {
			for _, m := range slashed.FindAllStringSubmatch(t.raw, -1) {
				if l.commands[m[1]] == "" && l.desk[m[1]] == "" {
					found[fmt.Sprintf("%s.toml: %q: it says %s, which is no command; change it, or the words of the command", lang, key, m[1])] = true
				}
			}
		}
	}
	var errs []error
	for _, f := range slices.Sorted(maps.Keys(found)) {
		errs = append(errs, errors.New(f))
	}
	return errors.Join(errs...)
}

// among are those of the keys that a word means, sorted.
func among(keys []string, having []word) (both []string) {
	for _, w := range having {
		if slices.Contains(keys, w.key) {
			both = append(both, w.key)
		}
	}
	return both
}

// slashed are the commands that a text tells to type.
var slashed = regexp.MustCompile(`(?:^|[\s(:])(/[a-z][a-z0-9_]*)\b`)

// buttons returns the keys of the answers that are offered together, by question.
var buttons = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{
		"menu":       {"menu.check", "menu.help", "menu.language"},
		"language":   nil,
		"cancel":     {"menu.cancel_yes", "menu.cancel_no"},
		"resume":     {"menu.resume_yes", "menu.resume_restart"},
		"tidy":       {"tidy.yes", "tidy.no"},
		"data":       {"data.correct", "data.withdraw", "data.delete", "menu.check"},
		"case":       {"case.withdraw", "case.hush", "case.close"},
		"withdraw":   {"case.withdraw_yes", "case.withdraw_no"},
		"info":       {"info.help", "common.back"},
		"navigation": {"common.done", "common.keep", "common.clear", "common.skip", "common.enough", "common.back", "common.cancel", "common.more"},
	}
	for _, t := range flows.Topics {
		m["info"] = append(m["info"], "info."+string(t))
	}
	entries, _ := files.ReadDir(".")
	for _, e := range entries {
		m["language"] = append(m["language"], "language."+strings.TrimSuffix(e.Name(), ".toml"))
	}
	for _, f := range flows.All {
		m["menu"] = append(m["menu"], "menu."+string(f.ID))
		labels := string(f.ID) + " labels"
		for _, st := range f.Steps {
			question := string(f.ID) + "." + string(st.ID)
			for _, c := range st.Kind.Accepts().Codes {
				m[question] = append(m[question], f.CodeKey(st.ID, c))
			}
			if _, review := st.Kind.(flows.Review); review {
				m[question] = append(m[question], "review.more")
				// Who says "blur" where it is not offered may change it themselves.
				m[question+", blur"] = []string{f.CodeKey(st.ID, flows.Send), "review.more", "review.blur"}
			}
			m[labels] = append(m[labels], f.Key(st.ID, "label"))
		}
	}
	return m
})
