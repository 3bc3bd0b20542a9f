package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/pace"
)

// answering makes a message an answer, and none if the other is gone.
func answering(p tgbotapi.Params, answer bot.Ref) {
	if answer != "" {
		id, topic := thread(answer)
		into(p, topic)
		p["reply_parameters"] = fmt.Sprintf(`{"message_id":%s,"allow_sending_without_reply":true}`, id)
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

// Answer implements bot.Group.
func (a *Adapter) Answer(ctx context.Context, m bot.Message, text string) error {
	_, err := a.Post(ctx, m.Group, text, m.Quotes)
	return err
}

// maxPhoto is Telegram's limit for a picture shown as one; larger ones go as
// documents. https://core.telegram.org/bots/api#sendphoto
const maxPhoto = 10 << 20

// shownAs is how files of a type are shown; others, and all that go to a person,
// are documents, which arrive as they are.
func shownAs(f bot.Upload) string {
	switch f.Type {
	case "image/jpeg", "image/png", "image/webp":
		if f.Size <= maxPhoto {
			return "photo"
		}
	case "video/mp4":
		return "video"
	case "audio/mpeg", "audio/mp4":
		return "audio"
	case "audio/ogg":
		return "voice"
	}
	return "document"
}

// PostFiles implements bot.Group: pictures as one album, likewise what else is
// shown alike, and voice messages one by one.
func (a *Adapter) PostFiles(ctx context.Context, to bot.Address, files []bot.Upload, answer bot.Ref) error {
	kinds := map[string][]bot.Upload{}
	for _, f := range files {
		kind := "document"
		if isGroup(to) {
			kind = shownAs(f)
		}
		kinds[kind] = append(kinds[kind], f)
	}
	for _, kind := range []string{"photo", "video", "audio", "voice"} {
		err := a.album(ctx, to, kind, kinds[kind], answer)
		switch {
		case err == nil:
		case kind == "photo" && (says(err, "photo_invalid_dimensions") || says(err, "image_process_failed") || says(err, "photo_ext_invalid")),
			kind == "voice" && says(err, "voice_messages_forbidden"):
			// Odd dimensions are known only to Telegram.
			kinds["document"] = append(kinds[kind], kinds["document"]...)
		default:
			return err
		}
	}
	return a.album(ctx, to, "document", kinds["document"], answer)
}

func (a *Adapter) album(ctx context.Context, to bot.Address, kind string, files []bot.Upload, answer bot.Ref) error {
	for len(files) > 0 {
		most := 10
		if kind == "voice" { // they come in no albums
			most = 1
		}
		some := files[:min(most, len(files))]
		files = files[len(some):]
		if err := a.pace.Do(ctx, to, len(some), pace.Delivery, func() error { return a.sendFiles(ctx, to, kind, some, answer) }); err != nil {
			return err
		}
	}
	return nil
}

// item is one of a media group.
type item struct {
	Type  string `json:"type"`
	Media string `json:"media"`
	AsIs  bool   `json:"disable_content_type_detection,omitempty"`
}

func (a *Adapter) sendFiles(ctx context.Context, to bot.Address, kind string, files []bot.Upload, answer bot.Ref) (err error) {
	p := tgbotapi.Params{"chat_id": string(to)}
	answering(p, answer)
	method := "send" + strings.ToUpper(kind[:1]) + kind[1:]
	if kind == "document" {
		p["disable_content_type_detection"] = "true"
	}
	var media []item
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
			media = append(media, item{kind, "attach://" + name, kind == "document"})
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
		delete(p, "disable_content_type_detection")
	}
	return a.api.upload(ctx, method, p, parts)
}
