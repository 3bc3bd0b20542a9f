package whatsapptest

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// Message is a message as the person sees it, with its edits. What was deleted
// is not there.
type Message struct {
	ID      string
	Seq     int64 // number of its last change, within the chat
	Time    time.Time
	From    *Account
	FromMe  bool
	Kind    string // text, image, video, voice, audio, document, sticker, location, contact, album, poll or other
	Text    string // text or caption
	ReplyTo string // id of the message it answers
	Album   string // id of the album it belongs to

	MIME, Name          string // of a file
	Size                int
	ViewOnce            bool
	Expires             time.Duration // after which it disappears
	Latitude, Longitude float64
	Contact             string // vCard

	Edits    int
	Copies   int    // how often it came
	Retries  int    // how often the phone had to ask for it
	Reaction string // what the other side reacted with
	Read     bool   // the other side has read it
	Arrived  bool   // it has come to one of their devices

	file whatsmeow.DownloadableMessage
	u    *User
}

// Data downloads and decrypts the message's file.
func (m Message) Data(ctx context.Context) ([]byte, error) {
	if m.file == nil {
		return nil, errors.New("whatsapptest: the message has no file")
	}
	return m.u.Client.Download(ctx, m.file)
}

// thread is what a phone keeps of a chat. It is guarded by User.mu.
type thread struct {
	seq     int64
	msgs    []*Message
	gone    map[string]bool // deleted, perhaps before it came
	deleted []string        // of these, what stood there
	early   map[string]bool // receipts that overtook what they are for; true: it was read
	expires time.Duration
	typing  bool
	typed   int
	broken  int // messages that could not be read
}

