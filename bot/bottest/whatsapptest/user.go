package whatsapptest

import (
	"context"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// enoughPrekeys is what users' phones and the server agree that they have, so
// that none are made: sessions begin without one-time keys just as well.
const enoughPrekeys = 100

// patience is how long a user's client may take for one thing.
const patience = 30 * time.Second

// User is a person: an account whose phone is a whatsmeow client. What a method
// cannot do fails the test.
type User struct {
	*Account
	Client *whatsmeow.Client // for what User has no method for

	store   *store.Device
	gone    chan struct{} // closed by Close
	closing sync.Once

	mu      sync.Mutex
	threads map[types.JID]*thread
	changed chan struct{} // closed when anything changes
	calls   map[string]bool
}

func (u *User) account() *Account { return u.Account }

// NewUser returns a person with that name, or an invented one such as Warga
// Contoh 17, whose phone is connected.
func (s *Server) NewUser(name string) *User { return s.NewUserWith(AccountOptions{Name: name}) }

// NewUserWith is NewUser with options.
func (s *Server) NewUserWith(o AccountOptions) *User {
	s.t.Helper()
	dev := newMemory(enoughPrekeys)
	u := &User{
		Account: s.newAccount(o, dev.IdentityKey), store: dev, threads: map[types.JID]*thread{},
		changed: make(chan struct{}), gone: make(chan struct{}), calls: map[string]bool{},
	}
	if err := s.preregister(u.Account, u); err != nil {
		s.t.Errorf("whatsapptest: new user: %v", err)
		return u
	}
	if err := dev.LIDs.PutLIDMapping(context.Background(), u.LID, u.PN); err != nil {
		s.t.Errorf("whatsapptest: new user: %v", err)
	}
	u.Client = whatsmeow.NewClient(dev, waLog.Noop)
	s.Wire(u.Client)
	up := make(chan struct{})
	once := sync.OnceFunc(func() { close(up) })
	u.Client.EnableAutoReconnect = false          // see reconnect
	u.Client.SetForceActiveDeliveryReceipts(true) // it is a phone
	u.Client.AddEventHandler(func(e any) {
		switch e.(type) {
		case *events.Connected:
			once()
		case *events.Disconnected:
			u.reconnect()
		}
		u.see(e)
	})
	if err := u.Client.Connect(); err != nil {
		s.t.Errorf("whatsapptest: new user: %v", err)
		return u
	}
	s.mu.Lock()
	s.users = append(s.users, u)
	s.mu.Unlock()
	select {
	case <-up:
	case <-time.After(patience):
		s.t.Errorf("whatsapptest: new user: not connected")
	}
	return u
}

// Close disconnects the person's phone for good. Closing again does nothing.
func (u *User) Close() {
	u.closing.Do(func() {
		u.s.Settle(u.Client)
		close(u.gone)
		u.Client.Disconnect()
	})
}

// reconnect connects the phone again after a cut. whatsmeow could do that itself,
// but it waits ever longer, and races against its own requests in flight, which
// wait for the connection (exsync.Event.GetChan writes under a read lock).
func (u *User) reconnect() {
	if !u.s.enter() {
		return
	}
	go func() {
		defer u.s.wg.Done()
		for wait := time.Millisecond; u.Client.Connect() != nil; wait *= 2 {
			select {
			case <-time.After(wait):
			case <-u.gone:
				return
			}
		}
	}()
}

// Chat returns the person's chat with somebody, or in a group.
func (u *User) Chat(with Peer) *Chat { return &Chat{u, with.address()} }

// rejected notes that the other side rejected a call.
func (u *User) rejected(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls[id] = true
	u.notify()
}

// notify wakes who waits. u.mu must be held.
func (u *User) notify() {
	close(u.changed)
	u.changed = make(chan struct{})
}

// WaitFor blocks until cond is true. It is asked at once and again whenever
// something changed in any of the person's chats. It returns the error of ctx
// when that ends first, and ErrClosed when the server does.
func (u *User) WaitFor(ctx context.Context, cond func() bool) error {
	for {
		u.mu.Lock()
		changed := u.changed
		u.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-u.s.closed:
			return ErrClosed
		}
	}
}
