package desk

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/netralitas/netra/bot/clock"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/store"
)

// book has the rows of all intakes, so that counting reads only what changed since
// it was last asked. It holds no words of a report. The zero book is empty.
type book struct {
	mu   sync.Mutex
	seen map[int64]int
	rows map[int64][]entry
	// compared are the reports that can be compared with others.
	compared map[int64]comparison
}

// entry is a case in one intake.
type entry struct {
	intake string
	row    rekap.Row
	matter clock.Matter
}

// late calls each for every case of an intake of which a reminder is due.
func (b *book) late(ctx context.Context, d *Desk, r intake.Route, each func(ticket string, rung clock.Rung)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.update(ctx, d); err != nil {
		return err
	}
	office, ladder, now := r.Office(), clock.Standard, d.Now()
	if r.Urgent {
		ladder = slices.Concat(clock.Urgent, clock.Standard)
	}
	for _, list := range b.rows {
		for _, e := range list {
			if e.intake != r.Name {
				continue
			}
			if rung, ok := clock.Next(e.matter, office, ladder, now); ok {
				each(e.row.Ticket, rung)
			}
		}
	}
	return nil
}

// of are the rows that an intake may see: of the cases that it has or, if it only
// watches, of those that it counts.
func (b *book) of(ctx context.Context, d *Desk, r intake.Route) ([]rekap.Row, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.update(ctx, d); err != nil {
		return nil, err
	}
	var rows []rekap.Row
	for _, list := range b.rows {
		for _, e := range list {
			if e.intake == r.Name {
				rows = append(rows, e.row)
			}
		}
	}
	return rows, nil
}

// update reads what changed. One case that cannot be opened does not hide the
// others.
func (b *book) update(ctx context.Context, d *Desk) error {
	if b.seen == nil {
		b.seen, b.rows, b.compared = map[int64]int{}, map[int64][]entry{}, map[int64]comparison{}
	}
	gone, err := d.Registry.Changes(ctx, b.seen, func(id int64, c store.Case) {
		b.rows[id] = d.entries(c)
		if x, ok := d.comparison(c); ok {
			b.compared[id] = x
		} else {
			delete(b.compared, id)
		}
	})
	if err != nil && len(b.rows) == 0 {
		return err
	}
	for _, id := range gone {
		delete(b.rows, id)
		delete(b.compared, id)
	}
	return nil
}

func (d *Desk) entries(c store.Case) (list []entry) {
	f := d.Rules.Flow(c.Report.Flow)
	for _, r := range d.Routes {
		switch {
		case r.Sees != intake.Count && c.Goes(r.Name):
			row, s := rekap.RowOf(f, c, r.Name), c.In(r.Name)
			m := clock.Matter{
				Taken: s.Officer != nil, Since: s.Since, Due: row.Due, Over: s.Status.Over(),
				Done: s.Status == store.StatusRegistered, Sent: strings.Fields(s.Sent),
			}
			if s.Officer == nil && !d.Routes.InCharge(r.Name, f, c) { // who has a copy need not take it
				m.Over = true
			}
			if s.Acted.After(m.Since) {
				m.Since = s.Acted
			}
			list = append(list, entry{r.Name, row, m})
		case d.Routes.Counts(r.Name, f, c.Report):
			list = append(list, entry{r.Name, rekap.RowOf(f, c, c.First()), clock.Matter{}})
		}
	}
	return list
}
