package election

import (
	_ "embed" // the catalogue
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/netralitas/netra/flows/region"
)

// Calendar is the elections that an operator takes reports for.
type Calendar []Election

// Election is one election, in the whole country or in some regions.
type Election struct {
	ID      string
	Type    string // "pilkada" or "pemilu"
	Name    string
	Regions []region.Code // empty: everywhere
	Stages  []Stage       // in the order of their days
}

// Stage is days of an election that belong together.
type Stage struct {
	Name        string // "kampanye"
	From, To    Day    // the last day is part of it
	Regions     []region.Code
	Determining bool // on its first day candidates are determined ("penetapan")
}

// Day is a day of the calendar, as "2031-09-22".
type Day string

func (d Day) time() (time.Time, error) { return time.Parse(time.DateOnly, string(d)) }

// When says how a day lies to the day on which candidates are determined.
type When string

// Before the determination the law speaks of would-be candidates.
const (
	Unknown When = ""
	Before  When = "before"
	After   When = "after"
)

// Found is what the calendar says of a day at a place.
type Found struct {
	Election Election
	Stage    Stage // the zero Stage between stages
	When     When
}

// On returns the election in whose time a day lies at a place, and where in it.
// ok is false when there is none. The first in the calendar counts.
func (c Calendar) On(place region.Code, day time.Time) (Found, bool) {
	is := Day(day.Format(time.DateOnly))
	for _, e := range c {
		if !holds(e.Regions, place) {
			continue
		}
		stages := e.at(place)
		if len(stages) == 0 || is < stages[0].From || is > last(stages) {
			continue
		}
		f := Found{Election: e}
		for _, s := range stages {
			if is >= s.From && is <= s.To {
				f.Stage = s
			}
			if s.Determining {
				if f.When = Before; is >= s.From {
					f.When = After
				}
			}
		}
		return f, true
	}
	return Found{}, false
}

// at are the stages as they are at a place: one that names its regions takes the
// place of that of the same name that names none.
func (e Election) at(place region.Code) []Stage {
	var out []Stage
	for _, s := range e.Stages {
		own := slices.ContainsFunc(e.Stages, func(o Stage) bool { return o.Name == s.Name && len(o.Regions) > 0 && holds(o.Regions, place) })
		if len(s.Regions) > 0 && holds(s.Regions, place) || len(s.Regions) == 0 && !own {
			out = append(out, s)
		}
	}
	return out
}

func last(stages []Stage) Day {
	var d Day
	for _, s := range stages {
		d = max(d, s.To)
	}
	return d
}

// holds reports whether a place is in one of the regions; none is everywhere.
func holds(regions []region.Code, place region.Code) bool {
	return len(regions) == 0 || slices.ContainsFunc(regions, place.Within)
}

// Validate returns every mistake in the calendar.
func (c Calendar) Validate() error {
	var errs []error
	seen := map[string]bool{}
	for i, e := range c {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("election %d (%q): %s", i+1, e.ID, fmt.Sprintf(format, args...)))
		}
		if e.ID == "" || seen[e.ID] {
			bad("give each an id of its own")
		}
		seen[e.ID] = true
		if e.Type != "pilkada" && e.Type != "pemilu" {
			bad("type %q is neither pilkada nor pemilu", e.Type)
		}
		if e.Name == "" {
			bad("give it the name that supervisors read")
		}
		if len(e.Stages) == 0 {
			bad("it has no stages")
		}
		for _, r := range e.Regions {
			if !r.Valid() {
				bad("region %q is no code of Kepmendagri 300.2.2-2430/2025, such as 32 or 32.16", r)
			}
		}
		determining := 0
		for _, s := range e.Stages {
			from, err1 := s.From.time()
			to, err2 := s.To.time()
			switch {
			case s.Name == "":
				bad("a stage has no name")
			case err1 != nil || err2 != nil:
				bad("stage %q: days are written like 2031-09-22", s.Name)
			case to.Before(from):
				bad("stage %q ends before it begins", s.Name)
			}
			for _, r := range s.Regions {
				if !r.Valid() {
					bad("stage %q: region %q is no code", s.Name, r)
				}
			}
			if s.Determining && len(s.Regions) == 0 {
				determining++
			}
		}
		if determining > 1 {
			bad("candidates are determined once: mark one stage")
		}
	}
	return errors.Join(errs...)
}

// Row is a row of the catalogue.
type Row struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Level  string `json:"level"`
	Stage  When   `json:"stage"` // or "any"
	Basis  string `json:"basis"`
	Verify bool   `json:"verify"` // its reading is not settled
}

// Catalogue is the catalogue of violations of one time.
type Catalogue struct {
	Version   string              `json:"version"`
	ValidFrom string              `json:"valid_from"`
	ValidTo   string              `json:"valid_to"`
	Source    string              `json:"source"`
	Rows      []Row               `json:"rows"`
	Kinds     map[string][]string `json:"kinds"` // what was seen, and the rows that it may be
}

//go:embed catalogue.json
var raw []byte

// Current is the catalogue in force.
var Current = func() (c Catalogue) {
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err) // a mistake of this program, which its tests find
	}
	return c
}()

// Suggest lists the rows that something seen may be, given when it was.
func (c Catalogue) Suggest(kind string, when When) []Row {
	var out []Row
	for _, id := range c.Kinds[kind] {
		for _, r := range c.Rows {
			if r.ID == id && (r.Stage == "any" || when == Unknown || r.Stage == when) {
				out = append(out, r)
			}
		}
	}
	return out
}

// DaysToReport is how many days after learning of an event a report can be
// registered: UU 1/2015 Ps 134 (4) for a pilkada, Perbawaslu 7/2022 for a pemilu.
// UU 7/2017 Ps 454 (6) counts working days; the shorter reading is the safe one.
const DaysToReport = 7

// closes is when offices close.
const closes = 16

// Deadline is until when what was learned of on a day can be registered: at 16:00
// in the time of the day's zone, seven calendar days later.
func Deadline(known time.Time) time.Time {
	y, m, d := known.Date()
	return time.Date(y, m, d+DaysToReport, closes, 0, 0, 0, known.Location())
}
