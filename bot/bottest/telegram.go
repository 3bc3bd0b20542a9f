package bottest

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/store/storetest"
)

// Person is a Reporter on the Telegram emulator.
type Person struct{ *telegramtest.User }

var (
	_ Reporter = Person{}
	_ Editor   = Person{}
)

// Say implements Reporter.
func (p Person) Say(text string) { p.User.Say(text) }

// Photo implements Reporter.
func (p Person) Photo(pictures ...[]byte) {
	if len(pictures) == 1 {
		p.SendPhoto(pictures[0])
		return
	}
	p.SendAlbum(pictures...)
}

// Change implements Editor.
func (p Person) Change(text string) { p.EditLast(text) }

// See implements Reporter.
func (p Person) See(ctx context.Context, words, label string) error {
	return p.WaitFor(ctx, func() bool {
		if label == "" {
			return strings.Contains(p.Chat(), words)
		}
		m := p.Last()
		if !strings.Contains(m.Text, words) {
			return false
		}
		for _, l := range m.Labels() {
			if l == label || strings.HasSuffix(l, " "+label) {
				return true
			}
		}
		return false
	})
}

// Chat implements Reporter.
func (p Person) Chat() string {
	var b strings.Builder
	for _, m := range p.Messages() {
		if m.FromBot {
			b.WriteString(m.Text + "\n" + strings.Join(m.Labels(), " | ") + "\n---\n")
		}
	}
	return b.String()
}

// Numbers implements Reporter.
func (Person) Numbers() bool { return false }

// Buttons implements Reporter.
func (p Person) Buttons() int {
	n := 0
	for _, m := range p.Messages() {
		if m.FromBot && len(m.Buttons) > 0 {
			n++
		}
	}
	return n
}

// Telegram is the Telegram adapter on the emulator, as a Platform.
type Telegram struct {
	t      testing.TB
	Server *telegramtest.Server
	group  *telegramtest.Group

	log   Log // of the adapter
	mu    sync.Mutex
	users []*telegramtest.User
	cut   atomic.Int64
	after atomic.Bool
	calls atomic.Int64
	slow  atomic.Pointer[chan struct{}]
}

var _ Platform = (*Telegram)(nil)

// NewTelegram starts an emulator with a supervisors' group.
func NewTelegram(t testing.TB) *Telegram {
	s := telegramtest.NewServer(t)
	p := &Telegram{t: t, Server: s, group: s.NewSupergroup("Pengawas Contoh")}
	s.SetHook(func(method string, _ int) telegramtest.Fault {
		if method == "file" {
			if c := p.slow.Swap(nil); c != nil {
				<-*c
			}
		}
		if method == "getUpdates" {
			return telegramtest.NoFault
		}
		if n := p.calls.Add(1); n == p.cut.Load() {
			if p.after.Load() {
				return telegramtest.FaultCutAfter
			}
			return telegramtest.FaultCutBefore
		}
		return telegramtest.NoFault
	})
	return p
}

// Connect implements Platform.
func (p *Telegram) Connect() (bot.Channel, func(context.Context, *bot.Queue) error) {
	a := telegram.New(telegram.Config{Token: p.Server.Token, API: p.Server.URL, Log: zerolog.New(&p.log)})
	return a, a.Poll
}

// Reporter implements Platform.
func (p *Telegram) Reporter(lang string) Reporter {
	u := p.Server.NewUser(lang)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users = append(p.users, u)
	return Person{u}
}

// Intake implements Platform.
func (p *Telegram) Intake() string { return "telegram:" + strconv.FormatInt(p.group.ID(), 10) }

// Supervisors is the supervisors' group.
func (p *Telegram) Supervisors() *telegramtest.Group { return p.group }

// Group implements Platform.
func (p *Telegram) Group() []Post {
	var out []Post
	for _, m := range p.group.Messages() {
		if !m.FromBot {
			continue
		}
		post := Post{ID: strconv.Itoa(m.ID), Answers: strconv.Itoa(m.ReplyTo), Text: m.Text}
		if m.Media != nil {
			post.Files = [][]byte{m.Media.Data}
		}
		out = append(out, post)
	}
	return out
}

// Canaries implements Platform.
func (p *Telegram) Canaries() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []string{p.Server.Token}
	for _, u := range p.users {
		out = append(out, strconv.FormatInt(u.ID, 10), u.Username, u.FirstName+" "+u.LastName)
	}
	return out
}

// Cut implements Platform.
func (p *Telegram) Cut(n int, after bool) {
	p.calls.Store(0)
	p.cut.Store(int64(n))
	p.after.Store(after)
}

// Calls implements Platform.
func (p *Telegram) Calls() int { return int(p.calls.Load()) }

// Twice implements Platform.
func (p *Telegram) Twice(on bool) {
	f := telegramtest.Faults{Seed: 7}
	if on {
		f.DuplicateUpdates, f.ReorderUpdates = 1, 0.5
	}
	p.Server.SetFaults(f)
}

// Slow implements Platform.
func (p *Telegram) Slow() (release func()) {
	c := make(chan struct{})
	p.slow.Store(&c)
	return sync.OnceFunc(func() { close(c) })
}

// Check implements Platform.
func (p *Telegram) Check() {
	for _, v := range p.Server.Violations() {
		p.t.Errorf("Telegram would refuse: %+v", v)
	}
	some := p.Canaries()
	storetest.CanariesIn(p.t, some[:min(16, len(some))], "the adapter's log", []byte(p.log.String()))
}
