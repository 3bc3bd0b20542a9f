package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
)

// pollSeconds is how long getUpdates waits for something to happen.
const pollSeconds = 25

// Poll takes updates by long polling until the context ends. The offset moves,
// and so acknowledges, only after the queue has every update of a batch
// finished or durable. It returns an error only when the token is refused.
func (a *Adapter) Poll(ctx context.Context, q *bot.Queue) error {
	offset := 0
	pause := time.Second / 4
	for ctx.Err() == nil {
		updates, err := a.updates(ctx, offset, pollSeconds)
		if err == nil {
			err = a.accept(ctx, q, updates)
		}
		if err == nil {
			// Of this batch: ids begin anew after a quiet week.
			next := 0
			for _, u := range updates {
				next = max(next, u.ID+1)
			}
			if next > 0 {
				offset = next
			}
			pause = time.Second / 4
			continue
		}
		if ctx.Err() != nil {
			break
		}
		wait := pause
		if f := (*bot.Failure)(nil); errors.As(err, &f) {
			if f.Kind == bot.RetryAfter {
				wait = f.After
			}
			if says(err, "unauthorized") || f.Kind == bot.Bug && says(err, "not found") {
				return fmt.Errorf("poll: the bot token is refused: %w", err)
			}
		}
		a.log.Warn().Err(err).Dur("pause", wait).Msg("polling failed, trying again")
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		pause = min(pause*2, 15*time.Second)
	}
	// Tell Telegram how far we are, so that a restart does not repeat replies.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if offset > 0 {
		if err := a.api.call(last, "getUpdates", tgbotapi.Params{"offset": strconv.Itoa(offset), "limit": "1", "timeout": "0"}, nil); err != nil {
			a.log.Debug().Err(err).Msg("last offset not told")
		}
	}
	return nil
}

func (a *Adapter) updates(ctx context.Context, offset, seconds int) ([]update, error) {
	timeout := time.Duration(seconds)*time.Second + callTimeout
	p := tgbotapi.Params{"timeout": strconv.Itoa(seconds), "limit": "100", "allowed_updates": wanted}
	if offset > 0 {
		p["offset"] = strconv.Itoa(offset)
	}
	var updates []update
	err := a.api.post(ctx, timeout, "getUpdates", p, &updates)
	if !says(err, errShape.Error()) {
		return updates, err
	}
	// Ask again, and read them one by one.
	var each []json.RawMessage
	if err := a.api.post(ctx, timeout, "getUpdates", p, &each); err != nil {
		return nil, err
	}
	updates = make([]update, 0, len(each))
	for _, raw := range each {
		if u, ok := a.one(raw); ok {
			updates = append(updates, u)
		}
	}
	return updates, nil
}

// one reads an update. One of a shape that we do not know is passed over by its
// number alone: the others must not wait for it for ever.
func (a *Adapter) one(raw json.RawMessage) (u update, ok bool) {
	if json.Unmarshal(raw, &u) == nil {
		return u, u.ID != 0
	}
	var number struct {
		ID int `json:"update_id"`
	}
	if json.Unmarshal(raw, &number) != nil || number.ID == 0 {
		return u, false
	}
	a.cfg.Metrics.Alarm("unreadable_update")
	a.log.Error().Int("update", number.ID).Msg("an update has an unknown shape and is passed over")
	return update{ID: number.ID}, true
}

func (a *Adapter) accept(ctx context.Context, q *bot.Queue, updates []update) error {
	batch := make([]bot.Message, 0, len(updates))
	now := a.cfg.Now().UTC()
	for _, u := range updates {
		if m, ok := decode(u, now); ok {
			batch = append(batch, m)
		}
	}
	return q.Accept(ctx, batch)
}

// maxUpdate bounds a webhook's body; Telegram's updates are far smaller.
const maxUpdate = 1 << 20

// Webhook is the handler that Telegram posts updates to. It answers 200 when
// the update is finished or durable, 401 without the secret, 413 for a body
// that is too large, 400 for one that is no update, and 503 when the update
// cannot be taken now, so that Telegram sends it again.
func (a *Adapter) Webhook(q *bot.Queue, secret string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "post only", http.StatusMethodNotAllowed)
			return
		}
		if !equal(r.Header.Get("X-Telegram-Bot-Api-Secret-Token"), secret) {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		u, ok := a.one(raw)
		if err != nil || !ok {
			http.Error(w, "not an update", http.StatusBadRequest)
			return
		}
		if err := a.accept(r.Context(), q, []update{u}); err != nil {
			a.log.Warn().Err(err).Msg("update not taken, Telegram will send it again")
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}
