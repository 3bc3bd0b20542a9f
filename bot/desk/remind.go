package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/clock"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Remind says what waits too long, to whom it should be said next: below the
// card, to the officer, to the group, to the office above. Each is said once; what
// was said is kept with the case, and the deliverer brings it to the group.
func (d *Desk) Remind(ctx context.Context) error {
	var errs []error
	for _, r := range d.Routes {
		if r.Sees == intake.Count || r.Hooked() { // nobody there could answer
			continue
		}
		type late struct {
			ticket string
			rung   clock.Rung
		}
		var all []late
		err := d.book.late(ctx, d, r, func(ticket string, rung clock.Rung) { all = append(all, late{ticket, rung}) })
		for _, x := range all {
			if e := d.remind(ctx, r, x.ticket, x.rung); e != nil {
				errs = append(errs, fmt.Errorf("remind %s of %s: %w", r.Name, x.ticket, e))
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (d *Desk) remind(ctx context.Context, r intake.Route, ticket string, rung clock.Rung) error {
	c, ok, err := d.Registry.Find(ctx, ticket)
	if err != nil || !ok {
		return err
	}
	state := c.In(r.Name)
	switch rung.Whom {
	case clock.Officer:
		err = d.whisper(ctx, r, ticket, state)
	case clock.Above:
		err = d.callAbove(ctx, r, c, state)
	}
	if err != nil {
		return err
	}
	now := d.Now()
	// Since is part of the identifier: after somebody did something it may be said again.
	e := store.Event{
		ID:   fmt.Sprintf("remind:%s:%s:%d", r.Name, rung.Name, max(state.Since.Unix(), state.Acted.Unix())),
		Kind: store.Reminded, Text: rung.Name, In: r.Name, At: now,
	}
	if _, err := d.Cases.Add(ctx, c.Report.ID, e, now); err != nil {
		return err
	}
	d.Changed()
	return nil
}

// whisper reminds the officer in private, where they wrote to us before. The card
// says it anyhow.
func (d *Desk) whisper(ctx context.Context, r intake.Route, ticket string, s store.State) error {
	if s.Officer == nil {
		return nil
	}
	channel, to, _ := strings.Cut(s.Officer.Address, ":")
	ch, _, ok := d.Address(r.Name)
	if !ok || ch.Name() != channel {
		return nil
	}
	if res, ok := ch.(bot.Reserved); ok {
		if wrote, err := res.Wrote(ctx, bot.Address(to)); err != nil || !wrote {
			return err
		}
	}
	return forgive(ch.Notify(ctx, bot.Address(to), d.Words.Render(d.Lang, flows.Say("clock.private", "ticket", text(ticket)), nil)))
}

// callAbove tells the next higher office that a case waits: its code, and where.
func (d *Desk) callAbove(ctx context.Context, r intake.Route, c store.Case, s store.State) error {
	above, ok := d.Routes.Above(r, d.Rules.Flow(c.Report.Flow), c.Report)
	if !ok {
		return nil
	}
	ch, to, ok := d.Address(above.Name)
	if !ok {
		return nil
	}
	days := int(d.Now().Sub(c.Opened) / (24 * time.Hour))
	line := flows.Say("clock.above", "ticket", text(c.Report.ID.Ticket()), "name", text(r.Title()), "state", flows.Say("rekap.status."+string(s.Status)), "n", text(fmt.Sprint(days)))
	_, err := ch.Post(ctx, to, d.Words.Render(d.Lang, line, nil), "")
	return forgive(err)
}

// forgive is nil for what would fail again.
func forgive(err error) error {
	if f := (*bot.Failure)(nil); errors.As(err, &f) && (f.Kind == bot.Gone || f.Kind == bot.Bug) {
		return nil
	}
	return err
}
