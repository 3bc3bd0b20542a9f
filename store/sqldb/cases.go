package sqldb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Cases keeps finished reports and their deliveries.
type Cases struct{ db *DB }

var _ store.Cases = (*Cases)(nil)

// Cases returns the cases in this database.
func (db *DB) Cases() *Cases { return &Cases{db} }

// lookup is the keyed hash under which a row is found again.
func (db *DB) lookup(kind, value string) []byte {
	key, _ := hex.DecodeString(db.keys.Lookup(kind, value))
	return key
}

func (db *DB) report(id flows.ReportID) []byte { return db.lookup("report", string(id)) }

// What is sealed is bound to the case, and to what it is of the case.
func (db *DB) seal(o store.Owner, v any, what string, report []byte) ([]byte, error) {
	return db.keys.SealJSONFor(o, v, what+":"+string(report))
}

func whole(id flows.ReportID) store.Owner { return store.Owner{Report: id, Part: store.PartReport} }

// null is NULL for what there is not.
func null(sealed []byte) any {
	if len(sealed) == 0 {
		return nil
	}
	return sealed
}

func (db *DB) unseal(sealed []byte, what string, report []byte, v any) error {
	if len(sealed) == 0 {
		return nil
	}
	if err := db.keys.OpenJSON(sealed, what+":"+string(report), v); err != nil {
		return fmt.Errorf("%s %w", what, err)
	}
	return nil
}

// wayBack opens a way back. One whose key was destroyed is forgotten, also where
// a copy from before was put back.
func (db *DB) wayBack(sealed, report []byte, to **store.Return) error {
	err := db.unseal(sealed, "return", report, to)
	if errors.Is(err, store.ErrShredded) {
		*to, err = nil, nil
	}
	return err
}

// Open implements store.Cases.
func (cs *Cases) Open(ctx context.Context, c store.Case) error {
	report := cs.db.report(c.Report.ID)
	var back, events, identity []byte
	bare := c
	bare.Return, bare.Events, bare.Identity = nil, nil, nil
	sealed, err := cs.db.seal(whole(c.Report.ID), bare, "case", report)
	if err == nil && c.Return != nil {
		back, err = cs.db.seal(store.Owner{Report: c.Report.ID, Part: store.PartReturn}, c.Return, "return", report)
	}
	if err == nil && c.Identity != nil {
		identity, err = cs.db.seal(store.Owner{Report: c.Report.ID, Part: store.PartIdentity}, c.Identity, "identity", report)
	}
	if err == nil && len(c.Events) > 0 {
		events, err = cs.db.seal(whole(c.Report.ID), c.Events, "events", report)
	}
	if err == nil {
		err = cs.db.keys.Settle()
	}
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	at, due := c.Opened.Unix(), max(c.Opened.Unix(), c.Due.Unix())
	intakes := make([][]byte, len(c.Intakes))
	for i, name := range c.Intakes {
		intakes[i] = cs.db.lookup("intake", name)
	}
	return cs.db.queue.do(ctx, "open case", func(tx *tx) error {
		var id int64
		err := tx.rows(func(scan func(...any) error) error { return scan(&id) }, `
			INSERT INTO cases (report, ticket, opened, sealed, return_sealed, identity_sealed, late, late_at, late_sealed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (report) DO NOTHING RETURNING id`,
			report, cs.db.lookup("ticket", c.Report.ID.Ticket()), at/60, sealed, null(back), null(identity), len(c.Events), at, null(events))
		if err != nil || id == 0 { // it is there already
			return err
		}
		for _, intake := range intakes {
			if err := tx.exec(`INSERT INTO deliveries (case_id, intake, due, since) VALUES (?, ?, ?, ?)
				ON CONFLICT (case_id, intake) DO NOTHING`, id, intake, due, due); err != nil {
				return err
			}
		}
		return nil
	})
}

