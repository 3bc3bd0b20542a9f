package main

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/bot/whatsapp"
	"github.com/netralitas/netra/locales"
)

// line is a channel that is served.
type line struct {
	channel bot.Channel
	ping    func(context.Context) error
	// run receives until the context ends. An error ends the line.
	run func(context.Context, *bot.Queue) error
	// hook receives what the platform posts to us; nil when it does not.
	hook func(*bot.Queue) http.Handler
}

// wireWhatsApp leads the client to another server than WhatsApp's. Only tests
// set it.
var wireWhatsApp whatsapp.Wiring

// telegramLine is Telegram: updates by polling, or posted to a webhook.
func telegramLine(c config, s *stores, l *locales.Locales, log zerolog.Logger, m *bot.Metrics) line {
	limits := telegram.PublicLimits
	limits.Group = c.TelegramGroupRate
	if limits.Overall = c.TelegramRate; limits.Overall == 0 {
		limits.Chat = 0
	}
	tg := telegram.New(telegram.Config{Token: c.TelegramToken, API: c.TelegramAPI, Limits: limits, Log: log, Metrics: m})
	secret := s.keys.Lookup("webhook", c.TelegramToken)
	ln := line{channel: tg, ping: tg.Ping}
	receive := tg.Poll
	if c.TelegramWebhook != "" {
		ln.hook = func(q *bot.Queue) http.Handler { return tg.Webhook(q, secret) }
		receive = func(ctx context.Context, _ *bot.Queue) error { <-ctx.Done(); return nil }
	}
	ln.run = func(ctx context.Context, q *bot.Queue) error {
		var face sync.WaitGroup
		defer face.Wait()
		face.Go(func() { setUp(ctx, tg, l, c.TelegramWebhook, secret, log) })
		return receive(ctx, q)
	}
	return ln
}

// whatsAppLine is the linked WhatsApp device.
func whatsAppLine(ctx context.Context, c config, s *stores, log zerolog.Logger, m *bot.Metrics) (line, error) {
	d, err := whatsapp.Open(ctx, s.db.SQL(), wireWhatsApp)
	if err != nil {
		return line{}, err
	}
	if !d.Paired() {
		return line{}, whatsapp.ErrUnpaired
	}
	limits := whatsapp.HumanePace
	if limits.Overall = c.WhatsAppRate; limits.Overall == 0 {
		limits.Chat, limits.Group = 0, 0
	}
	var groups []bot.Address
	for _, r := range append(slices.Clone(c.Routes), intake.One(c.Alarm)...) {
		if r.Channel() == "whatsapp" {
			groups = append(groups, r.To())
		}
	}
	a := whatsapp.New(whatsapp.Config{Device: d, Limits: limits, Groups: groups, Log: log, Metrics: m})
	return line{channel: a, ping: a.Ping, run: a.Receive}, nil
}
