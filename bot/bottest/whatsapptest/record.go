package whatsapptest

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mau.fi/whatsmeow/types"
)

// Violation is what the real service would refuse, or what endangers an account.
type Violation struct {
	From        types.JID // the device, the zero JID when it is not known
	Kind        string    // of stanza, or what else it is about
	Description string
	XML         string // the stanza, as far as there is one: messages are encrypted
}

func (v Violation) String() string {
	return fmt.Sprintf("%s: %s: %s %s", v.From, v.Kind, v.Description, v.XML)
}

// book keeps what tests ask about afterwards.
type book struct {
	mu         sync.Mutex
	violations []Violation
	conditions map[string]int
	counts     map[*Account]map[string]int
	tracer     func(string)
}

func (s *Server) violate(c *conn, kind, description string, n *node) {
	v := Violation{Kind: kind, Description: description}
	if c != nil && c.dev != nil {
		v.From = c.dev.as(types.NewJID("", types.DefaultUserServer))
	}
	if n != nil {
		v.XML = xml(n)
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.violations = append(s.book.violations, v)
}

// Violations returns what clients did that they should not. A test of a client
// ends by asserting that there is nothing.
func (s *Server) Violations() []Violation {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return slices.Clone(s.book.violations)
}

func (s *Server) count(condition string) {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if s.book.conditions == nil {
		s.book.conditions = map[string]int{}
	}
	s.book.conditions[condition]++
}

// Conditions counts what a client must live with: "cut before", "cut after",
// "lost", "injected 463" and other codes, "login 401" and others, "duplicate",
// "reordered", "corrupted", "sender key lost", "undelivered", "removed" (a
// message to a group that the sender has just been removed from), "restricted",
// "media gone", "media held", "reupload" and "no reupload".
func (s *Server) Conditions() map[string]int {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return maps.Clone(s.book.conditions)
}

func (s *Server) tally(a *Account, kind string) int {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if s.book.counts == nil {
		s.book.counts = map[*Account]map[string]int{}
	}
	if s.book.counts[a] == nil {
		s.book.counts[a] = map[string]int{}
	}
	s.book.counts[a][kind]++
	return s.book.counts[a][kind]
}

// total counts the stanzas of a kind from everybody.
func (s *Server) total(kind string) int {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	n := 0
	for _, kinds := range s.book.counts {
		n += kinds[kind]
	}
	return n
}

// Counts returns how many stanzas of each kind the account's clients sent:
// "message", "receipt", "chatstate", "presence", "iq", "ack", "call", and
// "upload".
func (a *Account) Counts() map[string]int {
	a.s.book.mu.Lock()
	defer a.s.book.mu.Unlock()
	return maps.Clone(a.s.book.counts[a])
}

// SetTrace has every stanza reported, for looking at in a failing test: "<" came
// from a client and ">" went to one. It must not call the server. Nil ends it.
func (s *Server) SetTrace(f func(line string)) {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.tracer = f
}

func (s *Server) trace(way string, c *conn, n *node) {
	s.book.mu.Lock()
	f := s.book.tracer
	s.book.mu.Unlock()
	if f == nil {
		return
	}
	who := "?"
	if c.dev != nil {
		who = c.dev.as(types.NewJID("", types.DefaultUserServer)).String()
	}
	f(way + " " + who + " " + xml(n))
}
