package sqldb

import (
	"context"
	"fmt"
	"time"

	"github.com/netralitas/netra/store"
)

// Joins keeps the codes of groups that wait.
type Joins struct{ db *DB }

var _ store.Joins = (*Joins)(nil)

// Joins returns those in this database.
func (db *DB) Joins() *Joins { return &Joins{db} }

// Ask implements store.Joins.
func (j *Joins) Ask(ctx context.Context, code, group string, now, until time.Time) (fresh bool, err error) {
	key := j.db.lookup("join", code)
	sealed, err := j.db.keys.Seal([]byte(group), "join:"+string(key))
	if err != nil {
		return false, fmt.Errorf("keep a group's code: %w", err)
	}
	err = j.db.queue.do(ctx, "keep a group's code", func(tx *tx) error {
		if err := tx.exec(`DELETE FROM joins WHERE until <= ?`, now.Unix()); err != nil {
			return err
		}
		n, err := tx.count(`INSERT INTO joins (code, until, sealed) VALUES (?, ?, ?) ON CONFLICT (code) DO NOTHING`, key, until.Unix(), sealed)
		fresh = n > 0
		return err
	})
	return fresh, err
}

// Redeem implements store.Joins.
func (j *Joins) Redeem(ctx context.Context, code string, now time.Time) (group string, ok bool, err error) {
	key := j.db.lookup("join", code)
	var sealed []byte
	err = j.db.queue.do(ctx, "redeem a group's code", func(tx *tx) error {
		sealed = nil
		return tx.rows(func(scan func(...any) error) error { return scan(&sealed) }, `DELETE FROM joins WHERE code = ? AND until > ? RETURNING sealed`, key, now.Unix())
	})
	if err != nil || sealed == nil {
		return "", false, err
	}
	plain, err := j.db.keys.Open(sealed, "join:"+string(key))
	if err != nil {
		return "", false, fmt.Errorf("redeem a group's code: %w", err)
	}
	return string(plain), true, nil
}