func (t *thread) find(id string) *Message {
	for _, m := range t.msgs {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// change is called for everything that changes what the person sees.
func (t *thread) change(m *Message) {
	t.seq++
	if m != nil {
		m.Seq = t.seq
	}
}

// thread is the chat with that address, by LID or group. u.mu must be held.
func (u *User) thread(key types.JID) *thread {
	t := u.threads[key]
	if t == nil {
		t = &thread{gone: map[string]bool{}, early: map[string]bool{}}
		u.threads[key] = t
	}
	return t
}

// key is by which a chat is kept: people by their LID.
func (u *User) key(chat types.JID) (types.JID, *Account) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if a := u.s.find(chat); a != nil {
		return a.LID, a
	}
	return chat.ToNonAD(), nil
}

// see takes what the client reports.
func (u *User) see(event any) {
	switch e := event.(type) {
	case *events.Message:
		u.seeMessage(e)
	case *events.UndecryptableMessage:
		u.in(e.Info.Chat, func(t *thread) { t.broken++ })
	case *events.Receipt:
		u.in(e.Chat, func(t *thread) {
			for _, id := range e.MessageIDs {
				read := e.Type == types.ReceiptTypeRead || e.Type == types.ReceiptTypePlayed
				switch m := t.find(id); {
				case e.IsFromMe:
				case m == nil:
					t.early[id] = t.early[id] || read
				case m.FromMe:
					m.Arrived, m.Read = true, m.Read || read
				}
			}
		})
	case *events.ChatPresence:
		u.in(e.Chat, func(t *thread) {
			if t.typing = e.State == types.ChatPresenceComposing; t.typing {
				t.typed++
			}
		})
	case *events.JoinedGroup:
		u.in(e.JID, func(t *thread) { t.expires = time.Duration(e.DisappearingTimer) * time.Second })
	case *events.GroupInfo:
		u.in(e.JID, func(t *thread) {
			if e.Ephemeral != nil {
				t.expires = time.Duration(e.Ephemeral.DisappearingTimer) * time.Second
			}
		})
	}
}

// in changes a chat and wakes who waits.
func (u *User) in(chat types.JID, do func(*thread)) {
	key, _ := u.key(chat)
	u.mu.Lock()
	defer u.mu.Unlock()
	t := u.thread(key)
	do(t)
	t.change(nil)
	u.notify()
}

func (u *User) seeMessage(e *events.Message) {
	if onlyKey(e.RawMessage) {
		return // the group's key, which comes as a message of its own
	}
	_, from := u.key(e.Info.Sender)
	u.in(e.Info.Chat, func(t *thread) { u.take(t, e.Info, from, e.Message, e) })
}

// onlyKey is a message that holds a sender key and nothing else.
func onlyKey(m *waE2E.Message) bool {
	if m.GetSenderKeyDistributionMessage() == nil {
		return false
	}
	rest := proto.Clone(m).(*waE2E.Message)
	rest.SenderKeyDistributionMessage, rest.MessageContextInfo = nil, nil
	return proto.Size(rest) == 0
}

// revocable is for how long phones let others delete what they wrote.
const revocable = 60 * time.Hour

// take applies a message to a chat.
func (u *User) take(t *thread, info types.MessageInfo, from *Account, body *waE2E.Message, e *events.Message) {
	if p := body.GetProtocolMessage(); p != nil {
		id := p.GetKey().GetID()
		m := t.find(id)
		switch p.GetType() {
		case waE2E.ProtocolMessage_REVOKE:
			if m == nil {
				t.gone[id] = true
			} else if m.From == from && info.Timestamp.Sub(m.Time) < revocable {
				t.gone[id] = true
				t.deleted = append(t.deleted, id)
				t.msgs = slices.DeleteFunc(t.msgs, func(m *Message) bool { return m.ID == id })
			}
		case waE2E.ProtocolMessage_MESSAGE_EDIT:
			if m != nil && m.From == from {
				describe(m, p.GetEditedMessage(), true)
				m.Edits++
				t.change(m)
			}
		case waE2E.ProtocolMessage_EPHEMERAL_SETTING:
			t.expires = time.Duration(p.GetEphemeralExpiration()) * time.Second
		}
		return
	}
	if r := body.GetReactionMessage(); r != nil {
		if m := t.find(r.GetKey().GetID()); m != nil {
			m.Reaction = r.GetText()
			t.change(m)
		}
		return
	}
	if t.gone[info.ID] {
		return
	}
	if m := t.find(info.ID); m != nil && m.From == from {
		m.Copies++
		return
	}
	m := &Message{ID: info.ID, Time: info.Timestamp, From: from, FromMe: info.IsFromMe, Copies: 1, u: u}
	if e != nil {
		m.ViewOnce, m.Retries = e.IsViewOnce, e.RetryCount
	}
	if m.FromMe {
		m.Read, m.Arrived = t.early[info.ID]
	}
	describe(m, body, false)
	t.msgs = append(t.msgs, m)
	t.typing = false
	t.change(m)
}

// describe fills in what a message says. An edit says new words only.
func describe(m *Message, body *waE2E.Message, edit bool) {
	if inner := body.GetDocumentWithCaptionMessage().GetMessage(); inner != nil {
		body = inner
	}
	words := body.GetConversation()
	var about *waE2E.ContextInfo
	kind := "other"
	file := func(k string, f whatsmeow.DownloadableMessage, mime string, size uint64, caption string) {
		kind, words, m.file, m.MIME, m.Size = k, caption, f, mime, int(size)
	}
	switch {
	case body.Conversation != nil:
		kind = "text"
	case body.ExtendedTextMessage != nil:
		x := body.ExtendedTextMessage
		kind, words, about = "text", x.GetText(), x.GetContextInfo()
	case edit && body.ImageMessage != nil:
		kind, words = m.Kind, body.ImageMessage.GetCaption()
	case edit && body.VideoMessage != nil:
		kind, words = m.Kind, body.VideoMessage.GetCaption()
	case edit && body.DocumentMessage != nil:
		kind, words = m.Kind, body.DocumentMessage.GetCaption()
	case body.ImageMessage != nil:
		x := body.ImageMessage
		about = x.GetContextInfo()
		file("image", x, x.GetMimetype(), x.GetFileLength(), x.GetCaption())
	case body.VideoMessage != nil:
		x := body.VideoMessage
		about = x.GetContextInfo()
		file("video", x, x.GetMimetype(), x.GetFileLength(), x.GetCaption())
	case body.AudioMessage != nil:
		x := body.AudioMessage
		about = x.GetContextInfo()
		k := "audio"
		if x.GetPTT() {
			k = "voice"
		}
		file(k, x, x.GetMimetype(), x.GetFileLength(), "")
	case body.DocumentMessage != nil:
		x := body.DocumentMessage
		about, m.Name = x.GetContextInfo(), x.GetFileName()
		file("document", x, x.GetMimetype(), x.GetFileLength(), x.GetCaption())
	case body.StickerMessage != nil:
		x := body.StickerMessage
		about = x.GetContextInfo()
		file("sticker", x, x.GetMimetype(), x.GetFileLength(), "")
	case body.LocationMessage != nil:
		x := body.LocationMessage
		kind, words, about, m.Latitude, m.Longitude = "location", x.GetName(), x.GetContextInfo(), x.GetDegreesLatitude(), x.GetDegreesLongitude()
	case body.ContactMessage != nil:
		x := body.ContactMessage
		kind, words, about, m.Contact = "contact", x.GetDisplayName(), x.GetContextInfo(), x.GetVcard()
	case body.AlbumMessage != nil:
		kind, about = "album", body.AlbumMessage.GetContextInfo()
	case body.PollCreationMessageV3 != nil:
		kind, words = "poll", body.PollCreationMessageV3.GetName()
	}
	m.Kind, m.Text = kind, words
	if edit {
		return
	}
	m.ReplyTo = about.GetStanzaID()
	m.Expires = time.Duration(about.GetExpiration()) * time.Second
	m.Album = body.GetMessageContextInfo().GetMessageAssociation().GetParentMessageKey().GetID()
}
