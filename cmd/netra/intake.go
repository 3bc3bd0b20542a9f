package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

const intakeHelp = `Usage: netra intake COMMAND [flags]

  list             the intakes of NETRA_INTAKE or NETRA_ROUTES: name, body, regions,
                   what they may see, how many cases they have and how many of
                   those nobody took

  add CODE         make the group an intake in which the bot said this code: it is
                   written at the end of NETRA_ROUTES, and netra serve takes it up
                   at its next start
    --intake NAME    what to call it
    --body BODY      panwascam, bawaslu, bkn, bkd, inspektorat, dprd; empty: any
    --region CODE    its region, like 61.11; empty: everywhere
    --sees SIGHT     full, summary or count

  test NAME        find out whether an intake can be reached: a Telegram group gets
                   a message and a URL an event, neither of which holds a report; of
                   a WhatsApp group it is looked whether the account is in it

  --json           for programs

The other flags and variables are those of netra serve.
`

const statsHelp = `Usage: netra stats [INTAKE] [PERIOD] [flags]

  INTAKE           the name of one; without, of all there are
  PERIOD           hari, minggu, bulan, tahun, "7 hari", 2026-11; the last 30 days

  --json           for programs

The other flags and variables are those of netra serve. It counts what supervisors
count with /rekap, and shows no words of a report.
`

// intakeLine is an intake, for people and programs.
type intakeLine struct {
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Body    string   `json:"body,omitempty"`
	Regions []string `json:"regions,omitempty"`
	Sees    string   `json:"sees"`
	Cases   int      `json:"cases"`
	New     int      `json:"new"`
}

// intakeCommand lists the intakes.
func intakeCommand(ctx context.Context, p program, args []string) error {
	verb := "help"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	if verb == "help" || isHelp(verb) || slices.ContainsFunc(args, isHelp) {
		fmt.Fprint(p.out, intakeHelp)
		return nil
	}
	switch verb {
	case "list":
	case "add":
		return addIntake(ctx, p, args)
	case "test":
		return tryIntake(ctx, p, args)
	default:
		return fmt.Errorf("intake knows list, add and test, not %q", verb)
	}
	return withCases(ctx, p, "intake list", args, []string{"json"}, nil, func(t *caseTool) error {
		lines := []intakeLine{}
		for _, r := range t.c.Routes {
			rows, err := t.rows(ctx, r.Name)
			if err != nil {
				return err
			}
			l := intakeLine{Name: r.Name, Address: r.Address, Body: r.Body, Regions: r.Regions, Sees: string(r.Sees), Cases: len(rows)}
			if r.Sees == intake.Full {
				l.Sees = "full"
			}
			for _, x := range rows {
				if x.Status == store.StatusNew {
					l.New++
				}
			}
			lines = append(lines, l)
		}
		return t.say(lines, func() {
			for _, l := range lines {
				fmt.Fprintf(p.out, "%-20s  %-12s  %-8s  %5d cases  %5d new  %-28s  %s\n", l.Name, l.Body, l.Sees, l.Cases, l.New, l.Address, strings.Join(l.Regions, ", "))
			}
		})
	})
}

