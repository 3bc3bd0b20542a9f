package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
)

// Audit holds a backend to the promises of [store.Audit].
func Audit(t *testing.T, open func(t testing.TB) store.Audit) {
	a := open(t)
	ctx := t.Context()
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	first := store.Entry{At: at, What: "identity", Ticket: "7KQ2-M4XD-9TR", By: store.Officer{Key: "k", Name: "Petugas Rekaan"}, In: "bawaslu", Why: "klarifikasi"}
	if err := a.Append(ctx, first); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 20 { // at once, they are one chain nevertheless
		all.Go(func() {
			if err := a.Append(ctx, store.Entry{At: at, What: "original"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	links := map[string]bool{}
	n := 0
	err := a.Walk(ctx, func(number int, link string, e store.Entry) error {
		n++
		if number != n || links[link] || link == "" {
			t.Errorf("entry %d has number %d and link %q", n, number, link)
		}
		links[link] = true
		if n == 1 && e != first {
			t.Errorf("read %+v, wrote %+v", e, first)
		}
		return nil
	})
	if err != nil || n != 21 {
		t.Fatalf("%d entries: %v", n, err)
	}
	stop := errors.New("enough")
	if err := a.Walk(ctx, func(int, string, store.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of each became %v", err)
	}
}
