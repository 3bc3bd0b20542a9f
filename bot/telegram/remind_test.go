package telegram_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/telegram"
)

// TestReminder: a citizen's draft that is left alone is mentioned once, in words
// that say nothing of a report; who reports pressure, and who sent the report, is
// left in peace.
func TestReminder(t *testing.T) {
	s := bottest.NewStack(t)
	s.Remind = 300 * time.Millisecond
	server := telegramtest.NewServer(t)
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Log: zerolog.Nop()})
	s.Start(a, "telegram:-1", a.Poll)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	words := bottest.Words(s.Words, "id", "menu.reminder")
	if strings.Contains(strings.ToLower(words), "lapor") || strings.Contains(words, "ASN") {
		t.Errorf("%q tells what it is about", words)
	}
	talk := func(u *telegramtest.User, script []bottest.Line) {
		t.Helper()
		must(t, bottest.Talk(ctx, bottest.Person{User: u}, s.Words, "id", bottest.Picture(), script))
	}
	pressed, sent, left := server.NewUser("id"), server.NewUser("id"), server.NewUser("id")
	talk(pressed, bottest.Until(bottest.Pressure, "pressure.region.ask"))
	talk(sent, bottest.Citizen)
	talk(left, bottest.Until(bottest.Citizen, "citizen.region.ask"))
	must(t, bottest.Person{User: left}.See(ctx, words, ""))
	left.Say("Teluk Batang, Kayong Utara")
	must(t, bottest.Person{User: left}.See(ctx, bottest.Words(s.Words, "id", "citizen.place.ask"), ""))
	time.Sleep(4 * s.Remind)
	for name, u := range map[string]*telegramtest.User{"pressure": pressed, "sent": sent, "left": left} {
		want := 0
		if name == "left" {
			want = 1
		}
		if n := strings.Count((bottest.Person{User: u}).Chat(), words); n != want {
			t.Errorf("%s: reminded %d times", name, n)
		}
	}
}
