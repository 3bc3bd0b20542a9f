package whatsapptest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// cutMessage cuts the n-th message of the account from now on.
func cutMessage(s *Server, a *Account, n int, f Fault) {
	count := 0
	s.SetHook(func(st Stanza) Fault {
		if st.From != a || st.Kind != "message" {
			return NoFault
		}
		if count++; count == n {
			return f
		}
		return NoFault
	})
}

func TestCut(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	chat := b.hear("halo").Info.Chat
	b.say(chat, "satu") // fetches keys
	for _, f := range []Fault{FaultCutBefore, FaultCutAfter} {
		cutMessage(s, b.acct, 1, f)
		say := fmt.Sprint("terputus ", f)
		b.say(chat, say) // sends it again by itself
		if m := sees(t, c, say); m.Copies != 1 {
			t.Errorf("%d copies", m.Copies)
		}
		next[*events.Disconnected](b)
		next[*events.Connected](b)
	}
	s.SetHook(nil)
	if n := s.Conditions(); n["cut before"] != 1 || n["cut after"] != 1 {
		t.Errorf("conditions %v", n)
	}
	b.acct.Cut()
	next[*events.Disconnected](b)
	next[*events.Connected](b)
	s.clean(t)
}

func TestCodes(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	chat := b.hear("halo").Info.Chat
	s.SetHook(func(st Stanza) Fault {
		switch {
		case st.From == b.acct && st.Kind == "message" && st.To == chat:
			return 463
		case st.From == b.acct && st.Kind == "iq" && st.Type == "w:g2/get/participating":
			return 429
		case st.From == b.acct && st.Kind == "upload":
			return 503
		}
		return NoFault
	})
	_, err := b.SendMessage(t.Context(), chat, &waE2E.Message{Conversation: proto.String("x")})
	if !errors.Is(err, whatsmeow.ErrServerReturnedError) || !strings.Contains(err.Error(), "463") {
		t.Errorf("message: %v", err)
	}
	if _, err := b.GetJoinedGroups(t.Context()); !errors.Is(err, whatsmeow.ErrIQRateOverLimit) {
		t.Errorf("query: %v", err)
	}
	if _, err := b.Upload(t.Context(), []byte("x"), whatsmeow.MediaImage); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("upload: %v", err)
	}
	if n := s.Conditions(); n["injected 463"] != 1 || n["injected 429"] != 1 {
		t.Errorf("conditions %v", n)
	}
	s.clean(t)
}

func TestFirstContact(t *testing.T) {
	s := newServer(t)
	b, u, v := newBot(t, s), s.NewUser(""), s.NewUser("")
	b.acct.Restrict(true, time.Unix(1_900_000_000, 0))
	if e := next[*events.NotifyAccountReachoutTimelock](b); !e.IsActive || e.TimeEnforcementEnds.Unix() != 1_900_000_000 {
		t.Errorf("restricted: %+v", e)
	}
	_, err := b.SendMessage(t.Context(), u.LID, &waE2E.Message{Conversation: proto.String("x")})
	if err == nil || !strings.Contains(err.Error(), "463") {
		t.Errorf("restricted: %v", err)
	}
	s.clean(t)
	v.Chat(b.acct).Say("halo")
	b.hear("halo")
	b.say(v.LID, "boleh")
	b.acct.Restrict(false, time.Time{})
	s.clean(t)
	b.say(u.PN, "tak diminta")
	if !hasViolation(s, "never wrote") {
		t.Errorf("no violation: %v", s.Violations())
	}
	sees(t, u.Chat(b.acct), "tak diminta")
}

func TestLoginRefused(t *testing.T) {
	s := newServer(t)
	b := newBot(t, s)
	refuse := func(r Refusal) {
		b.Disconnect()
		b.forget()
		b.acct.Refuse(r)
		must(t, b.Connect())
	}
	refuse(Refusal{Reason: 402, Code: 101, Expire: time.Hour})
	if e := next[*events.TemporaryBan](b); e.Code != events.TempBanSentToTooManyPeople || e.Expire != time.Hour {
		t.Errorf("ban: %+v", e)
	}
	refuse(Refusal{Reason: 405})
	next[*events.ClientOutdated](b)
	refuse(Refusal{Reason: 503})
	eventually(t, "refused with 503", func() bool { return s.Conditions()["login 503"] > 0 })
	b.acct.Refuse(Refusal{})
	next[*events.Connected](b)
	for _, reason := range []int{403, 401} {
		b.Disconnect()
		b.acct.Refuse(Refusal{Reason: reason})
		must(t, b.Connect())
		if e := next[*events.LoggedOut](b); !e.OnConnect || int(e.Reason) != reason {
			t.Errorf("%d: %+v", reason, e)
		}
		b.acct.Refuse(Refusal{})
		b = client(t, s, b.acct, newMemory(0))
		b.pair()
	}
	s.clean(t)
}

