package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

var (
	_ bot.Board  = (*Adapter)(nil)
	_ bot.Roster = (*Adapter)(nil)
)

// headRoom is what a card's first message keeps for its head, so that a longer
// head moves no words of the body to another message.
const headRoom = 600

// face is the text of a card's first message, and what follows in others.
func face(c bot.Card) (first string, rest []string) {
	parts := split(c.Body, longest-headRoom)
	if len(parts) == 0 {
		return c.Head, nil
	}
	return strings.TrimSpace(c.Head + "\n\n" + parts[0]), parts[1:]
}

// PostCard implements bot.Board.
func (a *Adapter) PostCard(ctx context.Context, to bot.Address, topic string, c bot.Card) (bot.Ref, error) {
	thread, err := a.topic(ctx, to, topic)
	if err != nil {
		return "", err
	}
	first, rest := face(c)
	p := textParams(to, first)
	into(p, thread)
	if kb := keyboard(bot.Reply{Choices: c.Buttons}); kb != "" {
		p["reply_markup"] = kb
	}
	var card bot.Ref
	err = a.pace.Do(ctx, to, 1, pace.Delivery, func() (err error) {
		card, err = a.api.send(ctx, "sendMessage", p)
		return err
	})
	if err != nil {
		return "", err
	}
	if thread != "" {
		card += bot.Ref("/" + thread)
	}
	for _, part := range rest {
		if _, err := a.Post(ctx, to, part, card); err != nil {
			return "", err
		}
	}
	return card, nil
}

// EditCard implements bot.Board.
func (a *Adapter) EditCard(ctx context.Context, to bot.Address, card bot.Ref, c bot.Card) error {
	id, _ := thread(card)
	first, _ := face(c)
	p := textParams(to, first)
	p["message_id"] = id
	p["reply_markup"] = none
	if kb := keyboard(bot.Reply{Choices: c.Buttons}); kb != "" {
		p["reply_markup"] = kb
	}
	err := a.pace.Do(ctx, to, 1, pace.Delivery, func() error { return a.api.call(ctx, "editMessageText", p, nil) })
	if refused(err) { // deleted, too old, or like that already
		return nil
	}
	return err
}

// Toast implements bot.Board. Telegram shows 200 characters.
// https://core.telegram.org/bots/api#answercallbackquery
func (a *Adapter) Toast(ctx context.Context, m bot.Message, text string) error {
	if m.Token == "" {
		return nil
	}
	p := tgbotapi.Params{"callback_query_id": m.Token}
	if text != "" {
		if r := []rune(text); len(r) > 200 {
			text = string(r[:199]) + "…"
		}
		p["text"], p["show_alert"] = text, "true"
	}
	err := a.api.call(ctx, "answerCallbackQuery", p, nil)
	if refused(err) {
		return nil
	}
	return err
}

// Member implements bot.Roster.
func (a *Adapter) Member(ctx context.Context, group, who bot.Address) (bot.Membership, error) {
	var raw json.RawMessage
	err := a.api.call(ctx, "getChatMember", tgbotapi.Params{"chat_id": string(group), "user_id": string(who)}, &raw)
	if f := (*bot.Failure)(nil); errors.As(err, &f) && (f.Kind == bot.Bug || f.Kind == bot.Gone) {
		return bot.Outsider, nil // nobody of whom the group knows
	}
	if err != nil {
		return bot.Outsider, err
	}
	var is struct {
		Status string `json:"status"`
		In     bool   `json:"is_member"` // of those who are restricted
	}
	if err := json.Unmarshal(raw, &is); err != nil {
		return bot.Outsider, err
	}
	switch is.Status {
	case "creator", "administrator":
		return bot.Admin, nil
	case "member":
		return bot.Member, nil
	case "restricted":
		if is.In {
			return bot.Member, nil
		}
	}
	return bot.Outsider, nil
}

// topic makes a topic in a group that has them, and returns its thread; "" in
// others.
func (a *Adapter) topic(ctx context.Context, to bot.Address, name string) (string, error) {
	if name == "" || !isGroup(to) || !a.forum(ctx, to) {
		return "", nil
	}
	var made struct {
		Thread json.Number `json:"message_thread_id"`
	}
	err := a.pace.Do(ctx, to, 1, pace.Delivery, func() error {
		return a.api.call(ctx, "createForumTopic", tgbotapi.Params{"chat_id": string(to), "name": name}, &made)
	})
	if refused(err) { // we are not allowed to: the card stands in the general topic
		return "", nil
	}
	return made.Thread.String(), err
}

// forum reports whether a group has topics, as it was when the first card was
// posted there. What cannot be asked has none.
func (a *Adapter) forum(ctx context.Context, to bot.Address) bool {
	if known, ok := a.forums.Load(to); ok {
		return known.(bool)
	}
	var chat struct {
		Forum bool `json:"is_forum"`
	}
	if err := a.api.call(ctx, "getChat", tgbotapi.Params{"chat_id": string(to)}, &chat); err != nil {
		return false
	}
	a.forums.Store(to, chat.Forum)
	return chat.Forum
}

// thread takes a reference apart: the message, and the topic that it stands in.
func thread(r bot.Ref) (id, topic string) {
	id, topic, _ = strings.Cut(string(r), "/")
	return id, topic
}

// into puts a message into a topic.
func into(p tgbotapi.Params, topic string) {
	if topic != "" {
		p["message_thread_id"] = topic
	}
}
