package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// limitedCode is the error of a message that WhatsApp does not let us send now:
// mostly the first one to somebody.
const limitedCode = 463

// What ends a device, in words for the operator.
var (
	errUnlinked = errors.New("the WhatsApp account was unlinked, on its phone or by WhatsApp; run: netra whatsapp pair")
	errReplaced = errors.New("another program connected as the same WhatsApp device; only one may")
	errOutdated = errors.New("WhatsApp refuses this version of the client; update Netra")
)

// state follows the connection. It returns false for what is no event of it.
func (a *Adapter) state(evt any) bool {
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
		if err := a.me.wipe(context.WithoutCancel(a.ctx)); err != nil {
			a.log.Error().Err(err).Msg("what was kept for the account stays; netra whatsapp logout --force removes it")
		}
		a.stop("whatsapp_unlinked", fmt.Errorf("%w (%d)", errUnlinked, e.Reason))
	case *events.StreamReplaced:
		a.stop("whatsapp_replaced", errReplaced)
	case *events.ClientOutdated:
		a.stop("whatsapp_outdated", errOutdated)
	case *events.TemporaryBan:
		a.log.Error().Dur("for", e.Expire).Int("code", int(e.Code)).Msg("WhatsApp banned the account for a while: what came in is kept; point reporters to Telegram")
		a.cfg.Metrics.Alarm("whatsapp_banned")
		a.anew(max(e.Expire, 10*time.Minute))
	case *events.ConnectFailure:
		a.log.Error().Int("reason", int(e.Reason)).Msg("WhatsApp refuses the connection, trying again in a minute")
		a.cfg.Metrics.Alarm("whatsapp_refused")
		a.anew(time.Minute)
	default:
		return false
	}
	return true
}

// stop ends Receive.
func (a *Adapter) stop(alarm string, why error) {
	a.cfg.Metrics.Up("whatsapp", false)
	a.cfg.Metrics.Alarm(alarm)
	a.log.Error().Msg(why.Error())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end(why)
}

// limitedNow says that WhatsApp holds our messages back.
func (a *Adapter) limitedNow(code int) {
	a.cfg.Metrics.Alarm("whatsapp_limited")
	a.log.Error().Int("code", code).Msg("WhatsApp limits the account: answers wait and are tried again; point reporters to Telegram until this ends")
}

// retakeAfter is how long a fault of ours has to pass before WhatsApp is made
// to send again what was not acknowledged, which it does on a new connection.
const retakeAfter = 3 * time.Second

// connectTimeout is how long a connection may take to be let in.
const connectTimeout = 30 * time.Second
