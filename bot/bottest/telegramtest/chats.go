package telegramtest

import (
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

func getChat(c *call) *apiError {
	ch, e := c.reachable()
	if e != nil {
		return e
	}
	defer ch.mu.Unlock()
	out := append(c.out, ch.json[:len(ch.json)-1]...)
	if ch.kind != "private" {
		out = append(out, `,"permissions":{"can_send_messages":true,"can_send_photos":true,"can_send_documents":true}`...)
	}
	c.out = append(out, `,"accent_color_id":0,"max_reaction_count":11,"accepted_gift_types":`+
		`{"unlimited_gifts":true,"limited_gifts":true,"unique_gifts":true,"premium_subscription":true}}`...)
	return nil
}

// reachable returns the chat of the call, locked.
func (c *call) reachable() (*chat, *apiError) {
	ch, e := c.chat("chat_id")
	if e != nil {
		return nil, e
	}
	ch.mu.Lock()
	// A person who blocked the bot can still be asked about.
	if e := ch.access(); e != nil && e.kind != "blocked" {
		ch.mu.Unlock()
		return nil, e
	}
	return ch, nil
}

func getChatMember(c *call) *apiError {
	id := c.getInt("user_id")
	var who *User
	if other := c.s.chat(id); other != nil {
		who = other.user
	}
	ch, e := c.reachable()
	if e != nil {
		return e
	}
	defer ch.mu.Unlock()
	user, status := c.s.botJSON, "member"
	switch {
	case id == c.s.BotID:
		if ch.admin {
			status = "administrator"
		}
	case who == nil:
		return condition("member not found", 400, "Bad Request: member not found")
	default:
		user = who.json
		if ch.kind != "private" {
			if status = ch.members[id]; status == "" {
				status = "left"
			}
		}
	}
	out := appendRaw(append(c.out, '{'), "user", user)
	out = appendStr(out, "status", status)
	switch status {
	case "administrator":
		out = append(out, `,"can_be_edited":false,"is_anonymous":false,"can_manage_chat":true,"can_delete_messages":true,`+
			`"can_manage_video_chats":true,"can_restrict_members":true,"can_promote_members":false,`+
			`"can_change_info":true,"can_invite_users":true,"can_post_stories":true,"can_edit_stories":true,`+
			`"can_delete_stories":true,"can_pin_messages":true,"can_manage_topics":true`...)
	case "creator":
		out = append(out, `,"is_anonymous":false`...)
	case "kicked":
		out = append(out, `,"until_date":0`...)
	}
	c.out = append(out, '}')
	return nil
}

func leaveChat(c *call) *apiError {
	ch, e := c.reachable()
	if e != nil {
		return e
	}
	defer ch.mu.Unlock()
	if ch.kind == "private" {
		return bad("chat member status can't be changed in private chats")
	}
	ch.left = true
	ch.notify()
	return c.yes()
}

func createForumTopic(c *call) *apiError {
	name := c.get("name")
	if n := utf8.RuneCountInString(name); n > 128 {
		return bad("TOPIC_TITLE_INVALID")
	}
	ch, e := c.reachable()
	if e != nil {
		return e
	}
	defer ch.mu.Unlock()
	switch {
	case ch.kind != "supergroup":
		return bad("method is available only for supergroups")
	case !ch.forum:
		return condition("not a forum", 400, "Bad Request: the chat is not a forum")
	case !ch.admin:
		return condition("no rights", 400, "Bad Request: not enough rights to create a topic")
	}
	m := &message{service: true, kind: "topic"}
	m.extra = append(appendStr([]byte(`,"forum_topic_created":{`), "name", name), `,"icon_color":7322096}`...)
	ch.add(m)
	m.thread = m.id
	if ch.topics == nil {
		ch.topics = map[int]string{}
	}
	ch.topics[m.id] = name
	out := appendInt(append(c.out, '{'), "message_thread_id", int64(m.id))
	c.out = append(appendStr(out, "name", name), `,"icon_color":7322096}`...)
	return nil
}

// presses remembers which callback queries can still be answered.
type presses struct {
	mu   sync.Mutex
	last int64
	byID map[int64]press
}

type press struct {
	chat *chat
	at   time.Time
}

// add returns the identifier of a new query.
func (p *presses) add(ch *chat, ttl time.Duration) int64 {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	if p.last%4096 == 0 {
		for id, old := range p.byID {
			if now.Sub(old.at) > ttl {
				delete(p.byID, id)
			}
		}
	}
	id := int64(mix(uint64(p.last)) >> 1)
	p.byID[id] = press{ch, now}
	return id
}

// chat returns where the query was made, nil when it is unknown or too old.
func (p *presses) chat(id int64, ttl time.Duration) *chat {
	p.mu.Lock()
	defer p.mu.Unlock()
	if got, ok := p.byID[id]; ok && time.Since(got.at) <= ttl {
		return got.chat
	}
	return nil
}

// callback writes the callback_query update of a press. ch.mu must be held.
func (ch *chat) callback(u *User, m *message, data string) {
	id := ch.srv.presses.add(ch, time.Duration(ch.srv.callbackTTL.Load()))
	b := append(make([]byte, 0, 1024), `"callback_query":{`...)
	b = appendStr(b, "id", strconv.FormatInt(id, 10))
	b = appendRaw(b, "from", u.json)
	b = appendMessage(appendKey(b, "message"), ch, m, true)
	b = appendStr(b, "chat_instance", strconv.FormatUint(mix(uint64(ch.id))>>1, 10))
	b = append(appendStr(b, "data", data), "}}"...)
	ch.srv.push("callback_query", ch.id, b)
}
