// Package redis keeps reports in progress in Redis: one server, Sentinel or
// Cluster. All that Redis holds is sealed, its keys are keyed hashes, and what
// nobody saves again goes away by itself.
package redis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// prefix begins every key.
const prefix = "netra:s:"

// DefaultTTL is how long a session lives that is not saved again, unless the
// options say otherwise.
const DefaultTTL = 7 * 24 * time.Hour

// Options may be left zero.
type Options struct {
	TTL      time.Duration
	PoolSize int // connections
}

// Sessions keeps reports in progress. Close it.
type Sessions struct {
	client  goredis.UniversalClient
	keys    *store.Keys
	ttl     string // milliseconds
	prompts *prompts
	close   func() error
}

var _ store.Sessions = (*Sessions)(nil)

var silence sync.Once

// Open takes a URL in one of the [Forms]. It does not wait for the server: Ping
// tells whether it answers.
func Open(rawURL string, keys *store.Keys, opts Options) (*Sessions, error) {
	o, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	if opts.PoolSize > 0 {
		o.PoolSize = opts.PoolSize
	}
	if opts.TTL <= 0 {
		opts.TTL = DefaultTTL
	}
	// The library prints to stderr what it returns as an error anyway.
	silence.Do(func() { goredis.SetLogger(quiet{}) })
	s := &Sessions{
		client: goredis.NewUniversalClient(o),
		keys:   keys,
		ttl:    strconv.FormatInt(max(opts.TTL.Milliseconds(), 1), 10),
	}
	s.prompts = newPrompts(s.writePrompts)
	s.close = sync.OnceValue(func() error {
		err := s.prompts.close()
		return errors.Join(err, s.client.Close())
	})
	return s, nil
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// Close writes what is still to be written and ends the connections. Closing
// again returns what it returned.
func (s *Sessions) Close() error { return s.close() }

// Load implements store.Sessions.
func (s *Sessions) Load(ctx context.Context, who store.Reporter) (store.Saved, error) {
	prompt, newer := s.prompts.get(who) // before Redis is asked: later it may be on its way
	fields, err := s.client.HMGet(ctx, prefix+string(who), "v", "d", "p").Result()
	if err != nil {
		return store.Saved{}, fmt.Errorf("load session: %w", err)
	}
	version, _ := fields[0].(string)
	if version == "" {
		return store.Saved{}, nil
	}
	var saved store.Saved
	if saved.Version, err = strconv.ParseUint(version, 10, 64); err != nil {
		return store.Saved{}, errors.New("load session: its version is not a number")
	}
	sealed, _ := fields[1].(string)
	if saved.Session, err = s.keys.OpenSession(who, []byte(sealed)); err != nil {
		saved = store.Saved{Version: saved.Version} // as good as lost: it can be begun anew
	}
	if newer {
		saved.Prompt = prompt
	} else if sealed, _ := fields[2].(string); sealed != "" {
		// A prompt that cannot be read is an unknown one: its buttons stay.
		plain, _ := s.keys.Open([]byte(sealed), "prompt:"+string(who))
		saved.Prompt = string(plain)
	}
	return saved, nil
}

// Save implements store.Sessions.
func (s *Sessions) Save(ctx context.Context, who store.Reporter, x flows.Session, version uint64) (uint64, error) {
	sealed, err := s.keys.SealSession(who, x)
	if err != nil {
		return 0, fmt.Errorf("save session: %w", err)
	}
	next := version + 1
	if version == 0 {
		// A session that begins again after it expired must not be taken for
		// the old one, so versions begin anywhere.
		next = rand.Uint64()>>2 + 1 //nolint:gosec // G404: a version, no secret
		// And what was said about the prompt of no session must not be written
		// to this one.
		if err := s.prompts.settle(ctx, who); err != nil {
			return 0, fmt.Errorf("save session: %w", err)
		}
	}
	stored, err := saveScript.Run(ctx, s.client, []string{prefix + string(who)},
		strconv.FormatUint(version, 10), strconv.FormatUint(next, 10), sealed, s.ttl).Int()
	if err != nil {
		return 0, fmt.Errorf("save session: %w", err)
	}
	if stored == 0 {
		return 0, store.ErrConflict
	}
	return next, nil
}

// SetPrompt implements store.Sessions. It returns at once: the prompt is
// written a moment later, together with others. A crash in between leaves the
// buttons of an older message unanswered, and nothing else.
func (s *Sessions) SetPrompt(_ context.Context, who store.Reporter, prompt string) error {
	return s.prompts.set(who, prompt)
}

// writePrompts writes prompts in one round trip.
func (s *Sessions) writePrompts(ctx context.Context, batch map[store.Reporter]string) error {
	type write struct {
		key    []string
		sealed []byte
		done   *goredis.Cmd
	}
	writes := make([]write, 0, len(batch))
	pipe := s.client.Pipeline()
	for who, prompt := range batch {
		w := write{key: []string{prefix + string(who)}}
		if prompt != "" {
			var err error
			if w.sealed, err = s.keys.Seal([]byte(prompt), "prompt:"+string(who)); err != nil {
				return fmt.Errorf("set prompt: %w", err)
			}
		}
		w.done = promptScript.EvalSha(ctx, pipe, w.key, w.sealed)
		writes = append(writes, w)
	}
	_, err := pipe.Exec(ctx)
	if err == nil {
		return nil
	}
	// A server that was just started does not know the script yet.
	for _, w := range writes {
		if goredis.HasErrorPrefix(w.done.Err(), "NOSCRIPT") {
			promptScript.Eval(ctx, pipe, w.key, w.sealed)
		} else if w.done.Err() != nil {
			return fmt.Errorf("set prompt: %w", w.done.Err())
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("set prompt: %w", err)
	}
	return nil
}

// Ping implements store.Sessions.
func (s *Sessions) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	return nil
}
