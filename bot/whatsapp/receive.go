package whatsapp

import (
	"errors"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/netralitas/netra/bot"
)

// event takes what whatsmeow hands over. It returns false for a message that
// must come again.
func (a *Adapter) event(evt any) bool {
	switch e := evt.(type) {
	case *events.Message:
		return a.message(e)
	case *events.UndecryptableMessage:
		a.unreadable(e)
	case *events.CallOffer:
		a.call(e)
	case *events.MediaRetry:
		a.retried(e)
	default:
		a.state(evt)
	}
	return true
}

// message hands a message over. The context is that of Receive: a message is
// not acknowledged after the queue was closed.
func (a *Adapter) message(e *events.Message) bool {
	src := e.Info.MessageSource
	switch {
	case src.IsFromMe, e.Info.Category == "peer", empty(e.Message):
		return true
	case src.IsGroup:
		m, ok := a.hear(e)
		return !ok || a.accept(m)
	case !person(src.Chat):
		return true // status, newsletters, broadcasts
	}
	from := a.reporter(a.ctx, src.Sender, src.SenderAlt)
	a.readable(from, e.Info.ID)
	a.wrote(a.ctx, from, e.Message)
	m, ok := decode(e, from)
	if !ok {
		return true
	}
	return a.accept(m)
}

// accept hands a message to the queue. If that fails WhatsApp sends it again.
func (a *Adapter) accept(m bot.Message) bool {
	err := a.offer(m)
	if err != nil && a.running() {
		a.log.Warn().Err(err).Msg("message not taken, WhatsApp will send it again")
		a.anew(retakeAfter)
	}
	return err == nil
}

// tell has somebody told of what could not be taken. WhatsApp does not send
// that again.
func (a *Adapter) tell(m bot.Message) {
	if err := a.offer(m); err != nil && a.running() {
		a.log.Warn().Err(err).Str("about", m.Problem).Msg("reporter not told")
	}
}

func (a *Adapter) offer(m bot.Message) error {
	a.mu.Lock()
	q, ctx := a.queue, a.ctx
	a.mu.Unlock()
	if q == nil {
		return errors.New("nobody receives yet")
	}
	if to, err := jid(m.From); err == nil && m.Group == "" {
		_ = a.cli.SendChatPresence(ctx, to, types.ChatPresenceComposing, types.ChatPresenceMediaText)
	}
	return q.Accept(ctx, []bot.Message{m})
}

func (a *Adapter) running() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ctx.Err() == nil
}

// patience is how long a message that cannot be read may take to come again
// before its sender is asked.
const patience = 15 * time.Second

// unreadable answers what cannot be opened. whatsmeow asks the sender's phone
// for another copy by itself; only if none comes is the person asked.
func (a *Adapter) unreadable(e *events.UndecryptableMessage) {
	src := e.Info.MessageSource
	if src.IsFromMe || src.IsGroup || !person(src.Chat) || e.DecryptFailMode == events.DecryptFailHide {
		return
	}
	from := a.reporter(a.ctx, src.Sender, src.SenderAlt)
	// An id of its own: the message itself may come after all, hours later.
	m := note(from, e.Info.ID, e.Info.Timestamp, "error.unreadable")
	m.ID = unique(from, e.Info.ID+"/unreadable")
	if e.IsUnavailable && e.UnavailableType == events.UnavailableTypeViewOnce {
		m.Problem = "error.view_once"
		go a.tell(m)
		return
	}
	key := string(m.From) + e.Info.ID
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken[key] == nil {
		a.broken[key] = time.AfterFunc(patience, func() {
			a.mu.Lock()
			delete(a.broken, key)
			a.mu.Unlock()
			a.tell(m)
		})
	}
}

// readable says that a message came after all.
func (a *Adapter) readable(from types.JID, id types.MessageID) {
	key := from.String() + id
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.broken[key]; t != nil {
		t.Stop()
		delete(a.broken, key)
	}
}

// call declines a call with a sentence.
func (a *Adapter) call(e *events.CallOffer) {
	from := a.reporter(a.ctx, e.From, e.CallCreatorAlt)
	if !person(from) || !e.GroupJID.IsEmpty() {
		return
	}
	go func() {
		if err := a.cli.RejectCall(a.ctx, e.From, e.CallID); err != nil {
			a.log.Warn().Str("reason", reason(err)).Msg("call not declined")
		}
		a.tell(note(from, e.CallID, e.Timestamp, "error.call"))
	}()
}

func person(j types.JID) bool {
	return j.Server == types.HiddenUserServer || j.Server == types.DefaultUserServer
}
