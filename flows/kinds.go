package flows

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// giving is a kind whose answers can have codes that are no buttons.
type giving interface{ gives() []Code }

// gives are the codes that answers of a kind can have.
func gives(k Kind) []Code {
	if g, ok := k.(giving); ok {
		return g.gives()
	}
	return k.Accepts().Codes
}

// again is a kind that asks back about an answer that is open: what, and what
// can be pressed. Other words are read as the answer anew.
type again interface {
	again(had Answer) (ask Phrase, choices []Option)
}

// Accepts says what a step can take, so that a channel can offer it.
type Accepts struct {
	Text    bool
	Files   bool
	Contact bool
	Codes   []Code // as buttons
	Several bool   // more than one code; buttons toggle, Done ends
}

// Kind is what a step accepts and why it refuses. The kinds are those of this
// package.
type Kind interface {
	// Accepts says what the kind can take.
	Accepts() Accepts
	// Read turns an input into the stored answer, given the answer so far, or
	// returns the Refusal that says why it cannot. Words that match a code
	// have become a Press before.
	Read(in Input, had Answer) (Answer, error)
	// holds reports whether a stored answer is one this kind would give.
	holds(Answer) bool
}

// Charset narrows what a Text may consist of.
type Charset int

// The charsets.
const (
	AnyText     Charset = iota
	PersonName          // letters, spaces, . ' -
	EighteenNIP         // 18 digits; spaces are dropped
	PlaceOrLink         // any text; a link must be http or https
)

// Text is free words: between Min and Max characters, or one of Codes.
type Text struct {
	Min, Max int
	Only     Charset
	Codes    []Code
}

// Accepts implements Kind.
func (k Text) Accepts() Accepts { return Accepts{Text: true, Codes: k.Codes} }

// Read implements Kind.
func (k Text) Read(in Input, _ Answer) (Answer, error) {
	if c, ok := pressed(in, k.Codes); ok {
		return Answer{Codes: []Code{c}}, nil
	}
	t := tidy(in.Text)
	if t == "" {
		return Answer{}, need(in, "error.need_text")
	}
	if k.Only == EighteenNIP {
		t = strings.Map(dropSpace, t)
	}
	n := utf8.RuneCountInString(t)
	switch {
	case !strings.ContainsFunc(t, unicode.IsGraphic):
		return Answer{}, need(in, "error.need_text")
	case k.Only == EighteenNIP && (n != 18 || strings.Trim(t, "0123456789") != ""):
		return Answer{}, Refusal{Key: "error.nip"}
	case n < k.Min:
		return Answer{}, Refusal{"error.too_short", map[string]Phrase{"n": number(k.Min)}}
	case n > k.Max:
		return Answer{}, Refusal{"error.too_long", map[string]Phrase{"n": number(k.Max)}}
	case k.Only == PersonName && strings.ContainsFunc(t, notInName):
		return Answer{}, Refusal{Key: "error.name"}
	case k.Only == PlaceOrLink && badLink(t):
		return Answer{}, Refusal{Key: "error.link"}
	}
	return Answer{Text: t}, nil
}

func (k Text) holds(a Answer) bool {
	return a.Text != "" && len(a.Codes) == 0 || oneOf(a, k.Codes)
}

// Choice is one of a few codes.
type Choice struct{ Codes []Code }

// Accepts implements Kind.
func (k Choice) Accepts() Accepts { return Accepts{Codes: k.Codes} }

// Read implements Kind.
func (k Choice) Read(in Input, _ Answer) (Answer, error) {
	if c, ok := pressed(in, k.Codes); ok {
		return Answer{Codes: []Code{c}}, nil
	}
	return Answer{}, need(in, "error.pick_one")
}

func (k Choice) holds(a Answer) bool { return oneOf(a, k.Codes) }

// Multi is one or more of a few codes, ended by Done. Preset codes are chosen
// from the start. Sole codes exclude all others ("nothing yet").
type Multi struct {
	Codes  []Code
	Preset []Code
	Sole   Code
}

