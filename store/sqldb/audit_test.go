package sqldb

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
)

// TestAuditIsTampered changes the log in every way that a database allows to who
// has no keys but takes the triggers away, and finds out each time.
func TestAuditIsTampered(t *testing.T) {
	for name, change := range map[string]string{
		"time":     `UPDATE audit SET at = at + 1 WHERE number = 2`,
		"content":  `UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE number = 3) WHERE number = 2`,
		"link":     `UPDATE audit SET link = (SELECT link FROM audit WHERE number = 3) WHERE number = 2`,
		"left out": `DELETE FROM audit WHERE number = 2`,
		"first":    `DELETE FROM audit WHERE number = 1`,
		"moved up": `UPDATE audit SET number = number + 1 WHERE number = 4`,
		"appended": `INSERT INTO audit SELECT 5, at, sealed, link FROM audit WHERE number = 4`,
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := store.NewKeys()
			if err != nil {
				t.Fatal(err)
			}
			db, err := Open(t.Context(), filepath.Join(t.TempDir(), "netra.db"), keys, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for range 4 {
				if err := db.Audit().Append(t.Context(), store.Entry{At: time.Unix(1e9, 0), What: "identity"}); err != nil {
					t.Fatal(err)
				}
			}
			do := func(q string) error {
				return db.queue.do(t.Context(), "tamper", func(tx *tx) error { return tx.exec(q) })
			}
			if name != "appended" {
				if err := do(change); err == nil {
					t.Fatal("the log could be changed with its triggers in place")
				}
			}
			for _, q := range []string{`DROP TRIGGER audit_stays`, `DROP TRIGGER audit_is_kept`, change} {
				if err := do(q); err != nil {
					t.Fatal(err)
				}
			}
			err = db.Audit().Walk(t.Context(), func(int, string, store.Entry) error { return nil })
			if !errors.Is(err, store.ErrTampered) {
				t.Errorf("not found: %v", err)
			}
		})
	}
}
