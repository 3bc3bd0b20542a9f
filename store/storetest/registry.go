package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Registry holds a backend to the promises of [store.Registry]. open returns an
// empty one, and the cases that it finds, and closes both when the test ends.
func Registry(t *testing.T, open func(t testing.TB) (store.Cases, store.Registry)) {
	run := func(name string, f func(c cases, r store.Registry)) {
		t.Run(name, func(t *testing.T) {
			cs, r := open(t)
			f(cases{t, cs}, r)
		})
	}
	run("a case is found by its code", foundByCode)
	run("a case is found by its card", foundByCard)
	run("an identity stands apart", identity)
	run("what is old is dropped part by part", dropped)
	run("a case is deleted", deleted)
	run("cases are listed with how they stand", listed)
	run("what changed is said once", changes)
	run("a case is delivered again", again)
}

func (c cases) found(want store.Case, there bool) func(store.Case, bool, error) {
	c.t.Helper()
	return func(got store.Case, ok bool, err error) {
		c.t.Helper()
		if ok != there || err != nil {
			c.t.Errorf("found %v, %v; want %v", ok, err, there)
		} else if ok {
			same(c.t, "case", got, want)
		}
	}
}

func foundByCode(c cases, r store.Registry) {
	c.open(1)
	c.open(2)
	c.attach(1, 3, now)
	want := Case(1)
	want.Events = []store.Event{Given(3)}
	c.found(want, true)(r.Find(c.t.Context(), ID(1).Ticket()))
	c.found(Case(2), true)(r.Find(c.t.Context(), ID(2).Ticket()))
	c.found(store.Case{}, false)(r.Find(c.t.Context(), ID(3).Ticket()))
	c.found(store.Case{}, false)(r.Find(c.t.Context(), ""))
}

func foundByCard(c cases, r store.Registry) {
	c.open(1)
	c.found(store.Case{}, false)(r.OfCard(c.t.Context(), "g", ""))
	d := c.claim(Intake, now, 1)
	const group = "kenari-kanal-balik:-100"
	d.Card, d.Group = "kenari-kartu-4711", group
	c.progress(d)
	c.found(Case(1), true)(r.OfCard(c.t.Context(), group, d.Card))
	d.Group = "" // whoever goes on after a restart does not know it
	c.settle(d)
	c.found(Case(1), true)(r.OfCard(c.t.Context(), group, d.Card))
	c.found(store.Case{}, false)(r.OfCard(c.t.Context(), "lain", d.Card))
	c.found(store.Case{}, false)(r.OfCard(c.t.Context(), group, "lain"))
}

func identity(c cases, r store.Registry) {
	k := Case(1)
	k.Identity = map[flows.StepID]flows.Answer{"reporter_name": {Text: "kenari-nama-pelapor"}}
	c.ok(c.Open(c.t.Context(), k))
	c.open(2)
	want := func(n int, want map[flows.StepID]flows.Answer) {
		c.t.Helper()
		got, err := r.Identity(c.t.Context(), ID(n))
		if err != nil {
			c.t.Error(err)
		}
		same(c.t, "identity", got, want)
	}
	want(1, k.Identity)
	want(2, nil)
	want(3, nil)
	c.found(Case(1), true)(r.Find(c.t.Context(), ID(1).Ticket()))
	if d := c.claim(Intake, now, 1); d.Case.Identity != nil {
		c.t.Error("whoever delivers a case is told who reported")
	}
	c.ok(r.Drop(c.t.Context(), ID(1), store.PartIdentity))
	c.ok(r.Drop(c.t.Context(), ID(1), store.PartIdentity))
	want(1, nil)
	c.found(Case(1), true)(r.Find(c.t.Context(), ID(1).Ticket()))
}

func dropped(c cases, r store.Registry) {
	c.open(0)
	c.open(60)
	c.open(120)
	old := func(p store.Part, before time.Time, want ...int) {
		c.t.Helper()
		got, err := r.Old(c.t.Context(), p, before)
		c.ok(err)
		var ids []flows.ReportID
		for _, n := range want {
			ids = append(ids, ID(n))
		}
		same(c.t, "old", got, ids)
	}
	before := Epoch.Add(90 * time.Minute)
	old(store.PartReturn, before) // not settled
	// A reporter who cannot be told holds nothing up.
	if there, err := c.Add(c.t.Context(), ID(60), store.Event{ID: "x", Kind: store.Took, At: now}, Epoch.Add(60*time.Minute)); !there || err != nil {
		c.t.Error(there, err)
	}
	for _, n := range []int{0, 60, 120} {
		c.settle(c.claim(Intake, now, n))
	}
	old(store.PartReturn, before, 0, 60)
	old(store.PartFiles, before, 0, 60)
	old(store.PartIdentity, before)
	for _, p := range []store.Part{store.PartReturn, store.PartFiles} {
		c.ok(r.Drop(c.t.Context(), ID(0), p))
		c.ok(r.Drop(c.t.Context(), ID(99), p))
		old(p, before, 60)
	}
	want := Case(0)
	want.Return = nil
	c.found(want, true)(r.Find(c.t.Context(), ID(0).Ticket()))
	// Evidence that comes later is kept as long again, also where it was gone.
	c.attach(0, 7, before.Add(time.Hour))
	c.settle(c.claim(Intake, now, 0))
	old(store.PartFiles, before, 60)
	old(store.PartFiles, before.Add(2*time.Hour), 0, 60, 120)
}

