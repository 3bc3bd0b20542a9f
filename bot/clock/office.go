// Package clock measures how long a case waits, in the days and hours of the
// office that has it, and says which reminder is due. It is pure: times come in
// as values.
package clock

import (
	"fmt"
	"strings"
	"time"
)

// Office is when an office works. Quiet hours are those in which nobody is
// reminded of anything, however urgent.
type Office struct {
	Zone     *time.Location
	Hours    [7]Span // by weekday, Sunday first; the zero Span is closed
	Holidays map[string]bool
	Quiet    Span
}

// Span is from one time of day to another, in minutes since midnight, the end not
// included. One that ends before it begins goes over midnight.
type Span struct{ From, To int }

func (s Span) has(minute int) bool {
	if s.From <= s.To {
		return s.From <= minute && minute < s.To
	}
	return minute >= s.From || minute < s.To
}

// Bawaslu's hours: Monday to Thursday 08:00–16:00, Friday to 16:30 (juknis SK
// 169/PP.00.00/K1/05/2023 as the press quotes it).
var usual = [7]Span{1: {480, 960}, 2: {480, 960}, 3: {480, 960}, 4: {480, 960}, 5: {480, 990}}

// Usual is an office with Bawaslu's hours, no holidays, and quiet from 21:00 to
// 06:00.
func Usual(zone *time.Location) Office {
	return Office{Zone: zone, Hours: usual, Quiet: Span{21 * 60, 6 * 60}}
}

var weekdays = map[string]int{"minggu": 0, "senin": 1, "selasa": 2, "rabu": 3, "kamis": 4, "jumat": 5, "sabtu": 6}

// ParseHours reads "senin-kamis 08:00-16:00, jumat 08:00-16:30".
func ParseHours(s string) (hours [7]Span, err error) {
	for part := range strings.SplitSeq(s, ",") {
		days, times, ok := strings.Cut(strings.TrimSpace(strings.ToLower(part)), " ")
		first, last, several := strings.Cut(days, "-")
		if !several {
			last = first
		}
		from, known := weekdays[first]
		to, knownToo := weekdays[last]
		span, e := ParseSpan(times)
		if !ok || !known || !knownToo || from > to || e != nil || span.From >= span.To {
			return hours, fmt.Errorf("%q is not like: senin-kamis 08:00-16:00, jumat 08:00-16:30", strings.TrimSpace(part))
		}
		for d := from; d <= to; d++ {
			hours[d] = span
		}
	}
	return hours, nil
}

// ParseSpan reads "21:00-06:00".
func ParseSpan(s string) (Span, error) {
	var h1, m1, h2, m2 int
	var rest string
	n, _ := fmt.Sscanf(strings.TrimSpace(s)+" .", "%d:%d-%d:%d %s", &h1, &m1, &h2, &m2, &rest)
	span := Span{h1*60 + m1, h2*60 + m2}
	if n != 5 || rest != "." || h1 < 0 || h2 < 0 || m1 < 0 || m2 < 0 || m1 > 59 || m2 > 59 || span.From > 24*60 || span.To > 24*60 {
		return Span{}, fmt.Errorf("%q is not like 21:00-06:00", s)
	}
	return span, nil
}

// span is when the office works on a day.
func (o Office) span(day time.Time) (from, to time.Time, open bool) {
	s := o.Hours[day.Weekday()]
	if s == (Span{}) || o.Holidays[day.Format("2006-01-02")] {
		return from, to, false
	}
	at := func(minute int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, o.Zone)
	}
	return at(s.From), at(s.To), true
}

// longest is how far back working time is measured; a case that waits longer is
// late by any measure.
const longest = 400 * 24 * time.Hour

// Working is how much of the office's time lies between two times; none when the
// second is not after the first.
func (o Office) Working(from, to time.Time) (sum time.Duration) {
	from, to = from.In(o.Zone), to.In(o.Zone)
	if to.Sub(from) > longest {
		from = to.Add(-longest)
	}
	for day := time.Date(from.Year(), from.Month(), from.Day(), 12, 0, 0, 0, o.Zone); !day.After(to.Add(24 * time.Hour)); day = day.AddDate(0, 0, 1) {
		begin, end, open := o.span(day)
		if !open {
			continue
		}
		if from.After(begin) {
			begin = from
		}
		if to.Before(end) {
			end = to
		}
		if end.After(begin) {
			sum += end.Sub(begin)
		}
	}
	return sum
}

// Open reports whether the office works at a time.
func (o Office) Open(at time.Time) bool {
	at = at.In(o.Zone)
	from, to, open := o.span(at)
	return open && !at.Before(from) && at.Before(to)
}

// Awake reports whether somebody may be reminded at a time.
func (o Office) Awake(at time.Time) bool {
	at = at.In(o.Zone)
	return o.Quiet == (Span{}) || !o.Quiet.has(at.Hour()*60+at.Minute())
}
