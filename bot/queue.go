package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/netralitas/netra/store"
)

// Queue takes the messages of one channel. Those of one reporter are worked on
// one at a time, in the order they came; those of different reporters at the
// same time.
type Queue struct {
	bot   *Bot
	ch    Channel
	inbox store.Inbox

	work   context.Context // ends when turns in flight must give up
	giveUp context.CancelFunc

	mu      sync.Mutex
	lanes   map[Address]*lane
	flight  map[string]*item // by message id
	recent  recent
	rates   map[Address]rate
	closed  bool
	turn    time.Duration // how long turns take lately
	room    *sync.Cond    // signalled when an item leaves
	done    []string      // ids to be removed from the inbox
	removal chan struct{}
	running sync.WaitGroup
	ready   chan *lane    // to a worker that has nothing to do
	ended   chan struct{} // closed when the queue is
}

// item is a message on its way.
type item struct {
	m        Message
	waiting  *sync.WaitGroup // of the Accept that waits for it; nil when none does
	durable  bool            // the inbox has it
	finished bool
}

const (
	// grace is how long a batch may take before it goes to the inbox.
	grace = 40 * time.Millisecond
	// maxFlight bounds what is in memory; beyond it, nothing is accepted.
	maxFlight = 4096
	// patience is how long a fault may last before the reporter is told.
	patience = 1500 * time.Millisecond
	// maxLane is how much one reporter can have waiting; the rest is a flood.
	maxLane = 100
	// hurry is how much must be waiting for replies to be left out: the last
	// one says it all.
	hurry = 3
)

// NewQueue returns a queue. Close ends it.
func NewQueue(b *Bot, ch Channel, inbox store.Inbox) *Queue {
	q := &Queue{bot: b, ch: ch, inbox: inbox, lanes: map[Address]*lane{}, rates: map[Address]rate{}, flight: map[string]*item{}, removal: make(chan struct{}, 1), ready: make(chan *lane), ended: make(chan struct{})}
	q.room = sync.NewCond(&q.mu)
	q.work, q.giveUp = context.WithCancel(context.Background())
	go q.remove()
	return q
}

// Recover takes up what an earlier process acknowledged and did not finish. It
// is called once, before the first Accept.
func (q *Queue) Recover(ctx context.Context) error {
	left, err := q.inbox.Pending(ctx, q.ch.Name())
	if err != nil && len(left) == 0 {
		return fmt.Errorf("read inbox: %w", err)
	}
	if err != nil {
		q.bot.Metrics.alarm("inbox_unreadable")
		q.bot.Log.Error().Err(err).Msg("some messages cannot be taken up; they stay in the inbox")
	}
	for _, r := range left {
		var m Message
		if err := json.Unmarshal(r.Body, &m); err != nil {
			return fmt.Errorf("read inbox: %w", err)
		}
		m.Below = true // the earlier process may have told of a fault
		q.mu.Lock()
		q.enqueue(&item{m: m, durable: true})
		q.mu.Unlock()
	}
	return nil
}

// Accept takes messages and returns nil when each is finished or durable, so
// that the caller may acknowledge them. A message that is on its way or was
// finished lately is not taken twice. An error means that nothing of this
// batch may be acknowledged.
func (q *Queue) Accept(ctx context.Context, batch []Message) error {
	var waiting sync.WaitGroup
	mine := make([]*item, 0, len(batch))
	q.mu.Lock()
	wake := context.AfterFunc(ctx, func() { q.mu.Lock(); defer q.mu.Unlock(); q.room.Broadcast() })
	for len(q.flight) >= maxFlight && !q.closed && ctx.Err() == nil {
		q.room.Wait()
	}
	wake()
	if q.closed || ctx.Err() != nil {
		q.mu.Unlock()
		return errors.New("queue is closed, or nobody waits")
	}
	now := time.Now()
	for _, m := range batch {
		if q.recent.has(m.ID) {
			continue
		}
		it, on := q.flight[m.ID]
		if !on {
			it = &item{m: m, waiting: &waiting}
			waiting.Add(1)
			switch q.flood(m, now) {
			case drop:
				q.finish(it)
				continue
			case warn:
				it.m = refused(m, "error.rate")
			}
			it.m.Crowded = q.crowded()
			q.enqueue(it)
		}
		mine = append(mine, it)
	}
	patient := q.turn < grace
	q.mu.Unlock()
	if patient {
		waitAtMost(&waiting, grace)
	}
	return q.spill(ctx, mine)
}

