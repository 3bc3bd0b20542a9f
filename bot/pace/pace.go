// Package pace holds messages back before a platform has to refuse them:
// windows for everything, for each chat and for each group. Replies go before
// deliveries.
package pace

import (
	"context"
	"sync"
	"time"

	"github.com/netralitas/netra/bot"
)

// Limits is how many messages a platform takes. A zero limit is none.
type Limits struct {
	Overall int           // messages in a Second
	Chat    int           // messages in ten Seconds in a private chat
	Group   int           // messages in a Minute in a group
	Second  time.Duration // one second; tests shorten it
	Minute  time.Duration // one minute; tests shorten it
}

// Priority says who goes first.
type Priority int

// The two priorities.
const (
	Reply Priority = iota
	Delivery
)

// window allows so many events in any span of a length. Events count from when
// they are begun, and expire a length after they have ended.
type window struct {
	limit  int
	length time.Duration
	busy   int         // begun and not ended
	ended  []time.Time // not expired, oldest first
}

// free returns how long to wait until n more may begin; 0 is now, and -1 says
// that one in flight must end first.
func (w *window) free(now time.Time, n int) time.Duration {
	if w == nil || w.limit == 0 {
		return 0
	}
	for len(w.ended) > 0 && !w.ended[0].After(now.Add(-w.length)) {
		w.ended = w.ended[1:]
	}
	over := w.busy + len(w.ended) + min(n, w.limit) - w.limit
	switch {
	case over <= 0:
		return 0
	case over <= len(w.ended):
		return w.ended[over-1].Add(w.length).Sub(now)
	}
	return -1
}

// Pacer holds messages to limits.
type Pacer struct {
	limits  Limits
	group   func(bot.Address) bool
	mu      sync.Mutex
	overall window
	chats   map[bot.Address]*window
	replies int           // replies that wait: deliveries stand back
	change  chan struct{} // closed and replaced whenever something ended
}

// New returns a pacer. group tells groups from people.
func New(l Limits, group func(bot.Address) bool) *Pacer {
	return &Pacer{limits: l, group: group, overall: window{limit: l.Overall, length: l.Second}, chats: map[bot.Address]*window{}, change: make(chan struct{})}
}

// begin waits until n messages may go to a chat. The caller calls the returned
// function when the platform has answered.
func (p *Pacer) begin(ctx context.Context, to bot.Address, n int, prio Priority) (end func(), err error) {
	waits := false // a reply, for everybody's budget and not for its own chat's
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		now := time.Now()
		chat := p.chat(to)
		wait := p.overall.free(now, n)
		if w := prio == Reply && wait != 0; w != waits {
			waits = w
			if w {
				p.replies++
			} else {
				p.unwait()
			}
		}
		if d := chat.free(now, n); wait >= 0 && (d < 0 || d > wait) {
			wait = d
		}
		if wait == 0 && prio == Delivery && p.replies > 0 && p.limits.Overall > 0 {
			wait = -1
		}
		if wait == 0 {
			ends := []*window{&p.overall, chat}
			for _, w := range ends {
				if w != nil && w.limit > 0 {
					w.busy += n
				}
			}
			return func() { p.end(ends, n) }, nil
		}
		change := p.change
		p.mu.Unlock()
		err := sleep(ctx, wait, change)
		p.mu.Lock()
		if err != nil {
			if waits {
				p.unwait()
			}
			return nil, err
		}
	}
}

// unwait counts one reply less that waits. Deliveries look again. p.mu is held.
func (p *Pacer) unwait() {
	p.replies--
	close(p.change)
	p.change = make(chan struct{})
}

func (p *Pacer) end(ends []*window, n int) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range ends {
		if w == nil || w.limit == 0 {
			continue
		}
		w.busy -= n
		for range n {
			w.ended = append(w.ended, now)
		}
	}
	close(p.change)
	p.change = make(chan struct{})
}

// chat is the window of one chat; nil when it has no limit.
func (p *Pacer) chat(to bot.Address) *window {
	limit, length := p.limits.Chat, 10*p.limits.Second
	if p.group(to) {
		limit, length = p.limits.Group, p.limits.Minute
	}
	if limit == 0 {
		return nil
	}
	w, ok := p.chats[to]
	if !ok {
		if len(p.chats) > 1000 {
			p.prune()
		}
		w = &window{limit: limit, length: length}
		p.chats[to] = w
	}
	return w
}

// prune forgets chats that nothing was sent to lately.
func (p *Pacer) prune() {
	now := time.Now()
	for to, w := range p.chats {
		if w.free(now, 0); w.busy == 0 && len(w.ended) == 0 {
			delete(p.chats, to)
		}
	}
}

// sleep waits for a time, or for a change; a negative time only for a change.
func sleep(ctx context.Context, d time.Duration, change <-chan struct{}) error {
	var timer <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		timer = t.C
		change = nil
	}
	select {
	case <-ctx.Done():
		return &bot.Failure{Kind: bot.RetryLater, Op: "wait for pace", Reason: ctx.Err().Error()}
	case <-timer:
	case <-change:
	}
	return nil
}

// Do makes a call that sends n messages to a chat, when its turn has come. An
// error of its own is a bot.Failure.
func (p *Pacer) Do(ctx context.Context, to bot.Address, n int, prio Priority, call func() error) error {
	end, err := p.begin(ctx, to, n, prio)
	if err != nil {
		return err
	}
	defer end()
	return call()
}
