package whatsapptest

import (
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// usual are the kinds with a file, and what their files usually are.
var usual = map[string]struct {
	media whatsmeow.MediaType
	mime  string
}{
	"image":    {whatsmeow.MediaImage, "image/jpeg"},
	"sticker":  {whatsmeow.MediaImage, "image/webp"},
	"video":    {whatsmeow.MediaVideo, "video/mp4"},
	"voice":    {whatsmeow.MediaAudio, "audio/ogg; codecs=opus"},
	"audio":    {whatsmeow.MediaAudio, "audio/mp4"},
	"document": {whatsmeow.MediaDocument, "application/octet-stream"},
}

// build makes a message, and uploads its file. It returns nil when that failed.
func (c *Chat) build(p Post) (*waE2E.Message, *enclosure) {
	about := c.about(p)
	kind, ok := usual[p.Kind]
	if !ok {
		return c.plain(p, about), nil
	}
	ctx, cancel := c.u.s.within(patience)
	defer cancel()
	up, err := c.u.Client.Upload(ctx, p.Data, kind.media)
	if err != nil {
		c.fail("upload", err)
		return nil, nil
	}
	if p.MIME == "" {
		p.MIME = kind.mime
	}
	e := &enclosure{key: up.MediaKey, path: up.DirectPath, viewOnce: p.ViewOnce}
	var caption *string
	if p.Text != "" {
		caption = &p.Text
	}
	m := &waE2E.Message{}
	switch p.Kind {
	case "image":
		m.ImageMessage = &waE2E.ImageMessage{
			Caption: caption, Mimetype: &p.MIME, ContextInfo: about, ViewOnce: once(p),
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, MediaKeyTimestamp: proto.Int64(time.Now().Unix()),
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
	case "sticker":
		m.StickerMessage = &waE2E.StickerMessage{
			Mimetype: &p.MIME, ContextInfo: about,
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, MediaKeyTimestamp: proto.Int64(time.Now().Unix()),
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
	case "video":
		m.VideoMessage = &waE2E.VideoMessage{
			Caption: caption, Mimetype: &p.MIME, ContextInfo: about, ViewOnce: once(p), Seconds: proto.Uint32(7),
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, MediaKeyTimestamp: proto.Int64(time.Now().Unix()),
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
	case "voice", "audio":
		m.AudioMessage = &waE2E.AudioMessage{
			Mimetype: &p.MIME, ContextInfo: about, PTT: proto.Bool(p.Kind == "voice"), Seconds: proto.Uint32(3),
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, MediaKeyTimestamp: proto.Int64(time.Now().Unix()),
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
	case "document":
		m.DocumentMessage = &waE2E.DocumentMessage{
			Caption: caption, Mimetype: &p.MIME, ContextInfo: about, FileName: &p.Name, Title: &p.Name,
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, MediaKeyTimestamp: proto.Int64(time.Now().Unix()),
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		}
		if caption != nil {
			m = &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m}}
		}
	}
	if p.ViewOnce {
		m = &waE2E.Message{ViewOnceMessage: &waE2E.FutureProofMessage{Message: m}}
	}
	return m, e
}

func once(p Post) *bool {
	if p.ViewOnce {
		return proto.Bool(true)
	}
	return nil
}

// plain makes a message without a file.
func (c *Chat) plain(p Post, about *waE2E.ContextInfo) *waE2E.Message {
	switch p.Kind {
	case "", "text":
		if about == nil {
			return &waE2E.Message{Conversation: &p.Text}
		}
		return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &p.Text, ContextInfo: about}}
	case "location":
		return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
			DegreesLatitude: &p.Latitude, DegreesLongitude: &p.Longitude, Name: &p.Text, ContextInfo: about,
		}}
	case "contact":
		card := fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nN:;%s;;;\nFN:%s\nTEL;type=CELL:%s\nEND:VCARD", p.Text, p.Text, p.Phone)
		return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: &p.Text, Vcard: &card, ContextInfo: about}}
	}
	panic("whatsapptest: no kind " + p.Kind)
}

// about is what a message says about others: which one it answers, and when it
// disappears. It is nil when there is nothing to say.
func (c *Chat) about(p Post) *waE2E.ContextInfo {
	var expires time.Duration
	c.read(func(t *thread) { expires = t.expires })
	if expires == 0 && p.ReplyTo == "" {
		return nil
	}
	about := &waE2E.ContextInfo{}
	if expires > 0 {
		about.Expiration = proto.Uint32(uint32(expires.Seconds()))
	}
	if p.ReplyTo == "" {
		return about
	}
	about.StanzaID = &p.ReplyTo
	about.QuotedMessage = &waE2E.Message{Conversation: proto.String("")}
	if m, ok := c.Find(p.ReplyTo); ok {
		about.QuotedMessage = &waE2E.Message{Conversation: &m.Text}
		from := types.EmptyJID
		if m.From != nil {
			from = m.From.LID
		}
		about.Participant = proto.String(from.String())
	}
	return about
}
