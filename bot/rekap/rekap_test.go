package rekap_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
)

var (
	wib = region.Zone("WIB")
	now = time.Date(2026, 11, 26, 10, 0, 0, 0, wib)
)

func words(t testing.TB) rekap.Say {
	t.Helper()
	l, err := locales.New(map[string]string{"operator": "x", "contact": "x", "recipients": "x", "retention": "1", "draft": "24"})
	if err != nil {
		t.Fatal(err)
	}
	return func(p flows.Phrase) string { return l.Plain(l.Render("id", p, nil)) }
}

func rows(n int) []rekap.Row {
	r := rand.New(rand.NewPCG(1, 2))
	places := []region.Code{"61.11", "61.71", "32.16", "32.75", "34.71", "12.12", "73.71", "91.71", "36.04", "35.78", ""}
	states := []store.Status{store.StatusNew, store.StatusTaken, store.StatusRegistered, store.StatusRejected, store.StatusClosed}
	out := make([]rekap.Row, n)
	for i := range out {
		at := now.Add(-time.Duration(r.IntN(28*24)) * time.Hour)
		x := rekap.Row{Ticket: fmt.Sprintf("7KQ2-M4XD-%03d", i), Kind: "citizen", Place: places[r.IntN(len(places))], Status: states[r.IntN(len(states))], Opened: at}
		if r.IntN(4) == 0 {
			x.Kind = "pressure"
		}
		if x.Status != store.StatusNew {
			x.Taken = at.Add(time.Duration(r.IntN(72)) * time.Hour)
		}
		if x.Status == store.StatusClosed {
			x.Ended = x.Taken.Add(100 * time.Hour)
			x.Answered = x.Ended
		}
		out[i] = x
	}
	return out
}

func month(list []rekap.Row) rekap.Table {
	from, to, _ := rekap.Period("", now)
	return rekap.Count(list, from, to)
}

