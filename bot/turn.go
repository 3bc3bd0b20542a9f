package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Renderer turns phrases into words. Package locales has it.
type Renderer interface {
	Render(lang string, p flows.Phrase, extra map[string]string) string
}

// Bot takes messages all the way. Its fields are set once, before use.
type Bot struct {
	Rules    flows.Rules
	Words    Renderer
	Sessions store.Sessions
	Cases    store.Cases
	Registry store.Registry
	Guard    store.Guard
	Requests store.Requests
	Vault    store.Vault
	Keys     *store.Keys
	// Route names the intakes a report goes to.
	Route func(flows.Finished) []string
	// Later is how long a report of a coarse flow, and what is added to it, waits
	// before it is handed over. Nil is no time.
	Later func() time.Duration
	// Forget drops the way back to the reporter of a case, and what their channel
	// keeps of them. There may be none.
	Forget func(ctx context.Context, id flows.ReportID) error
	// Desk takes what is said in a supervisors' group. Nil hears nothing.
	Desk func(ctx context.Context, ch Channel, m Message) error
	// Officer takes what the officer of a case says in a private chat. heard is false
	// for everything else. Nil hears nothing.
	Officer func(ctx context.Context, ch Channel, m Message) (heard bool, err error)
	// Alarm tells the operator of a fault, in the words of a locale key. It must not
	// block. Nil is allowed.
	Alarm func(key string)
	// Elsewhere is where reporters find us while a channel is limited, "" when
	// nowhere. Nil is allowed.
	Elsewhere func(channel string) string
	// Opened is called when a case may have been opened or got more evidence. It
	// must not block. Nil is allowed.
	Opened func()
	// Shredded is called when keys were destroyed, and old ones of the inbox may
	// follow. It must not block. Nil is allowed.
	Shredded func()
	NewID    func() flows.ReportID
	Now      func() time.Time
	MaxFile  int64 // bytes
	Limits   Limits
	Remind   *Reminders // nil reminds nobody
	Log      zerolog.Logger
	Metrics  *Metrics
}

// conflicts is how often a turn is begun anew because another process saved
// the same session meanwhile.
const conflicts = 8

// turn is one message on its way.
type turn struct {
	ch  Channel
	m   Message
	who store.Reporter
	id  flows.ReportID // of the report that it may begin
	// What is done once, however often the turn is begun.
	kept    *flows.File
	receipt *flows.Receipt
	trail   trail // as it was when the session was loaded
}

// Handle takes one message all the way. A nil error means that it may be
// acknowledged; any other means "deliver it again": every step is safe to
// repeat. quiet leaves out the reply, when the next message of the same album
// is about to give it.
func (b *Bot) Handle(ctx context.Context, ch Channel, m Message, quiet bool) error {
	if m.Group != "" {
		if b.Desk == nil {
			return nil
		}
		return b.Desk(ctx, ch, m)
	}
	if b.Officer != nil {
		if heard, err := b.Officer(ctx, ch, m); heard || err != nil {
			return err
		}
	}
	t := &turn{ch: ch, m: m, who: b.Keys.Reporter(ch.Name(), string(m.From)), id: b.NewID()}
	for range conflicts {
		saved, err := b.Sessions.Load(ctx, t.who)
		if err != nil {
			return fmt.Errorf("load session: %w", err)
		}
		s := saved.Session
		t.trail = readTrail(saved.Prompt)
		if !s.HasSeen(m.ID) {
			if s, err = b.advance(ctx, t, &saved); errors.Is(err, store.ErrConflict) {
				continue
			} else if err != nil {
				return err
			}
		}
		if s.Doomed != "" { // also when an earlier attempt got no further
			if err := b.destroy(ctx, s.Doomed); err != nil {
				return err
			}
		}
		b.Remind.watch(ctx, ch, m.From, b.Rules.Flow(s.Flow), s)
		if quiet {
			b.remember(ctx, t, Sent{Holds: t.trail.holds})
		} else {
			err = b.reply(ctx, t, s)
		}
		// Only now, so that the receipt comes before word of the delivery. If we
		// do not get here, the deliverer looks by itself before long.
		if b.Opened != nil && (!s.Sent.IsZero() || s.Access != nil) {
			b.Opened()
		}
		if f, ok := ch.(Forgetter); ok && s.Quiet && err == nil {
			if e := f.Forget(ctx, m.From); e != nil {
				b.Log.Warn().Err(e).Msg("what the channel keeps of a reporter stays")
			}
		}
		return err
	}
	return fmt.Errorf("save session: %w", store.ErrConflict)
}

