package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/desk"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/bot/webhook"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/redis"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/vault"
)

// stores are what is opened in the data folder and in Redis.
type stores struct {
	keys     *store.Keys
	db       *sqldb.DB
	vault    *vault.Vault
	sessions store.Sessions
	close    []func() error
}

// Close closes everything, last opened first.
func (s *stores) Close() error {
	var errs []error
	for i := len(s.close) - 1; i >= 0; i-- {
		errs = append(errs, s.close[i]())
	}
	s.close = nil
	return errors.Join(errs...)
}

// open opens what the configuration names. A lost keyset is refused before
// anything is written.
func open(ctx context.Context, c config) (_ *stores, err error) {
	s := &stores{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := prepare(c); err != nil {
		return nil, err
	}
	if s.keys, err = store.OpenKeys(c.Keys); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	s.close = append(s.close, s.keys.Close)
	if s.db, err = sqldb.Open(ctx, database(c), s.keys, sqldb.Options{}); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.db.Close)
	if s.vault, err = vault.New(filepath.Join(c.Data, "vault"), s.keys); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.vault.Close)
	if c.RedisURL == "" {
		s.sessions = store.NewCache(s.db.Sessions(c.SessionTTL))
		return s, nil
	}
	r, err := redis.Open(c.RedisURL, s.keys, redis.Options{TTL: c.SessionTTL})
	if err != nil {
		return nil, err
	}
	s.sessions, s.close = store.NewCache(r), append(s.close, r.Close)
	return s, nil
}

func database(c config) string { return filepath.Join(c.Data, "netra.db") }

// prepare makes the data folder, unless the keys of what is in it are lost.
func prepare(c config) error {
	if err := keysLost(c); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.Chmod(c.Data, 0o700); err != nil {
		return fmt.Errorf("protect the data folder: %w", err)
	}
	return nil
}

// keysLost is the error of a data folder whose keyset file is not there.
func keysLost(c config) error {
	_, noKeys := os.Stat(c.Keys)
	if _, err := os.Stat(database(c)); err == nil && errors.Is(noKeys, fs.ErrNotExist) {
		return errors.New("the data folder holds a database but NETRA_KEYS names no keyset file: put the file back that it was made with; nothing was changed")
	}
	return nil
}

// standBy is how often a second process looks whether the first has ended.
const standBy = 2 * time.Second

// alone waits until no other process serves from the data folder: a second one
// stands by and takes over, and no two ever speak for the same WhatsApp device.
func alone(ctx context.Context, c config, log zerolog.Logger) (unlock func() error, err error) {
	if err := prepare(c); err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		unlock, err := lock(c.Data)
		if !errors.Is(err, errServed) {
			return unlock, err
		}
		if !told {
			log.Warn().Msg("another netra serves from this data folder: standing by to take over when it ends")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(standBy):
		}
	}
}

// errServed is the error of lock when another process has it.
var errServed = errors.New("another netra serves from this data folder; stop it first, or choose another NETRA_DATA")

// words loads the locales with what the operator said of themselves.
func words(c config) (*locales.Locales, error) {
	return locales.New(map[string]string{
		"operator":   c.Operator,
		"contact":    c.Contact,
		"recipients": c.Routes.Recipients(),
		"retention":  fmt.Sprint(int(c.Retention.Hours() / 24)),
		"draft":      fmt.Sprint(int(c.SessionTTL.Hours())),
		"evidence":   fmt.Sprint(int(c.KeepEvidence.Hours() / 24)),
		"return":     fmt.Sprint(int(c.KeepReturn.Hours() / 24)),
		"delay":      fmt.Sprint(max(int(math.Ceil(c.Delay.to.Hours())), 1)),
	}, c.Own)
}

