package sqldb

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/netralitas/netra/store"
)

// Audit is the audit log.
type Audit struct{ db *DB }

var _ store.Audit = (*Audit)(nil)

// Audit returns the audit log in this database.
func (db *DB) Audit() *Audit { return &Audit{db} }

// link chains an entry to the one before.
func (a *Audit) link(before []byte, number, at int64, sealed []byte) []byte {
	return a.db.lookup("audit", fmt.Sprintf("%x:%d:%d:%x", before, number, at, sealed))
}

func auditContext(number int64) string { return "audit:" + strconv.FormatInt(number, 10) }

// Append implements store.Audit.
func (a *Audit) Append(ctx context.Context, e store.Entry) error {
	plain, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("append to the audit log: %w", err)
	}
	return a.db.queue.do(ctx, "append to the audit log", func(tx *tx) error {
		var number int64
		var before []byte
		err := tx.rows(func(scan func(...any) error) error { return scan(&number, &before) },
			`SELECT number, link FROM audit ORDER BY number DESC LIMIT 1`)
		if err != nil {
			return err
		}
		number++
		sealed, err := a.db.keys.Seal(plain, auditContext(number))
		if err != nil {
			return err
		}
		return tx.exec(`INSERT INTO audit (number, at, sealed, link) VALUES (?, ?, ?, ?)`,
			number, e.At.Unix(), sealed, a.link(before, number, e.At.Unix(), sealed))
	})
}

// Walk implements store.Audit.
func (a *Audit) Walk(ctx context.Context, each func(number int, link string, e store.Entry) error) error {
	var before []byte
	var last int64
	err := a.db.reading.rows(ctx, func(scan func(...any) error) error {
		var number, at int64
		var sealed, link []byte
		if err := scan(&number, &at, &sealed, &link); err != nil {
			return err
		}
		if number != last+1 || !bytes.Equal(link, a.link(before, number, at, sealed)) {
			return fmt.Errorf("entry %d: %w", last+1, store.ErrTampered)
		}
		var e store.Entry
		if err := a.db.keys.OpenJSON(sealed, auditContext(number), &e); err != nil {
			return fmt.Errorf("entry %d: %w", number, err)
		}
		e.At, before, last = time.Unix(at, 0).UTC(), link, number
		return each(int(number), hex.EncodeToString(link), e)
	}, `SELECT number, at, sealed, link FROM audit ORDER BY number`)
	if err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	return nil
}
