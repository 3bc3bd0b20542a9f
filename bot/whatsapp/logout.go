package whatsapp

import (
	"context"
	"errors"
	"fmt"
)

// Logout unlinks the account, here and on WhatsApp, and removes all that was
// kept for it. When WhatsApp does not let us in, nothing is removed, unless the
// account is unlinked already. Without an account it returns ErrUnpaired, and
// what an earlier one left behind is removed.
func (d *Device) Logout(ctx context.Context) error {
	if !d.Paired() {
		return errors.Join(ErrUnpaired, d.Discard(ctx))
	}
	err := d.visit(ctx, func([]any, <-chan any) error {
		if err := d.cli.Logout(ctx); err != nil {
			words, _ := refused(err)
			return fmt.Errorf("WhatsApp does not unlink the device: %s", words)
		}
		return d.Discard(ctx)
	})
	if gone(err) {
		return nil
	}
	return err
}

// Discard removes everything that is kept for an account here: the keys, and
// what is known of people, which whatsmeow does not remove itself. It tells
// WhatsApp nothing: the phone goes on listing the device.
func (d *Device) Discard(ctx context.Context) error {
	tables, err := d.tables(ctx)
	if err != nil {
		return fmt.Errorf("remove the WhatsApp device: %w", err)
	}
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("remove the WhatsApp device: %w", err)
	}
	defer tx.Rollback()
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %q`, t)); err != nil {
			return fmt.Errorf("remove the WhatsApp device: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("remove the WhatsApp device: %w", err)
	}
	return nil
}

// tables are whatsmeow's, but the one that says which there are, and ours of
// when people wrote.
func (d *Device) tables(ctx context.Context) (names []string, err error) {
	rows, err := d.db.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND (name GLOB 'whatsmeow_*' OR name = 'netra_whatsapp_people') AND name <> 'whatsmeow_version'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
