package webhook_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/webhook"
)

func secret(fill byte) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32))
}

// TestPost: what is posted is what the specifications say, and both of two secrets
// verify it, by a library that is not ours.
func TestPost(t *testing.T) {
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	to := webhook.Target{URL: srv.URL + "/netra", Secrets: []string{secret(1), secret(2)}, Private: true}
	e := webhook.Event{
		ID: "id-1", Source: "/netra/intakes/bawaslu", Type: "com.github.netralitas.netra.case.opened", Subject: "7KQ2-M4XD-9TR",
		Time: time.Date(2026, 11, 27, 8, 0, 0, 0, time.FixedZone("WIB", 7*3600)), Data: map[string]string{"card": "<b> & é"},
	}
	if err := (&webhook.Sender{}).Post(t.Context(), to, e); err != nil {
		t.Fatal(err)
	}
	for _, s := range to.Secrets {
		hook, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := hook.Verify(body, got); err != nil {
			t.Errorf("a receiver with this secret refuses it: %v", err)
		}
	}
	if other, _ := standardwebhooks.NewWebhook(secret(3)); other.Verify(body, got) == nil {
		t.Error("another secret verifies it")
	}
	want := `{"specversion":"1.0","id":"id-1","source":"/netra/intakes/bawaslu","type":"com.github.netralitas.netra.case.opened",` +
		`"subject":"7KQ2-M4XD-9TR","time":"2026-11-27T01:00:00Z","datacontenttype":"application/json","data":{"card":"<b> & é"}}`
	if strings.TrimSpace(string(body)) != want {
		t.Errorf("posted\n%s\nwant\n%s", body, want)
	}
	if ct := got.Get("Content-Type"); ct != "application/cloudevents+json; charset=UTF-8" || got.Get("webhook-id") != "id-1" {
		t.Errorf("headers %v", got)
	}

	file := bytes.Repeat([]byte{0, 255, 7}, 700_000) // more than a megabyte
	if err := (&webhook.Sender{}).Post(t.Context(), to, webhook.Event{ID: "f", Source: "/x", Type: "t", File: file, Media: "image/jpeg", Name: "a.jpg"}); err != nil {
		t.Fatal(err)
	}
	var in struct {
		Media string `json:"datacontenttype"`
		Name  string `json:"filename"`
		File  []byte `json:"data_base64"`
		Data  any    `json:"data"`
	}
	if err := json.Unmarshal(body, &in); err != nil || !bytes.Equal(in.File, file) || in.Media != "image/jpeg" || in.Name != "a.jpg" || in.Data != nil {
		t.Errorf("%v, %d bytes, %s %s", err, len(in.File), in.Media, in.Name)
	}
}

// TestAnswers: what each answer has us do. No failure names the URL, or what was
// answered.
func TestAnswers(t *testing.T) {
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		status int
		header string
		kind   bot.FailureKind
		after  time.Duration
	}{
		"ok":               {status: 200},
		"made":             {status: 201},
		"moved":            {status: 302, kind: bot.RetryLater},
		"refused":          {status: 400, kind: bot.RetryLater},
		"gone":             {status: 410, kind: bot.Gone, after: time.Hour},
		"too many":         {status: 429, kind: bot.RetryLater},
		"too many, wait":   {status: 429, header: "17", kind: bot.RetryAfter, after: 17 * time.Second},
		"until":            {status: 503, header: now.Add(time.Minute).Format(http.TimeFormat), kind: bot.RetryAfter, after: time.Minute},
		"wait very long":   {status: 503, header: "99999999999999", kind: bot.RetryAfter, after: time.Hour},
		"wait long":        {status: 503, header: "999999", kind: bot.RetryAfter, after: time.Hour},
		"wait less":        {status: 429, header: "-5", kind: bot.RetryLater},
		"until long ago":   {status: 429, header: now.Add(-time.Minute).Format(http.TimeFormat), kind: bot.RetryLater},
		"wait for nothing": {status: 504, header: "soon", kind: bot.RetryLater},
		"broken":           {status: 500, header: "17", kind: bot.RetryLater},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				io.WriteString(w, "rahasia "+r.URL.Path)
			}))
			defer srv.Close()
			s := &webhook.Sender{Now: func() time.Time { return now }}
			err := s.Post(t.Context(), webhook.Target{URL: srv.URL + "/kenari-token", Secrets: []string{secret(1)}, Private: true}, webhook.Event{ID: "x"})
			if calls != 1 {
				t.Errorf("%d calls: is a redirect followed?", calls)
			}
			f := (*bot.Failure)(nil)
			switch errors.As(err, &f); {
			case c.kind == "" && err != nil, c.kind != "" && f == nil:
				t.Fatal(err)
			case f != nil && (f.Kind != c.kind || f.After != c.after):
				t.Errorf("%s after %s, want %s after %s", f.Kind, f.After, c.kind, c.after)
			}
			if err != nil && (strings.Contains(err.Error(), "kenari") || strings.Contains(err.Error(), "rahasia") || strings.Contains(err.Error(), "127.0")) {
				t.Errorf("it tells: %v", err)
			}
		})
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) }))
	defer srv.Close()
	if err := (&webhook.Sender{}).Post(t.Context(), webhook.Target{URL: srv.URL, Private: true}, webhook.Event{ID: "x"}); !errors.Is(err, webhook.ErrTooLarge) {
		t.Error(err)
	}
}

