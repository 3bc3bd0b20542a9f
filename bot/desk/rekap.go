package desk

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// rekap counts the cases of an intake: as a text with a chart or, where it may
// see single cases, as a table.
func (d *Desk) rekap(ctx context.Context, a action) (answer, error) {
	words := strings.Fields(strings.ToLower(a.rest))
	form := ""
	words = slices.DeleteFunc(words, func(w string) bool {
		if w == "xlsx" || w == "csv" {
			form = w
			return true
		}
		return false
	})
	from, to, ok := rekap.Period(strings.Join(words, " "), d.Now().In(a.route.Zone()))
	if !ok {
		return refuse("desk.rekap_help"), nil
	}
	if form != "" && a.route.Sees == intake.Count {
		return refuse("desk.counts_only"), nil
	}
	rows, err := d.book.of(ctx, d, a.route)
	if err != nil {
		return answer{}, err
	}
	t := rekap.Count(rows, from, to)
	if a.route.Sees == intake.Count {
		from, to = rekap.Whole(from, to, d.Now())
		t = rekap.Count(rows, from, to).Suppress()
	}
	var b bytes.Buffer
	up := bot.Upload{Name: "rekap-" + from.Format("2006-01-02") + "." + form}
	switch form {
	case "xlsx":
		up.Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		err = rekap.XLSX(&b, rows, t, d.plain)
	case "csv":
		up.Type = "text/csv"
		err = rekap.CSV(&b, rows, t, d.plain)
	default:
		up.Name, up.Type = "rekap.png", "image/png"
		chart, e := t.Chart(d.plain)
		_, _ = b.Write(chart)
		err = e
	}
	if err != nil {
		return answer{}, err
	}
	up.Size = int64(b.Len())
	up.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	return answer{t.Text(), true}, a.ch.PostFiles(ctx, a.m.Group, []bot.Upload{up}, "")
}

// mostToday is how many cases a list of what is due names.
const mostToday = 20

// today lists what must not wait: what is due for registration, most urgent
// first, and what nobody took.
func (d *Desk) today(ctx context.Context, a action) (answer, error) {
	rows, err := d.book.of(ctx, d, a.route)
	if err != nil {
		return answer{}, err
	}
	now := d.Now().In(a.route.Zone())
	end := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	var due []rekap.Row
	for _, r := range rows {
		open := r.Status == store.StatusNew || r.Status == store.StatusTaken || r.Status == store.StatusNeeds
		if open && (r.Status == store.StatusNew || !r.Due.IsZero() && r.Due.Before(end)) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b rekap.Row) int { return a.Due.Compare(b.Due) })
	list := flows.Phrase{Key: "desk.today", Args: map[string]flows.Phrase{"n": text(strconv.Itoa(len(due))), "day": text(flows.Day(now, now.Location()))}}
	for _, r := range due[:min(mostToday, len(due))] {
		key := "desk.due"
		switch {
		case r.Due.IsZero():
			key = "desk.due_none"
		case r.Due.Before(now):
			key = "desk.overdue"
		}
		list.Items = append(list.Items, flows.Say(key, "ticket", text(r.Ticket), "day", text(flows.Day(r.Due, now.Location())),
			"state", flows.Say("rekap.status."+string(r.Status))))
	}
	if len(due) == 0 {
		list.Items = []flows.Phrase{flows.Say("desk.today_none")}
	}
	return answer{list, true}, nil
}
