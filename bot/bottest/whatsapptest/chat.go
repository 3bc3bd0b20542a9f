package whatsapptest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Chat is a person's chat with somebody, or in a group. Methods that send return
// the id of the message, which is empty when that failed and with it the test.
type Chat struct {
	u    *User
	with types.JID
}

// Post is a message to be sent.
type Post struct {
	Kind      string // text, image, video, voice, audio, document, sticker, location or contact; empty for text
	Text      string // text, caption or name
	Data      []byte
	Name      string // of a document
	MIME      string // if it is not the usual one of its kind
	ReplyTo   string // id of a message in the chat
	ViewOnce  bool
	Latitude  float64
	Longitude float64
	Phone     string // of a contact
}

// Say sends a text.
func (c *Chat) Say(text string) string { return c.Send(Post{Text: text}) }

// Reply sends a text that quotes a message.
func (c *Chat) Reply(id, text string) string { return c.Send(Post{Text: text, ReplyTo: id}) }

// SendImage sends an image, or several as an album.
func (c *Chat) SendImage(images ...[]byte) []string {
	posts := make([]Post, len(images))
	for i, data := range images {
		posts[i] = Post{Kind: "image", Data: data}
	}
	return c.SendAlbum(posts...)
}

// SendAlbum sends images and videos together and returns their ids. One alone is
// no album.
func (c *Chat) SendAlbum(posts ...Post) []string {
	if len(posts) == 1 {
		return []string{c.Send(posts[0])}
	}
	pictures := 0
	for _, p := range posts {
		if p.Kind == "image" {
			pictures++
		}
	}
	album := c.send(&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{
		ExpectedImageCount: proto.Uint32(uint32(pictures)), ExpectedVideoCount: proto.Uint32(uint32(len(posts) - pictures)),
	}}, nil)
	ids := make([]string, len(posts))
	for i, p := range posts {
		body, e := c.build(p)
		if body == nil {
			continue
		}
		body.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
			AssociationType:  waE2E.MessageAssociation_MEDIA_ALBUM.Enum(),
			ParentMessageKey: c.u.Client.BuildMessageKey(c.with, types.EmptyJID, album),
		}}
		ids[i] = c.send(body, e)
	}
	return ids
}

// SendVideo sends a video.
func (c *Chat) SendVideo(data []byte) string { return c.Send(Post{Kind: "video", Data: data}) }

// SendVoice sends a voice message.
func (c *Chat) SendVoice(data []byte) string { return c.Send(Post{Kind: "voice", Data: data}) }

// SendDocument sends a file.
func (c *Chat) SendDocument(name, mime string, data []byte) string {
	return c.Send(Post{Kind: "document", Name: name, MIME: mime, Data: data})
}

// SendLocation sends a place.
func (c *Chat) SendLocation(latitude, longitude float64) string {
	return c.Send(Post{Kind: "location", Latitude: latitude, Longitude: longitude})
}

// SendContact sends a name with a phone number.
func (c *Chat) SendContact(name, phone string) string {
	return c.Send(Post{Kind: "contact", Text: name, Phone: phone})
}

// SendViewOnce sends an image that can be seen once. The other side's companions
// are told that there was one and do not get it.
func (c *Chat) SendViewOnce(image []byte) string {
	return c.Send(Post{Kind: "image", Data: image, ViewOnce: true})
}

// Send sends a message of any kind.
func (c *Chat) Send(p Post) string {
	body, e := c.build(p)
	if body == nil {
		return ""
	}
	return c.send(body, e)
}

// Edit changes the text of a message of the person. It works for a text.
func (c *Chat) Edit(id, text string) {
	c.send(c.u.Client.BuildEdit(c.with, id, &waE2E.Message{Conversation: &text}), nil)
}

// Delete deletes a message of the person for everybody.
func (c *Chat) Delete(id string) {
	c.send(c.u.Client.BuildRevoke(c.with, types.EmptyJID, id), nil)
}

// React reacts to a message of somebody else, with nothing to take it back.
func (c *Chat) React(id, emoji string) {
	from := types.EmptyJID
	if m, ok := c.Find(id); ok && !m.FromMe && m.From != nil {
		from = m.From.LID
	}
	c.send(c.u.Client.BuildReaction(c.with, from, id, emoji), nil)
}

// SetDisappearing sets after what time messages in the chat disappear, 0 for
// never.
func (c *Chat) SetDisappearing(d time.Duration) {
	if c.with.Server == types.GroupServer {
		ctx, cancel := c.u.s.within(patience)
		defer cancel()
		if err := c.u.Client.SetDisappearingTimer(ctx, c.with, d, time.Time{}); err != nil {
			c.fail("set timer", err)
		}
		return
	}
	c.send(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type:                      waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum(),
		EphemeralExpiration:       proto.Uint32(uint32(d.Seconds())),
		EphemeralSettingTimestamp: proto.Int64(time.Now().Unix()),
	}}, nil)
}

// Type tells the other side that the person is typing, or has stopped.
func (c *Chat) Type(on bool) {
	state := types.ChatPresenceComposing
	if !on {
		state = types.ChatPresencePaused
	}
	ctx, cancel := c.u.s.within(patience)
	defer cancel()
	if err := c.u.Client.SendChatPresence(ctx, c.with, state, types.ChatPresenceMediaText); err != nil {
		c.fail("type", err)
	}
}

// MarkRead tells the other side that the person has read a message.
func (c *Chat) MarkRead(id string) {
	m, ok := c.Find(id)
	if !ok || m.From == nil {
		c.fail("mark read", fmt.Errorf("no message %s", id))
		return
	}
	ctx, cancel := c.u.s.within(patience)
	defer cancel()
	if err := c.u.Client.MarkRead(ctx, []string{id}, time.Now(), c.with, m.From.LID); err != nil {
		c.fail("mark read", err)
	}
}

