package telegramtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// webhook delivers updates by HTTP instead of getUpdates. Updates of one chat
// go one after the other, those of different chats at the same time.
// queue.mu guards it.
type webhook struct {
	url, secret string
	max         int
	lanes       map[int64]*lane
	ready       []*lane
	active      int
	ctx         context.Context
	cancel      context.CancelFunc
	errText     string
	errDate     int64
}

type lane struct {
	key     int64
	waiting []*update
	fails   int
}

// add puts an update behind the others of its chat.
func (h *webhook) add(u *update) {
	l := h.lanes[u.lane]
	if l == nil {
		l = &lane{key: u.lane}
		h.lanes[u.lane] = l
		h.ready = append(h.ready, l)
	}
	l.waiting = append(l.waiting, u)
}

// dispatch starts deliveries while connections are free. q.mu must be held.
func (s *Server) dispatch(h *webhook) {
	for h.active < h.max && len(h.ready) > 0 && h.ctx.Err() == nil {
		l := h.ready[0]
		h.ready = h.ready[1:]
		f := s.faults.get()
		if len(l.waiting) > 1 && s.faults.roll(f.Seed, f.ReorderUpdates) {
			l.waiting[0], l.waiting[1] = l.waiting[1], l.waiting[0]
			s.count("reordered update")
		}
		h.active++
		u := l.waiting[0]
		s.wg.Go(func() { s.deliver(h, l, u) })
	}
}

// deliver posts one update until the bot takes it, with a pause that doubles.
func (s *Server) deliver(h *webhook, l *lane, u *update) {
	err := s.post(h, u)
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	h.active--
	if q.hook != h {
		return
	}
	if err != nil {
		h.errText, h.errDate = err.Error(), time.Now().Unix()
		pause := min(time.Duration(s.backoff.Load())<<min(l.fails, 20), time.Duration(s.maxBackoff.Load()))
		l.fails++
		time.AfterFunc(pause, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			h.ready = append(h.ready, l)
			s.dispatch(h)
		})
		s.dispatch(h)
		return
	}
	l.fails = 0
	f := s.faults.get()
	if !u.again && s.faults.roll(f.Seed, f.DuplicateUpdates) {
		u.again = true
		s.count("duplicate update")
	} else {
		l.waiting = l.waiting[1:]
		q.confirm(u.id)
	}
	if len(l.waiting) > 0 {
		h.ready = append(h.ready, l)
	} else {
		delete(h.lanes, l.key)
	}
	s.dispatch(h)
}

func (s *Server) post(h *webhook, u *update) error {
	ctx, cancel := context.WithTimeout(h.ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(u.append(nil)))
	if err != nil {
		return errors.New("wrong URL")
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return errors.New("connection failed")
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return errors.New("wrong response from the webhook: " + res.Status)
	}
	return nil
}

// newClient makes the client that calls webhooks: loopback only, no redirects,
// and any certificate since those on loopback are self-signed.
func newClient() *http.Client {
	dial := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := dial.DialContext(ctx, network, addr)
				if err == nil && !isLoopback(conn.RemoteAddr()) {
					_ = conn.Close()
					return nil, errNotLoopback
				}
				return conn, err
			},
			TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // loopback only
			MaxIdleConnsPerHost: 100,
			DisableCompression:  true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var errNotLoopback = errors.New("telegramtest: only loopback addresses are allowed")

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func setWebhook(c *call) *apiError {
	raw := c.get("url")
	if raw == "" {
		return deleteWebhook(c)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return bad("invalid webhook URL specified")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && !ip.IsLoopback() {
		return bad("bad webhook: the emulator reaches loopback addresses only")
	}
	secret := c.get("secret_token")
	if len(secret) > 256 {
		return bad("secret token is too long")
	}
	if strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return bad("secret token contains unallowed characters")
	}
	limit := c.getInt("max_connections")
	if limit == 0 {
		limit = 40
	}
	h := &webhook{url: raw, secret: secret, max: int(min(max(limit, 1), 100)), lanes: map[int64]*lane{}}
	h.ctx, h.cancel = context.WithCancel(context.Background())

	s, q := c.s, &c.s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if s.isClosed() {
		h.cancel()
		return c.yes()
	}
	if e := c.allow(); e != nil {
		h.cancel()
		return e
	}
	q.endPoll("Conflict: terminated by setWebhook request")
	q.unhook(c.getBool("drop_pending_updates"))
	q.hook = h
	for _, p := range q.pending {
		h.add(p)
	}
	s.dispatch(h)
	return c.yes()
}

// unhook ends deliveries; what is not confirmed stays pending unless it is to
// be dropped. q.mu must be held.
func (q *queue) unhook(drop bool) {
	if q.hook != nil {
		q.hook.cancel()
		q.hook = nil
	}
	if drop {
		q.pending, q.again = nil, nil
		q.settle()
	}
}

func deleteWebhook(c *call) *apiError {
	q := &c.s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unhook(c.getBool("drop_pending_updates"))
	return c.yes()
}

func getWebhookInfo(c *call) *apiError {
	q := &c.s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.hook
	if h == nil {
		h = &webhook{}
	}
	out := appendStr(append(c.out, '{'), "url", h.url)
	out = append(appendKey(out, "has_custom_certificate"), "false"...)
	out = appendInt(out, "pending_update_count", int64(len(q.pending)+len(q.again)))
	if h.max > 0 {
		out = appendInt(out, "max_connections", int64(h.max))
	}
	if h.errText != "" {
		out = appendInt(out, "last_error_date", h.errDate)
		out = appendStr(out, "last_error_message", h.errText)
	}
	if q.allowed != nil {
		out = append(appendKey(out, "allowed_updates"), '[')
		first := true
		for kind := range q.allowed {
			if !first {
				out = append(out, ',')
			}
			first = false
			out = appendString(out, kind)
		}
		out = append(out, ']')
	}
	c.out = append(out, '}')
	return nil
}

// SetWebhookBackoff sets the pause before an update that the webhook refused is
// delivered again; it doubles from the first to the most. The start is 50
// milliseconds and two seconds.
func (s *Server) SetWebhookBackoff(first, most time.Duration) {
	s.backoff.Store(int64(first))
	s.maxBackoff.Store(int64(most))
}
