package sqldb

import (
	"context"
	"fmt"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

var _ store.Registry = (*Cases)(nil)

// card is the lookup under which the case of a card is found, nil for no card.
func (db *DB) card(group, card string) []byte {
	if group == "" || card == "" {
		return nil
	}
	return db.lookup("card", group+"\x00"+card)
}

// unsettled is whether supervisors still have something to get of a case. Whether
// a reporter could be told holds nothing up. It takes their lookup.
const unsettled = `EXISTS (SELECT 1 FROM deliveries WHERE case_id = cases.id AND due IS NOT NULL AND intake <> ?)`

func (db *DB) reporter() []byte { return db.lookup("intake", store.ToReporter) }

// Find implements store.Registry.
func (cs *Cases) Find(ctx context.Context, ticket string) (store.Case, bool, error) {
	s, ok, err := cs.find(ctx, `ticket = ?`, cs.db.lookup("ticket", ticket))
	return s.Case, ok, err
}

// OfCard implements store.Registry.
func (cs *Cases) OfCard(ctx context.Context, group, card string) (store.Case, bool, error) {
	s, ok, err := cs.find(ctx, `id = (SELECT case_id FROM deliveries WHERE card = ? LIMIT 1)`, cs.db.card(group, card))
	return s.Case, ok, err
}

// Stands implements store.Registry.
func (cs *Cases) Stands(ctx context.Context, ticket string) (store.Standing, bool, error) {
	return cs.find(ctx, `ticket = ?`, cs.db.lookup("ticket", ticket))
}

func (cs *Cases) find(ctx context.Context, where string, key []byte) (s store.Standing, ok bool, err error) {
	err = cs.stands(ctx, func(_ int64, x store.Standing, err error) error {
		s, ok = x, true
		return err
	}, `WHERE `+where+` ORDER BY id LIMIT 1`, key)
	if err != nil {
		return store.Standing{}, false, fmt.Errorf("find case: %w", err)
	}
	return s, ok, nil
}

// List implements store.Registry. It reads a few at a time, so that nobody waits.
func (cs *Cases) List(ctx context.Context, each func(store.Standing) error) error {
	unreadable := 0
	var why error
	for last, more := int64(0), true; more; {
		var some []store.Standing
		more = false
		err := cs.stands(ctx, func(id int64, s store.Standing, err error) error {
			last, more = id, true
			if err != nil {
				unreadable, why = unreadable+1, err
				return nil //nolint:nilerr // it is counted, and said at the end
			}
			some = append(some, s)
			return nil
		}, `WHERE id > ? ORDER BY id LIMIT 50`, last)
		if err != nil {
			return fmt.Errorf("list cases: %w", err)
		}
		for _, s := range some {
			if err := each(s); err != nil {
				return err
			}
		}
	}
	if unreadable > 0 {
		return fmt.Errorf("list cases: %d cannot be opened, such as: %w", unreadable, why)
	}
	return nil
}

// stands calls each for the cases that a clause selects, with an error for one
// that cannot be opened.
func (cs *Cases) stands(ctx context.Context, each func(int64, store.Standing, error) error, clause string, args ...any) error {
	return cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var id int64
		var s store.Standing
		var report, sealed, back, events []byte
		if err := scan(&id, &report, &sealed, &back, &events, &s.FilesGone, &s.Unsettled); err != nil {
			return err
		}
		// The case first: it was sealed without the others.
		err := cs.db.unseal(sealed, "case", report, &s.Case)
		if err == nil {
			err = cs.db.wayBack(back, report, &s.Return)
		}
		if err == nil {
			err = cs.db.unseal(events, "events", report, &s.Events)
		}
		return each(id, s, err)
	}, `SELECT id, report, sealed, return_sealed, late_sealed, files_gone,
		(SELECT count(*) FROM deliveries WHERE case_id = cases.id AND due IS NOT NULL AND intake <> ?) FROM cases `+clause,
		append([]any{cs.db.reporter()}, args...)...)
}

// Identity implements store.Registry.
func (cs *Cases) Identity(ctx context.Context, id flows.ReportID) (who map[flows.StepID]flows.Answer, err error) {
	report := cs.db.report(id)
	var sealed []byte
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error { return scan(&sealed) },
		`SELECT identity_sealed FROM cases WHERE report = ?`, report)
	if err == nil {
		err = cs.db.unseal(sealed, "identity", report, &who)
	}
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	return who, nil
}

// partThere is the condition under which a case has a part.
var partThere = map[store.Part]string{
	store.PartReturn:   `return_sealed IS NOT NULL`,
	store.PartIdentity: `identity_sealed IS NOT NULL`,
	store.PartFiles:    `files_gone = 0`,
}

// partAge is since when a case has a part, in seconds. Evidence may come late.
var partAge = map[store.Part]string{
	store.PartReturn:   `opened * 60`,
	store.PartIdentity: `opened * 60`,
	store.PartFiles:    `max(opened * 60, late_at)`,
}

// Old implements store.Registry. Whose a case is stands outside of its seal, so
// that one which cannot be opened holds nobody up.
func (cs *Cases) Old(ctx context.Context, p store.Part, before time.Time) (ids []flows.ReportID, err error) {
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var sealed []byte
		if err := scan(&sealed); err != nil {
			return err
		}
		if o, ok := cs.db.keys.Whose(sealed); ok {
			ids = append(ids, o.Report)
		}
		return nil
	}, `SELECT sealed FROM cases WHERE `+partAge[p]+` < ? AND `+partThere[p]+` AND NOT `+unsettled, before.Unix(), cs.db.reporter())
	if err != nil {
		return nil, fmt.Errorf("look for what is old: %w", err)
	}
	return ids, nil
}

// partGone is what to set when a case loses a part.
var partGone = map[store.Part]string{
	store.PartReturn:   `return_sealed = NULL`,
	store.PartIdentity: `identity_sealed = NULL`,
	store.PartFiles:    `files_gone = 1`,
}

// Drop implements store.Registry. The key goes first: what is left of it after a
// crash can be opened by nobody, and the next Drop removes it.
func (cs *Cases) Drop(ctx context.Context, id flows.ReportID, p store.Part) error {
	if err := cs.db.keys.Shred(id, p); err != nil {
		return err
	}
	report := cs.db.report(id)
	return cs.db.queue.do(ctx, "drop a part of a case", func(tx *tx) error {
		return tx.exec(`UPDATE cases SET `+partGone[p]+` WHERE report = ? AND `+partThere[p], report)
	})
}

// Delete implements store.Registry.
func (cs *Cases) Delete(ctx context.Context, id flows.ReportID) error {
	report := cs.db.report(id)
	return cs.db.queue.do(ctx, "delete case", func(tx *tx) error {
		return tx.exec(`DELETE FROM cases WHERE report = ?`, report)
	})
}
