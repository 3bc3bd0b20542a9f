package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Deliverer brings cases to their intakes, one after the other in each group.
// Its fields are set once, before Run.
type Deliverer struct {
	Routes   Routes
	Cards    Cards
	Cases    store.Cases
	Registry store.Registry
	Vault    store.Vault
	Channels map[string]bot.Channel
	Hooks    *webhook.Sender // for intakes that are a URL
	// Alarm is where the operator is told what needs a person; "" only logs.
	Alarm string
	// Lease is how long a claimed delivery is nobody else's. It must be longer
	// than the longest wait for a group's pace. 0: five minutes.
	Lease   time.Duration
	Now     func() time.Time
	Log     zerolog.Logger
	Metrics *bot.Metrics

	mu      sync.Mutex
	alarmed map[string]time.Time
	wake    map[string]chan struct{}
	moved   map[string]bot.Address // groups that became supergroups since the start
}

const (
	// nap is how long to wait when nothing is due and nobody wakes us.
	nap = time.Second
	// firstPause is the wait after a first failure; it doubles up to longPause.
	firstPause = time.Second
	longPause  = 10 * time.Minute
	// tooLong is how long a delivery may fail before the operator is alarmed.
	tooLong = 24 * time.Hour
)

// Run delivers until the context ends.
func (d *Deliverer) Run(ctx context.Context) {
	if d.Lease == 0 {
		d.Lease = 5 * time.Minute
	}
	d.mu.Lock()
	d.wake = map[string]chan struct{}{}
	for _, name := range append(d.Routes.Names(), store.ToReporter) {
		d.wake[name] = make(chan struct{}, 1)
	}
	d.mu.Unlock()
	var all sync.WaitGroup
	for _, r := range d.Routes {
		all.Go(func() { d.serve(ctx, r, d.deliver) })
	}
	all.Go(func() { d.serve(ctx, Route{Name: store.ToReporter}, d.news) })
	all.Wait()
}

// Wake says that there may be something to deliver. It never blocks.
func (d *Deliverer) Wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.wake {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (d *Deliverer) serve(ctx context.Context, r Route, bring bringer) {
	for ctx.Err() == nil {
		one, ok, err := d.Cases.Claim(ctx, r.Name, d.Now(), d.Lease)
		if err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Str("intake", r.Name).Msg("deliveries cannot be read")
		}
		if ok {
			d.one(ctx, r, one, bring)
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.wake[r.Name]:
		case <-time.After(nap):
		}
	}
}

// bringer does what is not done yet of a delivery.
type bringer func(ctx context.Context, r Route, one *store.Delivery) error

// one takes a delivery as far as it goes, and says when to go on.
func (d *Deliverer) one(ctx context.Context, r Route, one store.Delivery, bring bringer) {
	err := bring(ctx, r, &one)
	// What was done must be kept even when we are being stopped.
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err == nil {
		if err = d.Cases.Settle(keep, one); err == nil {
			return
		}
		err = fmt.Errorf("settle delivery: %w", err)
	}
	due := d.Now()
	if ctx.Err() == nil {
		due = due.Add(d.later(r, &one, err))
	}
	d.alarmIfLate(ctx, r, &one)
	if err := d.Cases.Release(keep, one, due); err != nil {
		d.Log.Error().Err(err).Msg("delivery stays claimed until its lease ends")
	}
}

