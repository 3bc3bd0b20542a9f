package telegramtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// hookServer is the bot's side of a webhook.
type hookServer struct {
	*httptest.Server
	mu     sync.Mutex
	got    []upd
	secret []string
	status func(n int) int
	hold   chan struct{} // when not nil, answers wait for it
	held   int
	most   int
}

func newHook(t *testing.T, status func(n int) int) *hookServer {
	h := &hookServer{status: status}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var u upd
		_ = json.NewDecoder(r.Body).Decode(&u)
		h.mu.Lock()
		h.got = append(h.got, u)
		h.secret = append(h.secret, r.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
		code := h.status(len(h.got))
		hold := h.hold
		h.held++
		h.most = max(h.most, h.held)
		h.mu.Unlock()
		if hold != nil {
			<-hold
		}
		h.mu.Lock()
		h.held--
		h.mu.Unlock()
		w.WriteHeader(code)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hookServer) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return texts(h.got)
}

func always(int) int { return http.StatusNoContent }

func TestWebhook(t *testing.T) {
	b := newBot(t)
	h := newHook(t, always)
	u := b.s.NewUser("id")
	u.Say("sebelum")
	b.ok("setWebhook", "url", h.URL+"/x", "secret_token", "rahasia_1", "max_connections", 5)
	u.Say("sesudah")
	if err := b.s.WaitConfirmed(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if got := h.texts(); !reflect.DeepEqual(got, []string{"sebelum", "sesudah"}) {
		t.Errorf("%v", got)
	}
	if h.secret[0] != "rahasia_1" {
		t.Errorf("%q", h.secret)
	}
	info := decode[struct {
		URL string `json:"url"`
		Max int    `json:"max_connections"`
	}](t, b.ok("getWebhookInfo"))
	if info.URL != h.URL+"/x" || info.Max != 5 {
		t.Errorf("%+v", info)
	}
	b.refused("409 Conflict: can't use getUpdates method while webhook is active", "getUpdates")
	b.ok("deleteWebhook")
	u.Say("lagi")
	if us := b.updates(); !reflect.DeepEqual(texts(us), []string{"lagi"}) {
		t.Errorf("%+v", us)
	}
	b.clean()
	if b.s.Conditions()["conflict"] != 1 {
		t.Errorf("%v", b.s.Conditions())
	}
}

func TestWebhookRefusals(t *testing.T) {
	b := newBot(t)
	for _, x := range []struct{ want, url, secret string }{
		{"bad webhook: the emulator reaches loopback addresses only", "https://contoh.id/x", ""},
		{"bad webhook: the emulator reaches loopback addresses only", "https://192.0.2.1/x", ""},
		{"invalid webhook URL specified", "ftp://127.0.0.1", ""},
		{"invalid webhook URL specified", "http://", ""},
		{"secret token contains unallowed characters", "http://127.0.0.1", "a b"},
		{"secret token is too long", "http://127.0.0.1", string(make([]byte, 257))},
	} {
		b.refused("400 Bad Request: "+x.want, "setWebhook", "url", x.url, "secret_token", x.secret)
	}
	b.violations(6)
	if us := b.updates(); len(us) != 0 {
		t.Errorf("%+v", us)
	}
	b.ok("setWebhook", "url", "")
}

func TestWebhookTriesAgain(t *testing.T) {
	b := newBot(t)
	b.s.SetWebhookBackoff(time.Millisecond, 4*time.Millisecond)
	h := newHook(t, func(n int) int {
		switch n {
		case 1:
			return 500
		case 2:
			return 302
		}
		return 200
	})
	u := b.s.NewUser("id")
	b.ok("setWebhook", "url", h.URL)
	u.Say("a")
	u.Say("b")
	if err := b.s.WaitConfirmed(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if got := h.texts(); !reflect.DeepEqual(got, []string{"a", "a", "a", "b"}) {
		t.Errorf("%v", got)
	}
	info := decode[struct {
		Message string `json:"last_error_message"`
	}](t, b.ok("getWebhookInfo"))
	if info.Message != "wrong response from the webhook: 302 Found" {
		t.Errorf("%+v", info)
	}
}

func TestWebhookDuplicates(t *testing.T) {
	b := newBot(t)
	h := newHook(t, always)
	b.s.SetFaults(Faults{DuplicateUpdates: 1})
	u := b.s.NewUser("id")
	b.ok("setWebhook", "url", h.URL)
	u.Say("a")
	u.Say("b")
	if err := b.s.WaitConfirmed(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if got := h.texts(); !reflect.DeepEqual(got, []string{"a", "a", "b", "b"}) {
		t.Errorf("%v", got)
	}
}

func TestWebhookConnections(t *testing.T) {
	b := newBot(t)
	h := newHook(t, always)
	h.hold = make(chan struct{})
	b.ok("setWebhook", "url", h.URL, "max_connections", 2)
	var people []*User
	for range 4 {
		u := b.s.NewUser("id")
		u.Say("1")
		u.Say("2")
		people = append(people, u)
	}
	held := func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.held == 2
	}
	eventually(t, "two deliveries", held)
	close(h.hold)
	if err := b.s.WaitConfirmed(deadline(t)); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.most > 2 || len(h.got) != 8 {
		t.Errorf("%d at once, %d deliveries", h.most, len(h.got))
	}
	last := map[string]string{}
	for _, u := range h.got {
		who := string(u.Message.Chat)
		if u.Message.Text < last[who] {
			t.Errorf("%s after %s", u.Message.Text, last[who])
		}
		last[who] = u.Message.Text
	}
	if len(last) != len(people) {
		t.Errorf("%d people", len(last))
	}
}

func TestDropPendingUpdates(t *testing.T) {
	b := newBot(t)
	b.s.SetWebhookBackoff(time.Millisecond, time.Millisecond)
	h := newHook(t, func(int) int { return 500 })
	u := b.s.NewUser("id")
	b.ok("setWebhook", "url", h.URL, "allowed_updates", []string{"message", "callback_query"})
	b.ok("setWebhook", "url", h.URL) // once more, the setting stays
	if a := b.ok("getWebhookInfo"); !strings.Contains(string(a.Result), `"allowed_updates":["`) {
		t.Errorf("%s", a.Result)
	}
	u.Say("a")
	eventually(t, "delivery", func() bool { return len(h.texts()) > 1 })
	b.ok("deleteWebhook", "drop_pending_updates", true)
	if b.s.Pending() != 0 {
		t.Errorf("%d pending", b.s.Pending())
	}
}
