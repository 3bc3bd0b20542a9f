package flows

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netralitas/netra/flows/dates"
	"github.com/netralitas/netra/flows/election"
	"github.com/netralitas/netra/flows/region"
)

// Date is a day as people write it, with the time if they say so, or one of
// Codes. The answer is a stamp: the day and the time as they are at the place of
// the event. Codes say what other questions depend on.
type Date struct{ Codes []Code }

// Codes of a Date's answer.
const (
	Today     Code = "today"
	Yesterday Code = "yesterday"
	Older     Code = "older"
	Untimed   Code = "untimed" // no time of day was given
	Late      Code = "late"    // a report of what was learned that day comes too late
	Right     Code = "right"   // yes, that long ago
)

const (
	longestDate = 100                  // characters
	farPast     = 180 * 24 * time.Hour // asked about once
)

// Accepts implements Kind.
func (k Date) Accepts() Accepts { return Accepts{Text: true, Codes: k.Codes} }

// gives are the codes that answers can have.
func (k Date) gives() []Code {
	return append([]Code{Today, Yesterday, Older, Untimed, Late}, k.Codes...)
}

// Read implements Kind. in.At has the zone of the place.
func (k Date) Read(in Input, had Answer) (Answer, error) {
	if _, ok := pressed(in, []Code{Right}); ok && had.Open {
		had.Open = false
		return had, nil
	}
	if c, ok := pressed(in, k.Codes); ok {
		switch c {
		case Today:
			return stamped(dates.Moment{Minutes: -1}, in.At, in.At), nil
		case Yesterday:
			return stamped(dates.Moment{Minutes: -1}, in.At.AddDate(0, 0, -1), in.At), nil
		}
		return Answer{Codes: []Code{c}}, nil
	}
	t := tidy(in.Text)
	switch {
	case t == "":
		return Answer{}, need(in, "error.need_text")
	case utf8.RuneCountInString(t) > longestDate:
		return Answer{}, Refusal{Key: "error.bad_date"}
	}
	m, err := dates.Read(t, in.At)
	switch {
	case errors.Is(err, dates.ErrFuture):
		return Answer{}, Refusal{Key: "error.future_date"}
	case errors.Is(err, dates.ErrCoarse):
		return Answer{}, Refusal{Key: "error.coarse_date"}
	case err != nil:
		return Answer{}, Refusal{Key: "error.bad_date"}
	}
	day := m.Date(in.At.Location())
	a := stamped(m, day, in.At)
	a.Open = in.At.Sub(day) > farPast
	return a, nil
}

func (k Date) holds(a Answer) bool {
	_, ok := readStamp(a.Text)
	return ok || a.Text == "" && oneOf(a, k.Codes) && !a.Is(Today) && !a.Is(Yesterday)
}

// again asks whether it was that long ago.
func (k Date) again(had Answer) (Phrase, []Option) {
	return Say("date.far", "value", when(had.Text)), []Option{{Code: Right, Label: Say("date.right")}}
}

// Clock is a time of day as people write it, or a part of the day. What cannot
// be read stays as it was written.
type Clock struct{ Codes []Code }

// Accepts implements Kind.
func (k Clock) Accepts() Accepts { return Accepts{Text: true, Codes: k.Codes} }

// Read implements Kind.
func (k Clock) Read(in Input, had Answer) (Answer, error) {
	if c, ok := pressed(in, k.Codes); ok {
		return Answer{Codes: []Code{c}}, nil
	}
	m, err := dates.Clock(tidy(in.Text))
	switch {
	case err != nil:
		return Text{Min: 1, Max: 60}.Read(in, had)
	case m.Minutes < 0:
		return Answer{Codes: []Code{Code(m.Part)}}, nil
	}
	return Answer{Text: clock(m.Minutes)}, nil
}

func (k Clock) holds(a Answer) bool { return Text{Codes: k.Codes}.holds(a) }

func clock(minutes int) string { return fmt.Sprintf("%02d.%02d", minutes/60, minutes%60) }

// A stamp is a day, and a time or a part of the day if known, in words of one
// form: "2024-07-20 WIB", "~2024-07-20 14.30 WITA", "2024-07-20 sore WIT".
type stamp struct {
	about bool
	day   time.Time // midnight there
	time  string    // "14.30", "sore", ""
}

