package clock_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/clock"
	"github.com/netralitas/netra/flows/region"
)

var wit = region.Zone("WIT")

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, wit)
	if err != nil {
		panic(err)
	}
	return t
}

func office() clock.Office {
	o := clock.Usual(wit)
	o.Holidays = map[string]bool{"2026-12-25": true}
	return o
}

func TestWorking(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-11-26 09:00", "2026-11-26 10:30", 90 * time.Minute},                // Thursday
		{"2026-11-26 15:00", "2026-11-27 09:00", 2 * time.Hour},                   // over a night
		{"2026-11-27 16:00", "2026-11-30 08:30", time.Hour},                       // Friday to 16:30, over a weekend
		{"2026-11-28 09:00", "2026-11-29 18:00", 0},                               // a weekend
		{"2026-12-24 15:00", "2026-12-28 09:00", 2 * time.Hour},                   // a holiday
		{"2026-12-31 15:30", "2027-01-01 08:30", time.Hour},                       // another year
		{"2026-11-26 10:00", "2026-11-26 09:00", 0},                               // backwards
		{"2026-11-23 00:00", "2026-11-30 00:00", 4*8*time.Hour + 510*time.Minute}, // a week
	} {
		if got := office().Working(at(c.from), at(c.to).UTC()); got != c.want {
			t.Errorf("%s to %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

// TestWorkingAddsUp: a time in parts is as long as the whole.
func TestWorkingAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	o := office()
	for range 2000 {
		a := at("2026-11-01 00:00").Add(time.Duration(r.IntN(60*24*60)) * time.Minute)
		b := a.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
		c := b.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
		if o.Working(a, b)+o.Working(b, c) != o.Working(a, c) {
			t.Fatalf("%s %s %s", a, b, c)
		}
	}
}

// TestEachOnce walks minute by minute through three weeks in which nobody does
// anything: every rung is said once, from the lowest to the highest, and none at
// night.
func TestEachOnce(t *testing.T) {
	o := office()
	for name, c := range map[string]struct {
		ladder []clock.Rung
		taken  bool
		due    time.Time
		want   []string
	}{
		"nobody took it":        {clock.Standard, false, time.Time{}, []string{"day1 Mon 30 Nov 14:00", "day3 Wed 02 Dec 14:00", "day5 Fri 04 Dec 14:00"}},
		"an officer sits on it": {clock.Standard, true, time.Time{}, []string{"day2 Tue 01 Dec 14:00", "day3 Wed 02 Dec 14:00", "day5 Fri 04 Dec 14:00"}},
		"it is due":             {clock.Standard, true, at("2026-11-30 16:00"), []string{"due Mon 30 Nov 08:00", "day2 Tue 01 Dec 14:00", "day3 Wed 02 Dec 14:00", "day5 Fri 04 Dec 14:00"}},
		"urgent":                {clock.Urgent, false, time.Time{}, []string{"min15 Fri 27 Nov 14:45", "min50 Fri 27 Nov 15:20", "min100 Fri 27 Nov 16:10"}},
	} {
		m := clock.Matter{Since: at("2026-11-27 14:30"), Taken: c.taken, Due: c.due}
		var got []string
		for now := m.Since; now.Before(m.Since.AddDate(0, 0, 21)); now = now.Add(time.Minute) {
			if r, ok := clock.Next(m, o, c.ladder, now); ok {
				if !o.Awake(now) {
					t.Errorf("%s: %s at %s", name, r.Name, now)
				}
				m.Sent = append(m.Sent, r.Name)
				got = append(got, r.Name+" "+now.Format("Mon 02 Jan 15:04"))
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %q, want %q", name, got[i], c.want[i])
			}
		}
	}
}

// TestAfterAPause: what was missed while nobody looked is one reminder.
func TestAfterAPause(t *testing.T) {
	m := clock.Matter{Since: at("2026-11-02 09:00")}
	r, ok := clock.Next(m, office(), clock.Standard, at("2026-11-26 09:00"))
	if !ok || r.Name != "day5" {
		t.Fatalf("%+v, %v", r, ok)
	}
	m.Sent = []string{"day5"}
	if r, ok := clock.Next(m, office(), clock.Standard, at("2026-11-26 10:00")); ok {
		t.Errorf("and %+v", r)
	}
	night := clock.Matter{Since: at("2026-11-26 20:30")}
	if r, ok := clock.Next(night, office(), clock.Urgent, at("2026-11-26 23:00")); ok {
		t.Errorf("at night: %+v", r)
	}
	if r, ok := clock.Next(night, office(), clock.Urgent, at("2026-11-27 06:00")); !ok || r.Name != "min100" {
		t.Errorf("in the morning: %+v, %v", r, ok)
	}
}

func TestParse(t *testing.T) {
	hours, err := clock.ParseHours("senin-kamis 07:30-15:00, Jumat 07:30-11:00")
	if err != nil || hours[1] != (clock.Span{450, 900}) || hours[4] != hours[1] || hours[5] != (clock.Span{450, 660}) || hours[0] != (clock.Span{}) {
		t.Errorf("%v, %v", hours, err)
	}
	for _, bad := range []string{"", "senin", "monday 8-9", "kamis-senin 08:00-16:00", "senin 16:00-08:00", "senin 08:00-25:00", "senin 08:61-09:00", "senin 08:00-09:00 x"} {
		if h, err := clock.ParseHours(bad); err == nil {
			t.Errorf("%q: %v", bad, h)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("senin-kamis 08:00-16:00, jumat 08:00-16:30")
	f.Fuzz(func(t *testing.T, s string) {
		hours, err := clock.ParseHours(s)
		for _, h := range hours {
			if err == nil && h != (clock.Span{}) && (h.From < 0 || h.From >= h.To || h.To > 24*60) {
				t.Fatalf("%q: %v", s, hours)
			}
		}
	})
}

// BenchmarkSweep looks whether 10,000 cases are late.
func BenchmarkSweep(b *testing.B) {
	o, now := office(), at("2026-11-26 10:00")
	for b.Loop() {
		for i := range 10_000 {
			clock.Next(clock.Matter{Since: now.Add(-time.Duration(i) * time.Minute), Taken: i%2 == 0}, o, clock.Standard, now)
		}
	}
}
