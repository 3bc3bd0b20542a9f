package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// Reply implements bot.Channel. There are no buttons, so no message holds any.
// What is answered counts as read only now: it is saved.
func (a *Adapter) Reply(ctx context.Context, r bot.Reply) (sent bot.Sent, err error) {
	to, err := jid(r.In.From)
	if err != nil {
		return sent, err
	}
	t := readToken(r.In.Token)
	if text := compose(r); text != "" {
		id := messageID(r.In.ID, "reply")
		err = a.say(ctx, to, text, t.expiry, pace.Reply, id)
		sent.New = []bot.Ref{ref(id, a.cfg.Now())}
	}
	if err == nil && t.id != "" {
		// Whether that works changes nothing.
		_ = a.cli.MarkRead(ctx, []types.MessageID{t.id}, a.cfg.Now(), to, to)
	}
	return sent, err
}

// Notify implements bot.Channel. The same words within a minute are the same
// message; later they are news again.
func (a *Adapter) Notify(ctx context.Context, to bot.Address, text string) error {
	j, err := jid(to)
	if err != nil {
		return err
	}
	return a.say(ctx, j, plain(text), 0, pace.Delivery, messageID(string(to), text, a.cfg.Now().Truncate(time.Minute).String()))
}

func (a *Adapter) say(ctx context.Context, to types.JID, text string, expires uint32, prio pace.Priority, id types.MessageID) error {
	if expires == 0 {
		expires = a.chat(ctx, to).timer
	}
	m := &waE2E.Message{Conversation: proto.String(text)}
	if expires > 0 {
		m = &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
			Text: proto.String(text), ContextInfo: &waE2E.ContextInfo{Expiration: proto.Uint32(expires)},
		}}
	}
	return a.send(ctx, "send message", to, m, prio, id)
}

// sendTimeout bounds a send; whatsmeow alone would wait for 75 seconds.
const sendTimeout = 30 * time.Second

func (a *Adapter) send(ctx context.Context, op string, to types.JID, m *waE2E.Message, prio pace.Priority, id types.MessageID) error {
	keep := a.pace
	if a.Limited() && !isGroup(bot.Address(to.String())) {
		keep = a.slow
	}
	err := keep.Do(ctx, bot.Address(to.String()), 1, prio, func() error {
		// whatsmeow sends one message after the other: none may take for ever.
		ctx, cancel := context.WithTimeout(ctx, sendTimeout+15*time.Second)
		defer cancel()
		_, err := a.cli.SendMessage(ctx, to, m, whatsmeow.SendRequestExtra{ID: id, Timeout: sendTimeout})
		return err
	})
	if err == nil {
		a.let(to)
	}
	err = a.failure(ctx, op, to, err)
	a.cfg.Metrics.Call("whatsapp", op, err)
	return err
}
