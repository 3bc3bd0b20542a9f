package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/netralitas/netra/flows/region"
)

// Region is a place in the administrative order, found by its name or by where
// the phone is. Deepest is the smallest that is asked for. What is not in the
// table is taken as it was written: nobody is stuck for the name of a place.
//
// An answer that is open holds what was offered: several places one of which is
// meant, or one place of which a part is asked for.
type Region struct{ Deepest region.Level }

// AsIs takes a place as it was written.
const AsIs Code = "as_is"

const (
	longestPlace = 120 // characters
	mostPlaces   = 6   // that are offered at once
)

// Place is the region that an answer names, "" when it is in no table.
func (a Answer) Place() region.Code {
	if len(a.Codes) != 1 {
		return ""
	}
	return placeOf(a.Codes[0])
}

// placeOf is the region of a button: data of buttons has no dots.
func placeOf(c Code) region.Code {
	p := region.Code(strings.ReplaceAll(string(c), "-", "."))
	if !p.Valid() {
		return ""
	}
	return p
}

func placeCode(p region.Code) Code { return dashed(string(p)) }

func dashed(s string) Code { return Code(strings.ReplaceAll(s, ".", "-")) }

func placeCodes(places []region.Code) []Code {
	codes := make([]Code, len(places))
	for i, p := range places {
		codes[i] = placeCode(p)
	}
	return codes
}

// Accepts implements Kind.
func (Region) Accepts() Accepts { return Accepts{Text: true} }

// Read implements Kind.
func (k Region) Read(in Input, had Answer) (Answer, error) {
	if c, ok := pressed(in, k.codes(had)); ok {
		if c == AsIs {
			return Answer{Text: had.Text}, nil
		}
		return k.choose(placeOf(c)), nil
	}
	if in.Location {
		return k.near(in.Near)
	}
	t := tidy(in.Text)
	switch n := utf8.RuneCountInString(t); {
	case t == "":
		return Answer{}, need(in, "error.need_text")
	case n > longestPlace:
		return Answer{}, Refusal{"error.too_long", map[string]Phrase{"n": number(longestPlace)}}
	}
	offers, sure := region.Search(t, k.Deepest, mostPlaces)
	if sure {
		return k.choose(offers[0]), nil
	}
	if whole := k.whole(had); whole != "" {
		inside, _ := region.Search(t+" "+whole.Name(), k.Deepest, mostPlaces)
		if inside = within(inside, whole); len(inside) == 1 {
			return k.choose(inside[0]), nil
		} else if len(inside) > 0 {
			offers = inside
		}
	}
	if len(offers) == 0 && !strings.ContainsFunc(t, unicode.IsLetter) {
		return Answer{}, Refusal{"error.region_none", map[string]Phrase{"q": literal(clip(t, 40))}}
	}
	return Answer{Text: t, Codes: placeCodes(offers), Open: true}, nil
}

func (Region) holds(a Answer) bool {
	for _, c := range a.Codes {
		if placeOf(c) == "" {
			return false
		}
	}
	return a.Text != "" || len(a.Codes) == 1 || a.Open && len(a.Codes) > 0
}

// near offers what is around a phone. Where exactly it is was forgotten by the
// channel already.
func (k Region) near(places []region.Code) (Answer, error) {
	var around []region.Code
	for _, p := range places {
		if p.Level() <= k.Deepest {
			around = append(around, p)
		}
	}
	switch len(around) {
	case 0:
		return Answer{}, Refusal{Key: "error.location_unknown"}
	case 1:
		return k.choose(around[0]), nil
	}
	return Answer{Codes: placeCodes(around), Open: true}, nil
}

// choose is the answer of whoever means a place: open when a part of it is
// asked for.
func (k Region) choose(p region.Code) Answer {
	for p.Level() > k.Deepest {
		p = p.Parent()
	}
	return Answer{Codes: []Code{placeCode(p)}, Open: k.Deepest == region.District && p.Level() < k.Deepest}
}

// whole is the place of which a part is asked for, "" when none is.
func (k Region) whole(had Answer) region.Code {
	if !had.Open || had.Text != "" {
		return ""
	}
	return had.Place()
}

// narrowing reports whether a smaller place than the answer's is asked for, which
// may be left out.
func (st Step) narrowing(had Answer) bool {
	k, ok := st.Kind.(Region)
	return ok && k.whole(had).Level() == region.Regency
}

// codes are those that can be pressed while an answer is open.
func (k Region) codes(had Answer) []Code {
	switch whole := k.whole(had); {
	case !had.Open:
		return nil
	case whole != "":
		return placeCodes(whole.Parts())
	case had.Text != "":
		return append(had.Codes[:len(had.Codes):len(had.Codes)], AsIs)
	}
	return had.Codes
}

// again asks back about an open answer.
func (k Region) again(had Answer) (Phrase, []Option) {
	var options []Option
	for _, c := range k.codes(had) {
		label := Say("region.as_is")
		if p := placeOf(c); p != "" && k.whole(had) != "" {
			label = literal(p.Name())
		} else if p != "" {
			label = literal(p.Full())
		}
		options = append(options, Option{Code: c, Label: label})
	}
	switch whole := k.whole(had); {
	case whole.Level() == region.Regency:
		return Say("region.district", "value", literal(whole.Full())), options
	case whole != "":
		return Say("region.regency", "value", literal(whole.Full())), options
	case len(had.Codes) == 0:
		return Say("region.none", "q", literal(clip(had.Text, 40))), options
	}
	return Say("region.which"), options
}

func within(places []region.Code, whole region.Code) []region.Code {
	var out []region.Code
	for _, p := range places {
		if p != whole && p.Within(whole) {
			out = append(out, p)
		}
	}
	return out
}