func TestStreamErrors(t *testing.T) {
	s := newServer(t)
	b := newBot(t, s)
	b.acct.StreamError("515")
	next[*events.Connected](b)
	b.acct.StreamError("503")
	next[*events.Disconnected](b)
	next[*events.Connected](b)
	b.acct.StreamError("500")
	if e := next[*events.StreamError](b); e.Code != "500" {
		t.Errorf("stream error: %+v", e)
	}
	next[*events.Connected](b)
	b.acct.Replaced()
	next[*events.StreamReplaced](b)
	b.Disconnect()
	must(t, b.Connect())
	next[*events.Connected](b)
	b.acct.Unlink()
	if e := next[*events.LoggedOut](b); e.OnConnect {
		t.Errorf("unlinked: %+v", e)
	}
	s.clean(t)
}

// unreadable is a message that cannot be read at first.
func TestUnreadable(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	b.hear("halo")
	spoil := func(h Handling) {
		s.SetDelivery(func(d Delivery) Handling {
			if d.To == b.acct && d.Kind == "message" && !d.Retry {
				return h
			}
			return Deliver
		})
	}
	spoil(Corrupt)
	c.Say("rusak")
	next[*events.UndecryptableMessage](b)
	if m := b.hear("rusak"); m.RetryCount != 1 {
		t.Errorf("retries: %d", m.RetryCount)
	}
	s.SetDelivery(nil)
	g := s.NewGroup("Pengawas", u, b.acct)
	spoil(LoseSenderKey)
	u.Chat(g).Say("kunci hilang")
	next[*events.UndecryptableMessage](b)
	b.hear("kunci hilang")
	u.Chat(g).Say("kunci ada")
	b.hear("kunci ada")

	spoil(Corrupt)
	s.SetHook(func(st Stanza) Fault {
		if st.From == b.acct && st.Kind == "receipt" && st.Type == "retry" {
			return FaultLost
		}
		return NoFault
	})
	c.Say("hilang")
	next[*events.UndecryptableMessage](b)
	spoil(Lose)
	c.Say("tak pernah sampai")
	s.SetDelivery(nil)
	c.Say("terakhir")
	b.hear("terakhir")
	if _, ok := wait(b, func(m *events.Message) bool { return words(m.Message) != "" }, 50*time.Millisecond); ok {
		t.Error("a lost message came")
	}
	if n := s.Conditions(); n["corrupted"] != 2 || n["sender key lost"] != 2 || n["undelivered"] != 1 || n["lost"] != 1 {
		t.Errorf("conditions %v", n)
	}
	s.clean(t)
}

// What the bot sends can be spoilt for people, too.
func TestUnreadableForUser(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	chat := b.hear("halo").Info.Chat
	s.SetDelivery(func(d Delivery) Handling {
		if d.To == u.Account && d.Kind == "message" && !d.Retry {
			return Corrupt
		}
		return Deliver
	})
	b.say(chat, "rusak")
	if m := sees(t, c, "rusak"); m.Retries != 1 || c.Broken() != 1 {
		t.Errorf("got %+v, %d broken", m, c.Broken())
	}
	s.clean(t)
}

func TestTwiceAndLate(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	g := s.NewGroup("Pengawas", u, b.acct)
	s.SetFaults(Faults{Seed: 7, Duplicate: 1, Reorder: 0.5, Again: 1})
	want := map[string]int{}
	var sent []string
	for i := range 10 {
		private, group := fmt.Sprint("pribadi ", i), fmt.Sprint("grup ", i)
		c.Say(private)
		u.Chat(g).Say(group)
		want[private], want[group] = 2, 2
		sent = append(sent, private, private, group, group)
	}
	var order []string
	for range 40 {
		m := next[*events.Message](b)
		if want[words(m.Message)]--; want[words(m.Message)] < 0 {
			t.Errorf("%q came too often", words(m.Message))
		}
		order = append(order, words(m.Message))
	}
	if slices.Equal(order, sent) {
		t.Error("nothing came late")
	}
	eventually(t, "all is acknowledged", func() bool { return b.acct.Queued() == 0 })
	if n := s.Conditions(); n["duplicate"] < 40 || n["reordered"] < 5 {
		t.Errorf("conditions %v", n)
	}
	s.clean(t)
}