// advance applies a message the session has not seen, and saves the result.
func (b *Bot) advance(ctx context.Context, t *turn, saved *store.Saved) (flows.Session, error) {
	m := &t.m
	in := flows.Input{
		ID: m.ID, At: m.At, Lang: m.Lang, New: t.id, Album: m.Album,
		Text: m.Text, Press: m.Press, Contact: m.Contact, Location: m.Location, Near: m.Near, Passed: m.Passed,
		Vanishes: vanishes(t.ch), Cleans: cleans(t.ch), Said: m.Said, Edits: m.Edits, Deleted: m.Deleted, Numbered: m.Numbered,
	}
	problem, file := m.Problem, m.File
	if b.busy(m, &saved.Session) {
		problem, file = "error.busy", nil
		in.Text, in.Press, in.Contact, in.Location, in.Near = "", nil, nil, false, nil
	}
	if problem != "" {
		in.Problem = &flows.Refusal{Key: problem}
	}
	var err error
	if file != nil {
		if t.kept == nil {
			t.kept, in.Problem, err = b.fetch(ctx, t, saved.Session)
		}
		in.File = t.kept
	}
	if claim, ok := b.Rules.Claim(saved.Session, in); ok && err == nil {
		if t.receipt == nil {
			t.receipt, err = b.check(ctx, t, saved.Session, claim)
		}
		in.Receipt = t.receipt
	}
	if err != nil {
		return flows.Session{}, err
	}
	next, effects := b.Rules.Advance(saved.Session, in)
	for _, e := range effects {
		err := b.before(ctx, t, e)
		if fail := (*Failure)(nil); e == (flows.Vanish{}) && errors.As(err, &fail) && (fail.Kind == Bug || fail.Kind == Gone) {
			next.Notices, err = []flows.Phrase{flows.Say("help.not_vanishing")}, nil
		}
		if errors.Is(err, errNoCase) {
			next.Notices, next.Access, next.Aside, err = []flows.Phrase{flows.Say("case.gone")}, nil, flows.AsideNone, nil
		}
		if err != nil {
			return flows.Session{}, err
		}
		if e, ok := e.(flows.Submit); ok {
			next.Quiet = !wantsWord(b.Rules.Flow(e.Report.Flow), e.Report)
		}
	}
	if err := b.save(ctx, t.who, next, saved.Version, len(effects) > 0); err != nil {
		return flows.Session{}, fmt.Errorf("save session: %w", err)
	}
	for _, e := range effects {
		b.after(ctx, e)
	}
	if next.Draft() && next.Files() > 0 { // they live as long as the draft
		if err := b.Vault.Touch(ctx, next.Report); err != nil {
			b.Log.Warn().Err(err).Msg("draft's files not marked as needed")
		}
	}
	for _, n := range next.Notices {
		if reason, ok := strings.CutPrefix(n.Key, "error."); ok {
			b.Metrics.refused(reason)
		}
	}
	return next, nil
}

// save saves the session. If it was lost meanwhile, but what it called for is
// done, it is begun anew: the reporter must read the receipt of a case that is
// open.
func (b *Bot) save(ctx context.Context, who store.Reporter, s flows.Session, version uint64, done bool) error {
	_, err := b.Sessions.Save(ctx, who, s, version)
	if !done || !errors.Is(err, store.ErrConflict) {
		return err
	}
	if now, e := b.Sessions.Load(ctx, who); e != nil || now.Version != 0 {
		return err
	}
	_, err = b.Sessions.Save(ctx, who, s, 0)
	return err
}

// before does what must be done before the session is saved.
func (b *Bot) before(ctx context.Context, t *turn, e flows.Effect) error {
	switch e := e.(type) {
	case flows.Submit:
		if err := b.open(ctx, t.ch, t.m, e.Report); err != nil {
			return fmt.Errorf("open case: %w", err)
		}
	case flows.Vanish:
		if err := t.ch.(Vanisher).Vanish(ctx, t.m); err != nil {
			return fmt.Errorf("have messages disappear: %w", err)
		}
	case flows.Clean:
		return b.clean(ctx, t)
	case flows.Attach:
		return b.add(ctx, e.Report, store.Event{ID: e.File.Digest, Kind: store.GaveEvidence, File: &e.File})
	case flows.Write:
		return b.add(ctx, e.Report, store.Event{ID: e.ID, Kind: store.Wrote, Text: e.Text})
	case flows.Withdraw:
		return b.withdraw(ctx, e)
	case flows.Hush:
		return b.Forget(ctx, e.Report)
	case flows.Ask:
		day := b.Now().UTC().Truncate(24 * time.Hour) // the minute would tell who it was
		return b.Requests.Log(ctx, store.Request{
			Number: e.Number, Kind: store.RequestKind(e.Kind), At: day, Until: day.Add(store.RequestTime), Done: day,
		})
	}
	return nil
}

