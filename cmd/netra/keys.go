package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/netralitas/netra/store"
)

// keysCommand lists the keys, or makes new ones for what is sealed from now
// on. Old keys stay, so that nothing becomes unreadable.
func keysCommand(_ context.Context, p program, args []string) error {
	verb := "list"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	c, _, err := parse(p, "keys", args)
	if err != nil {
		return err
	}
	if verb != "list" && verb != "rotate" {
		return fmt.Errorf("keys knows list and rotate, not %q", verb)
	}
	k, err := store.ReadKeys(c.Keys)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no keyset file %s yet; netra serve makes it", c.Keys)
	}
	if err != nil {
		return fmt.Errorf("open keys: %w", err)
	}
	if verb == "rotate" {
		if k, err = k.Rotate(); err != nil {
			return err
		}
		if err := k.Write(c.Keys); err != nil {
			return fmt.Errorf("write keys: %w", err)
		}
		fmt.Fprintln(p.out, "New keys are used when the bot is started again. Make a copy of the keyset file now: without it nothing can be read.")
	}
	for _, key := range k.List() {
		mark := ""
		if key.Primary {
			mark = "primary"
		}
		fmt.Fprintf(p.out, "%-7s %10d  %s\n", key.Keyset, key.ID, mark)
	}
	return nil
}
