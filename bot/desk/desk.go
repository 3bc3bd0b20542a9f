package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Words are those of the desk. Package locales has them.
type Words interface {
	bot.Renderer
	// Desk returns what supervisors call for with a word in any language, "" when
	// it is nothing.
	Desk(word string) string
	// Plain takes the marks out of a text.
	Plain(text string) string
}

// Desk takes what supervisors say. Its fields are set once, before use.
type Desk struct {
	// Intake names the intake whose group has an address on a channel. ok is false
	// for a group that nobody named: it hears nothing.
	Intake   func(channel string, group bot.Address) (name string, ok bool)
	Cases    store.Cases
	Registry store.Registry
	Vault    store.Vault
	Keys     *store.Keys
	Rules    flows.Rules
	Words    Words
	Lang     string
	// Changed is called when there may be news for a reporter. It must not block.
	Changed func()
	Now     func() time.Time
}

const (
	// leastReason is how long a reason must be, and leastWords words for a
	// reporter, in characters.
	leastReason = 10
	leastWords  = 5
)

// action is what one supervisor wants of one case.
type action struct {
	ch      bot.Group
	m       bot.Message
	c       store.Case
	officer store.Officer
	rest    string // of what was said
}

// Handle does what a supervisor says. What is no word for the desk is nobody's
// business here. A nil error means that it may be acknowledged; repeating it
// changes nothing more, but may repeat the line.
func (d *Desk) Handle(ctx context.Context, ch bot.Channel, m bot.Message) error {
	group, ok := ch.(bot.Group)
	if !ok {
		return nil
	}
	name, ok := d.Intake(ch.Name(), m.Group)
	if !ok {
		return nil
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	if first, more, cut := strings.Cut(word, "\n"); cut {
		word, rest = first, more+" "+rest
	}
	word, _, _ = strings.Cut(word, "@")
	verb := d.Words.Desk(strings.Trim(word, ":,."))
	meant := strings.HasPrefix(word, "/") || strings.HasSuffix(word, ":")
	if verb == "" || m.Quotes == "" && !strings.HasPrefix(word, "/") {
		return nil
	}
	a := action{ch: group, m: m, rest: strings.TrimSpace(rest)}
	a.officer = store.Officer{Key: d.Keys.Reporter(ch.Name(), string(m.From)), Name: m.Name}
	var err error
	if a.c, ok, err = d.find(ctx, ch.Name()+":"+string(m.Group), name, &a); err != nil {
		return err
	}
	line := flows.Say("desk.no_card")
	switch {
	case !ok:
	case !meant && (verb == "ask" || verb == "close"): // talk among themselves must not reach a reporter
		line = flows.Say("desk.colon")
	default:
		line, err = d.do(ctx, verb, a)
	}
	if err != nil {
		return fmt.Errorf("desk: %s: %w", verb, err)
	}
	d.Changed()
	return group.Answer(ctx, m, d.Words.Render(d.Lang, line, nil))
}

// find is the case that is meant: that of the card which is answered, or of the
// code that is named, if it is this intake's. One whose key was destroyed is none.
func (d *Desk) find(ctx context.Context, group, name string, a *action) (c store.Case, ok bool, err error) {
	defer func() {
		if errors.Is(err, store.ErrShredded) {
			ok, err = false, nil
		}
	}()
	if a.m.Quotes != "" {
		c, ok, err := d.Registry.OfCard(ctx, group, string(a.m.Quotes))
		if ok || err != nil {
			return c, ok, err
		}
	}
	code, rest, _ := strings.Cut(a.rest, " ")
	ticket, ok := flows.ReadTicket(code)
	if !ok {
		return store.Case{}, false, nil
	}
	c, ok, err = d.Registry.Find(ctx, ticket)
	a.rest = strings.TrimSpace(rest)
	return c, ok && slices.Contains(c.Intakes, name), err
}

func (d *Desk) do(ctx context.Context, verb string, a action) (flows.Phrase, error) {
	switch verb {
	case "take":
		return d.take(ctx, a)
	case "history":
		return d.history(a), nil
	}
	ticket := text(a.c.Report.ID.Ticket())
	switch officer := a.c.Officer(); {
	case officer == nil:
		return flows.Say("desk.not_taken", "ticket", ticket), nil
	case officer.Key != a.officer.Key:
		return flows.Say("desk.not_yours", "ticket", ticket, "name", text(officer.Name)), nil
	}
	switch verb {
	case "ask":
		if short(a.rest, leastWords) {
			return flows.Say("desk.ask_empty"), nil
		}
		return flows.Say("desk.asked", "ticket", ticket), d.add(ctx, a, store.Asked, a.rest)
	case "close":
		if short(a.rest, leastWords) {
			return flows.Say("desk.close_empty"), nil
		}
		if a.c.Had(store.Closed) {
			return flows.Say("desk.is_closed", "ticket", ticket), nil
		}
		return flows.Say("desk.closed", "ticket", ticket), d.add(ctx, a, store.Closed, a.rest)
	case "identity":
		return d.identity(ctx, a)
	}
	return d.original(ctx, a)
}

func (d *Desk) take(ctx context.Context, a action) (flows.Phrase, error) {
	ticket, name := text(a.c.Report.ID.Ticket()), text(a.officer.Name)
	was := a.c.Officer()
	if was != nil && was.Key == a.officer.Key {
		return flows.Say("desk.has", "ticket", ticket), nil
	}
	if err := d.add(ctx, a, store.Took, ""); err != nil {
		return flows.Phrase{}, err
	}
	if was != nil {
		return flows.Say("desk.took_from", "ticket", ticket, "name", name, "was", text(was.Name)), nil
	}
	return flows.Say("desk.took", "ticket", ticket, "name", name), nil
}

// add records something that the officer did.
func (d *Desk) add(ctx context.Context, a action, k store.EventKind, words string) error {
	now := d.Now()
	_, err := d.Cases.Add(ctx, a.c.Report.ID, store.Event{
		ID: a.ch.Name() + a.m.ID, Kind: k, At: now, Text: words, By: &a.officer,
	}, now)
	return err
}

// history lists what happened to a case.
func (d *Desk) history(a action) flows.Phrase {
	list := flows.Phrase{Key: "desk.history", Args: map[string]flows.Phrase{"ticket": text(a.c.Report.ID.Ticket())}}
	for _, e := range a.c.Events {
		args := []any{"day", text(flows.Day(e.At, d.Rules.Zone(a.c.Report))), "text", text(e.Text)}
		if e.By != nil {
			args = append(args, "name", text(signed(*e.By)))
		}
		list.Items = append(list.Items, flows.Say("desk.event."+string(e.Kind), args...))
	}
	if len(list.Items) == 0 {
		list.Items = []flows.Phrase{flows.Say("desk.event.none")}
	}
	return list
}

// identity tells the officer who the reporter is.
func (d *Desk) identity(ctx context.Context, a action) (flows.Phrase, error) {
	if short(a.rest, leastReason) {
		return flows.Say("desk.reason"), nil
	}
	ticket := text(a.c.Report.ID.Ticket())
	who, err := d.Registry.Identity(ctx, a.c.Report.ID)
	if err != nil && !errors.Is(err, store.ErrShredded) {
		return flows.Phrase{}, err
	}
	if len(who) == 0 {
		return flows.Say("desk.no_identity", "ticket", ticket), nil
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
func (d *Desk) original(ctx context.Context, a action) (flows.Phrase, error) {
	number, reason, _ := strings.Cut(a.rest, " ")
	n, _ := strconv.Atoi(number) // 0 when there is no number
	if n == 0 || short(strings.TrimSpace(reason), leastReason) {
		return flows.Say("desk.reason"), nil
	}
	id := a.c.Report.ID
	files := a.c.Files(d.Rules.Flow(a.c.Report.Flow))
	if n < 1 || n > len(files) {
		return flows.Say("desk.no_file", "ticket", text(id.Ticket())), nil
	}
	f := files[n-1]
	if there, err := d.has(ctx, id, f); err != nil {
		return flows.Phrase{}, err
	} else if !there {
		return flows.Say("desk.no_file", "ticket", text(id.Ticket())), nil
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
func (d *Desk) privately(ctx context.Context, a action, seen flows.Phrase, show func() error) (flows.Phrase, error) {
	if r, ok := a.ch.(bot.Reserved); ok {
		if wrote, err := r.Wrote(ctx, a.m.From); err != nil {
			return flows.Phrase{}, err
		} else if !wrote {
			return flows.Say("desk.no_private", "name", text(a.officer.Name)), nil
		}
	}
	if err := d.add(ctx, a, store.Looked, d.Words.Plain(d.Words.Render(d.Lang, seen, nil))); err != nil {
		return flows.Phrase{}, err
	}
	err := show()
	if f := (*bot.Failure)(nil); errors.As(err, &f) && (f.Kind == bot.Gone || f.Kind == bot.Bug) {
		return flows.Say("desk.no_private", "name", text(a.officer.Name)), nil
	}
	return flows.Say("desk.sent_private", "name", text(a.officer.Name)), err
}

// signed is an officer's name, which people choose themselves, with a mark that
// they do not.
func signed(o store.Officer) string { return o.Name + " #" + string(o.Key[:min(4, len(o.Key))]) }

func short(s string, least int) bool { return utf8.RuneCountInString(s) < least }

func text(s string) flows.Phrase { return flows.Phrase{Text: s} }
