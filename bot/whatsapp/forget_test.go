package whatsapp_test

import (
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
)

// TestForget: what whatsmeow keeps of a reporter goes when nobody will write to
// them any more, and they can come back as if for the first time.
func TestForget(t *testing.T) {
	p, s := bottest.NewWhatsApp(t), bottest.NewStack(t)
	ch, receive := p.Connect()
	s.Start(ch, p.Intake(), receive)
	u := p.Server.NewUser("")
	r := bottest.NewPhone(u, p.Account)
	ctx := t.Context()
	if err := bottest.Talk(ctx, r, s.Words, "id", bottest.Picture(), bottest.Pressure[:3]); err != nil {
		t.Fatal(err)
	}
	if p.Rows(u.Account) == 0 {
		t.Fatal("nothing is kept of somebody who writes: the test looks at the wrong place")
	}
	if err := bottest.Talk(ctx, r, s.Words, "id", bottest.Picture(), bottest.Pressure[3:]); err != nil {
		t.Fatal(err)
	}
	for n := 0; p.Rows(u.Account) > 0; n++ {
		if n == 500 {
			t.Fatalf("%d rows name somebody who wants to hear no more", p.Rows(u.Account))
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := bottest.Talk(ctx, r, s.Words, "id", bottest.Picture(), bottest.Citizen[:3]); err != nil {
		t.Fatal(err)
	}
	if n, err := ch.(bot.Forgetter).ForgetBefore(ctx, time.Now().Add(-2*time.Hour)); n != 0 || err != nil || p.Rows(u.Account) == 0 {
		t.Errorf("forgot %d people who wrote just now (%v)", n, err)
	}
	// Copies of what we sent go after a day, whoever they went to.
	if p.Sent() == 0 {
		t.Fatal("no copy is kept of what was sent: the test looks at the wrong place")
	}
	p.AgeSent(25 * time.Hour)
	if _, err := ch.(bot.Forgetter).ForgetBefore(ctx, time.Now().Add(-2*time.Hour)); err != nil || p.Sent() != 0 {
		t.Errorf("%d copies of what was sent are left (%v)", p.Sent(), err)
	}
	if n, err := ch.(bot.Forgetter).ForgetBefore(ctx, time.Now().Add(2*time.Hour)); n != 1 || err != nil || p.Rows(u.Account) != 0 {
		t.Errorf("forgot %d people, %d rows are left (%v)", n, p.Rows(u.Account), err)
	}
	p.Check()
}
