package telegramtest

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClosed is what waiting ends with when the server is closed.
var ErrClosed = errors.New("telegramtest: server closed")

// Server is a Bot API server with one bot and any number of people and groups.
// Its methods may be called from several goroutines.
type Server struct {
	URL      string // where the Bot API is, without a slash at the end
	Token    string // of the bot; every server has its own
	BotID    int64
	Username string // of the bot, without @

	http    *http.Server
	client  *http.Client
	wg      sync.WaitGroup
	closed  chan struct{}
	closing sync.Once

	botJSON []byte
	privacy atomic.Bool
	methods map[string]*method
	fileGet *method
	chats   sync.Map // int64 → *chat
	people  atomic.Int64
	groups  atomic.Int64
	lastID  atomic.Int64 // message ids of private chats and groups
	albums  atomic.Int64

	queue   queue
	files   files
	presses presses
	book    book
	profile profile

	callbackTTL         atomic.Int64
	backoff, maxBackoff atomic.Int64
	faults              faults
	limits              atomic.Pointer[Limits]
	sent                window
	provoked            atomic.Int64
	calls               atomic.Int64
	maxUpload           int
}

// TB is what NewServer needs of a testing.TB. The program that only shows a bot
// off should not link the testing package.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// NewServer starts a server that is closed when the test ends.
func NewServer(t TB) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server on a free port of 127.0.0.1. The caller closes it.
func Start() (*Server, error) { return StartAt("127.0.0.1:0") }

// StartAt starts a server on an address, which must be a loopback address.
func StartAt(addr string) (*Server, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && !ip.IsLoopback() {
		return nil, errNotLoopback
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	id := 5_100_000_000 + int64(ln.Addr().(*net.TCPAddr).Port)
	s := &Server{
		URL:       "http://" + ln.Addr().String(),
		Token:     strconv.FormatInt(id, 10) + ":AA" + (rand.Text() + rand.Text())[:33],
		BotID:     id,
		Username:  "netra_contoh_bot",
		client:    newClient(),
		closed:    make(chan struct{}),
		maxUpload: maxUpload,
		methods:   newMethods(),
		fileGet:   &method{methodSpec: methodSpec{name: "file"}},
	}
	s.botJSON = append(appendStr(appendStr(append(appendInt([]byte{'{'}, "id", id), `,"is_bot":true`...),
		"first_name", "Netra Contoh"), "username", s.Username), '}')
	s.files.byID, s.files.byPath = map[string]*file{}, map[string]*file{}
	s.presses.byID = map[int64]press{}
	s.queue.next = 810_000_001
	s.lastID.Store(1000)
	s.albums.Store(13_800_000_000_000_000)
	s.SetCallbackTTL(15 * time.Second)
	s.SetWebhookBackoff(50*time.Millisecond, 2*time.Second)
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = s.http.Serve(loopbackOnly{ln}) })
	return s, nil
}

// loopbackOnly hangs up on everybody from another machine.
type loopbackOnly struct{ net.Listener }

func (l loopbackOnly) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || isLoopback(conn.RemoteAddr()) {
			return conn, err
		}
		_ = conn.Close()
	}
}

// Close ends all connections, deliveries and waits. Closing again does nothing.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.closed)
		s.queue.mu.Lock()
		s.queue.unhook(false)
		s.queue.mu.Unlock()
		_ = s.http.Close()
		s.wg.Wait()
		s.client.CloseIdleConnections()
	})
}

func (s *Server) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// SetCallbackTTL sets for how long a press of a button can be answered; it is
// fifteen seconds at the start.
func (s *Server) SetCallbackTTL(d time.Duration) { s.callbackTTL.Store(int64(d)) }

