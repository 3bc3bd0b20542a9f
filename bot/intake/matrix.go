package intake

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

//go:embed matrix.toml
var matrixFile string

// matrix says which bodies get which report. The file tells what its parts mean.
type matrix struct {
	Version string
	Status  map[flows.Code]string
	Row     map[string]row
	Word    []words
	Answer  []struct {
		Code flows.Code
		Bars []cell
	}
}

// row lists the offices that get one kind of report.
type row struct{ Primary, Copy, Ticked []cell }

// words are what people call a position or a body.
type words struct {
	Words      []string
	From       []string
	Row        string
	Bars       []cell
	Everywhere bool
}

// cell is a body, and the level of its office.
type cell struct {
	body  string
	level region.Level // None: that of whichever office is nearest
}

var levels = map[string]region.Level{"": region.None, "province": region.Province, "regency": region.Regency, "district": region.District}

// UnmarshalText reads "bawaslu@regency".
func (c *cell) UnmarshalText(text []byte) error {
	body, at, _ := strings.Cut(string(text), "@")
	level, ok := levels[at]
	if _, known := bodyName(body); !known || !ok {
		return fmt.Errorf("%q is no body@level", text)
	}
	*c = cell{body, level}
	return nil
}

// theMatrix is read once; it is part of the program, so a mistake in it is ours.
var theMatrix = sync.OnceValue(func() matrix {
	var m matrix
	meta, err := toml.Decode(matrixFile, &m)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("unknown setting %v", meta.Undecoded())
	}
	if err != nil {
		panic("routing matrix: " + err.Error())
	}
	for i := range m.Word {
		for j, w := range m.Word[i].Words {
			m.Word[i].Words[j] = fold(w)
		}
	}
	return m
})

// MatrixVersion is that of the rules by which reports are routed.
func MatrixVersion() string { return theMatrix().Version }

// subject is what a report says that decides who may have it.
type subject struct {
	row     row
	bars    []cell
	place   region.Code
	words   string                // of the place, folded
	allowed func(flows.Code) bool // what the reporter ticked
	asked   bool                  // whether they were asked
	kind    string
}

// read finds out what a report is about.
func (m matrix) read(f flows.Flow, rep flows.Finished) subject {
	s := subject{kind: string(rep.Flow)}
	_, where, _ := rep.ByRole(f, flows.RoleRegion)
	_, bodies, asked := rep.ByRole(f, flows.RoleBodies)
	s.place, s.words, s.asked, s.allowed = where.Place(), fold(where.Text), asked, bodies.Is
	if s.place != "" {
		s.words = fold(s.place.Full())
	}

	var who, office, all strings.Builder
	for _, st := range f.Steps {
		a, ok := rep.Answers[st.ID]
		if !ok || st.Share == flows.Private || st.Role == flows.RoleRegion {
			continue
		}
		all.WriteString(fold(a.Text))
		switch st.Role {
		case flows.RoleOffice:
			office.WriteString(fold(a.Text))
			fallthrough
		case flows.RolePerson:
			who.WriteString(fold(a.Text))
		}
	}

	_, status, _ := rep.ByRole(f, flows.RoleStatus)
	name := "other"
	for _, c := range status.Codes {
		if r, ok := m.Status[c]; ok {
			name = r
		}
	}
	if f.Coarse { // who is pressed, and not who presses, is the subject
		name = "pressure"
	}
	for _, w := range m.Word {
		if w.Row != "" && slices.Contains(w.From, name) && w.in(office.String()) {
			name = w.Row
		}
		text := who.String()
		if w.Everywhere {
			text = all.String()
		}
		if len(w.Bars) > 0 && w.in(text) {
			s.bars = append(s.bars, w.Bars...)
		}
	}
	for _, x := range m.Answer {
		if status.Is(x.Code) {
			s.bars = append(s.bars, x.Bars...)
		}
	}
	s.row = m.Row[name]
	return s
}

func (w words) in(folded string) bool {
	return slices.ContainsFunc(w.Words, func(x string) bool { return strings.Contains(folded, x) })
}

// level is how near an intake's office is to the place of the report: that of its
// smallest region there. ok is false when it is none of its regions.
func (s subject) level(r Route) (at region.Level, ok bool) {
	if len(r.Regions) == 0 {
		return region.None, true
	}
	for _, name := range r.Regions {
		code := region.Code(name)
		switch {
		case code.Valid():
			if s.place == "" || !s.place.Within(code) {
				continue
			}
			at, ok = max(at, code.Level()), true
		case strings.Contains(s.words, fold(name)):
			at, ok = max(at, region.Regency), true
		}
	}
	return at, ok
}

// barred reports whether an office may not get the report.
func (s subject) barred(body string, at region.Level) bool {
	return slices.ContainsFunc(s.bars, func(c cell) bool { return c.body == body && (c.level == region.None || c.level == at) })
}

// concerns reports whether a report is of an intake's region and kinds, and neither
// names it nor is on whom it answers to; and how near it is.
func (s subject) concerns(r Route) (region.Level, bool) {
	at, near := s.level(r)
	return at, near && r.takes(s.kind) && (r.Body == "" || !s.barred(r.Body, at))
}

// may reports whether an intake may ever have the report, and how near it is.
func (s subject) may(r Route) (region.Level, bool) {
	at, ok := s.concerns(r)
	return at, ok && r.Sees != Count && (!s.asked || r.Body == "" || s.allowed(flows.Code(r.Body)))
}

// offices are the intakes for a cell: those at its level, or of that body
// everywhere. The first to handle a report is, where there is none, the nearest
// office above; a copy goes to none other.
func (s subject) offices(rs Routes, c cell, first bool) (names []string) {
	best := region.Level(-1)
	for _, r := range rs {
		at, ok := s.may(r)
		if !ok || r.Body != c.body {
			continue
		}
		switch {
		case c.level == region.None || at == c.level:
		case at > c.level:
			continue
		case at == region.None && r.Body != "bawaslu": // one for all of them
		case !first:
			continue
		}
		if at > best {
			best, names = at, nil
		}
		if at == best {
			names = append(names, r.Name)
		}
	}
	return names
}
