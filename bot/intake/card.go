package intake

import (
	"slices"
	"strings"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Words are those of cards. Package locales has them.
type Words interface {
	bot.Renderer
	// Plain takes the marks out of a text.
	Plain(text string) string
}

// Cards writes what supervisors read, in their language.
type Cards struct {
	Rules flows.Rules
	Words Words
	Lang  string
}

// Card writes the card of a case for an intake: how it stands there, and as much
// of the report as that may see.
func (c Cards) Card(k store.Case, r Route) bot.Card {
	parts := c.Rules.Card(k.Report)
	if r.Sees == Summary {
		parts = c.Rules.Summary(k.Report)
	}
	out := make([]string, len(parts))
	for i, lines := range parts {
		out[i] = c.words(lines)
	}
	state := k.In(r.Name)
	return bot.Card{Head: c.words([]flows.Phrase{State(state), officer(state), together(k, r)}), Body: strings.Join(out, "\n\n"), Buttons: c.buttons(r, state), Hint: c.words([]flows.Phrase{flows.Say("card.desk")})}
}

// State says how a case stands.
func State(s store.State) flows.Phrase {
	return flows.Say("card.state."+string(s.Status), "number", text(s.Number))
}

// officer says who answers for a case while there is something to do.
func officer(s store.State) flows.Phrase {
	switch {
	case s.Status.Over():
		return flows.Phrase{}
	case s.Officer == nil:
		return flows.Say("card.nobody")
	}
	return flows.Say("card.officer", "name", text(s.Officer.Name))
}

// mostNamed is how many other reports of an event a card names.
const mostNamed = 5

// together says which other reports are of the same event, and from how many
// accounts they come: at least, since nobody knows more.
func together(k store.Case, r Route) flows.Phrase {
	links := k.Links(r.Name)
	if len(links) == 0 {
		return flows.Phrase{}
	}
	list := flows.Phrase{}
	for _, l := range links[:min(len(links), mostNamed)] {
		list.Items = append(list.Items, text(l.Ticket))
	}
	if len(links) > mostNamed {
		list.Items = append(list.Items, text("…"))
	}
	accounts := flows.Say("card.accounts_unknown")
	all := append(links, store.Link{Day: flows.SentDay(k.Report), Again: k.Report.Again})
	if n := store.Accounts(all); n > 1 {
		accounts = flows.Say("card.accounts", "n", text(itoa(n)))
	}
	return flows.Say("card.together", "n", text(itoa(len(links)+1)), "list", list, "accounts", accounts)
}

// Reasons says by what reports are alike.
func Reasons(why string) (list flows.Phrase) {
	for _, r := range strings.Fields(why) {
		list.Items = append(list.Items, flows.Say("card.alike."+r))
	}
	return list
}

// buttons are what can be done with a case.
func (c Cards) buttons(r Route, s store.State) []bot.Button {
	verbs := []string{"take", "note", "evidence", "history"}
	switch {
	case s.Status.Over():
		verbs = verbs[1:]
	case s.Officer != nil:
		verbs = []string{"ask", "need", "register", "forward", "reject", "close", "note", "evidence", "history", "identity", "original", "packet", "let_go"}
	}
	if r.Sees == Summary {
		verbs = slices.DeleteFunc(verbs, func(v string) bool { return v == "evidence" || v == "identity" || v == "original" })
		if s.Officer != nil {
			verbs = append(verbs, "details")
		}
	}
	out := make([]bot.Button, len(verbs))
	for i, verb := range verbs {
		out[i] = bot.Button{
			Label: c.Words.Render(c.Lang, flows.Say("desk.button."+verb), nil),
			Press: flows.Press{Step: DeskStep, Code: flows.Code(verb)},
		}
	}
	return out
}

// DeskStep stands in the presses of a card's buttons where a question's would.
const DeskStep flows.StepID = "desk"

// Event announces the nth thing that happened after the card to an intake, ""
// when the file that follows says it all, or the officer's own line. The number
// also tells two announcements apart where the same words are the same message.
func (c Cards) Event(k store.Case, r Route, n int, e store.Event) string {
	args := []any{"ticket", text(k.Report.ID.Ticket()), "n", text(itoa(n))}
	switch e.Kind {
	case store.GaveEvidence:
		if e.File.Clean && r.Sees == Full {
			return ""
		}
		return c.words([]flows.Phrase{flows.Say("card.late", args...), flows.CountFiles([]flows.File{*e.File})})
	case store.Wrote:
		if r.Sees != Full {
			return c.words([]flows.Phrase{flows.Say("card.wrote_summary", args...)})
		}
		return c.words([]flows.Phrase{flows.Say("card.wrote", append(args, "text", text(e.Text))...)})
	case store.Withdrew:
		return c.words([]flows.Phrase{flows.Say("card.withdrew", args...)})
	case store.Reminded:
		name := ""
		if o := k.In(r.Name).Officer; o != nil {
			name = o.Name
		}
		return c.words([]flows.Phrase{flows.Say("clock."+e.Text, append(args, "name", text(name))...)})
	case store.Alike:
		list := flows.Phrase{}
		for _, t := range strings.Fields(e.Text) {
			list.Items = append(list.Items, text(t))
		}
		other, _, _ := strings.Cut(e.Text, " ")
		return c.words([]flows.Phrase{flows.Say("card.alike", append(args, "list", list, "why", Reasons(e.Why), "other", text(other))...)})
	case store.Linked, store.Unlinked:
		if e.From == k.Report.ID.Ticket() { // the officer's own line says it
			return ""
		}
		return c.words([]flows.Phrase{flows.Say("card."+string(e.Kind), append(args, "name", text(e.By.Name), "other", text(e.From))...)})
	case store.Forwarded:
		if e.To != r.Name {
			return ""
		}
		return c.words([]flows.Phrase{flows.Say("card.forwarded", append(args, "name", text(e.From), "text", text(e.Why))...)})
	}
	return ""
}

// Delivered is the one line the reporter gets.
func (c Cards) Delivered(k store.Case) string {
	return c.Words.Render(k.Return.Lang, flows.Say("case.delivered"), nil)
}

// News is what a reporter is told of news, whose content waits behind the
// receipt: it may stand on the screen of a phone.
func (c Cards) News(k store.Case) string {
	return c.Words.Render(k.Return.Lang, flows.Say("case.news"), nil)
}

func (c Cards) words(lines []flows.Phrase) string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		if s := c.Words.Render(c.Lang, l, nil); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func text(s string) flows.Phrase { return flows.Phrase{Text: s} }
