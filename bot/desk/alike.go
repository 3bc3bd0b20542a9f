package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netralitas/netra/bot/cluster"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

const (
	// compareBack is how old a report may be to be compared with others.
	compareBack = 60 * 24 * time.Hour
	// compareMost is how many are compared at once, so that other work is not held up.
	compareMost = 200
	// mostAlike is how many others are offered with a report.
	mostAlike = 5
	// mostLinked is how many reports one event may have.
	mostLinked = 50
)

// comparison is a report that can be compared with others.
type comparison struct {
	ticket  string
	opened  time.Time
	sample  cluster.Sample
	done    bool     // it was compared, with all the files that it has
	named   []string // the others that were offered with it, or are linked
	intakes []string // that see all of it
}

// comparison is that of a case. ok is false for what is not compared.
func (d *Desk) comparison(c store.Case) (x comparison, ok bool) {
	if c.Had(store.Withdrew) {
		return x, false
	}
	f := d.Rules.Flow(c.Report.Flow)
	files := len(c.Files(f))
	x = comparison{ticket: c.Report.ID.Ticket(), opened: c.Opened}
	var looks []uint64
	for _, e := range c.Events {
		switch e.Kind {
		case store.Compared:
			looks = readLooks(e.Text)
			x.done = e.ID == comparedID(files)
		case store.Alike, store.Linked:
			x.named = append(x.named, strings.Fields(e.Text)...)
		}
	}
	for _, r := range d.Routes {
		if r.Sees == intake.Full && !r.Hooked() && c.Goes(r.Name) {
			x.intakes = append(x.intakes, r.Name)
		}
	}
	x.sample, ok = cluster.Of(f, c.Report, looks)
	return x, ok && len(x.intakes) > 0
}

// comparedID is that of the event which says that a case with so many files was
// compared.
func comparedID(files int) string { return "compared:" + strconv.Itoa(files) }

func readLooks(s string) (looks []uint64) {
	for _, w := range strings.Fields(s) {
		if n, err := strconv.ParseUint(w, 16, 64); err == nil {
			looks = append(looks, n)
		}
	}
	return looks
}

// Compare looks which new reports look like others of the same intake, and offers
// those to its supervisors. What was compared is kept with the case, so that each is
// offered once.
func (d *Desk) Compare(ctx context.Context) error {
	fresh, err := d.book.fresh(ctx, d)
	errs := []error{err}
	for _, ticket := range fresh {
		if ctx.Err() != nil {
			break
		}
		if err := d.compare(ctx, ticket); err != nil {
			errs = append(errs, fmt.Errorf("compare %s: %w", ticket, err))
		}
	}
	if len(fresh) > 0 {
		d.Changed()
	}
	return errors.Join(errs...)
}

// fresh are the reports that were not compared yet, oldest first.
func (b *book) fresh(ctx context.Context, d *Desk) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.update(ctx, d); err != nil {
		return nil, err
	}
	var list []comparison
	for _, x := range b.compared {
		if !x.done && d.Now().Sub(x.opened) < compareBack {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b comparison) int {
		return cmp.Or(a.opened.Compare(b.opened), cmp.Compare(a.ticket, b.ticket))
	})
	var tickets []string
	for _, x := range list[:min(len(list), compareMost)] {
		tickets = append(tickets, x.ticket)
	}
	return tickets, nil
}

// match is a report that looks like another.
type match struct {
	ticket string
	score  float64
	why    []cluster.Reason
}

// like are the reports in an intake that look like one of its, most alike first.
func (b *book) like(x comparison, name string) (found []match) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.compared {
		if o.ticket == x.ticket || !slices.Contains(o.intakes, name) {
			continue
		}
		if score, why := cluster.Compare(x.sample, o.sample); score >= cluster.Alike {
			found = append(found, match{o.ticket, score, why})
		}
	}
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ticket, b.ticket))
	})
	return found[:min(len(found), mostAlike)]
}