func deleted(c cases, r store.Registry) {
	c.open(1, "a", "b")
	c.open(2, "a")
	c.ok(r.Delete(c.t.Context(), ID(1)))
	c.ok(r.Delete(c.t.Context(), ID(1)))
	c.found(store.Case{}, false)(r.Find(c.t.Context(), ID(1).Ticket()))
	c.claim("a", now, 2)
	c.none("b", now)
	c.stats(store.Stats{Open: 1, Deliveries: 1, Lag: now.Sub(Case(2).Opened)})
}

func listed(c cases, r store.Registry) {
	list := func(want ...store.Standing) {
		c.t.Helper()
		var got []store.Standing
		c.ok(r.List(c.t.Context(), func(s store.Standing) error { got = append(got, s); return nil }))
		bare := slices.Clone(want)
		for i := range bare {
			bare[i].Return = nil
		}
		same(c.t, "list", got, bare)
		for _, w := range want {
			s, ok, err := r.Stands(c.t.Context(), w.Report.ID.Ticket())
			if !ok || err != nil {
				c.t.Errorf("stands: %v, %v", ok, err)
			}
			same(c.t, "case", s, w)
		}
	}
	list()
	c.open(1, "a", "b")
	c.open(2, "a")
	one, two := store.Standing{Case: Case(1, "a", "b"), Unsettled: 2}, store.Standing{Case: Case(2, "a"), Unsettled: 1}
	list(one, two)
	c.settle(c.claim("a", now, 1))
	c.settle(c.claim("a", now, 2))
	c.attach(2, 4, now)
	c.settle(c.claim("a", now, 2))
	one.Unsettled, two.Unsettled, two.Events = 1, 0, []store.Event{Given(4)}
	list(one, two)
	c.ok(r.Drop(c.t.Context(), ID(2), store.PartFiles))
	two.FilesGone = true
	list(one, two)
	// What waits for its reporter is no supervisor's delivery.
	asked := store.Event{ID: "tanya", Kind: store.Asked, At: now, Text: "kenari?", By: &store.Officer{Key: Who(7), Name: "Petugas"}}
	_, err := c.Add(c.t.Context(), ID(1), asked, now)
	c.ok(err)
	one.Events = []store.Event{asked}
	list(one, two)
	if _, ok, err := r.Stands(c.t.Context(), ID(200).Ticket()); ok || err != nil {
		c.t.Errorf("a case that is not there stands: %v, %v", ok, err)
	}
	for n := 3; n <= 120; n++ {
		c.open(n)
	}
	next := 1
	c.ok(r.List(c.t.Context(), func(s store.Standing) error {
		if s.Report.ID != ID(next) {
			c.t.Errorf("case %d is %s", next, s.Report.ID)
		}
		next++
		return nil
	}))
	if next != 121 {
		c.t.Errorf("%d cases are listed", next-1)
	}
	stop := errors.New("enough")
	seen := 0
	if err := r.List(c.t.Context(), func(store.Standing) error { seen++; return stop }); !errors.Is(err, stop) || seen != 1 {
		c.t.Errorf("saw %d before %v", seen, err)
	}
}

