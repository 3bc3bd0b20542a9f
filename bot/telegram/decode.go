package telegram

import (
	"strconv"
	"strings"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
)

// wanted are the kinds of update we ask for.
const wanted = `["message","edited_message","callback_query","my_chat_member"]`

// update is what we read of one. The library's type has hundreds of fields, and
// filling those that nobody reads costs more than all the rest of decoding.
// https://core.telegram.org/bots/api#update
type update struct {
	ID      int      `json:"update_id"`
	Message *message `json:"message"`
	Edited  *message `json:"edited_message"`
	Ours    *struct {
		Chat *chat `json:"chat"`
		From *user `json:"from"`
		Was  struct {
			Status string `json:"status"`
		} `json:"old_chat_member"`
		Is struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
	Press *struct {
		ID      string   `json:"id"`
		From    *user    `json:"from"`
		Message *pressed `json:"message"`
		Data    string   `json:"data"`
	} `json:"callback_query"`
}

type message struct {
	ID        int    `json:"message_id"`
	Date      int64  `json:"date"`
	Chat      *chat  `json:"chat"`
	From      *user  `json:"from"`
	Album     string `json:"media_group_id"`
	Text      string `json:"text"`
	Caption   string `json:"caption"`
	Photo     []file `json:"photo"`
	Video     *file  `json:"video"`
	Animation *file  `json:"animation"`
	Document  *file  `json:"document"`
	Voice     *file  `json:"voice"`
	Audio     *file  `json:"audio"`
	Note      *file  `json:"video_note"`
	Contact   *struct {
		Phone string `json:"phone_number"`
	} `json:"contact"`
	Location *struct { // a venue has one, too
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	} `json:"location"`
	Thread  int       `json:"message_thread_id"`
	InTopic bool      `json:"is_topic_message"`
	Passed  *struct{} `json:"forward_origin"`
	Pinned  *struct{} `json:"pinned_message"`
	MovedTo int64     `json:"migrate_to_chat_id"`
	For     *chat     `json:"sender_chat"`
	Answers *struct {
		ID   int   `json:"message_id"`
		From *user `json:"from"`
	} `json:"reply_to_message"`
	Timer *struct{} `json:"message_auto_delete_timer_changed"`
}

// pressed is the message under whose words the button was.
type pressed struct {
	ID      int   `json:"message_id"`
	Chat    *chat `json:"chat"`
	Thread  int   `json:"message_thread_id"`
	InTopic bool  `json:"is_topic_message"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

func (c *chat) private() bool { return c != nil && c.Type == "private" }

type user struct {
	ID    int64  `json:"id"`
	IsBot bool   `json:"is_bot"`
	Lang  string `json:"language_code"`
	First string `json:"first_name"`
	Last  string `json:"last_name"`
}

func (c *chat) group() bool { return c != nil && (c.Type == "group" || c.Type == "supergroup") }

func (u *user) name() string { return strings.TrimSpace(u.First + " " + u.Last) }

func (u *user) human() bool { return u != nil && !u.IsBot }

type file struct {
	ID     string `json:"file_id"`
	Size   int64  `json:"file_size"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// decode makes an update channel-neutral. ok is false for what is neither a
// reporter's nor meant for us in a group: channels, other bots, and kinds we
// never asked for.
func decode(u update, now time.Time) (m bot.Message, ok bool) {
	m.ID = strconv.Itoa(u.ID)
	switch {
	case u.Press != nil:
		c := u.Press
		if !c.From.human() {
			return m, false
		}
		if c.Message != nil && c.Message.Chat != nil && !c.Message.Chat.private() {
			return decodeCard(m, c.From, c.Message, c.ID, c.Data, now)
		}
		m.From, m.Lang, m.Token, m.At = address(c.From.ID), c.From.Lang, c.ID, now
		if c.Message != nil {
			m.Origin = bot.Ref(strconv.Itoa(c.Message.ID))
		}
		p := unpack(c.Data)
		m.Press = &p
		return m, true
	case u.Ours != nil: // our own place in a chat changed
		o := u.Ours
		in := o.Is.Status == "member" || o.Is.Status == "administrator"
		was := o.Was.Status == "member" || o.Was.Status == "administrator"
		if !in || was || !o.Chat.group() || !o.From.human() {
			return m, false
		}
		m.From, m.Lang, m.Group, m.Joined, m.At = address(o.From.ID), o.From.Lang, address(o.Chat.ID), true, now
		return m, true
	case u.Message != nil:
		return decodeMessage(m, u.Message)
	case u.Edited != nil:
		if m, ok = decodeMessage(m, u.Edited); m.Group != "" {
			return m, false // what supervisors said stands
		}
		m.Edits, m.Said, m.Album, m.File = m.Said, "", "", nil // a file's new caption is no answer
		return m, ok && !m.Location                            // live locations move by themselves
	}
	return m, false
}

func decodeMessage(m bot.Message, t *message) (bot.Message, bool) {
	if t.Chat.group() {
		return decodeGroup(m, t)
	}
	if !t.Chat.private() || !t.From.human() {
		return m, false
	}
	m.From, m.Lang = address(t.Chat.ID), t.From.Lang
	m.At, m.Album = time.Unix(t.Date, 0).UTC(), t.Album
	m.Said = strconv.Itoa(t.ID)
	take := func(f *file) { m.File = &bot.Attachment{ID: f.ID, Size: f.Size} }
	switch {
	case t.Text != "":
		m.Text, m.Passed = t.Text, t.Passed != nil
	case len(t.Photo) > 0:
		best := &t.Photo[0]
		for i := range t.Photo {
			if p := &t.Photo[i]; p.Width*p.Height > best.Width*best.Height {
				best = p
			}
		}
		take(best)
	case t.Video != nil:
		take(t.Video)
	case t.Animation != nil: // comes with a document, too
		take(t.Animation)
	case t.Document != nil:
		take(t.Document)
	case t.Voice != nil:
		take(t.Voice)
	case t.Audio != nil:
		take(t.Audio)
	case t.Note != nil:
		take(t.Note)
	case t.Contact != nil:
		m.Contact = &flows.Contact{Phone: t.Contact.Phone}
	case t.Location != nil:
		m.Location, m.Near = true, bot.Around(t.Location.Latitude, t.Location.Longitude)
	case t.Pinned != nil || t.Timer != nil:
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
func decodeGroup(m bot.Message, t *message) (bot.Message, bool) {
	if t.MovedTo != 0 && t.From.human() {
		m.From, m.Group, m.Moved, m.At = address(t.From.ID), address(t.Chat.ID), address(t.MovedTo), time.Unix(t.Date, 0).UTC()
		return m, true
	}
	answers := t.Answers != nil && t.Answers.From != nil && t.Answers.From.IsBot
	if !t.From.human() || t.For != nil || t.Text == "" || !answers && !strings.HasPrefix(t.Text, "/") {
		return m, false
	}
	m.From, m.Lang, m.Group = address(t.From.ID), t.From.Lang, address(t.Chat.ID)
	m.At, m.Text = time.Unix(t.Date, 0).UTC(), t.Text
	m.Name = t.From.name()
	if answers {
		m.Quotes = refer(t.Answers.ID, t.Thread, t.InTopic)
	}
	return m, true
}

// decodeCard takes the press of a card's button.
func decodeCard(m bot.Message, from *user, card *pressed, token, data string, now time.Time) (bot.Message, bool) {
	if !card.Chat.group() {
		return m, false
	}
	m.From, m.Lang, m.Group = address(from.ID), from.Lang, address(card.Chat.ID)
	m.At, m.Token, m.Name = now, token, from.name()
	m.Quotes = refer(card.ID, card.Thread, card.InTopic)
	p := unpack(data)
	m.Press = &p
	return m, true
}

// refer names a message of a group, with its topic.
func refer(id, thread int, inTopic bool) bot.Ref {
	r := strconv.Itoa(id)
	if inTopic && thread != 0 {
		r += "/" + strconv.Itoa(thread)
	}
	return bot.Ref(r)
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
