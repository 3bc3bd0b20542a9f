package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// chats is what must be known of a chat with a person beside what whatsmeow
// keeps: it knows no times, and nothing of messages that disappear.
const chats = `CREATE TABLE IF NOT EXISTS netra_whatsapp_chats (
	jid   TEXT PRIMARY KEY,
	hour  INTEGER NOT NULL, -- since 1970, of the person's last message
	timer INTEGER NOT NULL  -- seconds after which messages disappear; 0: never
) WITHOUT ROWID`

type chat struct {
	hour  int64
	timer uint32
}

// maxChats bounds how many chats are known without asking the database.
const maxChats = 10_000

// chat is what is known of a chat.
func (a *Adapter) chat(ctx context.Context, who types.JID) chat {
	a.mu.Lock()
	c, ok := a.chats[who]
	a.mu.Unlock()
	if ok {
		return c
	}
	err := a.me.db.QueryRowContext(ctx, `SELECT hour, timer FROM netra_whatsapp_chats WHERE jid = ?`, who.String()).Scan(&c.hour, &c.timer)
	if err != nil {
		if !errors.Is(err, sql.ErrNoRows) {
			a.log.Warn().Str("reason", fmt.Sprintf("%T", err)).Msg("a chat's timer is not known")
		}
		return chat{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if newer, ok := a.chats[who]; ok {
		return newer
	}
	a.hold(who, c)
	return c
}

// hold remembers what is known of a chat. a.mu is held.
func (a *Adapter) hold(who types.JID, c chat) {
	if len(a.chats) >= maxChats {
		clear(a.chats)
	}
	a.chats[who] = c
}

// set keeps what is known of a chat.
func (a *Adapter) set(ctx context.Context, who types.JID, c chat) {
	a.mu.Lock()
	a.hold(who, c)
	a.mu.Unlock()
	if _, err := a.me.db.ExecContext(ctx, `INSERT INTO netra_whatsapp_chats (jid, hour, timer) VALUES (?1, ?2, ?3)
		ON CONFLICT (jid) DO UPDATE SET hour = ?2, timer = ?3`, who.String(), c.hour, c.timer); err != nil {
		a.log.Warn().Str("reason", fmt.Sprintf("%T", err)).Msg("who wrote is not noted: they may be forgotten late")
	}
}

// wrote notes in which hour somebody wrote, and the timer of the chat's
// disappearing messages: every message of a chat that has one says so, and ours
// should do as the reporter's.
func (a *Adapter) wrote(ctx context.Context, who types.JID, m *waE2E.Message) {
	was := a.chat(ctx, who)
	now := chat{hour: a.cfg.Now().Unix() / 3600, timer: was.timer}
	set := m.GetProtocolMessage()
	switch n := expiry(m); {
	case set.GetType() == waE2E.ProtocolMessage_EPHEMERAL_SETTING && set != nil:
		now.timer = set.GetEphemeralExpiration()
	case n > 0:
		now.timer = n
	case m.GetConversation() != "": // it could not be said here, so there is none
		now.timer = 0
	}
	if now != was {
		a.set(ctx, who, now)
	}
}

// Wrote implements bot.Reserved.
func (a *Adapter) Wrote(ctx context.Context, who bot.Address) (bool, error) {
	j, err := jid(who)
	return err == nil && a.chat(ctx, j).hour > 0, err
}

// Vanish implements bot.Vanisher: from now on messages disappear after a day.
func (a *Adapter) Vanish(ctx context.Context, m bot.Message) error {
	to, err := jid(m.From)
	if err != nil {
		return err
	}
	const day = 24 * time.Hour
	set := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type:                      waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum(),
		EphemeralExpiration:       proto.Uint32(uint32(day.Seconds())),
		EphemeralSettingTimestamp: proto.Int64(m.At.Unix()),
	}}
	if err := a.send(ctx, "set timer", to, set, pace.Reply, messageID(m.ID, "timer")); err != nil {
		return err
	}
	c := a.chat(ctx, to)
	c.timer = uint32(day.Seconds())
	a.set(ctx, to, c)
	return nil
}
