package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/netralitas/netra/bot/whatsapp"
)

const whatsappHelp = `Usage: netra whatsapp COMMAND [flags]

  pair               link an account by a QR code in the terminal
    --png FILE         write the QR code to FILE instead; it is removed at the end
    --phone NUMBER     link by a code typed on the phone, like "+62 899-000-xxxx"
  status             tell which account is linked, and whether WhatsApp lets it in
  groups             list the groups of the account, with their addresses
  logout             unlink the account and remove its keys
    --force            remove them even when WhatsApp does not let us in

The other flags and variables are those of netra serve. docs/whatsapp.md says what
linking means, what it risks and how to keep a spare number.
`

// whatsappCommand takes care of the linked WhatsApp account.
func whatsappCommand(ctx context.Context, p program, args []string) error {
	verb := "help"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	verbs := map[string]struct {
		run   func(context.Context, program, config, map[string]string) error
		flags []string
	}{
		"pair":   {pair, []string{"phone=", "png="}},
		"status": {whatsappStatus, nil},
		"groups": {whatsappGroups, nil},
		"logout": {logout, []string{"force"}},
	}
	do, known := verbs[verb]
	switch asked := slices.ContainsFunc(args, isHelp); {
	case verb == "help", isHelp(verb), known && asked:
		fmt.Fprint(p.out, whatsappHelp)
		return nil
	case !known:
		return fmt.Errorf("whatsapp knows pair, status, groups and logout, not %q", verb)
	}
	own, rest, err := ownFlags(args, do.flags)
	if err != nil {
		return err
	}
	c, _, err := parse(p, "whatsapp "+verb, rest)
	if err != nil {
		return err
	}
	// Sessions are not touched: Redis may be away.
	c.RedisURL = ""
	err = do.run(ctx, p, c, own)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return fmt.Errorf("whatsapp %s: stopped", verb)
	}
	return err
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// ownFlags takes the flags that only one command has out of its arguments. A
// name that ends in "=" takes a value.
func ownFlags(args, names []string) (own map[string]string, rest []string, err error) {
	own = map[string]string{}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case !strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		case slices.Contains(names, name) && !given:
			own[name] = "true"
		case slices.Contains(names, name+"="):
			if !given && i+1 < len(args) {
				i++
				value = args[i]
			}
			if value == "" {
				return nil, nil, fmt.Errorf("--%s needs a value", name)
			}
			own[name] = value
		default:
			rest = append(rest, args[i])
		}
	}
	return own, rest, nil
}

// made reports whether netra was ever run in the data folder.
func made(c config) bool {
	_, err := os.Stat(c.Keys)
	return !errors.Is(err, fs.ErrNotExist)
}

// device opens the WhatsApp device, and the data folder's lock: two connections
// of one device cut each other off. With the lock held by another it returns
// the device with errServed.
func device(ctx context.Context, c config) (d *whatsapp.Device, closeAll func() error, err error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	closeAll = s.Close
	if d, err = whatsapp.Open(ctx, s.db.SQL(), wireWhatsApp); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	unlock, err := lock(c.Data)
	if err == nil {
		closeAll = func() error { return errors.Join(s.Close(), unlock()) }
	} else if !errors.Is(err, errServed) {
		return nil, nil, errors.Join(err, s.Close())
	}
	return d, closeAll, err
}

// unserved is device for what cannot be done while netra serves.
func unserved(ctx context.Context, c config) (*whatsapp.Device, func() error, error) {
	d, closeAll, err := device(ctx, c)
	if err != nil && closeAll != nil {
		err = errors.Join(err, closeAll())
	}
	return d, closeAll, err
}

// account is unserved for what needs an account: without a data folder there is
// none, and none is made.
func account(ctx context.Context, c config) (*whatsapp.Device, func() error, error) {
	if !made(c) {
		return nil, nil, whatsapp.ErrUnpaired
	}
	return unserved(ctx, c)
}
