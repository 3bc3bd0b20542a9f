package sqldb

import (
	"context"
	"fmt"
	"time"

	"github.com/netralitas/netra/store"
)

// Requests logs what people ask of their data.
type Requests struct{ db *DB }

var _ store.Requests = (*Requests)(nil)

// Requests returns the log in this database.
func (db *DB) Requests() *Requests { return &Requests{db} }

// Log implements store.Requests.
func (r *Requests) Log(ctx context.Context, x store.Request) error {
	return r.db.queue.do(ctx, "log a request", func(tx *tx) error {
		return tx.exec(`INSERT INTO requests (number, kind, at, until, done) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (number) DO UPDATE SET done = coalesce(done, excluded.done)`,
			x.Number, string(x.Kind), x.At.Unix(), x.Until.Unix(), seconds(x.Done))
	})
}

// seconds is NULL for no time.
func seconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

// Since implements store.Requests.
func (r *Requests) Since(ctx context.Context, since time.Time) (list []store.Request, err error) {
	err = r.db.reading.rows(ctx, func(scan func(...any) error) error {
		var x store.Request
		var at, until int64
		var done *int64
		if err := scan(&x.Number, &x.Kind, &at, &until, &done); err != nil {
			return err
		}
		x.At, x.Until = time.Unix(at, 0).UTC(), time.Unix(until, 0).UTC()
		if done != nil {
			x.Done = time.Unix(*done, 0).UTC()
		}
		list = append(list, x)
		return nil
	}, `SELECT number, kind, at, until, done FROM requests WHERE at >= ? ORDER BY at, number`, since.Unix())
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return list, nil
}

// ForgetRequests implements store.Requests.
func (r *Requests) ForgetRequests(ctx context.Context, before time.Time) (n int, err error) {
	err = r.db.queue.do(ctx, "forget requests", func(tx *tx) error {
		gone, err := tx.count(`DELETE FROM requests WHERE at < ?`, before.Unix())
		n = int(gone)
		return err
	})
	return n, err
}
