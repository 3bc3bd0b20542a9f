package vault

import (
	"bytes"
	"strings"
)

// pdfLexer cuts bytes into tokens: 7.2.
type pdfLexer struct {
	b  []byte
	at int
}

// pdfToken is a token as it stands there. Its kind is its first byte, for "<<"
// and ">>" 'd' and 'D', 'w' for numbers and words, and 0 at the end.
type pdfToken struct {
	kind byte
	text []byte
}

func pdfIsSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func pdfIsRegular(c byte) bool { return !pdfIsSpace(c) && strings.IndexByte("()<>[]{}/%", c) < 0 }

// space passes over white space.
func (l *pdfLexer) space() {
	for l.at < len(l.b) && pdfIsSpace(l.b[l.at]) {
		l.at++
	}
}

// comment passes over a comment, but not over the end of its line, and reports
// whether there was one.
func (l *pdfLexer) comment() bool {
	if l.at >= len(l.b) || l.b[l.at] != '%' {
		return false
	}
	if n := bytes.IndexAny(l.b[l.at:], "\r\n"); n >= 0 {
		l.at += n
	} else {
		l.at = len(l.b)
	}
	return true
}

// next passes over white space and comments and returns the token that follows.
func (l *pdfLexer) next() (pdfToken, error) {
	for l.space(); l.comment(); {
		l.space()
	}
	return l.token()
}

// token returns the token that begins here.
func (l *pdfLexer) token() (pdfToken, error) {
	start := l.at
	if start >= len(l.b) {
		return pdfToken{}, nil
	}
	kind := l.b[start]
	l.at++
	switch kind {
	case '[', ']', '{', '}':
	case '/':
		l.regular()
	case '(':
		if err := l.parentheses(); err != nil {
			return pdfToken{}, err
		}
	case '<':
		if l.at < len(l.b) && l.b[l.at] == '<' {
			l.at++
			kind = 'd'
			break
		}
		n := bytes.IndexByte(l.b[l.at:], '>')
		if n < 0 {
			return pdfToken{}, unclean("a string without end")
		}
		l.at += n + 1
	case '>':
		if l.at >= len(l.b) || l.b[l.at] != '>' {
			return pdfToken{}, unclean("a stray bracket")
		}
		l.at++
		kind = 'D'
	case ')':
		return pdfToken{}, unclean("a stray bracket")
	default:
		kind = 'w'
		l.regular()
	}
	return pdfToken{kind, l.b[start:l.at]}, nil
}

func (l *pdfLexer) regular() {
	for l.at < len(l.b) && pdfIsRegular(l.b[l.at]) {
		l.at++
	}
}

// parentheses passes over the rest of a literal string: 7.3.4.2.
func (l *pdfLexer) parentheses() error {
	for depth := 1; l.at < len(l.b); {
		c := l.b[l.at]
		l.at++
		switch c {
		case '\\':
			l.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return nil
			}
		}
	}
	l.at = len(l.b)
	return unclean("a string without end")
}
