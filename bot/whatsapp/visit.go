package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// listen hands over the events that decide about a connection, until quit is
// called. Reporters' messages are not for whoever listens: they are not
// acknowledged, so WhatsApp keeps them for Receive.
func (d *Device) listen() (heard <-chan any, quit func()) {
	d.careful()
	out, done := make(chan any, 16), make(chan struct{})
	handler := d.cli.AddEventHandlerWithSuccessStatus(func(evt any) bool {
		switch e := evt.(type) {
		case *events.Message:
			return e.Info.IsFromMe || e.Info.Category == "peer" // the phone's, for us
		case *events.QR, *events.QRScannedWithoutMultidevice, *events.PairSuccess, *events.PairError,
			*events.PairPasskeyRequest, *events.PairPasskeyConfirmation, *events.PairPasskeyError,
			*events.Connected, *events.OfflineSyncCompleted, *events.NotifyAccountReachoutTimelock:
		default:
			if fate(evt) == nil {
				return true
			}
		}
		select {
		case out <- evt:
		case <-done:
		}
		return true
	})
	return out, func() {
		close(done)
		d.cli.RemoveEventHandler(handler)
	}
}

// careful has the client acknowledge only what a handler has taken. It comes
// before Connect, or what a reporter writes at once would be lost.
func (d *Device) careful() {
	d.cli.SynchronousAck = true
	d.cli.EnableDecryptedEventBuffer = true
	d.cli.ManualHistorySyncDownload = true
	// whatsmeow's own way to connect again races against its requests in flight.
	d.cli.EnableAutoReconnect = false
}

// dial connects, unless that is done. The context ends the attempt, not the connection: Disconnect
// does that, and would race inside whatsmeow against the end of the context.
func (d *Device) dial(ctx context.Context) error {
	try, cancel := context.WithCancel(context.WithoutCancel(ctx))
	keep := context.AfterFunc(ctx, cancel)
	err := d.cli.ConnectContext(try) //nolint:contextcheck // see above
	keep()
	switch {
	case ctx.Err() != nil:
		d.cli.Disconnect()
		return ctx.Err()
	case err != nil && !errors.Is(err, whatsmeow.ErrAlreadyConnected):
		return unreached(err)
	}
	return nil
}

// visit connects to ask something, and not to serve. When WhatsApp does not let
// the device in, it returns why in words for the operator. When the device is
// linked no more, what was kept for it is removed. Ask also gets what was heard
// early: whatsmeow says that it is connected last, when it has made itself ready.
func (d *Device) visit(ctx context.Context, ask func(early []any, heard <-chan any) error) error {
	if !d.Paired() {
		return ErrUnpaired
	}
	heard, quit := d.listen()
	defer quit()
	if err := d.dial(ctx); err != nil {
		return err
	}
	defer d.cli.Disconnect()
	late := time.NewTimer(connectTimeout)
	defer late.Stop()
	var early []any
	for {
		select {
		case evt := <-heard:
			if _, in := evt.(*events.Connected); in {
				return ask(early, heard)
			}
			if err := fate(evt); err != nil {
				return d.ended(ctx, err)
			}
			early = append(early, evt)
		case <-late.C:
			return errors.New("WhatsApp does not let us in, and does not say why; try again later")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ended removes what was kept for a device that is linked no more. whatsmeow
// removes only the keys, and by itself.
func (d *Device) ended(ctx context.Context, why error) error {
	if gone(why) {
		if err := d.Discard(ctx); err != nil {
			return fmt.Errorf("%w; %w", why, err)
		}
		return fmt.Errorf("%w; its keys here are removed", why)
	}
	return why
}
