package intake

import (
	"strings"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Cards writes what supervisors read, in their language.
type Cards struct {
	Rules flows.Rules
	Words bot.Renderer
	Lang  string
}

// Card writes the card of a case.
func (c Cards) Card(k store.Case) string {
	parts := c.Rules.Card(k.Report)
	last := len(parts) - 1
	parts[last] = append(parts[last], flows.Say("card.desk"))
	out := make([]string, len(parts))
	for i, lines := range parts {
		out[i] = c.words(lines)
	}
	return strings.Join(out, "\n\n")
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
		return c.words([]flows.Phrase{flows.Say("card.late", args...), flows.CountFiles([]flows.File{*e.File})})
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
