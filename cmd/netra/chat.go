package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/terminal"
	"github.com/netralitas/netra/flows"
)

// chat holds a conversation in the terminal, on fresh embedded stores that are
// removed at the end.
func chat(ctx context.Context, p program, args []string) (err error) {
	if len(args) > 0 && isHelp(args[0]) {
		fmt.Fprintln(p.out, "Usage: netra chat\n\nHolds a conversation in this terminal and shows the card that supervisors would get.\nIt needs no configuration, contacts nobody, and removes everything at the end.\nWith NETRA_LOCALES it speaks the words of that folder.")
		return nil
	}
	if len(args) > 0 {
		return fmt.Errorf("chat takes no argument %q; it needs no configuration", args[0])
	}
	dir, err := os.MkdirTemp("", "netra-chat-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, _, err := parse(program{env: only(p.env, "NETRA_LOCALES")}, "chat", nil)
	if err != nil {
		return err
	}
	c.Data, c.Keys = dir, dir+"/keys.json"
	c.Routes = intake.One("terminal:grup pengawas (contoh)")
	c.Delay = window{} // nobody waits for hours here
	c.Operator, c.Contact = "Sekretariat Contoh", "kontak@contoh.example"
	l, err := words(c)
	if err != nil {
		return err
	}
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	log := zerolog.New(zerolog.ConsoleWriter{Out: p.errOut}).Level(zerolog.ErrorLevel)
	b, deliverer, _ := build(s, c, l, log, nil)
	fmt.Fprintln(p.out, l.Plain(l.Render("", flows.Say("terminal.hint"), nil)))
	term := terminal.New(p.out, l.Plain)
	deliverer.Channels[term.Name()] = term

	run, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { deliverer.Run(run) })
	err = term.Run(ctx, p.in, "", "/start", func(ctx context.Context, m bot.Message) error {
		if err := b.Handle(ctx, term, m, false); err != nil {
			return err
		}
		return delivered(ctx, s)
	})
	stop()
	all.Wait()
	return err
}

// only is an environment in which nothing but one variable is set.
func only(e env, name string) env {
	return func(k string) string {
		if k != name {
			return ""
		}
		return e(k)
	}
}

// delivered waits, a moment at most, until everything that was sent stands in
// the group: in a terminal both ends share one screen.
func delivered(ctx context.Context, s *stores) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := s.db.Cases().Stats(ctx, time.Now())
		if err != nil || st.Deliveries == 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