const stampDay = "2006-01-02"

// stamped is the answer that names a day, and the time of m.
func stamped(m dates.Moment, day, at time.Time) Answer {
	s := stamp{about: m.About, day: day, time: string(m.Part)}
	if m.Minutes >= 0 {
		s.time = clock(m.Minutes)
	}
	a := Answer{Text: s.String(), Codes: []Code{Older}}
	switch s.day.Format(stampDay) {
	case at.Format(stampDay):
		a.Codes[0] = Today
	case at.AddDate(0, 0, -1).Format(stampDay):
		a.Codes[0] = Yesterday
	}
	if s.time == "" {
		a.Codes = append(a.Codes, Untimed)
	}
	if at.After(election.Deadline(s.day)) {
		a.Codes = append(a.Codes, Late)
	}
	return a
}

func (s stamp) String() string {
	about := ""
	if s.about {
		about = "~"
	}
	return strings.Join(strings.Fields(about+s.day.Format(stampDay)+" "+s.time+" "+s.day.Location().String()), " ")
}

// readStamp reads a stamp. ok is false for what is none, such as the plain words
// of reports from before there were stamps.
func readStamp(text string) (stamp, bool) {
	day, about := strings.CutPrefix(text, "~")
	words := strings.Fields(day)
	if len(words) < 2 || len(words) > 3 {
		return stamp{}, false
	}
	zone := region.Zone(words[len(words)-1])
	if zone == nil {
		return stamp{}, false
	}
	t, err := time.ParseInLocation(stampDay, words[0], zone)
	s := stamp{about: about, day: t}
	if len(words) == 3 {
		s.time = words[1]
	}
	return s, err == nil
}

// when is a stamp in words, with weekday and zone.
func when(text string) Phrase {
	s, ok := readStamp(text)
	if !ok {
		return literal(text)
	}
	p := Say("date.day", "weekday", Say(fmt.Sprintf("date.weekday.%d", s.day.Weekday())), "day", number(s.day.Day()),
		"month", Say(fmt.Sprintf("date.month.%d", s.day.Month())), "year", number(s.day.Year()))
	if s.about {
		p = Say("date.about", "date", p)
	}
	zone := literal(s.day.Location().String())
	switch {
	case s.time == "":
		return Say("date.zone", "date", p, "zone", zone)
	case strings.Contains(s.time, "."):
		return Say("date.at", "date", p, "time", literal(s.time), "zone", zone)
	}
	return Say("date.part", "date", p, "part", Say("date."+s.time), "zone", zone)
}

// before reports whether a day comes before that of the event.
func (f Flow) before(a Answer, answers map[StepID]Answer) bool {
	st, _ := f.byRole(RoleWhen)
	event, ok := readStamp(answers[st.ID].Text)
	known, is := readStamp(a.Text)
	return ok && is && known.day.Before(event.day)
}

// zone is the time at the place of the event.
func (f Flow) zone(answers map[StepID]Answer) *time.Location {
	for _, st := range f.Steps {
		if a, ok := answers[st.ID]; ok && st.Role == RoleRegion {
			if p := a.Place(); p != "" {
				return p.Zone()
			}
		}
	}
	return wib
}

// rezone gives the days in the answers another zone: they are days at the place
// of the event, wherever that turns out to be.
func (s *Session) rezone(f Flow) {
	zone := f.zone(s.Answers)
	for _, st := range f.Steps {
		a := s.Answers[st.ID]
		if _, is := st.Kind.(Date); !is {
			continue
		}
		if was, ok := readStamp(a.Text); ok && was.day.Location() != zone {
			y, m, d := was.day.Date()
			was.day = time.Date(y, m, d, 0, 0, 0, 0, zone)
			a.Text = was.String()
			s.set(st.ID, a)
		}
	}
}

// wib is western Indonesian time, in which days are counted where no place says
// otherwise.
var wib = region.Zone("WIB")

// Zone is the time at the place of a report.
func (r Rules) Zone(rep Finished) *time.Location { return r.Flow(rep.Flow).zone(rep.Answers) }

// Day is a date as reporters and supervisors read it, in the time of a place.
func Day(t time.Time, zone *time.Location) string { return t.In(zone).Format("02/01/2006") }
