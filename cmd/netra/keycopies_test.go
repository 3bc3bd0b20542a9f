package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

// TestKeyCopies: what copies of the two files of keys can do and cannot, as
// docs/threat-model.md says.
func TestKeyCopies(t *testing.T) {
	vars := map[string]string{"NETRA_DATA": t.TempDir()}
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	with := func(do func(s *stores) error) {
		t.Helper()
		s, err := open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(do(s), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(id flows.ReportID, want bool) {
		t.Helper()
		with(func(s *stores) error {
			_, ok, err := s.db.Cases().Find(t.Context(), id.Ticket())
			if got := ok && err == nil; got != want {
				t.Errorf("%s is read: %v, %v", id.Ticket(), got, err)
			}
			return nil
		})
	}
	files := []string{"keys.json", "keys.json.reports", "netra.db"}
	keep := func() map[string][]byte {
		t.Helper()
		copies := map[string][]byte{}
		for _, name := range files {
			raw, err := os.ReadFile(filepath.Join(c.Data, name))
			if err != nil {
				t.Fatal(err)
			}
			copies[name] = raw
		}
		return copies
	}
	put := func(from map[string][]byte, names ...string) {
		t.Helper()
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(c.Data, name), from[name], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	case1, case2 := storetest.Case(1), storetest.Case(2)
	one, two := case1.Report.ID, case2.Report.ID
	with(func(s *stores) error { return s.db.Cases().Open(t.Context(), case1) })
	before := keep()
	if out, err := call(t, vars, "", "case", "delete", one.Ticket(), "--yes"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	with(func(s *stores) error { return s.db.Cases().Open(t.Context(), case2) })
	now := keep()

	// A backup with the keys of now: the deleted case is gone for good.
	put(before, "netra.db")
	reads(one, false)
	// With the reports' keys of then it can be read: deletion was not final.
	put(before, "keys.json.reports")
	reads(one, true)
	// And what came since cannot: their newest copy is the only one that will do.
	put(now, "netra.db")
	reads(two, false)
	// The keyset itself may be as old as the last rotation.
	put(now, "keys.json.reports")
	put(before, "keys.json")
	reads(two, true)
	if out, err := call(t, vars, "", "keys", "rotate"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	with(func(s *stores) error { _, err := s.keys.Reload(); return err })
	put(before, "keys.json")
	if _, err := open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "cannot be opened with these keys") {
		t.Errorf("a keyset from before the rotation: %v", err)
	}

	// A thief of the keyset alone, who knows what an empty file of reports' keys
	// looks like, reads what belongs to no report, and no report.
	put(now, "keys.json", "netra.db")
	empty := filepath.Join(t.TempDir(), "keys.json")
	raw, err := []byte(nil), store.MakeKeys(empty)
	if err == nil {
		raw, err = os.ReadFile(empty + ".reports")
	}
	if err = errors.Join(err, os.WriteFile(filepath.Join(c.Data, "keys.json.reports"), raw, 0o600)); err != nil {
		t.Fatal(err)
	}
	reads(two, false)
	if out, err := call(t, vars, "", "case", "requests"); err != nil || !strings.Contains(out, "delete") {
		t.Errorf("%v\n%s", err, out)
	}
}
