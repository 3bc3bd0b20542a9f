package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// Pairing is how the operator takes part in linking an account. Its functions
// are called one at a time, and return when their context ends.
type Pairing struct {
	// Phone is the account's number with its country code, to link by a code
	// typed on the phone; "" links by QR.
	Phone string
	// QR shows what the phone must scan, and how long it may. It is called again
	// when that is over.
	QR func(text string, valid time.Duration)
	// Code shows what must be typed on the phone, and how long it may be.
	Code func(code string, valid time.Duration)
	// Passkey has the operator's browser answer for an account that is protected
	// by a passkey. It is called again when WhatsApp does not take the answer.
	Passkey func(context.Context, Challenge) (Assertion, error)
	// Confirm asks whether the phone shows the same code.
	Confirm func(ctx context.Context, code string) error
}

// What can go wrong while pairing, in words for the operator.
var (
	ErrPaired      = errors.New("an account is linked already; unlink it first: netra whatsapp logout")
	errPairTimeout = errors.New("nobody linked the device in time; begin again")
	errOldPhone    = errors.New("the phone's WhatsApp is too old for linked devices; update it")
)

// How long whatsmeow's codes are valid: each QR code of a connection, the first
// one longer, and the code for the phone as long as all of them.
const (
	firstQR = 60 * time.Second
	nextQR  = 20 * time.Second
	allQR   = firstQR + 5*nextQR
)

// passkeyTries is how often WhatsApp may refuse the passkey's answer.
const passkeyTries = 5

// Pair links an account, and ends connected to nobody: Receive connects. What
// an earlier account left behind is removed first.
func (d *Device) Pair(ctx context.Context, p Pairing) error {
	if d.Paired() {
		return ErrPaired
	}
	if err := d.Discard(ctx); err != nil {
		return err
	}
	heard, quit := d.listen()
	defer quit()
	if err := d.dial(ctx); err != nil {
		return fmt.Errorf("pair: %w", err)
	}
	defer d.cli.Disconnect()
	q := &questions{ended: make(chan error, 1)}
	defer q.all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.follow(ctx, p, heard, q); err != nil {
		return fmt.Errorf("pair: %w", err)
	}
	return nil
}

// questions are what the operator or WhatsApp is asked while events go on
// coming: the connection may end before the operator has found the passkey.
type questions struct {
	all   sync.WaitGroup
	ended chan error // the first one that failed
	stop  context.CancelFunc
}

func (q *questions) ask(do func() error) {
	q.all.Go(func() {
		if err := do(); err != nil {
			select {
			case q.ended <- err:
			default:
			}
		}
	})
}

// again asks what may have been asked before: then that is asked no more.
func (q *questions) again(ctx context.Context, do func(context.Context) error) {
	if q.stop != nil {
		q.stop()
		q.all.Wait()
	}
	asking, stop := context.WithCancel(ctx)
	q.stop = stop
	q.ask(func() error {
		if err := do(asking); asking.Err() == nil {
			return err
		}
		return nil // stopped
	})
}

// follow takes the steps of a pairing as WhatsApp asks for them. It returns when
// the account is linked and the new device was let in: its keys go up then.
func (d *Device) follow(ctx context.Context, p Pairing, heard <-chan any, q *questions) error {
	var codes []string
	late, lateErr := time.NewTimer(connectTimeout), errUnreachable
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-q.ended:
			return err
		case <-late.C:
			if len(codes) == 0 {
				return lateErr
			}
			p.QR(codes[0], nextQR)
			codes = codes[1:]
			late.Reset(nextQR)
		case evt := <-heard:
			switch e := evt.(type) {
			case *events.QR:
				lateErr = errPairTimeout
				if p.Phone != "" {
					late.Reset(allQR)
					q.ask(func() error { return d.code(ctx, p) })
					break
				}
				p.QR(e.Codes[0], firstQR)
				codes = e.Codes[1:]
				late.Reset(firstQR)
			case *events.QRScannedWithoutMultidevice:
				return errOldPhone
			case *events.PairPasskeyRequest:
				// WhatsApp says when it has waited long enough.
				codes = nil
				late.Stop()
				q.again(ctx, func(ctx context.Context) error { return d.passkey(ctx, p, Challenge{key: e.PublicKey}) })
			case *events.PairPasskeyConfirmation:
				q.ask(func() error { return d.confirm(ctx, p, e) })
			case *events.PairPasskeyError:
				words, _ := refused(e.Error)
				return fmt.Errorf("WhatsApp does not go on after the passkey: %s; begin again", words)
			case *events.PairSuccess:
				codes, lateErr = nil, errors.New("the account is linked, but WhatsApp does not let us in yet; look again: netra whatsapp status")
				late.Reset(connectTimeout)
			case *events.PairError:
				words, _ := refused(e.Error)
				return fmt.Errorf("the phone and WhatsApp do not fit together: %s; begin again", words)
			case *events.Connected:
				return nil
			default:
				if err := fate(evt); err != nil {
					return d.interrupted(ctx, err)
				}
			}
		}
	}
}

// interrupted says what the end of the connection means for a pairing.
func (d *Device) interrupted(ctx context.Context, why error) error {
	if errors.Is(why, errCut) {
		return errPairTimeout
	}
	return d.ended(ctx, why)
}

// code asks WhatsApp for a code that links by the account's number.
func (d *Device) code(ctx context.Context, p Pairing) error {
	code, err := d.cli.PairPhone(ctx, p.Phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err == nil {
		p.Code(code, allQR)
		return nil
	}
	switch words, number := refused(err); {
	case errors.Is(err, whatsmeow.ErrPhoneNumberTooShort), errors.Is(err, whatsmeow.ErrPhoneNumberIsNotInternational):
		return errors.New("the number is not whole: write it with its country code, like +62 899-000-xxxx")
	case number == 429:
		return errors.New("WhatsApp gives no more codes for now (error 429); wait some hours, or link by QR")
	default:
		return fmt.Errorf("WhatsApp gives no code for this number: %s; is it right, with its country code, and on WhatsApp?", words)
	}
}

// passkey asks until WhatsApp takes the answer.
func (d *Device) passkey(ctx context.Context, p Pairing, c Challenge) error {
	for range passkeyTries {
		answer, err := p.Passkey(ctx, c)
		if err != nil {
			return err
		}
		err = d.cli.SendPasskeyResponse(ctx, answer.response)
		if err == nil {
			return nil
		}
		if _, code := refused(err); code == 0 {
			return errPairTimeout
		}
		c.Refused = true
	}
	return errors.New("WhatsApp does not take the passkey's answer; begin again")
}

// confirm asks the operator to compare codes, unless the phone shows none.
func (d *Device) confirm(ctx context.Context, p Pairing, e *events.PairPasskeyConfirmation) error {
	if !e.SkipHandoffUX {
		if err := p.Confirm(ctx, e.Code); err != nil {
			return err
		}
	}
	if err := d.cli.SendPasskeyConfirmation(ctx); err != nil {
		words, _ := refused(err)
		return fmt.Errorf("WhatsApp does not take the confirmation: %s; begin again", words)
	}
	return nil
}

// Account says which account is linked, without naming it whole.
func (d *Device) Account() string {
	if !d.Paired() {
		return ""
	}
	user := d.cli.Store.ID.User
	return "…" + user[max(0, len(user)-4):]
}
