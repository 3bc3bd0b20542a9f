package telegramtest

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	var w window
	now := time.Unix(1000, 0)
	at := func(d time.Duration, n int) time.Duration { return w.reserve(now.Add(d), n, 3, 10*time.Second) }
	for i, x := range []struct {
		after time.Duration
		n     int
		wait  time.Duration
	}{
		{0, 1, 0},
		{1 * time.Second, 2, 0},
		{2 * time.Second, 1, 8 * time.Second},
		{2 * time.Second, 2, 9 * time.Second},
		{10 * time.Second, 1, 0},
		{10 * time.Second, 1, time.Second},
		{11 * time.Second, 2, 0},
		{100 * time.Second, 9, 0}, // more than fit at all
		{100 * time.Second, 1, 10 * time.Second},
	} {
		if wait := at(x.after, x.n); wait != x.wait {
			t.Errorf("%d: wait %v, want %v", i, wait, x.wait)
		}
	}
	w.release(1, 3)
	if wait := at(100*time.Second, 1); wait != 0 {
		t.Errorf("wait %v after release", wait)
	}
	if wait := w.reserve(now, 5, 0, time.Second); wait != 0 {
		t.Errorf("wait %v without a limit", wait)
	}
}

func TestLimits(t *testing.T) {
	b := newBot(t)
	u, v, g := known(b.s), known(b.s), b.s.NewGroup("Kelompok")
	b.s.SetLimits(Limits{
		Overall: 6, OverallWindow: time.Hour, PerChat: 2, PerChatWindow: 90 * time.Second, PerGroup: 3, PerGroupWindow: time.Hour,
	})
	m := b.send("chat_id", u.ID, "text", "1")
	b.send("chat_id", u.ID, "text", "2")
	a := b.refused("429 Too Many Requests: retry after ", "sendMessage", "chat_id", u.ID, "text", "3")
	if a.Parameters.RetryAfter != 90 {
		t.Errorf("%+v", a.Parameters)
	}
	// Edits and answers do not count, and a wrong request takes nothing.
	b.ok("editMessageText", "chat_id", u.ID, "message_id", m.ID, "text", "x")
	b.refused("400", "sendMessage", "chat_id", g.ID(), "text", " ")
	b.send("chat_id", g.ID(), "text", "1")
	photo := func(chat int64) answer {
		return b.upload("sendMediaGroup", "chat_id", chat, "media",
			`[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://a"}]`, "a", jpeg(1, 1))
	}
	if a := photo(g.ID()); !a.OK {
		t.Errorf("%+v", a)
	}
	b.check(photo(g.ID()), "429 Too Many Requests: retry after 3600")
	b.send("chat_id", v.ID, "text", "1")
	b.refused("429", "sendMessage", "chat_id", v.ID, "text", "2") // overall
	if n := b.s.Provoked429(); n != 3 || b.s.Conditions()["provoked 429"] != 3 {
		t.Errorf("%d provoked, %v", n, b.s.Conditions())
	}
	b.s.SetLimits(Limits{})
	b.send("chat_id", v.ID, "text", "2")
	if n := len(v.Messages()); n != 2 {
		t.Errorf("%d messages", n)
	}
	if l := TelegramLimits(); l.Overall != 30 || l.PerGroup != 20 {
		t.Errorf("%+v", l)
	}
}

func TestRefusedOverallTakesNothingFromTheChat(t *testing.T) {
	b := newBot(t)
	u, v := known(b.s), known(b.s)
	b.s.SetLimits(Limits{Overall: 1, OverallWindow: time.Hour, PerChat: 1, PerChatWindow: time.Hour})
	b.send("chat_id", u.ID, "text", "1")
	b.refused("429", "sendMessage", "chat_id", v.ID, "text", "1")
	b.s.SetLimits(Limits{PerChat: 1, PerChatWindow: time.Hour})
	b.send("chat_id", v.ID, "text", "1")
}
