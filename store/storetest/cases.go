package storetest

import (
	"testing"
	"time"

	"github.com/netralitas/netra/store"
)

// Lease is how long the suite claims a delivery for.
const Lease = 10 * time.Minute

// now is after every sample case was opened.
var now = Epoch.Add(24 * time.Hour)

// Cases holds a backend to the promises of [store.Cases]. open returns an empty
// one and closes it when the test ends.
func Cases(t *testing.T, open func(t testing.TB) store.Cases) {
	run := func(name string, f func(c cases)) {
		t.Run(name, func(t *testing.T) { f(cases{t, open(t)}) })
	}
	run("what was opened is claimed", opened)
	run("opening again changes nothing", openedAgain)
	run("one delivery for each intake", intakes)
	run("a case without intakes is settled", noIntakes)
	run("the delivery due longest comes first", order)
	run("a claim lasts as long as its lease", lease)
	run("a claim that was lost changes nothing", lost)
	run("progress is kept", progress)
	run("a released delivery is due when it was said", released)
	run("a settled delivery is over", settled)
	run("late evidence before the delivery", attachedBefore)
	run("late evidence during the delivery", attachedDuring)
	run("late evidence after the delivery", attachedAfter)
	run("evidence it already has", attachedTwice)
	run("events go to whom they concern", concerned)
	run("a case may be due later than it was opened", dueLater)
	run("the way back is forgotten", forgotten)
	run("files of a case are known", hasFiles)
	run("purge removes what is old and settled", purged)
	run("stats", stats)
	run("ping", func(c cases) { c.ok(c.Ping(c.t.Context())) })
	run("many open the same", manyOpen)
	run("many claim, each delivery goes to one", manyClaim)
	run("many attach, all is there", manyAttach)
	run("evidence that comes while settling is not lost", settleRace)
}

// cases makes each call fail the test when it fails.
type cases struct {
	t *testing.T
	store.Cases
}

func (c cases) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Error(err)
	}
}

func (c cases) open(n int, intakes ...string) {
	c.t.Helper()
	c.ok(c.Open(c.t.Context(), Case(n, intakes...)))
}

// claim takes the delivery, which must be of the case.
func (c cases) claim(intake string, at time.Time, n int) store.Delivery {
	c.t.Helper()
	d, ok, err := c.Claim(c.t.Context(), intake, at, Lease)
	if err != nil || !ok || d.Case.Report.ID != ID(n) || d.Intake != intake {
		c.t.Fatalf("claim for %s at %s: ok %v, case %q for %q, %v; want case %d",
			intake, at.Format(time.TimeOnly), ok, d.Case.Report.ID, d.Intake, err, n)
	}
	return d
}

// none holds that nothing is due.
func (c cases) none(intake string, at time.Time) {
	c.t.Helper()
	if d, ok, err := c.Claim(c.t.Context(), intake, at, Lease); ok || err != nil {
		c.t.Errorf("claim for %s at %s: ok %v, case %q, %v; want nothing",
			intake, at.Format(time.TimeOnly), ok, d.Case.Report.ID, err)
	}
}

func (c cases) attach(n, file int, at time.Time) {
	c.t.Helper()
	if there, err := c.Add(c.t.Context(), ID(n), Given(file), at); !there || err != nil {
		c.t.Errorf("add: %v, %v", there, err)
	}
}

func (c cases) progress(d store.Delivery) { c.t.Helper(); c.ok(c.Progress(c.t.Context(), d)) }

func (c cases) settle(d store.Delivery) { c.t.Helper(); c.ok(c.Settle(c.t.Context(), d)) }

func (c cases) release(d store.Delivery, due time.Time) {
	c.t.Helper()
	c.ok(c.Release(c.t.Context(), d, due))
}

func (c cases) late(d store.Delivery, files ...int) {
	c.t.Helper()
	var want []store.Event
	for _, n := range files {
		want = append(want, Given(n))
	}
	same(c.t, "events", d.Case.Events, want)
}

func (c cases) stats(want store.Stats) {
	c.t.Helper()
	got, err := c.Stats(c.t.Context(), now)
	if err != nil || got != want {
		c.t.Errorf("stats are %+v, %v; want %+v", got, err, want)
	}
}

