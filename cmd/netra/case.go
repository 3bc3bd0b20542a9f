package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/vault"
)

const caseHelp = `Usage: netra case COMMAND [CODE] [flags]

  list               the cases: code, kind, day, how they stand; no names, no words
  show CODE          what supervisors were shown of a case, and what happened to it
  history CODE       who did what with it, and when
  evidence CODE      its chain of custody; reads every file to its end and says
                     whether it is what it was
  redeliver CODE     bring it to its supervisors once more, from the card on, for
                     when their group was lost; netra serve does it
  delete CODE        remove the case and its files, and destroy its keys
    --yes              without asking
  requests           what people asked of their data, and until when it must be done

  --json             for programs

The other flags and variables are those of netra serve. All of it may be done while
netra serve is running, and when it is not. Nothing shows a PIN, the account of a
reporter or an identity.
`

// caseTool is one invocation of netra case on what there is.
type caseTool struct {
	p     program
	c     config
	s     *stores // without sessions: Redis may be away
	own   map[string]string
	rules flows.Rules
	words interface {
		Render(lang string, p flows.Phrase, extra map[string]string) string
		Plain(string) string
	}
	lang string
	now  func() time.Time
}

// caseCommand lets the operator look at cases, check their evidence and delete
// them.
func caseCommand(ctx context.Context, p program, args []string) error {
	verb := "help"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	all := map[string]func(*caseTool, context.Context) error{"list": (*caseTool).list, "requests": (*caseTool).requests}
	one := map[string]func(*caseTool, context.Context, store.Standing) error{
		"show": (*caseTool).show, "history": (*caseTool).history, "evidence": (*caseTool).evidence, "redeliver": (*caseTool).redeliver, "delete": (*caseTool).remove,
	}
	if verb == "help" || isHelp(verb) || slices.ContainsFunc(args, isHelp) {
		fmt.Fprint(p.out, caseHelp)
		return nil
	}
	if all[verb] == nil && one[verb] == nil {
		return fmt.Errorf("case knows list, show, history, evidence, redeliver, delete and requests, not %q", verb)
	}
	flags := []string{"json"}
	if verb == "delete" {
		flags = append(flags, "yes")
	}
	ticket := ""
	coded := func(named []string) (err error) {
		switch typed := strings.Join(named, " "); {
		case one[verb] == nil && typed != "":
			return fmt.Errorf("case %s takes no argument %q", verb, typed)
		case one[verb] != nil && typed == "":
			return fmt.Errorf("case %s needs the code of a report, like 7KQ2-M4XD-9TR; netra case list has them", verb)
		case one[verb] != nil:
			ok := false
			if ticket, ok = flows.ReadTicket(typed); !ok {
				return fmt.Errorf("%q is no code of a report; one is like 7KQ2-M4XD-9TR", typed)
			}
		}
		return nil
	}
	return withCases(ctx, p, "case "+verb, args, flags, coded, func(t *caseTool) error {
		if do := all[verb]; do != nil {
			return do(t, ctx)
		}
		k, ok, err := t.s.db.Cases().Stands(ctx, ticket)
		switch {
		case errors.Is(err, store.ErrShredded):
			return fmt.Errorf("the case %s cannot be read: its key was destroyed", ticket)
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("there is no case with the code %s", ticket)
		}
		return one[verb](t, ctx, k)
	})
}

// withCases opens what there is for a command with flags of its own. ready sees
// the command's arguments before anything is opened; nil takes none.
func withCases(ctx context.Context, p program, name string, args, flags []string, ready func(named []string) error, do func(t *caseTool) error) (err error) {
	own, rest, err := ownFlags(args, flags)
	if err != nil {
		return err
	}
	named, rest := arguments(rest)
	c, _, err := parse(p, name, rest)
	if err != nil {
		return err
	}
	switch {
	case ready != nil:
		err = ready(named)
	case len(named) > 0:
		err = fmt.Errorf("%s takes no argument %q", name, strings.Join(named, " "))
	}
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
	return do(&caseTool{p: p, c: c, s: s, own: own, rules: flows.Rules{Flows: flows.All, Words: l, Elections: c.Elections}, words: l, lang: l.Languages()[0], now: time.Now})
}

// arguments takes what belongs to no flag out of a command's arguments. All flags
// that are left take a value.
func arguments(args []string) (named, flags []string) {
	for i := 0; i < len(args); i++ {
		switch {
		case !strings.HasPrefix(args[i], "-"):
			named = append(named, args[i])
		case strings.Contains(args[i], "=") || i+1 == len(args):
			flags = append(flags, args[i])
		default:
			flags = append(flags, args[i], args[i+1])
			i++
		}
	}
	return named, flags
}

