package desk

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/clock"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// desk10k is a desk with 10,000 open cases, whose book was read once.
func desk10k(b *testing.B) *Desk {
	keys, err := store.NewKeys()
	if err != nil {
		b.Fatal(err)
	}
	db, err := sqldb.Open(b.Context(), filepath.Join(b.TempDir(), "netra.db"), keys, sqldb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	storetest.Many(b, db.Cases(), 10_000, "intake")
	l, err := locales.New(map[string]string{"operator": "x", "contact": "x", "recipients": "x", "retention": "1", "draft": "24"})
	if err != nil {
		b.Fatal(err)
	}
	d := &Desk{
		Routes: intake.One("telegram:-1"), Cases: db.Cases(), Registry: db.Cases(), Rules: flows.Rules{Flows: flows.All, Words: l}, Words: l, Lang: "id",
		Now: func() time.Time { return storetest.Epoch.AddDate(0, 0, 8) },
	}
	if rows, err := d.book.of(b.Context(), d, d.Routes[0]); err != nil || len(rows) != 10_000 {
		b.Fatal(len(rows), err)
	}
	return d
}

// BenchmarkRekap counts 10,000 cases, as a text and a chart.
func BenchmarkRekap(b *testing.B) {
	d := desk10k(b)
	for b.Loop() {
		rows, err := d.book.of(b.Context(), d, d.Routes[0])
		if err != nil {
			b.Fatal(err)
		}
		t := rekap.Count(rows, storetest.Epoch, storetest.Epoch.AddDate(0, 1, 0))
		if _, err := t.Chart(d.plain); err != nil || d.plain(t.Text()) == "" || t.Total.N != 10_000 {
			b.Fatal(t.Total.N, err)
		}
	}
}

// BenchmarkSweep looks which of 10,000 cases wait too long.
func BenchmarkSweep(b *testing.B) {
	d := desk10k(b)
	for b.Loop() {
		n := 0
		if err := d.book.late(b.Context(), d, d.Routes[0], func(string, clock.Rung) { n++ }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare compares a report with 10,000 others.
func BenchmarkCompare(b *testing.B) {
	d := desk10k(b)
	var x comparison
	for _, x = range d.book.compared {
		break
	}
	if x.ticket == "" {
		b.Fatal("no report can be compared")
	}
	for b.Loop() {
		d.book.like(x, d.Routes[0].Name)
	}
}
