package telegram

import (
	"context"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// Leaves implements bot.Cleaner.
func (*Adapter) Leaves() string { return "telegram" }

// Clean implements bot.Cleaner. Telegram deletes messages of the last 48 hours
// for both sides, passes over those that are gone, and takes a hundred at a
// time. https://core.telegram.org/bots/api#deletemessages
func (a *Adapter) Clean(ctx context.Context, m bot.Message, theirs []string, ours []bot.Ref) error {
	ids := slices.Clone(theirs)
	for _, o := range ours {
		ids = append(ids, string(o))
	}
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), 100) {
		p := tgbotapi.Params{"chat_id": string(m.From), "message_ids": "[" + strings.Join(some, ",") + "]"}
		err := a.pace.Do(ctx, m.From, 1, pace.Reply, func() error { return a.api.call(ctx, "deleteMessages", p, nil) })
		if err != nil && !refused(err) { // too old to be deleted
			return err
		}
	}
	return nil
}
