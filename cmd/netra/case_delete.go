package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/netralitas/netra/store"
)

// remove deletes a case: its row, its files, its keys. What was asked is logged
// before, and that it is done after.
func (t *caseTool) remove(ctx context.Context, k store.Standing) error {
	id := k.Report.ID
	if t.own["yes"] == "" {
		notYet := ""
		if k.Unsettled > 0 {
			notYet = " Not all of its supervisors have it yet."
		}
		fmt.Fprintf(t.p.errOut, "%s\nDelete it, with its files and keys?%s Nobody can bring it back, from no copy. Type yes: ", t.line(k), notYet)
		answer, _ := bufio.NewReader(t.p.in).ReadString('\n')
		if strings.TrimSpace(answer) != "yes" {
			return errors.New("nothing was deleted")
		}
	}
	now := t.now()
	asked := store.Request{Number: store.NewReportID().Ticket(), Kind: store.RequestDelete, At: now, Until: now.Add(store.RequestTime)}
	if err := t.s.db.Requests().Log(ctx, asked); err != nil {
		return err
	}
	// The row first: a running sweep removes what is left of a case that is not
	// there, but cannot read one whose key is gone.
	if err := t.s.db.Cases().Delete(ctx, id); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // what is begun is finished
	var err error
	if t.s.vault != nil {
		err = t.s.vault.Discard(ctx, id)
	}
	if err = errors.Join(err, t.s.keys.Shred(id)); err != nil {
		return fmt.Errorf("the case is deleted, but not all that belongs to it; netra serve removes the rest within two days of its own: %w", err)
	}
	asked.Done = t.now()
	if err := t.s.db.Requests().Log(ctx, asked); err != nil {
		return err
	}
	return t.say(struct {
		Deleted string `json:"deleted"`
		Request string `json:"request"`
	}{id.Ticket(), asked.Number}, func() {
		fmt.Fprintf(t.p.out, "Deleted: %s, with its files and keys. The request has the number %s. What supervisors received stays with them.\n", id.Ticket(), asked.Number)
	})
}