func opened(c cases) {
	c.open(1)
	d := c.claim(Intake, now, 1)
	same(c.t, "case", d.Case, Case(1))
	if d.Card != "" || d.Files != 0 || d.Told || d.Tries != 0 || d.Alarmed {
		c.t.Errorf("something is done already: %+v", d)
	}
	if !d.Since.Equal(Case(1).Opened) {
		c.t.Errorf("due since %s, want %s", d.Since, Case(1).Opened)
	}
	bare := Case(2)
	bare.Return = nil
	c.ok(c.Open(c.t.Context(), bare))
	same(c.t, "case without a way back", c.claim(Intake, now, 2).Case, bare)
}

func openedAgain(c cases) {
	c.open(1)
	c.open(1)
	other := Case(1, "other")
	other.Report.Lang = "jv"
	c.ok(c.Open(c.t.Context(), other))
	c.none("other", now)
	d := c.claim(Intake, now, 1)
	same(c.t, "case", d.Case, Case(1))
	c.open(1)
	c.none(Intake, now) // it stays claimed
	c.settle(d)
	c.open(1)
	c.none(Intake, now.Add(time.Hour)) // and settled
	c.stats(store.Stats{Settled: 1})
}

func intakes(c cases) {
	c.open(1, "a", "b", "a")
	c.none("c", now)
	d := c.claim("a", now, 1)
	c.none("a", now)
	c.settle(d)
	e := c.claim("b", now, 1)
	same(c.t, "case", e.Case, Case(1, "a", "b", "a"))
	c.none("b", now)
	c.release(e, now)
	c.claim("b", now, 1)
}

func noIntakes(c cases) {
	empty := Case(1)
	empty.Intakes = nil
	c.ok(c.Open(c.t.Context(), empty))
	c.stats(store.Stats{Settled: 1})
}

func order(c cases) {
	for _, n := range []int{3, 1, 2} {
		c.open(n)
	}
	c.none(Intake, Epoch) // the first is due when it was opened
	c.release(c.claim(Intake, now, 1), now.Add(time.Minute))
	c.claim(Intake, now.Add(time.Hour), 2)
	c.claim(Intake, now.Add(time.Hour), 3)
	c.claim(Intake, now.Add(time.Hour), 1)
}

func lease(c cases) {
	c.open(1)
	d := c.claim(Intake, now, 1)
	c.none(Intake, now.Add(Lease-time.Second))
	d.Card = "kenari-kartu-4711"
	c.progress(d)
	c.none(Intake, now.Add(Lease-time.Second))
	again := c.claim(Intake, now.Add(Lease+time.Second), 1) // progress does not prolong
	if again.Card != d.Card {
		c.t.Errorf("card is %q", again.Card)
	}
	c.none(Intake, now.Add(Lease+time.Minute))
	c.settle(again)
}

func progress(c cases) {
	c.open(1, "a", "b")
	d := c.claim("a", now, 1)
	d.Card, d.Files, d.Told, d.Tries, d.Alarmed = "kenari-kartu-4711", 2, true, 3, true
	c.progress(d)
	c.progress(d)
	got := c.claim("a", now.Add(Lease+time.Second), 1)
	got.Claim = d.Claim
	same(c.t, "delivery", got, d)
	other := c.claim("b", now, 1)
	if other.Card != "" || other.Files != 0 || other.Told {
		c.t.Errorf("the other intake's delivery is %+v", other)
	}
}

func released(c cases) {
	c.open(1)
	d := c.claim(Intake, now, 1)
	d.Tries = 1
	c.release(d, now.Add(time.Hour))
	c.none(Intake, now.Add(Lease+time.Second))
	c.none(Intake, now.Add(time.Hour-time.Second))
	d = c.claim(Intake, now.Add(time.Hour), 1)
	if d.Tries != 1 || !d.Since.Equal(Case(1).Opened) {
		c.t.Errorf("after the release: %d tries, due since %s", d.Tries, d.Since)
	}
	c.release(d, now)
	c.claim(Intake, now, 1)
}

func settled(c cases) {
	c.open(1)
	d := c.claim(Intake, now, 1)
	d.Card, d.Files = "kenari-kartu-4711", 2
	c.settle(d)
	c.settle(d) // again is no change
	c.none(Intake, now.Add(1000*time.Hour))
	c.attach(1, 1, now)
	if d = c.claim(Intake, now, 1); d.Card != "kenari-kartu-4711" || d.Files != 2 {
		c.t.Errorf("what was done when it was settled is lost: %+v", d)
	}
}
