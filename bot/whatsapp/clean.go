package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// Leaves implements bot.Cleaner.
func (*Adapter) Leaves() string { return "whatsapp" }

// revocable is how long a message can be taken back; phones allow some hours
// more.
const revocable = 48 * time.Hour

// Clean implements bot.Cleaner: it takes our messages back, the newest first.
// What people wrote only they can delete. A phone that never had a message, or
// had it taken back before, does nothing. The copies that whatsmeow keeps, for
// phones that could not read a message, go as well.
func (a *Adapter) Clean(ctx context.Context, m bot.Message, _ []string, ours []bot.Ref) error {
	to, err := jid(m.From)
	if err != nil {
		return err
	}
	now := a.cfg.Now()
	for _, o := range slices.Backward(ours) {
		id, at := readRef(o)
		if _, err := a.me.db.ExecContext(ctx, `DELETE FROM whatsmeow_retry_buffer WHERE message_id = ?`, id); err != nil {
			return fmt.Errorf("clean on WhatsApp: %w", err)
		}
		if now.Sub(at) > revocable {
			continue
		}
		err := a.send(ctx, "take back", to, a.cli.BuildRevoke(to, types.EmptyJID, id), pace.Reply, messageID(id, "take back"))
		if f := (*bot.Failure)(nil); err != nil && (!errors.As(err, &f) || f.Kind != bot.Bug) {
			return err // what WhatsApp refuses stays
		}
	}
	return nil
}

// ref refers to a message of ours to a person, with the hour in which it was
// sent: nobody else remembers that.
func ref(id types.MessageID, at time.Time) bot.Ref {
	return bot.Ref(id + "." + strconv.FormatInt(at.Unix()/3600, 36))
}

func readRef(r bot.Ref) (types.MessageID, time.Time) {
	id, hour, _ := strings.Cut(string(r), ".")
	n, _ := strconv.ParseInt(hour, 36, 64) // of no hour is too old
	return id, time.Unix(n*3600, 0)
}
