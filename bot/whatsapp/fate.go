package whatsapp

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// What ends a connection, in words for the operator.
var (
	errUnlinked    = errors.New("the WhatsApp account was unlinked, on its phone or by WhatsApp; run: netra whatsapp pair")
	errReplaced    = errors.New("another program connected as the same WhatsApp device; only one may")
	errOutdated    = errors.New("WhatsApp refuses this version of the client; update Netra")
	errLocked      = errors.New("WhatsApp locked the account, or it was moved to another phone; look at what WhatsApp says on the phone, then run: netra whatsapp pair")
	errBanned      = errors.New("WhatsApp banned the account; ask for a review in WhatsApp on the phone, and link the spare number: netra whatsapp pair")
	errCut         = errors.New("WhatsApp cut the connection off, or is busy; try again in some minutes")
	errClock       = errors.New("WhatsApp's certificate is not valid at this machine's time: its clock is wrong; set it (NTP)")
	errUnreachable = errors.New("WhatsApp cannot be reached; is this machine online, and may it reach web.whatsapp.com?")
)

// fate says in words for the operator what an event means for a connection; nil
// for one that does not end it.
func fate(evt any) error {
	switch e := evt.(type) {
	case *events.LoggedOut:
		switch e.Reason {
		case events.ConnectFailureMainDeviceGone:
			return errLocked
		case events.ConnectFailureUnknownLogout:
			return errBanned
		}
		return errUnlinked
	case *events.TemporaryBan:
		long := "a time that it does not tell"
		if e.Expire > 0 {
			long = e.Expire.Round(time.Second).String()
		}
		return fmt.Errorf("WhatsApp banned the account for %s (code %s); nothing to do but wait, and point reporters to Telegram meanwhile", long, e.Code)
	case *events.ClientOutdated:
		return errOutdated
	case *events.StreamReplaced:
		return errReplaced
	case *events.ConnectFailure:
		return fmt.Errorf("WhatsApp refuses the connection (reason %d); try again later", e.Reason)
	case *events.Disconnected, *events.StreamError, *events.CATRefreshError:
		return errCut
	}
	return nil
}

// gone reports whether a fate is one after which whatsmeow forgets the device.
func gone(err error) bool {
	return errors.Is(err, errUnlinked) || errors.Is(err, errLocked) || errors.Is(err, errBanned)
}

// unreached says in words why a connection could not be made.
func unreached(err error) error {
	if bad := (x509.CertificateInvalidError{}); errors.As(err, &bad) && bad.Reason == x509.Expired {
		return errClock
	}
	// whatsmeow checks a certificate of its own, without a type for the error.
	if s := err.Error(); strings.Contains(s, "certificate expired") || strings.Contains(s, "certificate not valid yet") {
		return errClock
	}
	return errUnreachable
}

// refused says what WhatsApp answered to a question, in words without anybody's
// address, and its code, 0 when there was none.
func refused(err error) (string, int) {
	if iq := (*whatsmeow.IQError)(nil); errors.As(err, &iq) && iq.Code != 0 {
		return fmt.Sprint("error ", iq.Code), iq.Code
	}
	return reason(err), 0
}
