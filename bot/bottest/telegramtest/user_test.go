package telegramtest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestPeople(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	v := b.s.NewUserWith(UserOptions{ID: 99, FirstName: "Kenari", Username: "kenari_99", Lang: "en"})
	if u.FirstName != "Warga" || u.LastName != "Contoh 1" || u.Username == "" || u.ID < 1<<32 || v.LastName != "" || v.ID != 99 {
		t.Errorf("%+v %+v", u, v)
	}
	v.Start("dari-poster")
	v.Send(Post{Text: "diteruskan", Forwarded: true, ReplyTo: v.Messages()[0].ID})
	v.SendLocation(-6.2, 106.8)
	v.SendContact("+620000000000", "Kenari")
	ids := v.SendAlbum(jpeg(1, 1), jpeg(2, 2))
	a := b.ok("getUpdates")
	for _, want := range []string{
		`"from":{"id":99,"is_bot":false,"first_name":"Kenari","username":"kenari_99","language_code":"en"}`,
		`"text":"/start dari-poster","entities":[{"offset":0,"length":6,"type":"bot_command"}]`,
		`"forward_origin":{"type":"hidden_user"`, `"reply_to_message":{"message_id":`,
		`"location":{"latitude":-6.200000,"longitude":106.800000}`,
		`"contact":{"phone_number":"+620000000000","first_name":"Kenari"}`,
	} {
		if !strings.Contains(string(a.Result), want) {
			t.Errorf("no %s in %s", want, a.Result)
		}
	}
	us := decode[[]upd](t, a)
	if len(us) != 6 || us[4].Message.Album == "" || us[4].Message.Album != us[5].Message.Album || us[5].Message.ID != ids[1] {
		t.Errorf("%+v", us)
	}
	if m := v.Messages(); len(m) != 6 || m[2].Kind != "location" || m[0].FromBot || m[0].From != 99 || m[0].Seq != 0 {
		t.Errorf("%+v", m)
	}
	if v.Last().ID != 0 || v.EditLast("x") == 0 || u.EditLast("x") != 0 {
		t.Error("Last or EditLast")
	}
	defer func() {
		if recover() == nil {
			t.Error("two people with one id")
		}
	}()
	b.s.NewUserWith(UserOptions{ID: 99})
}

func TestMessageObject(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	a := b.ok("sendMessage", "chat_id", u.ID, "text", `<b>"A"</b> & \ B`+"\n😀", "parse_mode", "HTML", "protect_content", true,
		"reply_markup", inline([]map[string]any{button("Ya", "y")}))
	var m map[string]any
	if err := json.Unmarshal(a.Result, &m); err != nil {
		t.Fatal(err)
	}
	delete(m, "date")
	want := map[string]any{
		"message_id":            1001.0,
		"from":                  map[string]any{"id": float64(b.s.BotID), "is_bot": true, "first_name": "Netra Contoh", "username": b.s.Username},
		"chat":                  map[string]any{"id": float64(u.ID), "type": "private", "first_name": "Warga", "last_name": "Contoh 1", "username": u.Username},
		"has_protected_content": true,
		"text":                  "\"A\" & \\ B\n😀",
		"entities":              []any{map[string]any{"type": "bold", "offset": 0.0, "length": 3.0}},
		"reply_markup":          map[string]any{"inline_keyboard": []any{[]any{map[string]any{"text": "Ya", "callback_data": "y"}}}},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%v\nwant %v", m, want)
	}
	if v := u.Last(); !v.Protected || !v.FromBot || v.HTML() != "<b>&quot;A&quot;</b> &amp; \\ B\n😀" || !reflect.DeepEqual(v.Labels(), []string{"Ya"}) {
		t.Errorf("%+v", v)
	}
}

