package flows

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Draw writes the flow as a Mermaid flowchart. words gives the short name of a
// locale key.
func (f Flow) Draw(w io.Writer, words func(key string) string) error {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, st := range f.Steps {
		open, shut := "[", "]"
		if len(st.Kind.Accepts().Codes) > 0 && !st.Kind.Accepts().Text {
			open, shut = "{{", "}}"
		}
		label := words(f.Key(st.ID, "label"))
		if st.Skip {
			label += " (?)"
		}
		fmt.Fprintf(&b, "  %s%s%q%s\n", node(st.ID), open, label, shut)
	}
	// Details are asked from the review, so they stand beside the way.
	row := slices.DeleteFunc(slices.Clone(f.Steps), func(st Step) bool { return st.Extra })
	for _, st := range f.Steps {
		if st.Extra {
			fmt.Fprintf(&b, "  %s -.->|%s| %s\n", node(f.review()), edge(words("review.more")), node(st.ID))
		}
	}
	for i, st := range row {
		for _, c := range st.Ends {
			fmt.Fprintf(&b, "  %s -->|%s| stop_%s([%q])\n", node(st.ID), edge(words(f.CodeKey(st.ID, c))), node(st.ID), "■")
		}
		// The next step that is always asked, and the conditional ones before it.
		for _, next := range row[i+1:] {
			if next.When.Step == "" {
				fmt.Fprintf(&b, "  %s --> %s\n", node(st.ID), node(next.ID))
				break
			}
			if on, ok := f.Step(next.When.Step); ok && compatible(st, next) {
				names := make([]string, len(next.When.Is))
				for j, c := range next.When.Is {
					names[j] = words(f.CodeKey(on.ID, c))
				}
				fmt.Fprintf(&b, "  %s -->|%s| %s\n", node(st.ID), edge(words(f.Key(on.ID, "label"))+": "+strings.Join(names, ", ")), node(next.ID))
				if st.When.Step == next.When.Step {
					break
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// compatible reports whether next can follow st: two steps that wait for the
// same answer must have a code in common.
func compatible(st, next Step) bool {
	if st.When.Step == "" || st.When.Step != next.When.Step {
		return true
	}
	for _, a := range st.When.Is {
		for _, b := range next.When.Is {
			if a == b {
				return true
			}
		}
	}
	return false
}

func node(id StepID) string { return "s_" + string(id) }

func edge(s string) string { return `"` + strings.ReplaceAll(s, `"`, "'") + `"` }

// Describe is a step's nature in a few words: kind, condition, sharing.
func (st Step) Describe() string {
	words := []string{strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", st.Kind), "flows."))}
	switch {
	case st.Extra:
		words = append(words, "a detail")
	case st.Skip:
		words = append(words, "may be skipped")
	}
	if st.When.Step != "" {
		words = append(words, fmt.Sprintf("if %s is %v", st.When.Step, st.When.Is))
	}
	switch st.Share {
	case Shown:
		words = append(words, "on the card")
	case Mentioned:
		words = append(words, "mentioned on the card")
	}
	return strings.Join(words, ", ")
}
