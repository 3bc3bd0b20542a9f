package telegram

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// noPreview keeps Telegram from fetching links that reporters send.
const noPreview = `{"is_disabled":true}`

func textParams(to bot.Address, text string) tgbotapi.Params {
	return tgbotapi.Params{"chat_id": string(to), "text": text, "parse_mode": "HTML", "link_preview_options": noPreview}
}

// Reply implements bot.Channel.
func (a *Adapter) Reply(ctx context.Context, r bot.Reply) (sent bot.Sent, err error) {
	parts := split(strings.TrimSpace(r.Text+"\n\n"+r.Hint), longest)
	if len(parts) == 0 {
		return bot.Sent{Holds: r.Prompt}, nil
	}
	kb := keyboard(r)
	// A press edits the message it came from, if that is the last one.
	edit := r.In.Origin != "" && !r.In.Below && (r.Prompt == "" || r.Prompt == r.In.Origin) && len(parts) == 1
	var others sync.WaitGroup // calls whose outcome changes nothing
	defer others.Wait()
	aside := func(method string, p tgbotapi.Params) {
		others.Go(func() {
			// Too old, already without buttons, deleted by the reporter: all fine.
			_ = a.api.call(ctx, method, p, nil)
		})
	}
	if r.In.Token != "" {
		aside("answerCallbackQuery", tgbotapi.Params{"callback_query_id": r.In.Token})
	}
	if edit {
		p := textParams(r.In.From, parts[0])
		p["message_id"] = string(r.In.Origin)
		if kb != "" {
			p["reply_markup"] = kb
		}
		err := a.pace.Do(ctx, r.In.From, 1, pace.Reply, func() error {
			return a.api.call(ctx, "editMessageText", p, nil)
		})
		switch {
		case err == nil, says(err, "message is not modified"):
			return bot.Sent{Holds: holds(r.In.Origin, kb)}, nil
		case !refused(err):
			return sent, err
		}
		// It is gone or cannot be edited: say it in a new message.
	}
	if !edit {
		for _, old := range slices.Compact([]bot.Ref{r.Prompt, r.In.Origin}) {
			if old != "" {
				aside("editMessageReplyMarkup", tgbotapi.Params{"chat_id": string(r.In.From), "message_id": string(old), "reply_markup": none})
			}
		}
	}
	for i, text := range parts {
		p := textParams(r.In.From, text)
		if i == len(parts)-1 && kb != "" {
			p["reply_markup"] = kb
		}
		err := a.pace.Do(ctx, r.In.From, 1, pace.Reply, func() error {
			ref, err := a.api.send(ctx, "sendMessage", p)
			if err == nil {
				sent.Holds, sent.New = holds(ref, kb), append(sent.New, ref)
			}
			return err
		})
		if err != nil {
			return bot.Sent{}, err
		}
	}
	return sent, nil
}

// refused reports whether the platform would refuse the same call again.
func refused(err error) bool {
	f := (*bot.Failure)(nil)
	return errors.As(err, &f) && f.Kind == bot.Bug
}

// holds is the reference to a message if it has buttons.
func holds(ref bot.Ref, keyboard string) bot.Ref {
	if keyboard == "" {
		return ""
	}
	return ref
}

// Notify implements bot.Channel. It makes no sound on the reporter's phone.
func (a *Adapter) Notify(ctx context.Context, to bot.Address, text string) error {
	p := textParams(to, text)
	p["disable_notification"] = "true"
	return a.pace.Do(ctx, to, 1, pace.Delivery, func() error {
		return a.api.call(ctx, "sendMessage", p, nil)
	})
}
