package flows

import "strconv"

// Phrase is something to be said: words by key, with phrases as arguments, or
// literal text, or several phrases after each other. The zero Phrase is silent.
type Phrase struct {
	Key   string            `json:"k,omitempty"`
	Args  map[string]Phrase `json:"a,omitempty"`
	Text  string            `json:"t,omitempty"`
	Items []Phrase          `json:"i,omitempty"` // said with commas between
}

// Say is the phrase with a key. Args come in pairs of name and phrase. It is not
// put in the place of each call: see View.ask.
//
//go:noinline
func Say(key string, args ...any) Phrase {
	p := Phrase{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if p.Args == nil {
			p.Args = map[string]Phrase{}
		}
		p.Args[args[i].(string)] = args[i+1].(Phrase)
	}
	return p
}

// Text is literal text, usually the reporter's own.
func literal(s string) Phrase { return Phrase{Text: s} }

func number(n int) Phrase { return Phrase{Text: strconv.Itoa(n)} }
