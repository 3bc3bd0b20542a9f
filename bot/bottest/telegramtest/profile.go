package telegramtest

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// profile is what a bot says about itself, by scope and language.
type profile struct {
	mu       sync.Mutex
	commands map[string][]jval
	texts    map[string]string
}

func getMe(c *call) *apiError {
	out := append(c.out, c.s.botJSON[:len(c.s.botJSON)-1]...)
	out = append(out, `,"can_join_groups":true,"can_read_all_group_messages":`...)
	out = strconv.AppendBool(out, !c.s.privacy.Load())
	c.out = append(out, `,"supports_inline_queries":false,"can_connect_to_business":false,"has_main_web_app":false}`...)
	return nil
}

// language checks language_code: empty or two letters.
func (c *call) language() (string, *apiError) {
	code := c.get("language_code")
	if code != "" && (len(code) != 2 || code[0] < 'a' || code[0] > 'z' || code[1] < 'a' || code[1] > 'z') {
		return "", bad("invalid language code specified")
	}
	return code, nil
}

// scope makes one key of scope and language_code.
func (c *call) scope() (string, *apiError) {
	code, e := c.language()
	if e != nil {
		return "", e
	}
	raw := c.get("scope")
	if raw == "" || raw == "null" {
		return "default " + code, nil
	}
	v, err := parseJSON(raw)
	if err != nil || v.kind != jobj {
		return "", bad("can't parse BotCommandScope JSON object")
	}
	kind := v.get("type").str()
	key := kind
	switch kind {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		id, _ := v.get("chat_id").integer()
		if c.s.chat(id) == nil {
			return "", condition("chat not found", 400, "Bad Request: chat not found")
		}
		key += " " + v.get("chat_id").s + " " + v.get("user_id").s
	default:
		return "", bad("can't parse BotCommandScope: Unsupported type specified")
	}
	return key + " " + code, nil
}

func setMyCommands(c *call) *apiError {
	key, e := c.scope()
	if e != nil {
		return e
	}
	v, err := parseJSON(c.get("commands"))
	switch {
	case err != nil:
		return bad("can't parse commands JSON object")
	case v.kind != jarr:
		return bad("expected an Array of BotCommand")
	case len(v.arr) > 100:
		return bad("BOT_COMMANDS_TOO_MUCH")
	}
	for i := range v.arr {
		if problem := checkCommand(&v.arr[i]); problem != "" {
			return bad(problem)
		}
	}
	p := &c.s.profile
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.commands == nil {
		p.commands = map[string][]jval{}
	}
	p.commands[key] = v.arr
	return c.yes()
}

func checkCommand(v *jval) string {
	name, text := v.get("command").str(), v.get("description").str()
	switch {
	case v.kind != jobj || len(v.obj) != 2 || v.get("command").kind != jstr || v.get("description").kind != jstr:
		return "can't parse BotCommand: expected an Object with a command and a description"
	case name == "":
		return "command must be non-empty"
	case len(name) > 32:
		return "command length must not exceed 32"
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return "BOT_COMMAND_INVALID"
	case strings.TrimSpace(text) == "":
		return "command description must be non-empty"
	case utf8.RuneCountInString(text) > 256:
		return "command description length must not exceed 256"
	}
	return ""
}

func deleteMyCommands(c *call) *apiError {
	key, e := c.scope()
	if e != nil {
		return e
	}
	c.s.profile.mu.Lock()
	defer c.s.profile.mu.Unlock()
	delete(c.s.profile.commands, key)
	return c.yes()
}

func getMyCommands(c *call) *apiError {
	key, e := c.scope()
	if e != nil {
		return e
	}
	c.s.profile.mu.Lock()
	defer c.s.profile.mu.Unlock()
	c.out = append(c.out, '[')
	for i, v := range c.s.profile.commands[key] {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(c.out, v.raw...)
	}
	c.out = append(c.out, ']')
	return nil
}

// setMyText makes setMyName and its like: a text of some length per language.
func setMyText(field string, limit int) handler {
	return func(c *call) *apiError {
		code, e := c.language()
		if e != nil {
			return e
		}
		text := c.get(field)
		if utf8.RuneCountInString(text) > limit {
			return bad(strings.ReplaceAll(field, "_", " ") + " is too long")
		}
		p := &c.s.profile
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.texts == nil {
			p.texts = map[string]string{}
		}
		p.texts[field+" "+code] = text
		return c.yes()
	}
}

func getMyText(field string) handler {
	return func(c *call) *apiError {
		code, e := c.language()
		if e != nil {
			return e
		}
		p := &c.s.profile
		p.mu.Lock()
		defer p.mu.Unlock()
		text := p.texts[field+" "+code]
		if text == "" {
			text = p.texts[field+" "]
		}
		c.out = append(appendStr(append(c.out, '{'), field, text), '}')
		return nil
	}
}
