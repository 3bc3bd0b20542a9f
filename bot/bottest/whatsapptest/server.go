package whatsapptest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// ErrClosed is what waiting ends with when the server is closed.
var ErrClosed = errors.New("whatsapptest: server closed")

// Server is a WhatsApp with any number of accounts, people and groups. Its
// methods may be called from several goroutines.
type Server struct {
	Addr string // where it listens, on 127.0.0.1

	t            testing.TB
	authority    *authority
	http         *http.Server
	transport    *http.Transport
	wg           sync.WaitGroup
	closed       chan struct{}
	closing      sync.Once
	skew         atomic.Int64
	backlogFirst atomic.Bool

	faults faults
	book   book

	mu       sync.Mutex
	over     bool // no new connections
	conns    map[*conn]bool
	accounts map[string]*Account // by phone number and by LID
	users    []*User
	groups   map[types.JID]*Group
	media    map[string]*file
	sent     map[string]*enclosure // what was sent with a message, by its id
	gates    []chan struct{}       // for downloads that are held back
	people   int
	rooms    int
	ids      int
	plenty   bool
}

// NewServer starts a server on a free port of 127.0.0.1 that is closed when the
// test ends. From then on this process trusts only servers of this package.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := start(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func start(t testing.TB) (*Server, error) {
	a, err := theAuthority()
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		Addr: ln.Addr().String(), t: t, authority: a, closed: make(chan struct{}),
		transport: &http.Transport{}, // no proxy
		conns:     map[*conn]bool{}, accounts: map[string]*Account{}, groups: map[types.JID]*Group{},
		media: map[string]*file{}, sent: map[string]*enclosure{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws/chat", s.serveSocket)
	mux.HandleFunc("POST /mms/{type}/{token}", s.upload)
	mux.HandleFunc("GET /v/{file}", s.download)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.violate(nil, "http", "unknown path "+r.Method+" "+r.URL.Path, nil)
		http.NotFound(w, r)
	})
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = s.http.Serve(ln) })
	return s, nil
}

// enter counts a goroutine that Close waits for, unless the server is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.wg.Add(1)
	return true
}

func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.conns[c] = true
	return true
}

func (s *Server) drop(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if c.dev != nil && c.dev.conn == c {
		c.dev.conn, c.dev.active = nil, false
	}
}

// Close ends the users' clients, then all connections and waits. Closing again
// does nothing.
func (s *Server) Close() {
	s.closing.Do(func() {
		s.mu.Lock()
		users := s.users
		s.mu.Unlock()
		var leaving sync.WaitGroup
		for _, u := range users {
			leaving.Go(u.Close)
		}
		leaving.Wait()
		s.mu.Lock()
		s.over = true
		close(s.closed)
		for c := range s.conns {
			c.close()
		}
		for _, a := range s.accounts {
			for _, d := range a.devices {
				d.forget()
			}
		}
		s.mu.Unlock()
		_ = s.http.Close()
		s.wg.Wait()
		s.transport.CloseIdleConnections()
	})
}

// SetClock makes the server's clock go wrong by so much.
func (s *Server) SetClock(skew time.Duration) { s.skew.Store(int64(skew)) }

// SetBacklogFirst with true sends a device what waited before it answers that the
// device is active: whoever listens only from the answer on misses it.
func (s *Server) SetBacklogFirst(on bool) { s.backlogFirst.Store(on) }

// SetPrekeys with true makes a new client upload 812 one-time keys as on the
// real service, the costly part of its start. Otherwise it uploads 50.
func (s *Server) SetPrekeys(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plenty = all
}

func (s *Server) now() int64 { return time.Now().Add(time.Duration(s.skew.Load())).Unix() }

// within bounds what a test waits for.
func (s *Server) within(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}
