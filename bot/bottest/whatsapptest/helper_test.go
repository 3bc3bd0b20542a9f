package whatsapptest

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	_ "github.com/ncruces/go-sqlite3/driver"
)

// bot is a client under test, an unmodified whatsmeow.
type bot struct {
	*whatsmeow.Client
	t    testing.TB
	s    *Server
	acct *Account

	mu     sync.Mutex
	events []any
	wake   chan struct{}
}

func logger(name string) waLog.Logger {
	if os.Getenv("WHATSAPPTEST_DEBUG") != "" {
		return waLog.Stdout(name, "DEBUG", false)
	}
	return waLog.Noop
}

// newServer is NewServer that reports stanzas when asked to, and at the end
// fails the test for violations.
func newServer(t testing.TB) *Server {
	s := NewServer(t)
	if os.Getenv("WHATSAPPTEST_DEBUG") != "" {
		s.SetTrace(func(l string) { t.Log(l) })
		t.Cleanup(func() { s.SetTrace(nil) })
	}
	return s
}

func (s *Server) clean(t testing.TB) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// client is a bot that is not connected yet.
func client(t testing.TB, s *Server, acct *Account, dev *store.Device) *bot {
	b := &bot{Client: whatsmeow.NewClient(dev, logger("bot")), t: t, s: s, acct: acct, wake: make(chan struct{}, 1)}
	s.Wire(b.Client)
	b.AddEventHandler(func(e any) {
		if m, ok := e.(*events.Message); ok && onlyKey(m.RawMessage) {
			return
		}
		b.mu.Lock()
		b.events = append(b.events, e)
		b.mu.Unlock()
		select {
		case b.wake <- struct{}{}:
		default:
		}
	})
	t.Cleanup(b.stop)
	return b
}

// stop disconnects, as far as whatsmeow can.
func (b *bot) stop() {
	b.s.Settle(b.Client)
	b.Disconnect()
}

// returns makes the bot connect again by itself after a cut, and not whatsmeow,
// which races against its own requests in flight.
func (b *bot) returns() {
	b.EnableAutoReconnect = false
	b.AddEventHandler(func(e any) {
		if _, ok := e.(*events.Disconnected); ok {
			go b.Connect()
		}
	})
}

// newBot is a bot that has paired by QR code.
func newBot(t testing.TB, s *Server) *bot {
	t.Helper()
	b := client(t, s, s.NewAccount("Netra Contoh"), newMemory(0))
	b.returns()
	b.pair()
	return b
}

func (b *bot) pair() {
	b.t.Helper()
	must(b.t, b.Connect())
	must(b.t, b.acct.Scan(next[*events.QR](b).Codes[0]))
	next[*events.PairSuccess](b)
	next[*events.Connected](b)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// next takes the first event of that type out, waiting for it.
func next[T any](b *bot) T {
	b.t.Helper()
	e, ok := wait(b, func(T) bool { return true }, 10*time.Second)
	if !ok {
		b.t.Fatalf("no %T", e)
	}
	return e
}

func wait[T any](b *bot, is func(T) bool, d time.Duration) (none T, ok bool) {
	late := time.After(d)
	for {
		b.mu.Lock()
		for i, e := range b.events {
			if v, ok := e.(T); ok && is(v) {
				b.events = append(b.events[:i:i], b.events[i+1:]...)
				b.mu.Unlock()
				return v, true
			}
		}
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-late:
			return none, false
		}
	}
}

func (b *bot) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = nil
}

// hear waits for a message with that text.
func (b *bot) hear(text string) *events.Message {
	b.t.Helper()
	m, ok := wait(b, func(m *events.Message) bool { return words(m.Message) == text }, 10*time.Second)
	if !ok {
		b.t.Fatalf("the bot did not hear %q", text)
	}
	return m
}

func words(m *waE2E.Message) string {
	if m.Conversation != nil {
		return m.GetConversation()
	}
	return m.GetExtendedTextMessage().GetText()
}

// say sends a text and returns its id.
func (b *bot) say(to types.JID, text string) string {
	b.t.Helper()
	r, err := b.SendMessage(b.t.Context(), to, &waE2E.Message{Conversation: &text})
	must(b.t, err)
	return r.ID
}

// sees waits until the person sees a text.
func sees(t testing.TB, c *Chat, text string) Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	m, err := c.WaitText(ctx, text)
	if err != nil {
		t.Fatalf("%q is not seen: %v in %+v", text, err, c.Messages())
	}
	return m
}

func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for range 5000 {
		if cond() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func hasViolation(s *Server, part string) bool {
	for _, v := range s.Violations() {
		if strings.Contains(v.Description, part) {
			return true
		}
	}
	return false
}

// onDisk is a device in a database, which outlives its client.
func onDisk(t testing.TB, file string) *store.Device {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(off)&_txlock=immediate")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	c := sqlstore.NewWithDB(db, "sqlite3", logger("db"))
	must(t, c.Upgrade(t.Context()))
	dev, err := c.GetFirstDevice(t.Context())
	must(t, err)
	return dev
}
