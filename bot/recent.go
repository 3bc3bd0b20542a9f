package bot

import (
	"sync"
	"time"
)

// waitAtMost waits until the group is done or the time has passed.
func waitAtMost(wg *sync.WaitGroup, d time.Duration) {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
}

// recent remembers the last message ids that were finished.
type recent struct {
	ids  map[string]struct{}
	ring [8192]string
	next int
}

func (r *recent) has(id string) bool { _, ok := r.ids[id]; return ok }

func (r *recent) add(id string) {
	if r.ids == nil {
		r.ids = map[string]struct{}{}
	}
	delete(r.ids, r.ring[r.next])
	r.ring[r.next], r.next = id, (r.next+1)%len(r.ring)
	r.ids[id] = struct{}{}
}
