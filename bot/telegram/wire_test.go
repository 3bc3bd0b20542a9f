package telegram_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/telegram"
)

// ways are the addresses of a server that make calls go over our own wire, and
// through net/http.
func ways(url string) map[string]string {
	return map[string]string{"wire": url, "net/http": strings.Replace(url, "http://", "http://anybody@", 1)}
}

// TestWire: what a server does with its connections, and what a call does then.
func TestWire(t *testing.T) {
	const token, fine = "1:rahasia", `{"ok":true,"result":{"message_id":2,"text":"`
	long := strings.Repeat("x", 1<<16)
	hijack := func(w http.ResponseWriter, say string) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			c.Write([]byte(say))
			c.Close()
		}
	}
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, server *httptest.Server)
		want   string // the reason of the failure, "" for none
		conns  int64  // that three calls need
	}{
		"short":     {func(w http.ResponseWriter, _ *httptest.Server) { w.Write([]byte(fine + `"}}`)) }, "", 1},
		"in chunks": {func(w http.ResponseWriter, _ *httptest.Server) { w.Write([]byte(fine + long + `"}}`)) }, "", 1},
		"closed, as said": {func(w http.ResponseWriter, _ *httptest.Server) {
			w.Header().Set("Connection", "close")
			w.Write([]byte(fine + `"}}`))
		}, "", 3},
		"closed later": {func(w http.ResponseWriter, s *httptest.Server) {
			w.Write([]byte(fine + `"}}`))
			time.AfterFunc(20*time.Millisecond, s.CloseClientConnections)
		}, "", 3},
		"refused": {func(w http.ResponseWriter, _ *httptest.Server) {
			w.WriteHeader(http.StatusBadGateway)
			w.Write([]byte(`{"ok":false,"error_code":502,"description":"Bad Gateway"}`))
		}, "Bad Gateway", 1},
		"a web page":  {func(w http.ResponseWriter, _ *httptest.Server) { w.Write([]byte("<html>" + token)) }, "unreadable answer", 1},
		"cut at once": {func(w http.ResponseWriter, _ *httptest.Server) { hijack(w, "") }, "EOF", 3},
		"cut in half": {func(w http.ResponseWriter, _ *httptest.Server) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
		}, "unexpected EOF", 3},
		"another proto": {func(w http.ResponseWriter, _ *httptest.Server) { hijack(w, "SSH-2.0-"+token+"\r\n\r\n") }, "malformed HTTP", 3},
	} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int64
			var server *httptest.Server
			server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("text") != "tanda & <b>100 %</b> + é\r\n." || r.FormValue("chat_id") != "5" {
					t.Errorf("the server read %q", r.Form)
				}
				c.answer(w, server)
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					conns.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			for way, address := range ways(server.URL) {
				conns.Store(0)
				a := telegram.New(telegram.Config{Token: token, API: address, Log: zerolog.Nop()})
				for range 3 {
					ref, err := a.Post(t.Context(), "5", "tanda & <b>100 %</b> + é\r\n.", "")
					switch f := (*bot.Failure)(nil); {
					case c.want == "" && (err != nil || ref != "2"):
						t.Errorf("%s: got %q, %v", way, ref, err)
					case c.want != "" && (!errors.As(err, &f) || f.Kind != bot.RetryLater || !strings.Contains(f.Reason, c.want) || strings.Contains(err.Error(), token)):
						t.Errorf("%s: got %v", way, err)
					}
					if name == "closed later" {
						time.Sleep(60 * time.Millisecond)
					}
				}
				if n := conns.Load(); n != c.conns {
					t.Errorf("%s: %d connections, want %d", way, n, c.conns)
				}
			}
		})
	}
}

// TestNobodyAnswers: whoever waits for an answer stops when its context ends,
// and the connection is not used again.
func TestNobodyAnswers(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	for way, address := range ways(server.URL) {
		a := telegram.New(telegram.Config{Token: "1:rahasia", API: address, Log: zerolog.Nop()})
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			began := time.Now()
			err := a.Ping(ctx)
			cancel()
			if took := time.Since(began); took > 5*time.Second || err == nil || !strings.Contains(err.Error(), context.DeadlineExceeded.Error()) {
				t.Errorf("%s: after %v: %v", way, took, err)
			}
		}
	}
}
