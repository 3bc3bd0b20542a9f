package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
)

// api makes calls. Its errors are *bot.Failure and never hold the token.
type api struct {
	base    string // without a slash at the end
	token   string
	wire    *wire        // for calls and downloads, where it can be used; else nil
	http    *http.Client // for everything else
	metrics *bot.Metrics
}

const (
	dialTimeout = 10 * time.Second
	keepAlive   = 30 * time.Second
	headTimeout = 90 * time.Second // how long an answer may take to begin
)

func newAPI(base, token string, m *bot.Metrics) *api {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          maxIdle,
		MaxIdleConnsPerHost:   maxIdle,
		IdleConnTimeout:       idleTime,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: headTimeout,
		DisableCompression:    true,
	}
	// A redirect would carry the token, and a reporter's words, elsewhere.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	base = strings.TrimRight(base, "/")
	return &api{base, token, newWire(base, token), &http.Client{Transport: transport, CheckRedirect: stay}, m}
}

// callTimeout bounds a call that is not a long poll and carries no file.
const callTimeout = 30 * time.Second

// call makes a call and puts its result where result points; nil is for those
// who need only know that it was done.
func (a *api) call(ctx context.Context, method string, p tgbotapi.Params, result any) error {
	return a.post(ctx, callTimeout, method, p, result)
}

// post is call with another time-out. The request is ours: the library's knows
// no context, and reads every answer three times.
func (a *api) post(ctx context.Context, timeout time.Duration, method string, p tgbotapi.Params, result any) error {
	err := a.failure(ctx, method, a.exchange(ctx, timeout, method, p, result))
	a.metrics.Call("telegram", method, err)
	return err
}

// answer is what every call is answered with.
// https://core.telegram.org/bots/api#making-requests
type answer struct {
	OK          bool                         `json:"ok"`
	Result      any                          `json:"result"`
	Code        int                          `json:"error_code"`
	Description string                       `json:"description"`
	Parameters  *tgbotapi.ResponseParameters `json:"parameters"`
}

// done begins an answer, when what follows is a result.
var done = []byte(`{"ok":true,`)

// errShape is the error of an answer whose result is not what was asked for.
var errShape = errors.New("unreadable answer")

// maxAnswer bounds an answer; a hundred updates are far smaller.
const maxAnswer = 32 << 20

// The buffers of polls are apart: their answers are a hundred times larger, and
// every buffer would grow to that.
var calls, polls = buffers(), buffers()

func buffers() *sync.Pool { return &sync.Pool{New: func() any { return new(bytes.Buffer) }} }

func (a *api) exchange(ctx context.Context, timeout time.Duration, method string, p tgbotapi.Params, result any) error {
	pool := calls
	if method == "getUpdates" {
		pool = polls
	}
	raw := pool.Get().(*bytes.Buffer)
	defer func() { raw.Reset(); pool.Put(raw) }()
	var err error
	if a.wire != nil {
		err = a.wire.call(ctx, timeout, method, p, raw)
	} else {
		err = a.ask(ctx, timeout, method, p, raw)
	}
	if err != nil {
		return err
	}
	if result == nil && bytes.HasPrefix(raw.Bytes(), done) {
		return nil // nobody reads the result
	}
	said := answer{Result: result}
	err = json.Unmarshal(raw.Bytes(), &said)
	if odd := (*json.UnmarshalTypeError)(nil); err != nil && !errors.As(err, &odd) {
		return errShape
	}
	switch {
	case said.OK && err == nil:
		return nil
	case said.OK || said.Code == 0:
		return errShape
	}
	refused := &tgbotapi.Error{Code: said.Code, Message: said.Description}
	if said.Parameters != nil {
		refused.ResponseParameters = *said.Parameters
	}
	return refused
}

// ask is wire.call through net/http.
func (a *api) ask(ctx context.Context, timeout time.Duration, method string, p tgbotapi.Params, raw *bytes.Buffer) error {
	var body bytes.Buffer
	form(&body, p)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+"/bot"+a.token+"/"+method, &body)
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.http.Do(q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = raw.ReadFrom(io.LimitReader(resp.Body, maxAnswer))
	return err
}

// form writes parameters as application/x-www-form-urlencoded.
func form(to *bytes.Buffer, p tgbotapi.Params) {
	const hex = "0123456789ABCDEF"
	before := ""
	for name, value := range p {
		to.WriteString(before)
		to.WriteString(name)
		to.WriteByte('=')
		to.Grow(3 * len(value))
		b := to.AvailableBuffer()
		for i := range len(value) {
			switch c := value[i]; {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
				b = append(b, c)
			case c == ' ':
				b = append(b, '+')
			default:
				b = append(b, '%', hex[c>>4], hex[c&15])
			}
		}
		to.Write(b)
		before = "&"
	}
}