// build wires the bot to its stores.
func build(s *stores, c config, l *locales.Locales, log zerolog.Logger, m *bot.Metrics) (*bot.Bot, *intake.Deliverer, *desk.Desk) {
	routes := c.Routes
	rules := flows.Rules{Flows: flows.All, Words: l, Elections: c.Elections, MostReports: c.MostReports, MostFiles: c.MostFiles}
	d := &intake.Deliverer{
		Routes: routes, Cases: s.db.Cases(), Registry: s.db.Cases(), Vault: s.vault, Now: time.Now, Log: log, Metrics: m,
		Cards:    intake.Cards{Rules: rules, Words: l, Lang: l.Languages()[0]},
		Channels: map[string]bot.Channel{}, Hooks: &webhook.Sender{},
	}
	b := &bot.Bot{
		Rules: rules, Words: l, Sessions: s.sessions, Cases: s.db.Cases(), Vault: s.vault, Keys: s.keys,
		Registry: s.db.Cases(), Guard: s.db.Guard(), Requests: s.db.Requests(), Later: c.Delay.draw, Alarm: d.Alarmed, Forget: d.Forget,
		Route:  func(r flows.Finished) []string { return routes.For(rules.Flow(r.Flow), r) },
		Opened: d.Wake, NewID: store.NewReportID, Now: time.Now, MaxFile: maxFile, Log: log, Metrics: m, Limits: c.Limits,
	}
	if c.Reminder > 0 {
		b.Remind = &bot.Reminders{After: c.Reminder, Words: l}
	}
	supervisors := &desk.Desk{
		Routes: c.Routes,
		Intake: d.Intake, Cases: s.db.Cases(), Registry: s.db.Cases(), Vault: s.vault, Audit: s.db.Audit(), Joins: s.db.Joins(), Keys: s.keys,
		Rules: rules, Words: l, Lang: l.Languages()[0], Changed: d.Wake, Moved: d.Moved, Address: d.Address, Now: time.Now,
	}
	b.Desk, b.Officer = supervisors.Handle, supervisors.Officer
	return b, d, supervisors
}

// maxFile is the largest evidence that is kept.
const maxFile = 20 << 20

// stopTime is how long a graceful stop may take in all.
const stopTime = 10 * time.Second