func vanishes(ch Channel) bool {
	_, ok := ch.(Vanisher)
	return ok
}

// after removes what the session no longer refers to. What cannot be removed
// now goes with the report's other files.
func (b *Bot) after(ctx context.Context, e flows.Effect) {
	gone, ok := e.(flows.Remove)
	if !ok {
		return
	}
	for _, f := range gone.Files {
		if err := b.Vault.Remove(ctx, gone.Report, f); err != nil {
			b.Log.Warn().Err(err).Msg("files stay until the sweep")
		}
	}
}

// destroy deletes the files of a draft and its keys, before its reporter reads
// that they are gone. Doing it again is harmless.
func (b *Bot) destroy(ctx context.Context, id flows.ReportID) error {
	if err := b.Vault.Discard(ctx, id); err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	if err := b.Keys.Shred(id); err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	b.Keys.RollInbox() // its messages were on their way once
	if b.Shredded != nil {
		b.Shredded()
	}
	return nil
}

// Unrouted stands for the destination of a report that no route takes. It is
// never delivered there, so it stays unsettled, and is given to a route as soon
// as one takes it.
const Unrouted = "(unrouted)"

func (b *Bot) open(ctx context.Context, ch Channel, m Message, rep flows.Finished) error {
	f := b.Rules.Flow(rep.Flow)
	now := b.Now()
	c := store.Case{Intakes: b.Route(rep), Opened: f.At(now), Due: b.due(f, now)}
	c.Report, c.Identity = rep.Parted(f)
	if _, a, ok := rep.ByRole(f, flows.RoleConsent); ok {
		lang, version, _ := strings.Cut(a.Text, ":")
		c.Consent = store.Consent{Lang: lang, Version: version, At: a.At, Channel: ch.Name()}
	}
	if wantsWord(f, rep) {
		c.Return = &store.Return{Channel: ch.Name(), Address: string(m.From), Lang: rep.Lang}
	}
	if len(c.Intakes) == 0 {
		c.Intakes = []string{Unrouted}
		b.Metrics.alarm("no_intake")
		b.Log.Error().Str("ticket", rep.ID.Ticket()).Msg("no intake takes this report: it is kept; name one in the routes")
	}
	return b.Cases.Open(ctx, c)
}

// due is when something of a report may be handed over.
func (b *Bot) due(f flows.Flow, now time.Time) time.Time {
	if !f.Coarse || b.Later == nil {
		return now
	}
	return now.Add(b.Later())
}

// wantsWord reports whether the reporter may be told that the report arrived.
// Whoever reports pressure and wants no follow-up wants no message on the
// screen of a phone either: then no way back is kept at all.
func wantsWord(f flows.Flow, rep flows.Finished) bool {
	if f.ID != flows.Pressure.ID {
		return true
	}
	_, a, ok := rep.ByRole(f, flows.RoleFollow)
	return ok && a.Is("yes")
}

