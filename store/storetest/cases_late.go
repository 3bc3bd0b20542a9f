package storetest

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

func lost(c cases) {
	c.open(1)
	slow := c.claim(Intake, now, 1)
	slow.Files = 1
	c.progress(slow)
	quick := c.claim(Intake, now.Add(Lease+time.Second), 1)
	quick.Card, quick.Files = "kenari-kartu-4711", 2
	c.progress(quick)
	slow.Files = 0
	for name, err := range map[string]error{
		"progress": c.Progress(c.t.Context(), slow),
		"release":  c.Release(c.t.Context(), slow, now),
		"settle":   c.Settle(c.t.Context(), slow),
	} {
		if !errors.Is(err, store.ErrLost) {
			c.t.Errorf("%s of what another holds: %v, want ErrLost", name, err)
		}
	}
	c.none(Intake, now.Add(Lease+time.Minute)) // still claimed
	c.settle(quick)
	c.none(Intake, now.Add(100*Lease))
	c.attach(1, 1, now)
	if d := c.claim(Intake, now, 1); d.Files != 2 || d.Card == "" {
		c.t.Errorf("the loser changed the delivery: %+v", d)
	}
}

func attachedBefore(c cases) {
	if there, err := c.Add(c.t.Context(), ID(1), Given(1), now); there || err != nil {
		c.t.Errorf("attach to no case: %v, %v", there, err)
	}
	c.open(1)
	c.attach(1, 1, now)
	c.attach(1, 2, now)
	d := c.claim(Intake, now, 1)
	c.late(d, 1, 2)
	c.settle(d)
	c.none(Intake, now.Add(time.Hour)) // it had all
}

func attachedDuring(c cases) {
	c.open(1)
	d := c.claim(Intake, now, 1)
	c.attach(1, 1, now)
	c.none(Intake, now) // one at a time
	d.Card = "kenari-kartu-4711"
	c.settle(d)
	d = c.claim(Intake, now, 1)
	c.late(d, 1)
	if d.Card != "kenari-kartu-4711" {
		c.t.Errorf("card is %q", d.Card)
	}
	c.settle(d)
	c.none(Intake, now.Add(time.Hour))
}

func attachedAfter(c cases) {
	c.open(1, "a", "b")
	d := c.claim("a", now, 1)
	d.Tries, d.Alarmed, d.Told = 2, true, true
	c.settle(d)
	c.settle(c.claim("b", now, 1))
	later := now.Add(50 * time.Hour)
	c.attach(1, 1, later)
	c.none("a", later.Add(-time.Minute))
	d = c.claim("a", later, 1)
	c.late(d, 1)
	if !d.Told || d.Tries != 0 || d.Alarmed || !d.Since.Equal(later) {
		c.t.Errorf("a delivery that begins again: %+v", d)
	}
	c.settle(d)
	c.attach(1, 2, later)
	d = c.claim("b", later, 1)
	c.late(d, 1, 2)
	c.settle(d)
	c.late(c.claim("a", later, 1), 1, 2)
}

func attachedTwice(c cases) {
	c.open(1)
	c.attach(1, 5, now)
	d := c.claim(Intake, now, 1)
	c.settle(d)
	c.attach(1, 5, now)    // came late before
	c.attach(1, 1001, now) // is in the report
	c.none(Intake, now.Add(time.Hour))
}

func concerned(c cases) {
	c.open(1)
	c.settle(c.claim(Intake, now, 1))
	asked := store.Event{ID: "tanya", Kind: store.Asked, At: now, Text: "kenari-cerita-laporan?", By: &store.Officer{Key: Who(7), Name: "kenari-nama-pelapor"}}
	add := func(n int, e store.Event) {
		c.t.Helper()
		if there, err := c.Add(c.t.Context(), ID(n), e, now); !there || err != nil {
			c.t.Errorf("add: %v, %v", there, err)
		}
	}
	add(1, asked)
	add(1, asked) // again
	c.none(Intake, now)
	d := c.claim(store.ToReporter, now, 1)
	same(c.t, "events", d.Case.Events, []store.Event{asked})
	if d.Case.Return == nil || d.Case.Return.Address != Address {
		c.t.Errorf("the way back is %+v", d.Case.Return)
	}
	d.Files = 1
	c.settle(d)
	c.none(store.ToReporter, now.Add(time.Hour))
	looked := asked
	looked.ID, looked.Kind = "lihat", store.Looked
	add(1, looked)
	c.none(store.ToReporter, now.Add(time.Hour))
	c.none(Intake, now.Add(time.Hour))
	again := asked
	again.ID = "lagi"
	add(1, again)
	if d := c.claim(store.ToReporter, now, 1); d.Files != 1 || len(d.Case.Events) != 3 {
		c.t.Errorf("%+v", d)
	}
	c.open(2)
	c.settle(c.claim(Intake, now, 2))
	c.ok(c.Forget(c.t.Context(), ID(2)))
	add(2, asked) // nobody to tell
	if d, ok, err := c.Claim(c.t.Context(), store.ToReporter, now, Lease); ok || err != nil {
		c.t.Errorf("claimed %+v, %v", d, err)
	}
}

func dueLater(c cases) {
	k := Case(1)
	k.Due = now.Add(3 * time.Hour)
	c.ok(c.Open(c.t.Context(), k))
	c.none(Intake, now.Add(2*time.Hour))
	if d := c.claim(Intake, now.Add(3*time.Hour), 1); !d.Since.Equal(k.Due) {
		c.t.Errorf("due since %s, want %s", d.Since, k.Due)
	}
}

