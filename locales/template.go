package locales

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netralitas/netra/flows"
)

const opening, closing = "{{", "}}"

// pieces is a text taken apart: words and names of values in turn, words first.
// It knows {{.name}} and no more of Go's template language. That is all a text
// needs, it is many times faster, and a translator cannot write a program.
type pieces []string

func parse(src string) (pieces, error) {
	var p pieces
	for {
		words, rest, more := strings.Cut(src, opening)
		if strings.Contains(words, closing) {
			return nil, fmt.Errorf("a %q without %q", closing, opening)
		}
		p = append(p, words)
		if !more {
			return p, nil
		}
		name, after, ok := strings.Cut(rest, closing)
		bare, dot := strings.CutPrefix(name, ".")
		if !ok || !dot || bare == "" || strings.Trim(bare, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return nil, fmt.Errorf("%q is not a value like {{.name}}", opening+rest)
		}
		p, src = append(p, bare), after
	}
}

// values are the names of the values, sorted.
func (p pieces) values() []string {
	var names []string
	for i := 1; i < len(p); i += 2 {
		names = append(names, p[i])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p pieces) render(v *values) string {
	var b strings.Builder
	for i, s := range p {
		if i%2 == 1 {
			s = v.get(s)
		}
		b.WriteString(s)
	}
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
