package rekap

import (
	"strconv"
	"strings"
	"time"
)

// Period reads what follows the command: "minggu", "bulan", "7 hari", "2026-07".
// now's zone is the office's. Without any word it is the last 30 days. ok is false
// for words that name no period.
func Period(words string, now time.Time) (from, to time.Time, ok bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	tomorrow := today.AddDate(0, 0, 1)
	f := strings.Fields(strings.ToLower(words))
	if len(f) == 2 && (f[1] == "ini" || f[0] == "this") {
		f = []string{strings.TrimPrefix(f[0]+f[1], "this")}
		f[0] = strings.TrimSuffix(f[0], "ini")
	}
	if len(f) == 2 && (f[0] == "bulan" && f[1] == "lalu" || f[0] == "last" && f[1] == "month") {
		f = []string{"bulan-lalu"}
	}
	switch {
	case len(f) == 0:
		return tomorrow.AddDate(0, 0, -30), tomorrow, true
	case len(f) == 2 && (f[1] == "hari" || f[1] == "days"):
		n, err := strconv.Atoi(f[0])
		if err != nil || n < 1 || n > 3660 {
			return from, to, false
		}
		return tomorrow.AddDate(0, 0, -n), tomorrow, true
	case len(f) > 1:
		return from, to, false
	}
	switch f[0] {
	case "hari", "today", "day":
		return today, tomorrow, true
	case "minggu", "week": // from Monday
		return today.AddDate(0, 0, -(int(today.Weekday())+6)%7), tomorrow, true
	case "bulan", "month":
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()), tomorrow, true
	case "tahun", "year":
		return time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location()), tomorrow, true
	}
	if f[0] == "bulan-lalu" {
		month := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, now.Location())
		return month, month.AddDate(0, 1, 0), true
	}
	month, err := time.ParseInLocation("2006-01", f[0], now.Location())
	if err != nil {
		return from, to, false
	}
	return month, month.AddDate(0, 1, 0), true
}

// Whole is what is shown of a period to who only watches: its calendar month, if
// that is what was asked for and it is over, else the last one that is.
func Whole(from, to, now time.Time) (time.Time, time.Time) {
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, from.Location())
	if from.Day() == 1 && to.Equal(from.AddDate(0, 1, 0)) && !to.After(this) {
		return from, to
	}
	return this.AddDate(0, -1, 0), this
}
