package telegramtest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// update is one thing that happened, waiting for the bot to confirm it.
type update struct {
	id    int64
	lane  int64  // chat or user it belongs to; a webhook keeps the order within
	body  []byte // the Update behind its update_id
	sent  bool   // was in an answer
	again bool   // has been or will be delivered twice on purpose
}

func (u *update) append(dst []byte) []byte {
	dst = append(dst, `{"update_id":`...)
	dst = strconv.AppendInt(dst, u.id, 10)
	return append(append(dst, ','), u.body...)
}

// queue holds the updates. It may be locked while a chat is, never the other
// way round.
type queue struct {
	mu      sync.Mutex
	next    int64
	pending []*update // not confirmed, in the order of their ids
	again   []*update // confirmed and to be delivered once more
	poll    *poll
	allowed map[string]bool // nil: Telegram's default
	hook    *webhook
	idle    chan struct{} // closed once nothing is pending
}

// poll is a getUpdates call that waits.
type poll struct {
	wake chan struct{}
	end  chan string // receives why the call lost its place
}

// push queues an update of that kind unless the bot did not ask for it.
func (s *Server) push(kind string, lane int64, body []byte) {
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if s.isClosed() || !q.wanted(kind) {
		return
	}
	u := &update{id: q.next, lane: lane, body: body}
	q.next++
	q.pending = append(q.pending, u)
	if q.hook != nil {
		q.hook.add(u)
		s.dispatch(q.hook)
		return
	}
	if q.poll != nil {
		select {
		case q.poll.wake <- struct{}{}:
		default:
		}
	}
}

func (q *queue) wanted(kind string) bool {
	if q.allowed != nil {
		return q.allowed[kind]
	}
	return kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
}

// allow reads allowed_updates; without it the previous setting stays.
func (c *call) allow() *apiError {
	raw := c.get("allowed_updates")
	if raw == "" || raw == "null" {
		return nil
	}
	v, err := parseJSON(raw)
	if err != nil || v.kind != jarr {
		return bad("can't parse allowed updates JSON object")
	}
	var allowed map[string]bool
	for i := range v.arr {
		kind := v.arr[i].str()
		if !updateKinds[kind] {
			c.note("unknown update type " + kind)
		}
		if allowed == nil {
			allowed = map[string]bool{}
		}
		allowed[kind] = true
	}
	c.s.queue.allowed = allowed
	return nil
}

var updateKinds = map[string]bool{
	"message": true, "edited_message": true, "channel_post": true, "edited_channel_post": true,
	"business_connection": true, "business_message": true, "edited_business_message": true,
	"deleted_business_messages": true, "message_reaction": true, "message_reaction_count": true,
	"inline_query": true, "chosen_inline_result": true, "callback_query": true, "shipping_query": true,
	"pre_checkout_query": true, "purchased_paid_media": true, "poll": true, "poll_answer": true,
	"my_chat_member": true, "chat_member": true, "chat_join_request": true, "chat_boost": true,
	"removed_chat_boost": true,
}

const (
	maxBatch = 100
	maxPoll  = 50 * time.Second
)

