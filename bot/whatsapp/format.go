package whatsapp

import (
	"fmt"
	"html"
	"strings"

	"github.com/netralitas/netra/bot"
)

// marks turns the canonical markup into WhatsApp's.
// https://faq.whatsapp.com/539178204879377
var marks = strings.NewReplacer("<b>", "*", "</b>", "*", "<i>", "_", "</i>", "_", "<code>", "`", "</code>", "`")

func plain(text string) string { return html.UnescapeString(marks.Replace(text)) }

// compose writes a reply with its choices numbered.
func compose(r bot.Reply) string {
	var b strings.Builder
	b.WriteString(plain(r.Text))
	if len(r.Choices) > 0 {
		b.WriteString("\n")
	}
	for i, c := range r.Choices {
		on := ""
		if c.On {
			on = "✓ "
		}
		fmt.Fprintf(&b, "\n*%d*. %s%s", r.First+i+1, on, plain(c.Label))
	}
	if r.Hint != "" {
		b.WriteString("\n\n" + plain(r.Hint))
	}
	for i, n := range r.Nav {
		sep := "  ·  "
		if i == 0 {
			sep = "\n\n"
		}
		b.WriteString(sep + "_" + strings.ToLower(plain(n.Label)) + "_")
	}
	return strings.TrimSpace(b.String())
}