// existing opens what netra serve made, but not the sessions, and makes nothing.
// The vault is nil where there is none.
func existing(ctx context.Context, c config) (_ *stores, err error) {
	if _, err := os.Stat(database(c)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there are no cases: netra serve has never run on the data folder %s", c.Data)
	}
	if err := keysLost(c); err != nil {
		return nil, err
	}
	s := &stores{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.keys, err = store.ReadKeys(c.Keys); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	s.close = append(s.close, s.keys.Close)
	if s.db, err = sqldb.Open(ctx, database(c), s.keys, sqldb.Options{}); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.db.Close)
	dir := filepath.Join(c.Data, "vault")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if s.vault, err = vault.New(dir, s.keys); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.vault.Close)
	return s, nil
}

// say prints a value for programs when that was asked for, else in words.
func (t *caseTool) say(v any, inWords func()) error {
	if t.own["json"] == "" {
		inWords()
		return nil
	}
	e := json.NewEncoder(t.p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// caseLine is what a list says of a case.
type caseLine struct {
	Code    string       `json:"code"`
	Kind    flows.FlowID `json:"kind"`
	Opened  string       `json:"opened"` // the day
	State   string       `json:"state"`  // waiting or delivered
	Officer bool         `json:"officer"`
	Files   int          `json:"files"`
}

func (t *caseTool) line(k store.Standing) caseLine {
	state := "delivered"
	if k.Unsettled > 0 {
		state = "waiting"
	}
	return caseLine{k.Report.ID.Ticket(), k.Report.Flow, date(k.Opened), state, taken(k.Case), len(t.files(k))}
}

// taken reports whether somebody answers for a case.
func taken(c store.Case) bool {
	return slices.ContainsFunc(c.All(), func(name string) bool { return c.In(name).Officer != nil })
}

func (l caseLine) String() string {
	officer := "no officer"
	if l.Officer {
		officer = "officer"
	}
	return fmt.Sprintf("%s  %-8s  %s  %-9s  %-10s  %2d files", l.Code, l.Kind, l.Opened, l.State, officer, l.Files)
}

func (t *caseTool) files(k store.Standing) []flows.File { return k.Files(t.rules.Flow(k.Report.Flow)) }

func (t *caseTool) list(ctx context.Context) error {
	lines := []caseLine{}
	err := t.s.db.Cases().List(ctx, func(k store.Standing) error {
		lines = append(lines, t.line(k))
		return nil
	})
	return errors.Join(t.say(lines, func() {
		for _, l := range lines {
			fmt.Fprintln(t.p.out, l)
		}
		if len(lines) == 0 && err == nil {
			fmt.Fprintln(t.p.out, "There are no cases.")
		}
	}), err)
}

// redeliver has netra serve bring a case to its supervisors once more.
func (t *caseTool) redeliver(ctx context.Context, k store.Standing) error {
	if err := t.s.db.Cases().Redeliver(ctx, k.Report.ID, t.now()); err != nil {
		return err
	}
	return t.say(map[string]string{"redelivered": k.Report.ID.Ticket()}, func() {
		fmt.Fprintf(t.p.out, "%s goes to its supervisors once more: %s.\n", k.Report.ID.Ticket(), strings.Join(k.All(), ", "))
	})
}

func (t *caseTool) requests(ctx context.Context) error {
	all, err := t.s.db.Requests().Since(ctx, time.Time{})
	if err != nil {
		return err
	}
	type line struct {
		Number string            `json:"number"`
		Kind   store.RequestKind `json:"kind"`
		Made   string            `json:"made"`
		Until  string            `json:"until"`
		Done   string            `json:"done,omitempty"`
		Late   bool              `json:"late"`
	}
	lines := []line{}
	for _, r := range all {
		l := line{r.Number, r.Kind, minute(r.At), minute(r.Until), "", r.Done.After(r.Until) || r.Done.IsZero() && t.now().After(r.Until)}
		if !r.Done.IsZero() {
			l.Done = minute(r.Done)
		}
		lines = append(lines, l)
	}
	return t.say(lines, func() {
		for _, l := range lines {
			done := "done " + l.Done
			if l.Done == "" {
				done = "not done"
			}
			if l.Late {
				done += ", LATE"
			}
			fmt.Fprintf(t.p.out, "%s  %-8s  asked %s  until %s  %s\n", l.Number, l.Kind, l.Made, l.Until, done)
		}
		if len(lines) == 0 {
			fmt.Fprintln(t.p.out, "Nobody asked anything.")
		}
	})
}

// wib is the time of western Indonesia, whose days reports hold.
var wib = time.FixedZone("WIB", 7*60*60)

// date and minute are how times are printed. Of reporters only the day is said.
func date(at time.Time) string   { return at.In(wib).Format(time.DateOnly) }
func minute(at time.Time) string { return at.In(wib).Format("2006-01-02T15:04-07:00") }
