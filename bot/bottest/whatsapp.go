package bottest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.mau.fi/whatsmeow"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
	"github.com/netralitas/netra/bot/pace"
	"github.com/netralitas/netra/bot/whatsapp"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// Phone is a Reporter on WhatsApp, where there are no buttons: a person answers
// with the number or the words that they read.
type Phone struct {
	User *whatsapptest.User
	chat *whatsapptest.Chat
}

var (
	_ Reporter = Phone{}
	_ Editor   = Phone{}
)

// NewPhone is a person who writes to an account.
func NewPhone(u *whatsapptest.User, to *whatsapptest.Account) Phone { return Phone{u, u.Chat(to)} }

// Say implements Reporter.
func (p Phone) Say(text string) { p.chat.Say(text) }

// Press implements Reporter.
func (p Phone) Press(label string) error {
	p.chat.Say(p.read().Choose(label))
	return nil
}

func (p Phone) read() Reading {
	var out Reading
	for _, m := range p.chat.Messages() {
		if !m.FromMe {
			out = append(out, m.Text)
		}
	}
	return out
}

// Photo implements Reporter.
func (p Phone) Photo(pictures ...[]byte) { p.chat.SendImage(pictures...) }

// Change implements Editor.
func (p Phone) Change(text string) {
	for _, m := range slices.Backward(p.chat.Messages()) {
		if m.FromMe && m.Text != "" {
			p.chat.Edit(m.ID, text)
			return
		}
	}
}

// See implements Reporter.
func (p Phone) See(ctx context.Context, words, label string) error {
	return p.chat.WaitFor(ctx, func() bool { return p.read().Shows(words, label) })
}

// Chat implements Reporter.
func (p Phone) Chat() string { return p.read().String() }

// Numbers implements Reporter.
func (Phone) Numbers() bool { return true }

// Buttons implements Reporter.
func (Phone) Buttons() int { return 0 }

// WhatsApp is the WhatsApp adapter on the peer server, as a Platform.
type WhatsApp struct {
	t       testing.TB
	Server  *whatsapptest.Server
	Account *whatsapptest.Account
	Desk    *whatsapptest.Group // the supervisors'
	dir     string              // of the device's database
	db      *sqldb.DB
	log     Log                // of the adapter
	Watcher *whatsapptest.User // a supervisor

	cut   atomic.Int64
	after atomic.Bool
	calls atomic.Int64

	// Now is the clock of adapters that connect from now on; nil is the real one.
	Now func() time.Time

	mu   sync.Mutex
	seen map[string][]byte // files of the group
}

var _ Platform = (*WhatsApp)(nil)

// NewWhatsApp starts a peer server with a supervisors' group, and links the
// bot's device.
func NewWhatsApp(t testing.TB) *WhatsApp {
	s := whatsapptest.NewServer(t)
	p := &WhatsApp{t: t, Server: s, Account: s.NewAccount("Netra Contoh"), Watcher: s.NewUser("Pengawas Contoh"), seen: map[string][]byte{}, dir: t.TempDir()}
	keys, err := store.NewKeys()
	must(t, err)
	p.db, err = sqldb.Open(t.Context(), filepath.Join(p.dir, "device.db"), keys, sqldb.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, p.db.Close()) })
	d, err := whatsapp.Open(t.Context(), p.db.SQL(), s.Wire)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, d.Pair(ctx, whatsapp.Pairing{QR: func(text string, _ time.Duration) {
		go func() {
			if err := p.Account.Scan(text); err != nil {
				t.Error(err)
			}
		}()
	}}))
	p.Desk = s.NewGroup("Pengawas Contoh", p.Watcher, p.Account)
	s.SetHook(p.hook)
	return p
}

func (p *WhatsApp) hook(s whatsapptest.Stanza) whatsapptest.Fault {
	if s.From != p.Account || !slices.Contains([]string{"message", "upload", "receipt", "ack"}, s.Kind) {
		return whatsapptest.NoFault
	}
	if n := p.calls.Add(1); n == p.cut.Load() {
		if p.after.Load() {
			return whatsapptest.FaultCutAfter
		}
		return whatsapptest.FaultCutBefore
	}
	return whatsapptest.NoFault
}

// Connect implements Platform.
func (p *WhatsApp) Connect() (bot.Channel, func(context.Context, *bot.Queue) error) {
	var client *whatsmeow.Client
	d, err := whatsapp.Open(p.t.Context(), p.db.SQL(), func(c *whatsmeow.Client) { client = c; p.Server.Wire(c) })
	must(p.t, err)
	a := whatsapp.New(whatsapp.Config{
		Device: d, Limits: pace.Limits{}, Groups: []bot.Address{bot.Address(p.Desk.JID.String())}, Log: zerolog.New(&p.log),
		Now: p.Now,
	})
	return a, func(ctx context.Context, q *bot.Queue) error {
		// See "Races in whatsmeow" of whatsapptest: a cut that we made must be
		// over before the client disconnects.
		run, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		context.AfterFunc(ctx, func() { p.Server.Settle(client); stop() })
		return a.Receive(run, q)
	}
}