// TestPrivate: nothing is posted to an address that is not public, by whatever name
// it goes, unless that is allowed.
func TestPrivate(t *testing.T) {
	var reached atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(srv.URL, "http://"))
	t.Setenv("HTTP_PROXY", srv.URL) // must not be asked either
	t.Setenv("HTTPS_PROXY", srv.URL)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1.2.3", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"} {
		for _, scheme := range []string{"http://", "https://"} {
			err := (&webhook.Sender{Timeout: 5 * time.Second}).Post(t.Context(), webhook.Target{URL: scheme + host + ":" + port, Secrets: []string{secret(1)}}, webhook.Event{ID: "x"})
			if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Kind != bot.Bug || !strings.Contains(f.Reason, "private") {
				t.Errorf("%s%s: %v", scheme, host, err)
			}
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("it was reached %d times", n)
	}
	if err := (&webhook.Sender{}).Post(t.Context(), webhook.Target{URL: srv.URL, Private: true}, webhook.Event{ID: "x"}); err != nil || reached.Load() != 1 {
		t.Errorf("where it is allowed: %v", err)
	}
}

// TestSlow: a target that hangs, before or within its answer, is left in time.
func TestSlow(t *testing.T) {
	hang := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.(http.Flusher).Flush()
		}
		<-hang
	}))
	defer srv.Close()
	defer close(hang)
	s := &webhook.Sender{Timeout: 100 * time.Millisecond}
	err := s.Post(t.Context(), webhook.Target{URL: srv.URL, Private: true}, webhook.Event{ID: "x"})
	if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Kind != bot.RetryLater {
		t.Error(err)
	}
	if err := s.Post(t.Context(), webhook.Target{URL: srv.URL + "/body", Private: true}, webhook.Event{ID: "x"}); err != nil {
		t.Errorf("it said yes and then hung: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Post(ctx, webhook.Target{URL: srv.URL, Private: true}, webhook.Event{ID: "x"}); err == nil {
		t.Error("a call that was stopped succeeded")
	}
}

func TestValidate(t *testing.T) {
	good := secret(1)
	for _, c := range []struct {
		target webhook.Target
		want   string // of the error; "" is none
	}{
		{webhook.Target{URL: "https://contoh.example/x", Secrets: []string{good}}, ""},
		{webhook.Target{URL: "https://contoh.example/x", Secrets: []string{good, secret(2)}}, ""},
		{webhook.Target{URL: "http://10.0.0.1/x", Secrets: []string{good}, Private: true}, ""},
		{webhook.Target{URL: "http://contoh.example/x", Secrets: []string{good}}, "https://"},
		{webhook.Target{URL: "https://", Secrets: []string{good}}, "is not like"},
		{webhook.Target{URL: "https://a:b@contoh.example", Secrets: []string{good}}, "password"},
		{webhook.Target{URL: "https://contoh.example"}, "no secret"},
		{webhook.Target{URL: "https://contoh.example", Secrets: []string{"whsec_c2hvcnQ="}}, "24 to 64"},
		{webhook.Target{URL: "https://contoh.example", Secrets: []string{"kenari"}}, "24 to 64"},
		{webhook.Target{URL: "https://contoh.example", Secrets: []string{strings.TrimPrefix(good, "whsec_")}}, "24 to 64"},
	} {
		err := c.target.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "kenari")) {
			t.Errorf("%s: %v, want %q", c.target.URL, err, c.want)
		}
	}
}
