package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
	Routes   intake.Routes
	Cases    store.Cases
	Registry store.Registry
	Vault    store.Vault
	Audit    store.Audit
	Joins    store.Joins
	Keys     *store.Keys
	Rules    flows.Rules
	Words    Words
	Lang     string
	// Changed is called when there may be news for a reporter. It must not block.
	Changed func()
	// Address is the channel and the present address of an intake's group. ok is
	// false when that channel does not run.
	Address func(intake string) (ch bot.Group, to bot.Address, ok bool)
	// Moved is called when a group has another address from now on.
	Moved func(channel string, from, to bot.Address)
	Now   func() time.Time

	book    book
	packing sync.Mutex // one packet at a time is in memory
	linking sync.Mutex // so that all reports of an event name each other
}

const (
	// leastReason is how long a reason must be, and leastWords words for a
	// reporter, in characters.
	leastReason = 10
	leastWords  = 5
	// longestNumber is how long an office's own number may be: it stands on the
	// card, whose head must stay short.
	longestNumber = 60
)

// action is what one supervisor wants of one case.
type action struct {
	ch      bot.Group
	m       bot.Message
	c       store.Case
	route   intake.Route // of the group that it is said in
	officer store.Officer
	admin   bool
	verb    string
	rest    string // of what was said
	// home is the intake's group where it is said in private, "" where it is said there.
	home bot.Address
}

// place is where it is said.
func (a action) place() bot.Address {
	if a.home != "" {
		return a.m.From
	}
	return a.m.Group
}

func (a action) ticket() flows.Phrase { return text(a.c.Report.ID.Ticket()) }

// answer is what a supervisor is told. What changed a case is a line for all;
// the rest concerns only who asked.
type answer struct {
	line flows.Phrase
	done bool
}

func refuse(key string, args ...any) answer { return answer{line: flows.Say(key, args...)} }

func did(key string, args ...any) answer { return answer{flows.Say(key, args...), true} }

// Handle does what a supervisor says, or what the button means that they pressed.
// What is no word for the desk is nobody's business here. A nil error means that
// it may be acknowledged; repeating it changes nothing more, but may repeat the
// line.
func (d *Desk) Handle(ctx context.Context, ch bot.Channel, m bot.Message) error {
	group, ok := ch.(bot.Group)
	if !ok {
		return nil
	}
	if m.Moved != "" {
		d.Moved(ch.Name(), m.Group, m.Moved)
		return nil
	}
	name, ok := d.Intake(ch.Name(), m.Group)
	if m.Joined {
		return d.join(ctx, group, m, ok)
	}
	if !ok {
		return nil
	}
	a := action{ch: group, m: m}
	a.route, _ = d.Routes.Named(name)
	meant := true
	if m.Press != nil {
		if m.Press.Step != intake.DeskStep {
			return nil
		}
		a.verb = string(m.Press.Code)
	} else if a.verb, a.rest, meant = d.read(m); a.verb == "" {
		return nil
	}
	a.officer = store.Officer{Key: d.Keys.Reporter(ch.Name(), string(m.From)), Name: m.Name}
	said, err := d.hear(ctx, &a, meant)
	if err != nil {
		return fmt.Errorf("desk: %w", err) // the verb may be anything that somebody sent
	}
	d.Changed()
	return d.tell(ctx, a, said)
}

// read finds the verb in what was said: the first word, when it is a command or
// answers a message of ours.
func (d *Desk) read(m bot.Message) (verb, rest string, meant bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	if first, more, cut := strings.Cut(word, "\n"); cut {
		word, rest = first, more+" "+rest
	}
	if !strings.HasPrefix(word, "/") {
		if first, more, cut := strings.Cut(word, ":"); cut { // "tanya:jam berapa"
			word, rest = first+":", strings.TrimSpace(more+" "+rest)
		}
	}
	word, _, _ = strings.Cut(word, "@")
	verb = d.Words.Desk(strings.Trim(word, ":,."))
	meant = strings.HasPrefix(word, "/") || strings.HasSuffix(word, ":")
	if m.Quotes == "" && !strings.HasPrefix(word, "/") {
		verb = ""
	}
	return verb, strings.TrimSpace(rest), meant
}