func TestReplyKeyboard(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.send("chat_id", u.ID, "text", "?", "reply_markup", map[string]any{"keyboard": [][]any{{"Lapor", map[string]any{"text": "Batal"}}}})
	if err := u.Press("Batal"); err != nil {
		t.Fatal(err)
	}
	b.send("chat_id", u.ID, "text", "x", "reply_markup", map[string]any{"remove_keyboard": true})
	if err := u.Press("Lapor"); !errors.Is(err, ErrNoButton) {
		t.Error(err)
	}
	if us := b.updates(); !reflect.DeepEqual(texts(us), []string{"Batal"}) {
		t.Errorf("%+v", us)
	}
}

func TestWait(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	ctx := deadline(t)
	type res struct {
		seq int64
		err error
	}
	done := make(chan res)
	wait := func(after int64) {
		go func() {
			seq, err := u.Wait(ctx, after)
			done <- res{seq, err}
		}()
	}
	wait(u.Seq())
	m := b.send("chat_id", u.ID, "text", "1")
	r := <-done
	if r.err != nil || r.seq != 1 {
		t.Errorf("%+v", r)
	}
	wait(r.seq)
	b.ok("editMessageText", "chat_id", u.ID, "message_id", m.ID, "text", "2")
	if r = <-done; r.err != nil || r.seq != 2 || len(u.Since(1)) != 1 || len(u.Since(2)) != 0 {
		t.Errorf("%+v", r)
	}
	wait(r.seq)
	b.ok("deleteMessage", "chat_id", u.ID, "message_id", m.ID)
	if r = <-done; r.err != nil || r.seq != 3 {
		t.Errorf("%+v", r)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if seq, err := u.Wait(gone, 3); !errors.Is(err, context.Canceled) || seq != 3 {
		t.Error(seq, err)
	}
	ended := make(chan error)
	go func() { ended <- u.WaitFor(ctx, func() bool { return u.Last().Reaction == "👍" }) }()
	b.send("chat_id", u.ID, "text", "x")
	b.ok("setMessageReaction", "chat_id", u.ID, "message_id", u.Last().ID, "reaction", `[{"type":"emoji","emoji":"👍"}]`)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := u.WaitFor(gone, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	b.clean()
}

func TestGroups(t *testing.T) {
	b := newBot(t)
	g := b.s.NewSupergroup("Kelompok Contoh")
	u, v := b.s.NewUser("id"), b.s.NewUser("id")
	if g.ID() > -1_000_000_000_000 || g.Migrate() != g.ID() {
		t.Errorf("%d", g.ID())
	}
	g.Say(u, "halo semua")
	m := b.send("chat_id", g.ID(), "text", "laporan", "reply_markup", inline([]map[string]any{button("Ambil", "ambil")}))
	g.Reply(v, m.ID, "sudah diterima")
	if err := g.Press(v, "Ambil"); err != nil {
		t.Fatal(err)
	}
	if err := g.PressData(v, m.ID, "lama"); err != nil {
		t.Fatal(err)
	}
	us := b.updates("allowed_updates", []string{})
	if len(us) != 4 || us[1].Message.Text != "sudah diterima" || us[2].Callback.Data != "ambil" {
		t.Errorf("%+v", us)
	}
	b.ok("answerCallbackQuery", "callback_query_id", us[2].Callback.ID, "text", "ya")
	if len(g.Answers()) != 1 || g.Last().Text != "laporan" || g.Seq() != 1 || len(g.Since(0)) != 1 {
		t.Errorf("%+v %+v", g.Answers(), g.Last())
	}
	status := func(id int64) string {
		return decode[struct {
			Status string `json:"status"`
		}](t, b.ok("getChatMember", "chat_id", g.ID(), "user_id", id)).Status
	}
	w := b.s.NewUser("id")
	g.SetMember(v, "administrator")
	for id, want := range map[int64]string{u.ID: "member", v.ID: "administrator", w.ID: "left", b.s.BotID: "member", g.Owner().ID: "creator"} {
		if got := status(id); got != want {
			t.Errorf("%d is %s, want %s", id, got, want)
		}
	}
	b.refused("400 Bad Request: member not found", "getChatMember", "chat_id", g.ID(), "user_id", 1)

	theirs := g.Messages()[0].ID
	b.refused("400 Bad Request: message can't be deleted", "deleteMessage", "chat_id", g.ID(), "message_id", theirs)
	b.refused("400 Bad Request: the chat is not a forum", "createForumTopic", "chat_id", g.ID(), "name", "Topik")
	g.EnableTopics()
	b.ok("deleteMessage", "chat_id", g.ID(), "message_id", theirs)
	topic := decode[struct {
		ID int `json:"message_thread_id"`
	}](t, b.ok("createForumTopic", "chat_id", g.ID(), "name", "Kasus 12"))
	if g.Topics()[topic.ID] != "Kasus 12" {
		t.Errorf("%v", g.Topics())
	}
	b.send("chat_id", g.ID(), "text", "di topik", "message_thread_id", topic.ID)
	if g.Last().Thread != topic.ID {
		t.Errorf("%+v", g.Last())
	}
	b.refused("400 Bad Request: message thread not found", "sendMessage", "chat_id", g.ID(), "text", "x", "message_thread_id", 777)
	if a := b.ok("getChat", "chat_id", g.ID()); !strings.Contains(string(a.Result), `"is_forum":true`) {
		t.Errorf("%s", a.Result)
	}
	if err := g.WaitFor(deadline(t), func() bool { return g.Last().Text == "di topik" }); err != nil {
		t.Error(err)
	}
	b.clean()
}

func TestGroupWaitSurvivesMigration(t *testing.T) {
	b := newBot(t)
	g := b.s.NewGroup("Kelompok")
	b.send("chat_id", g.ID(), "text", "1")
	done := make(chan int64)
	go func() {
		seq, _ := g.Wait(deadline(t), 1)
		done <- seq
	}()
	g.Migrate()
	if g.Last().Text != "1" {
		t.Errorf("%+v", g.Last())
	}
	b.send("chat_id", g.ID(), "text", "2")
	if seq := <-done; seq != 2 {
		t.Errorf("seq %d", seq)
	}
	us := decode[[]struct {
		Message struct {
			To   int64 `json:"migrate_to_chat_id"`
			From int64 `json:"migrate_from_chat_id"`
		}
	}](t, b.ok("getUpdates"))
	if len(us) != 2 || us[0].Message.To != g.ID() || us[1].Message.From == 0 {
		t.Errorf("%+v", us)
	}
}

func TestPrivacy(t *testing.T) {
	b := newBot(t)
	b.s.SetPrivacy(true)
	g, u := b.s.NewGroup("Kelompok"), b.s.NewUser("id")
	m := b.send("chat_id", g.ID(), "text", "x")
	g.Say(u, "obrolan")
	g.Say(u, "/bantuan")
	g.Say(u, "hai @"+b.s.Username)
	g.Reply(u, m.ID, "balasan")
	u.Say("pribadi")
	if us := b.updates(); len(us) != 4 {
		t.Errorf("%v", texts(us))
	}
	g.Promote()
	g.Say(u, "obrolan")
	if us := b.updates(); len(us) != 6 || us[4].Member == nil {
		t.Errorf("%+v", us)
	}
}

func TestProfile(t *testing.T) {
	b := newBot(t)
	me := decode[map[string]any](t, b.ok("getMe"))
	if me["is_bot"] != true || me["username"] != b.s.Username || me["can_read_all_group_messages"] != true {
		t.Errorf("%v", me)
	}
	const list = `[{"command":"mulai","description":"Mulai laporan"}]`
	b.ok("setMyCommands", "commands", list, "language_code", "id")
	b.ok("setMyCommands", "commands", "[]", "scope", `{"type":"all_private_chats"}`)
	if a := b.ok("getMyCommands", "language_code", "id"); string(a.Result) != list {
		t.Errorf("%s", a.Result)
	}
	if a := b.ok("getMyCommands"); string(a.Result) != "[]" {
		t.Errorf("%s", a.Result)
	}
	b.ok("deleteMyCommands", "language_code", "id")
	if a := b.ok("getMyCommands", "language_code", "id"); string(a.Result) != "[]" {
		t.Errorf("%s", a.Result)
	}
	for _, name := range []string{"Name", "Description", "ShortDescription"} {
		b.ok("setMy"+name, map[string]string{"Name": "name", "Description": "description", "ShortDescription": "short_description"}[name], "isi")
		if a := b.ok("getMy"+name, "language_code", "en"); !strings.Contains(string(a.Result), `"isi"`) {
			t.Errorf("%s", a.Result)
		}
	}
	b.clean()
	one := func(command, description string) string {
		raw, _ := json.Marshal([]map[string]string{{"command": command, "description": description}})
		return string(raw)
	}
	for _, x := range []struct{ want, commands string }{
		{"can't parse commands JSON object", "{"},
		{"expected an Array of BotCommand", "{}"},
		{"can't parse BotCommand", `[{"command":"x"}]`},
		{"command must be non-empty", one("", "x")},
		{"command length must not exceed 32", one(strings.Repeat("x", 33), "x")},
		{"BOT_COMMAND_INVALID", one("/mulai", "x")},
		{"BOT_COMMAND_INVALID", one("Mulai", "x")},
		{"command description must be non-empty", one("x", " ")},
		{"command description length must not exceed 256", one("x", strings.Repeat("x", 257))},
		{"BOT_COMMANDS_TOO_MUCH", "[" + strings.Repeat("1,", 100) + "1]"},
	} {
		b.refused("400 Bad Request: "+x.want, "setMyCommands", "commands", x.commands)
	}
	b.refused("400 Bad Request: invalid language code specified", "setMyName", "name", "x", "language_code", "indo")
	b.refused("400 Bad Request: name is too long", "setMyName", "name", strings.Repeat("x", 65))
	b.refused("400 Bad Request: can't parse BotCommandScope", "getMyCommands", "scope", `{"type":"x"}`)
	b.refused("400 Bad Request: chat not found", "getMyCommands", "scope", `{"type":"chat","chat_id":1}`)
}

// TestManyAtOnce is for the race detector: people, the bot and faults together.
func TestManyAtOnce(t *testing.T) {
	b := newBot(t)
	b.s.SetFaults(Faults{Seed: 9, Rate429: 0.02, Rate500: 0.02, CutBefore: 0.02, CutAfter: 0.02, DuplicateUpdates: 0.1, ReorderUpdates: 0.1})
	ctx, stop := context.WithCancel(deadline(t))
	var poller, people sync.WaitGroup
	try := func(method string, args ...any) answer {
		for {
			if a := b.call(method, args...); a.err == nil && a.Code != 429 && a.Code != 500 {
				return a
			}
		}
	}
	poller.Go(func() {
		offset, seen := int64(0), map[int64]bool{}
		for ctx.Err() == nil {
			a := b.call("getUpdates", "offset", offset, "timeout", 1)
			if !a.OK {
				continue
			}
			next := offset
			for _, u := range decode[[]upd](t, a) {
				next = max(next, u.ID+1)
				if seen[u.ID] {
					continue
				}
				seen[u.ID] = true
				if u.Callback != nil {
					try("answerCallbackQuery", "callback_query_id", u.Callback.ID)
					continue
				}
				var chat struct {
					ID int64 `json:"id"`
				}
				_ = json.Unmarshal(u.Message.Chat, &chat)
				try("sendMessage", "chat_id", chat.ID, "text", "balas "+u.Message.Text, "reply_markup", inline([]map[string]any{button("Ya", "y")}))
			}
			offset = next
		}
	})
	for range 8 {
		people.Go(func() {
			u := b.s.NewUser("id")
			for i := range 5 {
				u.Say(strconv.Itoa(i))
				want := "balas " + strconv.Itoa(i)
				err := u.WaitFor(ctx, func() bool {
					for _, m := range u.Messages() {
						if m.Text == want {
							return true
						}
					}
					return false
				})
				if err != nil {
					t.Error(err)
					return
				}
				n := len(u.Answers())
				if err := u.Press("Ya"); err != nil {
					t.Error(err)
				}
				if err := u.WaitFor(ctx, func() bool { return len(u.Answers()) > n }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	people.Wait()
	stop()
	poller.Wait()
	b.clean()
}
