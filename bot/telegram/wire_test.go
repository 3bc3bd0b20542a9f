package telegram_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
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
		"cut at once": {func(w http.ResponseWriter, _ *httptest.Server) { cut(w, "") }, "EOF", 3},
		"cut in half": {func(w http.ResponseWriter, _ *httptest.Server) {
			cut(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
		}, "unexpected EOF", 3},
		"another proto": {func(w http.ResponseWriter, _ *httptest.Server) { cut(w, "SSH-2.0-"+token+"\r\n\r\n") }, "malformed HTTP", 3},
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

// TestDownload: a file comes whole or with an error, and a connection on which
// more of it would come is not used again.
func TestDownload(t *testing.T) {
	const token = "1:rahasia"
	content := strings.Repeat("isi berkas ", 100_000)
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		most   int64           // that is read
		want   string          // how opening or reading fails, "" for not at all
		kind   bot.FailureKind // of a failure to open it
		conns  int64           // that three files and their getFile need, the connections being ours
	}{
		"whole": {func(w http.ResponseWriter) { io.WriteString(w, content) }, 1 << 30, "", "", 1},
		"with size": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			io.WriteString(w, content)
		}, 1 << 30, "", "", 1},
		"a part": {func(w http.ResponseWriter) { io.WriteString(w, content) }, 1000, "", "", 3},
		"closed, as said": {func(w http.ResponseWriter) {
			w.Header().Set("Connection", "close")
			io.WriteString(w, content)
		}, 1 << 30, "", "", 3},
		"gone": {func(w http.ResponseWriter) { http.Error(w, "rahasia", http.StatusNotFound) }, 1 << 30, "404", bot.Bug, 3},
		"moved": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://contoh.example/")
			w.WriteHeader(http.StatusFound)
		}, 1 << 30, "302", bot.Bug, 3},
		"later":       {func(w http.ResponseWriter) { http.Error(w, "rahasia", http.StatusTooManyRequests) }, 1 << 30, "429", bot.RetryAfter, 3},
		"cut at once": {func(w http.ResponseWriter) { cut(w, "") }, 1 << 30, "EOF", bot.RetryLater, 3},
		"cut in half": {func(w http.ResponseWriter) { cut(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nisi") }, 1 << 30, "unexpected EOF", "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/bot" + token + "/getFile":
					io.WriteString(w, `{"ok":true,"result":{"file_path":"foto/satu 1.jpg"}}`)
				case "/file/bot" + token + "/foto/satu 1.jpg":
					c.answer(w)
				default:
					t.Errorf("the server was asked for %q", r.URL.Path)
				}
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
					body, err := a.Fetch(t.Context(), bot.Attachment{ID: "satu"})
					var got []byte
					if err == nil {
						got, err = io.ReadAll(io.LimitReader(body, c.most))
						if e := errors.Join(body.Close(), body.Close()); e != nil {
							t.Errorf("%s: %v", way, e)
						}
						if n, e := body.Read(make([]byte, 1)); n > 0 || e == nil {
							t.Errorf("%s: a closed file is read", way)
						}
					} else if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Kind != c.kind {
						t.Errorf("%s: got %v", way, err)
					}
					switch {
					case c.want == "" && (err != nil || string(got) != content[:min(c.most, int64(len(content)))]):
						t.Errorf("%s: got %d bytes, %v", way, len(got), err)
					case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "rahasia")):
						t.Errorf("%s: got %v", way, err)
					}
				}
				if n := conns.Load(); way == "wire" && n != c.conns {
					t.Errorf("%d connections, want %d", n, c.conns)
				}
			}
		})
	}
}

// cut says something and closes the connection.
func cut(w http.ResponseWriter, say string) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		c.Write([]byte(say))
		c.Close()
	}
}

// TestDownloadStops: a download ends with its context, wherever it is.
func TestDownloadStops(t *testing.T) {
	for name, begin := range map[string]string{"before it began": "", "in the middle": "isi"} {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/getFile") {
					io.WriteString(w, `{"ok":true,"result":{"file_path":"satu.jpg"}}`)
					return
				}
				if begin != "" {
					io.WriteString(w, begin)
					w.(http.Flusher).Flush()
				}
				<-stop
			}))
			defer server.Close()
			defer close(stop)
			for way, address := range ways(server.URL) {
				a := telegram.New(telegram.Config{Token: "1:rahasia", API: address, Log: zerolog.Nop()})
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				body, err := a.Fetch(ctx, bot.Attachment{ID: "satu"})
				if err == nil {
					_, err = io.ReadAll(body)
					body.Close()
				}
				cancel()
				if err == nil {
					t.Errorf("%s: no error", way)
				}
			}
		})
	}
}
