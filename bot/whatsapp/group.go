package whatsapp

import (
	"context"
	"slices"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

var _ bot.Roster = (*Adapter)(nil)

// Post implements bot.Group. The id of the message is made of its words: a
// card that is posted again after a crash is the same message.
func (a *Adapter) Post(ctx context.Context, to bot.Address, text string, answer bot.Ref) (bot.Ref, error) {
	group, err := a.group(ctx, to)
	if err != nil {
		return "", err
	}
	words := plain(text)
	id := messageID(string(to), words, string(answer))
	return bot.Ref(id), a.post(ctx, group, words, answer, id)
}

// Answer implements bot.Group. The same words about another message of a
// supervisor are another message.
func (a *Adapter) Answer(ctx context.Context, m bot.Message, text string) error {
	group, err := a.group(ctx, m.Group)
	if err != nil {
		return err
	}
	return a.post(ctx, group, plain(text), m.Quotes, messageID(m.ID, "answer"))
}

func (a *Adapter) post(ctx context.Context, group *types.GroupInfo, words string, answer bot.Ref, id types.MessageID) error {
	m := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: proto.String(words), ContextInfo: a.context(group, answer),
	}}
	return a.send(ctx, "post", group.JID, m, pace.Delivery, id)
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

// Member implements bot.Roster. People are known by either of their addresses.
func (a *Adapter) Member(ctx context.Context, to, who bot.Address) (bot.Membership, error) {
	group, err := a.group(ctx, to)
	if err != nil {
		return bot.Outsider, err
	}
	for _, p := range group.Participants {
		for _, j := range []types.JID{p.JID, p.LID, p.PhoneNumber} {
			switch {
			case bot.Address(j.ToNonAD().String()) != who:
			case p.IsAdmin || p.IsSuperAdmin:
				return bot.Admin, nil
			default:
				return bot.Member, nil
			}
		}
	}
	return bot.Outsider, nil
}
