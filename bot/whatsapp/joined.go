package whatsapp

import (
	"context"
	"fmt"

	"github.com/netralitas/netra/bot"
)

// Joined is a group that the account is a member of.
type Joined struct {
	Address   bot.Address
	Subject   string
	Members   int
	Community bool // holds groups, and takes no messages
	Closed    bool // only its admins may write
}

// Groups connects for a moment and lists the groups that the account is a
// member of. Nobody else may be connected as this device.
func (d *Device) Groups(ctx context.Context) (groups []Joined, err error) {
	err = d.visit(ctx, func([]any, <-chan any) error {
		joined, err := d.cli.GetJoinedGroups(ctx)
		if err != nil {
			words, _ := refused(err)
			return fmt.Errorf("WhatsApp does not list the groups: %s", words)
		}
		for _, g := range joined {
			groups = append(groups, Joined{
				Address: bot.Address(g.JID.String()), Subject: g.Name, Members: max(len(g.Participants), g.ParticipantCount),
				Community: g.IsParent, Closed: g.IsAnnounce,
			})
		}
		return nil
	})
	return groups, err
}
