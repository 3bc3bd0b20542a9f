package rekap

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/netralitas/netra/flows"
)

// columns are the keys of a table's headings.
var columns = []string{"ticket", "kind", "place", "status", "opened", "taken", "answered", "ended"}

// Say renders a phrase as plain text.
type Say func(flows.Phrase) string

// cells are a row as text, times in the office's zone.
func (r Row) cells(say Say, zone *time.Location) []string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04")
	}
	place := r.Place.Name()
	if place == "" {
		place = say(flows.Say("rekap.nowhere"))
	}
	return []string{
		r.Ticket, say(flows.Say("rekap.kind." + string(r.Kind))), place, say(flows.Say("rekap.status." + string(r.Status))),
		at(r.Opened), at(r.Taken), at(r.Answered), at(r.Ended),
	}
}

func headings(say Say) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = say(flows.Say("rekap.column." + c))
	}
	return out
}

// within are the rows of a period, oldest first.
func within(rows []Row, t Table) []Row {
	out := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Opened.Before(t.From) || !r.Opened.Before(t.To) })
	slices.SortStableFunc(out, func(a, b Row) int { return a.Opened.Compare(b.Opened) })
	return out
}

// CSV writes the rows of a table's period: UTF-8 with a byte order mark, without
// which Excel reads no UTF-8, and semicolons, which Excel expects where a comma
// parts decimals, as in Indonesia. LibreOffice finds them out by itself. A cell
// that a spreadsheet would take for a formula begins with an apostrophe.
func CSV(w io.Writer, rows []Row, t Table, say Say) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = ';', true
	put := func(cells []string) {
		for i, x := range cells {
			cells[i] = harmless(x)
		}
		_ = c.Write(cells) // Flush keeps the error
	}
	put(headings(say))
	for _, r := range within(rows, t) {
		put(r.cells(say, t.From.Location()))
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// harmless keeps a cell from being a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func harmless(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
