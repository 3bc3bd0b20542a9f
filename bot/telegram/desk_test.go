package telegram_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// TestDesk: supervisors take a case, ask, see who reported and an original with
// a reason, and close it, in their group; the reporter reads and answers behind
// the receipt. A canary search ends it.
func TestDesk(t *testing.T) {
	p := bottest.NewTelegram(t)
	s := bottest.NewStack(t)
	ch, receive := p.Connect()
	s.Start(ch, p.Intake(), receive)
	ctx := t.Context()
	server := p.Server
	words := func(key string) string { return bottest.Words(s.Words, "id", key) }
	see := func(u *telegramtest.User, key string) {
		t.Helper()
		if err := (bottest.Person{User: u}).See(ctx, words(key), ""); err != nil {
			t.Fatalf("%s: %v; the chat:\n%s\nlog:\n%s", key, err, bottest.Person{User: u}.Chat(), s.Log)
		}
	}
	reporter := p.Reporter("id").(bottest.Person)
	if err := bottest.Talk(ctx, reporter, s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
		t.Fatal(err)
	}
	s.Settled(ctx)
	code, pin := bottest.Receipt(reporter.Chat())

	group := p.Supervisors()
	officer, colleague := server.NewUser("id"), server.NewUser("id")
	group.SetMember(officer, "member")
	group.SetMember(colleague, "member")
	card := 0
	for _, m := range group.Messages() {
		if m.FromBot && strings.Contains(m.Text, code) && card == 0 {
			card = m.ID
		}
	}
	seen := 0
	// answer has somebody answer the card, and waits for the line with the words.
	answer := func(u *telegramtest.User, text, key string) {
		t.Helper()
		group.Reply(u, card, text)
		ctx, stop := context.WithTimeout(ctx, 30*time.Second)
		defer stop()
		err := group.WaitFor(ctx, func() bool {
			all := group.Messages()
			i := slices.IndexFunc(all[min(seen, len(all)):], func(m telegramtest.Message) bool {
				return m.FromBot && m.ReplyTo == card && strings.Contains(m.Text, words(key))
			})
			if i >= 0 {
				seen += i + 1
			}
			return i >= 0
		})
		if err != nil {
			t.Fatalf("%q: no %s: %v; log:\n%s", text, key, err, s.Log)
		}
	}
	answer(officer, "tanya: Jam berapa kejadiannya?", "desk.not_taken")
	answer(officer, "ambil", "desk.took")
	answer(colleague, "/tanya Jam berapa kejadiannya?", "desk.not_yours")
	answer(officer, "tanya:", "desk.ask_empty")
	answer(officer, "tanya: Jam berapa kejadiannya?", "desk.asked")
	see(reporter.User, "case.news")
	if strings.Contains(reporter.Last().Text, "Jam berapa") || strings.Contains(strings.ToLower(reporter.Last().Text), "lapor") {
		t.Errorf("the notice says too much: %s", reporter.Last().Text)
	}
	reporter.Say("cek " + code + " " + pin)
	see(reporter.User, "case.ask")
	if !strings.Contains(reporter.Chat(), "Jam berapa kejadiannya?") {
		t.Errorf("the question is not shown:\n%s", reporter.Chat())
	}
	reporter.Say("Kenari menjawab pukul dua siang")
	see(reporter.User, "case.told")
	if err := group.WaitFor(ctx, func() bool {
		return slices.ContainsFunc(group.Messages(), func(m telegramtest.Message) bool { return strings.Contains(m.Text, "Kenari menjawab") })
	}); err != nil {
		t.Fatal(err)
	}

	answer(officer, "identitas singkat", "desk.reason")
	answer(officer, "identitas diperlukan untuk klarifikasi", "desk.no_private")
	officer.Say("/start")
	see(officer, "menu.ask")
	answer(officer, "identitas diperlukan untuk klarifikasi", "desk.sent_private")
	see(officer, "desk.identity")
	private := bottest.Person{User: officer}.Chat()
	for _, want := range []string{bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone} {
		if !strings.Contains(private, want) {
			t.Errorf("the officer does not read %q:\n%s", want, private)
		}
	}
	answer(officer, "asli 7 diperlukan untuk forensik", "desk.no_file")
	answer(officer, "asli 1 diperlukan untuk forensik", "desk.sent_private")
	var original []byte
	for _, m := range officer.Messages() {
		if m.Media != nil && m.FromBot {
			original = m.Media.Data
		}
	}
	if !bytes.Contains(original, []byte(bottest.CanaryExif)) {
		t.Errorf("the original is not as it came: %d bytes", len(original))
	}
	answer(officer, "tutup: Diteruskan kepada BKN", "desk.did.close")
	answer(officer, "tutup: Diteruskan kepada BKN", "desk.is_over")
	answer(colleague, "riwayat", "desk.history")
	c, _, err := s.DB.Cases().Find(ctx, code)
	for n := 0; err == nil && c.Return != nil && n < 500; n++ {
		time.Sleep(10 * time.Millisecond)
		c, _, err = s.DB.Cases().Find(ctx, code)
	}
	if err != nil || c.Return != nil {
		t.Errorf("the way back to the reporter of a closed case: %v, %v", c.Return, err)
	}
	for _, m := range group.Messages() {
		for _, secret := range []string{bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone, pin, strconv.FormatInt(reporter.ID, 10)} {
			if m.FromBot && strings.Contains(m.Text, secret) {
				t.Errorf("the group reads %q:\n%s", secret, m.Text)
			}
		}
	}

	// Nobody else is heard.
	strangers := server.NewSupergroup("Grup Lain")
	said := len(strangers.Messages())
	strangers.Reply(officer, card, "ambil")
	strangers.Say(officer, "/ambil "+code)
	group.Say(officer, "ambil") // no answer to a card
	server.WaitConfirmed(ctx)
	for _, m := range strangers.Messages()[said:] {
		if m.FromBot {
			t.Errorf("a group that nobody named is answered: %s", m.Text)
		}
	}
	p.Check()
	s.Clean(append(p.Canaries(), "Kenari menjawab", "Jam berapa kejadiannya", "diperlukan untuk klarifikasi", pin)...)
}

