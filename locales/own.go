package locales

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// NewWith is New with an operator's own words: a folder with files like id.toml,
// whose texts take the place of those with the same key. Every mistake in it is
// named: a language or key that there is not, other values than in the text that
// is replaced, and marks that no channel knows.
func NewWith(facts map[string]string, own fs.FS) (*Locales, error) {
	l := &Locales{texts: map[string]map[string]text{}, facts: map[string]string{}, menus: map[string][]MenuItem{}, own: own}
	return l, l.fill(facts)
}

// theirs reads a file of an operator's own, nil when there is none.
func (l *Locales) theirs(name string) ([]*i18n.Message, error) {
	if l.own == nil {
		return nil, nil
	}
	buf, err := fs.ReadFile(l.own, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return messages(name, buf)
}

// messages takes a file apart.
func messages(name string, buf []byte) ([]*i18n.Message, error) {
	file, err := i18n.ParseMessageFileBytes(buf, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return file.Messages, nil
}

// strangers returns an error for each file that is of no language.
func (l *Locales) strangers() error {
	if l.own == nil {
		return nil
	}
	entries, err := fs.ReadDir(l.own, ".")
	if err != nil {
		return fmt.Errorf("own words: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if path.Ext(e.Name()) != ".toml" {
			continue
		}
		if _, err := files.Open(e.Name()); err != nil {
			errs = append(errs, fmt.Errorf("own words: %s is of no language that there is; name it like id.toml", e.Name()))
		}
	}
	return errors.Join(errs...)
}

// replace puts an operator's words in the place of ours.
func replace(name string, ours, theirs []*i18n.Message) error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("own words: %s: %q: %s", name, key, fmt.Sprintf(format, args...)))
	}
	for _, m := range theirs {
		i := slices.IndexFunc(ours, func(o *i18n.Message) bool { return o.ID == m.ID })
		if i < 0 {
			bad(m.ID, "there is no such text; take the key as it stands in locales/%s", name)
			continue
		}
		for _, pair := range [][2]string{{ours[i].Other, m.Other}, {ours[i].One, m.One}} {
			if pair[1] == "" {
				continue
			}
			if want, have := valuesIn(pair[0]), valuesIn(pair[1]); !slices.Equal(want, have) && !(pair[0] == "" && slices.Equal(valuesIn(ours[i].Other), have)) {
				bad(m.ID, "has the values %v, must have %v", have, want)
			}
			if err := marks(pair[1]); err != nil {
				bad(m.ID, "%v", err)
			}
		}
		ours[i].Other, ours[i].One = m.Other, m.One
	}
	return errors.Join(errs...)
}

var (
	valueMark = regexp.MustCompile(`\{\{\.([a-z_]+)\}\}`)
	tagMark   = regexp.MustCompile(`<(/?)([^<>]*)>`)
)

// valuesIn lists the values in a text, each once.
func valuesIn(s string) []string {
	var out []string
	for _, m := range valueMark.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// marks checks that <b>, <i> and <code> are opened and closed in turn, and that
// there are no others.
func marks(s string) error {
	var open []string
	for _, m := range tagMark.FindAllStringSubmatch(s, -1) {
		switch closing, tag := m[1] != "", m[2]; {
		case tag != "b" && tag != "i" && tag != "code":
			return fmt.Errorf("%s is no mark; <b>, <i> and <code> are", m[0])
		case !closing:
			open = append(open, tag)
		case len(open) == 0 || open[len(open)-1] != tag:
			return fmt.Errorf("%s closes what is not open", m[0])
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("<%s> is not closed", open[len(open)-1])
	}
	if strings.ContainsAny(tagMark.ReplaceAllString(s, ""), "<>") {
		return errors.New("a < or > stands alone; write &lt; or &gt;")
	}
	return nil
}