// addIntake makes the group with a code an intake: the routes file is written
// anew beside itself, read and refused like any other, and only then put in its
// place.
func addIntake(ctx context.Context, p program, args []string) error {
	code := ""
	coded := func(named []string) error {
		if len(named) != 1 {
			return errors.New("intake add needs the code that the bot said in the group")
		}
		code = named[0]
		return nil
	}
	return withCases(ctx, p, "intake add", args, []string{"intake=", "body=", "region=", "sees=", "json"}, coded, func(t *caseTool) error {
		path, own := t.c.RoutesFile, t.own
		switch {
		case own["intake"] == "":
			return errors.New("intake add needs --intake, what to call it")
		case path == "":
			return errors.New("intake add writes to the routes file: set NETRA_ROUTES")
		}
		r := intake.Route{Name: own["intake"], Body: own["body"]}
		if err := r.Sees.UnmarshalText([]byte(own["sees"])); err != nil {
			return err
		}
		if own["region"] != "" {
			r.Regions = []string{own["region"]}
		}
		r.Address = "telegram:-1" // refuse what is wrong before the code is used up
		if err := append(slices.Clone(t.c.Routes), r).Validate(flowIDs()); err != nil {
			return err
		}
		group, ok, err := t.s.db.Joins().Redeem(ctx, code, t.now())
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("no group waits with the code %s: it works once, within a day; add the bot to the group again tomorrow for another", code)
		}
		r.Address = group
		if err := appendRoute(path, r); err != nil {
			return err
		}
		return t.say(map[string]string{"intake": r.Name, "address": r.Address}, func() {
			fmt.Fprintf(p.out, "%s is an intake now: %s. Start netra serve again, so that it takes it up.\n", r.Name, r.Address)
		})
	})
}

// appendRoute writes an intake at the end of a routes file.
func appendRoute(path string, r intake.Route) error {
	block := fmt.Sprintf("\n[[intake]]\nname = %q\naddress = %q\nbody = %q\nsees = %q\n", r.Name, r.Address, r.Body, r.Sees)
	if len(r.Regions) > 0 {
		block += fmt.Sprintf("regions = [%q]\n", r.Regions[0])
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("routes file: %w", err)
	}
	next := path + ".new"
	if err := os.WriteFile(next, append(old, block...), 0o600); err != nil {
		return fmt.Errorf("routes file: %w", err)
	}
	rs, err := intake.ReadRoutes(next)
	if err == nil {
		err = rs.Validate(flowIDs())
	}
	if err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("routes file: %w", err)
	}
	return nil
}

// statsCommand counts cases.
func statsCommand(ctx context.Context, p program, args []string) error {
	if slices.ContainsFunc(args, isHelp) {
		fmt.Fprint(p.out, statsHelp)
		return nil
	}
	var named []string
	keep := func(n []string) error { named = n; return nil }
	return withCases(ctx, p, "stats", args, []string{"json"}, keep, func(t *caseTool) error {
		name := ""
		if len(named) > 0 {
			if _, ok := t.c.Routes.Named(named[0]); ok {
				name, named = named[0], named[1:]
			}
		}
		from, to, ok := rekap.Period(strings.Join(named, " "), t.now().In(region.Zone("WIB")))
		if !ok {
			return fmt.Errorf("%q is neither an intake nor a period; netra intake list has the intakes", strings.Join(named, " "))
		}
		rows, err := t.rows(ctx, name)
		if err != nil {
			return err
		}
		table := rekap.Count(rows, from, to)
		plain := func(p flows.Phrase) string { return t.words.Plain(t.words.Render(t.lang, p, nil)) }
		count := func(cells []rekap.Cell) map[string]int {
			out := map[string]int{}
			for _, c := range cells {
				out[plain(c.Label)] = c.N
			}
			return out
		}
		return t.say(map[string]any{
			"from": from.Format(time.DateOnly), "to": to.Add(-time.Second).Format(time.DateOnly), "total": table.Total.N,
			"kinds": count(table.Kinds), "statuses": count(table.Statuses), "places": count(table.Places),
		}, func() { fmt.Fprintln(p.out, plain(table.Text())) })
	})
}

// rows are those of the cases of an intake or, for "", of all there are, each as
// it stands in the first that has it.
func (t *caseTool) rows(ctx context.Context, name string) (rows []rekap.Row, err error) {
	err = t.s.db.Cases().List(ctx, func(k store.Standing) error {
		switch {
		case name == "":
			rows = append(rows, rekap.RowOf(t.rules.Flow(k.Report.Flow), k.Case, k.First()))
		case k.Goes(name):
			rows = append(rows, rekap.RowOf(t.rules.Flow(k.Report.Flow), k.Case, name))
		}
		return nil
	})
	return rows, err
}
