package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

const intakeHelp = `Usage: netra intake list [flags]

  list             the intakes of NETRA_INTAKE or NETRA_ROUTES: name, body, regions,
                   what they may see, how many cases they have and how many of
                   those nobody took

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
	if verb != "list" {
		return fmt.Errorf("intake knows list, not %q", verb)
	}
	return counting(ctx, p, "intake list", args, func(t *caseTool, _ []string) error {
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

// statsCommand counts cases.
func statsCommand(ctx context.Context, p program, args []string) error {
	if slices.ContainsFunc(args, isHelp) {
		fmt.Fprint(p.out, statsHelp)
		return nil
	}
	return counting(ctx, p, "stats", args, func(t *caseTool, named []string) error {
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

// counting opens what is there for a command that counts.
func counting(ctx context.Context, p program, name string, args []string, do func(t *caseTool, named []string) error) (err error) {
	own, rest, err := ownFlags(args, []string{"json"})
	if err != nil {
		return err
	}
	named, rest := arguments(rest)
	c, _, err := parse(p, name, rest)
	if err != nil {
		return err
	}
	l, err := words(c)
	if err != nil {
		return err
	}
	s, err := existing(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(&caseTool{p: p, c: c, s: s, own: own, rules: flows.Rules{Flows: flows.All, Words: l, Elections: c.Elections}, words: l, lang: l.Languages()[0], now: time.Now}, named)
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
