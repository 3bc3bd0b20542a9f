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
func (db *DB) card(intake, card string) []byte {
	if card == "" {
		return nil
	}
	return db.lookup("card", intake+"\x00"+card)
}

// Find implements store.Registry.
func (cs *Cases) Find(ctx context.Context, ticket string) (store.Case, bool, error) {
	return cs.find(ctx, `ticket = ?`, cs.db.lookup("ticket", ticket))
}

// OfCard implements store.Registry.
func (cs *Cases) OfCard(ctx context.Context, intake, card string) (store.Case, bool, error) {
	return cs.find(ctx, `id = (SELECT case_id FROM deliveries WHERE card = ? LIMIT 1)`, cs.db.card(intake, card))
}

func (cs *Cases) find(ctx context.Context, where string, key []byte) (c store.Case, ok bool, err error) {
	var report, sealed, back, events []byte
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		ok = true
		return scan(&report, &sealed, &back, &events)
	}, `SELECT report, sealed, return_sealed, late_sealed FROM cases WHERE `+where+` ORDER BY id LIMIT 1`, key)
	if err == nil && ok {
		err = cs.db.unseal(sealed, "case", report, &c)
	}
	if err == nil && ok {
		err = cs.db.unseal(back, "return", report, &c.Return)
	}
	if err == nil && ok {
		err = cs.db.unseal(events, "events", report, &c.Events)
	}
	if err != nil {
		return store.Case{}, false, fmt.Errorf("find case: %w", err)
	}
	return c, ok, nil
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

// Old implements store.Registry.
func (cs *Cases) Old(ctx context.Context, p store.Part, before time.Time) (ids []flows.ReportID, err error) {
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var report, sealed []byte
		if err := scan(&report, &sealed); err != nil {
			return err
		}
		var c store.Case
		if err := cs.db.unseal(sealed, "case", report, &c); err != nil {
			return err
		}
		ids = append(ids, c.Report.ID)
		return nil
	}, `SELECT report, sealed FROM cases WHERE opened < ? AND `+partThere[p]+`
		AND NOT EXISTS (SELECT 1 FROM deliveries WHERE case_id = cases.id AND due IS NOT NULL)`, before.Unix()/60)
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

// Drop implements store.Registry.
func (cs *Cases) Drop(ctx context.Context, id flows.ReportID, p store.Part) error {
	report := cs.db.report(id)
	err := cs.db.queue.do(ctx, "drop a part of a case", func(tx *tx) error {
		return tx.exec(`UPDATE cases SET `+partGone[p]+` WHERE report = ? AND `+partThere[p], report)
	})
	if err == nil && p != store.PartFiles { // the vault's files go before their key
		err = cs.db.keys.Shred(id, p)
	}
	return err
}

// Each implements store.Registry. It reads a few at a time, so that nobody waits.
func (cs *Cases) Each(ctx context.Context, do func(c store.Case, filesGone bool) error) error {
	type row struct {
		id                     int64
		report, sealed, events []byte
		gone                   bool
	}
	for after := int64(0); ; {
		var some []row
		err := cs.db.reading.rows(ctx, func(scan func(...any) error) error {
			var r row
			err := scan(&r.id, &r.report, &r.sealed, &r.events, &r.gone)
			some = append(some, r)
			return err
		}, `SELECT id, report, sealed, late_sealed, files_gone FROM cases WHERE id > ? ORDER BY id LIMIT 50`, after)
		if err != nil {
			return fmt.Errorf("list cases: %w", err)
		}
		if len(some) == 0 {
			return nil
		}
		for _, r := range some {
			var c store.Case
			err := cs.db.unseal(r.sealed, "case", r.report, &c)
			if err == nil {
				err = cs.db.unseal(r.events, "events", r.report, &c.Events)
			}
			if err != nil {
				return fmt.Errorf("list cases: %w", err)
			}
			if err := do(c, r.gone); err != nil {
				return err
			}
			after = r.id
		}
	}
}

// Delete implements store.Registry.
func (cs *Cases) Delete(ctx context.Context, id flows.ReportID) error {
	report := cs.db.report(id)
	return cs.db.queue.do(ctx, "delete case", func(tx *tx) error {
		return tx.exec(`DELETE FROM cases WHERE report = ?`, report)
	})
}
