package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
)

// keysCommand makes, lists, checks and rotates the keys.
func keysCommand(ctx context.Context, p program, args []string) error {
	verb := "list"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	c, _, err := parse(p, "keys "+verb, args)
	if err != nil {
		return err
	}
	switch verb {
	case "new":
		return newKeys(p, c)
	case "list":
		return listKeys(p, c)
	case "rotate":
		if err := known(store.RotateFile(c.Keys), c); err != nil {
			return err
		}
		fmt.Fprintln(p.out, "From now on what is new is sealed with a new key; a running bot takes it up within seconds and seals the keys of all reports anew, which netra keys list shows. Replace your copy of the keyset file now.")
		return listKeys(p, c)
	case "check":
		return checkKeys(ctx, p, c)
	}
	return fmt.Errorf("keys knows new, list, rotate and check, not %q", verb)
}

// known says what to do about a keyset file that is not there.
func known(err error, c config) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no keyset file %s yet; netra keys new or netra serve makes it", c.Keys)
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

func newKeys(p program, c config) error {
	if _, err := os.Stat(database(c)); err == nil {
		return errors.New("the data folder holds a database already: new keys could not open it; nothing was changed")
	}
	if err := prepare(c); err != nil {
		return err
	}
	if err := store.MakeKeys(c.Keys); err != nil {
		return fmt.Errorf("keys new: %w; nothing was changed", err)
	}
	fmt.Fprintf(p.out, "Made %s and, beside it, the file of the reports' keys. README says how to keep copies of them.\n", c.Keys)
	return nil
}

func listKeys(p program, c config) error {
	k, err := store.ReadKeys(c.Keys)
	if err := known(err, c); err != nil {
		return err
	}
	defer k.Close() //nolint:errcheck // it was only read
	list, err := k.List()
	if err != nil {
		return err
	}
	for _, key := range list {
		mark := ""
		if key.Primary {
			mark = "primary"
		}
		seals := ""
		if key.Keyset == "seal" {
			seals = fmt.Sprintf("seals the keys of %d", key.Seals)
		}
		fmt.Fprintf(p.out, "%-7s %10d  %-7s  %s\n", key.Keyset, key.ID, mark, seals)
	}
	return nil
}

// checkKeys opens everything with the keys, and changes nothing.
func checkKeys(ctx context.Context, p program, c config) error {
	k, err := store.ReadKeys(c.Keys)
	if err := known(err, c); err != nil {
		return err
	}
	defer k.Close() //nolint:errcheck // it was only read
	list, err := k.List()
	if err != nil {
		return err
	}
	n := 0
	for _, key := range list {
		n += key.Seals
	}
	fmt.Fprintf(p.out, "The keyset file opens, and all %d keys of reports with it.\n", n)
	if _, err := os.Stat(database(c)); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(p.out, "There is no database yet.")
		return nil
	}
	db, err := sqldb.Open(ctx, database(c), k, sqldb.Options{})
	if err != nil {
		return err
	}
	cases, unreadable, err := db.Cases().Check(ctx)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "The database opens; %d of its %d cases can be read.\n", cases-unreadable, cases)
	if unreadable > 0 {
		return fmt.Errorf("%d cases cannot be read with these keys", unreadable)
	}
	return nil
}

// watchKeys takes up what netra keys rotate wrote, until the context ends.
func watchKeys(ctx context.Context, k *store.Keys, log zerolog.Logger) {
	for {
		n, err := k.Reload()
		if err != nil {
			log.Error().Err(err).Msg("the keyset file cannot be read again; the keys stay as they are")
		} else if n > 0 {
			log.Info().Int("reports", n).Msg("new keys: the keys of all reports are sealed anew")
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Second):
		}
	}
}
