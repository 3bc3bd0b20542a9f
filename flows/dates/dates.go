package dates

import (
	"errors"
	"slices"
	"time"
)

// Part is a part of the day, "" when it is not known.
type Part string

// The parts of the day.
const (
	Morning Part = "pagi"
	Midday  Part = "siang"
	Late    Part = "sore" // afternoon
	Night   Part = "malam"
)

// Moment is a day, with the time as far as it was said.
type Moment struct {
	Year    int
	Month   time.Month
	Day     int
	Minutes int // since midnight; -1 when it was not said
	Part    Part
	About   bool // "kira-kira"
}

// Date is the day's midnight in a zone.
func (m Moment) Date(zone *time.Location) time.Time {
	return time.Date(m.Year, m.Month, m.Day, 0, 0, 0, 0, zone)
}

// Why words are not read as a day.
var (
	ErrUnknown = errors.New("names no day")
	ErrFuture  = errors.New("is still to come")
	ErrCoarse  = errors.New("names a month or a week, and no day")
)

// longest is the longest text that is read, in bytes.
const longest = 200

// Read finds the day that a text names, as seen from now, whose zone is that of
// the place. The day is never after now.
func Read(text string, now time.Time) (Moment, error) {
	p := &reader{words: split(text), now: now}
	m, err := p.read()
	if err != nil {
		return Moment{}, err
	}
	return m, nil
}

// Clock finds the time of day that a text names; its day is none. The error is
// ErrUnknown.
func Clock(text string) (Moment, error) {
	p := &reader{words: split(text)}
	m := Moment{Minutes: -1, About: p.about()}
	p.clock(&m)
	if m.Minutes < 0 && m.Part == "" {
		// "9" and "14.30" are times when nothing else can be meant
		if len(p.words) != 1 || !p.time(0, &m, true) {
			return Moment{}, ErrUnknown
		}
	}
	p.afternoon(&m, true)
	return m, nil
}

// A reader takes words one after the other; those that are used become empty.
type reader struct {
	words []string
	now   time.Time
	wrong bool // an hour was named that no day has
}

func (p *reader) read() (Moment, error) {
	m := Moment{Minutes: -1, About: p.about()}
	night, err := p.ago(&m)
	if err != nil {
		return m, err
	}
	day, found := time.Time{}, false
	for _, try := range []func(*Moment) (time.Time, bool, error){p.written, p.spoken, p.weekday} {
		d, ok, err := try(&m)
		switch {
		case found: // the first counts: "Senin, 20 Juli"
		case err != nil:
			return m, err
		case ok:
			day, found = d, true
		}
	}
	if m.Minutes < 0 {
		p.clock(&m)
	}
	if !found {
		switch {
		case p.any(coarse):
			return m, ErrCoarse
		case p.any(future):
			return m, ErrFuture
		case m.Minutes < 0 && m.Part == "" || !p.any(today):
			return m, ErrUnknown
		}
		day = p.now
	}
	if night && m.Minutes >= 0 && m.Minutes < 5*60 { // "semalam jam 1" is today's
		day = day.AddDate(0, 0, 1)
	}
	if p.wrong && m.Minutes < 0 {
		return m, ErrUnknown
	}
	m.Year, m.Month, m.Day = day.Date()
	p.afternoon(&m, day.Before(p.start()))
	p.zone(&m)
	switch at := m.Date(p.now.Location()); {
	case at.After(p.now), m.Minutes > 0 && at.Add(time.Duration(m.Minutes)*time.Minute).After(p.now):
		return m, ErrFuture
	case m.Year < 1945:
		return m, ErrUnknown
	}
	return m, nil
}

// start is today's midnight.
func (p *reader) start() time.Time {
	y, mo, d := p.now.Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, p.now.Location())
}

// day is the day n days before today.
func (p *reader) day(n int) time.Time { return p.start().AddDate(0, 0, -n) }

// afternoon makes of an hour from 1 to 6 one of the afternoon, unless a part of
// the day was said. past says that it may be.
func (p *reader) afternoon(m *Moment, past bool) {
	h := m.Minutes / 60
	if m.Minutes < 0 || m.Part != "" || h < 1 || h > 6 {
		if m.Minutes >= 0 {
			m.Part = ""
		}
		return
	}
	later := m.Minutes + 12*60
	if past || later <= p.now.Hour()*60+p.now.Minute() {
		m.Minutes = later
	}
}

func (p *reader) any(set map[string]bool) bool {
	return slices.ContainsFunc(p.words, func(w string) bool { return set[w] })
}

// use takes words away.
func (p *reader) use(from, to int) {
	for i := max(0, from); i < min(to, len(p.words)); i++ {
		p.words[i] = ""
	}
}

func (p *reader) at(i int) string {
	if i < 0 || i >= len(p.words) {
		return ""
	}
	return p.words[i]
}
