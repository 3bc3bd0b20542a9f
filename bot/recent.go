package bot

import (
	"hash/maphash"
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

// recent remembers the last message ids that were finished: as many as can be
// on their way at least, and twice as many at most. It holds hashes, which are a
// fraction of the ids. In some 10^15 messages one is taken for another by
// accident; nobody can bring that about, for the seed is secret.
type recent struct {
	seed        maphash.Seed
	now, before map[uint64]struct{}
}

func (r *recent) has(id string) bool {
	if r.now == nil {
		return false
	}
	sum := maphash.String(r.seed, id)
	_, now := r.now[sum]
	_, before := r.before[sum]
	return now || before
}

func (r *recent) add(id string) {
	switch {
	case r.now == nil:
		r.seed, r.now = maphash.MakeSeed(), map[uint64]struct{}{}
	case len(r.now) >= maxFlight:
		r.now, r.before = map[uint64]struct{}{}, r.now
	}
	r.now[maphash.String(r.seed, id)] = struct{}{}
}