// deliver does what is not done yet.
func (d *Deliverer) deliver(ctx context.Context, r Route, one *store.Delivery) error {
	if r.Hooked() {
		return d.hook(ctx, r, one)
	}
	ch, ok := d.Channels[r.Channel()].(bot.Group)
	if !ok {
		return &bot.Failure{Kind: bot.Bug, Op: "deliver", Reason: "no such channel is running: " + r.Channel()}
	}
	if one.Card == "" && one.Case.Had(store.Withdrew) {
		return nil // nobody has it, and nobody shall
	}
	files := one.Case.Report.Files(d.Cards.Rules.Flow(one.Case.Report.Flow))
	if one.Card == "" {
		ref, err := d.post(ctx, ch, r, one.Case)
		if err != nil {
			return err
		}
		one.Card, one.Group = string(ref), r.Channel()+":"+string(d.to(r))
		if err := d.progress(ctx, one); err != nil {
			return err
		}
	}
	if one.Files < len(files) {
		if err := d.files(ctx, ch, r, one, files[one.Files:], len(files)); err != nil {
			return err
		}
	}
	for n := one.Files - len(files); n < len(one.Case.Events); n++ { // each a step of its own
		if !one.Case.Events[n].Concerns(r.Name) {
			one.Files++
			continue
		}
		turns := func(e store.Event) bool { return e.Concerns(r.Name) && e.Turns() }
		if b, ok := ch.(bot.Board); ok && turns(one.Case.Events[n]) && !slices.ContainsFunc(one.Case.Events[n+1:], turns) {
			if err := b.EditCard(ctx, d.to(r), bot.Ref(one.Card), d.Cards.Card(one.Case, r)); err != nil {
				return err
			}
		}
		if err := d.event(ctx, ch, r, one, n); err != nil {
			return err
		}
	}
	return d.tell(ctx, one)
}

// post posts a card, with buttons where there are any.
func (d *Deliverer) post(ctx context.Context, ch bot.Group, r Route, k store.Case) (bot.Ref, error) {
	card := d.Cards.Card(k, r)
	if b, ok := ch.(bot.Board); ok {
		return b.PostCard(ctx, d.to(r), k.Report.ID.Ticket(), card)
	}
	return ch.Post(ctx, d.to(r), card.Text(), "")
}

// event tells a group of the nth thing that happened, if it concerns it.
func (d *Deliverer) event(ctx context.Context, ch bot.Group, r Route, one *store.Delivery, n int) error {
	e := one.Case.Events[n]
	if words := d.Cards.Event(one.Case, r, n+1, e); words != "" {
		if _, err := ch.Post(ctx, d.to(r), words, bot.Ref(one.Card)); err != nil {
			return err
		}
	}
	var files []flows.File
	if e.File != nil {
		files = append(files, *e.File)
	}
	return d.files(ctx, ch, r, one, files, one.Files+1)
}

// news tells a reporter that there is something new, once for all that is.
func (d *Deliverer) news(ctx context.Context, _ Route, one *store.Delivery) error {
	back := one.Case.Return
	if back == nil {
		return nil
	}
	told := one.Files
	one.Files = len(one.Case.Events)
	fresh := one.Case.Events[min(told, one.Files):]
	if slices.ContainsFunc(one.Case.Told(), func(e store.Event) bool {
		return e.ForReporter() && slices.ContainsFunc(fresh, func(x store.Event) bool { return x.ID == e.ID })
	}) {
		ch, ok := d.Channels[back.Channel]
		if !ok {
			return &bot.Failure{Kind: bot.RetryLater, Op: "tell reporter", Reason: "no such channel is running: " + back.Channel}
		}
		err := ch.Notify(ctx, bot.Address(back.Address), d.Cards.News(one.Case))
		if f := (*bot.Failure)(nil); err != nil && (!errors.As(err, &f) || f.Kind != bot.Gone && f.Kind != bot.Bug) {
			one.Files = told
			return err // who left need not be told
		}
		if err := d.progress(ctx, one); err != nil {
			return err
		}
	}
	if one.Case.Over() {
		return d.Forget(ctx, one.Case.Report.ID)
	}
	return nil
}

// files posts the copies that may be seen, and counts all as handed over.
func (d *Deliverer) files(ctx context.Context, ch bot.Group, r Route, one *store.Delivery, files []flows.File, total int) error {
	id := one.Case.Report.ID
	var up []bot.Upload
	for i, f := range files {
		if !f.Clean || r.Sees != Full {
			continue
		}
		if gone, err := d.gone(ctx, id, f, one.Files+i+1); err != nil {
			return err
		} else if gone {
			continue
		}
		name := id.Ticket() + "-" + itoa(one.Files+i+1) + extension[f.Type]
		up = append(up, bot.Upload{Name: name, Type: f.Type, Size: f.Size, Open: func() (io.ReadCloser, error) {
			return d.Vault.Copy(ctx, id, f)
		}})
	}
	if len(up) > 0 {
		if err := ch.PostFiles(ctx, d.to(r), up, bot.Ref(one.Card)); err != nil {
			return err
		}
	}
	one.Files = total
	return d.progress(ctx, one)
}

