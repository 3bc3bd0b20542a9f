package whatsapp

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/netralitas/netra/bot"
)

// rows are where whatsmeow keeps something about a person, and in which column.
// Signal's tables name people as "user" with "_1" for a LID and ":device".
var rows = []struct{ table, column string }{
	{"whatsmeow_sessions", "their_id"},
	{"whatsmeow_identity_keys", "their_id"},
	{"whatsmeow_contacts", "their_jid"},
	{"whatsmeow_chat_settings", "chat_jid"},
	{"whatsmeow_message_secrets", "chat_jid"},
	{"whatsmeow_message_secrets", "sender_jid"},
	{"whatsmeow_privacy_tokens", "their_jid"},
	{"whatsmeow_retry_buffer", "chat_jid"},
	{"whatsmeow_lid_map", "lid"},
	{"whatsmeow_lid_map", "pn"},
	{"netra_whatsapp_chats", "jid"},
}

// keepSent is how long whatsmeow keeps copies of what we sent, for phones that
// could not read it and ask again. They hold receipts, so it is as short as most
// phones allow.
const keepSent = 24 * time.Hour

// ForgetBefore implements bot.Forgetter. It also removes the copies of what we
// sent that are too old.
func (a *Adapter) ForgetBefore(ctx context.Context, since time.Time) (int, error) {
	if _, err := a.me.db.ExecContext(ctx, `DELETE FROM whatsmeow_retry_buffer WHERE timestamp < ?`, a.cfg.Now().Add(-keepSent).UnixMilli()); err != nil {
		return 0, fmt.Errorf("forget on WhatsApp: %w", err)
	}
	old, err := a.old(ctx, since.Unix()/3600)
	if err != nil {
		return 0, fmt.Errorf("forget on WhatsApp: %w", err)
	}
	for i, who := range old {
		if err := a.Forget(ctx, who); err != nil {
			return i, err
		}
	}
	return len(old), nil
}

func (a *Adapter) old(ctx context.Context, hour int64) ([]bot.Address, error) {
	rows, err := a.me.db.QueryContext(ctx, `SELECT jid FROM netra_whatsapp_chats WHERE hour < ?`, hour)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []bot.Address
	for rows.Next() {
		var who bot.Address
		if err := rows.Scan(&who); err != nil {
			return nil, err
		}
		out = append(out, who)
	}
	return out, rows.Err()
}

// Forget implements bot.Forgetter: it removes what whatsmeow keeps about a
// person. If they write again they are met anew.
func (a *Adapter) Forget(ctx context.Context, who bot.Address) error {
	j, err := jid(who)
	if err != nil {
		return err
	}
	people := []string{j.User}
	if pn, err := a.cli.Store.LIDs.GetPNForLID(ctx, j); err == nil && pn.Server == types.DefaultUserServer && pn.User != "" {
		people = append(people, pn.User)
	}
	tx, err := a.me.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("forget on WhatsApp: %w", err)
	}
	defer tx.Rollback()
	for _, user := range people {
		for _, r := range rows {
			// The digits end at "_", ":", "@" or the end of the value.
			q := fmt.Sprintf( //nolint:gosec // G201: the names are those above
				`DELETE FROM %s WHERE %[2]s = ?1 OR %[2]s GLOB ?1 || '[_:@.]*'`, r.table, r.column)
			if _, err := tx.ExecContext(ctx, q, user); err != nil {
				return fmt.Errorf("forget on WhatsApp: %w", err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("forget on WhatsApp: %w", err)
	}
	a.mu.Lock()
	delete(a.chats, j)
	a.mu.Unlock()
	return nil
}
