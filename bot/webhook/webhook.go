// Package webhook posts events to URLs: as JSON of CloudEvents 1.0.2
// (github.com/cloudevents/spec), signed as in Standard Webhooks 1.0.0
// (standardwebhooks.com).
package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"code.dny.dev/ssrf"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/netralitas/netra/bot"
)

// Target is where events are posted.
type Target struct {
	URL string
	// Secrets sign, each of them, so that one can be changed for another without a
	// gap: "whsec_" and 24 to 64 bytes in base64.
	Secrets []string
	// Private allows addresses that are not public, and http without TLS.
	Private bool
}

// Validate returns every mistake. It does not repeat secrets.
func (t Target) Validate() error {
	var errs []error
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		errs = append(errs, errors.New("the address is not like https://example.org/netra"))
	case u.Scheme == "http" && !t.Private:
		errs = append(errs, errors.New("the address must begin with https://; http only where private = true"))
	case u.User != nil:
		errs = append(errs, errors.New("the address must hold no password: events are signed"))
	}
	if len(t.Secrets) == 0 {
		errs = append(errs, errors.New(`it has no secret; make one: echo "whsec_$(openssl rand -base64 32)"`))
	}
	for _, s := range t.Secrets {
		raw, ok := strings.CutPrefix(s, "whsec_")
		key, err := base64.StdEncoding.DecodeString(raw)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			errs = append(errs, errors.New("its secret is not whsec_ and 24 to 64 bytes in base64"))
		}
	}
	return errors.Join(errs...)
}

// Event is one of CloudEvents. Data and File exclude each other.
type Event struct {
	ID      string // the same whenever the same event is posted
	Source  string // a URI reference
	Type    string
	Subject string
	Time    time.Time // zero: it is not said
	Data    any       // goes as JSON
	File    []byte    // goes in base64
	Media   string    // of File
	// Name is what to call File. It is an extension of ours, "filename".
	Name string
}

func (e Event) body() ([]byte, error) {
	wire := struct {
		Version string `json:"specversion"`
		ID      string `json:"id"`
		Source  string `json:"source"`
		Type    string `json:"type"`
		Subject string `json:"subject,omitempty"`
		Time    string `json:"time,omitempty"`
		Media   string `json:"datacontenttype"`
		Name    string `json:"filename,omitempty"`
		Data    any    `json:"data,omitempty"`
		File    []byte `json:"data_base64,omitempty"`
	}{"1.0", e.ID, e.Source, e.Type, e.Subject, "", "application/json", e.Name, e.Data, e.File}
	if !e.Time.IsZero() {
		wire.Time = e.Time.UTC().Format(time.RFC3339)
	}
	if e.File != nil {
		wire.Media = e.Media
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(wire); err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return b.Bytes(), nil
}

// ErrTooLarge is the error of an event that its target says is too large for it.
var ErrTooLarge = errors.New("webhook: the target says that it is too large")

const (
	// attempt is how long a target may take, in all.
	attempt = 30 * time.Second
	// largeAttempt is that for files.
	largeAttempt = 2 * time.Minute
	large        = 1 << 20 // bytes
	// longestWait is how long a target may have us wait by its own word.
	longestWait = time.Hour
)

// Sender posts events. The zero Sender is ready.
type Sender struct {
	// Timeout is how long a target may take; 0: 30 seconds, and two minutes for
	// what is larger than a megabyte.
	Timeout time.Duration
	Now     func() time.Time // nil: time.Now

	once            sync.Once
	public, private *http.Client
	files           sync.Mutex // one large event at a time is in memory
}

func (s *Sender) start() {
	if s.Now == nil {
		s.Now = time.Now
	}
	client := func(d *net.Dialer) *http.Client {
		return &http.Client{
			Transport: &http.Transport{ // no proxy: it would look names up behind our back
				DialContext: d.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
				MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	// The address is looked at after names were looked up, so that no name can lead
	// elsewhere.
	s.public = client(&net.Dialer{Timeout: 10 * time.Second, Control: ssrf.New(ssrf.WithAnyPort()).Safe})
	s.private = client(&net.Dialer{Timeout: 10 * time.Second})
}

// Post posts an event once. It returns ErrTooLarge, or a Failure that says when to
// try again: Gone when the target wants no more. Errors name neither the URL, which
// may be a secret, nor what the target answered.
func (s *Sender) Post(ctx context.Context, t Target, e Event) error {
	s.once.Do(s.start)
	if len(e.File) > large {
		s.files.Lock()
		defer s.files.Unlock()
	}
	body, err := e.body()
	if err != nil {
		return err
	}
	timeout := s.Timeout
	switch {
	case timeout > 0:
	case len(body) > large:
		timeout = largeAttempt
	default:
		timeout = attempt
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(body))
	if err != nil {
		return fail(bot.Bug, 0, "the address cannot be used")
	}
	now := s.Now() // each attempt has its own, or a late one would be refused as old
	var signatures []string
	for _, secret := range t.Secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return fail(bot.Bug, 0, "its secret cannot be used")
		}
		sign, err := hook.Sign(e.ID, now, body)
		if err != nil {
			return fail(bot.Bug, 0, "it cannot be signed")
		}
		signatures = append(signatures, sign)
	}
	q.Header.Set("Content-Type", "application/cloudevents+json; charset=UTF-8")
	q.Header.Set("User-Agent", "netra")
	q.Header.Set(standardwebhooks.HeaderWebhookID, e.ID)
	q.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	q.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	client := s.public
	if t.Private {
		client = s.private
	}
	resp, err := client.Do(q)
	if err != nil {
		return unreached(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	return s.answered(resp)
}

// unreached is the failure of a target that did not answer.
func unreached(err error) error {
	for _, refused := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, refused) {
			return fail(bot.Bug, 0, "its address is not a public one; private = true allows that")
		}
	}
	if u := (*url.Error)(nil); errors.As(err, &u) { // its words hold the URL
		if u.Timeout() {
			return fail(bot.RetryLater, 0, "it did not answer in time")
		}
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		return fail(bot.RetryLater, 0, "its name is not found")
	}
	return fail(bot.RetryLater, 0, "it cannot be reached")
}

// answered is what an answer means.
func (s *Sender) answered(resp *http.Response) error {
	status := "HTTP " + strconv.Itoa(resp.StatusCode)
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return fail(bot.Gone, longestWait, status+": it wants no more events")
	case code == http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case code == http.StatusTooManyRequests, code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		if wait := s.wait(resp.Header.Get("Retry-After")); wait > 0 {
			return fail(bot.RetryAfter, wait, status)
		}
	}
	return fail(bot.RetryLater, 0, status)
}

// wait is how long a Retry-After has us wait; 0 when it says nothing that we
// understand.
func (s *Sender) wait(header string) time.Duration {
	d := time.Duration(0)
	if n, err := strconv.Atoi(header); err == nil {
		d = time.Duration(min(max(n, 0), int(longestWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		d = at.Sub(s.Now())
	}
	return min(max(d, 0), longestWait)
}

func fail(kind bot.FailureKind, after time.Duration, reason string) *bot.Failure {
	return &bot.Failure{Kind: kind, Op: "webhook", After: after, Reason: reason}
}