// names reports whether a report was named with another, on either side.
func (b *book) names(x comparison, ticket string) bool {
	if slices.Contains(x.named, ticket) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.compared {
		if o.ticket == ticket {
			return slices.Contains(o.named, x.ticket)
		}
	}
	return false
}

// saw puts the looks of a report's pictures down, for those that are compared next.
func (b *book) saw(ticket string, looks []uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, x := range b.compared {
		if x.ticket == ticket {
			x.sample.Looks = looks
			b.compared[id] = x
		}
	}
}

func (d *Desk) compare(ctx context.Context, ticket string) error {
	c, ok, err := d.Registry.Find(ctx, ticket)
	if errors.Is(err, store.ErrShredded) || !ok && err == nil {
		return nil
	}
	if err != nil {
		return err
	}
	files := c.Files(d.Rules.Flow(c.Report.Flow))
	looks, err := d.looks(ctx, c.Report.ID, files)
	if err != nil {
		return err
	}
	x, ok := d.comparison(c)
	if !ok {
		return nil
	}
	x.sample.Looks = looks
	d.book.saw(ticket, looks)
	now := d.Now()
	for _, name := range x.intakes {
		if !d.Routes.InCharge(name, d.Rules.Flow(c.Report.Flow), c) { // who has a copy is left in peace
			continue
		}
		e := store.Event{ID: "alike:" + name + ":" + strconv.Itoa(len(files)), Kind: store.Alike, In: name, At: now}
		var why []cluster.Reason
		for _, m := range d.book.like(x, name) {
			if !d.book.names(x, m.ticket) {
				e.Text = strings.TrimSpace(e.Text + " " + m.ticket)
				why = append(why, m.why...)
			}
		}
		if e.Text == "" {
			continue
		}
		e.Why = joined(why)
		if _, err := d.Cases.Add(ctx, c.Report.ID, e, now); err != nil {
			return err
		}
	}
	done := store.Event{ID: comparedID(len(files)), Kind: store.Compared, At: now}
	for _, l := range looks {
		done.Text = strings.TrimSpace(fmt.Sprintf("%s %016x", done.Text, l))
	}
	_, err = d.Cases.Add(ctx, c.Report.ID, done, now)
	return err
}

