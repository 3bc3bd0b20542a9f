package whatsapp

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// Pairing is how the operator takes part in linking an account. Its functions
// are called one at a time.
type Pairing struct {
	// Phone is the account's number with its country code, to link by a code
	// typed on the phone; "" links by QR.
	Phone string
	// QR shows what the phone must scan. It is called again when that expires.
	QR func(text string)
	// Code shows what must be typed on the phone.
	Code func(code string)
	// Passkey has the operator's browser answer for an account that is protected
	// by a passkey: navigator.credentials.get on https://web.whatsapp.com.
	Passkey func(context.Context, *types.WebAuthnPublicKey) (*types.WebAuthnResponse, error)
	// Confirm asks whether the phone shows the same code.
	Confirm func(ctx context.Context, code string) error
}

// What can go wrong while pairing, in words for the operator.
var (
	ErrPaired      = errors.New("an account is linked already; unlink it first: netra whatsapp logout")
	errPairTimeout = errors.New("nobody linked the device in time; begin again")
)

// Pair links an account, and ends connected to nobody: Receive connects.
func (d *Device) Pair(ctx context.Context, p Pairing) error {
	if d.Paired() {
		return ErrPaired
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	online := make(chan struct{}, 1)
	handler := d.cli.AddEventHandler(func(evt any) {
		if _, ok := evt.(*events.Connected); ok {
			select {
			case online <- struct{}{}:
			default:
			}
		}
	})
	defer d.cli.RemoveEventHandler(handler)
	items, err := d.cli.GetQRChannel(ctx)
	if err != nil {
		return fmt.Errorf("pair: %w", err)
	}
	if err := d.cli.ConnectContext(ctx); err != nil {
		return fmt.Errorf("pair: WhatsApp cannot be reached: %w", err)
	}
	defer d.cli.Disconnect()
	if err := d.follow(ctx, p, items); err != nil {
		return err
	}
	// The account's keys go up with the first login.
	select {
	case <-online:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Device) follow(ctx context.Context, p Pairing, items <-chan whatsmeow.QRChannelItem) error {
	asked := false
	for {
		var item whatsmeow.QRChannelItem
		var ok bool
		select {
		case item, ok = <-items:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case !ok:
			return errPairTimeout
		case item.Event == whatsmeow.QRChannelEventCode && p.Phone == "":
			p.QR(item.Code)
		case item.Event == whatsmeow.QRChannelEventCode && !asked:
			asked = true
			code, err := d.cli.PairPhone(ctx, p.Phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
			if err != nil {
				return fmt.Errorf("pair: ask for a code: %w", err)
			}
			p.Code(code)
		case item.Event == whatsmeow.QRChannelEventCode:
		case item.Event == whatsmeow.QRChannelEventPasskeyRequest:
			answer, err := p.Passkey(ctx, item.PasskeyRequest.PublicKey)
			if err != nil {
				return err
			}
			if err := d.cli.SendPasskeyResponse(ctx, answer); err != nil {
				return fmt.Errorf("pair: WhatsApp does not take the passkey's answer: %w", err)
			}
		case item.Event == whatsmeow.QRChannelEventPasskeyResponse:
			if err := p.Confirm(ctx, item.PasskeyConfirmation.Code); err != nil {
				return err
			}
			if err := d.cli.SendPasskeyConfirmation(ctx); err != nil {
				return fmt.Errorf("pair: %w", err)
			}
		case item.Event == whatsmeow.QRChannelSuccess.Event:
			return nil
		case item.Event == whatsmeow.QRChannelTimeout.Event:
			return errPairTimeout
		case item.Event == whatsmeow.QRChannelClientOutdated.Event:
			return errOutdated
		case item.Event == whatsmeow.QRChannelScannedWithoutMultidevice.Event:
			return errors.New("the phone's WhatsApp is too old for linked devices; update it")
		case item.Event == whatsmeow.QRChannelErrUnexpectedEvent.Event:
			return errors.New("pair: WhatsApp refuses the connection; is the clock of this machine right?")
		default:
			return fmt.Errorf("pair: WhatsApp refuses: %w", item.Error)
		}
	}
}

// Logout unlinks the account, here and on WhatsApp, and removes all that was
// kept for it.
func (d *Device) Logout(ctx context.Context) error {
	if !d.Paired() {
		return ErrUnpaired
	}
	if err := d.cli.ConnectContext(ctx); err != nil {
		return fmt.Errorf("unlink: WhatsApp cannot be reached: %w", err)
	}
	defer d.cli.Disconnect()
	if !d.cli.WaitForConnection(connectTimeout) {
		return errors.New("unlink: WhatsApp does not let us in; unlink the device on the phone")
	}
	if err := d.cli.Logout(ctx); err != nil {
		return fmt.Errorf("unlink: %s", reason(err))
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
