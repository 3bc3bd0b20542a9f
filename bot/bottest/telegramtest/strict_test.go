package telegramtest

import (
	"strings"
	"testing"
	"time"
)

func TestStrictMessages(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	m := b.send("chat_id", u.ID, "text", "satu")
	wide := make([]map[string]any, 9)
	for i := range wide {
		wide[i] = button("x", itoa(i))
	}
	var many [][]map[string]any
	for range 26 {
		many = append(many, wide[:4])
	}
	markup := func(v any) []any { return []any{"chat_id", u.ID, "text", "x", "reply_markup", v} }
	one := func(b map[string]any) []any { return markup(inline([]map[string]any{b})) }
	for _, x := range []struct {
		want, method string
		args         []any
	}{
		{"chat_id is empty", "sendMessage", []any{"text", "x"}},
		{"invalid chat_id specified", "sendMessage", []any{"chat_id", "abc", "text", "x"}},
		{"message text is empty", "sendMessage", []any{"chat_id", u.ID}},
		{"text must be non-empty", "sendMessage", []any{"chat_id", u.ID, "text", " \n "}},
		{"text must be non-empty", "sendMessage", []any{"chat_id", u.ID, "text", "<b> </b>", "parse_mode", "HTML"}},
		{"message is too long", "sendMessage", []any{"chat_id", u.ID, "text", strings.Repeat("😀", 2049)}},
		{"text is too long", "sendMessage", []any{"chat_id", u.ID, "text", strings.Repeat("x", 40000)}},
		{"unknown parameter chat", "sendMessage", []any{"chat", u.ID, "text", "x"}},
		{"parameter message_thread_id has a wrong type", "sendMessage", []any{"chat_id", u.ID, "text", "x", "message_thread_id", "x"}},
		{"parameter protect_content has a wrong type", "sendMessage", []any{"chat_id", u.ID, "text", "x", "protect_content", "ya"}},
		{"unsupported parse_mode", "sendMessage", []any{"chat_id", u.ID, "text", "x", "parse_mode", "Tidak"}},
		{"can't parse entities: Unsupported start tag \"br\" at byte offset 1", "sendMessage", []any{"chat_id", u.ID, "text", "a<br>", "parse_mode", "html"}},
		{"can't parse entities JSON object", "sendMessage", []any{"chat_id", u.ID, "text", "x", "entities", "{"}},
		{"can't parse MessageEntity", "sendMessage", []any{"chat_id", u.ID, "text", "x", "entities", `[{"type":"bold","offset":0,"length":2}]`}},
		{"object expected as reply markup", "sendMessage", markup(nil)},
		{"can't parse reply keyboard markup JSON object", "sendMessage", markup("{")},
		{"unknown field inlin in reply markup", "sendMessage", markup(map[string]any{"inlin": 1})},
		{"reply markup without a keyboard", "sendMessage", markup(map[string]any{})},
		{`field "inline_keyboard" must be of type Array`, "sendMessage", markup(map[string]any{"inline_keyboard": nil})},
		{`field "inline_keyboard" must be an Array of Arrays`, "sendMessage", markup(map[string]any{"inline_keyboard": []int{1}})},
		{"can't parse inline keyboard button: InlineKeyboardButton must be an Object", "sendMessage", markup(map[string]any{"inline_keyboard": [][]int{{1}}})},
		{"can't parse inline keyboard button: Text buttons are unallowed", "sendMessage", one(map[string]any{"text": "x"})},
		{"can't parse inline keyboard button: Text buttons are unallowed", "sendMessage", one(button("x", ""))},
		{"can't parse inline keyboard button: Exactly one action", "sendMessage", one(map[string]any{"text": "x", "callback_data": "x", "url": "https://contoh.id"})},
		{"can't parse inline keyboard button: unknown field data", "sendMessage", one(map[string]any{"text": "x", "data": "x"})},
		{`can't parse inline keyboard button: Field "text" must be of type String`, "sendMessage", one(map[string]any{"callback_data": "x"})},
		{"inline keyboard button text must be non-empty", "sendMessage", one(button(" ", "x"))},
		{"BUTTON_DATA_INVALID", "sendMessage", one(button("x", strings.Repeat("é", 33)))},
		{"inline keyboard button URL 'http://localhost' is invalid: Wrong HTTP URL", "sendMessage", one(map[string]any{"text": "x", "url": "http://localhost"})},
		{"reply markup is too long", "sendMessage", markup(inline(many...))},
		{"can't parse keyboard button: KeyboardButton must be", "sendMessage", markup(map[string]any{"keyboard": [][]int{{1}}})},
		{"can't parse keyboard button: unknown field url", "sendMessage", markup(map[string]any{"keyboard": [][]any{{map[string]any{"text": "x", "url": "y"}}}})},
		{"keyboard button text must be non-empty", "sendMessage", markup(map[string]any{"keyboard": [][]string{{""}}})},
		{"can't parse reply parameters JSON object", "sendMessage", []any{"chat_id", u.ID, "text", "x", "reply_parameters", "{"}},
		{"object expected as reply parameters", "sendMessage", []any{"chat_id", u.ID, "text", "x", "reply_parameters", "1"}},
		{"can't find field", "sendMessage", []any{"chat_id", u.ID, "text", "x", "reply_parameters", `{"x":1}`}},
		{"replies to another chat are not supported", "sendMessage", []any{"chat_id", u.ID, "text", "x", "reply_parameters", `{"message_id":1,"chat_id":2}`}},
		{"message text is empty", "editMessageText", []any{"chat_id", u.ID, "message_id", m.ID}},
		{"text must be non-empty", "editMessageText", []any{"chat_id", u.ID, "message_id", m.ID, "text", "\n"}},
		{"message is too long", "editMessageText", []any{"chat_id", u.ID, "message_id", m.ID, "text", strings.Repeat("x", 4097)}},
		{"message identifier is not specified", "editMessageText", []any{"chat_id", u.ID, "text", "x"}},
		{"chat_id is empty", "editMessageText", []any{"message_id", m.ID, "text", "x"}},
		{"inline messages are not supported", "editMessageText", []any{"inline_message_id", "x", "text", "x"}},
		{"inline keyboard expected", "editMessageReplyMarkup", []any{"chat_id", u.ID, "message_id", m.ID, "reply_markup", `{"keyboard":[["x"]]}`}},
		{"inline keyboard expected", "editMessageReplyMarkup", []any{"chat_id", u.ID, "message_id", m.ID, "reply_markup", `{"remove_keyboard":true}`}},
		{"there is no caption in the message to edit", "editMessageCaption", []any{"chat_id", u.ID, "message_id", m.ID, "caption", "x"}},
		{"MEDIA_CAPTION_TOO_LONG", "editMessageCaption", []any{"chat_id", u.ID, "message_id", m.ID, "caption", strings.Repeat("x", 1025)}},
		{"message identifier is not specified", "deleteMessage", []any{"chat_id", u.ID}},
		{"message identifiers are not specified", "deleteMessages", []any{"chat_id", u.ID, "message_ids", "[]"}},
		{"expected an Array of message identifiers", "deleteMessages", []any{"chat_id", u.ID, "message_ids", "1"}},
		{"invalid message identifier specified", "deleteMessages", []any{"chat_id", u.ID, "message_ids", "[0]"}},
		{"too many message identifiers specified", "deleteMessages", []any{"chat_id", u.ID, "message_ids", make([]int, 101)}},
		{"MESSAGE_TOO_LONG", "answerCallbackQuery", []any{"callback_query_id", 1, "text", strings.Repeat("x", 201)}},
		{`parameter "callback_query_id" is required`, "answerCallbackQuery", []any{"text", "x"}},
		{"wrong parameter action in request", "sendChatAction", []any{"chat_id", u.ID, "action", "dance"}},
		{"REACTION_INVALID", "setMessageReaction", []any{"chat_id", u.ID, "message_id", m.ID, "reaction", `[{"type":"emoji","emoji":"x"}]`}},
		{"REACTIONS_TOO_MANY", "setMessageReaction", []any{"chat_id", u.ID, "message_id", m.ID, "reaction", `[{},{}]`}},
		{"wrong file_id or the file is temporarily unavailable", "getFile", []any{"file_id", "x"}},
		{"chat member status can't be changed in private chats", "leaveChat", []any{"chat_id", u.ID}},
		{"method is available only for supergroups", "createForumTopic", []any{"chat_id", u.ID, "name", "x"}},
		{"can't parse allowed updates JSON object", "getUpdates", []any{"allowed_updates", "x"}},
	} {
		n := len(b.s.Violations())
		a := b.call(x.method, x.args...)
		b.check(a, "400 Bad Request: "+x.want)
		if got := len(b.s.Violations()); got != n+1 {
			t.Errorf("%s %v: %d violations more", x.method, x.args, got-n)
		}
	}
	if n := len(u.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
	if len(b.s.Conditions()) != 0 {
		t.Errorf("%v", b.s.Conditions())
	}
	// These are accepted, but no bot means to do them.
	n := len(b.s.Violations())
	b.send(markup(inline(wide))...)
	b.send("chat_id", u.ID, "text", "a&nbsp;b", "parse_mode", "HTML")
	b.ok("getUpdates", "allowed_updates", `["mesage"]`)
	b.violations(n + 3)
}

func TestAtTheLimits(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.send("chat_id", u.ID, "text", "<b>"+strings.Repeat("😀", 2048)+"</b>", "parse_mode", "HTML")
	b.send("chat_id", u.ID, "text", "x", "reply_markup", inline([]map[string]any{button("x", strings.Repeat("x", 64))}))
	// What older clients send for things that are not set.
	b.send("chat_id", u.ID, "text", "x", "entities", "null", "disable_web_page_preview", true, "reply_to_message_id", 5, "allow_sending_without_reply", true)
	b.ok("getUpdates", "allowed_updates", "null")
	b.send("chat_id", u.ID, "text", "x", "reply_markup", map[string]any{"force_reply": true})
	b.send("chat_id", u.ID, "text", "x", "reply_parameters", "{}", "reply_markup", map[string]any{"inline_keyboard": []int{}})
	b.clean()
}

func TestChatsTheBotCanNotReach(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	b.refused("400 Bad Request: chat not found", "sendMessage", "chat_id", 12345, "text", "x")
	b.refused("400 Bad Request: chat not found", "sendMessage", "chat_id", "@contoh", "text", "x")
	b.refused("400 Bad Request: chat not found", "sendMessage", "chat_id", u.ID, "text", "x")
	u.Say("halo")
	b.send("chat_id", u.ID, "text", "x")
	u.Block()
	u.Block()
	b.refused("403 Forbidden: bot was blocked by the user", "sendMessage", "chat_id", u.ID, "text", "x")
	b.refused("403 Forbidden: bot was blocked by the user", "sendChatAction", "chat_id", u.ID, "action", "typing")
	if u.Say("x") != 0 || u.EditLast("x") != 0 || u.Press("x") == nil {
		t.Error("a person who blocked the bot could write")
	}
	b.ok("getChat", "chat_id", u.ID)
	u.Start("")
	b.send("chat_id", u.ID, "text", "x")

	g := b.s.NewGroup("Kelompok Contoh")
	b.send("chat_id", g.ID(), "text", "x")
	old := g.ID()
	if now := g.Migrate(); now == old || g.ID() != now || now > -1_000_000_000_000 {
		t.Errorf("%d became %d", old, now)
	}
	a := b.refused("400 Bad Request: group chat was upgraded to a supergroup chat", "sendMessage", "chat_id", old, "text", "x")
	if a.Parameters.MigrateTo != g.ID() {
		t.Errorf("%+v", a.Parameters)
	}
	b.send("chat_id", g.ID(), "text", "y")
	if m := g.Messages(); len(m) != 4 || m[0].Text != "x" || m[3].Text != "y" || m[3].ID != 2 {
		t.Errorf("%+v", m)
	}
	g.Kick()
	b.refused("403 Forbidden: bot was kicked from the supergroup chat", "sendMessage", "chat_id", g.ID(), "text", "x")
	h := b.s.NewGroup("Kelompok Lain")
	b.ok("leaveChat", "chat_id", h.ID())
	b.refused("403 Forbidden: bot is not a member of the group chat", "sendMessage", "chat_id", h.ID(), "text", "x")
	k := b.s.NewGroup("Kelompok Ketiga")
	k.Kick()
	b.refused("403 Forbidden: bot was kicked from the group chat", "sendMessage", "chat_id", k.ID(), "text", "x")
	b.clean()
	got := b.s.Conditions()
	if got["chat not found"] != 3 || got["blocked"] != 2 || got["upgraded"] != 1 || got["kicked"] != 2 || got["not a member"] != 1 {
		t.Errorf("%v", got)
	}
}

func TestEdits(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	keys := inline([]map[string]any{button("A", "a")})
	m := b.send("chat_id", u.ID, "text", "<b>satu</b>", "parse_mode", "HTML", "reply_markup", keys)
	edit := func(args ...any) []any { return append([]any{"chat_id", u.ID, "message_id", m.ID}, args...) }
	b.refused("400 Bad Request: message is not modified: specified new message content", "editMessageText",
		edit("text", "<strong>satu</strong> ", "parse_mode", "HTML", "reply_markup", keys)...)
	b.refused("400 Bad Request: message is not modified", "editMessageReplyMarkup", edit("reply_markup", keys)...)
	b.ok("editMessageText", edit("text", "satu")...)
	if v := u.Last(); v.Text != "satu" || v.HTML() != "satu" || v.Edits != 1 || v.Buttons != nil {
		t.Errorf("%+v", v)
	}
	b.ok("editMessageReplyMarkup", edit("reply_markup", keys)...)
	b.ok("editMessageReplyMarkup", edit()...)
	b.refused("400 Bad Request: message is not modified", "editMessageReplyMarkup", edit("reply_markup", inline())...)
	b.clean()
	b.refused("400 Bad Request: message to edit not found", "editMessageText", "chat_id", u.ID, "message_id", m.ID+99, "text", "x")
	mine := u.Say("punyaku")
	b.refused("400 Bad Request: message can't be edited", "editMessageText", "chat_id", u.ID, "message_id", mine, "text", "x")
	b.violations(1)
	photo := decode[sent](t, b.upload("sendPhoto", "chat_id", u.ID, "photo", jpeg(10, 10), "caption", "lama"))
	b.ok("editMessageCaption", "chat_id", u.ID, "message_id", photo.ID, "caption", "baru")
	b.refused("400 Bad Request: there is no text in the message to edit", "editMessageText", "chat_id", u.ID, "message_id", photo.ID, "text", "x")
	b.ok("editMessageCaption", "chat_id", u.ID, "message_id", photo.ID)
	if v := u.Last(); v.Text != "" || v.Edits != 2 {
		t.Errorf("%+v", v)
	}
	b.ok("deleteMessage", "chat_id", u.ID, "message_id", m.ID)
	b.refused("400 Bad Request: message to delete not found", "deleteMessage", "chat_id", u.ID, "message_id", m.ID)
	b.refused("400 Bad Request: message to edit not found", "editMessageText", edit("text", "x")...)
	b.ok("deleteMessages", "chat_id", u.ID, "message_ids", []int{m.ID, photo.ID, mine})
	if n := len(u.Messages()); n != 0 {
		t.Errorf("%d messages", n)
	}
	if b.s.Conditions()["not modified"] != 3 || b.s.Conditions()["message not found"] != 3 {
		t.Errorf("%v", b.s.Conditions())
	}
}

func TestReplies(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	id := u.Say("pertanyaan")
	m := b.send("chat_id", u.ID, "text", "jawaban", "reply_parameters", map[string]any{"message_id": id})
	if m.Reply == nil || m.Reply.ID != id || u.Last().ReplyTo != id {
		t.Errorf("%+v", m)
	}
	b.send("chat_id", u.ID, "text", "x", "reply_to_message_id", id)
	u.Delete(id)
	b.refused("400 Bad Request: message to be replied not found", "sendMessage", "chat_id", u.ID, "text", "x", "reply_to_message_id", id)
	b.refused("400 Bad Request: message to be replied not found", "sendMessage", "chat_id", u.ID, "text", "x", "reply_parameters", map[string]any{"message_id": id})
	m = b.send("chat_id", u.ID, "text", "x", "reply_parameters", map[string]any{"message_id": id, "allow_sending_without_reply": true})
	if m.Reply != nil {
		t.Errorf("%+v", m)
	}
	b.send("chat_id", u.ID, "text", "x", "reply_to_message_id", id, "allow_sending_without_reply", true)
	b.clean()
}

func TestCallbacks(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	m := b.send("chat_id", u.ID, "text", "?", "reply_markup", inline(
		[]map[string]any{button("Ya", "y"), {"text": "Situs", "url": "https://contoh.id"}}, []map[string]any{button("Tidak", "n")}))
	if err := u.Press("Ya"); err != nil {
		t.Fatal(err)
	}
	if err := u.Press("n"); err != nil {
		t.Fatal(err)
	}
	if u.Press("Mungkin") == nil || u.Press("Situs") == nil || u.Press("") == nil {
		t.Error("pressed what is not there")
	}
	got := b.updates()
	if len(got) != 2 || got[0].Callback.Data != "y" || got[1].Callback.Data != "n" {
		t.Fatalf("%+v", got)
	}
	id := got[0].Callback.ID
	b.ok("answerCallbackQuery", "callback_query_id", id, "text", "Baik", "show_alert", true)
	b.ok("answerCallbackQuery", "callback_query_id", id)
	if a := u.Answers(); len(a) != 2 || a[0].Text != "Baik" || !a[0].Alert {
		t.Errorf("%+v", a)
	}
	const old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
	b.refused(old, "answerCallbackQuery", "callback_query_id", "1")
	b.s.SetCallbackTTL(time.Nanosecond)
	b.refused(old, "answerCallbackQuery", "callback_query_id", id)
	b.ok("editMessageText", "chat_id", u.ID, "message_id", m.ID, "text", "sudah")
	if u.Press("Ya") == nil {
		t.Error("pressed a button that is gone")
	}
	if err := u.PressData(m.ID, "y"); err != nil {
		t.Error(err)
	}
	if u.PressData(m.ID+1, "y") == nil {
		t.Error("pressed in no message")
	}
	b.clean()
	if b.s.Conditions()["query too old"] != 2 {
		t.Errorf("%v", b.s.Conditions())
	}
}
