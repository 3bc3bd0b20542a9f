package main

import (
	"context"
	"fmt"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
)

// flowCommand lists the flows, or draws them as Mermaid flowcharts.
func flowCommand(_ context.Context, p program, args []string) error {
	verb, name := "list", ""
	if len(args) > 0 {
		verb = args[0]
	}
	if len(args) > 1 {
		name = args[1]
	}
	l, err := words(config{Operator: noContact, Contact: noContact, Routes: intake.One("")})
	if err != nil {
		return err
	}
	lang := l.Languages()[0]
	say := func(key string) string { return l.Plain(l.Render(lang, flows.Say(key), nil)) }
	found := false
	for _, f := range flows.All {
		if name != "" && name != string(f.ID) {
			continue
		}
		found = true
		if err := f.Validate(func(key string) bool { return l.Has(lang, key) }); err != nil {
			return err
		}
		switch verb {
		case "list":
			fmt.Fprintf(p.out, "%s (%d)\n", f.ID, len(f.Steps))
			for i, st := range f.Steps {
				fmt.Fprintf(p.out, "  %2d. %-18s %-24s %s\n", i+1, st.ID, say(f.Key(st.ID, "label")), st.Describe())
			}
		case "draw":
			if err := f.Draw(p.out, say); err != nil {
				return err
			}
		default:
			return fmt.Errorf("flow knows list and draw, not %q", verb)
		}
	}
	if !found {
		return fmt.Errorf("there is no flow %q", name)
	}
	return nil
}
