package bottest

import "strings"

// Reading is what a person has read on WhatsApp, oldest first, as it was written.
// There are no buttons there: a choice is answered with the number or the words
// that the last message offers.
type Reading []string

// unmark takes WhatsApp's marks out of a text.
var unmark = strings.NewReplacer("*", "", "_", "", "`", "")

// String is all of it, without marks.
func (r Reading) String() string {
	var b strings.Builder
	for _, text := range r {
		b.WriteString(unmark.Replace(text) + "\n---\n")
	}
	return b.String()
}

func (r Reading) last() string {
	if len(r) == 0 {
		return ""
	}
	return r[len(r)-1]
}

// Shows is the condition that Reporter.See waits for.
func (r Reading) Shows(words, label string) bool {
	if label == "" {
		return strings.Contains(r.String(), words)
	}
	return strings.Contains(unmark.Replace(r.last()), words) && r.Choose(label) != ""
}

// Choose is how the last message says that a choice is answered: its number, or
// its words; "" when the message does not offer it.
func (r Reading) Choose(label string) string {
	text := r.last()
	for line := range strings.Lines(text) {
		number, words, ok := strings.Cut(strings.TrimSpace(line), ". ")
		if ok && strings.HasPrefix(number, "*") && strings.TrimPrefix(words, "✓ ") == label {
			return strings.Trim(number, "*")
		}
	}
	if word := strings.ToLower(label); strings.Contains(text, "_"+word+"_") {
		return word
	}
	return ""
}