// hear finds out whether the speaker may, and what they mean.
func (d *Desk) hear(ctx context.Context, a *action, meant bool) (answer, error) {
	if r, ok := a.ch.(bot.Roster); ok {
		is, err := r.Member(ctx, a.m.Group, a.m.From)
		if err != nil {
			return answer{}, err
		}
		if is == bot.Outsider {
			return refuse("desk.outsider"), nil
		}
		a.admin = is == bot.Admin
	}
	switch a.verb {
	case "rekap":
		return d.rekap(ctx, *a)
	case "today":
		if a.route.Sees == intake.Count {
			return refuse("desk.counts_only"), nil
		}
		return d.today(ctx, *a)
	}
	ok, err := d.find(ctx, a)
	switch {
	case err != nil:
		return answer{}, err
	case !ok:
		return refuse("desk.no_card"), nil
	case a.m.Press != nil && slices.Contains(spoken, a.verb):
		return refuse("desk.how."+a.verb, "ticket", a.ticket()), nil
	case !meant && slices.Contains(forReporter, a.verb): // talk among themselves must not reach a reporter
		return refuse("desk.colon"), nil
	}
	return d.do(ctx, *a)
}

// spoken are the verbs that need words, and forReporter those whose words a
// reporter reads.
var (
	spoken      = []string{"ask", "need", "register", "forward", "reject", "close", "note", "identity", "original", "details"}
	forReporter = []string{"ask", "need", "reject", "close"}
)

// looks are the verbs that change nothing: of what is asked in private they are
// answered there alone.
var looks = []string{"history", "evidence", "alike"}

// Officer does what the officer of a case says in a private chat: a command with a
// slash and the code, "/tanya 7KQ2-M4XD-9TR jam berapa". What it changed is a line in
// the group, too. heard is false, and nothing was said, for everybody else: they are
// reporters like any other, and learn nothing of cases.
func (d *Desk) Officer(ctx context.Context, ch bot.Channel, m bot.Message) (heard bool, err error) {
	group, ok := ch.(bot.Group)
	if !ok || m.Press != nil || m.Edits != "" || !strings.HasPrefix(strings.TrimSpace(m.Text), "/") {
		return false, nil
	}
	a := action{ch: group, m: m}
	a.verb, a.rest, _ = d.read(m)
	code, rest, _ := strings.Cut(a.rest, " ")
	ticket, ok := flows.ReadTicket(strings.TrimRight(code, ":,."))
	if a.verb == "" || !ok {
		return false, nil
	}
	a.rest = strings.TrimSpace(rest)
	a.c, ok, err = d.Registry.Find(ctx, ticket)
	if errors.Is(err, store.ErrShredded) || err == nil && !ok {
		return false, nil
	}
	if err == nil {
		ok, err = d.known(ctx, &a)
	}
	if err != nil {
		return true, fmt.Errorf("desk: %w", err)
	}
	if !ok {
		return false, nil
	}
	said, err := d.do(ctx, a)
	if err != nil {
		return true, fmt.Errorf("desk: %w", err)
	}
	d.Changed()
	line := d.Words.Render(d.Lang, said.line, nil)
	if said.done && !slices.Contains(looks, a.verb) {
		if _, err := group.Post(ctx, a.home, line, ""); forgive(err) != nil {
			return true, err
		}
	}
	return true, group.Notify(ctx, m.From, line)
}

// known finds the intake for which somebody who writes in private is the officer of
// a case, if they are in its group still.
func (d *Desk) known(ctx context.Context, a *action) (bool, error) {
	key := d.Keys.Reporter(a.ch.Name(), string(a.m.From))
	for _, name := range a.c.All() {
		o := a.c.In(name).Officer
		ch, home, ok := d.Address(name)
		if o == nil || o.Key != key || !ok || ch.Name() != a.ch.Name() {
			continue
		}
		if r, ok := a.ch.(bot.Roster); ok {
			is, err := r.Member(ctx, home, a.m.From)
			if err != nil {
				return false, err
			}
			if is == bot.Outsider {
				continue
			}
			a.admin = is == bot.Admin
		}
		a.home, a.officer = home, store.Officer{Key: key, Name: o.Name}
		a.route, ok = d.Routes.Named(name)
		return ok, nil
	}
	return false, nil
}