// look leaves a file to be looked at, where NETRA_LOOK says so.
func look(t *testing.T, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("NETRA_LOOK"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPeriod(t *testing.T) {
	for words, want := range map[string]string{
		"": "2026-10-28 2026-11-27", "minggu": "2026-11-23 2026-11-27", "minggu ini": "2026-11-23 2026-11-27", "this week": "2026-11-23 2026-11-27",
		"bulan": "2026-11-01 2026-11-27", "7 hari": "2026-11-20 2026-11-27", "hari ini": "2026-11-26 2026-11-27", "2026-02": "2026-02-01 2026-03-01",
		"tahun": "2026-01-01 2026-11-27", "kapan saja": "no", "0 hari": "no", "99999999 hari": "no", "x": "no",
	} {
		from, to, ok := rekap.Period(words, now)
		got := "no"
		if ok {
			got = from.Format("2006-01-02") + " " + to.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}

func TestText(t *testing.T) {
	list := []rekap.Row{
		{Kind: "citizen", Place: "61.11", Status: store.StatusTaken, Opened: now.Add(-3 * time.Hour), Taken: now.Add(-1 * time.Hour)},
		{Kind: "pressure", Status: store.StatusNew, Opened: now.Add(-time.Hour)},
		{Kind: "citizen", Opened: now.AddDate(-1, 0, 0)}, // long ago
	}
	got := words(t)(month(list).Text())
	for _, want := range []string{"28/10/2026–26/11/2026: 2 laporan", "Laporan warga: 1", "Tekanan terhadap ASN: 1", "Baru: 1", "Ditangani: 1", "Kabupaten Kayong Utara: 1", "Wilayah tidak dikenal: 1", "Sampai diambil (1): separuh dalam 2 jam, 9 dari 10 dalam 2 jam"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestSuppress: what is shown of a cell follows from that cell alone, so that
// nothing shown says anything of another; and a single case more changes nothing,
// or one step of 5.
func TestSuppress(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		plain := month(rows(r.IntN(80)))
		table := plain.Suppress()
		truth := map[string]int{}
		for _, c := range append(append(append([]rekap.Cell{}, plain.Kinds...), plain.Statuses...), plain.Places...) {
			truth[c.Label.Key+c.Label.Text] = c.N
		}
		sum := 0
		for _, c := range table.Kinds {
			sum += c.N
		}
		for _, c := range append(append(append([]rekap.Cell{}, table.Kinds...), table.Statuses...), table.Places...) {
			n := truth[c.Label.Key+c.Label.Text]
			want := "<5"
			if n >= 5 {
				want = fmt.Sprintf("≥%d", n/5*5)
			}
			if c.Shown() != want || c.By != nil || c.N%5 != 0 {
				t.Fatalf("%d is shown as %s, %+v", n, c.Shown(), c)
			}
		}
		if table.Total.N != sum || table.Take.N+table.Answer.N+table.End.N > 0 {
			t.Fatalf("the total %+v is not what is shown: %d", table.Total, sum)
		}
		for i := 1; i < len(table.Places); i++ {
			if table.Places[i].Label.Text < table.Places[i-1].Label.Text {
				t.Fatal("the order of the regions says which has more")
			}
		}
	}
}

// TestWhole: whatever a watcher asks for, they see a calendar month that is over,
// and so the same on every day of a month.
func TestWhole(t *testing.T) {
	for words, want := range map[string]string{
		"": "2026-10-01 2026-11-01", "6 hari": "2026-10-01 2026-11-01", "7 hari": "2026-10-01 2026-11-01", "bulan": "2026-10-01 2026-11-01",
		"bulan lalu": "2026-10-01 2026-11-01", "2026-08": "2026-08-01 2026-09-01", "2026-11": "2026-10-01 2026-11-01", "tahun": "2026-10-01 2026-11-01",
	} {
		from, to, _ := rekap.Period(words, now)
		from, to = rekap.Whole(from, to, now)
		if got := from.Format("2006-01-02") + " " + to.Format("2006-01-02"); got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}

func TestTables(t *testing.T) {
	say := words(t)
	list := rows(50)
	list[0].Ticket, list[1].Ticket, list[2].Ticket = `=HYPERLINK("http://x")`, "+1;2", "@SUM(A1)\n\"x\""
	var c, x bytes.Buffer
	if err := rekap.CSV(&c, list, month(list), say); err != nil {
		t.Fatal(err)
	}
	read := csv.NewReader(strings.NewReader(strings.TrimPrefix(c.String(), "\ufeff")))
	read.Comma = ';'
	lines, err := read.ReadAll()
	if err != nil || len(lines) != 51 || !strings.HasPrefix(c.String(), "\ufeffKode;Jenis;") {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if err := rekap.XLSX(&x, list, month(list), say); err != nil {
		t.Fatal(err)
	}
	look(t, "rekap.xlsx", x.Bytes())
	look(t, "rekap.csv", c.Bytes())
	f, err := excelize.OpenReader(&x)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := f.GetRows("Rekap")
	if err != nil || len(sheet) != 51 {
		t.Fatalf("%d rows, %v", len(sheet), err)
	}
	for i := range lines {
		for j, cell := range lines[i] {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
				t.Errorf("a formula: %q", cell)
			}
			if j < len(sheet[i]) && strings.TrimPrefix(cell, "'") != strings.ReplaceAll(sheet[i][j], "\r\n", "\n") {
				t.Errorf("row %d: the CSV has %q, the workbook %q", i, cell, sheet[i][j])
			}
		}
	}
	for _, name := range []string{"A2", "B2", "E2"} {
		if formula, err := f.GetCellFormula("Rekap", name); formula != "" || err != nil {
			t.Errorf("%s is the formula %q, %v", name, formula, err)
		}
	}
}

func TestChart(t *testing.T) {
	say := words(t)
	for name, table := range map[string]rekap.Table{
		"many": month(rows(300)), "one": month(rows(1)), "none": month(nil), "watcher": month(rows(40)).Suppress(),
	} {
		out, err := table.Chart(say)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(out))
		if err != nil || img.Bounds().Dx() != 1080 {
			t.Fatalf("%s: %v, %v", name, img.Bounds(), err)
		}
		look(t, name+".png", out)
		again, err := table.Chart(say)
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%s: the same table is another picture, %v", name, err)
		}
	}
}

func BenchmarkCount(b *testing.B) {
	list := rows(10_000)
	for b.Loop() {
		_ = month(list).Text()
	}
}
