package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	most = 64                     // jobs in one transaction
	soon = 500 * time.Millisecond // how long a job that nobody waits for waits
)

var errClosed = errors.New("the database is closed")

// queue runs jobs that write, on one connection, and commits together what
// gathered while the last commit was written: under load, the sync of the disk
// and the pages that many change are shared. A job alone is committed at once.
type queue struct {
	tx   *tx
	jobs chan *job
	done chan struct{}

	gate sync.RWMutex // held for reading while a job is handed over
	shut bool

	mu    sync.Mutex
	later []*job
}

// job is something to do within a transaction. It may run twice, when another
// job of the same transaction failed, and must begin from nothing each time.
type job struct {
	ctx   context.Context
	run   func(*tx) error
	after func(error) // when it is committed, or has failed
}

func newQueue(ctx context.Context, db *sql.DB) (*queue, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	q := &queue{
		tx:   &tx{conn: conn, stmts: map[string]*sql.Stmt{}},
		jobs: make(chan *job, most),
		done: make(chan struct{}),
	}
	go q.work()
	return q, nil
}

// do runs a job in a transaction and returns when it is committed. The context
// ends its wait for its turn, not the transaction: others' jobs are in it.
func (q *queue) do(ctx context.Context, what string, run func(*tx) error) error {
	done := make(chan error, 1)
	err := q.put(&job{ctx, run, func(err error) { done <- err }})
	if err == nil {
		err = <-done
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// soon runs a job that nobody waits for together with the next one that
// somebody does wait for, before it, or by itself a moment later.
func (q *queue) soon(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.later = append(q.later, j)
	if len(q.later) == 1 {
		time.AfterFunc(soon, func() { _ = q.put(&job{ctx: j.ctx, run: func(*tx) error { return nil }}) })
	}
}

func (q *queue) put(j *job) error {
	q.gate.RLock()
	defer q.gate.RUnlock()
	if q.shut {
		return errClosed
	}
	select {
	case q.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// close runs what is queued and takes nothing more.
func (q *queue) close() error {
	q.gate.Lock()
	q.shut = true
	close(q.jobs)
	q.gate.Unlock()
	<-q.done
	return q.tx.close()
}

func (q *queue) work() {
	defer close(q.done)
	for first := range q.jobs {
		q.commit(q.gather(first))
	}
	if last := q.gather(nil); len(last) > 0 {
		q.commit(last)
	}
}

// gather takes what is there, first what nobody waits for: it was asked before.
func (q *queue) gather(first *job) []*job {
	q.mu.Lock()
	batch := q.later
	q.later = nil
	q.mu.Unlock()
	if first == nil {
		return batch
	}
	batch = append(batch, first)
	for len(batch) < most {
		select {
		case j, ok := <-q.jobs:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the jobs in one transaction. A job that fails leaves it, and the
// others begin again without it.
func (q *queue) commit(batch []*job) {
	for len(batch) > 0 {
		bad, err := q.transact(batch)
		if bad < 0 {
			for _, j := range batch {
				j.finish(err)
			}
			return
		}
		batch[bad].finish(err)
		batch = slices.Delete(batch, bad, bad+1)
	}
}

func (j *job) finish(err error) {
	if j.after != nil {
		j.after(err)
	}
}

// transact runs the jobs in one transaction, and none of it when there is an
// error. bad is the job that failed, -1 when it was none of them.
func (q *queue) transact(batch []*job) (bad int, err error) {
	for i, j := range batch {
		if err := j.ctx.Err(); err != nil {
			return i, err
		}
	}
	if err := q.tx.exec(`BEGIN IMMEDIATE`); err != nil {
		return -1, err
	}
	// Rolling back fails when SQLite has done so itself: that is as good.
	for i, j := range batch {
		if err := j.run(q.tx); err != nil {
			_ = q.tx.exec(`ROLLBACK`)
			return i, err
		}
	}
	if err := q.tx.exec(`COMMIT`); err != nil {
		_ = q.tx.exec(`ROLLBACK`)
		return -1, err
	}
	return -1, nil
}
