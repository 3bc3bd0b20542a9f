package dates

import (
	"strings"
	"time"
)

// about takes away the words that say that something is not exact.
func (p *reader) about() bool {
	found := false
	for i, w := range p.words {
		switch {
		case roughly[w]:
		case w == "an" && i > 0 && p.words[i-1] != "": // "jam 9an"
		case (w == "kurang" || w == "kirang") && (p.at(i+1) == "lebih" || p.at(i+1) == "langkung"):
			p.use(i+1, i+2)
		default:
			continue
		}
		p.use(i, i+1)
		found = true
	}
	return found
}

// ago reads what counts back from now: "2 hari lalu", "seminggu yang lalu". night
// says that the night before today is meant.
func (p *reader) ago(m *Moment) (night bool, err error) {
	for i := range p.words {
		n, counts := number(p.at(i), 400)
		at := i + 1 // of the unit
		unit := p.at(at)
		if one, ok := ones[p.at(i)]; ok {
			n, counts, unit, at = 1, true, one, i
		}
		if !counts || !past[p.next(at+1)] || dayWord[p.at(i-1)] {
			continue
		}
		switch units[unit] {
		case "day":
		case "week":
			n *= 7
			m.About = true
		case "hour":
			then := p.now.Add(-time.Duration(n) * time.Hour)
			m.Minutes, m.Part = then.Hour()*60+then.Minute(), ""
			n = int(p.start().Sub(startOf(then)).Hours() / 24)
		case "month", "year":
			return false, ErrCoarse
		default:
			continue
		}
		p.use(i, at+2+p.skip(at+1))
		p.words[i] = back(n)
		return false, nil
	}
	return p.any(lastNight), nil
}

func startOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// back stands for a day so many days ago.
func back(n int) string { return strings.Repeat("<", n+1) }

// skip counts the words from i that say nothing: "yang" of "yang lalu".
func (p *reader) skip(i int) int {
	n := 0
	for p.at(i+n) == "" && i+n < len(p.words) || filler[p.at(i+n)] {
		n++
	}
	return n
}

// next is the word at i or after those that say nothing.
func (p *reader) next(i int) string { return p.at(i + p.skip(i)) }

// written reads a day of the calendar.
func (p *reader) written(m *Moment) (time.Time, bool, error) {
	for i, w := range p.words {
		if strings.ContainsAny(w, "/-") || strings.Count(w, ".") == 2 {
			parts := strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune("/-.", r) })
			if len(parts) < 2 || len(parts) > 3 {
				continue
			}
			p.use(i, i+1)
			if len(parts[0]) == 4 && len(parts) == 3 {
				parts[0], parts[2] = parts[2], parts[0]
			}
			day, a := number(parts[0], 31)
			month, b := number(parts[1], 31)
			if !a || !b {
				return time.Time{}, false, ErrUnknown
			}
			if month > 12 {
				day, month = month, day
			}
			year := 0
			if len(parts) == 3 {
				year, a = number(parts[2], 9999)
				if !a {
					return time.Time{}, false, ErrUnknown
				}
			}
			return p.calendar(day, month, year)
		}
	}
	for i, w := range p.words {
		month, ok := months[w]
		if !ok {
			continue
		}
		day, at := 0, -1
		for _, j := range []int{i - 1, i + 1} { // "20 Juli", "July 20"
			if d, ok := number(p.at(p.ordinal(j, i)), 31); ok && d > 0 {
				day, at = d, p.ordinal(j, i)
				break
			}
		}
		if at < 0 {
			if month == 5 && w == "may" {
				continue // the English word
			}
			return time.Time{}, false, ErrCoarse
		}
		year, last := 0, max(i, at)
		for j := last + 1; j <= last+2; j++ {
			if y, ok := number(p.at(j), 9999); ok && (y >= 1900 || len(p.at(j)) == 2 && at < i && !hourWord[p.at(j-1)] && !hourAfter[p.at(j+1)]) {
				year, last = y, j
				break
			}
			if p.at(j) == "tahun" && past[p.next(j+1)] {
				year, last = p.now.Year()-1, j+1+p.skip(j+1)
				break
			}
			if !filler[p.at(j)] && p.at(j) != "th" && p.at(j) != "nd" && p.at(j) != "rd" && p.at(j) != "st" && p.at(j) != "tahun" {
				break
			}
		}
		p.use(min(i, at), last+1)
		return p.calendar(day, month, year)
	}
	for i, w := range p.words { // "tgl 5"
		day, ok := number(p.at(i+1), 31)
		if !dayWord[w] || !ok || day == 0 {
			continue
		}
		p.use(i, i+2)
		then := p.start()
		switch {
		case monthWord[p.at(i+2)] && past[p.next(i+3)]:
			p.use(i+2, i+4+p.skip(i+3))
			return p.calendar(day, int(then.AddDate(0, 0, 1-then.Day()).AddDate(0, -1, 0).Month()), 0)
		case monthWord[p.at(i+2)]:
			p.use(i+2, i+4)
		}
		for range 12 { // the latest month that had such a day
			at := time.Date(then.Year(), then.Month(), day, 0, 0, 0, 0, p.now.Location())
			if at.Day() == day && !at.After(p.now) {
				return at, true, nil
			}
			then = then.AddDate(0, 0, -then.Day())
		}
	}
	return time.Time{}, false, nil
}

