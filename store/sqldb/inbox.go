package sqldb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/netralitas/netra/store"
)

// Inbox keeps messages received and not yet worked on.
type Inbox struct{ db *DB }

var _ store.Inbox = (*Inbox)(nil)

// Inbox returns the inbox in this database.
func (db *DB) Inbox() *Inbox { return &Inbox{db} }

// Put implements store.Inbox.
func (b *Inbox) Put(ctx context.Context, batch []store.Received) error {
	if len(batch) == 0 {
		return nil
	}
	type row struct{ message, channel, sealed []byte }
	channels := map[string][]byte{}
	all := make([]row, len(batch))
	owner, done := b.db.keys.Inbox()
	defer done()
	for i, m := range batch {
		if channels[m.Channel] == nil {
			channels[m.Channel] = b.db.lookup("channel", m.Channel)
		}
		key := b.key(m.Channel, m.ID)
		plain := make([]byte, 0, binary.MaxVarintLen64+len(m.ID)+len(m.Body))
		plain = append(append(binary.AppendUvarint(plain, uint64(len(m.ID))), m.ID...), m.Body...)
		sealed, err := b.db.keys.SealFor(owner, plain, inboxContext(key))
		if err != nil {
			return fmt.Errorf("put into inbox: %w", err)
		}
		all[i] = row{key, channels[m.Channel], sealed}
	}
	if err := b.db.keys.Settle(); err != nil {
		return fmt.Errorf("put into inbox: %w", err)
	}
	return b.db.queue.do(ctx, "put into inbox", func(tx *tx) error {
		for _, r := range all {
			if err := tx.exec(`INSERT INTO inbox (message, channel, sealed) VALUES (?, ?, ?)
				ON CONFLICT (message) DO NOTHING`, r.message, r.channel, r.sealed); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *Inbox) key(channel, id string) []byte { return b.db.lookup("inbox", channel+"\x00"+id) }

func inboxContext(key []byte) string { return "inbox:" + string(key) }

// Done implements store.Inbox.
func (b *Inbox) Done(ctx context.Context, channel string, ids []string) error {
	keys := make([]any, len(ids))
	for i, id := range ids {
		keys[i] = b.key(channel, id)
	}
	if len(keys) == 0 {
		return nil
	}
	return b.db.queue.do(ctx, "remove from inbox", func(tx *tx) error {
		for rest := keys; len(rest) > 0; {
			// Statements of three sizes are prepared; what is missing to a size
			// is filled with the last one again.
			size := 64
			if len(rest) <= 8 {
				size = 8
			}
			if len(rest) == 1 {
				size = 1
			}
			part := append(make([]any, 0, size), rest[:min(size, len(rest))]...)
			rest = rest[len(part):]
			for len(part) < size {
				part = append(part, part[len(part)-1])
			}
			if err := tx.exec(`DELETE FROM inbox WHERE message IN (?`+strings.Repeat(`, ?`, size-1)+`)`, part...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Pending implements store.Inbox.
func (b *Inbox) Pending(ctx context.Context, channel string) ([]store.Received, error) {
	var out []store.Received
	var unreadable error
	err := b.db.reading.rows(ctx, func(scan func(...any) error) error {
		var key, sealed []byte
		if err := scan(&key, &sealed); err != nil {
			return err
		}
		plain, err := b.db.keys.Open(sealed, inboxContext(key))
		if errors.Is(err, store.ErrShredded) {
			return nil
		}
		if err != nil {
			unreadable = fmt.Errorf("read inbox: %w", err)
			return nil
		}
		n, used := binary.Uvarint(plain)
		if used <= 0 || n > uint64(len(plain)-used) {
			return errors.New("a message is cut short")
		}
		id, body := plain[used:used+int(n)], plain[used+int(n):]
		out = append(out, store.Received{Channel: channel, ID: string(id), Body: body})
		return nil
	}, `SELECT message, sealed FROM inbox WHERE channel = ? ORDER BY id`, b.db.lookup("channel", channel))
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	return out, unreadable
}

// Owners are whose keys the messages that wait were sealed with.
func (b *Inbox) Owners(ctx context.Context) (map[store.Owner]bool, error) {
	owners := map[store.Owner]bool{}
	err := b.db.reading.rows(ctx, func(scan func(...any) error) error {
		var sealed []byte
		if err := scan(&sealed); err != nil {
			return err
		}
		if o, ok := b.db.keys.Whose(sealed); ok {
			owners[o] = true
		}
		return nil
	}, `SELECT sealed FROM inbox`)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	return owners, nil
}
