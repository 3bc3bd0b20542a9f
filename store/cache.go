package store

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/netralitas/netra/flows"
)

// Cache remembers the sessions of reporters who are talking just now, so that
// a step needs one round trip to the backend, the one that saves. That is safe
// because Save compares versions: when another process saved meanwhile, or the
// backend lost the session, Save returns ErrConflict, the session is forgotten
// here, and the next Load asks the backend.
//
// It holds a thousand sessions at most, each for a minute after it was saved,
// or until the next is put, and none whose report was sent: after that hardly
// anybody says more.
type Cache struct {
	Sessions

	mu    sync.Mutex
	known map[Reporter]*list.Element
	order list.List // newest first
}

var _ Sessions = (*Cache)(nil)

const (
	cacheSize = 1000
	cacheTime = time.Minute
)

type cached struct {
	who   Reporter
	saved Saved
	at    time.Time
}

// NewCache returns a cache before a backend.
func NewCache(s Sessions) *Cache {
	return &Cache{Sessions: s, known: map[Reporter]*list.Element{}}
}

// Load implements Sessions.
func (c *Cache) Load(ctx context.Context, who Reporter) (Saved, error) {
	c.mu.Lock()
	if e, ok := c.known[who]; ok && time.Since(e.Value.(*cached).at) < cacheTime {
		s := e.Value.(*cached).saved
		c.mu.Unlock()
		return s, nil
	}
	c.mu.Unlock()
	s, err := c.Sessions.Load(ctx, who)
	if err == nil && s.Version != 0 {
		c.put(who, s)
	}
	return s, err
}

// Save implements Sessions.
func (c *Cache) Save(ctx context.Context, who Reporter, s flows.Session, version uint64) (uint64, error) {
	prompt := c.forget(who)
	v, err := c.Sessions.Save(ctx, who, s, version)
	if err == nil && s.Sent.IsZero() {
		c.put(who, Saved{Session: s, Version: v, Prompt: prompt})
	}
	return v, err
}

// SetPrompt implements Sessions.
func (c *Cache) SetPrompt(ctx context.Context, who Reporter, prompt string) error {
	c.mu.Lock()
	if e, ok := c.known[who]; ok {
		e.Value.(*cached).saved.Prompt = prompt
	}
	c.mu.Unlock()
	return c.Sessions.SetPrompt(ctx, who, prompt)
}

func (c *Cache) put(who Reporter, s Saved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.known[who]; ok {
		c.order.Remove(e)
	}
	c.known[who] = c.order.PushFront(&cached{who, s, time.Now()})
	for e := c.order.Back(); e != nil && (c.order.Len() > cacheSize || time.Since(e.Value.(*cached).at) > cacheTime); e = c.order.Back() {
		delete(c.known, c.order.Remove(e).(*cached).who)
	}
}

// forget drops a session and returns its prompt.
func (c *Cache) forget(who Reporter) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[who]
	if !ok {
		return ""
	}
	delete(c.known, who)
	return c.order.Remove(e).(*cached).saved.Prompt
}
