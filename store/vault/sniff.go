package vault

import (
	"bytes"
	"io"

	"github.com/netralitas/netra/store"
)

// A judge is written the whole file and says what it is. Its Write returns
// ErrBadType as soon as it is sure that the file is no evidence.
type judge interface {
	io.Writer
	// verdict returns the media type, "" when the file is no evidence.
	verdict() string
}

// certain is a judge who has seen enough.
type certain string

func (certain) Write(p []byte) (int, error) { return len(p), nil }
func (c certain) verdict() string           { return string(c) }

// sniff returns the judge for a file that begins like this, nil when no
// evidence does. It knows nothing of names and of what others say the type is.
func sniff(head []byte) judge {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.begin)) && len(head) >= m.at+len(m.then) &&
			string(head[m.at:m.at+len(m.then)]) == m.then {
			return certain(m.media)
		}
	}
	for _, find := range []func([]byte) string{sniffBoxes, sniffMatroska, sniffOgg, sniffTIFF, sniffMP3, sniffAAC} {
		if media := find(head); media != "" {
			return certain(media)
		}
	}
	if bytes.HasPrefix(head, []byte(zipMagic)) {
		return newOffice(head)
	}
	if looksLikeText(head) {
		return &text{}
	}
	return nil
}

// magics are the types that a few bytes give away.
var magics = []struct {
	begin string
	at    int
	then  string
	media string
}{
	{"\xFF\xD8\xFF", 0, "", "image/jpeg"},
	{pngMagic, 0, "", "image/png"},
	{"GIF87a", 0, "", "image/gif"},
	{"GIF89a", 0, "", "image/gif"},
	{"RIFF", 8, "WEBPVP8", "image/webp"},
	{"RIFF", 8, "WAVE", "audio/wav"},
	{"#!AMR\n", 0, "", "audio/amr"},
	{"#!AMR-WB\n", 0, "", "audio/amr-wb"},
	{"ID3\x02", 0, "", "audio/mpeg"},
	{"ID3\x03", 0, "", "audio/mpeg"},
	{"ID3\x04", 0, "", "audio/mpeg"},
	{"%PDF-1.", 0, "", "application/pdf"},
	{"%PDF-2.", 0, "", "application/pdf"},
	{"\xEF\xBB\xBF%PDF-", 0, "", "application/pdf"},
}

// text is the judge of plain text, such as an exported chat: UTF-8 without
// control characters to its last byte.
type text struct {
	rest []byte // a character cut in two
	bad  bool
}

func (t *text) Write(p []byte) (int, error) {
	b := p
	if len(t.rest) > 0 {
		b = append(t.rest, p...)
	}
	rest, ok := plain(b)
	if !ok {
		t.bad = true
		return 0, store.ErrBadType
	}
	t.rest = bytes.Clone(rest)
	return len(p), nil
}

func (t *text) verdict() string {
	if t.bad || len(t.rest) > 0 {
		return ""
	}
	return "text/plain"
}
