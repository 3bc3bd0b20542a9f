package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

// hooked is the channel of intakes that are a URL.
const hooked = "webhook"

// Hooked reports whether an intake is a URL, not a group.
func (r Route) Hooked() bool { return r.Channel() == hooked }

// Target is where an intake that is a URL gets its events.
func (r Route) Target() webhook.Target {
	return webhook.Target{URL: r.Address, Secrets: strings.Fields(r.Secret), Private: r.Private}
}

// The types of events.
const (
	TypeOpened   = "com.github.netralitas.netra.case.opened"
	TypeEvidence = "com.github.netralitas.netra.case.evidence"
	TypeWrote    = "com.github.netralitas.netra.case.wrote"
	TypeWithdrew = "com.github.netralitas.netra.case.withdrawn"
	TypeForward  = "com.github.netralitas.netra.case.forwarded"
	TypeTest     = "com.github.netralitas.netra.intake.test"
)

// Opened is what a case looks like to an intake that is a URL. Codes are those of
// the flow, and of Kepmendagri 300.2.2-2430/2025 for regions.
type Opened struct {
	Ticket     string       `json:"ticket"`
	Kind       flows.FlowID `json:"kind"` // citizen or pressure
	Sees       string       `json:"sees"` // full or summary
	Card       string       `json:"card"` // what a group would read
	Alleged    []flows.Code `json:"alleged,omitempty"`
	Status     []flows.Code `json:"reported_status,omitempty"`
	Region     region.Code  `json:"region,omitempty"`      // in summaries the regency
	Sent       string       `json:"sent_on,omitempty"`     // a day
	RegisterBy string       `json:"register_by,omitempty"` // a time
	Files      int          `json:"evidence_count"`
	Evidence   []Piece      `json:"evidence,omitempty"` // only in full
}

// Piece is a file of a case.
type Piece struct {
	N      int    `json:"n"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`   // bytes of the original
	Digest string `json:"sha256"` // of the original
	Sealed bool   `json:"sealed"` // there is no copy without metadata
}

