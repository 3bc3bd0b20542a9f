package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

func TestWindow(t *testing.T) {
	for v, want := range map[string]window{
		"30m-6h": {30 * time.Minute, 6 * time.Hour}, "0-0": {}, "0s-48h": {0, 48 * time.Hour}, "1h-1h": {time.Hour, time.Hour}, "90s-1h30m": {90 * time.Second, 90 * time.Minute},
	} {
		w, err := readWindow(v)
		if w != want || err != nil {
			t.Errorf("%s: %v, %v", v, w, err)
		}
		least, most := 48*time.Hour, time.Duration(0)
		for range 1000 {
			d := w.draw()
			least, most = min(least, d), max(most, d)
		}
		if least < w.from || most > w.to {
			t.Errorf("%s: drew from %s to %s", v, least, most)
		}
		if span := w.to - w.from; span > 0 && most-least < span*9/10 {
			t.Errorf("%s: drew only from %s to %s", v, least, most)
		}
	}
	for _, v := range []string{"", "-", "6h", "6h-30m", "-1h-2h", "0-49h", "1h-", "-6h", "30-60", "1h-2h-3h", "1h – 2h"} {
		if w, err := readWindow(v); err == nil || w != (window{}) || !strings.Contains(err.Error(), "30m-6h") {
			t.Errorf("%q: %v, %v", v, w, err)
		}
	}
	_, err := call(t, map[string]string{"NETRA_PRESSURE_DELAY": "6h", "NETRA_DATA": t.TempDir()}, "", "serve")
	if err == nil || !strings.Contains(err.Error(), "NETRA_PRESSURE_DELAY is not two durations") {
		t.Errorf("%v", err)
	}
}

// TestPressureDelay: a report of pressure waits for its time, over a restart, too,
// while a citizen's that was sent after it is handed over at once.
func TestPressureDelay(t *testing.T) {
	w := newWorld(t, "NETRA_PRESSURE_DELAY=2h-3h")
	w.start()
	ctx := deadline(t, 2*time.Minute)
	code, _ := receipt(w.talks(ctx, bottest.Pressure))
	sent := time.Now()
	quick, _ := receipt(w.talks(ctx, bottest.Citizen))
	stands := func(code string) bool {
		return slices.ContainsFunc(w.group.Messages(), func(m telegramtest.Message) bool { return strings.Contains(m.Text, code) })
	}
	if err := w.group.WaitFor(ctx, func() bool { return stands(quick) }); err != nil {
		t.Fatalf("the citizen's report: %v", err)
	}
	w.kill()
	w.start()
	if third, _ := receipt(w.talks(ctx, bottest.Citizen)); third == quick || w.group.WaitFor(ctx, func() bool { return stands(third) }) != nil {
		t.Error("the citizen's report after the restart")
	}
	for {
		if _, metrics := w.get("/metrics"); strings.Contains(metrics, "\nnetra_deliveries_unsettled 1\n") { // its own
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("the citizens' reports are not settled")
		case <-time.After(50 * time.Millisecond):
		}
	}
	w.stop()
	if stands(code) {
		t.Error("the report of pressure was handed over already")
	}
	s := w.stores()
	defer s.Close()
	for _, at := range []time.Time{sent, sent.Add(2*time.Hour - time.Minute)} {
		if d, ok, err := s.db.Cases().Claim(t.Context(), "intake", at, time.Minute); ok || err != nil {
			t.Errorf("%s after it was sent: %s is due, %v", at.Sub(sent), d.Case.Report.ID.Ticket(), err)
		}
	}
	d, ok, err := s.db.Cases().Claim(t.Context(), "intake", sent.Add(3*time.Hour+time.Minute), time.Minute)
	if !ok || err != nil || d.Case.Report.ID.Ticket() != code {
		t.Errorf("at its time: %v, %v", ok, err)
	}
}
