package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/netralitas/netra/store"
)

const auditHelp = `Usage: netra audit COMMAND [flags]

  verify           read the whole log and say whether it is what was written
    --head LINK      and whether that link, written down earlier, is still in it
  show             who looked at which identity or original, when and why
  head             the last link: write it down elsewhere, so that a log whose end
                   was cut off is found out

  --json           for programs

The other flags and variables are those of netra serve.
`

// auditLine is an entry of the log, for people and programs.
type auditLine struct {
	Number int    `json:"number"`
	At     string `json:"at"`
	What   string `json:"what"`
	Code   string `json:"code,omitempty"`
	Intake string `json:"intake,omitempty"`
	By     string `json:"by,omitempty"`
	Why    string `json:"why,omitempty"`
	Link   string `json:"link"`
}

// auditCommand shows and verifies the audit log.
func auditCommand(ctx context.Context, p program, args []string) error {
	verb := "help"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	if verb == "help" || isHelp(verb) || slices.ContainsFunc(args, isHelp) {
		fmt.Fprint(p.out, auditHelp)
		return nil
	}
	if !slices.Contains([]string{"verify", "show", "head"}, verb) {
		return fmt.Errorf("audit knows verify, show and head, not %q", verb)
	}
	return withCases(ctx, p, "audit "+verb, args, []string{"json", "head="}, nil, func(t *caseTool) error {
		lines := []auditLine{}
		head, last, found := t.own["head"], "", false
		err := t.s.db.Audit().Walk(ctx, func(n int, link string, e store.Entry) error {
			last, found = link, found || link == head
			lines = append(lines, auditLine{n, minute(e.At), e.What, e.Ticket, e.In, visible(e.By.Name), visible(e.Why), link})
			return nil
		})
		if err != nil {
			return err
		}
		switch verb {
		case "verify":
			if head != "" && !found {
				return fmt.Errorf("audit log: the link %s is not in it: its end was cut off, or the link is of another log", head)
			}
			return t.say(map[string]any{"entries": len(lines), "head": last, "intact": true}, func() {
				fmt.Fprintf(p.out, "The audit log is intact: %d entries.\n", len(lines))
				if last != "" {
					fmt.Fprintln(p.out, "Its head is", last)
				}
			})
		case "head":
			return t.say(map[string]any{"entries": len(lines), "head": last}, func() { fmt.Fprintln(p.out, last) })
		}
		return t.say(lines, func() {
			for _, l := range lines {
				fmt.Fprintf(p.out, "%5d  %s  %-9s  %-13s  %-16s  %s: %s\n", l.Number, l.At, l.What, l.Code, l.Intake, l.By, l.Why)
			}
		})
	})
}
