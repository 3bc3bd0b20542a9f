package whatsapp

import (
	"context"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// Standing is what WhatsApp thinks of a device that it lets in.
type Standing struct {
	// Skew is how far WhatsApp's clock is ahead of this machine's.
	Skew time.Duration
	// Limited says that messages to people who never wrote to us are refused
	// (error 463), until then; the zero time is not known. WhatsApp tells this
	// when it changes, so false may be old news.
	Limited bool
	Until   time.Time
}

// newsTime is how long Check waits for news that came while we were away.
const newsTime = 3 * time.Second

// Check connects for a moment to see whether WhatsApp lets the device in. If
// not, the error says why, in words for the operator: unlinked, banned,
// outdated. Nobody else may be connected as this device: WhatsApp would cut
// them off.
func (d *Device) Check(ctx context.Context, now func() time.Time) (s Standing, err error) {
	err = d.visit(ctx, func(early []any, heard <-chan any) error {
		s.Skew = d.skew(now())
		news := time.NewTimer(newsTime)
		defer news.Stop()
		for {
			var evt any
			if len(early) > 0 {
				evt, early = early[0], early[1:]
			} else {
				select {
				case evt = <-heard:
				case <-news.C:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			switch e := evt.(type) {
			case *events.NotifyAccountReachoutTimelock:
				s.Limited, s.Until = e.IsActive, e.TimeEnforcementEnds.Time
			case *events.OfflineSyncCompleted:
				return nil
			default:
				if err := fate(evt); err != nil {
					return d.ended(ctx, err)
				}
			}
		}
	})
	return s, err
}

// Whatsmeow shows the server's clock only in an identifier that it makes of it:
// milliseconds of a week that begins three days later.
const (
	week        = 7 * 24 * time.Hour
	weekBegins  = 3 * 24 * time.Hour
	halfOfAWeek = week / 2
)

// skew is how far WhatsApp's clock is ahead of ours, to a second; more than half
// a week cannot be told.
func (d *Device) skew(now time.Time) time.Duration {
	id, err := strconv.ParseInt(d.cli.DangerousInternals().GetUnifiedSessionID(), 10, 64) //nolint:staticcheck // SA1019: it changes nothing, and there is no other way
	if err != nil {
		return 0
	}
	ours := time.Duration(now.Add(weekBegins).UnixMilli()) * time.Millisecond % week
	ahead := (time.Duration(id)*time.Millisecond - ours + week + halfOfAWeek) % week
	return (ahead - halfOfAWeek).Round(time.Second)
}

// Linked is when the account was linked; the zero time when that is not known.
func (d *Device) Linked() time.Time {
	var identity waAdv.ADVDeviceIdentity
	if !d.Paired() || proto.Unmarshal(d.cli.Store.Account.GetDetails(), &identity) != nil || identity.GetTimestamp() == 0 {
		return time.Time{}
	}
	return time.Unix(int64(identity.GetTimestamp()), 0).UTC()
}
