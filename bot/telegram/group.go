package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// answering makes a message an answer, and none if the other is gone.
func answering(p tgbotapi.Params, answer bot.Ref) {
	if answer != "" {
		p["reply_parameters"] = fmt.Sprintf(`{"message_id":%s,"allow_sending_without_reply":true}`, answer)
	}
}

// Post implements bot.Group. It returns the first message when a long text
// needs several.
func (a *Adapter) Post(ctx context.Context, to bot.Address, text string, answer bot.Ref) (bot.Ref, error) {
	var head bot.Ref
	for i, part := range split(text, longest) {
		p := textParams(to, part)
		answering(p, answer)
		var ref bot.Ref
		err := a.pace.Do(ctx, to, 1, pace.Delivery, func() (err error) {
			ref, err = a.api.send(ctx, "sendMessage", p)
			return err
		})
		if err != nil {
			return "", err
		}
		if i == 0 {
			head, answer = ref, ref
		}
	}
	return head, nil
}

// maxPhoto is Telegram's limit for a picture shown as one; larger ones go as
// documents. https://core.telegram.org/bots/api#sendphoto
const maxPhoto = 10 << 20

// PostFiles implements bot.Group: one album, or one picture.
func (a *Adapter) PostFiles(ctx context.Context, to bot.Address, files []bot.Upload, answer bot.Ref) error {
	var photos, documents []bot.Upload
	for _, f := range files {
		if f.Size <= maxPhoto {
			photos = append(photos, f)
		} else {
			documents = append(documents, f)
		}
	}
	if err := a.album(ctx, to, "photo", photos, answer); err != nil {
		// Odd dimensions are known only to Telegram.
		if !says(err, "photo_invalid_dimensions") && !says(err, "image_process_failed") && !says(err, "photo_ext_invalid") {
			return err
		}
		documents = append(photos, documents...)
	}
	return a.album(ctx, to, "document", documents, answer)
}

func (a *Adapter) album(ctx context.Context, to bot.Address, kind string, files []bot.Upload, answer bot.Ref) error {
	for len(files) > 0 {
		some := files[:min(10, len(files))]
		files = files[len(some):]
		if err := a.pace.Do(ctx, to, len(some), pace.Delivery, func() error { return a.sendFiles(ctx, to, kind, some, answer) }); err != nil {
			return err
		}
	}
	return nil
}

func (a *Adapter) sendFiles(ctx context.Context, to bot.Address, kind string, files []bot.Upload, answer bot.Ref) (err error) {
	p := tgbotapi.Params{"chat_id": string(to)}
	answering(p, answer)
	method := map[string]string{"photo": "sendPhoto", "document": "sendDocument"}[kind]
	var media []map[string]string
	var parts []tgbotapi.RequestFile
	for i, f := range files {
		body, e := f.Open()
		if e != nil {
			return fmt.Errorf("open evidence: %w", e)
		}
		defer func() { err = errors.Join(err, body.Close()) }()
		name := kind
		if len(files) > 1 {
			name = fmt.Sprint("file", i)
			media = append(media, map[string]string{"type": kind, "media": "attach://" + name})
		}
		// The library would close what can be closed; we do that ourselves.
		parts = append(parts, tgbotapi.RequestFile{Name: name, Data: tgbotapi.FileReader{Name: f.Name, Reader: struct{ io.Reader }{body}}})
	}
	if len(files) > 1 {
		raw, e := json.Marshal(media)
		if e != nil {
			return e
		}
		method, p["media"] = "sendMediaGroup", string(raw)
	}
	return a.api.upload(ctx, method, p, parts)
}
