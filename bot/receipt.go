package bot

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// requestTime is how soon what people ask of their data must be done: 3 × 24
// hours (UU 27/2022).
const requestTime = 72 * time.Hour

// check looks up the report that a receipt is for. Guesses are counted before
// anybody looks, against the code and against whoever guesses, whether or not
// there is such a report; so what is answered, and how soon, tells nothing.
func (b *Bot) check(ctx context.Context, who store.Reporter, claim flows.Claim) (*flows.Receipt, error) {
	keys := []string{"code:" + claim.Ticket, "who:" + string(who)}
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
	r := &flows.Receipt{Report: c.Report.ID, Sent: c.Report.Sent, Withdrawn: c.Had(store.Withdrew), Closed: c.Had(store.Closed)}
	for _, e := range c.Events {
		if e.Kind != store.Looked {
			r.Happened = append(r.Happened, flows.Happening{What: string(e.Kind), At: e.At, Text: e.Text})
		}
	}
	return r, nil
}

// add adds something of the reporter's to a case, as coarse and as late as the
// report itself.
func (b *Bot) add(ctx context.Context, id flows.ReportID, e store.Event) error {
	c, ok, err := b.Registry.Find(ctx, id.Ticket())
	if err != nil {
		return fmt.Errorf("add to case: %w", err)
	}
	if !ok {
		return nil // it was deleted meanwhile
	}
	f := b.Rules.Flow(c.Report.Flow)
	now := b.Now()
	e.At = f.At(now)
	if _, err := b.Cases.Add(ctx, id, e, b.due(f, now)); err != nil {
		return fmt.Errorf("add to case: %w", err)
	}
	return nil
}

// withdraw tells the supervisors that a report is to go no further, and drops
// who reported and the way back.
func (b *Bot) withdraw(ctx context.Context, e flows.Withdraw) error {
	if err := b.add(ctx, e.Report, store.Event{ID: e.ID, Kind: store.Withdrew}); err != nil {
		return err
	}
	return errors.Join(b.Registry.Drop(ctx, e.Report, store.PartIdentity), b.Registry.Drop(ctx, e.Report, store.PartReturn))
}
