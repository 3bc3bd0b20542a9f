package store

import (
	"slices"
	"strings"
	"time"
)

// Status is how far the supervisors of an intake are with a case.
type Status string

// The statuses.
const (
	StatusNew        Status = "new"
	StatusTaken      Status = "taken"
	StatusNeeds      Status = "needs" // waits for what the reporter was asked
	StatusRegistered Status = "registered"
	StatusRejected   Status = "rejected"
	StatusForwarded  Status = "forwarded"
	StatusClosed     Status = "closed"
	StatusWithdrawn  Status = "withdrawn"
)

// Over reports whether nothing more is to be done.
func (s Status) Over() bool {
	switch s {
	case StatusRejected, StatusForwarded, StatusClosed, StatusWithdrawn:
		return true
	}
	return false
}

// State is how a case stands in one intake. It follows from what happened, in
// the order in which it was stored: of two who take a case at once the first has
// it, and what a second closing says changes nothing.
//
//	new ─take─▶ taken ─▶ needs ─▶ registered ─▶ closed
//	 ▲            │ any of these ─▶ rejected, forwarded
//	 └──let go────┘ forwarded back: new again
type State struct {
	Status  Status
	Officer *Officer  // nil: nobody answers for it
	Number  string    // the office's own, of a registered one
	Since   time.Time // of the last change of status
	Acted   time.Time // when its supervisors last did something
	Sent    string    // the rungs of the reminders since then, each after a blank
}

// In is how the case stands in an intake.
func (c Case) In(intake string) State {
	s := State{Status: StatusNew, Since: c.Opened}
	for _, e := range c.Events {
		switch {
		case e.Kind == Compared || e.Kind == Alike: // nobody did anything
		case e.Kind == Withdrew:
			if !s.Status.Over() {
				s.Status, s.Since = StatusWithdrawn, e.At
			}
		case e.Kind == Forwarded && e.To == intake: // back to where it was
			if s.Status == StatusForwarded {
				s = State{Status: StatusNew, Since: e.At, Number: s.Number}
			}
		case e.FromReporter():
			if e.At.After(s.Acted) { // it is the supervisors' turn from then on
				s.Acted, s.Sent = e.At, ""
			}
		case e.In != intake && e.In != "":
		default:
			s.follow(e)
		}
	}
	return s
}

// follow takes in what a supervisor of the intake did. Only who has the case can
// change it.
func (s *State) follow(e Event) {
	if e.Kind == Reminded {
		s.Sent += " " + e.Text
		return
	}
	s.Sent = ""
	switch e.Kind {
	case Took:
		if s.Officer == nil {
			s.Officer, s.Acted = e.By, e.At
			if s.Status == StatusNew {
				s.Status, s.Since = StatusTaken, e.At
			}
		}
		return
	case LetGo:
		s.Officer, s.Acted = nil, e.At
		if s.Status == StatusTaken {
			s.Status, s.Since = StatusNew, e.At
		}
		return
	case Noted, Looked, Asked, Linked, Unlinked:
		s.Acted = e.At
		return
	}
	to, ok := changes[e.Kind]
	if !ok || s.Status.Over() || s.Officer == nil || e.By == nil || e.By.Key != s.Officer.Key {
		return
	}
	s.Status, s.Since, s.Acted = to, e.At, e.At
	if e.Kind == Registered {
		s.Number = e.Text
	}
}

var changes = map[EventKind]Status{
	Needed: StatusNeeds, Registered: StatusRegistered, Rejected: StatusRejected, Forwarded: StatusForwarded, Closed: StatusClosed,
}

// Counted are the events that count: not those of whoever came second.
func (c Case) Counted() []Event {
	var out []Event
	for i, e := range c.Events {
		if _, ends := changes[e.Kind]; ends || e.Kind == Took {
			before, after := c, c
			before.Events, after.Events = c.Events[:i], c.Events[:i+1]
			if before.In(e.In) == after.In(e.In) {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// Told are the events that the reporter reads. Who took a case over from whom is
// the intake's own affair: that it was taken is said once.
func (c Case) Told() []Event {
	took := map[string]bool{}
	return slices.DeleteFunc(c.Counted(), func(e Event) bool {
		again := e.Kind == Took && took[e.In]
		took[e.In] = took[e.In] || e.Kind == Took
		if e.Kind == Forwarded { // where it comes back to, it begins anew
			took[e.To] = false
		}
		return again || !e.FromReporter() && !e.ForReporter()
	})
}

// Turns reports whether it may change how a case stands.
func (e Event) Turns() bool {
	_, ok := changes[e.Kind]
	return ok || e.Kind == Took || e.Kind == LetGo || e.Kind == Withdrew || e.Kind == Linked || e.Kind == Unlinked
}

// Link is another report of the same event, in the eyes of an officer.
type Link struct {
	Ticket string
	Day    string // on which it was sent
	Again  bool   // its account had sent another that day
}

// String is a link as events keep it.
func (l Link) String() string {
	if l.Again {
		return l.Day + " again"
	}
	return l.Day
}

// Links are the other reports that the officers of an intake say are of one event
// with this.
func (c Case) Links(intake string) (links []Link) {
	for _, e := range c.Events {
		if e.In != intake || e.Kind != Linked && e.Kind != Unlinked {
			continue
		}
		links = slices.DeleteFunc(links, func(l Link) bool { return l.Ticket == e.Text })
		if e.Kind == Linked {
			day, again, _ := strings.Cut(e.Why, " ")
			links = append(links, Link{e.Text, day, again != ""})
		}
	}
	return links
}

// Accounts is how many accounts the reports of an event come from at least. Who
// they are is not known, nor kept; only of one day it is known which report was the
// first of its account.
func Accounts(links []Link) (least int) {
	days := map[string]int{}
	for _, l := range links {
		if !l.Again {
			days[l.Day]++
			least = max(least, days[l.Day])
		}
	}
	return max(least, min(len(links), 1))
}

// Goes reports whether an intake has the case, or is to have it.
func (c Case) Goes(intake string) bool {
	return slices.Contains(c.Intakes, intake) || slices.ContainsFunc(c.Events, func(e Event) bool { return e.To == intake })
}

// All are the intakes that have the case, or are to have it.
func (c Case) All() []string {
	all := slices.Clone(c.Intakes)
	for _, e := range c.Events {
		if e.To != "" && !slices.Contains(all, e.To) {
			all = append(all, e.To)
		}
	}
	return all
}

// First is the intake of which the reporter hears that it has the case.
func (c Case) First() string {
	for _, e := range c.Events {
		if e.Kind == Routed {
			return e.To
		}
	}
	if len(c.Intakes) == 0 {
		return ""
	}
	return c.Intakes[0]
}

// Over reports whether somebody ended the case, and nobody goes on with it.
func (c Case) Over() bool {
	ended := false
	for _, name := range c.All() {
		switch s := c.In(name); {
		case s.Officer != nil && !s.Status.Over():
			return false
		case s.Status == StatusClosed || s.Status == StatusRejected:
			ended = true
		}
	}
	return ended
}
