package whatsapp_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
)

// desk is a bot on WhatsApp with one person who writes to it.
type desk struct {
	*testing.T
	p       *bottest.WhatsApp
	s       *bottest.Stack
	process *bottest.Process
	limited bot.Limiter
	user    *whatsapptest.User
	chat    *whatsapptest.Chat
	r       bottest.Phone
	ctx     context.Context
}

func newDesk(t *testing.T) *desk {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	d := &desk{T: t, p: bottest.NewWhatsApp(t), s: bottest.NewStack(t), ctx: ctx}
	d.start()
	d.user = d.p.Server.NewUser("")
	d.chat = d.user.Chat(d.p.Account)
	d.r = bottest.NewPhone(d.user, d.p.Account)
	t.Cleanup(d.p.Check)
	return d
}

func (d *desk) start() {
	ch, receive := d.p.Connect()
	d.limited = ch.(bot.Limiter)
	d.process = d.s.Start(ch, d.p.Intake(), receive)
}

// until waits for the words of a key in an answer that came after seq.
func (d *desk) until(seq int64, key string) whatsapptest.Message {
	d.Helper()
	words := bottest.Words(d.s.Words, "id", key)
	var found whatsapptest.Message
	err := d.chat.WaitFor(d.ctx, func() bool {
		for _, m := range d.chat.Since(seq) {
			if !m.FromMe && strings.Contains(strings.NewReplacer("*", "", "_", "", "`", "").Replace(m.Text), words) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		d.Fatalf("%s is not said: %v; the chat:\n%s", key, err, d.r.Chat())
	}
	return found
}

func (d *desk) talk(script []bottest.Line) {
	d.Helper()
	if err := bottest.Talk(d.ctx, d.r, d.s.Words, "id", bottest.Picture(), script); err != nil {
		d.Fatal(err)
	}
}

// TestKinds: everything that people send gets one clear answer, and the
// question again; nothing of it changes what was answered.
func TestKinds(t *testing.T) {
	d := newDesk(t)
	d.talk(bottest.Citizen[:5]) // the question for the place is open
	mine := slices.DeleteFunc(d.chat.Messages(), func(m whatsapptest.Message) bool { return !m.FromMe })
	first, region := mine[0].ID, mine[len(mine)-1].ID
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"location", func() { d.chat.SendLocation(-6.2, 106.8) }, "error.location_unasked"},
		{"contact", func() { d.chat.SendContact("Contoh", "+62 899-000-7777") }, "error.contact"},
		{"view once", func() { d.chat.SendViewOnce(bottest.Picture()) }, "error.view_once"},
		{"edit", func() { d.chat.Edit(first, "lain") }, "error.edited"},
		{"delete", func() { d.chat.Delete(first) }, "error.edited"},
		{"edited answer", func() { d.chat.Edit(region, "Pulau Maya, Kayong Utara") }, "question.changed"},
		{"call", func() { d.chat.Call() }, "error.call"},
		{"voice", func() { d.chat.SendVoice([]byte("OggS\x00\x02aaaaaaaaaaaaaaaaaaaa\x01\x13OpusHead")) }, "early.voice"},
		{"document", func() { d.chat.SendDocument("surat.pdf", "application/pdf", []byte("%PDF-1.4 contoh")) }, "evidence.kept"},
	} {
		seq := d.chat.Seq()
		c.do()
		if m := d.until(seq, c.want); c.want != "early.voice" && !strings.Contains(m.Text, "Langkah 4") {
			t.Errorf("%s: the question does not come again:\n%s", c.name, m.Text)
		}
	}
	photo := d.chat.SendImage(bottest.Picture())[0]
	d.until(d.chat.Seq()-1, "evidence.kept")
	seq := d.chat.Seq()
	d.chat.Delete(photo)
	d.until(seq, "evidence.taken_back")
	seq = d.chat.Seq()
	d.chat.Delete(region)
	last := d.until(seq, "question.deleted") // and the open question stays
	seq = d.chat.Seq()
	d.chat.Reply(last.ID, "Lapangan desa") // a quoted answer is an answer
	d.until(seq, "citizen.region.ask")
	seq = d.chat.Seq()
	d.chat.Say("Pulau Maya, Kayong Utara")
	d.until(seq, "citizen.status.ask")
	if d.chat.Typed() == 0 || len(d.chat.Read()) == 0 {
		t.Error("neither typing nor reading is shown")
	}
}

