package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// Said is what somebody said in a group that the operator named.
type Said struct {
	Group, By  bot.Address
	ID, Quotes bot.Ref // Quotes: the message it answers, "" for none
	Text       string
	At         time.Time
}

// heard hands over what is said in the operator's groups. In all others we are
// silent.
func (a *Adapter) heard(e *events.Message) {
	group := bot.Address(e.Info.Chat.ToNonAD().String())
	if a.cfg.Heard == nil || !slices.Contains(a.cfg.Groups, group) {
		return
	}
	text, quotes := e.Message.GetConversation(), ""
	if x := e.Message.GetExtendedTextMessage(); x != nil {
		text, quotes = x.GetText(), x.GetContextInfo().GetStanzaID()
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	by := a.reporter(a.ctx, e.Info.Sender, e.Info.SenderAlt)
	a.cfg.Heard(a.ctx, Said{
		Group: group, By: bot.Address(by.String()), ID: bot.Ref(e.Info.ID), Quotes: bot.Ref(quotes), Text: text, At: e.Info.Timestamp.UTC(),
	})
}

// Post implements bot.Group. The id of the message is made of its words: a
// card that is posted again after a crash is the same message.
func (a *Adapter) Post(ctx context.Context, to bot.Address, text string, answer bot.Ref) (bot.Ref, error) {
	group, err := a.group(ctx, to)
	if err != nil {
		return "", err
	}
	words := plain(text)
	id := messageID(string(to), words, string(answer))
	m := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: proto.String(words), ContextInfo: a.context(group, answer),
	}}
	if err := a.send(ctx, "post", group.JID, m, pace.Delivery, id); err != nil {
		return "", err
	}
	return bot.Ref(id), nil
}

// group checks that the operator named a group and that we are in it.
func (a *Adapter) group(ctx context.Context, to bot.Address) (*types.GroupInfo, error) {
	j, err := jid(to)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(a.cfg.Groups, to) || j.Server != types.GroupServer {
		return nil, &bot.Failure{Kind: bot.Bug, Op: "post", Reason: "not a group that the operator named"}
	}
	info, err := a.cli.GetGroupInfo(ctx, j)
	if err != nil {
		return nil, a.failure(ctx, "ask about the group", everybody, err)
	}
	if info.IsParent {
		return nil, &bot.Failure{Kind: bot.Bug, Op: "post", Reason: "a community; name one of its groups"}
	}
	return info, nil
}

// context makes a message of ours an answer to another of ours, and lets it
// disappear as the group wants.
func (a *Adapter) context(group *types.GroupInfo, answer bot.Ref) *waE2E.ContextInfo {
	c := &waE2E.ContextInfo{}
	if group.IsEphemeral {
		c.Expiration = proto.Uint32(group.DisappearingTimer)
	}
	if answer != "" {
		c.StanzaID = proto.String(string(answer))
		c.Participant = proto.String(a.self(group).String())
		c.QuotedMessage = &waE2E.Message{Conversation: proto.String("")}
	}
	return c
}

// self is our own address, as the group knows us.
func (a *Adapter) self(group *types.GroupInfo) types.JID {
	if group.AddressingMode == types.AddressingModeLID {
		return a.cli.Store.GetLID().ToNonAD()
	}
	return a.cli.Store.GetJID().ToNonAD()
}

// maxPicture is the largest picture that is shown as one; larger ones go as
// documents.
const maxPicture = 16 << 20

// PostFiles implements bot.Group: one picture, or an album.
func (a *Adapter) PostFiles(ctx context.Context, to bot.Address, files []bot.Upload, answer bot.Ref) error {
	group, err := a.group(ctx, to)
	if err != nil {
		return err
	}
	var key *waCommon.MessageKey
	if len(files) > 1 {
		id := messageID(string(to), "album", string(answer), files[0].Name)
		head := &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{
			ExpectedImageCount: proto.Uint32(uint32(len(files))), ContextInfo: a.context(group, answer),
		}}
		if err := a.send(ctx, "post album", group.JID, head, pace.Delivery, id); err != nil {
			return err
		}
		key = &waCommon.MessageKey{RemoteJID: proto.String(group.JID.String()), FromMe: proto.Bool(true), ID: proto.String(id)}
	}
	for _, f := range files {
		m, err := a.upload(ctx, f, a.context(group, answer))
		if err != nil {
			return err
		}
		if key != nil {
			m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
				AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: key,
			}}
		}
		if err := a.send(ctx, "post file", group.JID, m, pace.Delivery, messageID(string(to), f.Name, string(answer))); err != nil {
			return err
		}
	}
	return nil
}

// upload reads a file, which is in memory until it is uploaded, and makes the
// message that shows it.
func (a *Adapter) upload(ctx context.Context, f bot.Upload, about *waE2E.ContextInfo) (*waE2E.Message, error) {
	select {
	case a.files <- struct{}{}:
		defer func() { <-a.files }()
	case <-ctx.Done():
		return nil, &bot.Failure{Kind: bot.RetryLater, Op: "upload", Reason: ctx.Err().Error()}
	}
	body, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	raw, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	picture := strings.HasPrefix(f.Type, "image/") && len(raw) <= maxPicture
	kind := whatsmeow.MediaDocument
	if picture {
		kind = whatsmeow.MediaImage
	}
	up, err := a.cli.Upload(ctx, raw, kind)
	if err != nil {
		return nil, a.failure(ctx, "upload", everybody, err)
	}
	if picture {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			Mimetype: proto.String(f.Type), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
		}}, nil
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		Mimetype: proto.String(f.Type), FileName: proto.String(f.Name), Title: proto.String(f.Name), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength, ContextInfo: about,
	}}, nil
}
