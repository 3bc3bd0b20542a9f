package telegram_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/store"
)

// TestKeepsReceipt: who looks at clearing the chat, and does not, still has the
// receipt.
func TestKeepsReceipt(t *testing.T) {
	p, s := bottest.NewTelegram(t), bottest.NewStack(t)
	ch, receive := p.Connect()
	s.Start(ch, p.Intake(), receive)
	r := p.Reporter("id").(bottest.Person)
	if err := bottest.Talk(t.Context(), r, s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
		t.Fatal(err)
	}
	_, pin := bottest.Receipt(r.Chat())
	for _, step := range []struct{ press, see string }{{"tidy.start", "tidy.ask"}, {"tidy.no", "tidy.kept"}} {
		if err := r.Press(bottest.Words(s.Words, "id", step.press)); err != nil {
			t.Fatal(err)
		}
		if err := r.See(t.Context(), bottest.Words(s.Words, "id", step.see), ""); err != nil {
			t.Fatal(err)
		}
	}
	if pin == "" || strings.Count(r.Chat(), pin) != 1 {
		t.Errorf("the PIN %q is not there once:\n%s", pin, r.Chat())
	}
	p.Check()
}

// TestWithdrawnBefore: a report that was withdrawn before supervisors had it does
// not reach them.
func TestWithdrawnBefore(t *testing.T) {
	p, s := bottest.NewTelegram(t), bottest.NewStack(t)
	ch, receive := p.Connect()
	process := s.Start(ch, p.Intake(), receive)
	process.Bot.Later = func() time.Duration { return 2 * time.Second }
	r := p.Reporter("id").(bottest.Person)
	script := slices.Clone(bottest.Pressure)
	if err := bottest.Talk(t.Context(), r, s.Words, "id", bottest.Picture(), script); err != nil {
		t.Fatal(err)
	}
	code, pin := bottest.Receipt(r.Chat())
	r.Say("cek " + code + " " + pin)
	see := func(key string) {
		t.Helper()
		if err := r.See(t.Context(), bottest.Words(s.Words, "id", key), ""); err != nil {
			t.Fatalf("%v\n%s", err, s.Log)
		}
	}
	see("case.ask")
	r.Say("tarik laporan")
	see("case.withdraw_confirm")
	r.Say("ya")
	see("case.withdrawn")
	s.Settled(t.Context())
	if posts := p.Group(); len(posts) != 0 {
		t.Errorf("the group got %+v", posts)
	}
	c, ok, err := s.DB.Cases().Find(t.Context(), code)
	if err != nil || !ok || !c.Had(store.Withdrew) {
		t.Errorf("%v, %v", ok, err)
	}
	p.Check()
}
