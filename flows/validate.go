package flows

import (
	"errors"
	"fmt"
	"slices"
)

// Validate returns every mistake in the flow: identifiers used twice,
// conditions on steps that do not come earlier or on codes they do not offer,
// steps that can never be asked, no review at the end, and steps without
// words. has reports whether a locale key has words.
func (f Flow) Validate(has func(key string) bool) error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("flow %s: "+format, append([]any{f.ID}, args...)...))
	}
	earlier := map[StepID]Step{}
	unreachable := map[StepID]bool{}
	for i, st := range f.Steps {
		if _, twice := earlier[st.ID]; twice {
			bad("step %q stands twice", st.ID)
		}
		if w := st.When; w.Step != "" {
			on, ok := earlier[w.Step]
			switch {
			case !ok:
				bad("step %q depends on %q, which does not come earlier", st.ID, w.Step)
				unreachable[st.ID] = true
			case !slices.ContainsFunc(w.Is, func(c Code) bool {
				return slices.Contains(gives(on.Kind), c) && !slices.Contains(on.Ends, c)
			}) || unreachable[w.Step]:
				bad("step %q can never be asked: %q never answers any of %v and goes on", st.ID, w.Step, w.Is)
				unreachable[st.ID] = true
			}
			for _, c := range w.Is {
				if ok && !slices.Contains(gives(on.Kind), c) {
					bad("step %q waits for code %q, which %q does not offer", st.ID, c, w.Step)
				}
			}
		}
		if st.Extra && !st.Skip {
			bad("step %q is a detail, so it must be one that can be skipped", st.ID)
		}
		if _, review := st.Kind.(Review); review != (i == len(f.Steps)-1) {
			bad("step %q: the review must be the last step, and only that", st.ID)
		}
		for _, key := range f.wordsOf(st) {
			if !has(key) {
				bad("step %q lacks the words %q", st.ID, key)
			}
		}
		earlier[st.ID] = st
	}
	if len(f.Steps) == 0 {
		bad("no steps")
	}
	return errors.Join(errs...)
}

// wordsOf lists the keys a step needs.
func (f Flow) wordsOf(st Step) []string {
	keys := []string{f.Key(st.ID, "ask"), f.Key(st.ID, "label")}
	if st.Note {
		keys = append(keys, f.Key(st.ID, "note"))
		if st.Kind.Accepts().Files {
			keys = append(keys, f.Key(st.ID, "skipped"))
		}
	}
	for _, c := range gives(st.Kind) {
		keys = append(keys, f.CodeKey(st.ID, c))
	}
	for _, c := range st.Ends {
		keys = append(keys, f.Key(st.ID, string(c)+".end"))
	}
	return keys
}
