package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// TestGuessTime says how long guessing a PIN takes, and plays a month of it.
func TestGuessTime(t *testing.T) {
	keys, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(t.Context(), filepath.Join(t.TempDir(), "netra.db"), keys, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// Somebody who guesses as soon as the guard lets them, from an account of its
	// own each time: only the wait of the code holds them up.
	const days = 30
	guesses := 0
	for now, end := storetest.Epoch, storetest.Epoch.AddDate(0, 0, days); now.Before(end); {
		wait, err := db.Guard().Try(t.Context(), []string{"code:x", "who:" + now.String()}, now)
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			guesses++
		}
		now = now.Add(wait)
	}
	perDay := float64(guesses) / days
	t.Logf("policy: after wrong guess 5 %s, 6 %s, 7 %s, … at most %s; a day without a guess forgives", store.Wait(5), store.Wait(6), store.Wait(7), store.Wait(1000))
	years := flows.PINs / 2 / perDay / 365
	t.Logf("%d guesses in %d days, %.1f a day: with %d PINs it takes %.0f years on average", guesses, days, perDay, flows.PINs, years)
	if years < 1000 {
		t.Errorf("a PIN is guessed in %.0f years", years)
	}
}

// TestGuessesAreShared: two processes on a database count together, and a restart
// forgets nothing.
func TestGuessesAreShared(t *testing.T) {
	e := variables("NETRA_DATA", t.TempDir())
	one, two := begun(t, e), begun(t, e)
	now := time.Now()
	try := func(s *stores, at time.Time) time.Duration {
		t.Helper()
		wait, err := s.db.Guard().Try(t.Context(), []string{"code:x"}, at)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	for n := range 5 {
		if wait := try([]*stores{one, two}[n%2], now); wait != 0 {
			t.Errorf("guess %d waits %s", n, wait)
		}
	}
	for _, s := range []*stores{one, two} {
		if wait := try(s, now.Add(30*time.Second)); wait <= 0 {
			t.Error("a sixth guess")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again := begun(t, e)
	defer again.Close()
	if wait := try(again, now.Add(30*time.Second)); wait <= 0 {
		t.Error("a restart forgot the guesses")
	}
}

// TestGuessing: the serving program slows guesses at a receipt down, for another
// account and after a restart, too; the right PIN gets no other answer then.
func TestGuessing(t *testing.T) {
	w := newWorld(t)
	w.start()
	ctx := deadline(t, 2*time.Minute)
	code, pin := receipt(w.talks(ctx, bottest.Citizen))
	wrong := bottest.Words(w.words, "id", "case.wrong")
	wait := "Terlalu banyak percobaan"
	for n := range 5 {
		u := bottest.Person{User: w.telegram.NewUser("id")} // never the same account
		u.Say("cek " + code + " " + storetest.ID(n).PIN())
		if err := u.See(ctx, wrong, ""); err != nil {
			t.Fatalf("guess %d: %v\n%s", n, err, u.Chat())
		}
	}
	for range 2 {
		u := bottest.Person{User: w.telegram.NewUser("id")}
		u.Say("cek " + code + " " + pin)
		if err := u.See(ctx, wait, ""); err != nil {
			t.Fatalf("%v\n%s", err, u.Chat())
		}
		w.kill()
		w.start()
	}
	w.stop()
}