// fetch brings an attachment into the vault. It returns a refusal when the
// reporter must send something else, and an error when the turn is to be
// repeated.
func (b *Bot) fetch(ctx context.Context, t *turn, s flows.Session) (*flows.File, *flows.Refusal, error) {
	m := t.m
	a := *m.File
	id, ok := b.Rules.Keeps(s, m.At, t.id)
	if !ok {
		return &flows.File{}, nil, nil // the rules refuse it; nobody need fetch it
	}
	from, ok := t.ch.(Fetcher)
	if !ok {
		return nil, &flows.Refusal{Key: "error.unsupported"}, nil
	}
	limit := min(b.MaxFile, from.MaxFile())
	tooBig := flows.Refusal{Key: "error.file_big", Args: map[string]flows.Phrase{"mb": {Text: fmt.Sprint(limit >> 20)}}}
	if a.Size > limit {
		return nil, &tooBig, nil
	}
	body, err := from.Fetch(ctx, a)
	if fail := (*Failure)(nil); errors.As(err, &fail) && (fail.Kind == Bug || fail.Kind == Gone || b.tired(m)) {
		b.Log.Warn().Str("reason", fail.Reason).Msg("file cannot be fetched")
		return nil, &flows.Refusal{Key: "error.file_failed"}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("fetch file: %w", err)
	}
	defer body.Close()
	read := &watched{r: body}
	f, err := b.Vault.Keep(ctx, id, read, limit)
	switch {
	case err == nil:
		return &f, nil, nil
	case errors.Is(err, store.ErrTooLarge):
		return nil, &tooBig, nil
	case errors.Is(err, store.ErrBadType):
		return nil, &flows.Refusal{Key: "error.file_type"}, nil
	case errors.Is(err, store.ErrEmpty):
		return nil, &flows.Refusal{Key: "error.file_empty"}, nil
	case errors.Is(err, store.ErrFull):
		b.Metrics.alarm("vault_full")
		b.Log.Error().Msg("the vault has no room: evidence is refused")
		if b.Alarm != nil {
			b.Alarm("alarm.vault_full")
		}
		return nil, &flows.Refusal{Key: "error.no_room"}, nil
	case read.err != nil && b.tired(m):
		return nil, &flows.Refusal{Key: "error.file_failed"}, nil
	case read.err != nil: // the download broke, not the vault
		return nil, nil, &Failure{Kind: RetryLater, Op: "fetch file", Reason: "download broke off"}
	}
	return nil, nil, fmt.Errorf("keep file: %w", err)
}

// tired reports whether a file was tried to be fetched for long enough: what
// the reporter says next must not wait for it any longer.
func (b *Bot) tired(m Message) bool {
	return m.Tries >= 8 || m.Tries >= 2 && b.Now().Sub(m.At) > 10*time.Minute
}

// watched remembers how reading ended.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// reply says what the saved session calls for.
func (b *Bot) reply(ctx context.Context, t *turn, s flows.Session) error {
	if s.Mute || s.Aside == flows.AsideReceipt && len(s.Notices) == 0 {
		b.remember(ctx, t, Sent{Holds: t.trail.holds})
		return nil // nothing is asked, and there is nothing to say
	}
	if l, ok := t.ch.(Limiter); ok && l.Limited() {
		s.Notices = append(slices.Clone(s.Notices), b.limited(t.ch.Name()))
	}
	r := b.Render(t.ch.Name(), t.m.Numbered, s)
	r.In, r.Prompt = t.m, t.trail.holds
	if s.Aside == flows.AsideTidy { // what was pressed may hold the receipt
		r.In.Below = true
	}
	sent, err := t.ch.Reply(ctx, r)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	b.remember(ctx, t, sent)
	return nil
}

// limited says that answers may be late, and where they are not.
func (b *Bot) limited(channel string) flows.Phrase {
	if b.Elsewhere != nil {
		if link := b.Elsewhere(channel); link != "" {
			return flows.Say("channel.limited", "elsewhere", flows.Phrase{Text: link})
		}
	}
	return flows.Say("channel.limited_alone")
}

// Render puts what a session calls for into words. numbered is for a channel
// that has no buttons.
func (b *Bot) Render(channel string, numbered bool, s flows.Session) Reply {
	v := b.Rules.View(s)
	extra := map[string]string{"channel": channel}
	paragraphs := make([]string, 0, len(v.Notices)+len(v.Body))
	for _, p := range v.Notices {
		paragraphs = append(paragraphs, b.Words.Render(s.Lang, p, extra))
	}
	for _, p := range v.Body {
		paragraphs = append(paragraphs, b.Words.Render(s.Lang, p, extra))
	}
	buttons := func(options []flows.Option) []Button {
		out := make([]Button, len(options))
		for i, o := range options {
			out[i] = Button{b.Words.Render(s.Lang, o.Label, extra), flows.Press{Tag: v.Tag, Step: o.Step, Code: o.Code}, o.On}
		}
		return out
	}
	ticked := slices.ContainsFunc(v.Choices, func(o flows.Option) bool { return o.On })
	hint := ""
	switch {
	case numbered && ticked:
		hint = "choices.ticked"
	case numbered && v.Accepts.Several:
		hint = "choices.several"
	case numbered && len(v.Choices) > 0:
		hint = "choices.one"
	case ticked:
		hint = "choices.buttons"
	}
	if hint != "" {
		hint = b.Words.Render(s.Lang, flows.Say(hint), extra)
	}
	return Reply{Text: strings.Join(paragraphs, "\n\n"), Choices: buttons(v.Choices[v.From:v.To]), First: v.From, Nav: buttons(v.Nav), Number: v.Numbered, Hint: hint}
}