func TestMediaFaults(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	id := c.Send(Post{Kind: "image", Data: []byte("gambar")})
	m := next[*events.Message](b)
	img := m.Message.GetImageMessage()

	for code, want := range map[Fault]error{403: whatsmeow.ErrMediaDownloadFailedWith403, 404: whatsmeow.ErrMediaDownloadFailedWith404, 410: whatsmeow.ErrMediaDownloadFailedWith410} {
		s.SetHook(func(st Stanza) Fault {
			if st.Kind == "download" {
				return code
			}
			return NoFault
		})
		if _, err := b.Download(t.Context(), img); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
	}
	s.SetHook(nil)

	release := s.HoldDownload()
	got := make(chan error, 1)
	go func() {
		_, err := b.Download(t.Context(), img)
		got <- err
	}()
	select {
	case <-got:
		t.Error("the download is not held")
	case <-time.After(50 * time.Millisecond):
	}
	release()
	release()
	must(t, <-got)

	s.ExpireMedia(true)
	if _, err := b.Download(t.Context(), img); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) {
		t.Errorf("expired: %v", err)
	}
	must(t, b.SendMediaRetryReceipt(t.Context(), &m.Info, img.GetMediaKey()))
	e := next[*events.MediaRetry](b)
	where, err := whatsmeow.DecryptMediaRetryNotification(e, img.GetMediaKey())
	must(t, err)
	if where.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS || e.MessageID != id {
		t.Errorf("retry: %v", where)
	}
	img.DirectPath = where.DirectPath
	if data, err := b.Download(t.Context(), img); err != nil || string(data) != "gambar" {
		t.Errorf("uploaded again: %q, %v", data, err)
	}
	s.ExpireMedia(false)
	must(t, b.SendMediaRetryReceipt(t.Context(), &m.Info, img.GetMediaKey()))
	if _, err := whatsmeow.DecryptMediaRetryNotification(next[*events.MediaRetry](b), img.GetMediaKey()); !errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone) {
		t.Errorf("gone from the phone: %v", err)
	}
	if m := s.Media(); m.Files != 2 || m.Bytes == 0 || m.Uploads != 1 || m.Downloads != 6 {
		t.Errorf("media: %+v", m)
	}
	s.clean(t)
}

func TestClock(t *testing.T) {
	s := newServer(t)
	s.SetClock(-48 * time.Hour)
	b, u := newBot(t, s), s.NewUser("")
	u.Chat(b.acct).Say("halo")
	if ago := time.Since(b.hear("halo").Info.Timestamp); ago < 47*time.Hour || ago > 49*time.Hour {
		t.Errorf("the message is %v old", ago)
	}
}

func TestRandomCuts(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	chat := b.hear("halo").Info.Chat
	s.SetFaults(Faults{Seed: 3, CutBefore: 0.1, CutAfter: 0.1})
	for i := range 5 {
		say := fmt.Sprint("pesan ", i)
		for { // a message that is cut twice is given up
			if _, err := b.SendMessage(t.Context(), chat, &waE2E.Message{Conversation: &say}); err == nil {
				break
			}
		}
		sees(t, c, say)
	}
	s.SetFaults(Faults{})
	s.clean(t)
}

func TestViolations(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	u.Chat(b.acct).Say("halo")
	b.hear("halo")
	for want, n := range map[string]node{
		"unknown stanza":                {Tag: "salah", Attrs: attrs{}},
		"unknown type":                  {Tag: "message", Attrs: attrs{"id": "1", "to": u.LID, "type": "salah"}},
		"nothing in it":                 {Tag: "message", Attrs: attrs{"id": "1", "to": u.LID, "type": "text"}},
		"to is missing":                 {Tag: "message", Attrs: attrs{"id": "1", "type": "text"}},
		"not encrypted":                 {Tag: "message", Attrs: attrs{"id": "1", "to": u.LID, "type": "text"}, Content: []node{{Tag: "plaintext", Content: []byte("x")}}},
		"was never sent":                {Tag: "ack", Attrs: attrs{"class": "message", "id": "x", "to": u.LID}},
		"class or id":                   {Tag: "ack", Attrs: attrs{"to": u.LID}},
		"wants an id":                   {Tag: "receipt", Attrs: attrs{"to": u.LID, "id": "x", "type": "salah"}},
		"wants to and one of":           {Tag: "chatstate", Attrs: attrs{"to": u.LID}},
		"unknown query salah/get/salah": {Tag: "iq", Attrs: attrs{"xmlns": "salah", "type": "get", "id": "q"}, Content: []node{{Tag: "salah"}}},
	} {
		//nolint:staticcheck // no other way makes whatsmeow send what is wrong
		must(t, b.DangerousInternals().SendNode(t.Context(), n))
		eventually(t, want, func() bool { return hasViolation(s, want) })
	}
	_, err := b.Upload(t.Context(), []byte("x"), whatsmeow.MediaImage)
	must(t, err)
	h := s.HTTPClient()
	if _, err := h.Post("https://mmg.whatsapp.net/mms/image/x?auth=salah", "", strings.NewReader("x")); err != nil || !hasViolation(s, "without the right") {
		t.Errorf("upload without the right to: %v", err)
	}
	if _, err := h.Get("https://contoh.example/"); err == nil || !hasViolation(s, "contoh.example") {
		t.Errorf("another host: %v", err)
	}
}