// bound gives the library's client a context.
type bound struct {
	ctx context.Context
	c   *http.Client
}

func (b bound) Do(q *http.Request) (*http.Response, error) { return b.c.Do(q.WithContext(b.ctx)) }

// library is the library's client for one call. Its NewBotAPI would call getMe
// and keep the background context.
func (a *api) library(ctx context.Context) *tgbotapi.BotAPI {
	b := &tgbotapi.BotAPI{Token: a.token, Client: bound{ctx, a.http}}
	b.SetAPIEndpoint(a.base + "/bot%s/%s")
	return b
}

// upload makes a call that carries files.
func (a *api) upload(ctx context.Context, method string, p tgbotapi.Params, files []tgbotapi.RequestFile) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	resp, err := a.library(ctx).UploadFiles(method, p, files)
	if refused := (*tgbotapi.Error)(nil); errors.As(err, &refused) && refused.Code == 0 && resp != nil {
		refused.Code = resp.ErrorCode // which the library forgets here
	}
	err = a.failure(ctx, method, err)
	a.metrics.Call("telegram", method, err)
	return err
}

// send makes a call whose result is a message, and returns its reference.
func (a *api) send(ctx context.Context, method string, p tgbotapi.Params) (bot.Ref, error) {
	var m struct {
		ID int `json:"message_id"`
	}
	if err := a.call(ctx, method, p, &m); err != nil {
		return "", err
	}
	if m.ID == 0 {
		return "", &bot.Failure{Kind: bot.RetryLater, Op: method, Reason: "not a message"}
	}
	return bot.Ref(strconv.Itoa(m.ID)), nil
}

// failure types an error, and strips it of everything that is not ours to show.
func (a *api) failure(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	f := &bot.Failure{Op: op, Kind: bot.RetryLater}
	refused := (*tgbotapi.Error)(nil)
	switch {
	case errors.As(err, &refused):
		f.Reason = a.hide(refused.Message)
		text := strings.ToLower(refused.Message)
		switch {
		case refused.Code == http.StatusTooManyRequests || refused.RetryAfter > 0:
			f.Kind, f.After = bot.RetryAfter, max(1, time.Duration(refused.RetryAfter))*time.Second
		case refused.MigrateToChatID != 0:
			f.Kind, f.MovedTo = bot.Gone, bot.Address(fmt.Sprint(refused.MigrateToChatID))
		case refused.Code == http.StatusForbidden,
			strings.Contains(text, "chat not found"), strings.Contains(text, "user is deactivated"),
			strings.Contains(text, "bot was kicked"), strings.Contains(text, "not enough rights"):
			f.Kind = bot.Gone
		case refused.Code >= 500, refused.Code == http.StatusConflict,
			refused.Code == http.StatusUnauthorized, refused.Code == http.StatusNotFound: // the token: the operator's to mend
		default:
			f.Kind = bot.Bug
		}
	case ctx.Err() != nil:
		f.Reason = ctx.Err().Error()
	default:
		f.Reason = a.plain(err)
	}
	return f
}

// plain is a network error without the URL, which holds the token.
func (a *api) plain(err error) string {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	if json.Valid([]byte(err.Error())) {
		return "unreadable answer"
	}
	return a.hide(err.Error())
}

// quoted is what Telegram quotes of a message it refuses ("Unsupported start
// tag "x""): words that may be a reporter's.
var quoted = regexp.MustCompile(`"[^"]*"?`)

// hide takes the token, and everything quoted, out of a text.
func (a *api) hide(s string) string {
	s = quoted.ReplaceAllString(s, "…")
	if a.token == "" {
		return s
	}
	return strings.ReplaceAll(s, a.token, "<token>")
}

// says reports whether a call was refused with these words.
func says(err error, words string) bool {
	f := (*bot.Failure)(nil)
	return errors.As(err, &f) && strings.Contains(strings.ToLower(f.Reason), words)
}

// download opens a file. The library's address for files is a constant, so the
// request is our own.
func (a *api) download(ctx context.Context, path string) (io.ReadCloser, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/file/bot"+a.token+"/"+path, nil)
	if err != nil {
		return nil, &bot.Failure{Kind: bot.Bug, Op: "download", Reason: "bad file path"}
	}
	var resp *http.Response
	if a.wire != nil {
		resp, err = a.wire.get(q)
	} else {
		resp, err = a.http.Do(q)
	}
	if err != nil {
		return nil, a.failure(ctx, "download", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	resp.Body.Close()
	f := &bot.Failure{Kind: bot.RetryLater, Op: "download", Reason: resp.Status}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		f.Kind, f.After = bot.RetryAfter, time.Second
	case resp.StatusCode < 500:
		f.Kind = bot.Bug
	}
	return nil, f
}