// Accepts implements Kind.
func (k Multi) Accepts() Accepts { return Accepts{Codes: k.Codes, Several: true} }

// Read implements Kind.
func (k Multi) Read(in Input, had Answer) (Answer, error) {
	had.Skipped, had.Text, had.Files = false, "", nil
	if in.Command == Done {
		if len(had.Codes) == 0 {
			return Answer{}, Refusal{Key: "error.pick_some"}
		}
		had.Open = false
		return had, nil
	}
	if len(in.Picks) > 0 { // by number: the whole answer at once, unless some are ticked
		picks := slices.Clone(in.Picks)
		slices.Sort(picks)
		picks = slices.Compact(picks)
		switch {
		case len(picks) > 1 && slices.Contains(picks, k.Sole):
			return Answer{}, Refusal{Key: "error.pick_sole"}
		case len(picks) == 1 && len(had.Codes) > 0:
			return k.toggle(had, picks[0]), nil
		case len(had.Codes) > 0: // several add: nobody names what they want to lose
			for _, c := range picks {
				if !had.Is(c) {
					had = k.toggle(had, c)
				}
			}
			had.Open = true
			return had, nil
		}
		had.Codes = slices.DeleteFunc(slices.Clone(k.Codes), func(c Code) bool { return !slices.Contains(picks, c) })
		had.Open = false
		return had, nil
	}
	c, ok := pressed(in, k.Codes)
	if !ok {
		return Answer{}, need(in, "error.pick_some")
	}
	return k.toggle(had, c), nil
}

func (k Multi) toggle(had Answer, c Code) Answer {
	switch {
	case had.Is(c):
		had.Codes = slices.DeleteFunc(slices.Clone(had.Codes), func(x Code) bool { return x == c })
	case c == k.Sole:
		had.Codes = []Code{c}
	default:
		all := append(slices.Clone(had.Codes), c)
		had.Codes = slices.DeleteFunc(all, func(x Code) bool { return x == k.Sole })
	}
	had.Open = true
	return had
}

func (k Multi) holds(a Answer) bool {
	for _, c := range a.Codes {
		if !slices.Contains(k.Codes, c) {
			return false
		}
	}
	return len(a.Codes) > 0 || a.Open
}

// Files is photographs, recordings, documents: at most Max of them.
type Files struct{ Max int }

// Accepts implements Kind.
func (k Files) Accepts() Accepts { return Accepts{Files: true} }

// Read implements Kind. A link counts as evidence; it is kept as text and never
// fetched. Other words do not.
func (k Files) Read(in Input, had Answer) (Answer, error) {
	had.Skipped, had.Codes = false, nil
	switch {
	case in.File != nil && in.File.Digest != "":
		if note := tidy(in.Text); note != "" { // a caption
			if more, err := had.note(len(had.Notes), Note{note, mark(in.Said)}); err == nil {
				had = more
			}
		}
		if i := slices.IndexFunc(had.Files, func(f File) bool { return f.Digest == in.File.Digest }); i >= 0 {
			had.Files = slices.Clone(had.Files)
			had.Files[i].By = had.Files[i].By.and(in.File.By[0])
			return had, nil
		}
		if len(had.Files) >= k.Max {
			return Answer{}, Refusal{"error.too_many_files", map[string]Phrase{"n": number(k.Max)}}
		}
		had.Files = append(slices.Clone(had.Files), *in.File)
		had.Open = true
		return had, nil
	case in.Command == Done:
		if had.Empty() {
			return Answer{}, Refusal{Key: "error.need_file"}
		}
		had.Open = false
		return had, nil
	case link(tidy(in.Text)):
		had.Open = true
		return had.note(len(had.Notes), Note{tidy(in.Text), mark(in.Said)})
	}
	return Answer{}, need(in, "error.need_file")
}

const maxNote = 1000

