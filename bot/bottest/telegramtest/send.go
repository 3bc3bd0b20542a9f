package telegramtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// draft is what all sending methods have in common.
type draft struct {
	markup       markup
	replyTo      int
	replyLenient bool
}

func (c *call) draft() (d draft, e *apiError) {
	if raw := c.get("reply_parameters"); raw != "" && raw != "null" {
		v, err := parseJSON(raw)
		if err != nil {
			return d, bad("can't parse reply parameters JSON object")
		}
		if v.kind != jobj {
			return d, bad("object expected as reply parameters")
		}
		if len(v.obj) > 0 {
			id, ok := v.get("message_id").integer()
			if !ok {
				return d, bad("can't find field \"message_id\"")
			}
			if other := v.get("chat_id"); other.raw != "" && other.s != c.get("chat_id") {
				return d, bad("replies to another chat are not supported by the emulator")
			}
			d.replyTo, d.replyLenient = int(id), v.get("allow_sending_without_reply").b
		}
	} else {
		d.replyTo, d.replyLenient = int(c.getInt("reply_to_message_id")), c.getBool("allow_sending_without_reply")
	}
	d.markup, e = c.markup(false)
	return d, e
}

// send checks everything that depends on the chat and the limits, adds the
// messages and leaves them in c.out, as an array when they are an album.
func (c *call) send(d draft, msgs ...*message) *apiError {
	ch, e := c.chat("chat_id")
	if e != nil {
		return e
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if e := ch.access(); e != nil {
		return e
	}
	thread := int(c.getInt("message_thread_id"))
	if !ch.forum {
		thread = 0
	} else if _, ok := ch.topics[thread]; thread != 0 && !ok {
		return condition("thread not found", 400, "Bad Request: message thread not found")
	}
	var replied *message
	if d.replyTo > 0 {
		if replied = ch.find(d.replyTo); replied == nil && !d.replyLenient {
			return condition("reply not found", 400, "Bad Request: message to be replied not found")
		}
	}
	if e := c.s.limit(ch, len(msgs)); e != nil {
		return e
	}
	for _, m := range msgs {
		m.markup, m.replied, m.thread = d.markup, replied, thread
		m.protected, m.silent = c.getBool("protect_content"), c.getBool("disable_notification")
		ch.add(m)
	}
	if len(msgs) == 1 {
		c.out = appendMessage(c.out, ch, msgs[0], true)
		return nil
	}
	c.out = append(c.out, '[')
	for i, m := range msgs {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = appendMessage(c.out, ch, m, true)
	}
	c.out = append(c.out, ']')
	return nil
}

func sendMessage(c *call) *apiError {
	text, ents, e := c.text("text", "entities")
	if e != nil {
		return e
	}
	d, e := c.draft()
	if e != nil {
		return e
	}
	if e := checkText(text); e != nil {
		return e
	}
	return c.send(d, &message{text: text, ents: ents})
}

func checkText(text string) *apiError {
	switch {
	case text == "":
		return bad("text must be non-empty")
	case utf16Len(text) > maxText:
		return bad("message is too long")
	}
	return nil
}

var actions = strings.Fields(`typing upload_photo record_video upload_video record_voice upload_voice
	upload_document choose_sticker find_location record_video_note upload_video_note record_audio upload_audio`)

func sendChatAction(c *call) *apiError {
	if !slices.Contains(actions, c.get("action")) {
		return bad("wrong parameter action in request")
	}
	ch, e := c.chat("chat_id")
	if e != nil {
		return e
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if e := ch.access(); e != nil {
		return e
	}
	return c.yes()
}

// reactions are the emoji that Telegram lets a bot react with.
const reactions = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 " +
	"👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"

func setMessageReaction(c *call) *apiError {
	emoji := ""
	if raw := c.get("reaction"); raw != "" && raw != "null" {
		v, err := parseJSON(raw)
		if err != nil || v.kind != jarr {
			return bad("can't parse reaction types JSON object")
		}
		if len(v.arr) > 1 {
			return bad("REACTIONS_TOO_MANY")
		}
		for i := range v.arr {
			if v.arr[i].get("type").str() != "emoji" {
				return bad("can't parse ReactionType: invalid reaction type specified")
			}
			emoji = strings.TrimSuffix(v.arr[i].get("emoji").str(), "\ufe0f")
			if emoji == "" || !slices.Contains(strings.Fields(reactions), emoji) {
				return bad("REACTION_INVALID")
			}
		}
	}
	return c.withMessage("message to react", false, func(ch *chat, m *message) *apiError {
		m.reaction = emoji
		ch.touch(m)
		return c.yes()
	})
}

// yes answers true.
func (c *call) yes() *apiError {
	c.out = append(c.out, "true"...)
	return nil
}

// withMessage finds the message that chat_id and message_id name and runs do
// while the chat is locked. own refuses messages of other people.
func (c *call) withMessage(what string, own bool, do func(*chat, *message) *apiError) *apiError {
	if c.get("inline_message_id") != "" {
		return bad("inline messages are not supported by the emulator")
	}
	if c.get("message_id") == "" {
		return bad("message identifier is not specified")
	}
	ch, e := c.chat("chat_id")
	if e != nil {
		return e
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if e := ch.access(); e != nil {
		return e
	}
	m := ch.find(int(c.getInt("message_id")))
	if m == nil {
		return condition("message not found", 400, "Bad Request: "+what+" not found")
	}
	if own && (m.from != nil || m.service) {
		return bad("message can't be edited")
	}
	return do(ch, m)
}

func editMessageText(c *call) *apiError {
	if c.get("rich_message") != "" {
		return bad("rich messages are not supported by the emulator")
	}
	if c.get("text") == "" {
		return bad("message text is empty")
	}
	return c.edit("text", "entities", maxText)
}

func editMessageCaption(c *call) *apiError { return c.edit("caption", "caption_entities", maxCaption) }

// edit changes a text or a caption. As in Telegram the inline keyboard goes
// away unless it is sent again.
func (c *call) edit(field, entities string, limit int) *apiError {
	text, ents, e := c.text(field, entities)
	if e != nil {
		return e
	}
	mk, e := c.markup(true)
	if e != nil {
		return e
	}
	switch n := utf16Len(text); {
	case n == 0 && limit == maxText:
		return bad("text must be non-empty")
	case n > limit && limit == maxText:
		return bad("message is too long")
	case n > limit:
		return bad("MEDIA_CAPTION_TOO_LONG")
	}
	return c.withMessage("message to edit", true, func(ch *chat, m *message) *apiError {
		if (m.media != nil) != (field == "caption") {
			return bad("there is no " + field + " in the message to edit")
		}
		if m.text == text && slices.Equal(m.ents, ents) && m.markup.same(mk) {
			return notModified()
		}
		m.text, m.ents, m.markup.rows, m.markup.raw = text, ents, mk.rows, mk.raw
		return c.edited(ch, m)
	})
}

func editMessageReplyMarkup(c *call) *apiError {
	mk, e := c.markup(true)
	if e != nil {
		return e
	}
	return c.withMessage("message to edit", true, func(ch *chat, m *message) *apiError {
		if m.markup.same(mk) {
			return notModified()
		}
		m.markup.rows, m.markup.raw = mk.rows, mk.raw
		return c.edited(ch, m)
	})
}

func (c *call) edited(ch *chat, m *message) *apiError {
	m.edits++
	m.editDate = time.Now().Unix()
	ch.touch(m)
	c.out = appendMessage(c.out, ch, m, true)
	return nil
}

func notModified() *apiError {
	return condition("not modified", 400, "Bad Request: message is not modified: specified new message content "+
		"and reply markup are exactly the same as a current content and reply markup of the message")
}

// mayDelete says whether Telegram lets the bot delete the message: its own
// always, those of others in private chats and where it is an administrator.
func (ch *chat) mayDelete(m *message) bool {
	return m.from == nil || ch.kind == "private" || ch.admin
}

func deleteMessage(c *call) *apiError {
	return c.withMessage("message to delete", false, func(ch *chat, m *message) *apiError {
		if !ch.mayDelete(m) {
			return condition("not deletable", 400, "Bad Request: message can't be deleted")
		}
		ch.remove(m.id)
		ch.touch(nil)
		return c.yes()
	})
}

func deleteMessages(c *call) *apiError {
	v, err := parseJSON(c.get("message_ids"))
	switch {
	case err != nil:
		return bad("can't parse message_ids JSON object")
	case v.kind != jarr:
		return bad("expected an Array of message identifiers")
	case len(v.arr) == 0:
		return bad("message identifiers are not specified")
	case len(v.arr) > 100:
		return bad("too many message identifiers specified")
	}
	ids := make([]int, len(v.arr))
	for i := range v.arr {
		n, ok := v.arr[i].integer()
		if !ok || n <= 0 {
			return bad("invalid message identifier specified")
		}
		ids[i] = int(n)
	}
	ch, e := c.chat("chat_id")
	if e != nil {
		return e
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if e := ch.access(); e != nil {
		return e
	}
	for _, id := range ids {
		if m := ch.find(id); m != nil && ch.mayDelete(m) {
			ch.remove(id)
		}
	}
	ch.touch(nil)
	return c.yes()
}

// answerCallbackQuery accepts a second answer, as Telegram does, but none to a
// query it does not know or that is too old.
func answerCallbackQuery(c *call) *apiError {
	text := c.get("text")
	if utf16Len(text) > 200 {
		return bad("MESSAGE_TOO_LONG")
	}
	if c.get("url") != "" {
		return bad("URL_INVALID")
	}
	id, _ := strconv.ParseInt(c.get("callback_query_id"), 10, 64)
	ch := c.s.presses.chat(id, time.Duration(c.s.callbackTTL.Load()))
	if ch == nil {
		return condition("query too old", 400,
			"Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	ch.mu.Lock()
	ch.answers = append(ch.answers, Answer{Query: id, Text: text, Alert: c.getBool("show_alert")})
	ch.notify()
	ch.mu.Unlock()
	return c.yes()
}