// Add implements store.Cases.
func (cs *Cases) Add(ctx context.Context, id flows.ReportID, e store.Event, due time.Time) (bool, error) {
	report := cs.db.report(id)
	reporter := cs.db.reporter()
	var there bool
	err := cs.db.queue.do(ctx, "add to case", func(tx *tx) error {
		there = false
		var row int64
		var sealed, events []byte
		var wayBack bool
		err := tx.rows(func(scan func(...any) error) error {
			there = true
			return scan(&row, &sealed, &events, &wayBack)
		}, `SELECT id, sealed, late_sealed, return_sealed IS NOT NULL FROM cases WHERE report = ?`, report)
		if err != nil || !there {
			return err
		}
		var c store.Case
		if err := cs.db.unseal(sealed, "case", report, &c); err != nil {
			return err
		}
		if err := cs.db.unseal(events, "events", report, &c.Events); err != nil {
			return err
		}
		if has(c, e) {
			return nil
		}
		if events, err = cs.db.seal(whole(id), append(c.Events, e), "events", report); err != nil {
			return err
		}
		if err := tx.exec(`UPDATE cases SET late = ?, late_at = ?, late_sealed = ? WHERE id = ?`,
			len(c.Events)+1, due.Unix(), events, row); err != nil {
			return err
		}
		if e.File != nil { // there is evidence again
			if err := tx.exec(`UPDATE cases SET files_gone = 0 WHERE id = ?`, row); err != nil {
				return err
			}
		}
		if e.FromReporter() {
			return tx.exec(`UPDATE deliveries SET due = ?, since = ?, tries = 0, alarmed = 0
				WHERE case_id = ? AND due IS NULL AND intake <> ?`, due.Unix(), due.Unix(), row, reporter)
		}
		var to [][]byte
		for _, name := range concerned(c, e) {
			to = append(to, cs.db.lookup("intake", name))
		}
		if e.ForReporter() && wayBack {
			to = append(to, reporter)
		}
		for _, intake := range to {
			if err := tx.exec(`INSERT INTO deliveries (case_id, intake, due, since) VALUES (?, ?, ?, ?)
				ON CONFLICT (case_id, intake) DO UPDATE SET due = excluded.due, since = excluded.since, tries = 0, alarmed = 0
				WHERE due IS NULL`, row, intake, due.Unix(), due.Unix()); err != nil {
				return err
			}
		}
		return nil
	})
	return there, err
}

// concerned are the intakes that supervisors' doings concern.
func concerned(c store.Case, e store.Event) (names []string) {
	for _, name := range append(c.All(), e.To) {
		if name != "" && e.Concerns(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func has(c store.Case, e store.Event) bool {
	if slices.ContainsFunc(c.Events, func(x store.Event) bool { return x.ID == e.ID }) {
		return true
	}
	for _, a := range c.Report.Answers {
		if e.File != nil && slices.ContainsFunc(a.Files, func(f flows.File) bool { return f.Digest == e.File.Digest }) {
			return true
		}
	}
	return false
}

// Forget implements store.Cases.
func (cs *Cases) Forget(ctx context.Context, id flows.ReportID) error {
	return cs.Drop(ctx, id, store.PartReturn)
}

// HasFiles implements store.Cases.
func (cs *Cases) HasFiles(ctx context.Context, id flows.ReportID) (there bool, err error) {
	var one int
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		there = true
		return scan(&one)
	}, `SELECT 1 FROM cases WHERE report = ?`, cs.db.report(id))
	if err != nil {
		return false, fmt.Errorf("look for case: %w", err)
	}
	return there, nil
}

// Check opens every case, and returns how many there are and how many cannot be
// opened with these keys.
func (cs *Cases) Check(ctx context.Context) (all, unreadable int, err error) {
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var report, sealed []byte
		if err := scan(&report, &sealed); err != nil {
			return err
		}
		all++
		var c store.Case
		if cs.db.unseal(sealed, "case", report, &c) != nil {
			unreadable++
		}
		return nil
	}, `SELECT report, sealed FROM cases`)
	if err != nil {
		return 0, 0, fmt.Errorf("check cases: %w", err)
	}
	return all, unreadable, nil
}

// Ping implements store.Cases.
func (cs *Cases) Ping(ctx context.Context) error { return cs.db.Ping(ctx) }