func getUpdates(c *call) *apiError {
	s, q := c.s, &c.s.queue
	offset, limit := c.getInt("offset"), c.getInt("limit")
	if limit <= 0 || limit > maxBatch {
		limit = maxBatch
	}
	timeout := min(time.Duration(max(c.getInt("timeout"), 0))*time.Second, maxPoll)

	q.mu.Lock()
	if q.hook != nil {
		q.mu.Unlock()
		return condition("conflict", 409, "Conflict: can't use getUpdates method while webhook is active; "+
			"use deleteWebhook to delete the webhook first")
	}
	if e := c.allow(); e != nil {
		q.mu.Unlock()
		return e
	}
	q.endPoll("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	batch := s.take(offset, int(limit))
	if len(batch) > 0 || timeout == 0 {
		q.mu.Unlock()
		return c.updates(batch)
	}
	p := &poll{wake: make(chan struct{}, 1), end: make(chan string, 1)}
	q.poll = p
	q.mu.Unlock()

	timer := time.NewTimer(timeout)
	defer timer.Stop()
	gone := false
	select {
	case <-p.wake:
	case <-timer.C:
	case <-c.r.Context().Done():
		gone = true
	case <-s.closed:
		gone = true
	case why := <-p.end:
		return condition("conflict", 409, why)
	}
	q.mu.Lock()
	if q.poll != p { // another call came in between
		q.mu.Unlock()
		return condition("conflict", 409, <-p.end)
	}
	q.poll = nil
	if gone {
		q.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	batch = s.take(0, int(limit))
	q.mu.Unlock()
	return c.updates(batch)
}

// endPoll answers the waiting call, if any. q.mu must be held.
func (q *queue) endPoll(why string) {
	if q.poll != nil {
		q.poll.end <- why
		q.poll = nil
	}
}

func (c *call) updates(batch []*update) *apiError {
	c.out = append(c.out, '[')
	for i, u := range batch {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = u.append(c.out)
	}
	c.out = append(c.out, ']')
	return nil
}

// take confirms what the offset confirms and returns the next batch. An offset
// far in the future confirms nothing, as in Telegram. q.mu must be held.
func (s *Server) take(offset int64, limit int) []*update {
	q := &s.queue
	done := 0
	switch {
	case offset < 0:
		done = len(q.pending) - int(min(-offset, int64(len(q.pending))))
	case offset > 0 && offset <= q.next+10:
		for done < len(q.pending) && q.pending[done].id < offset {
			done++
		}
	}
	f := s.faults.get()
	for _, u := range q.pending[:done] {
		if u.sent && !u.again && s.faults.roll(f.Seed, f.DuplicateUpdates) {
			u.again = true
			q.again = append(q.again, u)
			s.count("duplicate update")
		}
	}
	if done > 0 {
		clear(q.pending[:done])
		q.pending = q.pending[done:]
	}
	batch := make([]*update, 0, min(limit, len(q.again)+len(q.pending)))
	n := min(limit, len(q.again))
	batch = append(batch, q.again[:n]...)
	q.again = q.again[n:]
	q.settle()
	batch = append(batch, q.pending[:min(limit-n, len(q.pending))]...)
	for i, u := range batch {
		u.sent = true
		if i > 0 && s.faults.roll(f.Seed, f.ReorderUpdates) {
			batch[i-1], batch[i] = u, batch[i-1]
			s.count("reordered update")
		}
	}
	return batch
}

// settle tells those who wait for it that nothing is pending. q.mu must be held.
func (q *queue) settle() {
	if q.idle != nil && len(q.pending) == 0 && len(q.again) == 0 {
		close(q.idle)
		q.idle = nil
	}
}

// confirm removes one update that a webhook took. q.mu must be held.
func (q *queue) confirm(id int64) {
	i, ok := slices.BinarySearchFunc(q.pending, id, func(u *update, id int64) int { return int(u.id - id) })
	if ok {
		q.pending = slices.Delete(q.pending, i, i+1)
	}
	q.settle()
}

// Pending returns how many updates the bot has not confirmed yet.
func (s *Server) Pending() int {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return len(s.queue.pending) + len(s.queue.again)
}

// WaitConfirmed blocks until the bot has confirmed every update there is, by a
// later getUpdates or by the webhook's answer. It returns the error of ctx when
// that ends first, and ErrClosed when the server does.
func (s *Server) WaitConfirmed(ctx context.Context) error {
	q := &s.queue
	q.mu.Lock()
	if len(q.pending)+len(q.again) == 0 {
		q.mu.Unlock()
		return nil
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	return s.wait(ctx, idle)
}

// wait blocks until the channel, the context or the server is closed.
func (s *Server) wait(ctx context.Context, ch <-chan struct{}) error {
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return ErrClosed
	}
}
