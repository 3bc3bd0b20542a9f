package telegram

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// wire makes calls to a Bot API server of one's own, which is spoken to in
// plain HTTP and is the only one that takes more than thirty messages a second.
// There the calls are most of what a step costs, and net/http hands each
// through three goroutines, two of which stay with an idle connection. Here a
// call, or the download of a file, is written and read by whoever makes it.
// Everything else, the public API above all, goes through net/http.
type wire struct {
	address string
	begin   string // of a request, up to the method's name
	middle  string // from there to the length of the body
	dialer  net.Dialer

	mu   sync.Mutex
	idle []*conn // the one used last comes last, and is taken first
}

const (
	maxIdle  = 512
	idleTime = 90 * time.Second
)

// noLength ends the head of a request: spaces for the length that is not known
// yet, and an empty line.
const noLength = "          \r\n\r\n"

// conn is a connection that may be used for one call after the other.
type conn struct {
	net.Conn
	since time.Time // when it became idle
}

// readers are for the time of a call: two connections a reporter stand idle
// while they think. Most answers are smaller than two kilobytes.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 2<<10) }}

// newWire returns nil for an address that is net/http's.
func newWire(base, token string) *wire {
	q, err := http.NewRequest(http.MethodPost, base+"/bot"+token+"/", nil) //nolint:noctx // it is not sent
	if err != nil || q.URL.Scheme != "http" || q.URL.User != nil || q.URL.RawQuery != "" {
		return nil
	}
	if proxy, err := http.ProxyFromEnvironment(q); err != nil || proxy != nil {
		return nil
	}
	address := q.URL.Host
	if q.URL.Port() == "" {
		address = net.JoinHostPort(q.URL.Hostname(), "80")
	}
	return &wire{
		address: address,
		begin:   "POST " + q.URL.RequestURI(),
		middle:  " HTTP/1.1\r\nHost: " + q.URL.Host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
		dialer:  net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive},
	}
}

// call makes a call and writes what is answered to raw, whatever its status is.
func (w *wire) call(ctx context.Context, timeout time.Duration, method string, p tgbotapi.Params, raw *bytes.Buffer) error {
	c, err := w.take(ctx)
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if keep {
			w.give(c)
		} else {
			c.Close()
		}
	}()
	if err := c.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) }) // it ends what waits
	raw.WriteString(w.begin)
	raw.WriteString(method)
	raw.WriteString(w.middle)
	raw.WriteString(noLength)
	head := raw.Len()
	form(raw, p)
	length := strconv.AppendInt(nil, int64(raw.Len()-head), 10)
	copy(raw.Bytes()[head-len(noLength):], length)
	_, err = c.Write(raw.Bytes())
	raw.Reset()
	if err == nil {
		keep, err = c.read(raw)
	}
	// A deadline that is being set must not meet the connection's next call.
	keep = stop() && keep
	return err
}

// read reads an answer, and reports whether the connection can be used again.
func (c *conn) read(raw *bytes.Buffer) (keep bool, err error) {
	in := readers.Get().(*bufio.Reader)
	in.Reset(c.Conn)
	defer func() { in.Reset(nil); readers.Put(in) }()
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	n, err := raw.ReadFrom(io.LimitReader(resp.Body, maxAnswer))
	return err == nil && n < maxAnswer && !resp.Close && in.Buffered() == 0, err
}

// fileBody is the body of an answer that is a file.
type fileBody struct {
	wire *wire
	conn *conn // nil when closed
	in   *bufio.Reader
	stop func() bool
	body io.ReadCloser
	next bool // the server takes another request on the connection
	end  bool // was reached
}

// get makes a request that has no body, and returns the answer when its head is
// read. Its body is to be closed, and can be read until the request's context
// ends.
func (w *wire) get(q *http.Request) (*http.Response, error) {
	ctx := q.Context()
	var head bytes.Buffer
	if err := q.Write(&head); err != nil {
		return nil, err
	}
	c, err := w.take(ctx)
	if err != nil {
		return nil, err
	}
	f := &fileBody{wire: w, conn: c, in: readers.Get().(*bufio.Reader)}
	f.in.Reset(c.Conn)
	end := func() { _ = c.SetDeadline(time.Unix(1, 0)) } // it ends what waits
	_ = c.SetDeadline(time.Time{})
	f.stop = context.AfterFunc(ctx, end)
	slow := time.AfterFunc(headTimeout, end)
	var resp *http.Response
	if _, err = c.Write(head.Bytes()); err == nil {
		resp, err = http.ReadResponse(f.in, q)
	}
	if late := !slow.Stop(); err == nil && late {
		err = os.ErrDeadlineExceeded
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	f.body, f.next, resp.Body = resp.Body, !resp.Close, f
	return resp, nil
}

// Read implements io.Reader.
func (f *fileBody) Read(p []byte) (int, error) {
	if f.conn == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := f.body.Read(p)
	f.end = f.end || err == io.EOF
	return n, err
}

// Close implements io.Closer. A connection on which the rest of a file would come
// is of no use.
func (f *fileBody) Close() error {
	if f.conn == nil {
		return nil
	}
	var err error
	if f.stop() && f.end && f.next && f.in.Buffered() == 0 {
		f.wire.give(f.conn)
	} else {
		err = f.conn.Close()
	}
	f.conn = nil
	f.in.Reset(nil)
	readers.Put(f.in)
	return err
}

// take returns an idle connection that the server has not closed, or a new one.
func (w *wire) take(ctx context.Context) (*conn, error) {
	for {
		w.mu.Lock()
		if len(w.idle) == 0 {
			w.mu.Unlock()
			break
		}
		last := len(w.idle) - 1
		c := w.idle[last]
		w.idle[last], w.idle = nil, w.idle[:last]
		w.mu.Unlock()
		if open(c.Conn) {
			return c, nil
		}
		c.Close()
	}
	to, err := w.dialer.DialContext(ctx, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: to}, nil
}

// give takes a connection back, and closes those that nobody needed for long.
func (w *wire) give(c *conn) {
	c.since = time.Now()
	w.mu.Lock()
	w.idle = append(w.idle, c)
	var old []*conn
	for len(w.idle) > maxIdle || c.since.Sub(w.idle[0].since) > idleTime {
		old, w.idle = append(old, w.idle[0]), w.idle[1:]
	}
	w.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
}
