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
// the operator makes it an intake. It hears nothing else before. A group has one
// code a day, and hears it once: adding us again and again costs nobody anything.
func (d *Desk) join(ctx context.Context, ch bot.Group, m bot.Message, known bool) error {
	line := flows.Say("desk.joined")
	if !known {
		group := ch.Name() + ":" + string(m.Group)
		now := d.Now()
		code := joinCode(d.Keys.Lookup("join code", group+":"+now.UTC().Format(time.DateOnly)))
		fresh, err := d.Joins.Ask(ctx, code, group, now, now.Add(joinTime))
		if err != nil {
			return fmt.Errorf("desk: join: %w", err)
		}
		if !fresh {
			return nil
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
