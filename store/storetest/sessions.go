package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Sessions holds a backend to the promises of [store.Sessions]. open returns an
// empty one whose sessions live for ttl, give or take a second, and closes it
// when the test ends.
func Sessions(t *testing.T, open func(t testing.TB, ttl time.Duration) store.Sessions) {
	hour := func(t *testing.T) sessions { return sessions{t, open(t, time.Hour)} }

	t.Run("no session is the zero Saved", func(t *testing.T) {
		s := hour(t)
		s.is(Who(1), flows.Session{}, 0, "")
	})
	t.Run("what was saved is loaded", func(t *testing.T) {
		s := hour(t)
		v := s.save(Who(1), Session(1), 0)
		s.is(Who(1), Session(1), v, "")
		w := s.save(Who(1), Session(2), v)
		if w == v || w == 0 {
			t.Errorf("version %d follows %d", w, v)
		}
		s.is(Who(1), Session(2), w, "")
	})
	t.Run("a session may be large", func(t *testing.T) {
		s := hour(t)
		big := Session(1)
		big.Answers["story"] = flows.Answer{Text: strings.Repeat("panjang ", 50_000)}
		s.is(Who(1), big, s.save(Who(1), big, 0), "")
	})
	t.Run("the zero session can be saved", func(t *testing.T) {
		s := hour(t)
		s.is(Who(1), flows.Session{}, s.save(Who(1), flows.Session{}, 0), "")
	})
	t.Run("reporters do not meet", func(t *testing.T) {
		s := hour(t)
		a, b := s.save(Who(1), Session(1), 0), s.save(Who(2), Session(2), 0)
		s.is(Who(1), Session(1), a, "")
		s.is(Who(2), Session(2), b, "")
	})
	t.Run("what was loaded belongs to the caller", func(t *testing.T) {
		s := hour(t)
		v := s.save(Who(1), Session(1), 0)
		got := s.load(Who(1))
		got.Session.Answers["story"] = flows.Answer{Text: "lain"}
		got.Session.Seen[0] = 99
		s.is(Who(1), Session(1), v, "")
	})
	t.Run("a version that is not the stored one is a conflict", func(t *testing.T) {
		s := hour(t)
		v := s.save(Who(1), Session(1), 0)
		w := s.save(Who(1), Session(2), v)
		for _, wrong := range []uint64{0, v, w + 1, 1 << 62} {
			s.conflict(Who(1), Session(3), wrong)
		}
		s.is(Who(1), Session(2), w, "")
	})
	t.Run("a version without a session is a conflict", func(t *testing.T) {
		s := hour(t)
		s.conflict(Who(1), Session(1), 7)
		s.is(Who(1), flows.Session{}, 0, "")
	})
	t.Run("of many that save a version one wins", func(t *testing.T) {
		hour(t).contest()
	})
	t.Run("the prompt", func(t *testing.T) {
		s := hour(t)
		v := s.save(Who(1), Session(1), 0)
		s.prompt(Who(1), "kenari-tombol-812")
		s.is(Who(1), Session(1), v, "kenari-tombol-812") // and the version stays
		v = s.save(Who(1), Session(2), v)
		s.is(Who(1), Session(2), v, "kenari-tombol-812") // Save keeps it
		for n := range 20 {
			s.prompt(Who(1), fmt.Sprint(n))
		}
		s.is(Who(1), Session(2), v, "19") // the last call wins
		s.prompt(Who(1), "")
		s.is(Who(1), Session(2), v, "")
	})
	t.Run("a prompt makes no session", func(t *testing.T) {
		s := hour(t)
		s.prompt(Who(1), "kenari-tombol-812")
		s.is(Who(1), flows.Session{}, 0, "")
		s.conflict(Who(1), Session(1), 1)
		v := s.save(Who(1), Session(1), 0)
		s.is(Who(1), Session(1), v, "") // nor is it one's that begins later
	})
	t.Run("prompts of many", func(t *testing.T) {
		s := hour(t)
		each(16, func(n int) {
			v := s.save(Who(n), Session(n), 0)
			for i := range 20 {
				s.prompt(Who(n), fmt.Sprint(n, i))
				if i%5 == 0 {
					v = s.save(Who(n), Session(n), v)
				}
			}
			s.is(Who(n), Session(n), v, fmt.Sprint(n, 19))
		})
	})
	t.Run("count and ping", func(t *testing.T) {
		s := hour(t)
		for n := range 5 {
			v := s.save(Who(n), Session(n), 0)
			s.save(Who(n), Session(n), v)
		}
		if n, err := s.Count(t.Context()); err != nil || n != 5 {
			t.Errorf("Count() = %d, %v", n, err) // so few are no estimate
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("time to live", func(t *testing.T) {
		t.Parallel()
		s := sessions{t, open(t, 2*time.Second)}
		s.lives()
	})
}

// sessions makes each call fail the test when it fails.
type sessions struct {
	t *testing.T
	store.Sessions
}

func (s sessions) load(who store.Reporter) store.Saved {
	s.t.Helper()
	got, err := s.Load(s.t.Context(), who)
	if err != nil {
		s.t.Errorf("load: %v", err)
	}
	return got
}

func (s sessions) save(who store.Reporter, x flows.Session, version uint64) uint64 {
	s.t.Helper()
	v, err := s.Save(s.t.Context(), who, x, version)
	if err != nil || v == 0 {
		s.t.Errorf("save at version %d: version %d, %v", version, v, err)
	}
	return v
}

func (s sessions) prompt(who store.Reporter, prompt string) {
	s.t.Helper()
	if err := s.SetPrompt(s.t.Context(), who, prompt); err != nil {
		s.t.Errorf("set prompt: %v", err)
	}
}

func (s sessions) conflict(who store.Reporter, x flows.Session, version uint64) {
	s.t.Helper()
	if _, err := s.Save(s.t.Context(), who, x, version); !errors.Is(err, store.ErrConflict) {
		s.t.Errorf("save at version %d: %v, want ErrConflict", version, err)
	}
}

func (s sessions) is(who store.Reporter, want flows.Session, version uint64, prompt string) {
	s.t.Helper()
	got := s.load(who)
	if got.Version != version || got.Prompt != prompt {
		s.t.Errorf("loaded version %d, prompt %q; want %d, %q", got.Version, got.Prompt, version, prompt)
	}
	same(s.t, "session", got.Session, want)
}

// contest lets many add to one session: each addition must be there once.
func (s sessions) contest() {
	const workers, wins = 12, 8
	var mu sync.Mutex
	won := map[uint64]bool{}
	each(workers, func(worker int) {
		for mark := 0; mark < wins; {
			old := s.load(Who(1))
			next := old.Session
			next.Seen = append(next.Seen, uint64(worker*wins+mark))
			v, err := s.Save(s.t.Context(), Who(1), next, old.Version)
			if errors.Is(err, store.ErrConflict) {
				continue
			}
			if err != nil {
				s.t.Errorf("save: %v", err)
				return
			}
			mu.Lock()
			if won[v] {
				s.t.Errorf("two saves made version %d", v)
			}
			won[v] = true
			mu.Unlock()
			mark++
		}
	})
	seen := map[uint64]bool{}
	for _, mark := range s.load(Who(1)).Session.Seen {
		seen[mark] = true
	}
	if len(seen) != workers*wins || len(won) != workers*wins {
		s.t.Errorf("%d of %d saves are there, in %d versions", len(seen), workers*wins, len(won))
	}
}

// lives tells what prolongs a session's life of two seconds and what does not.
func (s sessions) lives() {
	begin := time.Now()
	at := func(d time.Duration) { time.Sleep(time.Until(begin.Add(d))) }
	left := s.save(Who(1), Session(1), 0)
	s.prompt(Who(1), "1")
	kept := s.save(Who(2), Session(2), 0)

	at(1500 * time.Millisecond)
	s.prompt(Who(1), "2") // neither a prompt nor a look prolongs
	s.load(Who(1))
	kept = s.save(Who(2), Session(2), kept)

	at(3200 * time.Millisecond)
	s.is(Who(1), flows.Session{}, 0, "")
	s.is(Who(2), Session(2), kept, "")
	s.conflict(Who(1), Session(1), left)
	s.prompt(Who(1), "3")
	again := s.save(Who(1), Session(3), 0)
	s.is(Who(1), Session(3), again, "")
	s.conflict(Who(1), Session(1), left) // what began again is another session
}

// each runs f once for every number at the same time, and waits.
func each(n int, f func(n int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// same compares values by the JSON they are kept as.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	a, errA := json.Marshal(got)
	b, errB := json.Marshal(want)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("%s is\n%s\nwant\n%s", what, a, b)
	}
}
