package telegram

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"short", "satu dua", []string{"satu dua"}},
		{"empty", " \n ", nil},
		{"paragraphs", "aaaa bbbb\n\ncccc dddd", []string{"aaaa bbbb", "cccc dddd"}},
		{"lines", "aaaa bbbb\ncccc dddd", []string{"aaaa bbbb", "cccc dddd"}},
		{"words", "aaaa bbbb cccc", []string{"aaaa bbbb", "cccc"}},
		{"one long word", "aaaaaaaaaaaaaaaaaa", []string{"aaaaaaaaaaaa", "aaaaaa"}},
		{"entities stay whole", "aaaaaaaaaa&amp;bbbbbbbbb", []string{"aaaaaaaaaa", "&amp;bbbbbbb", "bb"}},
		{"tags are closed and opened", "<b>aaaa bbbb cccc</b>", []string{"<b>aaaa bbbb</b>", "<b>cccc</b>"}},
		{"emoji count twice", "😀😀😀😀😀😀😀", []string{"😀😀😀😀😀😀", "😀"}},
	} {
		limit := 12
		if strings.HasPrefix(c.text, "<b>") {
			limit = 13
		}
		got := split(c.text, limit)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzSplit: nothing is lost, nothing is too long, no tag stays open.
func FuzzSplit(f *testing.F) {
	f.Add("<b>satu</b> &amp; dua\n\ntiga", 40)
	f.Add(strings.Repeat("a", 5000), 4000)
	f.Fuzz(func(t *testing.T, words string, limit int) {
		if !utf8.ValidString(words) || limit < 64 || limit > 4096 || len(words) > 1<<16 {
			return
		}
		// As locales writes it: tags of ours, everything else escaped.
		text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(words)
		text = "<b>" + strings.ReplaceAll(text, "x", "</b>x<b>") + "</b>"
		squeeze := func(s string) string {
			return strings.Join(strings.Fields(strings.NewReplacer("<b>", "", "</b>", "").Replace(s)), "")
		}
		parts := split(text, limit)
		for _, p := range parts {
			if utf16Len(p) > limit+2*len("<b></b>") {
				t.Fatalf("%d units in %q", utf16Len(p), p)
			}
			if strings.Count(p, "<b>") != strings.Count(p, "</b>") {
				t.Fatalf("open tag in %q", p)
			}
		}
		if got, want := squeeze(strings.Join(parts, "")), squeeze(text); got != want {
			t.Fatalf("lost something:\n%q\n%q", want, got)
		}
	})
}
