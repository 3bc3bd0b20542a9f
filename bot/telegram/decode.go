package telegram

import (
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
)

// wanted are the kinds of update we ask for.
const wanted = `["message","edited_message","callback_query"]`

// decode makes an update channel-neutral. ok is false for what is neither a
// reporter's nor meant for us in a group: channels, other bots, and kinds we
// never asked for.
func decode(u tgbotapi.Update, now time.Time) (m bot.Message, ok bool) {
	m.ID = strconv.Itoa(u.UpdateID)
	switch {
	case u.CallbackQuery != nil:
		c := u.CallbackQuery
		if c.From == nil || c.From.IsBot || c.Message != nil && c.Message.Chat != nil && !c.Message.Chat.IsPrivate() {
			return m, false
		}
		m.From, m.Lang, m.Token, m.At = address(c.From.ID), c.From.LanguageCode, c.ID, now
		if c.Message != nil {
			m.Origin = bot.Ref(strconv.Itoa(c.Message.MessageID))
		}
		p := unpack(c.Data)
		m.Press = &p
		return m, true
	case u.Message != nil:
		return decodeMessage(m, u.Message)
	case u.EditedMessage != nil:
		if m, ok = decodeMessage(m, u.EditedMessage); m.Group != "" {
			return m, false // what supervisors said stands
		}
		m.Edits, m.Said, m.Album, m.File = m.Said, "", "", nil // a file's new caption is no answer
		return m, ok && !m.Location                            // live locations move by themselves
	}
	return m, false
}

func decodeMessage(m bot.Message, t *tgbotapi.Message) (bot.Message, bool) {
	if t.Chat != nil && (t.Chat.IsGroup() || t.Chat.IsSuperGroup()) {
		return decodeGroup(m, t)
	}
	if t.Chat == nil || !t.Chat.IsPrivate() || t.From == nil || t.From.IsBot {
		return m, false
	}
	m.From, m.Lang = address(t.Chat.ID), t.From.LanguageCode
	m.At, m.Album = time.Unix(int64(t.Date), 0).UTC(), t.MediaGroupID
	m.Said = strconv.Itoa(t.MessageID)
	file := func(id string, size int) { m.File = &bot.Attachment{ID: id, Size: int64(size)} }
	switch {
	case t.Text != "":
		m.Text = t.Text
	case len(t.Photo) > 0:
		best := t.Photo[0]
		for _, p := range t.Photo {
			if p.Width*p.Height > best.Width*best.Height {
				best = p
			}
		}
		file(best.FileID, best.FileSize)
	case t.Video != nil:
		file(t.Video.FileID, t.Video.FileSize)
	case t.Animation != nil: // comes with a document, too
		file(t.Animation.FileID, t.Animation.FileSize)
	case t.Document != nil:
		file(t.Document.FileID, t.Document.FileSize)
	case t.Voice != nil:
		file(t.Voice.FileID, t.Voice.FileSize)
	case t.Audio != nil:
		file(t.Audio.FileID, t.Audio.FileSize)
	case t.VideoNote != nil:
		file(t.VideoNote.FileID, t.VideoNote.FileSize)
	case t.Contact != nil:
		m.Contact = &flows.Contact{Phone: t.Contact.PhoneNumber}
	case t.Location != nil || t.Venue != nil:
		m.Location = true
	case t.PinnedMessage != nil || t.MessageAutoDeleteTimerChanged != nil:
		return m, false // service messages are nobody's words
	default:
		m.Problem = "error.unsupported"
	}
	if m.File != nil {
		m.Text = t.Caption
	}
	return m, true
}

// decodeGroup takes what somebody says to us in a group: a command, or an answer
// to a message of a bot's. Those who speak for a whole chat have no name of their
// own.
func decodeGroup(m bot.Message, t *tgbotapi.Message) (bot.Message, bool) {
	answers := t.ReplyToMessage != nil && t.ReplyToMessage.From != nil && t.ReplyToMessage.From.IsBot
	if t.From == nil || t.From.IsBot || t.SenderChat != nil || t.Text == "" || !answers && !strings.HasPrefix(t.Text, "/") {
		return m, false
	}
	m.From, m.Lang, m.Group = address(t.From.ID), t.From.LanguageCode, address(t.Chat.ID)
	m.At, m.Text = time.Unix(int64(t.Date), 0).UTC(), t.Text
	m.Name = strings.TrimSpace(t.From.FirstName + " " + t.From.LastName)
	if answers {
		m.Quotes = bot.Ref(strconv.Itoa(t.ReplyToMessage.MessageID))
	}
	return m, true
}

func address(id int64) bot.Address { return bot.Address(strconv.FormatInt(id, 10)) }

// pack writes a press as callback data, which Telegram limits to 64 bytes and
// everybody with access to the chat can read: a tag of the report, the step,
// the code. Nothing of it is about the reporter.
func pack(p flows.Press) string { return p.Tag + "." + string(p.Step) + "." + string(p.Code) }

// unpack reads what pack wrote; anything else becomes a press of nothing.
func unpack(data string) flows.Press {
	tag, rest, _ := strings.Cut(data, ".")
	step, code, _ := strings.Cut(rest, ".")
	return flows.Press{Tag: tag, Step: flows.StepID(step), Code: flows.Code(code)}
}
