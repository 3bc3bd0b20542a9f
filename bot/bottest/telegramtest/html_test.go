package telegramtest

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHTMLAccepted(t *testing.T) {
	for _, x := range []struct{ in, text, html string }{
		{"biasa", "biasa", "biasa"},
		{"<b>tebal</b>", "tebal", "<b>tebal</b>"},
		{"<strong>a</strong><em>b</em><ins>c</ins><del>d</del><strike>e</strike>", "abcde", "<b>a</b><i>b</i><u>c</u><s>d</s><s>e</s>"},
		{"<B>x</b>", "x", "<b>x</b>"},
		{"<b>x</>", "x", "<b>x</b>"},
		{"<b>a<i>b</i></b>", "ab", "<b>a<i>b</i></b>"},
		{"a &lt; b &amp; c &gt; d &quot;", `a < b & c > d "`, "a &lt; b &amp; c &gt; d &quot;"},
		{"&#65;&#x42;&#x1F600;", "AB😀", "AB😀"},
		{"&lt b", "< b", "&lt; b"},
		{"Q & A &", "Q & A &", "Q &amp; A &amp;"},
		{"&#0;&#xD800;", "&#0;&#xD800;", "&amp;#0;&amp;#xD800;"},
		{`<a href="https://contoh.id/?a=1&amp;b=2">t</a>`, "t", `<a href="https://contoh.id/?a=1&amp;b=2">t</a>`},
		{`<a href='https://contoh.id'>t</a>`, "t", `<a href="https://contoh.id">t</a>`},
		{`<a href="tg://user?id=42">t</a>`, "t", `<a href="tg://user?id=42">t</a>`},
		{`<a href="localhost">t</a>`, "t", "t"},
		{"<a>contoh.id</a>", "contoh.id", `<a href="contoh.id">contoh.id</a>`},
		{`<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>`, "xy", "<tg-spoiler>x</tg-spoiler><tg-spoiler>y</tg-spoiler>"},
		{`<pre><code class="language-go">x</code></pre>`, "x", `<pre><code class="language-go">x</code></pre>`},
		{`<code class="language-go"><pre>x</pre></code>`, "x", `<pre><code class="language-go">x</code></pre>`},
		{`<code class="language-go">x</code>`, "x", "<code>x</code>"},
		{"<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab", "<blockquote>a</blockquote><blockquote expandable>b</blockquote>"},
		{`<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", `<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`},
		{`<tg-time unix="1">kemarin</tg-time>`, "kemarin", `<tg-time unix="1">kemarin</tg-time>`},
		{"<b></b>x", "x", "x"},
		{"😀<b>😀</b>x", "😀😀x", "😀<b>😀</b>x"},
		{"<b >x</b >", "x", "<b>x</b>"},
	} {
		text, ents, _, problem := parseHTML(x.in)
		if problem != "" || text != x.text {
			t.Errorf("%q: text %q, problem %q", x.in, text, problem)
		}
		if got := renderHTML(text, ents); got != x.html {
			t.Errorf("%q: rendered %q, want %q", x.in, got, x.html)
		}
	}
}

func TestHTMLRefused(t *testing.T) {
	for _, x := range []struct{ in, problem string }{
		{"<b>x", `Can't find end tag corresponding to start tag "b"`},
		{"x</b>", "Unexpected end tag at byte offset 1"},
		{"<b><i>x</b></i>", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"<br>", `Unsupported start tag "br" at byte offset 0`},
		{"a <p>x</p>", `Unsupported start tag "p" at byte offset 2`},
		{"1 < 2", `Unsupported start tag "" at byte offset 2`},
		{"<b", "Unclosed start tag at byte offset 0"},
		{"<", "Unclosed start tag at byte offset 0"},
		{"<a href", `Unclosed start tag "a" at byte offset 0`},
		{"<a href=", `Unclosed start tag "a" at byte offset 0`},
		{`<a href="x`, "Unclosed start tag at byte offset 0"},
		{"<a href=x/y>t</a>", "Unexpected end of name token at byte offset 8"},
		{`<a ="x">t</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{"<b>x</b", "Unclosed end tag at byte offset 4"},
		{"<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{`<tg-emoji emoji-id="x">y</tg-emoji>`, "Invalid custom emoji identifier specified"},
	} {
		if _, _, _, problem := parseHTML(x.in); problem != x.problem {
			t.Errorf("%q: %q, want %q", x.in, problem, x.problem)
		}
	}
}

func TestUnknownEntityIsNoted(t *testing.T) {
	if _, _, unknown, problem := parseHTML("a&nbsp;b"); unknown != "nbsp" || problem != "" {
		t.Errorf("unknown %q, problem %q", unknown, problem)
	}
	if _, _, unknown, _ := parseHTML("a &amp;nbsp; b"); unknown != "" {
		t.Errorf("unknown %q", unknown)
	}
}

func TestCleanAndTrim(t *testing.T) {
	for _, x := range []struct{ in, html string }{
		{"  a b \n", "a b"},
		{"a\tb\r\nc\u202ed", "a b\ncd"},
		{"\r<b>x\ry</b>\r z", "<b>xy</b> z"},
		{"<b> x </b>", "<b> x</b>"},
		{" a <b>x</b>", "a <b>x</b>"},
		{"<b>x</b> <i> </i>", "<b>x</b>"},
		{" \n ", ""},
		{"harga €5 ą", "harga €5 ą"},
	} {
		text, ents, _, _ := parseHTML(x.in)
		text, ents = clean(text, ents)
		text, ents = trim(text, ents)
		if got := renderHTML(text, ents); got != x.html {
			t.Errorf("%q: %q, want %q", x.in, got, x.html)
		}
	}
}

func TestUTF16Len(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "é€": 2, "😀": 2, "a😀b": 4} {
		if got := utf16Len(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

func TestFindCommands(t *testing.T) {
	for s, want := range map[string]string{
		"/start abc": "0+6", "/start@netra_bot x": "0+16", "a /b": "2+2", "a/b": "", "/a/b": "", "/": "", "😀 /x": "3+2",
		"/mulai\n/lagi": "0+6 7+5",
	} {
		var got []string
		for _, e := range findCommands(s) {
			got = append(got, itoa(e.off)+"+"+itoa(e.n))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", s, got, want)
		}
	}
}

// FuzzHTML checks that entities stay inside the text, and that what was
// rendered reads as the same text again.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"<b>x</b>", `<a href="https://contoh.id">t</a>`, "&lt;&#x1F600;&nbsp;", "<pre><code class=language-go>x</code></pre>",
		"<b><i>x</b>", "<a href='", "😀<u>\r \u202e</u>", "<blockquote expandable>b</blockquote>", "<", "&", "&#x", "</", "<a href=&#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		text, ents, _, problem := parseHTML(s)
		if problem != "" {
			return
		}
		check := func(text string, ents []entity) {
			size := utf16Len(text)
			for _, e := range ents {
				if e.off < 0 || e.n <= 0 || e.off+e.n > size {
					t.Fatalf("%q: entity %+v outside of %q", s, e, text)
				}
			}
		}
		check(text, ents)
		text, ents = clean(text, ents)
		text, ents = trim(text, ents)
		check(text, ents)
		html := renderHTML(text, ents)
		again, ents2, _, problem := parseHTML(html)
		if problem != "" || again != text {
			t.Fatalf("%q: rendered %q reads %q, problem %q", s, html, again, problem)
		}
		if html2 := renderHTML(again, ents2); html2 != html {
			t.Fatalf("%q: rendered %q, then %q", s, html, html2)
		}
	})
}
