package sqldb_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

// TestRestored: a copy of the database that is put back holds cases whose keys
// were destroyed since. They are noise, and hold up no other: not retention, not
// adoption, not deliveries, and so are messages that arrived. A case of which only the way back is gone is whole.
func TestRestored(t *testing.T) {
	k := newKeys(t)
	db := open(t, filepath.Join(t.TempDir(), "netra.db"), k)
	cases := db.Cases()
	for n := range 3 {
		if err := cases.Open(t.Context(), storetest.Case(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(k.Shred(storetest.ID(0), store.PartReturn), k.Shred(storetest.ID(1))); err != nil {
		t.Fatal(err)
	}
	if c, ok, err := cases.Find(t.Context(), storetest.ID(0).Ticket()); !ok || err != nil || c.Return != nil || len(c.Report.Answers) == 0 {
		t.Errorf("without its way back: %v, %v", ok, err)
	}
	inbox := db.Inbox()
	if err := inbox.Put(t.Context(), []store.Received{storetest.Message("telegram", 1)}); err != nil {
		t.Fatal(err)
	}
	k.RollInbox()
	if err := inbox.Put(t.Context(), []store.Received{storetest.Message("telegram", 2)}); err != nil {
		t.Fatal(err)
	}
	idle := k.IdleInbox()
	if len(idle) != 1 {
		t.Fatalf("%v", idle)
	}
	if err := k.Shred(idle[0].Report, idle[0].Part); err != nil {
		t.Fatal(err)
	}
	if list, err := inbox.Pending(t.Context(), "telegram"); err != nil || len(list) != 1 || list[0].ID != storetest.Message("telegram", 2).ID {
		t.Errorf("%d messages, %v", len(list), err)
	}
	var listed []flows.ReportID
	if err := cases.List(t.Context(), func(s store.Standing) error { listed = append(listed, s.Report.ID); return nil }); !errors.Is(err, store.ErrShredded) {
		t.Errorf("list: %v", err)
	}
	if want := []flows.ReportID{storetest.ID(0), storetest.ID(2)}; !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
	adopted := 0
	if left, err := cases.Adopt(t.Context(), []string{"baru"}, func(flows.Finished) []string { adopted++; return []string{"baru"} }); left != 0 || !errors.Is(err, store.ErrShredded) || adopted != 2 {
		t.Errorf("adopted %d, left %d, %v", adopted, left, err)
	}
	later := storetest.Epoch.AddDate(1, 0, 0)
	for range 2 {
		d, ok, err := cases.Claim(t.Context(), "baru", later, time.Minute)
		if err = errors.Join(err, cases.Settle(t.Context(), d)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	// What nobody can read is delivered no more, and holds nobody up.
	if d, ok, err := cases.Claim(t.Context(), storetest.Intake, later, time.Minute); ok || err != nil {
		t.Errorf("%+v, %v", d.Case.Report.ID, err)
	}
	all := []flows.ReportID{storetest.ID(0), storetest.ID(1), storetest.ID(2)}
	if old, err := cases.Old(t.Context(), store.PartFiles, later); !slices.Equal(old, all) || err != nil {
		t.Errorf("old: %v, %v", old, err)
	}
	if gone, err := cases.Purge(t.Context(), later); !slices.Equal(gone, all) || err != nil {
		t.Errorf("purged: %v, %v", gone, err)
	}
}