// tell answers: below the card for all to see or, where a pressed button changed
// nothing, to who pressed it.
func (d *Desk) tell(ctx context.Context, a action, said answer) error {
	line := d.Words.Render(d.Lang, said.line, nil)
	b, ok := a.ch.(bot.Board)
	if !ok || a.m.Press == nil {
		return a.ch.Answer(ctx, a.m, line)
	}
	if !said.done {
		return b.Toast(ctx, a.m, d.Words.Plain(line))
	}
	if err := b.Toast(ctx, a.m, ""); err != nil {
		return err
	}
	return a.ch.Answer(ctx, a.m, line)
}

// find is the case that is meant: that of the card which is answered, or of the
// code that is named, if it is this intake's. One whose key was destroyed is none.
func (d *Desk) find(ctx context.Context, a *action) (ok bool, err error) {
	defer func() {
		if errors.Is(err, store.ErrShredded) {
			ok, err = false, nil
		}
	}()
	if a.m.Quotes != "" {
		a.c, ok, err = d.Registry.OfCard(ctx, a.ch.Name()+":"+string(a.m.Group), string(a.m.Quotes))
		if ok || err != nil {
			return ok && a.c.Goes(a.route.Name), err
		}
	}
	code, rest, _ := strings.Cut(a.rest, " ")
	ticket, ok := flows.ReadTicket(code)
	if !ok {
		return false, nil
	}
	a.c, ok, err = d.Registry.Find(ctx, ticket)
	a.rest = strings.TrimSpace(rest)
	return ok && a.c.Goes(a.route.Name), err
}

// do does what is asked, if it may be.
func (d *Desk) do(ctx context.Context, a action) (answer, error) {
	state := a.c.In(a.route.Name)
	switch a.verb {
	case "take":
		return d.take(ctx, a, state)
	case "history":
		return answer{d.history(a), true}, nil
	case "evidence":
		return d.evidence(ctx, a)
	case "alike":
		return d.alike(ctx, a)
	case "note":
		if short(a.rest, leastWords) {
			return refuse("desk.how.note", "ticket", a.ticket()), nil
		}
		return did("desk.noted", "ticket", a.ticket()), d.add(ctx, a, store.Event{Kind: store.Noted, Text: a.rest})
	case "let_go":
		return d.letGo(ctx, a, state)
	}
	_, ends := endings[a.verb]
	if mine := slices.ContainsFunc(a.c.Events, func(e store.Event) bool { return e.ID == d.id(a) }); state.Status.Over() && !mine && (ends || a.verb == "forward") {
		return d.over(a, state), nil
	}
	if state.Officer == nil {
		return refuse("desk.not_taken", "ticket", a.ticket()), nil
	}
	if state.Officer.Key != a.officer.Key {
		return refuse("desk.not_yours", "ticket", a.ticket(), "name", text(state.Officer.Name)), nil
	}
	switch a.verb {
	case "ask":
		if short(a.rest, leastWords) {
			return refuse("desk.ask_empty"), nil
		}
		return did("desk.asked", "ticket", a.ticket()), d.add(ctx, a, store.Event{Kind: store.Asked, Text: a.rest})
	case "identity":
		return d.identity(ctx, a)
	case "original":
		return d.original(ctx, a)
	case "details":
		return d.details(ctx, a)
	case "packet":
		return d.packet(ctx, a)
	case "link":
		return d.link(ctx, a)
	case "unlink":
		return d.unlink(ctx, a)
	case "forward":
		return d.forward(ctx, a)
	}
	if k, ok := endings[a.verb]; ok {
		number := k == store.Registered
		if a.rest == "" || !number && short(a.rest, leastWords) || number && !short(a.rest, longestNumber+1) {
			return refuse("desk.how."+a.verb, "ticket", a.ticket()), nil
		}
		return d.change(ctx, a, store.Event{Kind: k, Text: a.rest}, flows.Say("desk.did."+a.verb, "ticket", a.ticket(), "text", text(a.rest)))
	}
	return refuse("desk.no_card"), nil // a button of another version
}

