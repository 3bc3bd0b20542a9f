package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot/telegram"
)

// doctor checks everything that serving needs and says what does not work.
// With --health it only asks a running bot; that is what containers use.
func doctor(ctx context.Context, p program, args []string) (err error) {
	c, fs, err := parse(p, "doctor", args)
	if err != nil {
		return err
	}
	if fs.Lookup("health").Value.String() == "true" {
		return healthy(ctx, c.Listen)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	bad := 0
	report := func(name string, err error) {
		if err != nil {
			bad++
			fmt.Fprintf(p.out, "✗ %s: %v\n", name, err)
			return
		}
		fmt.Fprintf(p.out, "✓ %s\n", name)
	}
	report("configuration", c.complete())
	s, err := open(ctx, c)
	report("keys and data folder", err)
	if err == nil {
		defer func() { err = errors.Join(err, s.Close()) }()
		tg := telegram.New(telegram.Config{Token: c.TelegramToken, API: c.TelegramAPI, Log: zerolog.Nop()})
		for _, check := range checks(s, tg.Ping) {
			report(check.name, check.ask(ctx))
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of the checks failed", bad)
	}
	return nil
}

// healthy asks /healthz on this machine.
func healthy(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body) //nolint:errcheck // only the status matters
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot answers %s", resp.Status)
	}
	return nil
}
