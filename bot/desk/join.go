package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
)

// joinTime is how long the code of a group works.
const joinTime = 24 * time.Hour

// join says in a group that we were added to what we need, and a code with which
// the operator makes it an intake. It hears nothing else before. The code is made
// of the message: repeated, it is the same.
func (d *Desk) join(ctx context.Context, ch bot.Group, m bot.Message, known bool) error {
	line := flows.Say("desk.joined")
	if !known {
		group := ch.Name() + ":" + string(m.Group)
		code := joinCode(d.Keys.Lookup("join code", group+":"+m.ID))
		now := d.Now()
		if err := d.Joins.Ask(ctx, code, group, now, now.Add(joinTime)); err != nil {
			return fmt.Errorf("desk: join: %w", err)
		}
		line = flows.Say("desk.join", "code", text(code))
	}
	_, err := ch.Post(ctx, m.Group, d.Words.Render(d.Lang, line, nil), "")
	if forgive(err) == nil { // who threw us out again need not know
		return nil
	}
	return fmt.Errorf("desk: join: %w", err)
}

// joinCode is the beginning of a hash, in two parts that can be read out.
func joinCode(hash string) string { return hash[:5] + "-" + hash[5:10] }
