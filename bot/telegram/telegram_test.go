package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/pace"
	"github.com/netralitas/netra/bot/telegram"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// TestPace: two hundred reports for one group at once, with Telegram's limits
// enforced (a minute shrunk to 3 s, so that a busy machine costs little of it): nothing is refused, everything arrives,
// and at 95 % or more of the pace that the limit allows.
func TestPace(t *testing.T) {
	const cases, minute = 200, 5 * time.Second // long enough for a busy machine to keep up
	s := bottest.NewStack(t)
	server := telegramtest.NewServer(t)
	server.SetLimits(telegramtest.Limits{PerGroup: 20, PerGroupWindow: minute, Overall: 30, OverallWindow: minute / 60})
	group := server.NewSupergroup("Pengawas Contoh")
	for i := range cases {
		id := flows.ReportID(fmt.Sprintf("%032x", i+1))
		must(t, s.DB.Cases().Open(t.Context(), store.Case{
			Report:  flows.Finished{ID: id, Flow: "citizen", Lang: "id", Answers: map[flows.StepID]flows.Answer{"story": {Text: "cerita"}}},
			Intakes: []string{"intake"}, Opened: time.Now(),
		}))
	}
	limits := pace.Limits{Overall: 30, Chat: 10, Group: 20, Second: minute / 60, Minute: minute}
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Limits: limits, Log: zerolog.Nop()})
	began := time.Now()
	s.Start(a, "telegram:"+strconv.FormatInt(group.ID(), 10), a.Poll)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s.Settled(ctx)
	took := time.Since(began)
	if n := server.Provoked429(); n > 0 {
		t.Errorf("%d messages came too fast", n)
	}
	if n := len(group.Messages()); n != cases {
		t.Errorf("%d cards, want %d", n, cases)
	}
	allowed := time.Duration(cases/20-1) * minute // twenty go at once, then twenty a minute
	if pace := float64(allowed) / float64(took); pace < .95 {
		t.Errorf("took %v, %.0f %% of the pace allowed", took, pace*100)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFailures: what each refusal means, and that none holds the token.
func TestFailures(t *testing.T) {
	server := telegramtest.NewServer(t)
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Log: zerolog.Nop()})
	u := server.NewUser("id")
	u.Start("")
	group := server.NewGroup("Pengawas Contoh")
	send := func(to int64) error {
		_, err := a.Post(t.Context(), bot.Address(strconv.FormatInt(to, 10)), "kartu", "")
		return err
	}
	old := group.ID()
	must(t, send(old))
	moved := group.Migrate()
	for _, c := range []struct {
		name string
		do   func() error
		want bot.Failure
	}{
		{"moved", func() error { return send(old) }, bot.Failure{Kind: bot.Gone, MovedTo: bot.Address(strconv.FormatInt(moved, 10))}},
		{"unknown chat", func() error { return send(-100999) }, bot.Failure{Kind: bot.Gone}},
		{"blocked", func() error {
			u.Block()
			return a.Notify(t.Context(), bot.Address(strconv.FormatInt(u.ID, 10)), "halo")
		}, bot.Failure{Kind: bot.Gone}},
		{"429", func() error { server.FailNext("sendMessage", telegramtest.Fault429); return send(moved) }, bot.Failure{Kind: bot.RetryAfter, After: time.Second}},
		{"500", func() error { server.FailNext("sendMessage", telegramtest.Fault500); return send(moved) }, bot.Failure{Kind: bot.RetryLater}},
		{"cut", func() error { server.FailNext("sendMessage", telegramtest.FaultCutAfter); return send(moved) }, bot.Failure{Kind: bot.RetryLater}},
		{"kicked", func() error { group.Kick(); return send(moved) }, bot.Failure{Kind: bot.Gone}},
		{"bad html", func() error {
			_, err := a.Post(t.Context(), bot.Address(strconv.FormatInt(u.ID, 10)), "<b>", "")
			u.Unblock()
			if err == nil || !strings.Contains(err.Error(), "blocked") {
				_, err = a.Post(t.Context(), bot.Address(strconv.FormatInt(u.ID, 10)), "<b", "")
			}
			_, quoting := a.Post(t.Context(), bot.Address(strconv.FormatInt(u.ID, 10)), "<kenari>cerita</kenari>", "")
			if quoting == nil || strings.Contains(quoting.Error(), "kenari") {
				t.Errorf("a refusal repeats the message: %v", quoting)
			}
			return err
		}, bot.Failure{}},
		{"server gone", func() error { server.Close(); return send(moved) }, bot.Failure{Kind: bot.RetryLater}},
	} {
		err := c.do()
		f, ok := err.(*bot.Failure)
		if !ok {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		if strings.Contains(err.Error(), server.Token) {
			t.Errorf("%s: the error holds the token: %v", c.name, err)
		}
		if c.want.Kind != "" && (f.Kind != c.want.Kind || f.After != c.want.After || f.MovedTo != c.want.MovedTo) {
			t.Errorf("%s: got %+v, want %+v", c.name, f, c.want)
		}
	}
}

