package dates_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/flows/dates"
)

var (
	wib = time.FixedZone("WIB", 7*60*60)
	now = time.Date(2026, 7, 22, 10, 15, 0, 0, wib)
)

// least is the share that must be right, in hundredths.
const least = 97

var failures = map[string]error{"unknown": dates.ErrUnknown, "future": dates.ErrFuture, "coarse": dates.ErrCoarse}

// said is a moment as the tables write it.
func said(m dates.Moment, err error) string {
	for name, e := range failures {
		if errors.Is(err, e) {
			return name
		}
	}
	if err != nil {
		return err.Error()
	}
	s := ""
	if m.About {
		s = "~"
	}
	if m.Year != 0 {
		s += m.Date(wib).Format(time.DateOnly)
	}
	switch {
	case m.Minutes >= 0:
		s += fmt.Sprintf(" %02d.%02d", m.Minutes/60, m.Minutes%60)
	case m.Part != "":
		s += " " + string(m.Part)
	}
	return strings.TrimSpace(s)
}

func phrases(t testing.TB) [][3]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/phrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out [][3]string
	for line := range strings.Lines(string(raw)) {
		lang, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		phrase, want, ok2 := strings.Cut(rest, " => ")
		if ok && ok2 && !strings.HasPrefix(line, "#") {
			out = append(out, [3]string{lang, phrase, want})
		}
	}
	return out
}

// TestRead prints how much of what people write is understood, and lists what is
// not.
func TestRead(t *testing.T) {
	right, all := map[string]int{}, map[string]int{}
	for _, c := range phrases(t) {
		lang, phrase, want := c[0], c[1], c[2]
		for _, l := range []string{lang, "all"} {
			all[l]++
			if said(dates.Read(phrase, now)) == want {
				right[l]++
			}
		}
		if got := said(dates.Read(phrase, now)); got != want {
			t.Logf("%s: %q: read as %s, meant is %s", lang, phrase, got, want)
		}
	}
	for _, l := range []string{"id", "en", "jv", "su", "all"} {
		t.Logf("%s: %d of %d, %.1f %%", l, right[l], all[l], 100*float64(right[l])/float64(all[l]))
	}
	if all["all"] < 200 || right["all"]*100 < least*all["all"] {
		t.Errorf("%d of %d", right["all"], all["all"])
	}
}

func TestClock(t *testing.T) {
	for phrase, want := range map[string]string{
		"jam 9": "09.00", "sekitar jam 10 pagi": "~ 10.00", "14.30": "14.30", "14:30 WIB": "14.30", "setengah delapan": "07.30", "jam setengah 8 malam": "19.30",
		"jam 2 siang": "14.00", "jam 2": "14.00", "jam 7 malam": "19.00", "habis magrib": "malam", "ba'da isya": "malam", "sore": "sore", "pagi": "pagi", "énjing": "pagi", "wengi": "malam",
		"9 am": "09.00", "at 3pm": "15.00", "noon": "12.00", "jam 12 siang": "12.00", "pukul 08.15": "08.15", "9": "09.00", "jam 24": "00.00", "jam 9an": "~ 09.00",
		"": "unknown", "entah": "unknown", "jam 25": "unknown", "jam 9.75": "unknown", "tanggal 5": "unknown",
	} {
		if got := said(dates.Clock(phrase)); got != want {
			t.Errorf("%q: %s, want %s", phrase, got, want)
		}
	}
}

// FuzzRead: a day that is read is one that was, the same when read again.
func FuzzRead(f *testing.F) {
	for _, c := range phrases(f) {
		f.Add(c[1], now.Unix())
	}
	f.Add("29/2", int64(0))
	f.Add(strings.Repeat("2 hari lalu jam ", 12), int64(1e10))
	f.Fuzz(func(t *testing.T, text string, at int64) {
		here := time.Unix(at%4e9, 0).In(wib)
		m, err := dates.Read(text, here)
		if again, e := dates.Read(text, here); again != m || !errors.Is(e, err) {
			t.Fatalf("%q: %+v, then %+v", text, m, again)
		}
		if err != nil {
			return
		}
		when := m.Date(wib)
		if m.Minutes > 0 {
			when = when.Add(time.Duration(m.Minutes) * time.Minute)
		}
		if when.After(here) || m.Year < 1945 || m.Minutes < -1 || m.Minutes >= 24*60 || when.Day() != m.Day {
			t.Fatalf("%q at %s: %+v", text, here, m)
		}
	})
}

// TestOtherZone: a time of another zone is that moment at the place.
func TestOtherZone(t *testing.T) {
	for text, want := range map[string]string{
		"20 juli pukul 14.30 wit": "2026-07-20 12:30", "20 juli jam 00.30 wita": "2026-07-19 23:30", "20 juli pukul 14.30 wib": "2026-07-20 14:30",
	} {
		m, err := dates.Read(text, now)
		if got := m.Date(wib).Add(time.Duration(m.Minutes) * time.Minute).Format("2006-01-02 15:04"); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"kemarin jam 25", "20 Juli jam 25.00"} {
		if m, err := dates.Read(text, now); !errors.Is(err, dates.ErrUnknown) {
			t.Errorf("%q: %+v, %v", text, m, err)
		}
	}
}

func FuzzClock(f *testing.F) {
	for _, c := range phrases(f) {
		f.Add(c[1])
	}
	for _, clock := range []string{"14.30", "jam 9 malam", "setengah tujuh", "24:00", "pukul 99", "12.60 pm"} {
		f.Add(clock)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := dates.Clock(text)
		if again, e := dates.Clock(text); again != m || !errors.Is(e, err) {
			t.Fatalf("%q: %+v, then %+v", text, m, again)
		}
		switch {
		case err != nil:
			if !errors.Is(err, dates.ErrUnknown) {
				t.Fatalf("%q: %v", text, err)
			}
		case m.Minutes < -1 || m.Minutes >= 24*60:
			t.Fatalf("%q: %+v", text, m)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		dates.Read("hari Sabtu tanggal 18 Juli 2026 sekitar pukul 10 pagi", now)
	}
}
