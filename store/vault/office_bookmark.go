package vault

import (
	"fmt"
	"regexp"
	"strings"
)

// maxBookmarks is more than any letter has pages.
const maxBookmarks = 1 << 16

// bookmark numbers the bookmarks of a letter as they come, named or referred
// to. The names of those that Word makes itself, and does not list, begin with
// an underscore. The top of the letter is no bookmark.
func (d *ooxmlDoc) bookmark(old string) string {
	key := strings.ToLower(old) // as Word compares them
	if key == "_top" || key == "" {
		return old
	}
	if d.bookmarks[key] == "" {
		hidden := ""
		if key[0] == '_' {
			hidden = "_"
		}
		d.bookmarks[key] = fmt.Sprintf("%sb%d", hidden, len(d.bookmarks)+1)
	}
	return d.bookmarks[key]
}

// wordInstruction is what a field does.
type wordInstruction struct {
	text string
	// taken: it was written, with the first text of its first part.
	taken bool
}

// take is the whole instruction, escaped, the first time.
func (i *wordInstruction) take(d *ooxmlDoc) []byte {
	if i == nil || i.taken {
		return nil
	}
	i.taken = true
	return escapeXML([]byte(renamed(i.text, d.bookmark)))
}

// Where instructions name bookmarks (ECMA-376 part 1, section 17.16.5).
var bookmarkAt = regexp.MustCompile(`(?i)^(\s*(?:PAGEREF|NOTEREF|REF)\s+)("[^"]*"|[^\s"\\]+)` +
	`|^(\s*HYPERLINK\b.*?\\l\s+)("[^"]*"|[^\s"\\]+)` +
	`|^(\s*TOC\b.*?\\b\s+)("[^"]*"|[^\s"\\]+)`)

// renamed is an instruction with a new name for the bookmark in it.
func renamed(instruction string, name func(string) string) string {
	at := bookmarkAt.FindStringSubmatchIndex(instruction)
	for i := 4; i < len(at); i += 4 { // the second group of each pair
		if at[i] < 0 {
			continue
		}
		old := instruction[at[i]:at[i+1]]
		bare := strings.Trim(old, `"`)
		return instruction[:at[i]] + strings.Replace(old, bare, name(bare), 1) + instruction[at[i+1]:]
	}
	return instruction
}