// Call rings and returns the id of the call.
func (c *Chat) Call() string {
	s, id := c.u.s, "CALL"+strconv.FormatInt(time.Now().UnixNano(), 36)
	s.mu.Lock()
	defer s.mu.Unlock()
	peer := s.find(c.with)
	if peer == nil {
		return ""
	}
	for _, d := range peer.all() {
		s.ids++
		s.deliver(d, node{Tag: "call", Attrs: attrs{
			"from": c.u.LID, "id": "c" + strconv.Itoa(s.ids), "t": s.now(), "platform": "android", "version": "2.26.1",
			"notify": c.u.pushName,
		}, Content: []node{{Tag: "offer", Attrs: attrs{"call-id": id, "call-creator": c.u.LID}, Content: []node{
			{Tag: "audio", Attrs: attrs{"enc": "opus", "rate": "16000"}},
		}}}})
	}
	return id
}

// Rejected tells whether the other side rejected that call.
func (c *Chat) Rejected(call string) bool {
	c.u.mu.Lock()
	defer c.u.mu.Unlock()
	return c.u.calls[call]
}

func (c *Chat) fail(what string, err error) {
	select {
	case <-c.u.s.closed: // the test is over
	default:
		c.u.s.t.Errorf("whatsapptest: %s: %s: %v", c.u.Name, what, err)
	}
}

// send sends a message and puts it into the person's own view.
func (c *Chat) send(body *waE2E.Message, e *enclosure) string {
	u := c.u
	id := u.Client.GenerateMessageID()
	if e != nil {
		u.s.remember(id, e)
	}
	own := proto.Clone(body).(*waE2E.Message)
	times := 1
	if u.s.faults.roll(u.s.faults.get().Again) {
		times = 2
	}
	for range times {
		ctx, cancel := u.s.within(patience)
		sent, err := u.Client.SendMessage(ctx, c.with, body, whatsmeow.SendRequestExtra{ID: id})
		cancel()
		if err != nil {
			c.fail("send", err)
			return ""
		}
		if own != nil {
			u.own(c.with, id, sent.Timestamp, own)
			own = nil
		}
	}
	return id
}

// own puts what the person wrote into their view.
func (u *User) own(chat types.JID, id string, at time.Time, body *waE2E.Message) {
	info := types.MessageInfo{ID: id, Timestamp: at}
	info.IsFromMe = true
	once := body.GetViewOnceMessage().GetMessage()
	if once != nil {
		body = once
	}
	if inner := body.GetEditedMessage().GetMessage(); inner != nil {
		body = inner
	}
	u.in(chat, func(t *thread) {
		u.take(t, info, u.Account, body, nil)
		if m := t.find(id); m != nil && once != nil {
			m.ViewOnce = true
		}
	})
}

// Messages returns what stands in the chat, oldest first.
func (c *Chat) Messages() []Message { return c.Since(0) }

// Since returns the messages that came or changed after that sequence number.
func (c *Chat) Since(seq int64) []Message {
	var out []Message
	c.read(func(t *thread) {
		for _, m := range t.msgs {
			if m.Seq > seq {
				out = append(out, *m)
			}
		}
	})
	return out
}

// Deleted returns the ids of the messages that their writers deleted. The phone
// shows that there were some, and no more of them.
func (c *Chat) Deleted() (ids []string) {
	c.read(func(t *thread) { ids = slices.Clone(t.deleted) })
	return ids
}

// Find returns the message with that id.
func (c *Chat) Find(id string) (m Message, ok bool) {
	c.read(func(t *thread) {
		if f := t.find(id); f != nil {
			m, ok = *f, true
		}
	})
	return m, ok
}

// Last returns the newest message that the person did not write, the zero
// Message when there is none.
func (c *Chat) Last() Message {
	all := c.Messages()
	for _, m := range slices.Backward(all) {
		if !m.FromMe {
			return m
		}
	}
	return Message{}
}

// Seq returns a number that grows whenever something changes in the chat.
func (c *Chat) Seq() (seq int64) {
	c.read(func(t *thread) { seq = t.seq })
	return seq
}

// Typing tells whether the other side is typing.
func (c *Chat) Typing() (now bool) {
	c.read(func(t *thread) { now = t.typing })
	return now
}

// Typed counts how often the other side began to type.
func (c *Chat) Typed() (times int) {
	c.read(func(t *thread) { times = t.typed })
	return times
}

// Broken counts the messages that the phone could not read at first.
func (c *Chat) Broken() (times int) {
	c.read(func(t *thread) { times = t.broken })
	return times
}

// Read returns the ids of the person's messages that the other side has read.
func (c *Chat) Read() []string {
	var out []string
	for _, m := range c.Messages() {
		if m.Read {
			out = append(out, m.ID)
		}
	}
	return out
}

// WaitFor blocks until cond is true. It is asked at once and again whenever
// something changed.
func (c *Chat) WaitFor(ctx context.Context, cond func() bool) error { return c.u.WaitFor(ctx, cond) }

// WaitText blocks until a message of the other side holds the words, and returns
// it.
func (c *Chat) WaitText(ctx context.Context, words string) (found Message, err error) {
	err = c.WaitFor(ctx, func() bool {
		for _, m := range c.Messages() {
			if !m.FromMe && strings.Contains(m.Text, words) {
				found = m
				return true
			}
		}
		return false
	})
	return found, err
}

func (c *Chat) read(do func(*thread)) {
	c.u.mu.Lock()
	defer c.u.mu.Unlock()
	do(c.u.thread(c.with))
}
