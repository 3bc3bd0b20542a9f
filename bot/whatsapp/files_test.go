package whatsapp_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
)

// files are uploads of every kind, and how phones show them in a group.
var files = []struct{ name, media, content, kind, mime string }{
	{"1.pdf", "application/pdf", "%PDF-1.4 contoh", "document", "application/pdf"},
	{"2.jpg", "image/jpeg", "gambar", "image", "image/jpeg"},
	{"3.png", "image/png", "gambar", "image", "image/png"},
	{"4.webp", "image/webp", "gambar", "image", "image/webp"},
	{"5.gif", "image/gif", "gambar", "document", "image/gif"},
	{"6.mp4", "video/mp4", "film", "video", "video/mp4"},
	{"7.mov", "video/quicktime", "film", "document", "video/quicktime"},
	{"8.ogg", "audio/ogg", "OggS\x00\x02aaaaaaaaaaaaaaaaaaaa\x01\x13OpusHead", "voice", "audio/ogg; codecs=opus"},
	{"9.ogg", "audio/ogg", "OggS\x00\x02aaaaaaaaaaaaaaaaaaaa\x01\x1e\x01vorbis", "document", "audio/ogg"},
	{"10.m4a", "audio/mp4", "suara", "audio", "audio/mp4"},
	{"11.mp3", "audio/mpeg", "suara", "audio", "audio/mpeg"},
}

func uploads() (up []bot.Upload) {
	for _, f := range files {
		up = append(up, bot.Upload{Name: f.name, Type: f.media, Size: int64(len(f.content)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader([]byte(f.content))), nil
		}})
	}
	return up
}

// TestFiles: in a group files are shown as what they are, pictures and films
// together; to a person they go as documents.
func TestFiles(t *testing.T) {
	p, s := bottest.NewWhatsApp(t), bottest.NewStack(t)
	t.Cleanup(p.Check)
	ch, receive := p.Connect()
	s.Start(ch, p.Intake(), receive)
	group := ch.(bot.Group)
	room, private := p.Watcher.Chat(p.Desk), p.Watcher.Chat(p.Account)
	private.Say("/start")
	private.SetDisappearing(time.Hour)
	private.Say("/start")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := private.WaitText(ctx, bottest.Words(s.Words, "id", "menu.ask")); err != nil {
		t.Fatal(err)
	}

	in, to := bot.Address(p.Desk.JID.String()), bot.Address(p.Watcher.LID.String())
	card, err := group.Post(ctx, in, "kartu", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again is the same
		if err := group.PostFiles(ctx, in, uploads(), card); err != nil {
			t.Fatal(err)
		}
	}
	if err := group.PostFiles(ctx, to, uploads(), ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*whatsapptest.Chat{room, private} {
		got := arrived(t, c, p.Account)
		heads := map[string]bool{}
		for _, f := range files {
			want, mime, answers := f.kind, f.mime, string(card)
			if c == private {
				want, mime, answers = "document", f.media, ""
			}
			i := slices.IndexFunc(got, func(m whatsapptest.Message) bool {
				data, err := m.Data(ctx)
				return err == nil && string(data) == f.content && m.MIME == mime
			})
			if i < 0 {
				t.Errorf("%s does not come", f.name)
				continue
			}
			m := got[i]
			got = slices.Delete(got, i, i+1)
			if m.Kind != want || m.ReplyTo != answers || want == "document" && m.Name != f.name {
				t.Errorf("%s came as %+v", f.name, m)
			}
			if (m.Album != "") != (want == "image" || want == "video") {
				t.Errorf("%s, a %s, is in the album %q", f.name, want, m.Album)
			} else if m.Album != "" {
				heads[m.Album] = true
			}
			if c == private && m.Expires != time.Hour {
				t.Errorf("%s disappears after %v", f.name, m.Expires)
			}
		}
		if c == room && len(heads) != 1 {
			t.Errorf("there are %d albums", len(heads))
		}
	}
}

// arrived waits for the files that an account sent, and returns them.
func arrived(t *testing.T, c *whatsapptest.Chat, from *whatsapptest.Account) (got []whatsapptest.Message) {
	t.Helper()
	for n := 0; n < 500; n++ {
		got = slices.DeleteFunc(c.Messages(), func(m whatsapptest.Message) bool { return m.From != from || m.Size == 0 })
		if len(got) >= len(files) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(got) != len(files) {
		t.Fatalf("%d files came, want %d", len(got), len(files))
	}
	return got
}