// ordinal is where the number beside a month stands, over "th", "of".
func (p *reader) ordinal(j, month int) int {
	step := 1
	if j < month {
		step = -1
	}
	for k := 0; k < 2 && ordinals[p.at(j)]; k++ {
		j += step
	}
	return j
}

// calendar is a day; year 0 is the latest that was, below 100 of this century.
func (p *reader) calendar(day, month, year int) (time.Time, bool, error) {
	given := year != 0
	switch {
	case !given:
		year = p.now.Year()
	case year < 100:
		year += 2000
	}
	for range 8 { // the 29th of February
		at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, p.now.Location())
		exists := at.Day() == day && int(at.Month()) == month
		switch {
		case given && !exists:
			return time.Time{}, false, ErrUnknown
		case given && at.After(p.now):
			return time.Time{}, false, ErrFuture
		case exists && !at.After(p.now):
			return at, true, nil
		}
		year--
	}
	return time.Time{}, false, ErrUnknown
}

// spoken reads a day as seen from today.
func (p *reader) spoken(m *Moment) (time.Time, bool, error) {
	for i, w := range p.words {
		if strings.HasPrefix(w, "<") {
			p.use(i, i+1)
			return p.day(len(w) - 1), true, nil
		}
	}
	named := p.named()
	for i, w := range p.words {
		switch {
		case before[w] || yesterday[w] && (twice[p.at(i+1)] || twice[p.at(i-1)]):
			p.use(i, i+1)
			return p.day(2), true, nil
		case yesterday[w] && (dayWord[p.at(i-2)] || named || monthWord[p.at(i-1)] || weekWord[p.at(i-1)] || coarse[p.at(i-1)]):
			// "Sabtu kemarin", "bulan kemarin": the last one
		case yesterday[w]:
			p.use(i, i+1)
			return p.day(1), true, nil
		case lastNight[w], w == "last" && p.at(i+1) == "night", today[w] && nightWord[p.at(i+1)]:
			m.Part = Night
			if !lastNight[w] {
				p.use(i+1, i+2)
			}
			p.use(i, i+1)
			return p.day(1), true, nil
		}
	}
	for i, w := range p.words { // "hari ini", "this morning"
		if this[w] && (units[p.at(i-1)] == "day" || units[p.at(i+1)] == "day" || parts[p.at(i-1)] != "" || parts[p.at(i+1)] != "") {
			p.words[i] = ""
			return p.day(0), true, nil
		}
	}
	for i, w := range p.words {
		if weekWord[w] && (past[p.next(i+1)] || yesterday[p.at(i+1)] || p.at(i-1) == "last") && !dayUnit[p.at(i-1)] && parts[p.at(i-1)] == "" && parts[p.at(i+1)] == "" {
			m.About = true
			return p.day(7), true, nil
		}
		if weekWord[w] && this[p.at(i+1)] {
			return time.Time{}, false, ErrCoarse
		}
		if (monthWord[w] || coarse[w]) && (past[p.next(i+1)] || yesterday[p.at(i+1)] || p.at(i-1) == "last") {
			return time.Time{}, false, ErrCoarse
		}
		if (weekWord[w] || monthWord[w]) && ahead[p.at(i+1)] || ahead[w] && (weekWord[p.at(i+1)] || monthWord[p.at(i+1)]) {
			return time.Time{}, false, ErrFuture
		}
	}
	for i, w := range p.words {
		if today[w] && !future[p.at(i+1)] && (len(p.words) == 1 || parts[p.at(i+1)] != "" || parts[p.at(i-1)] != "" || hourWord[p.at(i+1)]) && !named {
			return p.day(0), true, nil
		}
	}
	return time.Time{}, false, nil
}

