package whatsapp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

// office is a desk with a report whose card stands in the group.
type office struct {
	*desk
	officer   *whatsapptest.User
	room      *whatsapptest.Chat // the officer's view of the group
	card      string
	code, pin string
}

var (
	aCode = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}`)
	aPIN  = regexp.MustCompile(`\d{3}-\d{3}-\d{3}`)
)

func newOffice(t *testing.T) *office {
	o := &office{desk: newDesk(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	o.ctx = ctx
	o.officer = o.p.Watcher
	o.room = o.officer.Chat(o.p.Desk)
	o.talk(bottest.Citizen)
	o.s.Settled(o.ctx)
	o.until(0, "case.delivered")
	receipt := o.until(0, "citizen.sent").Text
	o.code, o.pin = aCode.FindString(receipt), aPIN.FindString(receipt)
	if o.code == "" || o.pin == "" {
		t.Fatalf("no receipt:\n%s", receipt)
	}
	o.card = o.p.Group()[0].ID
	return o
}

// said is what a key says, as it is read.
func (o *office) said(key string, args ...any) string {
	for i, a := range args {
		if s, ok := a.(string); ok && i%2 == 1 {
			args[i] = flows.Phrase{Text: s}
		}
	}
	return strings.TrimSpace(o.s.Words.Plain(o.s.Words.Render("id", flows.Say(key, args...), nil)))
}

// hears waits for words of ours in a chat that came after seq.
func (o *office) hears(c *whatsapptest.Chat, seq int64, words string) (found whatsapptest.Message) {
	o.Helper()
	unmark := strings.NewReplacer("*", "", "_", "", "`", "")
	err := c.WaitFor(o.ctx, func() bool {
		for _, m := range c.Since(seq) {
			if m.From == o.p.Account && strings.Contains(unmark.Replace(m.Text), words) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		o.Fatalf("%q is not said: %v; the chat: %+v\nlog:\n%s", words, err, c.Messages(), o.s.Log)
	}
	return found
}

// does has somebody answer the card, and waits for the line below it.
func (o *office) does(who *whatsapptest.User, words, key string, args ...any) {
	o.Helper()
	c := who.Chat(o.p.Desk)
	seq := c.Seq()
	c.Reply(o.card, words)
	if m := o.hears(c, seq, o.said(key, args...)); m.ReplyTo != o.card {
		o.Errorf("%s: the line answers %q, not the card", key, m.ReplyTo)
	}
}

// TestDesk: a case goes from its reporter to an officer and back, and what is
// sealed goes to the officer alone.
func TestDesk(t *testing.T) {
	const (
		question = "Di mana tepatnya kenari itu bertengger?"
		answer   = "Di halaman kantor kenari, sebelum pukul delapan."
		reason   = "klarifikasi kenari kepada saksi"
	)
	o := newOffice(t)
	second := o.p.Server.NewUser("Pengawas Kedua")
	o.p.Desk.Add(second)
	stranger := o.p.Server.NewUser("")
	elsewhere := stranger.Chat(o.p.Server.NewGroup("Grup Lain", stranger, o.officer, o.p.Account))
	elsewhere.Say("/ambil " + o.code)
	stranger.Chat(o.p.Server.NewGroup("Grup Lain Lagi", stranger, o.p.Account)).Say("/riwayat " + o.code)

	name := o.officer.Name
	o.does(o.officer, "identitas "+reason, "desk.not_taken", "ticket", o.code)
	mine, typed := o.chat.Seq(), o.p.Account.Counts()["chatstate"]
	o.does(o.officer, "ambil", "desk.took", "ticket", o.code, "name", name)
	o.does(o.officer, "Tanya: "+question, "desk.asked", "ticket", o.code)
	if n := o.p.Account.Counts()["chatstate"]; n != typed {
		t.Error("typing is shown for what is said in a group")
	}

	// The reporter is told that there is news, and nothing of what it is.
	if news := o.until(mine, "case.news"); strings.Contains(news.Text, o.code) || strings.Contains(news.Text, "kenari") {
		t.Errorf("on the reporter's screen stands:\n%s", news.Text)
	}
	seq := o.chat.Seq()
	o.chat.Say("cek " + o.code + " " + o.pin)
	o.hears(o.chat, seq, question)
	o.chat.Say(answer)
	o.hears(o.chat, seq, o.said("case.told", "text", answer))
	if m := o.hears(o.room, 0, answer); m.ReplyTo != o.card {
		t.Errorf("the reporter's answer does not stand below the card: %+v", m)
	}

	// Without a private chat there is nowhere to send what is sealed.
	o.does(second, "identitas "+reason, "desk.not_yours", "ticket", o.code, "name", name)
	o.does(second, "asli 1 "+reason, "desk.not_yours", "ticket", o.code, "name", name)
	private := o.officer.Chat(o.p.Account)
	o.does(o.officer, "identitas "+reason, "desk.no_private", "name", name)
	if len(private.Messages()) > 0 {
		t.Errorf("we wrote first: %+v", private.Messages())
	}
	private.Say("/start")
	o.hears(private, 0, bottest.Words(o.s.Words, "id", "menu.ask"))
	o.does(o.officer, "identitas singkat", "desk.reason")
	o.does(o.officer, "identitas singkat", "desk.reason") // again is answered again
	o.does(o.officer, "identitas "+reason, "desk.sent_private", "name", name)
	o.hears(private, 0, bottest.CanaryAddress)
	if m := o.hears(private, 0, bottest.CanaryName); !strings.Contains(m.Text, o.code) {
		t.Errorf("the identity does not say whose:\n%s", m.Text)
	}

	// The original comes as it was sent, and goes with everything in that chat.
	private.SetDisappearing(24 * time.Hour)
	private.Say("/start")
	before := private.Seq()
	o.does(o.officer, "asli 9 "+reason, "desk.no_file", "ticket", o.code)
	o.does(o.officer, "asli 1 "+reason, "desk.sent_private", "name", name)
	// document waits for a file that ends so.
	document := func(ends string) whatsapptest.Message {
		for {
			for _, m := range private.Since(before) {
				if m.Kind == "document" && strings.HasSuffix(m.Name, ends) {
					return m
				}
			}
			if o.ctx.Err() != nil {
				t.Fatalf("no %s comes: %+v", ends, private.Since(before))
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	file := document("-original.jpg")
	raw, err := file.Data(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	if !strings.Contains(string(raw), bottest.CanaryExif) || file.MIME != "image/jpeg" || file.Name != o.code+"-1-original.jpg" || file.Expires != 24*time.Hour {
		t.Errorf("got %+v, %d bytes", file, len(raw))
	}
	o.hears(private, before, hex.EncodeToString(sum[:]))
	// Two packets after each other are two, though they have the same code.
	o.does(o.officer, "berkas", "desk.sent_private", "name", name)
	o.does(o.officer, "berkas identitas "+reason, "desk.sent_private", "name", name)
	for _, ends := range []string{"-berkas.zip", "-berkas-identitas.zip"} {
		raw, err := document(ends).Data(o.ctx)
		if _, bad := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err != nil || bad != nil || strings.Contains(string(raw), bottest.CanaryExif) {
			t.Errorf("%s: %v, %v, %d bytes", ends, err, bad, len(raw))
		}
	}
	// In private the officer works with the code.
	at := private.Seq()
	private.Say("/riwayat " + o.code)
	o.hears(private, at, "Riwayat "+o.code)
	o.does(o.officer, "riwayat", "desk.event.looked", "day", "", "name", "", "text", o.said("desk.looked.original", "n", "1", "text", reason))

	// Nobody else has read any of it.
	for _, c := range []*whatsapptest.Chat{o.room, second.Chat(o.p.Desk)} {
		for _, m := range c.Messages() {
			for _, secret := range []string{bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone, o.user.PN.User, o.user.LID.User, o.user.Name, o.pin} {
				if strings.Contains(m.Text, secret) {
					t.Errorf("the group reads %q:\n%s", secret, m.Text)
				}
			}
			if m.From == o.p.Account && m.Kind == "document" {
				t.Errorf("the original is in the group: %+v", m)
			}
		}
	}
	for _, m := range elsewhere.Messages() {
		if m.From == o.p.Account {
			t.Errorf("another group reads %q", m.Text)
		}
	}
	if n := len(second.Chat(o.p.Account).Messages()); n > 0 {
		t.Errorf("who did not take the case got %d messages", n)
	}
	if c, _, err := o.s.DB.Cases().Find(o.ctx, o.code); err != nil || looked(c) != 4 {
		t.Errorf("%d looks are recorded, want 4 (%v)", looked(c), err)
	}
	o.s.Clean(append(o.p.Canaries(), question, answer, reason)...)
}

func looked(c store.Case) (n int) {
	for _, e := range c.Events {
		if e.Kind == store.Looked {
			n++
		}
	}
	return n
}

// TestDeskByCommand: a card may be named by its code, in words that no other
// message is answered with; what supervisors say among themselves is not ours.
func TestDeskByCommand(t *testing.T) {
	o := newOffice(t)
	heard := make(chan bot.Message, 20)
	inner := o.process.Bot.Desk
	o.process.Bot.Desk = func(ctx context.Context, ch bot.Channel, m bot.Message) error {
		heard <- m
		return inner(ctx, ch, m)
	}
	o.officer.Chat(o.p.Server.NewGroup("Grup Lain", o.officer, o.p.Account)).Say("/ambil " + o.code)
	o.room.Say("ambil") // answers nothing
	o.room.SendImage(bottest.Picture())
	seq := o.room.Seq()
	id := o.room.Say("/ambil " + strings.ToLower(o.code))
	o.hears(o.room, seq, o.said("desk.took", "ticket", o.code, "name", o.officer.Name))
	o.room.Edit(id, "/tutup "+o.code+" tidak terbukti")
	seq = o.room.Seq()
	o.room.Say("/riwayat " + o.code)
	o.hears(o.room, seq, flows.Day(time.Now(), region.Zone("WIB"))+" "+o.officer.Name+" #") // and four characters of the officer's key
	var got []bot.Message
	for len(heard) > 0 {
		got = append(got, <-heard)
	}
	if len(got) != 2 {
		t.Fatalf("heard %+v", got)
	}
	m := got[0]
	if m.From != bot.Address(o.officer.LID.String()) || m.Group != bot.Address(o.p.Desk.JID.String()) || m.Name != o.officer.Name ||
		m.Quotes != "" || m.Token != "" || m.ID == "" || m.ID == got[1].ID || time.Since(m.At) > time.Minute {
		t.Errorf("heard %+v", m)
	}
}

// TestDeskAgain: what supervisors say is done once and answered, whatever is cut
// meanwhile, however often it comes.
func TestDeskAgain(t *testing.T) {
	o := newOffice(t)
	o.does(o.officer, "ambil", "desk.took", "ticket", o.code, "name", o.officer.Name)
	o.p.Twice(true)
	asked := 0
	ask := func() {
		asked++
		o.does(o.officer, fmt.Sprintf("tanya: Pertanyaan nomor %d?", asked), "desk.asked", "ticket", o.code)
	}
	for range 3 {
		ask()
	}
	o.p.Twice(false)
	for _, after := range []bool{false, true} {
		for n := 1; n <= 5; n++ {
			o.s.Knife.Set(n, after)
			ask()
			o.s.Knife.Set(0, false)
		}
		for n := 1; n <= 3; n++ {
			o.p.Cut(n, after)
			ask()
			o.p.Cut(0, false)
		}
	}
	// What the queue does not take is not acknowledged, and comes again.
	o.process.Queue.Close(o.ctx)
	seq := o.room.Seq()
	o.room.Reply(o.card, fmt.Sprintf("tanya: Pertanyaan nomor %d?", asked+1))
	time.Sleep(300 * time.Millisecond)
	o.process.Stop()
	o.start()
	o.hears(o.room, seq, o.said("desk.asked", "ticket", o.code))
	c, _, err := o.s.DB.Cases().Find(o.ctx, o.code)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range c.Events {
		if e.Kind == store.Asked {
			n++
		}
	}
	if n != asked+1 {
		t.Errorf("%d questions are recorded, want %d", n, asked+1)
	}
}
