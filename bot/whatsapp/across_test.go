package whatsapp_test

import (
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
)

// TestReceiptAcross: a receipt given on Telegram works on WhatsApp.
func TestReceiptAcross(t *testing.T) {
	s := bottest.NewStack(t)
	tg, wa := bottest.NewTelegram(t), bottest.NewWhatsApp(t)
	ch, receive := tg.Connect()
	first := s.Start(ch, tg.Intake(), receive)
	r := tg.Reporter("id")
	if err := bottest.Talk(t.Context(), r, s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
		t.Fatal(err)
	}
	s.Settled(t.Context())
	first.Stop()

	ch, receive = wa.Connect()
	s.Start(ch, wa.Intake(), receive)
	code, pin := bottest.Receipt(r.Chat())
	phone := wa.Reporter("id")
	phone.Say("cek " + code)
	see := func(key string) {
		t.Helper()
		if err := phone.See(t.Context(), bottest.Words(s.Words, "id", key), ""); err != nil {
			t.Fatalf("%s: %v; the chat:\n%s\nlog:\n%s", key, err, phone.Chat(), s.Log)
		}
	}
	see("case.pin")
	phone.Say(strings.ReplaceAll(pin, "-", ""))
	see("case.ask")
	phone.Say("Kenari menambah dari WhatsApp")
	see("case.told")
	s.Settled(t.Context())
	c, ok, err := s.DB.Cases().Find(t.Context(), code)
	if err != nil || !ok || len(c.Events) != 1 || c.Events[0].Text != "Kenari menambah dari WhatsApp" {
		t.Errorf("found %v, %v, %d events", ok, err, len(c.Events))
	}
	tg.Check()
	wa.Check()
	s.Clean(append(append(tg.Canaries(), wa.Canaries()...), "Kenari menambah", pin)...)
}
