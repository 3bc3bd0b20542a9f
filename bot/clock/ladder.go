package clock

import "time"

// Whom says who is reminded beside the group, which reads every reminder below
// the card; "" is nobody else.
type Whom string

// The others.
const (
	Officer Whom = "officer" // who took it, in private
	Above   Whom = "above"   // the next higher office of the body
)

// Rung is a step of a ladder: who is reminded of what waited how long.
type Rung struct {
	Name   string // unique in its ladder; kept, so that each is said once
	After  time.Duration
	Whom   Whom
	Untook bool // only while nobody took the case
	Real   bool // minutes as they pass, and not the office's
}

// workday is how long an office's day counts here.
const workday = 8 * time.Hour

// Standard is for all cases: measured from when the case came or was last worked
// on, in the office's hours.
var Standard = []Rung{
	{Name: "day1", After: workday, Untook: true},
	{Name: "day2", After: 2 * workday, Whom: Officer},
	{Name: "day3", After: 3 * workday},
	{Name: "day5", After: 5 * workday, Whom: Above},
}

// Urgent is for intakes that want it: within 100 minutes somebody has the case,
// as India's cVIGIL promises citizens (Election Commission of India, 2018;
// [verify]). Its minutes pass at night and on holidays, too; only quiet hours
// hold a reminder back.
var Urgent = []Rung{
	{Name: "min15", After: 15 * time.Minute, Untook: true, Real: true},
	{Name: "min50", After: 50 * time.Minute, Untook: true, Real: true},
	{Name: "min100", After: 100 * time.Minute, Whom: Above, Untook: true, Real: true},
}

// Matter is a case as far as it can be late.
type Matter struct {
	Taken bool
	Since time.Time // when it came, or its supervisors last did something
	Due   time.Time // by when it must be registered; zero when that is not known
	Over  bool      // nothing more is to be done
	Done  bool      // it is registered
	Sent  []string  // the rungs that were said since Since
}

// deadline is the rung of the day before a case must be registered.
var deadline = Rung{Name: "due"}

// Next is the reminder that is due at a time, if there is one: the highest that
// was reached, so that after a pause only one is said. Others below it count as
// said.
func Next(m Matter, o Office, ladder []Rung, now time.Time) (Rung, bool) {
	if m.Over || !o.Awake(now) {
		return Rung{}, false
	}
	sent := map[string]bool{}
	for _, s := range m.Sent {
		sent[s] = true
	}
	if left := m.Due.Sub(now); !m.Done && !m.Due.IsZero() && left > 0 && left < 24*time.Hour && !sent[deadline.Name] && o.Open(now) {
		return deadline, true
	}
	working := o.Working(m.Since, now)
	for i := len(ladder) - 1; i >= 0; i-- {
		r := ladder[i]
		waited := working
		if r.Real {
			waited = now.Sub(m.Since)
		}
		switch {
		case r.Untook && m.Taken, r.Whom == Officer && !m.Taken, waited < r.After:
			continue
		case sent[r.Name]:
			return Rung{}, false
		case !r.Real && !o.Open(now):
			return Rung{}, false
		}
		return r, true
	}
	return Rung{}, false
}
