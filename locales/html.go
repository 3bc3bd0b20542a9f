package locales

import "strings"

var (
	escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
	plainer = strings.NewReplacer(
		"<b>", "", "</b>", "", "<i>", "", "</i>", "", "<code>", "", "</code>", "",
		"&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`,
	)
)

// escape makes canonical form of plain text. Most text needs nothing, and
// then costs nothing.
func escape(s string) string {
	if !strings.ContainsAny(s, `&<>"`) {
		return s
	}
	return escaper.Replace(s)
}

// Plain makes plain text of the canonical form, for terminals, buttons and
// lists. What a reporter wrote comes out as they wrote it, marks and all.
func (l *Locales) Plain(html string) string { return plainer.Replace(html) }
