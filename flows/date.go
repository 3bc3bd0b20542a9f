package flows

import (
	"regexp"
	"strconv"
	"time"
)

// digits is a date without words, day first as in Indonesia.
var digits = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$`)

// wib is western Indonesian time, in which days are counted for now.
var wib = time.FixedZone("WIB", 7*60*60)

// readDigits refuses days that do not exist or are still to come.
func readDigits(d []string, at time.Time) (Answer, error) {
	day, _ := strconv.Atoi(d[1])
	month, _ := strconv.Atoi(d[2])
	year, _ := strconv.Atoi(d[3])
	if year < 100 {
		year += 2000
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, wib)
	switch {
	case date.Day() != day || int(date.Month()) != month || year < 1945:
		return Answer{}, Refusal{Key: "error.bad_date"}
	case date.After(at):
		return Answer{}, Refusal{Key: "error.future_date"}
	}
	return Answer{Text: date.Format(dateForm)}, nil
}

const dateForm = "02/01/2006"

// Day is a date as reporters and supervisors read it, in western Indonesian
// time.
func Day(t time.Time) string { return t.In(wib).Format(dateForm) }

// day is the date that a code stood for when it was chosen, "" for others. It
// is counted in western Indonesian time.
func day(a Answer) string {
	switch {
	case a.At.IsZero():
	case a.Is("today"):
		return Day(a.At)
	case a.Is("yesterday"):
		return Day(a.At.AddDate(0, 0, -1))
	}
	return ""
}
