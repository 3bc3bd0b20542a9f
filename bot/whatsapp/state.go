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

// limitedFor is how long the account counts as limited after a message of ours
// was held back.
const limitedFor = time.Hour

// Limited implements bot.Limiter.
func (a *Adapter) Limited() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cfg.Now().Sub(a.held) < limitedFor
}

// limitedNow says that WhatsApp holds our messages back.
func (a *Adapter) limitedNow(code int) {
	a.mu.Lock()
	a.held = a.cfg.Now()
	a.mu.Unlock()
	a.cfg.Metrics.Alarm("whatsapp_limited")
	a.log.Error().Int("code", code).Msg("WhatsApp limits the account: we write slowly, answers wait and are tried again, and reporters are told of Telegram if it is served")
}

// retakeAfter is how long a fault of ours has to pass before WhatsApp is made
// to send again what was not acknowledged, which it does on a new connection.
const retakeAfter = 3 * time.Second

// connectTimeout is how long a connection may take to be let in.
const connectTimeout = 30 * time.Second
