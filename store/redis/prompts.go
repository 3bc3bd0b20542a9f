package redis

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/netralitas/netra/store"
)

const (
	gather    = 25 * time.Millisecond // how long prompts are gathered before they are written
	patience  = time.Second           // how long to wait after a failure
	most      = 10_000                // prompts that are kept while Redis does not answer
	lastWrite = 3 * time.Second       // what close waits for
)

// prompts gathers prompts and writes them together: a conversation step then
// costs a share of a round trip. The last prompt set for a reporter wins, and
// whoever asks meanwhile is told what is not written yet.
type prompts struct {
	write func(context.Context, map[store.Reporter]string) error

	writing sync.Mutex // held for one flush

	mu      sync.Mutex
	closed  bool
	waiting map[store.Reporter]string
	flying  map[store.Reporter]string // being written

	wake, stop, stopped chan struct{}
}

func newPrompts(write func(context.Context, map[store.Reporter]string) error) *prompts {
	p := &prompts{
		write:   write,
		waiting: map[store.Reporter]string{},
		wake:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go p.run()
	return p
}

func (p *prompts) run() {
	defer close(p.stopped)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-p.wake:
		case <-p.stop:
			return
		}
		pause.Reset(gather)
		for {
			select {
			case <-pause.C:
			case <-p.stop:
				return
			}
			if p.flush(context.Background()) == nil {
				break
			}
			pause.Reset(patience)
		}
	}
}

// set remembers a prompt to be written.
func (p *prompts) set(who store.Reporter, prompt string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("set prompt: sessions are closed")
	}
	p.waiting[who] = prompt
	if len(p.waiting) == 1 {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// get returns the prompt that was set and is perhaps not written yet.
func (p *prompts) get(who store.Reporter) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if prompt, ok := p.waiting[who]; ok {
		return prompt, true
	}
	prompt, ok := p.flying[who]
	return prompt, ok
}

// settle returns when the prompts set for a reporter so far are written.
func (p *prompts) settle(ctx context.Context, who store.Reporter) error {
	if _, ok := p.get(who); !ok {
		return nil
	}
	return p.flush(ctx)
}

// flush writes what has gathered. What could not be written waits again.
func (p *prompts) flush(ctx context.Context) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.mu.Lock()
	p.flying, p.waiting = p.waiting, map[store.Reporter]string{}
	batch := p.flying
	p.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := p.write(ctx, batch)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying = nil
	if err != nil && len(batch)+len(p.waiting) <= most {
		maps.Copy(batch, p.waiting) // newer ones win
		p.waiting = batch
		select {
		case p.wake <- struct{}{}: // whoever flushed, the loop tries again
		default:
		}
	}
	return err
}

// close writes what waits, once, and ends the loop.
func (p *prompts) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	close(p.stop)
	<-p.stopped
	ctx, cancel := context.WithTimeout(context.Background(), lastWrite)
	defer cancel()
	return p.flush(ctx)
}