// TestUnreadable: whoever wrote what cannot be decrypted is asked to send it
// again, unless their phone does that by itself.
func TestUnreadable(t *testing.T) {
	d := newDesk(t)
	d.talk(bottest.Citizen[:5])
	d.p.Server.SetDelivery(func(s whatsapptest.Delivery) whatsapptest.Handling {
		switch {
		case s.Kind != "message" || s.To != d.p.Account:
			return whatsapptest.Deliver
		case s.Retry:
			return whatsapptest.Lose
		}
		return whatsapptest.Corrupt
	})
	seq := d.chat.Seq()
	d.chat.Say("Lapangan desa")
	d.until(seq, "error.unreadable")
	d.p.Server.SetDelivery(nil)
	seq = d.chat.Seq()
	d.chat.Say("Lapangan desa")
	d.until(seq, "citizen.status.ask")
}

// TestLimited: when WhatsApp holds a message back, whoever can be answered is
// told where else to go, slowly, and what they sent is kept.
func TestLimited(t *testing.T) {
	d := newDesk(t)
	d.process.Bot.Elsewhere = func(channel string) string { return "https://t.me/contoh_bot?" + channel }
	barred := map[string]*whatsapptest.User{}
	for range 3 {
		u := d.p.Server.NewUser("")
		barred[u.LID.User] = u
	}
	d.p.Server.SetHook(func(s whatsapptest.Stanza) whatsapptest.Fault {
		if s.From == d.p.Account && s.Kind == "message" && barred[s.To.User] != nil {
			return 463
		}
		return whatsapptest.NoFault
	})
	d.talk(bottest.Citizen[:2])
	if text := d.chat.Last().Text; strings.Contains(text, "t.me") {
		t.Errorf("sent elsewhere before anything is limited:\n%s", text)
	}
	refused := 0
	for _, u := range barred {
		if d.limited.Limited() {
			t.Errorf("limited because of %d people", refused)
		}
		u.Chat(d.p.Account).Say("halo")
		for refused++; d.p.Server.Conditions()["injected 463"] < refused; {
			if d.ctx.Err() != nil {
				t.Fatal("nobody is answered")
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	for !d.limited.Limited() {
		if d.ctx.Err() != nil {
			t.Fatal("the account does not count as limited")
		}
		time.Sleep(10 * time.Millisecond)
	}
	seq, began := d.chat.Seq(), time.Now()
	d.chat.Say("1")
	if m := d.until(seq, "channel.limited"); !strings.Contains(m.Text, "https://t.me/contoh_bot?whatsapp") || !strings.Contains(m.Text, "Langkah 2") {
		t.Errorf("said:\n%s", m.Text)
	}
	d.talk(bottest.Citizen[3:4])
	if took := time.Since(began); took < 3*time.Second {
		t.Errorf("two answers in %v", took)
	}
}

// TestGoneMedia: a file that has left WhatsApp's servers is asked for again.
func TestGoneMedia(t *testing.T) {
	d := newDesk(t)
	d.talk(bottest.Until(bottest.Citizen, "citizen.evidence.ask")) // the question for evidence is open
	release := d.p.Server.HoldDownload()
	d.r.Photo(bottest.Picture())
	time.Sleep(200 * time.Millisecond)
	d.p.Server.ExpireMedia(true)
	release()
	d.until(0, "evidence.more")
}

// TestDisappearing: in a chat where messages disappear, ours do too.
func TestDisappearing(t *testing.T) {
	d := newDesk(t)
	d.chat.SetDisappearing(24 * time.Hour)
	d.talk(bottest.Citizen[:2])
	if m := d.chat.Last(); m.Expires != 24*time.Hour {
		t.Errorf("our message disappears after %v", m.Expires)
	}
}

// TestVanish: whoever asks for it has messages disappear from then on, those
// that nobody asked for just then too, and after a restart.
func TestVanish(t *testing.T) {
	d := newDesk(t)
	d.talk(bottest.Citizen[:len(bottest.Citizen)-1])
	if m := d.chat.Last(); m.Expires != 0 {
		t.Fatalf("messages disappear after %v before anybody wants it", m.Expires)
	}
	seq := d.chat.Seq()
	d.chat.Say("pesan sementara")
	if m := d.until(seq, "help.vanishing"); m.Expires != 24*time.Hour {
		t.Errorf("the answer disappears after %v", m.Expires)
	}
	d.process.Stop()
	d.start()
	seq = d.chat.Seq()
	d.talk(bottest.Citizen[len(bottest.Citizen)-1:])
	d.s.Settled(d.ctx)
	if m := d.until(seq, "case.delivered"); m.Expires != 24*time.Hour {
		t.Errorf("word of the delivery disappears after %v", m.Expires)
	}
}

// TestOtherGroups: a group that the operator did not name gets nothing, and
// what is said in the named one is heard.
func TestOtherGroups(t *testing.T) {
	d := newDesk(t)
	other := d.p.Server.NewGroup("Grup Lain", d.user, d.p.Account)
	before := d.p.Account.Counts()["message"]
	d.user.Chat(other).Say("/start")
	d.talk(bottest.Citizen)
	d.s.Settled(d.ctx)
	for _, m := range d.user.Chat(other).Messages() {
		if !m.FromMe {
			t.Errorf("the other group reads %q", m.Text)
		}
	}
	if d.p.Account.Counts()["message"] == before {
		t.Error("nothing was sent at all")
	}
	heard(d.ctx, t, d.p)
}

// TestGroupKinds: the supervisors' group may be an old one, whose members are
// addressed by phone number, or one of a community.
func TestGroupKinds(t *testing.T) {
	for name, kind := range map[string]func(s *whatsapptest.Server, o whatsapptest.GroupOptions) whatsapptest.GroupOptions{
		"by phone number": func(_ *whatsapptest.Server, o whatsapptest.GroupOptions) whatsapptest.GroupOptions {
			o.ByPhone = true
			return o
		},
		"in a community": func(s *whatsapptest.Server, o whatsapptest.GroupOptions) whatsapptest.GroupOptions {
			o.Parent = s.NewGroupWith(whatsapptest.GroupOptions{Subject: "Komunitas Contoh", Community: true, Members: o.Members})
			return o
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := bottest.NewWhatsApp(t)
			p.Desk = p.Server.NewGroupWith(kind(p.Server, whatsapptest.GroupOptions{
				Subject: "Pengawas Contoh", Members: []whatsapptest.Member{p.Watcher, p.Account},
			}))
			bottest.Report(t, p)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			heard(ctx, t, p)
		})
	}
}

// heard has a supervisor answer the card, and checks that they are heard: that
// the group is told of it, with the name by which it knows them.
func heard(ctx context.Context, t *testing.T, p *bottest.WhatsApp) {
	t.Helper()
	card := p.Group()[0].ID
	p.Watcher.Chat(p.Desk).Reply(card, "ambil")
	for {
		posts := p.Group()
		if slices.ContainsFunc(posts, func(m bottest.Post) bool {
			return m.Answers == card && strings.Contains(m.Text, "ditangani oleh *"+p.Watcher.Name+"*")
		}) {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the supervisor is not heard: %+v", posts)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