// spill writes what is not finished to the inbox.
func (q *Queue) spill(ctx context.Context, mine []*item) error {
	var late []*item
	var put []store.Received
	q.mu.Lock()
	for _, it := range mine {
		if it.finished || it.durable {
			continue
		}
		body, err := json.Marshal(it.m)
		if err != nil {
			q.mu.Unlock()
			return fmt.Errorf("fill inbox: %w", err)
		}
		late = append(late, it)
		put = append(put, store.Received{Channel: q.ch.Name(), ID: it.m.ID, Body: body})
	}
	q.mu.Unlock()
	if len(put) == 0 {
		return nil
	}
	if err := q.inbox.Put(ctx, put); err != nil {
		return fmt.Errorf("fill inbox: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range late {
		it.durable = true
		if it.finished {
			q.forget(it.m.ID)
		}
	}
	return nil
}

// Close stops taking messages, lets turns in flight finish until the context
// ends, and then makes them give up. What was not finished is delivered again:
// by the platform, or from the inbox.
func (q *Queue) Close(ctx context.Context) {
	q.mu.Lock()
	already := q.closed
	q.closed = true
	q.room.Broadcast()
	q.mu.Unlock()
	ended := make(chan struct{})
	go func() { q.running.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		q.giveUp()
		<-ended
	}
	if !already {
		q.giveUp()
		close(q.removal)
		q.removeNow(context.WithoutCancel(ctx))
		close(q.ended)
	}
}

// Closed is closed when Close has returned: no turn answers any more.
func (q *Queue) Closed() <-chan struct{} { return q.ended }

// enqueue puts an item on its reporter's lane. q.mu is held.
func (q *Queue) enqueue(it *item) {
	q.flight[it.m.ID] = it
	l, ok := q.lanes[it.m.From]
	if !ok {
		l = &lane{from: it.m.From}
		q.lanes[it.m.From] = l
	}
	if l.repeats(it.m) || len(l.items) >= maxLane {
		q.finish(it)
		return
	}
	l.items = append(l.items, it)
	if len(l.items) == 1 {
		q.running.Add(1)
		select {
		case q.ready <- l:
		default:
			go q.worker(l)
		}
	}
}

// finish marks an item as worked on. q.mu is held.
func (q *Queue) finish(it *item) {
	it.finished = true
	delete(q.flight, it.m.ID)
	q.recent.add(it.m.ID)
	q.room.Signal()
	if it.waiting != nil {
		it.waiting.Done()
	}
	if it.durable {
		q.forget(it.m.ID)
	}
}

// forget has an item removed from the inbox. q.mu is held.
func (q *Queue) forget(id string) {
	q.done = append(q.done, id)
	if q.closed {
		return // Close removes what is left
	}
	select {
	case q.removal <- struct{}{}:
	default:
	}
}

// remove empties the inbox of what is finished, as much at a time as there is.
func (q *Queue) remove() {
	for range q.removal {
		q.removeNow(q.work)
	}
}

func (q *Queue) removeNow(ctx context.Context) {
	q.mu.Lock()
	ids := q.done
	q.done = nil
	q.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	if err := q.inbox.Done(ctx, q.ch.Name(), ids); err != nil {
		// They are worked on again after a restart; sessions know them.
		q.bot.Log.Warn().Err(err).Msg("inbox not emptied")
		q.mu.Lock()
		q.done = append(q.done, ids...)
		q.mu.Unlock()
	}
}
