package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot/telegram"
)

// doctor checks everything that serving needs and says what does not work. It
// makes nothing. With --health it only asks a running bot; that is what containers use.
func doctor(ctx context.Context, p program, args []string) (err error) {
	c, flags, err := parse(p, "doctor", args)
	if err != nil {
		return err
	}
	if flags.Lookup("health").Value.String() == "true" {
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
	if c.TelegramToken == "" {
		fmt.Fprintln(p.out, "– telegram: not asked, there is no token")
	} else {
		report("telegram", telegram.New(telegram.Config{Token: c.TelegramToken, API: c.TelegramAPI, Log: zerolog.Nop()}).Ping(ctx))
	}
	if c.Contact == noContact {
		fmt.Fprintln(p.out, "– NETRA_OPERATOR and NETRA_CONTACT: should say who answers for this bot; reporters read it when they are asked for consent")
	}
	if _, err := os.Stat(c.Keys); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(p.out, "– keys and data folder: not made yet; netra serve makes them")
	} else {
		s, err := open(ctx, c)
		report("keys and data folder", err)
		if err == nil {
			for _, check := range checks(s, nil) {
				report(check.name, check.ask(ctx))
			}
			report("closing", s.Close())
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
