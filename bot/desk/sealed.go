package desk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// identity tells the officer who the reporter is.
func (d *Desk) identity(ctx context.Context, a action) (answer, error) {
	if short(a.rest, leastReason) {
		return refuse("desk.reason"), nil
	}
	ticket := a.ticket()
	who, err := d.Registry.Identity(ctx, a.c.Report.ID)
	if err != nil && !errors.Is(err, store.ErrShredded) {
		return answer{}, err
	}
	if len(who) == 0 {
		return refuse("desk.no_identity", "ticket", ticket), nil
	}
	f := d.Rules.Flow(a.c.Report.Flow)
	list := flows.Phrase{Key: "desk.identity", Args: map[string]flows.Phrase{"ticket": ticket}}
	for _, st := range f.Steps {
		if x, ok := who[st.ID]; ok {
			list.Items = append(list.Items, flows.Say("card.row", "label", flows.Say(f.Key(st.ID, "label")), "value", f.Value(st, x)))
		}
	}
	return d.privately(ctx, a, flows.Say("desk.looked.identity", "text", text(a.rest)), func() error {
		return a.ch.Notify(ctx, a.m.From, d.Words.Render(d.Lang, list, nil))
	})
}

// original gives the officer a file as it came.
func (d *Desk) original(ctx context.Context, a action) (answer, error) {
	number, reason, _ := strings.Cut(a.rest, " ")
	n, _ := strconv.Atoi(number) // 0 when there is no number
	if n == 0 || short(strings.TrimSpace(reason), leastReason) {
		return refuse("desk.reason"), nil
	}
	id := a.c.Report.ID
	files := a.c.Files(d.Rules.Flow(a.c.Report.Flow))
	if n < 1 || n > len(files) {
		return refuse("desk.no_file", "ticket", text(id.Ticket())), nil
	}
	f := files[n-1]
	if there, err := d.has(ctx, id, f); err != nil {
		return answer{}, err
	} else if !there {
		return refuse("desk.no_file", "ticket", text(id.Ticket())), nil
	}
	about := flows.Say("desk.original", "n", text(number), "ticket", text(id.Ticket()), "digest", text(f.Digest))
	up := bot.Upload{
		Name: id.Ticket() + "-" + number + "-original" + intake.Extension(f.Type), Type: f.Type, Size: f.Size,
		Open: func() (io.ReadCloser, error) { return d.Vault.Original(ctx, id, f) },
	}
	seen := flows.Say("desk.looked.original", "n", text(number), "text", text(strings.TrimSpace(reason)))
	return d.privately(ctx, a, seen, func() error {
		if err := a.ch.Notify(ctx, a.m.From, d.Words.Render(d.Lang, about, nil)); err != nil {
			return err
		}
		return a.ch.PostFiles(ctx, a.m.From, []bot.Upload{up}, "")
	})
}

// has reports whether a file can still be opened.
func (d *Desk) has(ctx context.Context, id flows.ReportID, f flows.File) (bool, error) {
	_, err := d.Vault.Describe(ctx, id, f)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrShredded) {
		return false, nil
	}
	return err == nil, err
}

// privately records what the officer is about to see, and then shows it.
func (d *Desk) privately(ctx context.Context, a action, seen flows.Phrase, show func() error) (answer, error) {
	if r, ok := a.ch.(bot.Reserved); ok {
		if wrote, err := r.Wrote(ctx, a.m.From); err != nil {
			return answer{}, err
		} else if !wrote {
			return refuse("desk.no_private", "name", text(a.officer.Name)), nil
		}
	}
	why := d.plain(seen)
	e := store.Entry{At: d.Now(), What: a.verb, Ticket: a.c.Report.ID.Ticket(), By: a.officer, In: a.route.Name, Why: why}
	if err := d.Audit.Append(ctx, e); err != nil { // nothing is shown that is not in the log
		return answer{}, err
	}
	if err := d.add(ctx, a, store.Event{Kind: store.Looked, Text: why}); err != nil {
		return answer{}, err
	}
	err := show()
	if f := (*bot.Failure)(nil); errors.As(err, &f) && (f.Kind == bot.Gone || f.Kind == bot.Bug) {
		return refuse("desk.no_private", "name", text(a.officer.Name)), nil
	}
	return did("desk.sent_private", "name", text(a.officer.Name)), err
}

// details gives the officer of an intake that sees a summary what the reporter
// agreed to show.
func (d *Desk) details(ctx context.Context, a action) (answer, error) {
	if short(a.rest, leastReason) {
		return refuse("desk.reason"), nil
	}
	full := a.route
	full.Sees = intake.Full
	cards := intake.Cards{Rules: d.Rules, Words: d.Words, Lang: d.Lang}
	return d.privately(ctx, a, flows.Say("desk.looked.details", "text", text(a.rest)), func() error {
		return a.ch.Notify(ctx, a.m.From, cards.Card(a.c, full).Body)
	})
}

// evidence posts the copies once more, below the card.
func (d *Desk) evidence(ctx context.Context, a action) (answer, error) {
	if a.route.Sees != intake.Full {
		return refuse("desk.summary", "ticket", a.ticket()), nil
	}
	id := a.c.Report.ID
	var up []bot.Upload
	for i, f := range a.c.Files(d.Rules.Flow(a.c.Report.Flow)) {
		if there, err := d.has(ctx, id, f); err != nil {
			return answer{}, err
		} else if !there || !f.Clean {
			continue
		}
		up = append(up, bot.Upload{
			Name: id.Ticket() + "-" + strconv.Itoa(i+1) + intake.Extension(f.Type), Type: f.Type, Size: f.Size,
			Open: func() (io.ReadCloser, error) { return d.Vault.Copy(ctx, id, f) },
		})
	}
	if len(up) == 0 {
		return refuse("desk.no_evidence", "ticket", a.ticket()), nil
	}
	return did("desk.evidence", "ticket", a.ticket(), "n", text(strconv.Itoa(len(up)))), a.ch.PostFiles(ctx, a.place(), up, a.m.Quotes)
}
