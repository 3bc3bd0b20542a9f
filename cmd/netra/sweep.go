package main

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// sweeper removes what nobody needs any more: at the start, every hour, and what
// was on its way soon after something was deleted.
type sweeper struct {
	s     *stores
	c     config
	b     *bot.Bot
	lines []line
	log   zerolog.Logger
	soon  chan struct{} // something was deleted
}

const (
	sweepEvery = time.Hour
	// sweepSoon is when the keys of messages that were on their way are destroyed
	// after something was deleted: they have been worked on by then.
	sweepSoon = 3 * time.Second
)

// Soon has the keys of messages that were on their way destroyed before long. It
// never blocks.
func (w *sweeper) Soon() {
	select {
	case w.soon <- struct{}{}:
	default:
	}
}

func (w *sweeper) run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	night := time.NewTicker(24 * time.Hour)
	defer night.Stop()
	w.all(ctx, time.Now())
	w.evidence(ctx)
	trim()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.all(ctx, time.Now())
			trim()
		case <-night.C:
			w.evidence(ctx)
		case <-w.soon:
			select {
			case <-ctx.Done():
				return
			case <-time.After(sweepSoon):
			}
			if _, err := w.inbox(ctx); err != nil && ctx.Err() == nil {
				w.log.Error().Err(err).Msg("keys of the inbox stay")
			}
		}
	}
}

// all sweeps everything, and says what it removed.
func (w *sweeper) all(ctx context.Context, now time.Time) {
	w.b.Keys.RollInbox()
	cases := w.s.db.Cases()
	// Cases whose intake is not configured any more find another.
	if left, err := cases.Adopt(ctx, w.c.Routes.Names(), w.b.Route); err != nil {
		w.log.Error().Err(err).Msg("cases without an intake cannot be read")
	} else if left > 0 {
		w.b.Metrics.Alarm("no_intake")
		w.log.Error().Int("cases", left).Msg("cases wait for an intake that takes them: name one in the routes")
	}
	w.b.Opened()
	removed := map[string]int{}
	var errs []error
	note := func(what string, n int, err error) {
		removed[what] += n
		errs = append(errs, err)
	}
	n, err := w.part(ctx, store.PartFiles, now.Add(-w.c.KeepEvidence))
	note("evidence", n, err)
	n, err = w.part(ctx, store.PartIdentity, now.Add(-w.c.KeepIdentity))
	note("identities", n, err)
	n, err = w.part(ctx, store.PartReturn, now.Add(-w.c.KeepReturn))
	note("ways_back", n, err)
	gone, err := cases.Purge(ctx, now.Add(-w.c.Retention))
	for _, id := range gone {
		err = errors.Join(err, w.s.vault.Discard(ctx, id), w.s.keys.Shred(id))
	}
	note("cases", len(gone), err)
	n, err = w.drafts(ctx, now)
	note("drafts", n, err)
	n, err = w.keys(ctx, now)
	note("keys", n, err)
	n, err = w.inbox(ctx)
	note("inbox_keys", n, err)
	n, err = w.s.db.Requests().ForgetRequests(ctx, now.Add(-w.c.KeepRequests))
	note("requests", n, err)
	for _, ln := range w.lines {
		if f, ok := ln.channel.(bot.Forgetter); ok {
			n, err := f.ForgetBefore(ctx, now.Add(-w.c.Retention))
			note("people", n, err)
		}
	}
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		w.log.Error().Err(err).Msg("sweep failed")
	}
	said := w.log.Info()
	some := false
	for what, n := range removed {
		if n > 0 {
			said, some = said.Int(what, n), true
			w.b.Metrics.Removed(what, n)
		}
	}
	if some {
		said.Msg("removed what is no longer needed")
	}
}

// part drops a part of the cases that are older than a time, and its key.
func (w *sweeper) part(ctx context.Context, p store.Part, before time.Time) (n int, err error) {
	ids, err := w.s.db.Cases().Old(ctx, p, before)
	for _, id := range ids {
		var e error
		switch p {
		case store.PartFiles:
			e = w.s.vault.Discard(ctx, id)
		case store.PartReturn:
			e = w.b.Forget(ctx, id)
		}
		if e == nil {
			e = w.s.db.Cases().Drop(ctx, id, p)
		}
		if e == nil {
			n++
		}
		err = errors.Join(err, e)
	}
	return n, err
}

// drafts removes the files of drafts that were left. What cannot be read because
// its key was destroyed goes, too, unless there are cases like that: then an old
// copy of the keys may have been put back, and the right one would read it.
func (w *sweeper) drafts(ctx context.Context, now time.Time) (int, error) {
	_, unreadable, err := w.s.db.Cases().Check(ctx)
	if err != nil {
		return 0, err
	}
	if unreadable > 0 {
		w.b.Metrics.Alarm("keys_missing")
		w.log.Error().Int("cases", unreadable).Msg("cases cannot be read, for their keys are missing: if an old copy of the reports' keys was put back, put the newest back")
	}
	return w.s.vault.Sweep(ctx, now.Add(-w.c.SessionTTL-time.Hour), func(ctx context.Context, id flows.ReportID) (bool, error) {
		if id == "" {
			return unreadable > 0, nil
		}
		return w.s.db.Cases().HasFiles(ctx, id)
	})
}

// evidence looks whether all evidence on record is in the vault. What is missing
// needs a person.
func (w *sweeper) evidence(ctx context.Context) {
	missing := 0
	err := w.s.db.Cases().List(ctx, func(c store.Standing) error {
		if c.FilesGone {
			return nil
		}
		for _, f := range c.Files(w.b.Rules.Flow(c.Report.Flow)) {
			if _, err := w.s.vault.Describe(ctx, c.Report.ID, f); ctx.Err() != nil {
				return ctx.Err()
			} else if err != nil {
				missing++
				w.log.Error().Str("ticket", c.Report.ID.Ticket()).Str("why", why(err)).Msg("evidence on record is not in the vault")
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		w.log.Error().Err(err).Msg("evidence on record cannot be looked for")
	}
	if missing > 0 {
		w.b.Metrics.Alarm("evidence_missing")
		w.b.Alarm("alarm.evidence_missing")
	}
}

// keys destroys the keys of reports that neither a draft nor a case needs: those
// nothing was sealed with for as long as a draft lives.
func (w *sweeper) keys(ctx context.Context, now time.Time) (int, error) {
	known := map[flows.ReportID]bool{}
	return w.s.keys.ShredUnused(now.Add(-w.c.SessionTTL-24*time.Hour), func(o store.Owner) (bool, error) {
		there, asked := known[o.Report]
		if !asked {
			var err error
			if there, err = w.s.db.Cases().HasFiles(ctx, o.Report); err != nil {
				return false, err
			}
			known[o.Report] = there
		}
		return there, nil
	})
}

// inbox destroys the keys of messages that were on their way and have arrived.
func (w *sweeper) inbox(ctx context.Context) (n int, err error) {
	idle := w.s.keys.IdleInbox()
	waiting, err := w.s.db.Inbox().Owners(ctx) // after idle: nothing comes to those any more
	if err != nil {
		return 0, err
	}
	for _, o := range idle {
		if waiting[o] {
			w.Soon() // it will be done before long
			continue
		}
		n, err = n+1, errors.Join(err, w.s.keys.Shred(o.Report, o.Part))
	}
	return n, err
}
