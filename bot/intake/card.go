package intake

import (
	"strings"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Cards writes what supervisors read, in their language. It takes answers that
// the reporter saw marked as shown, and no others.
type Cards struct {
	Rules flows.Rules
	Words bot.Renderer
	Lang  string
}

// rows are the roles of a card in the order in which a supervisor needs them,
// with what each is called.
var rows = []struct {
	role flows.Role
	key  string
}{
	{flows.RoleKind, "card.kind"},
	{flows.RolePerson, "card.person"},
	{flows.RoleStatus, "card.status"},
	{flows.RoleOffice, "card.office"},
	{flows.RoleRegion, "card.region"},
	{flows.RolePlace, "card.place"},
	{flows.RoleWhen, "card.when"},
	{flows.RoleKnown, "card.known"},
}

// needed are the roles whose absence a supervisor must know of.
var needed = map[flows.FlowID][]flows.Role{
	flows.Citizen.ID:  {flows.RolePerson, flows.RoleOffice, flows.RolePlace, flows.RoleFiles},
	flows.Pressure.ID: {flows.RoleStatus, flows.RoleWhen, flows.RoleFiles},
}

// Card writes the card of a case.
func (c Cards) Card(k store.Case) string {
	rep := k.Report
	f := c.Rules.Flow(rep.Flow)
	lines := []flows.Phrase{flows.Say("card."+string(rep.Flow), "ticket", text(rep.ID.Ticket()))}
	used := map[flows.StepID]bool{}
	for _, row := range rows {
		if st, a, ok := shown(f, rep, row.role); ok {
			used[st.ID] = true
			key := row.key
			if f.ID == flows.Pressure.ID { // "who" is a different question there
				key = ""
			}
			lines = append(lines, c.row(f, st, a, key))
		}
	}
	lines = append(lines, flows.Say("card.row", "label", flows.Say("card.sent"), "value", text(flows.Day(rep.Sent))))
	var story, rest []flows.Phrase
	for _, st := range f.Steps {
		a, ok := rep.Answers[st.ID]
		if !ok || a.Empty() || unknown(a) || used[st.ID] {
			continue
		}
		switch {
		case st.Role == flows.RoleStory && st.Share == flows.Shown:
			story = []flows.Phrase{flows.Say("card.story", "value", f.Value(st, a))}
		case st.Role == flows.RoleMode || st.Role == flows.RoleBodies || st.Role == flows.RoleFiles:
		case st.Share == flows.Shown:
			rest = append(rest, c.row(f, st, a, ""))
		case st.Share == flows.Mentioned:
			rest = append(rest, flows.Say("card.mentioned", "label", flows.Say(f.Key(st.ID, "label"))))
		}
	}
	if st, a, ok := rep.ByRole(f, flows.RoleFiles); ok && a.Text != "" {
		rest = append(rest, flows.Say("card.row", "label", flows.Say(f.Key(st.ID, "note_label")), "value", text(a.Text)))
		if len(a.Files) > 0 {
			rest = append(rest, c.evidence(a.Files))
		}
	} else {
		rest = append(rest, c.evidence(rep.Files(f)))
	}
	rest = append(rest, c.missing(f, rep))
	if _, a, ok := rep.ByRole(f, flows.RoleMode); ok && a.Is("named") {
		rest = append(rest, flows.Say("card.mode_named"))
	} else {
		rest = append(rest, flows.Say("card.mode_anonymous"))
	}
	rest = append(rest, flows.Say("card.alleged"), flows.Say("card.desk"))
	return strings.Join([]string{c.words(lines[:1]), c.words(lines[1:]), c.words(story), c.words(rest)}, "\n\n")
}

// row is a line of the card: the role's name, or the step's own.
func (c Cards) row(f flows.Flow, st flows.Step, a flows.Answer, key string) flows.Phrase {
	if key == "" {
		key = f.Key(st.ID, "label")
	}
	return flows.Say("card.row", "label", flows.Say(key), "value", f.Value(st, a))
}

// shown is the answer to a role if supervisors may see it.
func shown(f flows.Flow, rep flows.Finished, role flows.Role) (flows.Step, flows.Answer, bool) {
	for _, st := range f.Steps {
		a, ok := rep.Answers[st.ID]
		if ok && st.Role == role && st.Share == flows.Shown && !a.Empty() && !unknown(a) {
			return st, a, true
		}
	}
	return flows.Step{}, flows.Answer{}, false
}

func unknown(a flows.Answer) bool { return a.Is("unknown") }

// evidence counts what is attached and what stays sealed.
func (c Cards) evidence(files []flows.File) flows.Phrase {
	clean := 0
	for _, f := range files {
		if f.Clean {
			clean++
		}
	}
	switch sealed := len(files) - clean; {
	case len(files) == 0:
		return flows.Say("card.no_evidence")
	case sealed == 0:
		return flows.Say("card.evidence", "n", text(itoa(clean)))
	default:
		return flows.Say("card.evidence_sealed", "n", text(itoa(len(files))), "shown", text(itoa(clean)), "sealed", text(itoa(sealed)))
	}
}

// missing lists what the report lacks.
func (c Cards) missing(f flows.Flow, rep flows.Finished) flows.Phrase {
	var list flows.Phrase
	for _, role := range needed[f.ID] {
		if _, _, ok := shown(f, rep, role); !ok {
			list.Items = append(list.Items, flows.Say("card.missing."+string(role)))
		}
	}
	if len(list.Items) == 0 {
		return flows.Say("card.complete")
	}
	return flows.Say("card.missing", "list", list)
}

// Event announces the nth thing that happened after the card, "" when the file
// that follows says it all. The number also tells two announcements apart where
// the same words are the same message.
func (c Cards) Event(k store.Case, n int, e store.Event) string {
	args := []any{"ticket", text(k.Report.ID.Ticket()), "n", text(itoa(n))}
	switch e.Kind {
	case store.GaveEvidence:
		if e.File.Clean {
			return ""
		}
		return c.words([]flows.Phrase{flows.Say("card.late", args...), c.evidence([]flows.File{*e.File})})
	case store.Wrote:
		return c.words([]flows.Phrase{flows.Say("card.wrote", append(args, "text", text(e.Text))...)})
	case store.Withdrew:
		return c.words([]flows.Phrase{flows.Say("card.withdrew", args...)})
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
