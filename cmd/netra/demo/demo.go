// Package demo shows the whole of Netra in a browser: a reporter's phone on one
// side, the supervisors' group on the other.
//
// The bot is the real one, the same program as a process of its own ("netra
// serve"), with its encrypted database and vault in a folder. Only Telegram is
// played, by the emulator that the tests use. WhatsApp is not shown: its client
// would have to be told to trust another server than WhatsApp's, and nothing
// in the shipped program can tell it that.
package demo

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// Options are what a Demo needs.
type Options struct {
	// Serve returns the command that serves the bot, not started, with its
	// standard environment but without its configuration.
	Serve func(ctx context.Context) *exec.Cmd
	// Dir is the bot's data folder. Whoever starts the demo removes it.
	Dir string
}

// maxPhones bounds how many phones there can be.
const maxPhones = 8

// Demo is one bot with everybody around it.
type Demo struct {
	o        Options
	telegram *telegramtest.Server
	group    *telegramtest.Group
	bot      *process
	disk     disk

	busy sync.WaitGroup
	seen chan struct{} // closed when the first page looks

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before it, and after it
	phones  []*phone
	said    []string      // what reporters wrote, to be looked for in what is stored
	changed chan struct{} // closed and replaced when there is something new to see
}

// phone is a reporter's.
type phone struct {
	name string
	lang string
	user *telegramtest.User
}

// New starts the emulator, which runs until Close.
func New(o Options) (*Demo, error) {
	s, err := telegramtest.Start()
	if err != nil {
		return nil, fmt.Errorf("start the Telegram emulator: %w", err)
	}
	d := &Demo{o: o, telegram: s, group: s.NewSupergroup("Pengawas Contoh"), changed: make(chan struct{}), seen: make(chan struct{})}
	d.bot = &process{d: d}
	d.phones = []*phone{d.buy("id")}
	return d, nil
}

// Run serves the bot, again whenever it ends, until the context does.
func (d *Demo) Run(ctx context.Context) error {
	d.mu.Lock()
	d.ctx = ctx
	d.watch(d.group.Seq, d.group.Wait)
	for _, p := range d.phones {
		d.watch(p.user.Seq, p.user.Wait)
	}
	d.mu.Unlock()
	err := d.bot.run(ctx)
	d.mu.Lock()
	d.ctx = nil
	d.mu.Unlock()
	d.busy.Wait()
	return err
}

// Close ends the emulator. Run has ended before, or never began.
func (d *Demo) Close() { d.telegram.Close() }

// newPhone adds a phone, up to a limit.
func (d *Demo) newPhone(lang string) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.phones) >= maxPhones {
		return 0, fmt.Errorf("there are %d phones already", maxPhones)
	}
	p := d.buy(lang)
	d.phones = append(d.phones, p)
	d.watch(p.user.Seq, p.user.Wait)
	return len(d.phones) - 1, nil
}

func (d *Demo) buy(lang string) *phone {
	name := "HP "
	if lang == "en" {
		name = "Phone "
	}
	return &phone{name: name + strconv.Itoa(len(d.phones)+1), lang: lang, user: d.telegram.NewUser(lang)}
}

// phone returns a phone, nil when there is none.
func (d *Demo) phone(i int) *phone {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i < 0 || i >= len(d.phones) {
		return nil
	}
	return d.phones[i]
}

// watch tells the pages whenever the bot changes a chat, while Run runs. d.mu is
// held.
func (d *Demo) watch(now func() int64, wait func(context.Context, int64) (int64, error)) {
	if d.ctx == nil {
		return
	}
	seq, ctx := now(), d.ctx
	d.busy.Go(func() {
		for ctx.Err() == nil {
			next, err := wait(ctx, seq)
			if err != nil {
				return
			}
			seq = next
			d.touch()
		}
	})
}

// touch says that there is something new to see.
func (d *Demo) touch() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

// news is closed when there is something new.
func (d *Demo) news() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// looked says that somebody sees the page.
func (d *Demo) looked() {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.seen:
	default:
		close(d.seen)
	}
}

// note remembers what a reporter wrote, if it is long enough to be told from
// what anybody might write.
func (d *Demo) note(words string) {
	const telling, most = 16, 200
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(words) >= telling && strings.Contains(words, " ") && len(d.said) < most {
		d.said = append(d.said, words)
	}
}

// within is how long the bot has to stop by itself.
const within = 11 * time.Second
