package sqldb

import (
	"context"
	"time"

	"github.com/netralitas/netra/store"
)

// Guard slows guessing down. What it counts is in the database, so neither a
// restart nor another process forgets it.
type Guard struct{ db *DB }

var _ store.Guard = (*Guard)(nil)

// Guard returns the guard in this database.
func (db *DB) Guard() *Guard { return &Guard{db} }

// Try implements store.Guard.
func (g *Guard) Try(ctx context.Context, keys []string, now time.Time) (wait time.Duration, err error) {
	err = g.db.queue.do(ctx, "count a guess", func(tx *tx) error {
		wait = 0
		counts := make([]int, len(keys))
		for i, key := range keys {
			var wrong int
			var at int64
			if err := tx.rows(func(scan func(...any) error) error { return scan(&wrong, &at) },
				`SELECT wrong, at FROM guesses WHERE key = ?`, g.db.lookup("guess", key)); err != nil {
				return err
			}
			left, counting := store.Remaining(wrong, time.Unix(at, 0), now)
			wait, counts[i] = max(wait, left), counting
		}
		if wait > 0 {
			return nil
		}
		for i, key := range keys {
			if err := tx.exec(`INSERT INTO guesses (key, wrong, at) VALUES (?, ?, ?)
				ON CONFLICT (key) DO UPDATE SET wrong = excluded.wrong, was = guesses.at, at = excluded.at`,
				g.db.lookup("guess", key), counts[i]+1, now.Unix()); err != nil {
				return err
			}
		}
		return tx.exec(`DELETE FROM guesses WHERE at < ?`, now.Add(-48*time.Hour).Unix())
	})
	return wait, err
}

// Right implements store.Guard.
func (g *Guard) Right(ctx context.Context, keys []string) error {
	return g.db.queue.do(ctx, "take a guess back", func(tx *tx) error {
		for _, key := range keys {
			if err := tx.exec(`UPDATE guesses SET wrong = max(wrong - 1, 0), at = was WHERE key = ?`, g.db.lookup("guess", key)); err != nil {
				return err
			}
		}
		return nil
	})
}
