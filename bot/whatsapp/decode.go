package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
)

// empty reports whether a message has no content of its own: a group's keys
// come in such a one, under the id of the message that follows.
func empty(m *waE2E.Message) bool {
	if m == nil {
		return true
	}
	bare := &waE2E.Message{SenderKeyDistributionMessage: m.SenderKeyDistributionMessage, MessageContextInfo: m.MessageContextInfo}
	return proto.Size(m) == proto.Size(bare)
}

// note is a message that says what could not be taken.
func note(from types.JID, id types.MessageID, at time.Time, problem string) bot.Message {
	return bot.Message{
		From: bot.Address(from.String()), ID: unique(from, id), At: at.UTC(),
		Token: token{id: id}.String(), Numbered: true, Problem: problem,
	}
}

// unique is the id of a message on the channel: WhatsApp's own is chosen by the
// sender.
func unique(from types.JID, id types.MessageID) string {
	sum := sha256.Sum256([]byte(from.User + "\x00" + id))
	return hex.EncodeToString(sum[:12])
}

// token is what a reply needs to know of what it answers.
type token struct {
	id     types.MessageID
	expiry uint32 // seconds
}

func (t token) String() string { return strconv.FormatUint(uint64(t.expiry), 10) + " " + t.id }

func readToken(s string) token {
	expiry, id, _ := strings.Cut(s, " ")
	n, _ := strconv.ParseUint(expiry, 10, 32)
	return token{id, uint32(n)}
}

// decode makes a message channel-neutral. ok is false for what is nobody's
// words: reactions, pins, settings, the head of an album.
func decode(e *events.Message, from types.JID) (m bot.Message, ok bool) {
	m = note(from, e.Info.ID, e.Info.Timestamp, "")
	m.Token = token{e.Info.ID, expiry(e.Message)}.String()
	w := e.Message
	if parent := w.GetMessageContextInfo().GetMessageAssociation(); parent.GetAssociationType() == waE2E.MessageAssociation_MEDIA_ALBUM {
		m.Album = unique(from, parent.GetParentMessageKey().GetID())
	}
	file := func(kind string, f filed) {
		m.File = &bot.Attachment{ID: attach(kind, f, from, e.Info.ID), Size: int64(min(f.GetFileLength(), 1<<40))}
	}
	switch set := w.GetProtocolMessage(); {
	case set.GetKey() == nil:
		m.Said = m.ID
	case set.GetType() == waE2E.ProtocolMessage_REVOKE:
		m.Edits, m.Deleted = unique(from, set.GetKey().GetID()), true
		return m, true
	case set.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT && set.GetEditedMessage() != nil:
		m.Edits, w = unique(from, set.GetKey().GetID()), set.GetEditedMessage()
		if inner := w.GetDocumentWithCaptionMessage().GetMessage(); inner != nil {
			w = inner
		}
		m.Album, m.Token = "", token{e.Info.ID, expiry(w)}.String()
	}
	switch {
	case e.IsViewOnce:
		m.Problem = "error.view_once"
	case w.GetSecretEncryptedMessage().GetSecretEncType() == waE2E.SecretEncryptedMessage_MESSAGE_EDIT:
		m.Edits, m.Problem = unique(from, w.GetSecretEncryptedMessage().GetTargetMessageKey().GetID()), "error.edited"
		return m, true
	case w.GetProtocolMessage() != nil, w.GetReactionMessage() != nil, w.GetEncReactionMessage() != nil,
		w.GetAlbumMessage() != nil, w.GetPinInChatMessage() != nil, w.GetKeepInChatMessage() != nil:
		return m, false
	case w.GetConversation() != "":
		m.Text = w.GetConversation()
	case w.GetExtendedTextMessage() != nil:
		m.Text = w.GetExtendedTextMessage().GetText()
		m.Passed = w.GetExtendedTextMessage().GetContextInfo().GetIsForwarded()
	case w.GetImageMessage() != nil:
		file("image", w.GetImageMessage())
		m.Text = w.GetImageMessage().GetCaption()
	case w.GetVideoMessage() != nil:
		file("video", w.GetVideoMessage())
		m.Text = w.GetVideoMessage().GetCaption()
	case w.GetPtvMessage() != nil:
		file("video", w.GetPtvMessage())
	case w.GetAudioMessage() != nil:
		file("audio", w.GetAudioMessage())
	case w.GetDocumentMessage() != nil:
		file("document", w.GetDocumentMessage())
		m.Text = w.GetDocumentMessage().GetCaption()
	case w.GetLocationMessage() != nil:
		l := w.GetLocationMessage()
		m.Location, m.Near = true, bot.Around(l.GetDegreesLatitude(), l.GetDegreesLongitude())
	case w.GetLiveLocationMessage() != nil:
		l := w.GetLiveLocationMessage()
		m.Location, m.Near = true, bot.Around(l.GetDegreesLatitude(), l.GetDegreesLongitude())
	case w.GetContactMessage() != nil:
		m.Contact = &flows.Contact{Phone: phone(w.GetContactMessage().GetVcard())}
	case len(w.GetContactsArrayMessage().GetContacts()) > 0:
		m.Contact = &flows.Contact{Phone: phone(w.GetContactsArrayMessage().GetContacts()[0].GetVcard())}
	default:
		m.Problem = "error.unsupported"
	}
	if m.Edits != "" {
		m.File = nil // a file's new caption is no answer
		return m, true
	}
	if m.File == nil && m.Problem == "" && m.Contact == nil && !m.Location && strings.TrimSpace(m.Text) == "" {
		return m, false
	}
	return m, true
}

// phone is the first telephone number of a vCard (RFC 6350). WhatsApp adds a
// parameter waid, which is the number without signs.
func phone(vcard string) string {
	for line := range strings.Lines(vcard) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if upper := strings.ToUpper(name); !ok || !strings.HasPrefix(upper, "TEL") && !strings.Contains(upper, ".TEL") {
			continue
		}
		value = strings.TrimPrefix(strings.TrimSpace(value), "tel:")
		return value[:min(len(value), 40)]
	}
	return ""
}

// expiry is after how many seconds messages of this chat disappear, as far as
// the message says.
func expiry(m *waE2E.Message) uint32 {
	for _, c := range []interface{ GetContextInfo() *waE2E.ContextInfo }{
		m.GetExtendedTextMessage(), m.GetImageMessage(), m.GetVideoMessage(), m.GetAudioMessage(), m.GetDocumentMessage(),
		m.GetLocationMessage(), m.GetContactMessage(),
	} {
		if n := c.GetContextInfo().GetExpiration(); n > 0 {
			return n
		}
	}
	return 0
}
