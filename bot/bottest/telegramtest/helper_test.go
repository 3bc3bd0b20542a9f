package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// bot is the smallest Bot API client there is.
type bot struct {
	t testing.TB
	s *Server
}

type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`

	status int
	err    error
}

func newBot(t testing.TB) *bot {
	return &bot{t, NewServer(t)}
}

func (b *bot) url(method string) string { return b.s.URL + "/bot" + b.s.Token + "/" + method }

// call makes a form request of names and values.
func (b *bot) call(method string, args ...any) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(args); i += 2 {
		v := args[i+1]
		if s, ok := v.(string); ok {
			form.Set(args[i].(string), s)
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		form.Set(args[i].(string), string(raw))
	}
	return b.do(http.Post(b.url(method), "application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
}

func (b *bot) do(res *http.Response, err error) (a answer) {
	b.t.Helper()
	if err != nil {
		a.err = err
		return a
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		a.err = err
		return a
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		b.t.Errorf("answer is no JSON: %v\n%s", err, raw)
	}
	a.status = res.StatusCode
	return a
}

// ok is call for what must work.
func (b *bot) ok(method string, args ...any) answer {
	b.t.Helper()
	a := b.call(method, args...)
	if a.err != nil || !a.OK || a.status != 200 {
		b.t.Fatalf("%s: %d %q %v", method, a.Code, a.Description, a.err)
	}
	return a
}

// refused is call for what must not.
func (b *bot) refused(want string, method string, args ...any) answer {
	b.t.Helper()
	a := b.call(method, args...)
	b.check(a, want)
	return a
}

func (b *bot) check(a answer, want string) {
	b.t.Helper()
	got := fmt.Sprintf("%d %s", a.Code, a.Description)
	if a.err != nil || a.OK || !strings.HasPrefix(got, want) || a.status != a.Code {
		b.t.Errorf("got %q (status %d, %v), want %q", got, a.status, a.err, want)
	}
}

// upload makes a multipart request. Values of type []byte become files.
func (b *bot) upload(method string, args ...any) answer {
	b.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i < len(args); i += 2 {
		name := args[i].(string)
		switch v := args[i+1].(type) {
		case []byte:
			part, _ := w.CreateFormFile(name, name+".bin")
			_, _ = part.Write(v)
		default:
			_ = w.WriteField(name, fmt.Sprint(v))
		}
	}
	_ = w.Close()
	return b.do(http.Post(b.url(method), w.FormDataContentType(), &buf))
}

type upd struct {
	ID      int64 `json:"update_id"`
	Message *struct {
		ID    int             `json:"message_id"`
		Text  string          `json:"text"`
		Album string          `json:"media_group_id"`
		Chat  json.RawMessage `json:"chat"`
		Raw   json.RawMessage `json:"-"`
	} `json:"message"`
	Edited *struct {
		Text string `json:"text"`
	} `json:"edited_message"`
	Callback *struct {
		ID   string `json:"id"`
		Data string `json:"data"`
	} `json:"callback_query"`
	Member json.RawMessage `json:"my_chat_member"`
}

func (b *bot) updates(args ...any) []upd {
	b.t.Helper()
	return decode[[]upd](b.t, b.ok("getUpdates", args...))
}

func decode[T any](t testing.TB, a answer) (out T) {
	t.Helper()
	if err := json.Unmarshal(a.Result, &out); err != nil {
		t.Fatalf("%v in %s", err, a.Result)
	}
	return out
}

type sent struct {
	ID      int    `json:"message_id"`
	Text    string `json:"text"`
	Caption string `json:"caption"`
	Album   string `json:"media_group_id"`
	Reply   *struct {
		ID int `json:"message_id"`
	} `json:"reply_to_message"`
}

func (b *bot) send(args ...any) sent {
	b.t.Helper()
	return decode[sent](b.t, b.ok("sendMessage", args...))
}

func (b *bot) clean() {
	b.t.Helper()
	for _, v := range b.s.Violations() {
		b.t.Errorf("violation: %+v", v)
	}
}

func (b *bot) violations(want int) {
	b.t.Helper()
	if got := b.s.Violations(); len(got) != want {
		b.t.Errorf("%d violations, want %d: %+v", len(got), want, got)
	}
}

func known(s *Server) *User { return s.NewUserWith(UserOptions{Lang: "id", Known: true}) }

func inline(rows ...[]map[string]any) map[string]any {
	if rows == nil {
		rows = [][]map[string]any{} // null is refused
	}
	return map[string]any{"inline_keyboard": rows}
}

func button(text, data string) map[string]any {
	return map[string]any{"text": text, "callback_data": data}
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits for what another goroutine is about to do.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatal("never happened: " + what)
}

func (b *bot) polling() bool {
	b.s.queue.mu.Lock()
	defer b.s.queue.mu.Unlock()
	return b.s.queue.poll != nil
}

// jpeg is the start of a picture of that size.
func jpeg(w, h int) []byte {
	return []byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 1, 0, 0}
}

func isCut(err error) bool {
	return errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "reset")
}