// gone reports whether a file is not in the vault, and says so: the rest must not
// wait for what nobody can bring back.
func (d *Deliverer) gone(ctx context.Context, id flows.ReportID, f flows.File, n int) (bool, error) {
	_, err := d.Vault.Describe(ctx, id, f)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrShredded) {
		d.Metrics.Alarm("evidence_missing")
		d.Log.Error().Str("ticket", id.Ticket()).Int("file", n).Msg("evidence is not in the vault: it is not handed over")
		d.Alarmed("alarm.evidence_missing")
		return true, nil
	}
	return false, err
}

// Extension is how the name of a file of a type ends.
func Extension(media string) string { return extension[media] }

var extension = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/tiff": ".tif",
	"image/heic": ".heic", "image/avif": ".avif",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/3gpp": ".3gp", "video/3gpp2": ".3g2", "video/webm": ".webm",
	"audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/aac": ".aac",
	"audio/amr": ".amr", "audio/amr-wb": ".awb", "text/plain": ".txt", "application/pdf": ".pdf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.oasis.opendocument.text":                                   ".odt",
	"application/vnd.oasis.opendocument.spreadsheet":                            ".ods",
	"application/vnd.oasis.opendocument.presentation":                           ".odp",
}

// tell gives the reporter the one line, if they are to have it, and drops the
// way back when nobody will need it.
func (d *Deliverer) tell(ctx context.Context, one *store.Delivery) error {
	back := one.Case.Return
	// One line is enough, however many intakes there are.
	if back == nil || one.Intake != one.Case.First() {
		one.Told = true
		return nil
	}
	if ch, ok := d.Channels[back.Channel]; ok && !one.Told {
		err := ch.Notify(ctx, bot.Address(back.Address), d.Cards.Delivered(one.Case))
		if f := (*bot.Failure)(nil); err != nil && (!errors.As(err, &f) || f.Kind != bot.Gone && f.Kind != bot.Bug) {
			return err // who left need not be told
		}
		one.Told = true
		if err := d.progress(ctx, one); err != nil {
			return err
		}
	}
	rep := one.Case.Report
	if _, a, ok := rep.ByRole(d.Cards.Rules.Flow(rep.Flow), flows.RoleFollow); !ok || !a.Is("yes") {
		return d.Forget(ctx, one.Case.Report.ID)
	}
	return nil
}

// Forget drops the way back to the reporter of a case, and what their channel
// keeps of them. There may be none.
func (d *Deliverer) Forget(ctx context.Context, id flows.ReportID) error {
	c, ok, err := d.Registry.Find(ctx, id.Ticket())
	if err != nil && !errors.Is(err, store.ErrShredded) {
		return fmt.Errorf("forget the way back: %w", err)
	}
	if ok && c.Return != nil && c.Report.ID == id {
		// The channel first: afterwards nobody knows whom to forget.
		if ch, ok := d.Channels[c.Return.Channel].(bot.Forgetter); ok {
			if err := ch.Forget(ctx, bot.Address(c.Return.Address)); err != nil {
				return err
			}
		}
	}
	if err := d.Cases.Forget(ctx, id); err != nil {
		return fmt.Errorf("forget the way back: %w", err)
	}
	return nil
}

func (d *Deliverer) progress(ctx context.Context, one *store.Delivery) error {
	one.Tries = 0
	if err := d.Cases.Progress(context.WithoutCancel(ctx), *one); err != nil {
		return fmt.Errorf("keep progress: %w", err)
	}
	return nil
}

// Intake names the intake whose group has an address on a channel, as far as we
// know where it moved to. ok is false for a group that nobody named.
func (d *Deliverer) Intake(channel string, group bot.Address) (name string, ok bool) {
	for _, r := range d.Routes {
		if r.Channel() == channel && d.to(r) == group {
			return r.Name, true
		}
	}
	return "", false
}

