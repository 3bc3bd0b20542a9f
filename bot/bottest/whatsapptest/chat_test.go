package whatsapptest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func TestChat(t *testing.T) {
	for _, byPhone := range []bool{false, true} {
		t.Run(fmt.Sprint("by phone ", byPhone), func(t *testing.T) {
			s := newServer(t)
			b, u := newBot(t, s), s.NewUser("Kenari Contoh")
			u.SetByPhone(byPhone)
			c := u.Chat(b.acct)
			id := c.Say("halo")
			m := b.hear("halo")
			if m.Info.PushName != "Kenari Contoh" || m.Info.ID != id || (m.Info.Chat.Server == types.HiddenUserServer) == byPhone {
				t.Errorf("got %+v", m.Info)
			}
			must(t, b.MarkRead(t.Context(), []string{m.Info.ID}, time.Now(), m.Info.Chat, m.Info.Sender))
			must(t, b.SendChatPresence(t.Context(), m.Info.Chat, types.ChatPresenceComposing, ""))
			eventually(t, "typing is seen", c.Typing)
			r, err := b.SendMessage(t.Context(), m.Info.Chat, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
				Text: proto.String("apa kabar"), ContextInfo: &waE2E.ContextInfo{StanzaID: &m.Info.ID, Participant: proto.String(m.Info.Sender.ToNonAD().String()), QuotedMessage: m.Message},
			}})
			must(t, err)
			if got := sees(t, c, "apa kabar"); got.ID != r.ID || got.ReplyTo != id || got.From != b.acct || c.Typing() {
				t.Errorf("got %+v", got)
			}
			eventually(t, "the message is read", func() bool { return len(c.Read()) == 1 })
			c.Reply(r.ID, "baik")
			if q := b.hear("baik").Message.GetExtendedTextMessage().GetContextInfo(); q.GetStanzaID() != r.ID || q.GetParticipant() == "" {
				t.Errorf("the reply quotes %v", q)
			}
			s.clean(t)
		})
	}
}

func TestEditAndDelete(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	id := c.Say("halo")
	chat := b.hear("halo").Info.Chat
	c.Edit(id, "hai")
	e := next[*events.Message](b)
	if p := e.Message.GetProtocolMessage(); !e.IsEdit || p.GetKey().GetID() != id || words(p.GetEditedMessage()) != "hai" {
		t.Errorf("edit came as %v", e.Message)
	}
	if m, _ := c.Find(id); m.Text != "hai" || m.Edits != 1 {
		t.Errorf("own view: %+v", m)
	}
	c.Delete(id)
	if p := next[*events.Message](b).Message.GetProtocolMessage(); p.GetType() != waE2E.ProtocolMessage_REVOKE || p.GetKey().GetID() != id {
		t.Errorf("revoke came as %v", p)
	}
	if len(c.Messages()) != 0 {
		t.Errorf("own view: %+v", c.Messages())
	}

	mine := b.say(chat, "salah tulis")
	sees(t, c, "salah tulis")
	_, err := b.SendMessage(t.Context(), chat, b.BuildEdit(chat, mine, &waE2E.Message{Conversation: proto.String("benar")}))
	must(t, err)
	if m := sees(t, c, "benar"); m.ID != mine || m.Edits != 1 || len(c.Messages()) != 1 {
		t.Errorf("edited: %+v", c.Messages())
	}
	_, err = b.SendMessage(t.Context(), chat, b.BuildReaction(chat, types.EmptyJID, mine, "✅"))
	must(t, err)
	eventually(t, "the reaction is seen", func() bool { return c.Last().Reaction == "✅" })
	_, err = b.SendMessage(t.Context(), chat, b.BuildRevoke(chat, types.EmptyJID, mine))
	must(t, err)
	eventually(t, "the message is deleted", func() bool { return len(c.Messages()) == 0 })
	if got := c.Deleted(); len(got) != 2 || got[0] != id || got[1] != mine {
		t.Errorf("deleted are %v", got)
	}
	theirs := c.Say("milik saya")
	b.hear("milik saya")
	_, err = b.SendMessage(t.Context(), chat, b.BuildRevoke(chat, types.EmptyJID, theirs)) // the phone does not do that
	must(t, err)
	b.say(chat, "masih ada?")
	sees(t, c, "masih ada?")
	if _, ok := c.Find(theirs); !ok || len(c.Deleted()) != 2 {
		t.Error("somebody else deleted what the person wrote")
	}
	c.SetDisappearing(24 * time.Hour)
	if p := next[*events.Message](b).Message.GetProtocolMessage(); p.GetEphemeralExpiration() != 86400 {
		t.Errorf("timer came as %v", p)
	}
	c.Say("lenyap")
	if m := b.hear("lenyap"); m.Message.GetExtendedTextMessage().GetContextInfo().GetExpiration() != 86400 {
		t.Errorf("no expiration: %v", m.Message)
	}
	s.clean(t)
}