// TestClean: the messages of a chat are deleted on both sides, the receipt among
// them, and what is said then is all that is left.
func TestClean(t *testing.T) {
	p := bottest.NewTelegram(t)
	s := bottest.NewStack(t)
	ch, receive := p.Connect()
	s.Start(ch, p.Intake(), receive)
	r := p.Reporter("id").(bottest.Person)
	if err := bottest.Talk(t.Context(), r, s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
		t.Fatal(err)
	}
	s.Settled(t.Context())
	before := r.Chat()
	press := func(key string) {
		t.Helper()
		if err := r.Press(bottest.Words(s.Words, "id", key)); err != nil {
			t.Fatal(err)
		}
	}
	press("tidy.start")
	if err := r.See(t.Context(), bottest.Words(s.Words, "id", "tidy.ask"), ""); err != nil {
		t.Fatal(err)
	}
	press("tidy.yes")
	if err := r.See(t.Context(), bottest.Words(s.Words, "id", "tidy.done.telegram"), ""); err != nil {
		t.Fatalf("%v\n%s\n%s", err, r.Chat(), s.Log)
	}
	for _, m := range r.Messages() {
		// The notice that the group has it came without being asked for.
		if !strings.Contains(m.Text, bottest.Words(s.Words, "id", "tidy.done.telegram")) && !strings.Contains(m.Text, bottest.Words(s.Words, "id", "case.delivered")) {
			t.Errorf("left: %+v", m)
		}
	}
	// Whoever has the phone now learns nothing of what was sent.
	code, pin := bottest.Receipt(before)
	for _, words := range []string{"permisi, ada apa di sini?", "bersihkan obrolan", "cek", "data saya"} {
		r.Say(words)
	}
	if err := r.See(t.Context(), bottest.Words(s.Words, "id", "help.data"), ""); err != nil {
		t.Fatal(err)
	}
	if chat := r.Chat(); strings.Contains(chat, code) || strings.Contains(chat, pin) || strings.Contains(chat, bottest.Words(s.Words, "id", "menu.sent_already")) {
		t.Errorf("the chat tells of a report:\n%s", chat)
	}
	p.Check()
}
