package telegram

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Face is what Telegram shows of the bot in one language.
type Face struct {
	Lang        string // "" is what everybody else sees
	Description string
	Short       string
	Commands    []Command
}

// Command is an entry of the commands menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// privateOnly keeps the menu out of groups.
const privateOnly = `{"type":"all_private_chats"}`

// Setup sets menu and descriptions, and where updates go: to a webhook, or to
// getUpdates when webhook is "". Calling it again changes nothing.
func (a *Adapter) Setup(ctx context.Context, faces []Face, webhook, secret string) error {
	method, p := "deleteWebhook", tgbotapi.Params{}
	if webhook != "" {
		method, p = "setWebhook", tgbotapi.Params{"url": webhook, "secret_token": secret, "allowed_updates": wanted, "max_connections": "40"}
	}
	if err := a.api.call(ctx, method, p, nil); err != nil {
		return fmt.Errorf("say where updates go: %w", err)
	}
	if err := a.Ping(ctx); err != nil {
		return fmt.Errorf("ask who we are: %w", err)
	}
	for _, f := range faces {
		menu, err := json.Marshal(f.Commands)
		if err != nil {
			return err
		}
		for method, p := range map[string]tgbotapi.Params{
			"setMyCommands":         {"commands": string(menu), "scope": privateOnly},
			"setMyDescription":      {"description": f.Description},
			"setMyShortDescription": {"short_description": f.Short},
		} {
			if f.Lang != "" {
				p["language_code"] = f.Lang
			}
			if err := a.api.call(ctx, method, p, nil); err != nil {
				return fmt.Errorf("show the bot's face: %w", err)
			}
		}
	}
	return nil
}

// equal compares secrets without telling how much of them was right.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