func serve(ctx context.Context, p program, args []string) (err error) {
	c, _, err := parse(p, "serve", args)
	if err = errors.Join(err, missing(err, c)); err != nil {
		return err
	}
	log := logger(c, p.errOut)
	l, err := words(c)
	if err != nil {
		return err
	}
	unlock, err := alone(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	// Nobody else can be delivering: what a killed process had claimed is free.
	if err := s.db.Cases().Unclaim(ctx); err != nil {
		return err
	}

	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), stock{s})
	metrics := bot.NewMetrics(registry)
	b, deliverer, supervisors := build(s, c, l, log, metrics)
	defer b.Remind.Close()
	deliverer.Alarm = c.Alarm
	var lines []line
	if c.TelegramToken != "" {
		lines = append(lines, telegramLine(c, s, l, log, metrics))
	}
	if c.WhatsApp {
		wa, err := whatsAppLine(ctx, c, s, log, metrics)
		if err != nil {
			return err
		}
		lines = append(lines, wa)
	}
	b.Elsewhere = func(channel string) string {
		for _, ln := range lines {
			if to, ok := ln.channel.(bot.Linker); ok && ln.channel.Name() != channel {
				return to.Link()
			}
		}
		return ""
	}
	queues := make([]*bot.Queue, len(lines))
	for i, ln := range lines {
		deliverer.Channels[ln.channel.Name()] = ln.channel
		queues[i] = bot.NewQueue(b, ln.channel, s.db.Inbox())
		if err := queues[i].Recover(ctx); err != nil {
			return err
		}
	}

	mux := http.NewServeMux()
	for i, ln := range lines {
		if ln.hook != nil {
			mux.Handle("POST "+webhookPath(c.TelegramWebhook), ln.hook(queues[i]))
		}
	}
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.Handle("GET /readyz", readiness(checks(s, lines)))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("NETRA_LISTEN: %w", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	if c.Contact == noContact {
		log.Warn().Msg("NETRA_OPERATOR and NETRA_CONTACT should say who answers for this bot: the consent text names them, as UU 27/2022 asks")
	}
	log.Info().Str("listen", listener.Addr().String()).Int("intakes", len(c.Routes)).Str("matrix", intake.MatrixVersion()).Bool("redis", c.RedisURL != "").Msg("netra is up")

	sweeping := &sweeper{s: s, c: c, b: b, lines: lines, log: log, soon: make(chan struct{}, 1)}
	b.Shredded = sweeping.Soon

	// Everything below runs until run ends; fail ends it early.
	run, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var all sync.WaitGroup
	all.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fail(fmt.Errorf("http server: %w", err))
		}
	})
	for i, ln := range lines {
		all.Go(func() {
			err := ln.run(run, queues[i])
			if err == nil {
				return
			}
			if len(lines) == 1 {
				fail(err)
				return
			}
			// The other channel goes on: half a bot is better than none.
			metrics.Alarm(ln.channel.Name() + "_ended")
			log.Error().Err(err).Str("channel", ln.channel.Name()).Msg("this channel has ended, the others go on")
		})
	}
	all.Go(func() { deliverer.Run(run) })
	all.Go(func() { watchKeys(run, s.keys, log) })
	all.Go(func() { sweeping.run(run) })
	all.Go(func() { remind(run, supervisors, log) })

	<-run.Done()
	log.Info().Msg("stopping: turns in flight are finished, no new ones taken")
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime-2*time.Second)
	defer cancel()
	var closing sync.WaitGroup
	for _, q := range queues {
		closing.Go(func() { q.Close(stop) })
	}
	closing.Wait()
	err = server.Shutdown(stop)
	all.Wait()
	log.Info().Msg("stopped")
	if cause := context.Cause(run); !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// remindEvery is how often it is looked what waits too long, and which reports are
// alike.
const remindEvery = time.Minute

// remind reminds supervisors, and offers them reports that are alike, until the
// context ends.
func remind(ctx context.Context, d *desk.Desk, log zerolog.Logger) {
	tick := time.NewTicker(remindEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.Remind(ctx); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("not all supervisors could be reminded")
			}
			if err := d.Compare(ctx); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("not all reports could be compared")
			}
		}
	}
}

// missing is what serving lacks, unless parsing failed for another reason than
// mistakes in values.
func missing(err error, c config) error {
	if err != nil && c.Listen == "" {
		return nil
	}
	return c.complete()
}

func webhookPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return "/"
	}
	return u.Path
}

func logger(c config, w io.Writer) zerolog.Logger {
	if c.LogFormat == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(c.Log).With().Timestamp().Logger()
}

// setUp shows the bot's face, and tries again until that worked.
func setUp(ctx context.Context, tg *telegram.Adapter, l *locales.Locales, webhook, secret string, log zerolog.Logger) {
	var faces []telegram.Face
	for i, lang := range append([]string{""}, l.Languages()...) {
		speak := lang
		if i == 0 {
			speak = l.Languages()[0]
		}
		face := telegram.Face{
			Lang:        lang,
			Description: l.Render(speak, flows.Say("bot.description"), nil),
			Short:       l.Render(speak, flows.Say("bot.short_description"), nil),
		}
		for _, m := range l.Menu(speak) {
			face.Commands = append(face.Commands, telegram.Command{Command: m.Command, Description: m.Description})
		}
		faces = append(faces, face)
	}
	for pause := time.Second; ; pause = min(pause*2, time.Minute) {
		err := tg.Setup(ctx, faces, webhook, secret)
		if err == nil || ctx.Err() != nil {
			return
		}
		log.Warn().Err(err).Dur("pause", pause).Msg("menu and webhook not set, trying again")
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