// Moved says that a group is somewhere else from now on.
func (d *Deliverer) Moved(channel string, from, to bot.Address) {
	if name, ok := d.Intake(channel, from); ok {
		d.move(name, to)
	}
}

func (d *Deliverer) move(name string, to bot.Address) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.moved == nil {
		d.moved = map[string]bot.Address{}
	}
	d.moved[name] = to
	d.Log.Warn().Str("intake", name).Str("now", string(to)).Msg("the group became a supergroup; put its new id into the routes")
}

// Address is the channel of an intake, and where its group is now.
func (d *Deliverer) Address(name string) (bot.Group, bot.Address, bool) {
	r, _ := d.Routes.Named(name)
	ch, ok := d.Channels[r.Channel()].(bot.Group)
	return ch, d.to(r), ok
}

// to is where the group is now.
func (d *Deliverer) to(r Route) bot.Address {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a, ok := d.moved[r.Name]; ok {
		return a
	}
	return r.To()
}

// later says how long to wait before the next attempt.
func (d *Deliverer) later(r Route, one *store.Delivery, err error) time.Duration {
	one.Tries++
	wait := min(firstPause<<min(one.Tries-1, 20), longPause)
	level := zerolog.WarnLevel
	if f := (*bot.Failure)(nil); errors.As(err, &f) {
		switch {
		case f.Kind == bot.RetryAfter:
			wait = f.After
		case f.MovedTo != "":
			d.move(r.Name, f.MovedTo)
			return 0
		case f.Kind == bot.Gone, f.Kind == bot.Bug:
			wait = max(wait, time.Minute, f.After)
			if r.Hooked() && f.Kind == bot.Gone {
				d.Alarmed("alarm.webhook_gone")
			}
			if one.Tries == 1 {
				level = zerolog.ErrorLevel
				d.Metrics.Alarm("intake_refuses")
			}
		}
	}
	d.Log.WithLevel(level).Err(err).Str("intake", r.Name).Int("tries", one.Tries).Dur("pause", wait).Msg("delivery failed, trying again")
	return wait
}

// alarmIfLate tells the operator once that a case has not reached its group
// for a day. Delivering goes on.
func (d *Deliverer) alarmIfLate(ctx context.Context, r Route, one *store.Delivery) {
	if one.Alarmed || d.Now().Sub(one.Since) < tooLong {
		return
	}
	one.Alarmed = true
	d.Metrics.Alarm("delivery_late")
	d.Log.Error().Str("intake", r.Name).Str("ticket", one.Case.Report.ID.Ticket()).Time("since", one.Since).Msg("a case has not reached its intake for a day")
	if err := d.alarm(ctx, flows.Say("alarm.delivery_late", "ticket", text(one.Case.Report.ID.Ticket()), "intake", text(r.Name))); err != nil {
		one.Alarmed = false
		d.Log.Error().Err(err).Msg("operator could not be alarmed")
	}
}

// alarm tells the operator something, if there is a place for it.
func (d *Deliverer) alarm(ctx context.Context, p flows.Phrase) error {
	channel, to, ok := cut(d.Alarm)
	ch, group := d.Channels[channel].(bot.Group)
	if !ok || !group {
		return nil
	}
	_, err := ch.Post(ctx, to, d.Cards.Words.Render(d.Cards.Lang, p, nil), "")
	return err
}

// alarmAgain is how long a fault that goes on is said no more.
const alarmAgain = 6 * time.Hour

// Alarmed tells the operator of a fault, in the words of a locale key, unless it
// was told of it lately. It does not wait.
func (d *Deliverer) Alarmed(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Now().Sub(d.alarmed[key]) < alarmAgain {
		return
	}
	if d.alarmed == nil {
		d.alarmed = map[string]time.Time{}
	}
	d.alarmed[key] = d.Now()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := d.alarm(ctx, flows.Say(key)); err != nil {
			d.Log.Error().Err(err).Msg("operator could not be alarmed")
		}
	}()
}

func cut(address string) (channel string, to bot.Address, ok bool) {
	r := Route{Address: address}
	return r.Channel(), r.To(), address != ""
}

func itoa(n int) string { return strconv.Itoa(n) }
