package telegramtest

import (
	"sync"
	"sync/atomic"
	"time"
)

// Fault is what goes wrong with one call.
type Fault uint8

// The faults. Cutting closes the connection without an answer, before the call
// took effect or after; a download cut after is half a file. Go's HTTP client
// repeats a cut GET by itself when the connection had been used before.
const (
	NoFault Fault = iota
	Fault429
	Fault500
	FaultCutBefore
	FaultCutAfter
)

// Faults are how often calls go wrong by chance; rates are from 0 to 1 and
// apply to each call on its own, file downloads included. After three random
// faults in a row for the same chat, or for the same method when the call names
// no chat, the next call goes well, so that a client which tries again gets
// through at any rate. The zero Faults is no faults.
type Faults struct {
	Seed      uint64
	Rate429   float64
	Rate500   float64
	CutBefore float64
	CutAfter  float64

	// DuplicateUpdates is how often an update that the bot has confirmed comes
	// once more, with the same update_id, in a later batch.
	DuplicateUpdates float64
	// ReorderUpdates is how often two neighbouring updates of a batch, or of a
	// chat when there is a webhook, swap places.
	ReorderUpdates float64

	Latency    time.Duration // added to every call
	RetryAfter int           // seconds that an injected 429 asks for, at least 1
}

// maxRun is how many random faults may follow each other.
const maxRun = 3

type faults struct {
	now    atomic.Pointer[Faults]
	rolls  atomic.Uint64
	hook   atomic.Pointer[func(string, int) Fault]
	queued atomic.Int64
	mu     sync.Mutex
	next   map[string][]Fault
}

// SetFaults sets the random faults from now on.
func (s *Server) SetFaults(f Faults) { s.faults.now.Store(&f) }

// FailNext makes the next call of the method fail in that way. Several calls
// queue several faults. The method of a file download is "file". A method that
// does not exist is a mistake of the test and panics.
func (s *Server) FailNext(method string, f Fault) {
	if m := s.methods[method]; method != s.fileGet.name && (m == nil || m.name != method) {
		panic("telegramtest: no method " + method)
	}
	fs := &s.faults
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.next == nil {
		fs.next = map[string][]Fault{}
	}
	fs.next[method] = append(fs.next[method], f)
	fs.queued.Add(1)
}

// SetHook lets a function decide about every call before any other fault. It is
// given the method and the number of the call on this server, from 1, and may
// be called from several goroutines at once. Nil takes the hook away.
func (s *Server) SetHook(h func(method string, call int) Fault) {
	if h == nil {
		s.faults.hook.Store(nil)
		return
	}
	s.faults.hook.Store(&h)
}

func (fs *faults) get() Faults {
	if f := fs.now.Load(); f != nil {
		return *f
	}
	return Faults{}
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance returns the next random number of the seed, from 0 to below 1.
func (fs *faults) chance(seed uint64) float64 {
	return float64(mix(mix(seed)+fs.rolls.Add(1))>>11) / (1 << 53)
}

func (fs *faults) roll(seed uint64, rate float64) bool {
	return rate > 0 && fs.chance(seed) < rate
}

// pick decides about a call: hook first, then what was asked for, then chance.
// run counts random faults in a row.
func (fs *faults) pick(method string, call int, run *atomic.Int32) Fault {
	if h := fs.hook.Load(); h != nil {
		if f := (*h)(method, call); f != NoFault {
			return f
		}
	}
	if fs.queued.Load() > 0 {
		if f := fs.scripted(method); f != NoFault {
			return f
		}
	}
	now := fs.now.Load()
	if now == nil || now.Rate429+now.Rate500+now.CutBefore+now.CutAfter <= 0 {
		return NoFault
	}
	f := now.random(fs.chance(now.Seed))
	if f == NoFault || run.Add(1) > maxRun {
		run.Store(0)
		return NoFault
	}
	return f
}

func (f *Faults) random(x float64) Fault {
	rates := [...]float64{Fault429: f.Rate429, Fault500: f.Rate500, FaultCutBefore: f.CutBefore, FaultCutAfter: f.CutAfter}
	for kind, rate := range rates {
		if x < rate {
			return Fault(kind)
		}
		x -= rate
	}
	return NoFault
}

func (fs *faults) scripted(method string) Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	q := fs.next[method]
	if len(q) == 0 {
		return NoFault
	}
	fs.next[method] = q[1:]
	fs.queued.Add(-1)
	return q[0]
}
