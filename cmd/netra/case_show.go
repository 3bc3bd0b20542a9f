package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/netralitas/netra/bot/desk"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/store"
)

// caseEvent is something that happened to a case, without whose account it was.
type caseEvent struct {
	At   string          `json:"at"` // of a reporter's events only the day
	Kind store.EventKind `json:"kind"`
	By   string          `json:"by,omitempty"` // the officer
	Text string          `json:"text,omitempty"`
	File int             `json:"file,omitempty"` // its number
}

func (t *caseTool) events(k store.Standing) []caseEvent {
	list := []caseEvent{}
	n := len(k.Report.Files(t.rules.Flow(k.Report.Flow)))
	for _, e := range k.Events {
		x := caseEvent{At: date(e.At), Kind: e.Kind, Text: visible(e.Text)}
		if e.By != nil {
			x.At, x.By = minute(e.At), visible(e.By.Name)
		}
		if e.File != nil {
			n++
			x.File = n
		}
		list = append(list, x)
	}
	return list
}

// show prints the card as supervisors got it, and what happened since in the words
// of their group.
func (t *caseTool) show(_ context.Context, k store.Standing) error {
	cards := intake.Cards{Rules: t.rules, Words: t.words, Lang: t.lang}
	card := visible(t.words.Plain(cards.Card(k.Case, intake.Route{}).Body))
	return t.say(struct {
		caseLine
		Card   string      `json:"card"`
		Events []caseEvent `json:"events"`
	}{t.line(k), card, t.events(k)}, func() {
		fmt.Fprintf(t.p.out, "%s\n\n%s\n", t.line(k), card)
		if len(k.Events) > 0 {
			fmt.Fprintln(t.p.out)
		}
		for _, e := range k.Events {
			p := desk.Line(e, t.rules.Zone(k.Report))
			fmt.Fprintln(t.p.out, visible(t.words.Plain(t.words.Render(t.lang, p, nil))))
		}
	})
}

// history prints who did what with a case, and when.
func (t *caseTool) history(_ context.Context, k store.Standing) error {
	list := t.events(k)
	return t.say(struct {
		caseLine
		Events []caseEvent `json:"events"`
	}{t.line(k), list}, func() {
		fmt.Fprintln(t.p.out, t.line(k))
		fmt.Fprintf(t.p.out, "%-22s  opened\n", date(k.Opened))
		for _, e := range list {
			what := []string{}
			if e.By != "" {
				what = append(what, e.By)
			}
			if e.File > 0 {
				what = append(what, fmt.Sprintf("file %d", e.File))
			}
			if e.Text != "" {
				what = append(what, strings.ReplaceAll(e.Text, "\n", " "))
			}
			fmt.Fprintf(t.p.out, "%-22s  %-8s  %s\n", e.At, e.Kind, strings.Join(what, ": "))
		}
		if k.Unsettled > 0 {
			fmt.Fprintf(t.p.out, "%-22s  %d deliveries to supervisors are still to be made\n", minute(t.now()), k.Unsettled)
		}
	})
}

// visible is printable, with line breaks: words of a case are anybody's text.
func visible(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}
