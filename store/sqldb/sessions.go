package sqldb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// DefaultTTL is how long a session lives that is not saved again.
const DefaultTTL = 7 * 24 * time.Hour

// Sessions keeps reports in progress in the embedded database.
type Sessions struct {
	db   *DB
	ttl  time.Duration
	step int64 // seconds; expiry is rounded up to it

	mu      sync.Mutex
	waiting map[store.Reporter]string // prompts not written yet
	flying  map[store.Reporter]string // prompts being written
	swept   time.Time
}

var _ store.Sessions = (*Sessions)(nil)

// Sessions returns the sessions in this database; ttl 0 is [DefaultTTL]. Call
// it once.
func (db *DB) Sessions(ttl time.Duration) *Sessions {
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	return &Sessions{
		db: db, ttl: ttl,
		// Nobody needs to know to the second when somebody wrote; and what does
		// not change need not be written.
		step:    max(int64((ttl / 100).Seconds()), 1),
		waiting: map[store.Reporter]string{},
	}
}

func (s *Sessions) expiry(now time.Time) int64 {
	at := now.Add(s.ttl + time.Second - 1).Unix()
	return (at + s.step - 1) / s.step * s.step
}

// Load implements store.Sessions.
func (s *Sessions) Load(ctx context.Context, who store.Reporter) (saved store.Saved, err error) {
	prompt, newer := s.prompt(who) // before the database is asked: later it may be on its way
	var sealed, sealedPrompt []byte
	err = s.db.reading.rows(ctx, func(scan func(...any) error) error {
		return scan(&saved.Version, &sealed, &sealedPrompt)
	}, `SELECT version, sealed, prompt_sealed FROM sessions WHERE who = ? AND expires > ?`, string(who), time.Now().Unix())
	if err != nil {
		return store.Saved{}, fmt.Errorf("load session: %w", err)
	}
	if saved.Version != 0 {
		if saved.Session, err = s.db.keys.OpenSession(who, sealed); err != nil {
			saved = store.Saved{Version: saved.Version} // as good as lost: it can be begun anew
		}
	}
	switch {
	case saved.Version == 0:
	case newer:
		saved.Prompt = prompt
	case len(sealedPrompt) > 0:
		// A prompt that cannot be read is an unknown one: its buttons stay.
		plain, _ := s.db.keys.Open(sealedPrompt, "prompt:"+string(who))
		saved.Prompt = string(plain)
	}
	return saved, nil
}

// Save implements store.Sessions.
func (s *Sessions) Save(ctx context.Context, who store.Reporter, x flows.Session, version uint64) (uint64, error) {
	sealed, err := s.db.keys.SealSession(who, x)
	if err == nil {
		err = s.db.keys.Settle()
	}
	if err != nil {
		return 0, fmt.Errorf("save session: %w", err)
	}
	now := time.Now()
	next := version + 1
	if version == 0 {
		// A session that begins again after it expired must not be taken for
		// the old one, so versions begin anywhere.
		next = rand.Uint64()>>2 + 1 //nolint:gosec // G404: a version, no secret
	}
	var saved int64
	err = s.db.queue.do(ctx, "save session", func(tx *tx) (err error) {
		if version == 0 {
			saved, err = tx.count(`
				INSERT INTO sessions (who, version, expires, sealed) VALUES (?, ?, ?, ?)
				ON CONFLICT (who) DO UPDATE
				SET version = excluded.version, expires = excluded.expires, sealed = excluded.sealed, prompt_sealed = NULL
				WHERE sessions.expires <= ?`,
				string(who), int64(next), s.expiry(now), sealed, now.Unix())
			if err == nil {
				err = s.sweep(tx, now)
			}
			return err
		}
		saved, err = tx.count(`UPDATE sessions SET version = ?, expires = ?, sealed = ?
			WHERE who = ? AND version = ? AND expires > ?`,
			int64(next), s.expiry(now), sealed, string(who), int64(version), now.Unix())
		return err
	})
	if err != nil {
		return 0, err
	}
	if saved == 0 {
		return 0, store.ErrConflict
	}
	return next, nil
}

// sweep removes what expired, now and then, when a session begins.
func (s *Sessions) sweep(tx *tx, now time.Time) error {
	if now.Sub(s.swept) < 10*time.Minute { // only the queue's goroutine looks at it
		return nil
	}
	s.swept = now
	return tx.exec(`DELETE FROM sessions WHERE expires <= ?`, now.Unix())
}

// SetPrompt implements store.Sessions. It returns at once: the prompt is
// written with the next commit. A crash before leaves the buttons of an older
// message unanswered, and nothing else.
func (s *Sessions) SetPrompt(_ context.Context, who store.Reporter, prompt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[who] = prompt
	if len(s.waiting) == 1 {
		s.db.queue.soon(&job{context.Background(), s.writePrompts, s.wrotePrompts})
	}
	return nil
}

// prompt returns the prompt that was set and is perhaps not written yet.
func (s *Sessions) prompt(who store.Reporter) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if prompt, ok := s.waiting[who]; ok {
		return prompt, true
	}
	prompt, ok := s.flying[who]
	return prompt, ok
}

func (s *Sessions) writePrompts(tx *tx) error {
	s.mu.Lock()
	if s.flying == nil {
		s.flying, s.waiting = s.waiting, map[store.Reporter]string{}
	}
	s.mu.Unlock()
	now := time.Now().Unix()
	for who, prompt := range s.flying { // only the queue's goroutine changes it
		var sealed []byte
		if prompt != "" {
			var err error
			if sealed, err = s.db.keys.Seal([]byte(prompt), "prompt:"+string(who)); err != nil {
				return err
			}
		}
		if err := tx.exec(`UPDATE sessions SET prompt_sealed = ? WHERE who = ? AND expires > ?`,
			null(sealed), string(who), now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sessions) wrotePrompts(error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying = nil
}

// Count implements store.Sessions.
func (s *Sessions) Count(ctx context.Context) (n int, err error) {
	err = s.db.reading.rows(ctx, func(scan func(...any) error) error { return scan(&n) },
		`SELECT count(*) FROM sessions WHERE expires > ?`, time.Now().Unix())
	if err != nil {
		return 0, fmt.Errorf("count sessions: %w", err)
	}
	return n, nil
}

// Ping implements store.Sessions.
func (s *Sessions) Ping(ctx context.Context) error { return s.db.Ping(ctx) }
