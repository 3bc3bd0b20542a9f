package desk

import (
	"context"
	"sync"

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
}

// entry is a case in one intake.
type entry struct {
	intake string
	row    rekap.Row
}

// of are the rows that an intake may see: of the cases that it has or, if it only
// watches, of those that it counts.
func (b *book) of(ctx context.Context, d *Desk, r intake.Route) ([]rekap.Row, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		b.seen, b.rows = map[int64]int{}, map[int64][]entry{}
	}
	gone, err := d.Registry.Changes(ctx, b.seen, func(id int64, c store.Case) { b.rows[id] = d.entries(c) })
	if err != nil && len(b.rows) == 0 { // one that cannot be opened does not hide the others
		return nil, err
	}
	for _, id := range gone {
		delete(b.rows, id)
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

func (d *Desk) entries(c store.Case) (list []entry) {
	f := d.Rules.Flow(c.Report.Flow)
	for _, r := range d.Routes {
		switch {
		case r.Sees != intake.Count && c.Goes(r.Name):
			list = append(list, entry{r.Name, rekap.RowOf(f, c, r.Name)})
		case d.Routes.Counts(r.Name, f, c.Report):
			list = append(list, entry{r.Name, rekap.RowOf(f, c, c.First())})
		}
	}
	return list
}