// Guard holds a backend to the promises of [store.Guard].
func Guard(t *testing.T, open func(t testing.TB) store.Guard) {
	try := func(t *testing.T, g store.Guard, at time.Time, want time.Duration, keys ...string) {
		t.Helper()
		if wait, err := g.Try(t.Context(), keys, at); wait != want || err != nil {
			t.Errorf("at %s: wait %s, %v; want %s", at.Sub(now), wait, err, want)
		}
	}
	t.Run("guesses are slowed down", func(t *testing.T) {
		g := open(t)
		for range 5 {
			try(t, g, now, 0, "kode", "orang")
		}
		try(t, g, now, time.Minute, "kode", "lain")
		try(t, g, now, time.Minute, "kode lain", "orang")
		try(t, g, now, 0, "kode lain", "lain") // what was refused was not counted
		at := now.Add(time.Minute)
		try(t, g, at.Add(-time.Second), time.Second, "kode")
		for wait := 2 * time.Minute; wait <= 64*time.Minute; wait *= 2 {
			try(t, g, at, 0, "kode")
			try(t, g, at, min(wait, time.Hour), "kode")
			at = at.Add(min(wait, time.Hour))
		}
		try(t, g, at.Add(24*time.Hour), 0, "kode")
		try(t, g, at.Add(24*time.Hour), 0, "kode") // forgiven
	})
	t.Run("who guesses right is not held up", func(t *testing.T) {
		g := open(t)
		for range 50 {
			try(t, g, now, 0, "kode", "orang")
			if err := g.Right(t.Context(), []string{"kode", "orang"}); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("a right guess does not make the next wait", func(t *testing.T) {
		g := open(t)
		for n := range 6 {
			try(t, g, now.Add(time.Duration(n)*time.Minute), 0, "kode")
		}
		at := now.Add(time.Hour)
		try(t, g, at, 0, "kode")
		if err := g.Right(t.Context(), []string{"kode"}); err != nil {
			t.Error(err)
		}
		try(t, g, at, 0, "kode")
	})
	t.Run("a right guess does not forgive wrong ones", func(t *testing.T) {
		g := open(t)
		for range 5 {
			try(t, g, now, 0, "kode", "orang")
			try(t, g, now, 0, "miliknya")
			if err := g.Right(t.Context(), []string{"miliknya"}); err != nil {
				t.Error(err)
			}
		}
		try(t, g, now, time.Minute, "kode", "orang")
	})
	t.Run("many at once get no more guesses", func(t *testing.T) {
		g := open(t)
		var mu sync.Mutex
		var all sync.WaitGroup
		got := 0
		for range 50 {
			all.Go(func() {
				wait, err := g.Try(t.Context(), []string{"kode"}, now)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if wait == 0 {
					got++
				}
			})
		}
		all.Wait()
		if got != 5 {
			t.Errorf("%d guesses at once, want 5", got)
		}
	})
}

// Requests holds a backend to the promises of [store.Requests].
func Requests(t *testing.T, open func(t testing.TB) store.Requests) {
	t.Run("requests are logged", func(t *testing.T) {
		r := open(t)
		a := store.Request{Number: "A", Kind: store.RequestSee, At: now, Until: now.Add(72 * time.Hour), Done: now}
		b := store.Request{Number: "B", Kind: store.RequestDelete, At: now.Add(time.Hour), Until: now.Add(73 * time.Hour)}
		err := errors.Join(r.Log(t.Context(), b), r.Log(t.Context(), a), r.Log(t.Context(), a))
		list, e := r.Since(t.Context(), now)
		if err = errors.Join(err, e); err != nil {
			t.Fatal(err)
		}
		same(t, "requests", list, []store.Request{a, b})
		done := b
		done.Done, done.Kind = now.Add(2*time.Hour), "x"
		b.Done = done.Done
		if err := r.Log(t.Context(), done); err != nil {
			t.Fatal(err)
		}
		list, err = r.Since(t.Context(), now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "requests", list, []store.Request{b})
		if n, err := r.ForgetRequests(t.Context(), now.Add(time.Minute)); n != 1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
	})
}

// again: a case that was delivered comes once more, from the card on, and then no
// more; its reporter is not told again.
func again(c cases, r store.Registry) {
	c.open(1, "a", "b")
	d := c.claim("a", now, 1)
	d.Card, d.Group, d.Files, d.Told = "7", "telegram:-1", 2, true
	c.settle(d)
	c.none("a", now)
	c.ok(r.Redeliver(c.t.Context(), ID(1), now))
	if d := c.claim("a", now, 1); d.Card != "" || d.Files != 0 || !d.Told {
		c.t.Errorf("it comes as %+v", d)
	} else {
		c.settle(d)
	}
	c.none("a", now)
	c.none(store.ToReporter, now)
}

// changes: each is told of a case once, and again when something happened to it.
func changes(c cases, r store.Registry) {
	seen := map[int64]int{}
	look := func(want, gone int) {
		c.t.Helper()
		n := 0
		lost, err := r.Changes(c.t.Context(), seen, func(int64, store.Case) { n++ })
		c.ok(err)
		if n != want || len(lost) != gone {
			c.t.Errorf("%d changed, %d gone; want %d, %d", n, len(lost), want, gone)
		}
	}
	look(0, 0)
	c.open(1, "a")
	c.open(2, "a")
	look(2, 0)
	look(0, 0)
	c.attach(2, 4, now)
	look(1, 0)
	c.ok(r.Delete(c.t.Context(), ID(1)))
	look(0, 1)
	look(0, 0)
}