// Reporter implements Platform.
func (p *WhatsApp) Reporter(string) Reporter { return NewPhone(p.Server.NewUser(""), p.Account) }

// Intake implements Platform.
func (p *WhatsApp) Intake() string { return "whatsapp:" + p.Desk.JID.String() }

// Group implements Platform.
func (p *WhatsApp) Group() []Post {
	var out []Post
	for _, m := range p.Watcher.Chat(p.Desk).Messages() {
		if m.FromMe || m.Kind == "album" {
			continue
		}
		post := Post{ID: m.ID, Answers: m.ReplyTo, Text: m.Text}
		if m.Size > 0 {
			p.mu.Lock()
			raw := p.seen[m.ID]
			p.mu.Unlock()
			if raw == nil {
				var err error
				raw, err = m.Data(p.t.Context())
				must(p.t, err)
				p.mu.Lock()
				p.seen[m.ID] = raw
				p.mu.Unlock()
			}
			post.Files = [][]byte{raw}
		}
		out = append(out, post)
	}
	return out
}

// Canaries implements Platform.
func (p *WhatsApp) Canaries() []string {
	return slices.DeleteFunc(p.Server.Canaries(), func(s string) bool { return s == "Netra Contoh" || s == "Pengawas Contoh" })
}

// Cut implements Platform.
func (p *WhatsApp) Cut(n int, after bool) {
	p.calls.Store(0)
	p.cut.Store(int64(n))
	p.after.Store(after)
}

// Calls implements Platform.
func (p *WhatsApp) Calls() int { return int(p.calls.Load()) }

// Twice implements Platform.
func (p *WhatsApp) Twice(on bool) {
	f := whatsapptest.Faults{Seed: 7}
	if on {
		f.Duplicate, f.Reorder, f.Again = 1, 0.3, 0.3
	}
	p.Server.SetFaults(f)
}

// Slow implements Platform.
func (p *WhatsApp) Slow() (release func()) { return p.Server.HoldDownload() }

// Check implements Platform. It also looks for people where only the adapter
// writes.
func (p *WhatsApp) Check() {
	for _, v := range p.Server.Violations() {
		p.t.Errorf("WhatsApp would refuse, or mind: %s", v)
	}
	some := p.Canaries()
	some = some[:min(16, len(some))] // each has many disguises to be looked for
	storetest.Canaries(p.t, some, p.dir)
	storetest.CanariesIn(p.t, some, "the adapter's log", []byte(p.log.String()))
}

// Copies counts the messages of ours that whatsmeow still has.
func (p *WhatsApp) Copies(ids ...string) (n int) {
	for _, id := range ids {
		var one int
		must(p.t, p.db.SQL().QueryRowContext(p.t.Context(), `SELECT count(*) FROM whatsmeow_retry_buffer WHERE message_id = ?`, id).Scan(&one))
		n += one
	}
	return n
}

// Sent counts the copies of what the bot sent, which whatsmeow keeps for phones
// that could not read it.
func (p *WhatsApp) Sent() (n int) {
	must(p.t, p.db.SQL().QueryRowContext(p.t.Context(), `SELECT count(*) FROM whatsmeow_retry_buffer`).Scan(&n))
	return n
}

// AgeSent makes those copies older.
func (p *WhatsApp) AgeSent(by time.Duration) {
	_, err := p.db.SQL().ExecContext(p.t.Context(), `UPDATE whatsmeow_retry_buffer SET timestamp = timestamp - ?`, by.Milliseconds())
	must(p.t, err)
}

// Rows counts what whatsmeow keeps that names somebody.
func (p *WhatsApp) Rows(who *whatsapptest.Account) int {
	tables, err := p.db.SQL().QueryContext(p.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'whatsmeow_*'`)
	must(p.t, err)
	defer tables.Close()
	n := 0
	for tables.Next() {
		var name string
		must(p.t, tables.Scan(&name))
		n += p.rows(name, who)
	}
	must(p.t, tables.Err())
	return n
}

func (p *WhatsApp) rows(table string, who *whatsapptest.Account) int {
	rows, err := p.db.SQL().QueryContext(p.t.Context(), "SELECT * FROM "+table)
	must(p.t, err)
	defer rows.Close()
	names, err := rows.Columns()
	must(p.t, err)
	n := 0
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		must(p.t, rows.Scan(values...))
		if line := fmt.Sprint(deref(values)...); strings.Contains(line, who.LID.User) || strings.Contains(line, who.PN.User) {
			n++
		}
	}
	must(p.t, rows.Err())
	return n
}

func deref(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = *v.(*any)
		if raw, ok := out[i].([]byte); ok {
			out[i] = string(raw)
		}
	}
	return out
}
