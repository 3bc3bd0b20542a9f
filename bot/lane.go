package bot

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/netralitas/netra/flows"
)

// lane holds the messages of one reporter.
type lane struct {
	from       Address
	items      []*item
	apologised bool // the reporter was told of a fault, once
}

// rest is how long a worker waits for another lane. A turn needs a large
// stack, and one that has grown is worth keeping.
const rest = 5 * time.Second

// worker works on one lane after the other.
func (q *Queue) worker(l *lane) {
	for {
		q.run(l)
		select {
		case l = <-q.ready:
		case <-time.After(rest):
			return
		case <-q.work.Done():
			return
		}
	}
}

// repeats reports whether a message says again what is still waiting because
// of a fault that the reporter was told of: they were asked to be patient, and
// the same words are the same answer, not the answer to the next question.
func (l *lane) repeats(m Message) bool {
	return l.apologised && len(l.items) > 0 && l.items[len(l.items)-1].m.same(m)
}

// run works on a lane until it is empty.
func (q *Queue) run(l *lane) {
	defer q.running.Done()
	for {
		q.mu.Lock()
		it := l.items[0]
		// The last of an album gives the reply for all that wait behind it.
		quiet := it.m.Album != "" && len(l.items) > 1 && l.items[1].m.Album == it.m.Album || len(l.items) > hurry
		q.mu.Unlock()

		finished := q.attempt(l, it, quiet)

		q.mu.Lock()
		if finished {
			q.finish(it)
			l.apologised = false
		} else {
			delete(q.flight, it.m.ID)
		}
		l.items = l.items[1:]
		if len(l.items) > 0 && (finished || !q.closed) {
			q.mu.Unlock()
			continue
		}
		for _, left := range l.items { // the queue is closing
			delete(q.flight, left.m.ID)
		}
		l.items = nil
		delete(q.lanes, l.from)
		q.mu.Unlock()
		return
	}
}

// attempt works on one message until it is finished. It returns false when the
// queue closed before that.
func (q *Queue) attempt(l *lane, it *item, quiet bool) bool {
	began := time.Now()
	pause := 100 * time.Millisecond
	m := it.m // Accept may be writing the item to the inbox
	for {
		start := time.Now()
		err := q.handle(&m, quiet)
		m.Tries++
		took := time.Since(start)
		q.bot.Metrics.turn(q.ch.Name(), err, took)
		q.mu.Lock()
		q.turn += (took - q.turn) / 16
		closed := q.closed
		q.mu.Unlock()
		wait := pause
		fail := (*Failure)(nil)
		switch isChannel := errors.As(err, &fail); {
		case err == nil:
			return true
		case q.work.Err() != nil:
			return false
		case isChannel && fail.Kind == Gone:
			return true // they blocked us or left: nobody to answer
		case isChannel && fail.Kind == Bug:
			q.bot.Log.Error().Err(err).Msg("reply refused by the platform")
			return true
		case isChannel && fail.Kind == RetryAfter:
			wait = fail.After
		case errors.Is(err, errPanic):
			q.apologise(l, &m)
			return true
		case closed: // do not keep a stop waiting for a fault to pass
			return false
		default:
			q.bot.Log.Warn().Err(err).Dur("pause", pause).Msg("turn failed, trying again")
			if (!isChannel || m.File != nil) && time.Since(began) > patience {
				q.apologise(l, &m)
				m.Below = true
			}
			pause = min(pause*2, 5*time.Second)
		}
		select {
		case <-time.After(wait):
		case <-q.work.Done():
			return false
		}
	}
}

var errPanic = errors.New("turn panicked")

// handle runs the turn and survives its bugs: one reporter's message must not
// take the others down.
func (q *Queue) handle(m *Message, quiet bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.bot.Log.Error().Str("at", string(debug.Stack())).Msg("turn panicked")
			err = errPanic
		}
	}()
	return q.bot.Handle(q.work, q.ch, *m, quiet)
}

// apologise tells a reporter once that there is a fault and their answers are
// safe.
func (q *Queue) apologise(l *lane, m *Message) {
	q.mu.Lock()
	told := l.apologised
	l.apologised = true
	q.mu.Unlock()
	if told {
		return
	}
	text := q.bot.Words.Render(m.Lang, flows.Say("error.try_later"), nil)
	if err := q.ch.Notify(q.work, m.From, text); err != nil {
		q.bot.Log.Warn().Err(err).Msg("reporter not told of the fault")
		q.mu.Lock()
		l.apologised = false
		q.mu.Unlock()
	}
}
