package whatsapptest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// How long a connection stays open after its last stanza. whatsmeow drops what
// it has not handled yet when a connection ends, hence linger. When the client
// should not come back it, or who runs it, has longer to hang up itself, because
// whatsmeow cannot do that while the server does.
const (
	linger   = 300 * time.Millisecond
	farewell = 3 * time.Second
)

// conn is a connection of a client. Its reader is the HTTP handler's goroutine,
// its writer a second one, so that sending never blocks.
type conn struct {
	s       *Server
	ws      *websocket.Conn
	ctx     context.Context
	in      *bufio.Reader
	hand    *handshake
	opened  uint32 // frames decrypted
	dev     *device
	key     [32]byte // the client's, guarded by Server.mu
	pairing *pairing // of a client that has no device yet, guarded by Server.mu

	mu      sync.Mutex
	out     [][]byte
	muted   bool // nothing more is sent
	ids     int
	waiting map[string]func(*node) // answers to queries of the server

	wake    chan struct{}
	done    chan struct{}
	closing sync.Once
}

// serveSocket is the life of a connection.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.wg.Done()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	ws.SetReadLimit(maxFrame + 16)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &conn{
		s: s, ws: ws, ctx: ctx, in: bufio.NewReader(&stream{ctx: ctx, ws: ws}), waiting: map[string]func(*node){},
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	defer c.close()
	if !s.add(c) {
		return
	}
	defer s.drop(c)
	if err := c.shake(); err != nil {
		if !isGone(err) {
			s.violate(c, "handshake", err.Error(), nil)
		}
		return
	}
	s.mu.Lock()
	c.key = c.hand.clientKey
	s.mu.Unlock()
	var writer sync.WaitGroup
	writer.Go(c.write)
	defer writer.Wait()
	defer c.close()
	if !s.login(c) {
		return
	}
	for {
		n, err := c.receive()
		if err != nil {
			if !isGone(err) {
				s.violate(c, "frame", err.Error(), nil)
			}
			return
		}
		s.handle(c, n)
	}
}

// isGone is an error of a connection that ended.
func isGone(err error) bool {
	var closed websocket.CloseError
	return errors.As(err, &closed) || !errors.Is(err, errCipher) && !errors.Is(err, errStanza)
}

var (
	errCipher = errors.New("frame cannot be decrypted")
	errStanza = errors.New("frame holds no stanza")
)

func (c *conn) shake() error {
	var head [4]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return err
	}
	if head[0] != 'W' || head[1] != 'A' {
		return fmt.Errorf("%w: no WA header", errStanza)
	}
	var err error
	c.hand, err = c.s.authority.respond(head[:], func() ([]byte, error) { return readFrame(c.in) }, func(b []byte) error {
		out, err := appendFrame(nil, b)
		if err != nil {
			return err
		}
		return c.ws.Write(c.ctx, websocket.MessageBinary, out)
	})
	return err
}

func (c *conn) receive() (*node, error) {
	frame, err := readFrame(c.in)
	if err != nil {
		return nil, err
	}
	plain, err := c.hand.read.Open(frame[:0], nonce(c.opened), frame, nil)
	c.opened++
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCipher, err)
	}
	n, err := decode(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStanza, err)
	}
	c.s.trace("<", c, n)
	return n, nil
}

// send queues a stanza for the writer. It never blocks; a connection that ended
// loses it.
func (c *conn) send(n node) {
	raw, err := waBinary.Marshal(n)
	if err != nil {
		c.s.t.Errorf("whatsapptest: marshal %s: %v", n.Tag, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.muted {
		return
	}
	c.s.trace(">", c, &n)
	c.out = append(c.out, raw)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// write sends what is queued until the connection ends.
func (c *conn) write() {
	var sent uint32
	for {
		select {
		case <-c.done:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		batch := c.out
		c.out = nil
		c.mu.Unlock()
		for _, plain := range batch {
			out, err := appendFrame(nil, c.hand.write.Seal(nil, nonce(sent), plain, nil))
			sent++
			if err != nil || c.ws.Write(c.ctx, websocket.MessageBinary, out) != nil {
				c.close()
				return
			}
		}
	}
}

// request sends a query to the client; answer is called by the reader.
func (c *conn) request(n node, answer func(*node)) {
	id := c.newID()
	n.Attrs["id"], n.Attrs["from"] = id, types.ServerJID
	c.mu.Lock()
	c.waiting[id] = answer
	c.mu.Unlock()
	c.send(n)
}

func (c *conn) answered(n *node) {
	c.mu.Lock()
	answer := c.waiting[text(n, "id")]
	delete(c.waiting, text(n, "id"))
	c.mu.Unlock()
	if answer != nil {
		answer(n)
	}
}

func (c *conn) newID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	return "s" + strconv.Itoa(c.ids)
}

// mute makes the connection lose what is sent from now on.
func (c *conn) mute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.muted = true
}

// close cuts the connection.
func (c *conn) close() {
	c.closing.Do(func() {
		close(c.done)
		_ = c.ws.CloseNow()
	})
}

// part sends the last stanza of a connection and gives the client time.
func (c *conn) part(n node, until time.Duration) {
	c.send(n)
	c.mute()
	timer := time.AfterFunc(until, c.close)
	context.AfterFunc(c.ctx, func() { timer.Stop() })
}

// discard reads until the client hangs up.
func (c *conn) discard() {
	for {
		if _, err := readFrame(c.in); err != nil {
			return
		}
	}
}