func forgotten(c cases) {
	c.open(1)
	c.open(2)
	d := c.claim(Intake, now, 1)
	c.ok(c.Forget(c.t.Context(), ID(1)))
	c.ok(c.Forget(c.t.Context(), ID(1)))
	c.ok(c.Forget(c.t.Context(), ID(99)))
	c.release(d, now)
	if e := c.claim(Intake, now, 2); e.Case.Return == nil {
		c.t.Error("another case's way back is gone")
	}
	d = c.claim(Intake, now, 1)
	if d.Case.Return != nil {
		c.t.Error("the way back is still there")
	}
	want := Case(1)
	want.Return = nil
	same(c.t, "case", d.Case, want)
}

func hasFiles(c cases) {
	c.open(1)
	for n, want := range []bool{false, true, false} {
		if got, err := c.HasFiles(c.t.Context(), ID(n)); got != want || err != nil {
			c.t.Errorf("HasFiles(%d) = %v, %v", n, got, err)
		}
	}
}

func purged(c cases) {
	for n := range 4 {
		c.open(60*n, "a", "b") // opened an hour apart
	}
	for range 4 {
		d, _, err := c.Claim(c.t.Context(), "a", now, Lease)
		c.ok(err)
		c.settle(d)
	}
	c.settle(c.claim("b", now, 0))
	half := c.claim("b", now, 60) // not settled: stays
	c.settle(c.claim("b", now, 120))
	c.settle(c.claim("b", now, 180)) // not old: stays

	before := Epoch.Add(170 * time.Minute)
	gone, err := c.Purge(c.t.Context(), before)
	slices.Sort(gone)
	want := []flows.ReportID{ID(0), ID(120)}
	slices.Sort(want)
	if err != nil || !slices.Equal(gone, want) {
		c.t.Errorf("purged %v, %v; want %v", gone, err, want)
	}
	if gone, err = c.Purge(c.t.Context(), before); err != nil || len(gone) != 0 {
		c.t.Errorf("purged again %v, %v", gone, err)
	}
	for n, want := range []bool{false, true, false, true} {
		if has, err := c.HasFiles(c.t.Context(), ID(60*n)); err != nil || has != want {
			c.t.Errorf("case %d is there: %v, %v", n, has, err)
		}
	}
	if there, err := c.Add(c.t.Context(), ID(0), Given(1), now); there || err != nil {
		c.t.Errorf("attach to a purged case: %v, %v", there, err)
	}
	c.none("a", now.Add(time.Hour))
	c.settle(half)
	c.stats(store.Stats{Settled: 2})
}

func stats(c cases) {
	c.stats(store.Stats{})
	c.open(10, "a", "b")
	c.open(20, "a")
	c.open(30, "b")
	c.stats(store.Stats{Open: 3, Deliveries: 4, Lag: now.Sub(Case(10).Opened)})
	c.settle(c.claim("a", now, 10))
	c.stats(store.Stats{Open: 3, Deliveries: 3, Lag: now.Sub(Case(10).Opened)})
	c.settle(c.claim("b", now, 10))
	c.stats(store.Stats{Open: 2, Settled: 1, Deliveries: 2, Lag: now.Sub(Case(20).Opened)})
	c.settle(c.claim("a", now, 20))
	c.settle(c.claim("b", now, 30))
	c.stats(store.Stats{Settled: 3})
	c.attach(10, 1, now.Add(-time.Hour))
	c.stats(store.Stats{Open: 1, Settled: 2, Deliveries: 2, Lag: time.Hour})
}

func manyOpen(c cases) {
	each(8, func(n int) {
		for i := range 10 {
			c.open(i)
		}
	})
	c.stats(store.Stats{Open: 10, Deliveries: 10, Lag: now.Sub(Epoch)})
}

func manyClaim(c cases) {
	const total = 40
	for n := range total {
		c.open(n)
	}
	var mu sync.Mutex
	got := map[flows.ReportID]int{}
	each(8, func(int) {
		for {
			d, ok, err := c.Claim(c.t.Context(), Intake, now, Lease)
			c.ok(err)
			if !ok {
				return
			}
			mu.Lock()
			got[d.Case.Report.ID]++
			mu.Unlock()
			d.Card = "kenari-kartu-4711"
			c.progress(d)
			if d.Files == 0 { // once more, by anybody
				d.Files = 1
				c.release(d, now)
			} else {
				c.settle(d)
			}
		}
	})
	for id, n := range got {
		if n != 2 {
			c.t.Errorf("case %s was claimed %d times", id, n)
		}
	}
	if len(got) != total {
		c.t.Errorf("%d of %d cases were claimed", len(got), total)
	}
	c.stats(store.Stats{Settled: total})
}

func manyAttach(c cases) {
	c.open(1)
	each(8, func(n int) {
		for i := range 4 {
			c.attach(1, 4*(n/2)+i, now) // by two each
		}
	})
	d := c.claim(Intake, now, 1)
	seen := map[string]bool{}
	for _, e := range d.Case.Events {
		seen[e.ID] = true
	}
	if len(d.Case.Events) != 16 || len(seen) != 16 {
		c.t.Errorf("%d files came late, %d of them different, want 16", len(d.Case.Events), len(seen))
	}
}

func settleRace(c cases) {
	c.open(1)
	for n := range 40 {
		d := c.claim(Intake, now, 1)
		if len(d.Case.Events) != n {
			c.t.Fatalf("%d files came late, want %d", len(d.Case.Events), n)
		}
		each(2, func(who int) {
			if who == 0 {
				c.attach(1, n, now)
			} else {
				c.settle(d)
			}
		})
	}
}
