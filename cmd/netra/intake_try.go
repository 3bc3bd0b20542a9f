package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/bot/whatsapp"
	"github.com/netralitas/netra/flows"
)

// tryTime is how long an intake may take to show that it is there.
const tryTime = 40 * time.Second

// tryIntake finds out whether an intake can be reached: a group on Telegram and a
// URL are sent something that holds no report; of a group on WhatsApp it is looked
// whether the account is in it.
func tryIntake(ctx context.Context, p program, args []string) error {
	named, rest := arguments(args)
	c, _, err := parse(p, "intake test", rest)
	if err != nil {
		return err
	}
	if err := c.complete(); err != nil {
		return err
	}
	if len(named) != 1 {
		return errors.New("intake test needs the name of an intake; netra intake list has them")
	}
	r, ok := c.Routes.Named(named[0])
	if !ok {
		return fmt.Errorf("there is no intake %q; netra intake list has them", named[0])
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	how := ""
	switch r.Channel() {
	case "telegram":
		l, e := words(c)
		if e != nil {
			return e
		}
		tg := telegram.New(telegram.Config{Token: c.TelegramToken, API: c.TelegramAPI, Limits: telegram.PublicLimits, Log: zerolog.Nop()})
		_, err = tg.Post(ctx, r.To(), l.Render(l.Languages()[0], flows.Say("desk.test", "name", flows.Phrase{Text: r.Name}), nil), "")
		how = "the group was sent a message"
	case "whatsapp":
		err = joined(ctx, c, r.To())
		how = "the account is in the group; nothing was sent"
	default:
		err = intake.Test(ctx, &webhook.Sender{}, r, rand.Text())
		how = "the URL took an event"
	}
	if f := (*bot.Failure)(nil); errors.As(err, &f) && f.MovedTo != "" {
		err = fmt.Errorf("the group became a supergroup: its address is %s:%s now", r.Channel(), f.MovedTo)
	}
	if err != nil {
		return fmt.Errorf("✗ %s: %w", r.Name, err)
	}
	_, err = fmt.Fprintf(p.out, "✓ %s: %s\n", r.Name, how)
	return err
}

// joined is nil when the linked account is in a group and may write there.
func joined(ctx context.Context, c config, group bot.Address) (err error) {
	d, closeAll, err := account(ctx, c)
	if errors.Is(err, errServed) {
		return errors.New("netra serve is connected as the account; its log says whether the group can be reached")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	groups, err := d.Groups(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g whatsapp.Joined) bool { return g.Address == group })
	if i < 0 {
		return errors.New("the account is not in this group; add it there")
	}
	if groups[i].Closed {
		return errors.New("only admins may write in this group; make the account one, if it is not")
	}
	return nil
}
