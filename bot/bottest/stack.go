package bottest

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/desk"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/redis"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
	"github.com/netralitas/netra/store/vault"
)

// Stack is everything behind a channel, on real stores: sessions in a Redis of
// its own, cases and inbox in an encrypted database, files in a vault.
type Stack struct {
	t     testing.TB
	Dir   string
	Keys  *store.Keys
	DB    *sqldb.DB
	Redis *storetest.RedisServer
	Words *locales.Locales
	Knife *Knife // cuts the stores
	Log   *Log
	// Limits and Remind are those of the processes that are started from then on.
	Limits bot.Limits
	Remind time.Duration
	// Clock is what the desk takes for the present; time.Now until it is set.
	Clock func() time.Time
	// Routes are its intakes; none are the one whose address Start is given.
	Routes intake.Routes

	sessions store.Sessions
	vault    store.Vault
}

// NewStack opens the stores. They are closed when the test ends.
func NewStack(t testing.TB) *Stack {
	t.Helper()
	l, err := locales.New(map[string]string{"operator": "Sekretariat Contoh", "contact": "kontak@contoh.example", "recipients": "Bawaslu", "retention": "90", "draft": "24", "evidence": "30", "return": "90", "delay": "6"})
	must(t, err)
	keys, err := store.NewKeys()
	must(t, err)
	s := &Stack{t: t, Dir: t.TempDir(), Keys: keys, Words: l, Knife: &Knife{}, Log: &Log{}, Clock: time.Now, Redis: storetest.Redis(t)}
	s.DB, err = sqldb.Open(t.Context(), filepath.Join(s.Dir, "netra.db"), keys, sqldb.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, s.DB.Close()) })
	r, err := redis.Open(s.Redis.URL, keys, redis.Options{TTL: 24 * time.Hour})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	s.sessions = store.NewCache(r)
	v, err := vault.New(filepath.Join(s.Dir, "vault"), keys)
	must(t, err)
	t.Cleanup(func() { must(t, v.Close()) })
	s.vault = v
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Process is a bot that runs on a stack, as one process would. Several after
// each other are restarts.
type Process struct {
	Bot       *bot.Bot
	Queue     *bot.Queue
	Deliverer *intake.Deliverer
	Desk      *desk.Desk

	stop    context.CancelFunc
	running sync.WaitGroup
	t       testing.TB
}

// Start runs a bot with one channel and one intake until Stop or the test's
// end. receive takes messages from the channel until its context ends.
func (s *Stack) Start(ch bot.Channel, address string, receive func(context.Context, *bot.Queue) error) *Process {
	rules := flows.Rules{Flows: flows.All, Words: s.Words}
	log := zerolog.New(s.Log)
	routes := s.Routes
	if routes == nil {
		routes = intake.One(address)
	}
	cases, registry := Cases{s.DB.Cases(), s.Knife}, Registry{s.DB.Cases(), s.Knife}
	files := Vault{s.vault, s.Knife}
	p := &Process{t: s.t}
	p.Deliverer = &intake.Deliverer{
		Routes: routes, Cases: cases, Registry: registry, Vault: files, Now: s.Clock, Log: log, Lease: 2 * time.Second,
		Cards:    intake.Cards{Rules: rules, Words: s.Words, Lang: "id"},
		Channels: map[string]bot.Channel{ch.Name(): ch}, Hooks: &webhook.Sender{},
	}
	p.Bot = &bot.Bot{
		Rules: rules, Words: s.Words, Sessions: Sessions{s.sessions, s.Knife}, Cases: cases, Vault: files, Keys: s.Keys,
		Registry: registry, Guard: Guard{s.DB.Guard(), s.Knife}, Requests: Requests{s.DB.Requests(), s.Knife},
		Route:  func(r flows.Finished) []string { return routes.For(rules.Flow(r.Flow), r) },
		Opened: p.Deliverer.Wake, NewID: store.NewReportID, Now: s.Clock, MaxFile: 20 << 20, Log: log, Limits: s.Limits,
	}
	if s.Remind > 0 {
		p.Bot.Remind = &bot.Reminders{After: s.Remind, Words: s.Words}
		s.t.Cleanup(p.Bot.Remind.Close)
	}
	p.Bot.Forget = p.Deliverer.Forget
	p.Desk = &desk.Desk{
		Routes: routes,
		Intake: p.Deliverer.Intake, Cases: cases, Registry: registry, Vault: files, Audit: s.DB.Audit(), Joins: s.DB.Joins(), Keys: s.Keys,
		Rules: rules, Words: s.Words, Lang: "id", Changed: p.Deliverer.Wake, Moved: p.Deliverer.Moved, Address: p.Deliverer.Address, Now: s.Clock,
	}
	p.Bot.Desk, p.Bot.Officer = p.Desk.Handle, p.Desk.Officer
	p.Queue = bot.NewQueue(p.Bot, ch, Inbox{s.DB.Inbox(), s.Knife})
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	for p.Queue.Recover(ctx) != nil { // the knife may cut here, too
	}
	p.running.Go(func() { p.Deliverer.Run(ctx) })
	p.running.Go(func() {
		if err := receive(ctx, p.Queue); err != nil {
			s.t.Errorf("receive: %v", err)
		}
	})
	s.t.Cleanup(p.Stop)
	return p
}

// Stop ends the process gracefully. Stopping again does nothing.
func (p *Process) Stop() {
	p.stop()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	p.Queue.Close(ctx)
	p.running.Wait()
}

// Quiet waits until everything that was received is worked on and handed over.
func (s *Stack) Quiet(ctx context.Context) {
	s.t.Helper()
	for {
		st, err := s.DB.Cases().Stats(ctx, time.Now())
		must(s.t, err)
		if st.Inbox == 0 && st.Deliveries == 0 {
			return
		}
		select {
		case <-ctx.Done():
			s.t.Fatalf("%d messages and %d deliveries are left; log:\n%s", st.Inbox, st.Deliveries, s.Log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Settled waits until every case stands in its group.
func (s *Stack) Settled(ctx context.Context) {
	s.t.Helper()
	for {
		st, err := s.DB.Cases().Stats(ctx, time.Now())
		must(s.t, err)
		if st.Open == 0 && st.Deliveries == 0 {
			return
		}
		select {
		case <-ctx.Done():
			s.t.Fatalf("%d deliveries are not settled; log:\n%s", st.Deliveries, s.Log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Clean looks for canaries in everything that is stored or logged.
func (s *Stack) Clean(canaries ...string) {
	s.t.Helper()
	canaries = append(canaries, CanaryStory, CanaryPerson, CanaryName, CanaryAddress, CanaryPhone, CanaryPhone[1:], CanaryRegion, CanaryPlace, CanaryExif)
	s.Redis.Dump()
	storetest.Canaries(s.t, canaries, s.Dir, s.Redis.Dir)
	storetest.CanariesIn(s.t, canaries, "log", []byte(s.Log.String()))
}

// Log keeps what is logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
