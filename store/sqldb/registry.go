package sqldb

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
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

func (cs *Cases) find(ctx context.Context, where string, key []byte) (store.Standing, bool, error) {
	some, err := cs.stands(ctx, `WHERE `+where+` ORDER BY id LIMIT 1`, key)
	if err == nil && len(some) > 0 {
		c := &some[0]
		err = cs.unsealCase(c)
		if err == nil {
			err = cs.db.wayBack(c.back, c.report, &c.Return)
		}
	}
	if err != nil {
		return store.Standing{}, false, fmt.Errorf("find case: %w", err)
	}
	if len(some) == 0 {
		return store.Standing{}, false, nil
	}
	return some[0].Standing, true, nil
}

// atOnce is how many cases List holds in memory.
const atOnce = 128

// List implements store.Registry. It reads a few at a time, so that nobody waits,
// and opens them on all processors.
func (cs *Cases) List(ctx context.Context, each func(store.Standing) error) error {
	unreadable := 0
	var why error
	for last := int64(0); ; {
		some, err := cs.stands(ctx, `WHERE id > ? ORDER BY id LIMIT `+strconv.Itoa(atOnce), last)
		if err != nil {
			return fmt.Errorf("list cases: %w", err)
		}
		if len(some) == 0 {
			break
		}
		last = some[len(some)-1].id
		for i, err := range cs.unsealAll(some) {
			if err != nil { // it is counted, and said at the end
				unreadable, why = unreadable+1, err
				continue
			}
			if err := each(some[i].Standing); err != nil {
				return err
			}
		}
	}
	if unreadable > 0 {
		return fmt.Errorf("list cases: %d cannot be opened, such as: %w", unreadable, why)
	}
	return nil
}

// Changes implements store.Registry. A case that something happened to has more
// events than before.
func (cs *Cases) Changes(ctx context.Context, seen map[int64]int, each func(row int64, c store.Case)) (gone []int64, err error) {
	there := make(map[int64]int, len(seen))
	var changed []int64
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var id int64
		var events int
		err := scan(&id, &events)
		there[id] = events
		if was, ok := seen[id]; !ok || was != events {
			changed = append(changed, id)
		}
		return err
	}, `SELECT id, late FROM cases`)
	if err != nil {
		return nil, fmt.Errorf("look for changed cases: %w", err)
	}
	var unreadable error
	for some := range slices.Chunk(changed, atOnce) {
		ids, err := json.Marshal(some)
		if err != nil {
			return nil, err
		}
		rows, err := cs.stands(ctx, `WHERE id IN (SELECT value FROM json_each(?))`, string(ids))
		if err != nil {
			return nil, fmt.Errorf("look for changed cases: %w", err)
		}
		for i, err := range cs.unsealAll(rows) {
			if err != nil {
				unreadable = fmt.Errorf("look for changed cases: one cannot be opened: %w", err)
				continue
			}
			each(rows[i].id, rows[i].Case)
			seen[rows[i].id] = len(rows[i].Events)
		}
	}
	for id := range seen {
		if _, ok := there[id]; !ok {
			delete(seen, id)
			gone = append(gone, id)
		}
	}
	return gone, unreadable
}

// unsealAll opens cases on all processors.
func (cs *Cases) unsealAll(some []sealedCase) []error {
	errs := make([]error, len(some))
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(some); i += workers {
				errs[i] = cs.unsealCase(&some[i])
			}
		})
	}
	all.Wait()
	return errs
}

// sealedCase is a row of the cases.
type sealedCase struct {
	id                           int64
	report, sealed, back, events []byte
	store.Standing
}

// stands reads the cases that a clause selects, and opens none of them.
func (cs *Cases) stands(ctx context.Context, clause string, args ...any) (some []sealedCase, err error) {
	err = cs.db.reading.rows(ctx, func(scan func(...any) error) error {
		var c sealedCase
		err := scan(&c.id, &c.report, &c.sealed, &c.back, &c.events, &c.FilesGone, &c.Unsettled)
		some = append(some, c)
		return err
	}, `SELECT id, report, sealed, return_sealed, late_sealed, files_gone,
		(SELECT count(*) FROM deliveries WHERE case_id = cases.id AND due IS NOT NULL AND intake <> ?) FROM cases `+clause,
		append([]any{cs.db.reporter()}, args...)...)
	return some, err
}

// unsealCase opens one without its way back. The case first: it was sealed without
// the others.
func (cs *Cases) unsealCase(c *sealedCase) error {
	if err := cs.db.unseal(c.sealed, "case", c.report, &c.Case); err != nil {
		return err
	}
	return cs.db.unseal(c.events, "events", c.report, &c.Events)
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

// Redeliver implements store.Registry.
func (cs *Cases) Redeliver(ctx context.Context, id flows.ReportID, due time.Time) error {
	report, reporter := cs.db.report(id), cs.db.reporter()
	return cs.db.queue.do(ctx, "deliver a case anew", func(tx *tx) error {
		return tx.exec(`UPDATE deliveries SET due = ?, since = ?, claim = claim + 1, card_sealed = NULL, card = NULL, files = 0, tries = 0, alarmed = 0
			WHERE case_id = (SELECT id FROM cases WHERE report = ?) AND intake <> ?`, due.Unix(), due.Unix(), report, reporter)
	})
}

// Delete implements store.Registry.
func (cs *Cases) Delete(ctx context.Context, id flows.ReportID) error {
	report := cs.db.report(id)
	return cs.db.queue.do(ctx, "delete case", func(tx *tx) error {
		return tx.exec(`DELETE FROM cases WHERE report = ?`, report)
	})
}