// SetPrivacy switches Telegram's privacy mode: the bot then sees of what is said
// in groups only commands, replies to it and mentions of it, unless it is an
// administrator. It is off at the start.
func (s *Server) SetPrivacy(on bool) { s.privacy.Store(on) }

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, isFile := strings.CutPrefix(r.URL.Path, "/file/bot")
	if !isFile {
		var ok bool
		if path, ok = strings.CutPrefix(r.URL.Path, "/bot"); !ok {
			s.write(w, &apiError{code: 404, desc: "Not Found"}, nil)
			return
		}
	}
	token, name, _ := strings.Cut(path, "/")
	if token != s.Token {
		s.write(w, s.wrongToken(token), nil)
		return
	}
	c := newCall(s, r)
	defer c.free()
	if isFile {
		c.m = s.fileGet
	} else {
		c.m = s.methods[name]
		if c.m == nil {
			c.m = s.methods[strings.ToLower(name)]
		}
	}
	if c.m == nil {
		c.m = &method{methodSpec: methodSpec{name: name}}
		_ = c.parse()
		s.fail(w, c, &apiError{code: 404, desc: "Not Found"})
		return
	}
	c.m.calls.Add(1)
	c.n = int(s.calls.Add(1))
	s.answer(w, c, name, isFile)
}

func (s *Server) wrongToken(token string) *apiError {
	id, secret, ok := strings.Cut(token, ":")
	if !ok || id == "" || !isInteger(id) || len(secret) < 30 || len(token) > 80 {
		return &apiError{code: 404, desc: "Not Found"}
	}
	s.count("unauthorized")
	return &apiError{code: 401, desc: "Unauthorized"}
}

// sentBody is a request's body that knows whether all of it came.
type sentBody struct {
	io.ReadCloser
	broken bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.broken = true
	}
	return n, err
}

// answer lets a call wait, fail or happen.
func (s *Server) answer(w http.ResponseWriter, c *call, name string, isFile bool) {
	sent := &sentBody{ReadCloser: c.r.Body}
	c.r.Body = sent
	parseErr := c.parse()
	if sent.broken { // the client died in the middle: nobody made a mistake
		s.count("client gone")
		s.log(c, 0, "client gone")
		panic(http.ErrAbortHandler)
	}
	f := s.faults.now.Load()
	if f != nil && f.Latency > 0 {
		timer := time.NewTimer(f.Latency)
		select {
		case <-timer.C:
		case <-s.closed:
			timer.Stop()
		}
	}
	run := &c.m.run
	if id, err := strconv.ParseInt(c.get("chat_id"), 10, 64); err == nil {
		if ch := s.chat(id); ch != nil {
			run = &ch.run
		}
	}
	fault := s.faults.pick(c.m.name, c.n, run)
	switch fault {
	case Fault429:
		retry := 0
		if f != nil {
			retry = f.RetryAfter
		}
		s.fail(w, c, tooMany(retry))
		return
	case Fault500:
		s.fail(w, c, condition("injected 500", 500, "Internal Server Error"))
		return
	case FaultCutBefore:
		s.count("cut before")
		s.log(c, 0, "cut before")
		panic(http.ErrAbortHandler)
	}
	if isFile {
		if fault == FaultCutAfter {
			s.count("cut after")
		}
		s.download(w, c.r, name, fault == FaultCutAfter)
		s.log(c, 200, "")
		return
	}
	e := s.perform(c, parseErr)
	if fault == FaultCutAfter {
		s.count("cut after")
		s.log(c, 0, "cut after")
		panic(http.ErrAbortHandler)
	}
	if e != nil {
		s.fail(w, c, e)
		return
	}
	s.log(c, 200, "")
	c.out = append(c.out, '}')
	s.write(w, nil, c.out)
}

func (s *Server) perform(c *call, parseErr error) *apiError {
	switch {
	case errors.Is(parseErr, errTooLarge):
		return &apiError{code: 413, desc: "Request Entity Too Large"}
	case parseErr != nil:
		return bad(parseErr.Error())
	case c.m.handle == nil:
		return bad("method is not supported by the emulator")
	}
	if e := c.checkParams(); e != nil {
		return e
	}
	c.out = append(c.out, `{"ok":true,"result":`...)
	return c.m.handle(c)
}