var endings = map[string]store.EventKind{
	"need": store.Needed, "register": store.Registered, "reject": store.Rejected, "close": store.Closed,
}

// take makes the speaker the officer of a case. Of two at once the store has one
// first, and the other is told who. An admin takes a case over.
func (d *Desk) take(ctx context.Context, a action, state store.State) (answer, error) {
	switch {
	case state.Status.Over():
		return d.over(a, state), nil
	case state.Officer == nil:
	case state.Officer.Key == a.officer.Key:
		return refuse("desk.has", "ticket", a.ticket()), nil
	case !a.admin:
		return refuse("desk.taken_by", "ticket", a.ticket(), "name", text(state.Officer.Name)), nil
	default:
		if err := d.add(ctx, a, store.Event{ID: d.id(a) + ":over", Kind: store.LetGo}); err != nil {
			return answer{}, err
		}
	}
	o := a.officer
	o.Address = a.ch.Name() + ":" + string(a.m.From)
	if err := d.add(ctx, a, store.Event{Kind: store.Took, By: &o}); err != nil {
		return answer{}, err
	}
	now, err := d.again(ctx, a)
	if err != nil {
		return answer{}, err
	}
	switch o := now.In(a.route.Name).Officer; {
	case o == nil || o.Key != a.officer.Key:
		name := a.officer.Name
		if o != nil {
			name = o.Name
		}
		return refuse("desk.taken_by", "ticket", a.ticket(), "name", text(name)), nil
	case state.Officer != nil:
		return did("desk.took_from", "ticket", a.ticket(), "name", text(a.officer.Name), "was", text(state.Officer.Name)), nil
	}
	return did("desk.took", "ticket", a.ticket(), "name", text(a.officer.Name)), nil
}

// letGo leaves a case to somebody else.
func (d *Desk) letGo(ctx context.Context, a action, state store.State) (answer, error) {
	switch {
	case state.Status.Over():
		return d.over(a, state), nil
	case state.Officer == nil:
		return refuse("desk.not_taken", "ticket", a.ticket()), nil
	case state.Officer.Key != a.officer.Key && !a.admin:
		return refuse("desk.not_yours", "ticket", a.ticket(), "name", text(state.Officer.Name)), nil
	}
	return did("desk.let_go", "ticket", a.ticket(), "name", text(a.officer.Name)), d.add(ctx, a, store.Event{Kind: store.LetGo})
}

// forward gives a case to another intake, which then goes on with it.
func (d *Desk) forward(ctx context.Context, a action) (answer, error) {
	to, why, _ := strings.Cut(a.rest, " ")
	f := d.Rules.Flow(a.c.Report.Flow)
	var may, found []string
	for _, r := range d.Routes {
		if r.Name == a.route.Name || !d.Routes.May(r.Name, f, a.c.Report) {
			continue
		}
		may = append(may, r.Name)
		if strings.EqualFold(r.Name, to) || strings.EqualFold(r.Body, to) {
			found = append(found, r.Name)
		}
	}
	if i := slices.IndexFunc(found, func(n string) bool { return strings.EqualFold(n, to) }); i >= 0 {
		found = found[i : i+1]
	}
	list := text(strings.Join(may, ", "))
	switch {
	case len(may) == 0:
		return refuse("desk.forward_nowhere", "ticket", a.ticket()), nil
	case len(found) != 1:
		return refuse("desk.forward_which", "ticket", a.ticket(), "names", list), nil
	case short(strings.TrimSpace(why), leastReason):
		return refuse("desk.how.forward", "ticket", a.ticket()), nil
	}
	r, _ := d.Routes.Named(found[0])
	e := store.Event{Kind: store.Forwarded, To: r.Name, Text: r.Title(), From: a.route.Title(), Why: strings.TrimSpace(why)}
	return d.change(ctx, a, e, flows.Say("desk.did.forward", "ticket", a.ticket(), "name", text(r.Title())))
}

