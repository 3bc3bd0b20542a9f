package sqldb

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

// TestAdopt: cases whose intake is gone go to those that take them now, and
// are neither settled nor purged before.
func TestAdopt(t *testing.T) {
	keys, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cases := db.Cases()
	for i, intake := range []string{"old", "old", "kept"} {
		if err := cases.Open(t.Context(), storetest.Case(i, intake)); err != nil {
			t.Fatal(err)
		}
	}
	nobody := func(flows.Finished) []string { return nil }
	if left, err := cases.Adopt(t.Context(), []string{"kept"}, nobody); left != 2 || err != nil {
		t.Fatalf("%d left, %v", left, err)
	}
	later := time.Now().AddDate(1, 0, 0)
	if gone, err := cases.Purge(t.Context(), later); len(gone) != 0 || err != nil {
		t.Fatalf("purged %v, %v", gone, err)
	}
	now := func(flows.Finished) []string { return []string{"kept", "new"} }
	for range 2 { // again changes nothing
		if left, err := cases.Adopt(t.Context(), []string{"kept", "new"}, now); left != 0 || err != nil {
			t.Fatalf("%d left, %v", left, err)
		}
	}
	for intake, want := range map[string]int{"old": 0, "new": 2, "kept": 3} {
		n := 0
		for {
			_, ok, err := cases.Claim(t.Context(), intake, later, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			n++
		}
		if n != want {
			t.Errorf("%s: %d deliveries, want %d", intake, n, want)
		}
	}
}
