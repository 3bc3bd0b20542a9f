package vault

import (
	"bytes"
	"unicode/utf8"
)

// plain reports whether this is text so far, and returns the beginning of a
// character at its end.
func plain(b []byte) (rest []byte, ok bool) {
	for len(b) > 0 {
		if c := b[0]; c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7F {
				return nil, false
			}
			b = b[1:]
			continue
		}
		if !utf8.FullRune(b) {
			return b, true
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return nil, false
		}
		b = b[n:]
	}
	return nil, true
}

// looksLikeText reports whether it begins like text that nothing runs and no
// browser renders. It is a hedge, not a proof: text is handed on as text.
func looksLikeText(head []byte) bool {
	if _, ok := plain(head); !ok {
		return false
	}
	s := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\uFEFF"))))
	for _, begin := range scripts {
		if bytes.HasPrefix(s, []byte(begin)) {
			return false
		}
	}
	for _, tag := range tags {
		if bytes.Contains(s, []byte(tag)) {
			return false
		}
	}
	return true
}

// scripts is how what is not to be read, but run or rendered, begins.
var scripts = []string{
	"<!", "<?", "#!", `{\rtf`, "%!ps", "@echo", "[internetshortcut]", "[desktop entry]",
	"[autorun]", "windows registry editor", "regedit", "wscript.", "on error resume next",
}

// tags are those by which browsers tell a page.
var tags = []string{
	"<html", "<head", "<body", "<script", "<iframe", "<svg", "<?php", "<?xml", "<!doctype",
	"<img", "<object", "<embed", "<style", "<table", "<meta ", "<link ",
}