// change records what changes how a case stands, unless somebody was faster.
func (d *Desk) change(ctx context.Context, a action, e store.Event, line flows.Phrase) (answer, error) {
	state := a.c.In(a.route.Name)
	e.ID = d.id(a)
	if i := slices.IndexFunc(a.c.Events, func(x store.Event) bool { return x.ID == e.ID }); i >= 0 { // said before, and not acknowledged
		return answer{line, true}, nil
	}
	if state.Status.Over() {
		return d.over(a, state), nil
	}
	if err := d.add(ctx, a, e); err != nil {
		return answer{}, err
	}
	now, err := d.again(ctx, a)
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(now.Events, func(x store.Event) bool { return x.ID == e.ID })
	if i < 0 {
		return refuse("desk.no_card"), nil
	}
	before := now
	before.Events = now.Events[:i]
	switch was := before.In(a.route.Name); {
	case was.Status.Over():
		return d.over(a, was), nil
	case was.Officer == nil:
		return refuse("desk.not_taken", "ticket", a.ticket()), nil
	case was.Officer.Key != a.officer.Key:
		return refuse("desk.not_yours", "ticket", a.ticket(), "name", text(was.Officer.Name)), nil
	}
	return answer{line, true}, nil
}

// plain is a phrase without marks.
func (d *Desk) plain(p flows.Phrase) string { return d.Words.Plain(d.Words.Render(d.Lang, p, nil)) }

// over says that nothing more can be done with a case here.
func (d *Desk) over(a action, s store.State) answer {
	return refuse("desk.is_over", "ticket", a.ticket(), "state", intake.State(s))
}

// id is that of the event that an action leaves.
func (d *Desk) id(a action) string { return a.ch.Name() + a.m.ID }

// again is the case as it is now.
func (d *Desk) again(ctx context.Context, a action) (store.Case, error) {
	c, _, err := d.Registry.Find(ctx, a.c.Report.ID.Ticket())
	return c, err
}

// add records something that a supervisor did.
func (d *Desk) add(ctx context.Context, a action, e store.Event) error {
	if e.ID == "" {
		e.ID = d.id(a)
	}
	if e.By == nil {
		e.By = &a.officer
	}
	e.In, e.At = a.route.Name, d.Now()
	_, err := d.Cases.Add(ctx, a.c.Report.ID, e, e.At)
	return err
}

// history lists what happened to a case, as far as the intake may know: what its
// own people did, the reporter, and who passed it on to whom.
func (d *Desk) history(a action) flows.Phrase {
	list := flows.Phrase{Key: "desk.history", Args: map[string]flows.Phrase{"ticket": a.ticket()}}
	for _, e := range a.c.Counted() {
		if p, ok := d.event(a, e); ok {
			list.Items = append(list.Items, p)
		}
	}
	if len(list.Items) == 0 {
		list.Items = []flows.Phrase{flows.Say("desk.event.none")}
	}
	return list
}

// Line says what happened, in a case's time zone.
func Line(e store.Event, zone *time.Location) flows.Phrase {
	words := e.Text
	if e.Kind == store.Forwarded {
		words = e.Why
	}
	args := []any{"day", text(flows.Day(e.At, zone)), "text", text(words), "to", text(e.Text)}
	if e.By != nil {
		args = append(args, "name", text(signed(*e.By)))
	}
	return flows.Say("desk.event."+string(e.Kind), args...)
}

// event is a line of the history. ok is false for what is not this intake's.
func (d *Desk) event(a action, e store.Event) (p flows.Phrase, ok bool) {
	if e.Kind == store.Routed || e.Kind == store.Compared || !e.FromReporter() && e.In != "" && e.In != a.route.Name && e.To != a.route.Name {
		return p, false
	}
	p = Line(e, d.Rules.Zone(a.c.Report))
	if e.Kind == store.Wrote && a.route.Sees != intake.Full {
		p.Key = "desk.event.wrote_summary"
	}
	return p, true
}

// signed is an officer's name, which people choose themselves, with a mark that
// they do not.
func signed(o store.Officer) string { return o.Name + " #" + string(o.Key[:min(4, len(o.Key))]) }

func short(s string, least int) bool { return utf8.RuneCountInString(s) < least }

func text(s string) flows.Phrase { return flows.Phrase{Text: s} }
