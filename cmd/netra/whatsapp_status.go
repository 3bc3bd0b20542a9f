package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/netralitas/netra/bot/whatsapp"
)

// skewLimit is from when on a clock counts as wrong.
const skewLimit = 30 * time.Second

// whatsappStatus tells which account is linked, and whether WhatsApp lets it in.
func whatsappStatus(ctx context.Context, p program, c config, _ map[string]string) (err error) {
	if !made(c) {
		return whatsapp.ErrUnpaired
	}
	d, closeAll, err := device(ctx, c)
	serving := errors.Is(err, errServed)
	if err != nil && !serving {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	if !d.Paired() {
		return whatsapp.ErrUnpaired
	}
	since := ""
	if t := d.Linked(); !t.IsZero() {
		since = ", since " + t.Format("2 January 2006 15:04 MST")
	}
	fmt.Fprintf(p.out, "✓ linked: the account %s%s\n", d.Account(), since)
	if serving {
		fmt.Fprintln(p.out, "– connection: not tried, because a running netra is connected as this device and a second connection would cut it off; its /readyz and its log tell")
		return nil
	}
	standing, err := d.Check(ctx, time.Now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		fmt.Fprintf(p.out, "✗ connection: %v\n", err)
		return errors.New("WhatsApp does not let the account in")
	}
	fmt.Fprintln(p.out, "✓ connection: WhatsApp lets it in")
	if standing.Limited {
		until := "it does not say until when"
		if !standing.Until.IsZero() {
			until = "until " + standing.Until.UTC().Format("2 January 2006 15:04 MST")
		}
		fmt.Fprintf(p.out, "✗ restricted: WhatsApp refuses messages to people who never wrote to this account (error 463), %s. It sees the account at risk; write less, and point reporters to Telegram\n", until)
	}
	switch skew := standing.Skew; {
	case skew.Abs() < skewLimit:
		fmt.Fprintln(p.out, "✓ clock: as WhatsApp's")
	case skew > 0:
		fmt.Fprintf(p.out, "✗ clock: this machine's is %s behind WhatsApp's; set it (NTP)\n", skew)
	default:
		fmt.Fprintf(p.out, "✗ clock: this machine's is %s ahead of WhatsApp's; set it (NTP)\n", -skew)
	}
	if standing.Limited || standing.Skew.Abs() >= skewLimit {
		return errors.New("the account works, but not all is well")
	}
	return nil
}

// whatsappGroups lists the groups of the account, so that one can be named.
func whatsappGroups(ctx context.Context, p program, c config, _ map[string]string) (err error) {
	d, closeAll, err := account(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	groups, err := d.Groups(ctx)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		fmt.Fprintf(p.out, "The account %s is in no group. Let an admin of the supervisors' group add it.\n", d.Account())
		return nil
	}
	fmt.Fprintf(p.out, "The account %s is in these groups. Netra writes to none of them unless NETRA_INTAKE or the routes file names it.\n\n", d.Account())
	for _, g := range groups {
		note := ""
		switch {
		case g.Community:
			note = "  (a community: name one of its groups instead)"
		case g.Closed:
			note = "  (only admins may write: make the account one)"
		}
		fmt.Fprintf(p.out, "whatsapp:%s  %4d members  %s%s\n", g.Address, g.Members, printable(g.Subject), note)
	}
	return nil
}

// printable leaves out what steers a terminal: a group's name is anybody's text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// logout unlinks the account and removes what was kept for it.
func logout(ctx context.Context, p program, c config, own map[string]string) (err error) {
	d, closeAll, err := account(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	name := d.Account()
	err = d.Logout(ctx)
	switch {
	case err == nil:
		fmt.Fprintf(p.out, "Unlinked: the account %s. Its keys, and what was kept of people on WhatsApp, are removed here. Reports are not touched.\n", name)
		return nil
	case ctx.Err() != nil, errors.Is(err, whatsapp.ErrUnpaired):
		return err
	case own["force"] == "":
		return fmt.Errorf("%w\nNothing was removed. netra whatsapp logout --force removes the keys here; the phone lists the device until it is unlinked there", err)
	}
	if err := d.Discard(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "WhatsApp was not told: %v.\nThe keys of the account %s, and what was kept of people on WhatsApp, are removed here. Reports are not touched.\nUnlink the device on its phone too: WhatsApp → Settings (Android: ⋮) → Linked devices.\n", err, name)
	return nil
}
