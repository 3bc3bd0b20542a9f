package telegramtest

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// methodsText lists every method of the Bot API, also those that the emulator
// only knows by name. gen.go writes it.
//
//go:embed methods.txt
var methodsText string

type paramSpec struct {
	name     string
	kind     byte // as explained in methods.txt
	required bool
}

type methodSpec struct {
	name   string
	params []paramSpec
}

func (m *methodSpec) param(name string) *paramSpec {
	for i := range m.params {
		if m.params[i].name == name {
			return &m.params[i]
		}
	}
	return nil
}

// legacy names are still understood by Telegram and sent by older clients: the
// key's presence in a method's parameters brings the others with it.
var legacy = map[string][]paramSpec{
	"reply_parameters":     {{name: "reply_to_message_id", kind: 'i'}, {name: "allow_sending_without_reply", kind: 'b'}},
	"link_preview_options": {{name: "disable_web_page_preview", kind: 'b'}},
	"thumbnail":            {{name: "thumb", kind: 'u'}},
}

var specs = sync.OnceValue(func() []methodSpec {
	var out []methodSpec
	for line := range strings.Lines(methodsText) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		m := methodSpec{name: words[0]}
		for _, w := range words[1:] {
			name, kind, _ := strings.Cut(w, ":")
			m.params = append(m.params, paramSpec{name, kind[0], strings.HasSuffix(kind, "!")})
			m.params = append(m.params, legacy[name]...)
		}
		out = append(out, m)
	}
	return out
})

type handler func(*call) *apiError

// method is a server's own record of one Bot API method.
type method struct {
	methodSpec
	handle handler // nil: known but not emulated
	calls  atomic.Int64
	run    atomic.Int32 // random faults in a row, for methods that name no chat
}

// handlers returns what the emulator really does; everything else in
// methods.txt is refused.
func handlers() map[string]handler {
	return map[string]handler{
		"getMe": getMe, "getUpdates": getUpdates,
		"setWebhook": setWebhook, "deleteWebhook": deleteWebhook, "getWebhookInfo": getWebhookInfo,
		"sendMessage": sendMessage, "sendPhoto": sendPhoto, "sendDocument": sendDocument,
		"sendVideo": sendVideo, "sendVoice": sendVoice, "sendAudio": sendAudio,
		"sendMediaGroup": sendMediaGroup, "sendChatAction": sendChatAction,
		"editMessageText": editMessageText, "editMessageCaption": editMessageCaption,
		"editMessageReplyMarkup": editMessageReplyMarkup,
		"deleteMessage":          deleteMessage, "deleteMessages": deleteMessages,
		"answerCallbackQuery": answerCallbackQuery, "setMessageReaction": setMessageReaction,
		"getFile": getFile, "getChat": getChat, "getChatMember": getChatMember, "leaveChat": leaveChat,
		"createForumTopic": createForumTopic,
		"setMyCommands":    setMyCommands, "getMyCommands": getMyCommands, "deleteMyCommands": deleteMyCommands,
		"setMyName": setMyText("name", 64), "getMyName": getMyText("name"),
		"setMyDescription": setMyText("description", 512), "getMyDescription": getMyText("description"),
		"setMyShortDescription": setMyText("short_description", 120),
		"getMyShortDescription": getMyText("short_description"),
	}
}

// newMethods makes the table a server looks methods up in: by the documented
// name, and by the lower-case name because Telegram minds no case.
func newMethods() map[string]*method {
	do := handlers()
	out := make(map[string]*method, 2*len(specs()))
	for _, spec := range specs() {
		m := &method{methodSpec: spec, handle: do[spec.name]}
		out[spec.name], out[strings.ToLower(spec.name)] = m, m
	}
	return out
}

// checkParams refuses parameters the method does not have, values of the wrong
// type and required ones that are missing.
func (c *call) checkParams() *apiError {
	for _, p := range c.params {
		spec := c.m.param(p.name)
		switch {
		case spec == nil:
			return bad("unknown parameter " + p.name)
		case p.val == "" || p.val == "null" && spec.kind == 'j' && p.name != "reply_markup":
		case spec.kind == 'i' && !isInteger(p.val), spec.kind == 'b' && !isBool(p.val):
			return bad("parameter " + p.name + " has a wrong type")
		}
	}
	for _, f := range c.files {
		spec := c.m.param(f.field)
		if (spec == nil || spec.kind != 'u') && !c.attached(f.field) {
			return bad("unknown file " + f.field)
		}
	}
	for i := range c.m.params {
		p := &c.m.params[i]
		if !p.required || c.get(p.name) != "" || c.m.name == "setWebhook" || c.file(p.name) != nil {
			continue
		}
		switch p.name {
		case "chat_id":
			return bad("chat_id is empty")
		case "text":
			return bad("message text is empty")
		case "message_id":
			return bad("message identifier is not specified")
		case "photo", "document", "video", "voice", "audio":
			return bad("there is no " + p.name + " in the request")
		}
		return bad(`parameter "` + p.name + `" is required`)
	}
	return nil
}

// attached reports whether some value refers to the file part by attach://.
func (c *call) attached(field string) bool {
	return slices.ContainsFunc(c.params, func(p param) bool {
		return p.val == "attach://"+field || strings.Contains(p.val, `"attach://`+field+`"`)
	})
}

func isInteger(s string) bool {
	if s[0] == '-' && len(s) > 1 {
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) < 20
}

func isBool(s string) bool {
	switch s {
	case "true", "false", "True", "False", "1", "0":
		return true
	}
	return false
}
