package bot

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// check looks up the report that a receipt is for. Guesses are counted before
// anybody looks, against the code and against whoever guesses, whether or not
// there is such a report; so what is answered tells nothing. Guesses of others do
// not hold up the chat that the report was sent from.
func (b *Bot) check(ctx context.Context, t *turn, s flows.Session, claim flows.Claim) (*flows.Receipt, error) {
	keys := []string{"who:" + string(t.who)}
	if s.Sent.IsZero() || s.Report.Ticket() != claim.Ticket {
		keys = append(keys, "code:"+claim.Ticket)
	}
	wait, err := b.Guard.Try(ctx, keys, b.Now())
	if err != nil {
		return nil, fmt.Errorf("check receipt: %w", err)
	}
	if wait > 0 {
		b.Metrics.refused("guess")
		return &flows.Receipt{Wait: wait}, nil
	}
	c, _, err := b.Registry.Find(ctx, claim.Ticket)
	if err != nil && !errors.Is(err, store.ErrShredded) {
		return nil, fmt.Errorf("check receipt: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(c.Report.ID.PIN()), []byte(claim.PIN)) != 1 {
		return &flows.Receipt{}, nil
	}
	if err := b.Guard.Right(ctx, keys); err != nil {
		return nil, fmt.Errorf("check receipt: %w", err)
	}
	r := &flows.Receipt{Report: c.Report.ID, Sent: c.Report.Sent, Zone: b.Rules.Zone(c.Report), Withdrawn: c.Had(store.Withdrew), Closed: c.Over()}
	for _, e := range c.Told() {
		r.Happened = append(r.Happened, flows.Happening{What: string(e.Kind), At: e.At, Text: e.Text})
	}
	return r, nil
}

// add adds something of the reporter's to a case, as coarse and as late as the
// report itself.
func (b *Bot) add(ctx context.Context, id flows.ReportID, e store.Event) error {
	c, ok, err := b.Registry.Find(ctx, id.Ticket())
	if errors.Is(err, store.ErrShredded) {
		return errNoCase
	}
	if err != nil {
		return fmt.Errorf("add to case: %w", err)
	}
	if !ok {
		return errNoCase
	}
	f := b.Rules.Flow(c.Report.Flow)
	now := b.Now()
	e.At = f.At(now)
	there, err := b.Cases.Add(ctx, id, e, b.due(f, now))
	switch {
	case err != nil:
		return fmt.Errorf("add to case: %w", err)
	case !there:
		return errNoCase
	}
	return nil
}

// errNoCase says that a case was deleted meanwhile.
var errNoCase = errors.New("there is no such case any more")

// withdraw tells the supervisors that a report is to go no further, and drops
// who reported and the way back.
func (b *Bot) withdraw(ctx context.Context, e flows.Withdraw) error {
	if err := b.add(ctx, e.Report, store.Event{ID: e.ID, Kind: store.Withdrew}); err != nil {
		return err
	}
	return errors.Join(b.Registry.Drop(ctx, e.Report, store.PartIdentity), b.Forget(ctx, e.Report))
}
