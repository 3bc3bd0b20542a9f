package locales

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netralitas/netra/flows"
)

const opening, closing = "{{", "}}"

// names lists the values in a text, sorted, each once. A text knows {{.name}} and
// no more of Go's template language. That is all it needs, it is many times
// faster, and a translator cannot write a program.
func names(text string) ([]string, error) {
	var found []string
	for {
		words, rest, more := strings.Cut(text, opening)
		if strings.Contains(words, closing) {
			return nil, fmt.Errorf("a %q without %q", closing, opening)
		}
		if !more {
			slices.Sort(found)
			return slices.Compact(found), nil
		}
		name, after, ok := strings.Cut(rest, closing)
		bare, dot := strings.CutPrefix(name, ".")
		if !ok || !dot || bare == "" || strings.Trim(bare, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return nil, fmt.Errorf("%q is not a value like {{.name}}", opening+rest)
		}
		found, text = append(found, bare), after
	}
}

// fill puts the values into a text in which names has found no mistake. It is read
// each time: taking it apart before would be little faster, and texts taken apart
// are several times as large.
func (v *values) fill(text string) string {
	words, rest, more := strings.Cut(text, opening)
	if !more {
		return text
	}
	var b strings.Builder
	for more {
		name, after, _ := strings.Cut(rest, closing)
		b.WriteString(words)
		b.WriteString(v.get(strings.TrimPrefix(name, ".")))
		words, rest, more = strings.Cut(after, opening)
	}
	b.WriteString(words)
	return b.String()
}

// privacy is the value that says what a channel shows of people: {{.privacy}} is
// the words of "privacy.<channel>".
const privacy = "privacy"

// values are what can be put into one text.
type values struct {
	l      *Locales
	lang   string
	phrase flows.Phrase
	extra  map[string]string
}

func (v *values) get(name string) string {
	if p, ok := v.phrase.Args[name]; ok {
		return v.l.Render(v.lang, p, v.extra)
	}
	if name == "list" {
		return v.l.join(v.lang, v.phrase.Items, "\n", v.extra)
	}
	if name == privacy {
		return v.l.texts[v.lang][privacy+"."+v.extra["channel"]].raw
	}
	if s, ok := v.extra[name]; ok {
		if t, known := v.l.texts[v.lang][name+"."+s]; known && name == "channel" {
			return t.raw
		}
		return escape(s)
	}
	if s, ok := v.l.facts[name]; ok {
		return s
	}
	return "[" + name + "]"
}
