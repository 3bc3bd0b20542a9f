// Package rekap counts the cases of an intake: how many of which kind, where,
// how they stand and how long things took, as a text, a chart and a table.
//
// It counts what it is given and shows no words of a report. Who only watches
// gets no number from which a single case could be told: see [Table.Suppress].
package rekap

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

// Row is what is counted of a case, as it stands in one intake.
type Row struct {
	Ticket string
	Kind   flows.FlowID
	Place  region.Code // regency or city; "" when it is not known
	Status store.Status
	Opened time.Time
	// Taken, Answered and Ended are when somebody took it, first wrote to the
	// reporter and ended it; zero when nobody did.
	Taken, Answered, Ended time.Time
	Due                    time.Time // by when it must be registered; zero when that is not known
}

// RowOf is the row of a case in an intake.
func RowOf(f flows.Flow, c store.Case, intake string) Row {
	r := Row{Ticket: c.Report.ID.Ticket(), Kind: c.Report.Flow, Opened: c.Opened, Status: c.In(intake).Status}
	_, where, _ := c.Report.ByRole(f, flows.RoleRegion)
	if r.Place = where.Place(); r.Place.Level() == region.District {
		r.Place = r.Place.Parent()
	}
	r.Due = f.Meter(c.Report).Until
	first := func(at *time.Time, e store.Event) {
		if at.IsZero() {
			*at = e.At
		}
	}
	for _, e := range c.Counted() {
		if e.In != intake && e.In != "" {
			continue
		}
		switch e.Kind {
		case store.Took:
			first(&r.Taken, e)
		case store.Asked, store.Needed:
			first(&r.Answered, e)
		case store.Closed, store.Rejected:
			first(&r.Ended, e)
			first(&r.Answered, e)
		}
	}
	return r
}

// Cell is a count of something with a locale key or, of a region, a name.
type Cell struct {
	Label flows.Phrase
	N     int
	By    map[flows.FlowID]int
	Few   bool // it is not shown, but that it is small
	Least bool // it may be up to 4 more
}

// Table is what there is of a period.
type Table struct {
	From, To time.Time
	Total    Cell
	Kinds    []Cell
	Statuses []Cell
	Places   []Cell // most first
	// The times are medians and ninth tenths; none when nothing was.
	Take, Answer, End Span
}

// Span is how long something took, in half and in nine tenths of the cases.
type Span struct {
	N            int
	Median, Most time.Duration
}

var statuses = []store.Status{
	store.StatusNew, store.StatusTaken, store.StatusNeeds, store.StatusRegistered, store.StatusForwarded,
	store.StatusRejected, store.StatusClosed, store.StatusWithdrawn,
}

// Count counts the rows that were opened in a period, to its end not included.
func Count(rows []Row, from, to time.Time) Table {
	t := Table{From: from, To: to, Total: Cell{By: map[flows.FlowID]int{}}}
	kinds, states, places := map[flows.FlowID]*Cell{}, map[store.Status]*Cell{}, map[region.Code]*Cell{}
	var take, answer, end []time.Duration
	for _, r := range rows {
		if r.Opened.Before(from) || !r.Opened.Before(to) {
			continue
		}
		t.Total.add(r)
		count(kinds, r.Kind, r)
		count(states, r.Status, r)
		place := r.Place
		if place.Name() == "" {
			place = ""
		}
		count(places, place, r)
		since(&take, r.Opened, r.Taken)
		since(&answer, r.Opened, r.Answered)
		since(&end, r.Opened, r.Ended)
	}
	for _, f := range flows.All {
		if c := kinds[f.ID]; c != nil {
			c.Label = flows.Say("rekap.kind." + string(f.ID))
			t.Kinds = append(t.Kinds, *c)
		}
	}
	for _, s := range statuses {
		if c := states[s]; c != nil {
			c.Label = flows.Say("rekap.status." + string(s))
			t.Statuses = append(t.Statuses, *c)
		}
	}
	for code, c := range places {
		c.Label = flows.Phrase{Text: code.Name()}
		if c.Label.Text == "" {
			c.Label = flows.Say("rekap.nowhere")
		}
		t.Places = append(t.Places, *c)
	}
	slices.SortFunc(t.Places, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label.Text, b.Label.Text))
	})
	t.Take, t.Answer, t.End = span(take), span(answer), span(end)
	return t
}

