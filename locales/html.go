package locales

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

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

var mark = regexp.MustCompile(`<[^>]*>`)

// canonical finds what keeps a text from the canonical form.
func canonical(s string) error {
	var open []string
	for _, m := range mark.FindAllString(s, -1) {
		name := strings.Trim(m, "</>")
		switch {
		case m != "<"+name+">" && m != "</"+name+">", name != "b" && name != "i" && name != "code":
			return fmt.Errorf("%s is no mark of ours; there are <b>, <i> and <code>, and &lt; is written for <", m)
		case m[1] != '/':
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return fmt.Errorf("%s closes nothing; open <%s> before, or take it out", m, name)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("<%s> stays open; close it with </%s>", open[0], open[0])
	}
	if strings.ContainsAny(entities.Replace(mark.ReplaceAllString(s, "")), "<>&") {
		return errors.New("it has <, > or & in it; write &lt;, &gt; or &amp;")
	}
	return nil
}

var entities = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "", "&quot;", "")