// TestWebhook: updates come by HTTP, with the secret and of a sane size only.
func TestWebhook(t *testing.T) {
	s := bottest.NewStack(t)
	server := telegramtest.NewServer(t)
	group := server.NewSupergroup("Pengawas Contoh")
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Log: zerolog.Nop()})
	const secret = "rahasia-contoh"
	var hook *httptest.Server
	p := s.Start(a, "telegram:"+strconv.FormatInt(group.ID(), 10), func(ctx context.Context, q *bot.Queue) error {
		hook = httptest.NewServer(a.Webhook(q, secret))
		defer hook.Close()
		faces := []telegram.Face{{Description: "Bot contoh", Short: "Contoh", Commands: []telegram.Command{{Command: "lapor", Description: "Mulai"}}}}
		if err := a.Setup(ctx, faces, hook.URL+"/kait", secret); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	u := server.NewUser("id")
	must(t, bottest.Talk(ctx, bottest.Person{User: u}, s.Words, "id", bottest.Picture(), bottest.Citizen))
	s.Settled(ctx)
	if want := "https://t.me/" + server.Username; a.Link() != want {
		t.Errorf("reporters are sent to %q, not to %q", a.Link(), want)
	}

	post := func(secret, body string) int {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, strings.NewReader(body))
		must(t, err)
		q.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		resp, err := http.DefaultClient.Do(q)
		must(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, c := range []struct {
		secret, body string
		want         int
	}{
		{"", `{"update_id":1}`, http.StatusUnauthorized},
		{"salah", `{"update_id":1}`, http.StatusUnauthorized},
		{secret, `{`, http.StatusBadRequest},
		{secret, `{}`, http.StatusBadRequest},
		{secret, `{"update_id":999999,"message":{"text":"` + strings.Repeat("x", 2<<20) + `"}}`, http.StatusRequestEntityTooLarge},
		{secret, `{"update_id":999998}`, http.StatusOK},
	} {
		if got := post(c.secret, c.body); got != c.want {
			t.Errorf("%.40s: got %d, want %d", c.body, got, c.want)
		}
	}
	p.Stop()
	for _, v := range server.Violations() {
		t.Errorf("Telegram would refuse: %+v", v)
	}
}

// FuzzUpdate takes anything as an update, through decoder and turn.
func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5,"language_code":"id"},"text":"/start citizen"}}`,
		`{"update_id":2,"callback_query":{"id":"9","from":{"id":5},"message":{"message_id":2,"chat":{"id":5,"type":"private"}},"data":".menu.citizen"}}`,
		`{"update_id":3,"message":{"message_id":3,"chat":{"id":5,"type":"private"},"from":{"id":5},"photo":[{"file_id":"a","width":9,"height":9}],"caption":"<b>","media_group_id":"7"}}`,
		`{"update_id":4,"edited_message":{"message_id":3,"chat":{"id":5,"type":"private"},"from":{"id":5},"location":{"latitude":1,"longitude":2}}}`,
		`{"update_id":5,"message":{"chat":{"id":-5,"type":"group"},"text":"x"}}`,
		`{"update_id":6,"message":{"chat":{"id":5,"type":"private"},"from":{"id":5},"contact":{"phone_number":"+62"}}}`,
		`{"update_id":7,"callback_query":{"id":"","from":{"id":5},"data":"......"}}`,
		`{"update_id":8,"channel_post":{"chat":{"id":5,"type":"channel"}},"poll":{}}`,
	} {
		f.Add([]byte(seed))
	}
	s := bottest.NewStack(f)
	server := telegramtest.NewServer(f)
	a := telegram.New(telegram.Config{Token: server.Token, API: server.URL, Log: zerolog.Nop()})
	idle := func(ctx context.Context, _ *bot.Queue) error { <-ctx.Done(); return nil }
	p := s.Start(a, "telegram:-1", idle)
	hook := a.Webhook(p.Queue, "s")
	n := 0
	var lately [][]byte // turns run behind the call: what is found may be of an earlier update
	f.Fuzz(func(t *testing.T, raw []byte) {
		// The same update again would be recognised: give it a number of its own.
		var u tgbotapi.Update
		if json.Unmarshal(raw, &u) == nil {
			var m map[string]json.RawMessage
			if json.Unmarshal(raw, &m) == nil && m != nil {
				n++
				m["update_id"] = json.RawMessage(strconv.Itoa(n))
				raw, _ = json.Marshal(m)
			}
		}
		lately = append(lately[max(0, len(lately)-15):], raw)
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(raw))
		q.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s")
		w := httptest.NewRecorder()
		hook.ServeHTTP(w, q)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s\nlately: %q", w.Code, w.Body, lately)
		}
		if log := s.Log.String(); strings.Contains(log, "panicked") {
			t.Fatalf("%s\nlately: %q", log, lately)
		}
		for _, v := range server.Violations() {
			if v.Method == "getFile" {
				continue // files of the fuzzer's making are not there
			}
			t.Fatalf("Telegram would refuse: %+v\nlately: %q", v, lately)
		}
	})
}