func count[K comparable](cells map[K]*Cell, key K, r Row) {
	if cells[key] == nil {
		cells[key] = &Cell{By: map[flows.FlowID]int{}}
	}
	cells[key].add(r)
}

func (c *Cell) add(r Row) {
	c.N++
	c.By[r.Kind]++
}

func since(list *[]time.Duration, from, to time.Time) {
	if !to.IsZero() {
		*list = append(*list, max(to.Sub(from), 0))
	}
}

func span(list []time.Duration) Span {
	if len(list) == 0 {
		return Span{}
	}
	slices.Sort(list)
	return Span{len(list), list[(len(list)-1)/2], list[(9*len(list)+9)/10-1]}
}

// few is the smallest number that is shown to who only watches, and the step in
// which others are.
const few = 5

// Suppress makes a table one from which no single case can be told: each number
// is rounded down to a multiple of 5, and one under 5 is "<5". Each says something
// of itself alone, so that none follows from the others; the total is what the
// shown ones add up to at least. Regions stand in the order of their names. Which
// kinds there are in a region, and how long things took, is left out. It must be
// given whole months that are over, see [Whole]: of two periods that differ by a
// day the difference would be a single case.
func (t Table) Suppress() Table {
	t.Kinds, t.Statuses, t.Places = suppress(t.Kinds), suppress(t.Statuses), suppress(t.Places)
	slices.SortFunc(t.Places, func(a, b Cell) int { return cmp.Compare(a.Label.Text, b.Label.Text) })
	t.Take, t.Answer, t.End = Span{}, Span{}, Span{}
	n := 0
	for _, c := range t.Kinds {
		n += c.N
	}
	t.Total = Cell{N: n, Few: n == 0, Least: n > 0}
	return t
}

func suppress(cells []Cell) []Cell {
	out := make([]Cell, len(cells))
	for i, c := range cells {
		n := c.N / few * few
		out[i] = Cell{Label: c.Label, N: n, Few: n == 0, Least: n > 0}
	}
	return out
}

// Shown is the number as it is shown.
func (c Cell) Shown() string {
	switch {
	case c.Few:
		return "<" + strconv.Itoa(few)
	case c.Least:
		return "≥" + strconv.Itoa(c.N)
	}
	return strconv.Itoa(c.N)
}

// mostPlaces is how many regions a text and a chart name.
const mostPlaces = 8

// Text says what was counted.
func (t Table) Text() flows.Phrase {
	list := flows.Phrase{Key: "rekap.text", Args: map[string]flows.Phrase{
		"from": {Text: day(t.From)}, "to": {Text: day(t.To.Add(-time.Second))}, "n": {Text: t.Total.Shown()},
	}}
	line := func(c Cell) {
		list.Items = append(list.Items, flows.Say("rekap.line", "label", c.Label, "n", flows.Phrase{Text: c.Shown()}))
	}
	for i, part := range [][]Cell{t.Kinds, t.Statuses, t.Places[:min(mostPlaces, len(t.Places))]} {
		if len(part) > 0 {
			list.Items = append(list.Items, flows.Say([]string{"rekap.by_kind", "rekap.by_status", "rekap.by_place"}[i]))
		}
		for _, c := range part {
			line(c)
		}
	}
	if more := len(t.Places) - mostPlaces; more > 0 {
		list.Items = append(list.Items, flows.Say("rekap.more_places", "n", flows.Phrase{Text: strconv.Itoa(more)}))
	}
	for i, s := range []Span{t.Take, t.Answer, t.End} {
		if s.N > 0 {
			key := []string{"rekap.take", "rekap.answer", "rekap.end"}[i]
			list.Items = append(list.Items, flows.Say(key, "n", flows.Phrase{Text: strconv.Itoa(s.N)}, "median", Lasted(s.Median), "most", Lasted(s.Most)))
		}
	}
	return list
}

// Lasted says how long something took.
func Lasted(d time.Duration) flows.Phrase {
	n := func(x float64) flows.Phrase { return flows.Phrase{Text: strconv.Itoa(int(x + 0.5))} }
	switch {
	case d < time.Hour:
		return flows.Say("rekap.minutes", "n", n(d.Minutes()))
	case d < 48*time.Hour:
		return flows.Say("rekap.hours", "n", n(d.Hours()))
	}
	return flows.Say("rekap.days", "n", n(d.Hours()/24))
}

func day(t time.Time) string { return t.Format("02/01/2006") }
