package sqldb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Claim implements store.Cases. A case whose key was destroyed can be delivered
// by nobody: its deliveries are over.
func (cs *Cases) Claim(ctx context.Context, intake string, now time.Time, lease time.Duration) (d store.Delivery, ok bool, err error) {
	for {
		d, ok, err = cs.claim(ctx, intake, now, lease)
		if !errors.Is(err, store.ErrShredded) {
			return d, ok, err
		}
	}
}

func (cs *Cases) claim(ctx context.Context, intake string, now time.Time, lease time.Duration) (d store.Delivery, ok bool, err error) {
	key := cs.db.lookup("intake", intake)
	until := now.Add(lease + time.Second - 1).Unix() // rounded up: never too early
	var report, sealed, back, late, card []byte
	var since int64
	err = cs.db.queue.do(ctx, "claim delivery", func(tx *tx) error {
		var caseID int64
		ok = false
		err := tx.rows(func(scan func(...any) error) error {
			ok = true
			return scan(&caseID, &since, &d.Claim, &card, &d.Files, &d.Told, &d.Tries, &d.Alarmed)
		}, `
			UPDATE deliveries SET due = ?, claim = claim + 1 WHERE id = (
				SELECT id FROM deliveries WHERE intake = ? AND due <= ? ORDER BY due LIMIT 1)
			RETURNING case_id, since, claim, card_sealed, files, told, tries, alarmed`,
			until, key, now.Unix())
		if err != nil || !ok {
			return err
		}
		return tx.rows(func(scan func(...any) error) error {
			return scan(&report, &sealed, &back, &late)
		}, `SELECT report, sealed, return_sealed, late_sealed FROM cases WHERE id = ?`, caseID)
	})
	if err != nil || !ok {
		return store.Delivery{}, false, err
	}
	d.Intake, d.Since = intake, time.Unix(since, 0).UTC()
	// The case first: it was sealed without the others.
	err = cs.db.unseal(sealed, "case", report, &d.Case)
	if errors.Is(err, store.ErrShredded) {
		e := cs.db.queue.do(ctx, "give a delivery up", func(tx *tx) error {
			return tx.exec(`UPDATE deliveries SET due = NULL WHERE intake = ? AND case_id = (SELECT id FROM cases WHERE report = ?)`, key, report)
		})
		if e != nil {
			return store.Delivery{}, false, e
		}
	}
	if err == nil {
		err = cs.db.wayBack(back, report, &d.Case.Return)
	}
	if err == nil {
		err = cs.db.unseal(late, "events", report, &d.Case.Events)
	}
	if err == nil {
		err = cs.db.unseal(card, cardOf(key), report, &d.Card)
	}
	if err != nil {
		return store.Delivery{}, false, fmt.Errorf("claim delivery: %w", err)
	}
	return d, true, nil
}

// Unclaim makes every delivery that is not settled due at once, whoever claimed
// it. It is for a process that knows itself to be the only one.
func (cs *Cases) Unclaim(ctx context.Context) error {
	return cs.db.queue.do(ctx, "free deliveries", func(tx *tx) error {
		_, err := tx.count(`UPDATE deliveries SET due = since, claim = claim + 1 WHERE due IS NOT NULL`)
		return err
	})
}

// cardOf binds a card to its intake.
func cardOf(intake []byte) string { return "card:" + string(intake) }

// Progress implements store.Cases.
func (cs *Cases) Progress(ctx context.Context, d store.Delivery) error {
	return cs.update(ctx, "store progress", d, `due = due, since = since`)
}

// Release implements store.Cases.
func (cs *Cases) Release(ctx context.Context, d store.Delivery, due time.Time) error {
	return cs.update(ctx, "release delivery", d, `due = ?, since = since`, due.Add(time.Second-1).Unix())
}

// Settle implements store.Cases. Whether evidence came meanwhile shows in how
// much of it the worker knew.
func (cs *Cases) Settle(ctx context.Context, d store.Delivery) error {
	known := len(d.Case.Events)
	return cs.update(ctx, "settle delivery", d, `
		due   = CASE WHEN c.late > ? THEN c.late_at END,
		since = CASE WHEN c.late > ? THEN c.late_at ELSE since END`, known, known)
}

// update stores what was done, and what else is to be set, if the claim is
// still the worker's.
func (cs *Cases) update(ctx context.Context, what string, d store.Delivery, set string, args ...any) error {
	report, intake := cs.db.report(d.Case.Report.ID), cs.db.lookup("intake", d.Intake)
	var card []byte
	if d.Card != "" {
		var err error
		if card, err = cs.db.seal(whole(d.Case.Report.ID), d.Card, cardOf(intake), report); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	args = append(args, null(card), null(cs.db.card(d.Group, d.Card)), d.Files, d.Told, d.Tries, d.Alarmed, report, intake, int64(d.Claim))
	var changed int64
	err := cs.db.queue.do(ctx, what, func(tx *tx) (err error) {
		changed, err = tx.count(`UPDATE deliveries SET `+set+`,
				card_sealed = ?, card = coalesce(?, deliveries.card), files = ?, told = ?, tries = ?, alarmed = ?
			FROM cases AS c
			WHERE c.report = ? AND deliveries.case_id = c.id AND deliveries.intake = ? AND deliveries.claim = ?`, args...)
		return err
	})
	if err == nil && changed == 0 {
		err = fmt.Errorf("%s: %w", what, store.ErrLost)
	}
	return err
}

// Purge implements store.Cases.
func (cs *Cases) Purge(ctx context.Context, before time.Time) ([]flows.ReportID, error) {
	const old = `opened < ? AND EXISTS (SELECT 1 FROM deliveries WHERE case_id = cases.id) AND NOT ` + unsettled
	// Looking takes long and needs no lock; removing is quick and looks again.
	var rows []int64
	err := cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		rows = append(rows, id)
		return err
	}, `SELECT id FROM cases WHERE `+old, before.Unix()/60, cs.db.reporter())
	if err != nil {
		return nil, fmt.Errorf("purge cases: %w", err)
	}
	var gone []flows.ReportID
	for some := range slices.Chunk(rows, 50) {
		var part []flows.ReportID
		err := cs.db.queue.do(ctx, "purge cases", func(tx *tx) error {
			part = part[:0]
			for _, id := range some {
				var sealed []byte
				if err := tx.rows(func(scan func(...any) error) error { return scan(&sealed) },
					`DELETE FROM cases WHERE id = ? AND `+old+` RETURNING sealed`, id, before.Unix()/60, cs.db.reporter()); err != nil {
					return err
				}
				if o, ok := cs.db.keys.Whose(sealed); ok { // also when its key was destroyed
					part = append(part, o.Report)
				}
			}
			return nil
		})
		if err != nil {
			return gone, err
		}
		gone = append(gone, part...)
	}
	return gone, nil
}

// Stats implements store.Cases.
func (cs *Cases) Stats(ctx context.Context, now time.Time) (s store.Stats, err error) {
	var cases int
	var since int64
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		return scan(&cases, &s.Deliveries, &s.Open, &since, &s.Inbox)
	}, `
		SELECT (SELECT count(*) FROM cases), count(*), count(DISTINCT case_id), coalesce(min(since), 0),
			(SELECT count(*) FROM inbox)
		FROM deliveries WHERE due IS NOT NULL`)
	if err != nil {
		return store.Stats{}, fmt.Errorf("count cases: %w", err)
	}
	s.Settled = cases - s.Open
	if s.Deliveries > 0 {
		s.Lag = max(now.Sub(time.Unix(since, 0)), 0)
	}
	return s, nil
}
