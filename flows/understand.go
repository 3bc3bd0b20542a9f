package flows

import (
	"slices"
	"strconv"
	"strings"
)

// understand turns words into the command or the choice they stand for.
func (r Rules) understand(s Session, in Input) Input {
	text := tidy(in.Text)
	if text == "" || in.Press != nil || in.Command != "" || in.File != nil {
		return in
	}
	if strings.HasPrefix(text, "/") {
		// "/lapor@nama_bot apa saja" is /lapor
		word, payload, _ := strings.Cut(text, " ")
		word, _, _ = strings.Cut(word, "@")
		in.Command, in.Payload = r.Words.Command(word), strings.TrimSpace(payload)
		if in.Command == "" {
			in.Problem = &Refusal{Key: "error.unknown_command"}
		}
		return in
	}
	if word, place, ok := strings.Cut(text, " "); ok && placeOf(dashed(place)) != "" && r.Words.Command(word) == Report {
		in.Command, in.Payload = Report, place // from a poster
		return in
	}
	if rest, ok := r.checking(text); ok {
		in.Command, in.Payload = Check, rest
		return in
	}
	v := r.View(s)
	options := append(slices.Clone(v.Choices), v.Nav...)
	if s.Aside != AsideNone && s.Access == nil { // an answer to the question below is one, too
		s.Aside = AsideNone
		under := r.View(s)
		options = append(append(options, under.Choices...), under.Nav...)
	}
	if (in.Numbered || v.Numbered) && s.Aside != AsidePIN && s.Aside != AsideCode && r.listed(text) {
		switch picked := v.picked(text); {
		case len(picked) > 0 && v.Accepts.Several && in.Numbered:
			for _, o := range picked {
				in.Picks = append(in.Picks, o.Code)
			}
			return in
		case len(picked) == 1:
			in.Press = &Press{Tag: v.Tag, Step: picked[0].Step, Code: picked[0].Code}
			return in
		}
	}
	keys := make([]string, len(options))
	for i, o := range options {
		keys[i] = o.Label.Key
	}
	if i := r.Words.Match(keys, text); i >= 0 {
		in.Press = &Press{Tag: v.Tag, Step: options[i].Step, Code: options[i].Code}
		return in
	}
	in.Command = r.Words.Command(text)
	if in.Command != "" || v.Accepts.Text && !s.Aside.ofCase() {
		return in // other words are the answer
	}
	if i := r.Words.Near(keys, text); i >= 0 && options[i].Step != stepCancel { // only a plain yes deletes
		in.Press = &Press{Tag: v.Tag, Step: options[i].Step, Code: options[i].Code}
	}
	return in
}

// language picks the reporter's language: theirs if we speak it, else our first.
func (r Rules) language(want string) string {
	all := r.Words.Languages()
	base, _, _ := strings.Cut(strings.ToLower(want), "-")
	if slices.Contains(all, base) {
		return base
	}
	return all[0]
}

// listed reports whether a text is numbers and what divides them: signs, or a
// word for "and".
func (r Rules) listed(text string) bool {
	numbers := false
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,;.)&+", c) }) {
		switch {
		case strings.Trim(word, "0123456789") == "":
			numbers = true
		case r.Words.Match([]string{"choices.and"}, word) < 0:
			return false
		}
	}
	return numbers
}

// picked are the choices whose numbers a list has, and nil when one of them is
// no choice.
func (v View) picked(text string) []Option {
	var out []Option
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(v.Choices) {
			return nil
		}
		out = append(out, v.Choices[n-1])
	}
	return out
}
