package telegramtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

type gotFile struct {
	ID   string `json:"file_id"`
	Path string `json:"file_path"`
	Size int64  `json:"file_size"`
}

func (b *bot) download(id string) (int, []byte) {
	b.t.Helper()
	f := decode[gotFile](b.t, b.ok("getFile", "file_id", id))
	return b.fetch(f.Path)
}

func (b *bot) fetch(path string) (int, []byte) {
	b.t.Helper()
	res, err := http.Get(b.s.URL + "/file/bot" + b.s.Token + "/" + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, data
}

func TestFiles(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	u.SendPhoto(jpeg(1200, 900))
	u.SendDocument("surat.pdf", "application/pdf", []byte("%PDF-"))
	u.SendVideo([]byte("video"))
	u.SendVoice([]byte("suara"))
	u.Send(Post{Kind: "audio", Name: "lagu.mp3", MIME: "audio/mpeg", Data: []byte("lagu")})
	type att struct {
		gotFile
		Width int    `json:"width"`
		Name  string `json:"file_name"`
		MIME  string `json:"mime_type"`
	}
	got := decode[[]struct {
		Message struct {
			Photo                         []att
			Document, Video, Voice, Audio att
		}
	}](t, b.ok("getUpdates"))
	photo := got[0].Message.Photo
	if len(photo) != 2 || photo[1].Width != 1200 || photo[0].Width != 90 {
		t.Fatalf("%+v", photo)
	}
	if _, data := b.download(photo[1].ID); !bytes.Equal(data, jpeg(1200, 900)) {
		t.Errorf("%q", data)
	}
	if _, data := b.download(photo[0].ID); !bytes.Equal(data, thumb) {
		t.Errorf("the small size is not small")
	}
	doc := got[1].Message.Document
	if _, data := b.fetch("documents/file_3.pdf"); !strings.Contains(string(data), "Not Found") {
		t.Errorf("downloaded without getFile: %q", data)
	}
	if doc.Name != "surat.pdf" || doc.MIME != "application/pdf" || doc.Size != 5 {
		t.Errorf("%+v", doc)
	}
	for id, want := range map[string]string{
		doc.ID: "%PDF-", got[2].Message.Video.ID: "video", got[3].Message.Voice.ID: "suara", got[4].Message.Audio.ID: "lagu",
	} {
		if code, data := b.download(id); code != 200 || string(data) != want {
			t.Errorf("%d %q, want %q", code, data, want)
		}
		if data, ok := b.s.File(id); !ok || string(data) != want {
			t.Errorf("%q", data)
		}
	}
	if _, ok := b.s.File("x"); ok {
		t.Error("found a file that is not there")
	}
	u.Send(Post{Kind: "document", Name: "besar.bin", Size: maxDownload + 1})
	big := u.Messages()[5].Media
	b.refused("400 Bad Request: file is too big", "getFile", "file_id", big.FileID)
	b.clean()
	if b.s.Calls()["file"] != 7 {
		t.Errorf("%v", b.s.Calls())
	}
}

func TestSendMedia(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	for _, kind := range []string{"photo", "document", "video", "voice", "audio"} {
		data := jpeg(20, 10)
		a := b.upload("send"+strings.ToUpper(kind[:1])+kind[1:], "chat_id", u.ID, kind, data, "caption", "<i>ini</i>", "parse_mode", "HTML")
		if !a.OK || !strings.Contains(string(a.Result), `"`+kind+`":`) {
			t.Errorf("%s: %+v %s", kind, a, a.Result)
		}
		m := u.Last()
		if m.Media == nil || m.Media.Kind != kind || !bytes.Equal(m.Media.Data, data) || m.HTML() != "<i>ini</i>" {
			t.Errorf("%s: %+v", kind, m)
		}
	}
	id := u.Messages()[0].Media.FileID
	b.ok("sendPhoto", "chat_id", u.ID, "photo", id)
	b.upload("sendPhoto", "chat_id", u.ID, "photo", "attach://berkas", "berkas", jpeg(1, 1))
	if n := len(u.Messages()); n != 7 {
		t.Errorf("%d messages", n)
	}
	b.clean()
	b.s.maxUpload = 11 << 20
	for _, x := range []struct {
		want string
		a    answer
	}{
		{"400 Bad Request: can't use file of type photo as document", b.call("sendDocument", "chat_id", u.ID, "document", id)},
		{"400 Bad Request: wrong file identifier", b.call("sendPhoto", "chat_id", u.ID, "photo", "x")},
		{"400 Bad Request: failed to get HTTP URL content", b.call("sendPhoto", "chat_id", u.ID, "photo", "https://contoh.id/a.jpg")},
		{"400 Bad Request: there is no photo in the request", b.call("sendPhoto", "chat_id", u.ID)},
		{"400 Bad Request: there is no photo in the request", b.call("sendPhoto", "chat_id", u.ID, "photo", "attach://x")},
		{"400 Bad Request: unknown file berkas", b.upload("sendPhoto", "chat_id", u.ID, "berkas", jpeg(1, 1))},
		{"400 Bad Request: file must be non-empty", b.upload("sendDocument", "chat_id", u.ID, "document", []byte{})},
		{"400 Bad Request: IMAGE_PROCESS_FAILED", b.upload("sendPhoto", "chat_id", u.ID, "photo", []byte("%PDF"))},
		{"400 Bad Request: PHOTO_INVALID_DIMENSIONS", b.upload("sendPhoto", "chat_id", u.ID, "photo", jpeg(5001, 5000))},
		{"400 Bad Request: PHOTO_INVALID_DIMENSIONS", b.upload("sendPhoto", "chat_id", u.ID, "photo", jpeg(210, 10))},
		{"400 Bad Request: MEDIA_CAPTION_TOO_LONG", b.upload("sendPhoto", "chat_id", u.ID, "photo", jpeg(1, 1), "caption", strings.Repeat("x", 1025))},
		{"400 Bad Request: file of size 10485761 bytes is too big for a photo", b.upload("sendPhoto", "chat_id", u.ID, "photo", append(jpeg(1, 1), make([]byte, maxPhoto-19)...))},
		{"413 Request Entity Too Large", b.upload("sendDocument", "chat_id", u.ID, "document", make([]byte, 12<<20))},
	} {
		b.check(x.a, x.want)
	}
	b.violations(13)
}

func TestMediaGroup(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	item := func(kind, media string) string { return fmt.Sprintf(`{"type":%q,"media":%q}`, kind, media) }
	list := func(items ...string) string { return "[" + strings.Join(items, ",") + "]" }
	a := b.upload("sendMediaGroup", "chat_id", u.ID,
		"media", list(`{"type":"photo","media":"attach://a","caption":"<b>x</b>","parse_mode":"HTML"}`, item("video", "attach://b")),
		"a", jpeg(1, 1), "b", []byte("video"))
	got := decode[[]sent](t, a)
	if len(got) != 2 || got[0].Album == "" || got[0].Album != got[1].Album || got[0].Caption != "x" {
		t.Fatalf("%s", a.Result)
	}
	if m := u.Messages(); len(m) != 2 || m[0].MediaGroup != got[0].Album || string(m[1].Media.Data) != "video" {
		t.Errorf("%+v", m)
	}
	photo, video := u.Messages()[0].Media.FileID, u.Messages()[1].Media.FileID
	b.ok("sendMediaGroup", "chat_id", u.ID, "media", list(item("photo", photo), item("video", video)))
	doc := decode[sent](t, b.upload("sendDocument", "chat_id", u.ID, "document", []byte("x")))
	file := u.Last().Media.FileID
	if doc.ID != u.Last().ID {
		t.Error("not the last message")
	}
	b.ok("sendMediaGroup", "chat_id", u.ID, "media", list(item("document", file), item("document", file)))
	b.clean()
	p := item("photo", photo)
	for _, x := range []struct{ want, media string }{
		{"can't parse media JSON object", "{"},
		{"expected an Array of InputMedia", "{}"},
		{"there are no messages to send", "[]"},
		{"an album must include 2-10 items", list(p)},
		{"too many messages to send as an album", list(p, p, p, p, p, p, p, p, p, p, p)},
		{"Document can't be mixed with other media types", list(p, item("document", file))},
		{"can't parse InputMedia: media not found", list(p, `{"type":"photo"}`)},
		{`can't parse InputMedia: type "animation" can't be used`, list(p, item("animation", photo))},
		{`can't parse InputMedia: type "x" is unsupported`, list(p, item("x", photo))},
		{"can't parse InputMedia: unknown field x", list(p, `{"type":"photo","x":1}`)},
		{"can't parse InputMedia: expected an Object", list(p, "1")},
		{"there is no photo in the request", list(p, item("photo", "attach://x"))},
		{"MEDIA_CAPTION_TOO_LONG", list(p, `{"type":"photo","media":"`+photo+`","caption":"`+strings.Repeat("x", 1025)+`"}`)},
		{"can't parse entities", list(p, `{"type":"photo","media":"`+photo+`","caption":"<p>","parse_mode":"HTML"}`)},
	} {
		b.refused("400 Bad Request: "+x.want, "sendMediaGroup", "chat_id", u.ID, "media", x.media)
	}
	b.refused("400 Bad Request: unknown parameter reply_markup", "sendMediaGroup", "chat_id", u.ID, "media", list(p, p), "reply_markup", inline())
	if n := len(u.Messages()); n != 7 {
		t.Errorf("%d messages", n)
	}
}

func TestImageSize(t *testing.T) {
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), 0, 0, 1, 0, 0, 0, 0, 5)
	webp := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), 9, 1, 0, 4, 0, 0)
	lossless := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f"), binary.LittleEndian.AppendUint32(nil, 99|199<<14)...)
	lossless = append(lossless, make([]byte, 10)...)
	for _, x := range []struct {
		data []byte
		w, h int
		ok   bool
	}{
		{jpeg(640, 480), 640, 480, true},
		{[]byte("\xff\xd8\xff\xff\xd0\xff\x01"), 0, 0, true},
		{thumb, 90, 60, true},
		{png, 256, 5, true},
		{png[:16], 0, 0, true},
		{[]byte("GIF89a\x03\x00\x02\x00"), 3, 2, true},
		{webp, 266, 5, true},
		{webp[:12], 0, 0, true},
		{lossless, 100, 200, true},
		{[]byte("%PDF"), 0, 0, false},
		{nil, 0, 0, false},
	} {
		if w, h, ok := imageSize(x.data); w != x.w || h != x.h || ok != x.ok {
			t.Errorf("%q: %d×%d %v", x.data, w, h, ok)
		}
	}
}