// Happened is what an intake that is a URL is told later.
type Happened struct {
	Ticket   string `json:"ticket"`
	On       string `json:"on,omitempty"`   // a day
	Text     string `json:"text,omitempty"` // only in full
	From     string `json:"from,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Evidence *Piece `json:"evidence,omitempty"` // only in full
}

// Opened announces a case to an intake that is a URL.
func (c Cards) Opened(k store.Case, r Route) webhook.Event {
	f := c.Rules.Flow(k.Report.Flow)
	o := Opened{Ticket: k.Report.ID.Ticket(), Kind: k.Report.Flow, Sees: "full", Card: c.Words.Plain(c.Card(k, r).Body), Sent: c.day(k, k.Report.Sent)}
	codes := func(role flows.Role) []flows.Code {
		if st, a, ok := k.Report.ByRole(f, role); ok && st.Share == flows.Shown {
			return a.Codes
		}
		return nil
	}
	o.Alleged, o.Status = codes(flows.RoleKind), codes(flows.RoleStatus)
	if _, a, ok := k.Report.ByRole(f, flows.RoleRegion); ok {
		o.Region = a.Place()
	}
	if until := f.Meter(k.Report).Until; !until.IsZero() {
		o.RegisterBy = until.Format(time.RFC3339)
	}
	files := k.Report.Files(f)
	o.Files = len(files)
	if r.Sees == Full {
		for i, x := range files {
			o.Evidence = append(o.Evidence, piece(i+1, x))
		}
	} else {
		o.Sees = string(r.Sees)
		if o.Region.Level() == region.District {
			o.Region = o.Region.Parent()
		}
	}
	e := c.told(k, r, "opened", TypeOpened, k.Opened)
	e.Data = o
	return e
}

// Later announces the nth thing that happened after the card. ok is false when
// there is nothing to say of it.
func (c Cards) Later(k store.Case, r Route, n int) (e webhook.Event, ok bool) {
	x := k.Events[n]
	h := Happened{Ticket: k.Report.ID.Ticket(), On: c.day(k, x.At)}
	kind := ""
	switch x.Kind {
	case store.Wrote:
		kind = TypeWrote
		if r.Sees == Full {
			h.Text = x.Text
		}
	case store.Withdrew:
		kind = TypeWithdrew
	case store.GaveEvidence:
		kind = TypeEvidence
		if r.Sees == Full {
			p := piece(len(k.Report.Files(c.Rules.Flow(k.Report.Flow)))+1+late(k.Events[:n]), *x.File)
			h.Evidence = &p
		}
	case store.Forwarded:
		if x.To != r.Name {
			return e, false
		}
		kind, h.From, h.Reason = TypeForward, x.From, x.Why
	default:
		return e, false
	}
	e = c.told(k, r, x.ID, kind, x.At)
	e.Data = h
	return e, true
}

// late counts the files that came after the report.
func late(events []store.Event) (n int) {
	for _, e := range events {
		if e.File != nil {
			n++
		}
	}
	return n
}

func piece(n int, f flows.File) Piece { return Piece{n, f.Type, f.Size, f.Digest, !f.Clean} }

// day is a day as computers write it, in the zone of the case; "" of no time.
func (c Cards) day(k store.Case, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.Rules.Zone(k.Report)).Format(time.DateOnly)
}

// told is an event without its content. Who reports pressure is not given away by
// the hour.
func (c Cards) told(k store.Case, r Route, what, kind string, at time.Time) webhook.Event {
	if c.Rules.Flow(k.Report.Flow).Coarse {
		at = time.Time{}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Name, string(k.Report.ID), what}, "\x00")))
	return webhook.Event{ID: hex.EncodeToString(sum[:16]), Source: "/netra/intakes/" + url.PathEscape(r.Name), Type: kind, Subject: k.Report.ID.Ticket(), Time: at}
}

// hook brings a case to a URL: that it was opened, then the copies of its evidence,
// one by one, then what happened since.
func (d *Deliverer) hook(ctx context.Context, r Route, one *store.Delivery) error {
	k := one.Case
	if one.Card == "" {
		if k.Had(store.Withdrew) {
			return nil // nobody has it, and nobody shall
		}
		e := d.Cards.Opened(k, r)
		if err := d.Hooks.Post(ctx, r.Target(), e); err != nil {
			return err
		}
		one.Card, one.Group = e.ID, hooked+":"+r.Name
		if err := d.progress(ctx, one); err != nil {
			return err
		}
	}
	files := k.Report.Files(d.Cards.Rules.Flow(k.Report.Flow))
	for one.Files < len(files)+len(k.Events) {
		i := one.Files
		if i < len(files) {
			if err := d.copied(ctx, r, k, files[i], i+1, fmt.Sprint("file", i+1)); err != nil {
				return err
			}
		} else if err := d.happened(ctx, r, k, i-len(files), len(files)); err != nil {
			return err
		}
		one.Files++
		if err := d.progress(ctx, one); err != nil {
			return err
		}
	}
	return d.tell(ctx, one)
}

// happened brings the nth thing that happened since to a URL.
func (d *Deliverer) happened(ctx context.Context, r Route, k store.Case, n, files int) error {
	x := k.Events[n]
	if !x.Concerns(r.Name) {
		return nil
	}
	e, ok := d.Cards.Later(k, r, n)
	if !ok {
		return nil
	}
	if err := d.Hooks.Post(ctx, r.Target(), e); err != nil || x.File == nil {
		return err
	}
	return d.copied(ctx, r, k, *x.File, files+1+late(k.Events[:n]), x.ID+"file")
}

// copied brings the copy of a file to a URL, if it may be seen.
func (d *Deliverer) copied(ctx context.Context, r Route, k store.Case, f flows.File, n int, what string) error {
	id := k.Report.ID
	if !f.Clean || r.Sees != Full {
		return nil
	}
	if gone, err := d.gone(ctx, id, f, n); gone || err != nil {
		return err
	}
	body, err := d.Vault.Copy(ctx, id, f)
	if err != nil {
		return fmt.Errorf("open evidence: %w", err)
	}
	raw, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	e := d.Cards.told(k, r, what, TypeEvidence, time.Time{})
	e.File, e.Media, e.Name = raw, f.Type, id.Ticket()+"-"+itoa(n)+extension[f.Type]
	err = d.Hooks.Post(ctx, r.Target(), e)
	if errors.Is(err, webhook.ErrTooLarge) { // the rest must not wait for it
		d.Metrics.Alarm("webhook_too_large")
		d.Log.Error().Str("intake", r.Name).Str("ticket", id.Ticket()).Int("file", n).Int("bytes", len(raw)).Msg("the intake's URL takes no file of this size: it has its checksum only")
		return nil
	}
	return err
}

// Test has an intake that is a URL show that it takes events. nonce makes each test
// one of its own.
func Test(ctx context.Context, s *webhook.Sender, r Route, nonce string) error {
	return s.Post(ctx, r.Target(), webhook.Event{
		ID: "test-" + nonce, Source: "/netra/intakes/" + url.PathEscape(r.Name), Type: TypeTest, Data: map[string]string{"intake": r.Name},
	})
}
