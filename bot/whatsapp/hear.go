package whatsapp

import (
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/netralitas/netra/bot"
)

// hear takes what somebody says to us in a group that the operator named: a
// command, or an answer to a message. The desk knows whether that is a card; it
// may be one that another account of ours posted, before the number was changed.
// ok is false for what they say among themselves, and in all other groups.
func (a *Adapter) hear(e *events.Message) (m bot.Message, ok bool) {
	group := bot.Address(e.Info.Chat.ToNonAD().String())
	if !slices.Contains(a.cfg.Groups, group) || e.IsEdit { // what supervisors said stands
		return m, false
	}
	text, quotes := e.Message.GetConversation(), ""
	if x := e.Message.GetExtendedTextMessage(); x != nil {
		text, quotes = x.GetText(), x.GetContextInfo().GetStanzaID()
	}
	text = strings.TrimSpace(text)
	if text == "" || quotes == "" && !strings.HasPrefix(text, "/") {
		return m, false
	}
	by := a.reporter(a.ctx, e.Info.Sender, e.Info.SenderAlt)
	return bot.Message{
		From: bot.Address(by.String()), ID: unique(by, e.Info.ID), At: e.Info.Timestamp.UTC(),
		Text: text, Group: group, Quotes: bot.Ref(quotes), Name: called(e.Info.PushName, by),
	}, true
}

// called is the name somebody chose, or the end of their address if they chose
// none.
func called(name string, by types.JID) string {
	if name = strings.TrimSpace(name); name != "" {
		return name
	}
	return "…" + by.User[max(0, len(by.User)-4):]
}