// named reports whether a weekday is named.
func (p *reader) named() bool {
	for i := range p.words {
		if _, ok := p.sunday(i); ok {
			return true
		}
	}
	return false
}

// sunday is the weekday that the ith word names. "Minggu" is also a week: it is
// the day only with a word that says so.
func (p *reader) sunday(i int) (time.Weekday, bool) {
	d, ok := weekdays[p.at(i)]
	if ok && weekWord[p.at(i)] {
		_, count := number(p.at(i-1), 400)
		ok = dayUnit[p.at(i-1)] || parts[p.at(i-1)] != "" || parts[p.at(i+1)] != "" || dayWord[p.at(i+1)] || len(p.words) == 1
		ok = ok && !count
	}
	return d, ok
}

// weekday reads a day of the week: the latest that was.
func (p *reader) weekday(m *Moment) (time.Time, bool, error) {
	for i := range p.words {
		d, ok := p.sunday(i)
		if !ok {
			continue
		}
		n := (int(p.now.Weekday()) - int(d) + 7) % 7
		if n == 0 && (past[p.next(i+1)] || yesterday[p.at(i+1)] || p.at(i-1) == "last") {
			n = 7
		}
		if ahead[p.at(i+1)] || ahead[p.at(i-1)] {
			return time.Time{}, false, ErrFuture
		}
		if nightWord[p.at(i-1)] { // "malam Minggu" is that of Saturday
			m.Part = Night
			p.use(i-1, i)
			n++
		}
		p.use(i, i+1)
		return p.day(n), true, nil
	}
	return time.Time{}, false, nil
}

// clock reads the time, or the part of the day.
func (p *reader) clock(m *Moment) {
	for _, w := range p.words {
		if m.Part == "" {
			m.Part = parts[w]
		}
	}
	for i, w := range p.words {
		if h, _, _ := strings.Cut(strings.ReplaceAll(p.at(i+1), ":", "."), "."); hourWord[w] {
			if _, ok := number(h, 24); !ok {
				_, p.wrong = number(h, 9999)
			}
		}
		said := hourWord[w] && p.time(i+1, m, true) ||
			(halfWord[w] || hourAfter[p.at(i+1)]) && p.time(i, m, true) ||
			(strings.Contains(w, ":") || strings.Count(w, ".") == 1) && p.time(i, m, false)
		if said {
			return
		}
	}
}

// time reads the ith word as a time: "9", "14.30", "setengah 8". bare allows an
// hour alone.
func (p *reader) time(i int, m *Moment, bare bool) bool {
	for roughly[p.at(i)] || p.at(i) == "" && i < len(p.words) {
		i++
	}
	half := halfWord[p.at(i)]
	if half {
		i++
	}
	hour, minute, split := strings.Cut(strings.ReplaceAll(p.at(i), ":", "."), ".")
	h, ok := number(hour, 24)
	mm := 0
	if split {
		var good bool
		mm, good = number(minute, 59)
		ok = ok && good && len(minute) == 2
	}
	if !ok || !split && !bare || h == 24 && mm > 0 || half && (h == 0 || h > 12) {
		return false
	}
	switch p.at(i + 1) {
	case "am", "a":
		m.Part = Morning
	case "pm", "p":
		m.Part = Late
		if h < 12 {
			h += 12
		}
	}
	minutes := h*60 + mm
	if half {
		minutes -= 30
		h = minutes / 60
	}
	switch {
	case m.Part == Morning && h == 12:
		minutes -= 12 * 60
	case m.Part == Midday && h >= 1 && h <= 4, m.Part == Late && h >= 1 && h <= 7, m.Part == Night && h >= 6 && h <= 11:
		minutes += 12 * 60
	case m.Part == Night && h == 12:
		return false // the midnight of which day?
	}
	m.Minutes = minutes % (24 * 60)
	return true
}

// zone makes of a time that was named with another zone that of the place.
func (p *reader) zone(m *Moment) {
	for _, w := range p.words {
		hours, ok := zones[w]
		if !ok || m.Minutes < 0 {
			continue
		}
		there := time.Date(m.Year, m.Month, m.Day, 0, m.Minutes, 0, 0, time.FixedZone(w, hours*60*60)).In(p.now.Location())
		m.Year, m.Month, m.Day = there.Date()
		m.Minutes = there.Hour()*60 + there.Minute()
		return
	}
}
