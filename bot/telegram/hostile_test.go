package telegram_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/telegram"
)

// TestFlood: somebody who sends thousands of messages costs themselves, not
// others: with limits like Telegram's own, another reporter is answered.
func TestFlood(t *testing.T) {
	s := bottest.NewStack(t)
	s.Limits = bot.Limits{Messages: 60, Waiting: 1024}
	server := telegramtest.NewServer(t)
	group := server.NewSupergroup("Pengawas Contoh")
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Limits: telegram.PublicLimits, Log: zerolog.Nop()})
	s.Start(a, "telegram:"+strconv.FormatInt(group.ID(), 10), a.Poll)
	flooder := server.NewUser("id")
	for i := range 4500 {
		flooder.Say("banjir " + strconv.Itoa(i))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	all := make(chan error)
	for range 5 {
		go func() {
			all <- bottest.Talk(ctx, bottest.Person{User: server.NewUser("id")}, s.Words, "id", bottest.Picture(), bottest.Until(bottest.Citizen, "citizen.place.ask"))
		}()
	}
	for range 5 {
		must(t, <-all)
	}
	must(t, server.WaitConfirmed(ctx))
	said, slow := flooder.Messages(), bottest.Words(s.Words, "id", "error.rate")
	told, ours := 0, 0
	for _, m := range said {
		if !strings.HasPrefix(m.Text, "banjir") {
			ours++
		}
		if strings.Contains(m.Text, slow) {
			told++
		}
	}
	if told > 2 || ours > 20 { // a minute may end meanwhile
		t.Errorf("the flooder was told %d times, and got %d messages", told, ours)
	}
	flooder.Say("halo")
	must(t, bottest.Person{User: flooder}.See(ctx, bottest.Words(s.Words, "id", "menu.ask"), ""))
}

// TestFileThatNeverComes: a file that cannot be fetched gets a sentence, and
// what the reporter says next is answered.
func TestFileThatNeverComes(t *testing.T) {
	s := bottest.NewStack(t)
	server := telegramtest.NewServer(t)
	server.SetHook(func(method string, _ int) telegramtest.Fault {
		if method == "file" {
			return telegramtest.Fault500
		}
		return telegramtest.NoFault
	})
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Log: zerolog.Nop()})
	s.Start(a, "telegram:-1", a.Poll)
	u := server.NewUser("id")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, bottest.Talk(ctx, bottest.Person{User: u}, s.Words, "id", bottest.Picture(), bottest.Until(bottest.Citizen, "citizen.evidence.ask")))
	u.SendPhoto(bottest.Picture())
	must(t, bottest.Person{User: u}.See(ctx, bottest.Words(s.Words, "id", "error.file_failed"), ""))
	u.Say("lewati")
	must(t, bottest.Person{User: u}.See(ctx, bottest.Words(s.Words, "id", "citizen.reporter_name.ask"), ""))
}

// TestRedirect: a server that sends us elsewhere does not make us take the
// token or a word there.
func TestRedirect(t *testing.T) {
	const token = "1:rahasia"
	seen := make(chan string, 9)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		seen <- r.Header.Get("Referer") + string(raw)
	}))
	defer elsewhere.Close()
	here := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer here.Close()
	a := telegram.New(telegram.Config{Token: token, API: here.URL, Log: zerolog.Nop()})
	if err := a.Notify(t.Context(), "5", "isi"); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("got %v", err)
	}
	select {
	case what := <-seen:
		t.Errorf("the other server saw %q", what)
	default:
	}
}

// TestUnknownShape: an update that cannot be read is passed over; the next one
// is answered.
func TestUnknownShape(t *testing.T) {
	s := bottest.NewStack(t)
	answered := make(chan string, 9)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		offset := r.Form.Get("offset")
		switch {
		case strings.HasSuffix(r.URL.Path, "/getUpdates") && offset == "": // nothing is acknowledged yet
			io.WriteString(w, `{"ok":true,"result":[{"update_id":7,"message":{"text":{"a":1}}},
				{"update_id":8,"message":{"message_id":1,"date":1,"text":"halo","chat":{"id":5,"type":"private"},"from":{"id":5}}}]}`)
		case strings.HasSuffix(r.URL.Path, "/getUpdates"):
			if offset != "9" {
				t.Errorf("offset %q", offset)
			}
			time.Sleep(10 * time.Millisecond)
			io.WriteString(w, `{"ok":true,"result":[]}`)
		default:
			answered <- r.Form.Get("text")
			io.WriteString(w, `{"ok":true,"result":{"message_id":2}}`)
		}
	}))
	defer server.Close()
	a := telegram.New(telegram.Config{Token: "1:a", API: server.URL, Log: zerolog.Nop()})
	p := s.Start(a, "telegram:-1", a.Poll)
	select {
	case <-answered:
	case <-time.After(20 * time.Second):
		t.Error("nobody was answered")
	}
	p.Stop()
}
