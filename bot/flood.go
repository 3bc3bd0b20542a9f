package bot

import (
	"time"

	"github.com/netralitas/netra/flows"
)

// Limits are what a channel takes of one reporter, and of all. Zero is no limit.
type Limits struct {
	// Messages is how many one reporter may send in a minute before the one before
	// is answered: who waits for our answers is slowed down by them. An album has ten.
	Messages int
	Waiting  int // of all reporters at once; then those with a draft go first
}

// rate counts what one reporter sent, without waiting for an answer, in the minute
// that ends then.
type rate struct {
	until time.Time
	sent  int
}

// mostRates bounds how many reporters are counted; beyond it those whose minute
// is over are forgotten.
const mostRates = 4096

// What is done with a message when its reporter sends many.
type verdict int

const (
	take verdict = iota
	warn         // take it as one that is refused, and say so
	drop         // they were told
)

// flood says what to do with a message. What answers a flood is one sentence a
// minute: the rest costs neither a turn nor a call. Groups are not counted: the
// desk answers their members only. q.mu is held.
func (q *Queue) flood(m Message, now time.Time) verdict {
	most := q.bot.Limits.Messages
	if l := q.lanes[m.From]; most <= 0 || m.Group != "" || l == nil || len(l.items) == 0 {
		return take
	}
	r := q.rates[m.From]
	if now.After(r.until) {
		r = rate{until: now.Add(time.Minute)}
		if len(q.rates) >= mostRates {
			for who, old := range q.rates {
				if now.After(old.until) {
					delete(q.rates, who)
				}
			}
		}
	}
	r.sent++
	q.rates[m.From] = r
	switch {
	case r.sent <= most:
		return take
	case r.sent == most+1:
		q.bot.Metrics.refused("rate")
		return warn
	}
	return drop
}

// refused is the message as one that a reporter may not send now.
func refused(m Message, key string) Message {
	m.Problem, m.File, m.Press, m.Contact, m.Location, m.Near, m.Text = key, nil, nil, nil, false, nil, ""
	return m
}

// crowded reports whether so many messages wait that new reporters must. q.mu is
// held.
func (q *Queue) crowded() bool {
	return q.bot.Limits.Waiting > 0 && len(q.flight) > q.bot.Limits.Waiting
}

// busy reports whether whoever wrote must wait, because many do who are in the
// middle of a report. Nobody in danger waits.
func (b *Bot) busy(m *Message, s *flows.Session) bool {
	return m.Crowded && !s.Draft() && s.Access == nil && m.Problem == "" && b.Rules.Words.Command(m.Text) != flows.Danger
}
