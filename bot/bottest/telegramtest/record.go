package telegramtest

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// Violation is a request that is wrong whatever the state of the chats: a bot
// should never make one. It names the parameters but holds none of the values.
type Violation struct {
	Method      string
	Description string
	Params      []string
}

// CallRecord is one call of the full log. It holds what the bot sent, so it is
// for looking at in tests and not for printing elsewhere.
type CallRecord struct {
	Call        int // number of the call on this server, from 1
	Method      string
	Params      map[string]string
	Files       []string // fields that carried files
	Status      int      // HTTP status, 0 when the connection was cut
	Description string   // of the refusal
}

// book keeps what tests ask about afterwards.
type book struct {
	mu         sync.Mutex
	violations []Violation
	conditions map[string]int
	logging    atomic.Bool
	log        []CallRecord
}

// apiError is a refusal. Those with a kind are expected of the platform, those
// without are violations.
type apiError struct {
	code       int
	desc       string
	kind       string
	retryAfter int
	migrateTo  int64
}

func bad(desc string) *apiError { return &apiError{code: 400, desc: "Bad Request: " + desc} }

func condition(kind string, code int, desc string) *apiError {
	return &apiError{code: code, desc: desc, kind: kind}
}

// note records a violation that Telegram lets pass.
func (c *call) note(desc string) {
	b := &c.s.book
	b.mu.Lock()
	defer b.mu.Unlock()
	b.violations = append(b.violations, Violation{c.m.name, desc, c.names()})
}

func (s *Server) count(kind string) {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if s.book.conditions == nil {
		s.book.conditions = map[string]int{}
	}
	s.book.conditions[kind]++
}

func (s *Server) log(c *call, status int, desc string) {
	if !s.book.logging.Load() {
		return
	}
	rec := CallRecord{Call: c.n, Method: c.m.name, Params: map[string]string{}, Status: status, Description: desc}
	for _, p := range c.params {
		rec.Params[p.name] = p.val
	}
	for _, f := range c.files {
		rec.Files = append(rec.Files, f.field)
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.log = append(s.book.log, rec)
}

// fail records and sends a refusal.
func (s *Server) fail(w http.ResponseWriter, c *call, e *apiError) {
	if e.kind == "" {
		c.note(e.desc)
	} else {
		s.count(e.kind)
	}
	s.log(c, e.code, e.desc)
	s.write(w, e, nil)
}

var jsonType = []string{"application/json"}

// write sends a refusal or else the body.
func (s *Server) write(w http.ResponseWriter, e *apiError, body []byte) {
	h := w.Header()
	h["Content-Type"] = jsonType
	if e != nil {
		body = append(body, `{"ok":false`...)
		body = appendInt(body, "error_code", int64(e.code))
		body = appendStr(body, "description", e.desc)
		if e.retryAfter > 0 {
			h.Set("Retry-After", strconv.Itoa(e.retryAfter))
			body = append(appendInt(append(body, `,"parameters":{`...), "retry_after", int64(e.retryAfter)), '}')
		}
		if e.migrateTo != 0 {
			body = append(appendInt(append(body, `,"parameters":{`...), "migrate_to_chat_id", e.migrateTo), '}')
		}
		body = append(body, '}')
		w.WriteHeader(e.code)
	}
	_, _ = w.Write(body)
}

// Violations returns every malformed request so far, and those few that
// Telegram accepts though they show something else than was meant. A test of a
// bot ends by asserting that there are none.
func (s *Server) Violations() []Violation {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return append([]Violation(nil), s.book.violations...)
}

// Conditions counts refusals that depend on the state of the platform and
// faults that were injected, by kind: "blocked", "kicked", "not a member",
// "upgraded", "chat not found", "message not found", "reply not found", "thread
// not found", "not modified", "not deletable", "query too old", "client gone", "file too big",
// "member not found", "not a forum", "no rights", "conflict", "unauthorized",
// "provoked 429", "injected 429", "injected 500", "cut before", "cut after",
// "duplicate update" and "reordered update".
func (s *Server) Conditions() map[string]int {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	out := make(map[string]int, len(s.book.conditions))
	for k, n := range s.book.conditions {
		out[k] = n
	}
	return out
}

// Calls returns how often each method was called, refused calls included. File
// downloads count as "file".
func (s *Server) Calls() map[string]int {
	out := map[string]int{}
	for _, m := range s.methods {
		if n := m.calls.Load(); n > 0 {
			out[m.name] = int(n)
		}
	}
	if n := s.fileGet.calls.Load(); n > 0 {
		out["file"] = int(n)
	}
	return out
}

// CallLog switches the full log of calls on or off. It is off at the start.
func (s *Server) CallLog(on bool) { s.book.logging.Store(on) }

// Log returns the calls made while the full log was on.
func (s *Server) Log() []CallRecord {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return append([]CallRecord(nil), s.book.log...)
}
