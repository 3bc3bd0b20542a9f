package whatsapptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// picture is an image that the bot sends.
func (b *bot) picture(to types.JID, data []byte, caption, answers string) string {
	b.t.Helper()
	up, err := b.Upload(b.t.Context(), data, whatsmeow.MediaImage)
	must(b.t, err)
	r, err := b.SendMessage(b.t.Context(), to, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		Caption: &caption, Mimetype: proto.String("image/jpeg"), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
		ContextInfo: &waE2E.ContextInfo{StanzaID: &answers, Participant: proto.String(b.acct.LID.String()), QuotedMessage: &waE2E.Message{Conversation: proto.String("kartu")}},
	}})
	must(b.t, err)
	return r.ID
}

func TestGroup(t *testing.T) {
	for _, byPhone := range []bool{false, true} {
		t.Run(fmt.Sprint("by phone ", byPhone), func(t *testing.T) {
			s := newServer(t)
			b, one, two := newBot(t, s), s.NewUser("Pengawas Contoh"), s.NewUserWith(AccountOptions{HidePhone: !byPhone})
			top := s.NewGroupWith(GroupOptions{Subject: "Komunitas Contoh", Community: true, Members: []Member{one}})
			g := s.NewGroupWith(GroupOptions{Subject: "Pengawas", ByPhone: byPhone, Parent: top, Members: []Member{one, two, b.acct}})
			if j := next[*events.JoinedGroup](b); j.JID != g.JID || j.Name != "Pengawas" || len(j.Participants) != 3 || j.LinkedParentJID != top.JID {
				t.Errorf("joined %+v", j)
			}
			info, err := b.GetGroupInfo(t.Context(), g.JID)
			must(t, err)
			if (info.AddressingMode == types.AddressingModePN) != byPhone || info.OwnerJID != g.addr(one.Account) {
				t.Errorf("info %+v", info)
			}
			for i := range 3 { // the first message brings the key
				say := fmt.Sprint("pesan ", i)
				one.Chat(g).Say(say)
				m := b.hear(say)
				if !m.Info.IsGroup || m.Info.Sender.ToNonAD() != g.addr(one.Account) {
					t.Errorf("from %v", m.Info.MessageSource)
				}
				if got := sees(t, two.Chat(g), say); got.From != one.Account {
					t.Errorf("from %v", got.From)
				}
			}
			card := b.say(g.JID, "kartu")
			b.picture(g.JID, []byte("gambar"), "bukti", card)
			for _, u := range []*User{one, two} {
				m := sees(t, u.Chat(g), "bukti")
				data, err := m.Data(t.Context())
				if err != nil || !bytes.Equal(data, []byte("gambar")) || m.ReplyTo != card || m.From != b.acct {
					t.Errorf("got %+v, %q, %v", m, data, err)
				}
			}
			two.Chat(g).Reply(card, "ambil")
			if q := b.hear("ambil").Message.GetExtendedTextMessage().GetContextInfo(); q.GetStanzaID() != card {
				t.Errorf("the reply quotes %v", q)
			}
			sees(t, one.Chat(g), "ambil")
			s.clean(t)
		})
	}
}

func TestMembership(t *testing.T) {
	s := newServer(t)
	b, one, two := newBot(t, s), s.NewUser(""), s.NewUser("")
	g := s.NewGroup("Pengawas", one, two)
	g.Add(b.acct)
	if j := next[*events.JoinedGroup](b); j.JID != g.JID || j.Type != "" {
		t.Errorf("joined %+v", j)
	}
	b.say(g.JID, "halo")
	sees(t, two.Chat(g), "halo")
	g.Remove(two)
	if e := next[*events.GroupInfo](b); len(e.Leave) != 1 || e.Leave[0] != two.LID {
		t.Errorf("left: %+v", e)
	}
	b.say(g.JID, "tanpa dua")
	sees(t, one.Chat(g), "tanpa dua")
	three := s.NewUser("")
	g.Add(three)
	if e := next[*events.GroupInfo](b); len(e.Join) != 1 || e.Join[0] != three.LID {
		t.Errorf("joined: %+v", e)
	}
	b.say(g.JID, "dengan tiga")
	sees(t, three.Chat(g), "dengan tiga")
	if m := two.Chat(g).Last(); m.Text != "halo" {
		t.Errorf("who left sees %+v", m)
	}
	g.Rename("Pengawas Kenari")
	if e := next[*events.GroupInfo](b); e.Name == nil || e.Name.Name != "Pengawas Kenari" {
		t.Errorf("renamed: %+v", e)
	}
	one.Chat(g).SetDisappearing(7 * 24 * time.Hour)
	if e := next[*events.GroupInfo](b); e.Ephemeral == nil || e.Ephemeral.DisappearingTimer != 7*86400 {
		t.Errorf("timer: %+v", e)
	}
	made, err := b.CreateGroup(t.Context(), whatsmeow.ReqCreateGroup{Name: "Baru", Participants: []types.JID{one.LID}})
	must(t, err)
	b.say(made.JID, "di grup baru")
	eventually(t, "the other member sees it", func() bool {
		return one.Chat(s.group(made.JID)).Last().Text == "di grup baru"
	})
	s.clean(t)

	g.Remove(b.acct)
	if e, ok := wait(b, func(e *events.GroupInfo) bool { return len(e.Leave) == 1 }, 5*time.Second); !ok || e.Leave[0] != b.acct.LID {
		t.Errorf("removed: %+v", e)
	}
	eventually(t, "the notice is acknowledged", func() bool { return b.acct.Queued() == 0 })
	_, err = b.SendMessage(t.Context(), g.JID, &waE2E.Message{Conversation: proto.String("masih di sini")})
	if !errors.Is(err, whatsmeow.ErrServerReturnedError) || !hasViolation(s, "not a member") {
		t.Errorf("a message to a group it was removed from: %v, %v", err, s.Violations())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := b.GetGroupInfo(ctx, g.JID); !errors.Is(err, whatsmeow.ErrNotInGroup) {
		t.Errorf("info of a group it was removed from: %v", err)
	}
}

// group is the group with that address.
func (s *Server) group(j types.JID) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groups[j]
}
