package bot

import (
	"context"
	"sync"
	"time"

	"github.com/netralitas/netra/flows"
)

// Reminders tell reporters once that a draft waits, when it was left alone for a
// time. The words say nothing about reports: they may stand on the screen of a
// phone. Who reports pressure is never reminded. It is a courtesy: a restart
// forgets it. A nil Reminders reminds nobody.
type Reminders struct {
	After  time.Duration
	Words  Renderer
	mu     sync.Mutex
	timers map[Address]*time.Timer
	told   map[flows.ReportID]bool
	closed bool
}

// mostReminders bounds how many drafts are watched.
const mostReminders = 4096

// watch counts anew from what somebody just wrote.
func (r *Reminders) watch(ctx context.Context, ch Channel, who Address, f flows.Flow, s flows.Session) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.timers[who]; ok {
		t.Stop()
		delete(r.timers, who)
	}
	if r.closed || !s.Asking() || f.Coarse || r.told[s.Report] || len(r.timers) >= mostReminders {
		return
	}
	if r.timers == nil {
		r.timers = map[Address]*time.Timer{}
	}
	ctx = context.WithoutCancel(ctx)
	id, lang := s.Report, s.Lang // no answer waits in memory for hours
	r.timers[who] = time.AfterFunc(r.After, func() {
		r.mu.Lock()
		delete(r.timers, who)
		if len(r.told) >= mostReminders || r.told == nil {
			r.told = map[flows.ReportID]bool{}
		}
		r.told[id] = true
		closed := r.closed
		r.mu.Unlock()
		if !closed {
			_ = ch.Notify(ctx, who, r.Words.Render(lang, flows.Say("menu.reminder"), nil)) // a courtesy
		}
	})
}

// Close reminds nobody any more.
func (r *Reminders) Close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, t := range r.timers {
		t.Stop()
	}
	r.timers = nil
}