func TestMedia(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	data := bytes.Repeat([]byte("contoh "), 1000)
	for _, kind := range []string{"image", "video", "voice", "audio", "document", "sticker"} {
		c.Send(Post{Kind: kind, Data: append(data, kind...), Name: "contoh.pdf"})
		m := next[*events.Message](b)
		seen := &Message{}
		describe(seen, m.Message, false)
		got, err := b.Download(t.Context(), seen.file)
		if err != nil || string(got) != string(data)+kind {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
	chat := types.NewJID(u.LID.User, types.HiddenUserServer)
	c.Send(Post{Kind: "document", Data: data, Name: "surat.pdf", MIME: "application/pdf", Text: "lampiran"})
	if d := next[*events.Message](b).Message.GetDocumentMessage(); d.GetCaption() != "lampiran" || d.GetFileName() != "surat.pdf" {
		t.Errorf("document: %v", d)
	}
	c.SendLocation(-6.25, 106.75)
	if l := next[*events.Message](b).Message.GetLocationMessage(); l.GetDegreesLatitude() != -6.25 || l.GetDegreesLongitude() != 106.75 {
		t.Errorf("location: %v", l)
	}
	c.SendContact("Kenari Contoh", "+62899000777")
	if v := next[*events.Message](b).Message.GetContactMessage().GetVcard(); !bytes.Contains([]byte(v), []byte("+62899000777")) {
		t.Errorf("contact: %s", v)
	}
	ids := c.SendImage([]byte("satu"), []byte("dua"), []byte("tiga"))
	if a := next[*events.Message](b).Message.GetAlbumMessage(); a.GetExpectedImageCount() != 3 {
		t.Errorf("album: %v", a)
	}
	for i := range ids {
		m := next[*events.Message](b)
		parent := m.Message.GetMessageContextInfo().GetMessageAssociation().GetParentMessageKey().GetID()
		if m.Info.ID != ids[i] || parent == "" {
			t.Errorf("picture %d of the album: %v", i, m.Message)
		}
	}
	c.SendViewOnce([]byte("sekali"))
	if e := next[*events.UndecryptableMessage](b); !e.IsUnavailable || e.UnavailableType != events.UnavailableTypeViewOnce {
		t.Errorf("view once: %+v", e)
	}

	up, err := b.Upload(t.Context(), data, whatsmeow.MediaImage)
	must(t, err)
	_, err = b.SendMessage(t.Context(), chat, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		Caption: proto.String("balasan"), Mimetype: proto.String("image/jpeg"), URL: &up.URL, DirectPath: &up.DirectPath,
		MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}})
	must(t, err)
	m := sees(t, c, "balasan")
	if got, err := m.Data(t.Context()); err != nil || !bytes.Equal(got, data) || m.Kind != "image" || m.MIME != "image/jpeg" {
		t.Errorf("picture from the bot: %+v, %v", m, err)
	}
	s.clean(t)
}

func TestUserActs(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Type(true)
	if e := next[*events.ChatPresence](b); e.State != types.ChatPresenceComposing || e.Chat != u.LID {
		t.Errorf("typing: %+v", e)
	}
	c.Say("halo")
	m := b.hear("halo")
	id := b.say(m.Info.Chat, "jawab")
	sees(t, c, "jawab")
	c.MarkRead(id)
	if e, ok := wait(b, func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead }, 5*time.Second); !ok || e.MessageIDs[0] != id {
		t.Errorf("read: %+v", e)
	}
	c.React(id, "👍")
	if r := next[*events.Message](b).Message.GetReactionMessage(); r.GetKey().GetID() != id || !r.GetKey().GetFromMe() && r.GetKey().GetRemoteJID() == "" {
		t.Errorf("reaction: %v", r)
	}
	g := s.NewGroup("Pengawas", u, b.acct)
	u.Chat(g).Type(true)
	if e := next[*events.ChatPresence](b); e.Chat != g.JID || e.Sender.User != u.LID.User {
		t.Errorf("typing in a group: %+v", e)
	}
	s.clean(t)
}

func TestPrekeys(t *testing.T) {
	for all, want := range map[bool]int{true: 812, false: 50} {
		s := newServer(t)
		s.SetPrekeys(all)
		b := newBot(t, s)
		s.mu.Lock()
		got := len(b.acct.devices[1].once)
		s.mu.Unlock()
		if got != want {
			t.Errorf("all %v: %d keys are uploaded", all, got)
		}
		s.clean(t)
	}
}

func TestCall(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	call := c.Call()
	offer := next[*events.CallOffer](b)
	if offer.CallID != call || offer.From != u.LID {
		t.Errorf("offer: %+v", offer.BasicCallMeta)
	}
	must(t, b.RejectCall(t.Context(), offer.From, offer.CallID))
	eventually(t, "the call is rejected", func() bool { return c.Rejected(call) })
	s.clean(t)
}

func TestCrowd(t *testing.T) {
	s := newServer(t)
	b := newBot(t, s)
	b.AddEventHandler(func(e any) {
		if m, ok := e.(*events.Message); ok && words(m.Message) != "" {
			go func() {
				answer := &waE2E.Message{Conversation: proto.String("jawab " + words(m.Message))}
				_, _ = b.SendMessage(context.Background(), m.Info.Chat, answer) // what matters is what people see
			}()
		}
	})
	var people sync.WaitGroup
	for i := range 20 {
		people.Go(func() {
			c := s.NewUser("").Chat(b.acct)
			for j := range 3 {
				say := fmt.Sprint(i, " ", j)
				c.Say(say)
				sees(t, c, "jawab "+say)
			}
		})
	}
	people.Wait()
	if n := b.acct.Counts()["message"]; n != 60 {
		t.Errorf("the bot sent %d messages", n)
	}
	s.clean(t)
}

func TestNames(t *testing.T) {
	s := newServer(t)
	u := s.NewUserWith(AccountOptions{Name: "Kenari Contoh", HidePhone: true})
	b := newBot(t, s)
	u.Chat(b.acct).Say("halo")
	m := b.hear("halo")
	if !m.Info.SenderAlt.IsEmpty() {
		t.Errorf("the hidden number is told: %v", m.Info.SenderAlt)
	}
	b.say(m.Info.Chat, "jawab")
	sees(t, u.Chat(b.acct), "jawab")
	want := map[string]bool{u.PN.User: true, u.LID.User: true, "Kenari Contoh": true, b.acct.PN.User: true}
	for _, c := range s.Canaries() {
		delete(want, c)
	}
	if len(want) > 0 {
		t.Errorf("not among the canaries: %v", want)
	}
	s.clean(t)
}
