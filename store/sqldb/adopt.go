package sqldb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Adopt finds deliveries to intakes that are not configured any more, gives
// their cases to those that route names now, and returns how many are left
// because it names none. Adopting again changes nothing. A case that cannot be
// opened stays as it is; the error then says so.
func (cs *Cases) Adopt(ctx context.Context, known []string, route func(flows.Finished) []string) (left int, err error) {
	keys := [][]byte{cs.db.lookup("intake", store.ToReporter)}
	for _, name := range known {
		keys = append(keys, cs.db.lookup("intake", name))
	}
	type orphan struct {
		id             int64
		intake         []byte
		since          time.Time
		report, sealed []byte
	}
	var orphans []orphan
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var o orphan
		var since int64
		err := scan(&o.id, &o.intake, &since, &o.report, &o.sealed)
		o.since = time.Unix(since, 0).UTC()
		if !slices.ContainsFunc(keys, func(k []byte) bool { return string(k) == string(o.intake) }) {
			orphans = append(orphans, o)
		}
		return err
	}, `SELECT d.id, d.intake, d.since, c.report, c.sealed FROM deliveries AS d JOIN cases AS c ON c.id = d.case_id WHERE d.due IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("adopt deliveries: %w", err)
	}
	var unreadable error
	for _, o := range orphans {
		var c store.Case
		if err := cs.db.unseal(o.sealed, "case", o.report, &c); err != nil { // the others need not wait for it
			unreadable = fmt.Errorf("adopt deliveries: %w", err)
			continue
		}
		names := route(c.Report)
		if len(names) == 0 {
			left++
			continue
		}
		for _, name := range names { // the case must say so, or its supervisors could not find it
			if c.Goes(name) {
				continue
			}
			if _, err := cs.Add(ctx, c.Report.ID, store.Event{ID: "routed:" + name, Kind: store.Routed, At: c.Opened, To: name}, o.since); err != nil {
				return left, err
			}
		}
		err := cs.db.queue.do(ctx, "adopt delivery", func(tx *tx) error {
			return tx.exec(`DELETE FROM deliveries WHERE id = ?`, o.id)
		})
		if err != nil {
			return left, err
		}
	}
	return left, unreadable
}