// note puts a note in place of the ith, or after the last.
func (a Answer) note(i int, n Note) (Answer, error) {
	a.Notes = slices.Replace(slices.Clone(a.Notes), i, min(i+1, len(a.Notes)), n)
	switch {
	case badLink(n.Text):
		return Answer{}, Refusal{Key: "error.link"}
	case utf8.RuneCountInString(a.words()) > maxNote:
		return Answer{}, Refusal{"error.too_long", map[string]Phrase{"n": number(maxNote)}}
	}
	return a, nil
}

func (Files) holds(a Answer) bool { return a.Open || !a.Empty() }

// Phone is a telephone number, typed or shared.
type Phone struct{}

// Accepts implements Kind.
func (Phone) Accepts() Accepts { return Accepts{Text: true, Contact: true} }

// Read implements Kind. The number is stored as +62… or +…, 9 to 15 digits.
func (Phone) Read(in Input, _ Answer) (Answer, error) {
	t := in.Text
	if in.Contact != nil {
		t = in.Contact.Phone
	}
	if strings.TrimSpace(t) == "" {
		return Answer{}, need(in, "error.need_text")
	}
	plus := strings.HasPrefix(strings.TrimSpace(t), "+")
	t = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" +-().\u00a0", r) {
			return -1
		}
		return r
	}, t)
	switch {
	case strings.HasPrefix(t, "0"):
		t = "62" + t[1:]
	case !plus && strings.HasPrefix(t, "8"):
		t = "62" + t
	}
	if n := len(t); n < 9 || n > 15 || strings.Trim(t, "0123456789") != "" {
		return Answer{}, Refusal{Key: "error.phone"}
	}
	return Answer{Text: "+" + t}, nil
}

func (Phone) holds(a Answer) bool { return Text{}.holds(a) }

// Consent is agreement to a text, of which version, language and time are kept.
type Consent struct{}

// The codes of Consent.
const (
	Agree   Code = "agree"
	Decline Code = "decline"
)

// Accepts implements Kind.
func (Consent) Accepts() Accepts { return Accepts{Codes: []Code{Agree, Decline}} }

// Read implements Kind.
func (Consent) Read(in Input, _ Answer) (Answer, error) {
	c, ok := pressed(in, []Code{Agree, Decline})
	if !ok {
		return Answer{}, need(in, "error.pick_one")
	}
	return Answer{Codes: []Code{c}, At: in.At}, nil
}

func (Consent) holds(a Answer) bool { return a.Is(Agree) }

// Review shows every answer and lets the reporter send, change or discard.
type Review struct{}

// The codes of Review.
const (
	Send   Code = "send"
	More   Code = "more" // asks for the details that are left
	Blur   Code = "blur" // hides what makes the reporter easy to recognise
	Change Code = "change"
)

// Accepts implements Kind.
func (Review) Accepts() Accepts { return Accepts{Codes: []Code{Send, Change}} }

// Read implements Kind.
func (Review) Read(in Input, _ Answer) (Answer, error) {
	if c, ok := pressed(in, []Code{Send, More, Blur, Change}); ok {
		return Answer{Codes: []Code{c}}, nil
	}
	return Answer{}, need(in, "error.pick_one")
}

func (Review) holds(Answer) bool { return false } // a review is never behind us

// need says what is missing, and says it of the thing that came instead.
func need(in Input, key string) Refusal {
	switch {
	case in.Location:
		return Refusal{Key: "error.location_unasked"}
	case in.Contact != nil:
		return Refusal{Key: "error.contact"}
	}
	return Refusal{Key: key}
}

func pressed(in Input, codes []Code) (Code, bool) {
	if in.Press != nil && slices.Contains(codes, in.Press.Code) {
		return in.Press.Code, true
	}
	return "", false
}

func oneOf(a Answer, codes []Code) bool {
	return len(a.Codes) == 1 && slices.Contains(codes, a.Codes[0])
}
