package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// limitedCode is the error of a message that WhatsApp does not let us send now:
// mostly the first one to somebody.
const limitedCode = 463

// state follows the connection.
func (a *Adapter) state(evt any) {
	switch e := evt.(type) {
	case *events.Connected:
		a.log.Info().Msg("WhatsApp is connected")
		a.cfg.Metrics.Up("whatsapp", true)
		// Without it nobody would see that we type.
		_ = a.cli.SendPresence(a.ctx, types.PresenceAvailable)
	case *events.Disconnected:
		a.log.Warn().Msg("WhatsApp is cut off, connecting again")
		a.cfg.Metrics.Up("whatsapp", false)
		a.anew(0)
	case *events.ManualLoginReconnect:
		a.anew(0)
	case *events.KeepAliveTimeout:
		a.cfg.Metrics.Up("whatsapp", false)
		if e.ErrorCount > 1 {
			a.anew(0)
		}
	case *events.KeepAliveRestored:
		a.cfg.Metrics.Up("whatsapp", true)
	case *events.LoggedOut:
		if err := a.me.Discard(context.WithoutCancel(a.ctx)); err != nil {
			a.log.Error().Err(err).Msg("what was kept for the account stays; netra whatsapp logout --force removes it")
		}
		a.stop("whatsapp_unlinked", fate(e))
	case *events.StreamReplaced:
		a.stop("whatsapp_replaced", fate(e))
	case *events.ClientOutdated:
		a.stop("whatsapp_outdated", fate(e))
	case *events.TemporaryBan:
		a.down("whatsapp_banned", fate(e))
		a.anew(max(e.Expire, 10*time.Minute))
	case *events.ConnectFailure:
		a.down("whatsapp_refused", fate(e))
		a.anew(time.Minute)
	}
}

// down says why there is no connection.
func (a *Adapter) down(alarm string, why error) {
	a.cfg.Metrics.Up("whatsapp", false)
	a.cfg.Metrics.Alarm(alarm)
	a.log.Error().Msg(why.Error())
}

// stop ends Receive.
func (a *Adapter) stop(alarm string, why error) {
	a.down(alarm, why)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end(why)
}

// refusal is that WhatsApp lets us send nothing to somebody.
type refusal struct {
	last  time.Time // when it was so last
	next  time.Time // when it is tried again
	tries int
}

// everybody stands for a limit that is not about one person.
var everybody = types.EmptyJID

const (
	// limitedFor is how long a refusal counts: the account may be in order again.
	limitedFor = time.Hour
	// manyTries is after how many tries it must be the person, and not the
	// account, to whom nothing may be sent.
	manyTries = 5
	// manyRefused is to how many people nothing may be sent before the account,
	// and not they, must be what is limited.
	manyRefused = 3
	// longestRefusal is the longest pause before somebody is tried again.
	longestRefusal = 30 * time.Minute
)

// Limited implements bot.Limiter.
func (a *Adapter) Limited() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.limited()
}

// limited is Limited. a.mu is held.
func (a *Adapter) limited() bool {
	now, n := a.cfg.Now(), 0
	for who, r := range a.held {
		switch {
		case now.Sub(r.last) >= limitedFor:
		case who == everybody:
			return true
		case r.tries <= manyTries:
			n++
		}
	}
	return n >= manyRefused
}

// refuse notes that WhatsApp let us send nothing to somebody, and returns when
// to try again.
func (a *Adapter) refuse(who types.JID) time.Duration {
	now := a.cfg.Now()
	a.mu.Lock()
	was := a.limited()
	if len(a.held) >= maxChats {
		clear(a.held)
	}
	r := a.held[who]
	if now.Sub(r.last) > 24*time.Hour {
		r = refusal{}
	}
	if who != everybody && !now.Before(r.next) { // not one of several at the same time
		r.tries++
	}
	pause := min(time.Minute<<(2*min(max(0, r.tries-1), manyTries)), longestRefusal)
	r.last, r.next = now, now.Add(pause)
	a.held[who] = r
	is := a.limited()
	a.mu.Unlock()
	switch {
	case is && !was:
		a.cfg.Metrics.Alarm("whatsapp_limited")
		a.log.Error().Msg("WhatsApp limits the account: we write slowly, answers wait and are tried again, and reporters are told of Telegram if it is served")
	case !is:
		a.log.Warn().Dur("pause", pause).Msg("WhatsApp lets us send nothing to somebody; it is tried again")
	}
	return pause
}

// let notes that a message to somebody went.
func (a *Adapter) let(who types.JID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.held, who)
	if who.Server != types.GroupServer {
		delete(a.held, everybody)
	}
}

// retakeAfter is how long a fault of ours has to pass before WhatsApp is made
// to send again what was not acknowledged, which it does on a new connection.
const retakeAfter = 3 * time.Second

// connectTimeout is how long a connection may take to be let in.
const connectTimeout = 30 * time.Second