// joined are reasons as events keep them, each once.
func joined(why []cluster.Reason) string {
	var words []string
	for _, r := range why {
		if !slices.Contains(words, string(r)) {
			words = append(words, string(r))
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// looks are those of the pictures among files.
func (d *Desk) looks(ctx context.Context, id flows.ReportID, files []flows.File) (looks []uint64, err error) {
	for _, f := range files {
		if !f.Clean || !strings.HasPrefix(f.Type, "image/") {
			continue
		}
		if there, err := d.has(ctx, id, f); err != nil {
			return nil, err
		} else if !there {
			continue
		}
		r, err := d.Vault.Copy(ctx, id, f)
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
		if l, ok := cluster.Look(raw); ok {
			looks = append(looks, l)
		}
	}
	return looks, nil
}

// alike lists the reports of the intake that look like the same event.
func (d *Desk) alike(ctx context.Context, a action) (answer, error) {
	if a.route.Sees != intake.Full {
		return refuse("desk.summary", "ticket", a.ticket()), nil
	}
	x, ok := d.comparison(a.c)
	if !ok {
		return answer{flows.Say("desk.alike_none", "ticket", a.ticket()), true}, nil
	}
	if _, err := d.book.of(ctx, d, a.route); err != nil { // brings it up to date
		return answer{}, err
	}
	found := d.book.like(x, a.route.Name)
	if len(found) == 0 {
		return answer{flows.Say("desk.alike_none", "ticket", a.ticket()), true}, nil
	}
	list := flows.Phrase{Key: "desk.alike", Args: map[string]flows.Phrase{"ticket": a.ticket()}}
	for _, m := range found {
		list.Items = append(list.Items, flows.Say("desk.alike_one", "ticket", text(m.ticket), "why", intake.Reasons(joined(m.why))))
	}
	return answer{list, true}, nil
}

// link says that a case is of one event with another of the intake: they, and what
// each is linked to, name each other from then on.
func (d *Desk) link(ctx context.Context, a action) (answer, error) {
	code, _, _ := strings.Cut(a.rest, " ")
	ticket, ok := flows.ReadTicket(code)
	if !ok || a.route.Sees != intake.Full {
		return refuse("desk.how.link", "ticket", a.ticket()), nil
	}
	d.linking.Lock()
	defer d.linking.Unlock()
	mine, err := d.sameEvent(ctx, a.route, a.c.Report.ID.Ticket())
	if err != nil {
		return answer{}, err
	}
	others, err := d.sameEvent(ctx, a.route, ticket)
	if err != nil {
		return answer{}, err
	}
	// The same is said of what does not exist, of what is another's and of what is
	// not compared: nobody learns which.
	if len(mine) == 0 || len(others) == 0 || ticket == a.c.Report.ID.Ticket() {
		return refuse("desk.no_link", "ticket", text(code)), nil
	}
	if len(mine)+len(others) > mostLinked {
		return refuse("desk.many_linked", "n", text(strconv.Itoa(mostLinked))), nil
	}
	for _, x := range mine {
		for _, y := range others {
			if x.Report.ID == y.Report.ID {
				continue
			}
			for _, pair := range [][2]store.Case{{x, y}, {y, x}} {
				if err := d.pair(ctx, a, store.Linked, pair[0], pair[1]); err != nil {
					return answer{}, err
				}
			}
		}
	}
	return did("desk.linked", "ticket", a.ticket(), "other", text(ticket)), nil
}

// unlink takes a case out of its event.
func (d *Desk) unlink(ctx context.Context, a action) (answer, error) {
	d.linking.Lock()
	defer d.linking.Unlock()
	all, err := d.sameEvent(ctx, a.route, a.c.Report.ID.Ticket())
	if err != nil {
		return answer{}, err
	}
	if len(all) < 2 {
		return refuse("desk.not_linked", "ticket", a.ticket()), nil
	}
	for _, o := range all[1:] {
		for _, pair := range [][2]store.Case{{all[0], o}, {o, all[0]}} {
			if err := d.pair(ctx, a, store.Unlinked, pair[0], pair[1]); err != nil {
				return answer{}, err
			}
		}
	}
	return did("desk.unlinked", "ticket", a.ticket()), nil
}

// pair records at a case that it is, or is not, of one event with another.
func (d *Desk) pair(ctx context.Context, a action, k store.EventKind, c, other store.Case) error {
	ticket := other.Report.ID.Ticket()
	linked := slices.ContainsFunc(c.Links(a.route.Name), func(l store.Link) bool { return l.Ticket == ticket })
	if linked == (k == store.Linked) {
		return nil
	}
	b := a
	b.c = c
	link := store.Link{Day: flows.SentDay(other.Report), Again: other.Report.Again}
	return d.add(ctx, b, store.Event{
		ID: fmt.Sprintf("%s:%s:%s", d.id(a), k, ticket), Kind: k, Text: ticket, Why: link.String(), From: a.c.Report.ID.Ticket(),
	})
}

// sameEvent are the cases that are of one event in an intake, first the one with the
// code; none when the intake does not have that, or it cannot be compared.
func (d *Desk) sameEvent(ctx context.Context, r intake.Route, ticket string) (cases []store.Case, err error) {
	seen := map[string]bool{}
	for next := []string{ticket}; len(next) > 0 && len(cases) <= mostLinked; {
		t := next[0]
		next = next[1:]
		if seen[t] {
			continue
		}
		seen[t] = true
		c, ok, err := d.Registry.Find(ctx, t)
		if errors.Is(err, store.ErrShredded) || err == nil && (!ok || !c.Goes(r.Name) || d.Rules.Flow(c.Report.Flow).Coarse) {
			continue // it was deleted since
		}
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
		for _, l := range c.Links(r.Name) {
			next = append(next, l.Ticket)
		}
	}
	if len(cases) > 0 && cases[0].Report.ID.Ticket() != ticket {
		return nil, nil
	}
	return cases, nil
}
