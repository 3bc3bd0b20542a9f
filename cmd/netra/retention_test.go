package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

// removed is what netra_removed_total counts of a kind.
func removed(t *testing.T, r *prometheus.Registry, kind string) int {
	t.Helper()
	all, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for _, m := range f.GetMetric() {
			if f.GetName() == "netra_removed_total" && m.GetLabel()[0].GetValue() == kind {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}

// TestRetention: each kind of data goes when its own time has come, with its key,
// and the log and the metrics say so. The clock is moved day by day.
func TestRetention(t *testing.T) {
	vars := map[string]string{
		"NETRA_DATA": t.TempDir(), "NETRA_INTAKE": "telegram:-1", "NETRA_RETENTION_IDENTITY": "960h", // 40 days
		"NETRA_RETENTION_RETURN": "1200h", // 50 days
	}
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := words(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id, now := store.NewReportID(), time.Now()
	f, err := s.vault.Keep(t.Context(), id, bytes.NewReader(bottest.Picture()), maxFile)
	if err != nil {
		t.Fatal(err)
	}
	cases := s.db.Cases()
	k := store.Case{
		Report: flows.Finished{ID: id, Flow: flows.Citizen.ID, Lang: "id", Sent: now, Answers: map[flows.StepID]flows.Answer{
			"story": {Text: bottest.CanaryStory}, "evidence": {Files: []flows.File{f}},
		}},
		Identity: map[flows.StepID]flows.Answer{"reporter_name": {Text: bottest.CanaryName}},
		Return:   &store.Return{Channel: "telegram", Address: "7040000097", Lang: "id"},
		Intakes:  []string{"intake"}, Opened: now, Due: now,
	}
	request := store.Request{Number: "N", Kind: store.RequestSee, At: now, Until: now.Add(72 * time.Hour), Done: now}
	// One that has not reached its supervisors goes at no time.
	waiting := storetest.Case(1, "intake")
	waiting.Opened, waiting.Due = now, now.AddDate(3, 0, 0)
	if err := errors.Join(cases.Open(t.Context(), k), s.db.Requests().Log(t.Context(), request), cases.Open(t.Context(), waiting)); err != nil {
		t.Fatal(err)
	}
	d, ok, err := cases.Claim(t.Context(), "intake", now.Add(time.Hour), time.Minute)
	if err = errors.Join(err, cases.Settle(t.Context(), d)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	var log bytes.Buffer
	registry := prometheus.NewRegistry()
	b, _, _ := build(s, c, l, zerolog.New(&log), bot.NewMetrics(registry))
	w := &sweeper{s: s, c: c, b: b, log: zerolog.New(&log)}
	kinds := []string{"evidence", "identities", "ways_back", "cases", "requests", "drafts"}
	gone := map[string]int{}
	// after sweeps once so many days later, and again: then nothing is left to do.
	after := func(days int, want ...string) {
		t.Helper()
		log.Reset()
		w.all(t.Context(), now.AddDate(0, 0, days))
		said := log.String()
		w.all(t.Context(), now.AddDate(0, 0, days))
		for _, kind := range want {
			gone[kind]++
			if !strings.Contains(said, fmt.Sprintf(`"%s":1`, kind)) {
				t.Errorf("after %d days the log does not say %s: %s", days, kind, said)
			}
		}
		for _, kind := range kinds {
			if n := removed(t, registry, kind); n != gone[kind] {
				t.Errorf("after %d days %d %s are counted, want %d", days, n, kind, gone[kind])
			}
		}
		if strings.Contains(log.String(), `"level":"error"`) {
			t.Errorf("after %d days: %s", days, log.String())
		}
		storetest.CanariesIn(t, []string{string(id), bottest.CanaryStory, bottest.CanaryName, k.Return.Address}, "the log", log.Bytes())
	}
	standing := func() store.Standing {
		t.Helper()
		x, ok, err := cases.Stands(t.Context(), id.Ticket())
		if !ok || err != nil {
			t.Fatalf("the case: %v, %v", ok, err)
		}
		return x
	}
	// keys are how many keys there are: two are those of the case that waits.
	keys := func(want int) {
		t.Helper()
		if list, err := s.keys.List(); err != nil || list[0].Seals != want {
			t.Errorf("%+v, %v: want %d keys", list, err, want)
		}
	}

	after(0)
	after(29)
	keys(6)
	after(31, "evidence")
	keys(5)
	if _, err := s.keys.OpenFile(id, strings.NewReader(""), ""); !errors.Is(err, store.ErrShredded) {
		t.Errorf("the key of the evidence: %v", err)
	}
	if x := standing(); !x.FilesGone || x.Return == nil {
		t.Errorf("after the evidence: %+v", x)
	}
	if _, err := s.vault.Describe(t.Context(), id, f); err == nil {
		t.Error("the file is in the vault")
	}
	if out, err := call(t, vars, "", "case", "evidence", id.Ticket()); err != nil || !strings.Contains(out, "– removed") || !strings.Contains(out, f.Digest) {
		t.Errorf("case evidence: %v\n%s", err, out)
	}
	if card := (intake.Cards{Rules: b.Rules, Words: l, Lang: "id"}).Card(standing().Case, intake.Route{}).Body; !strings.Contains(card, bottest.CanaryStory) {
		t.Errorf("the card lost its story:\n%s", card)
	}
	after(39)
	if who, err := cases.Identity(t.Context(), id); len(who) != 1 || err != nil {
		t.Errorf("%v, %v", who, err)
	}
	after(41, "identities")
	if who, err := cases.Identity(t.Context(), id); who != nil || err != nil {
		t.Errorf("%v, %v", who, err)
	}
	keys(4)
	after(49)
	after(51, "ways_back")
	if standing().Return != nil {
		t.Error("the way back is there")
	}
	keys(3)
	after(89)
	standing()
	after(91, "cases")
	if _, ok, err := cases.Find(t.Context(), id.Ticket()); ok || err != nil {
		t.Errorf("the case: %v, %v", ok, err)
	}
	after(364)
	after(366, "requests")
	if list, err := s.db.Requests().Since(t.Context(), time.Time{}); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	if x, ok, err := cases.Stands(t.Context(), waiting.Report.ID.Ticket()); !ok || err != nil || x.FilesGone || x.Return == nil {
		t.Errorf("what never reached its supervisors: %v, %v", ok, err)
	}
	keys(2)
}
