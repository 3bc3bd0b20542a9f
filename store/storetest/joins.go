package storetest

import (
	"testing"
	"time"

	"github.com/netralitas/netra/store"
)

// Joins holds a backend to the promises of [store.Joins].
func Joins(t *testing.T, open func(t testing.TB) store.Joins) {
	j := open(t)
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	ask := func(code, group string, want bool) {
		t.Helper()
		if fresh, err := j.Ask(t.Context(), code, group, at, at.Add(time.Hour)); err != nil || fresh != want {
			t.Fatal(fresh, err)
		}
	}
	redeem := func(code string, when time.Time, want string) {
		t.Helper()
		if got, ok, err := j.Redeem(t.Context(), code, when); got != want || ok != (want != "") || err != nil {
			t.Errorf("%q, %v, %v; want %q", got, ok, err, want)
		}
	}
	ask("AAAA-1111", "telegram:-1", true)
	ask("AAAA-1111", "telegram:-3", false)
	ask("BBBB-2222", "telegram:-2", true)
	redeem("CCCC-3333", at, "")
	redeem("AAAA-1111", at, "telegram:-1")
	redeem("AAAA-1111", at, "") // it works once
	redeem("BBBB-2222", at.Add(time.Hour), "")
}
