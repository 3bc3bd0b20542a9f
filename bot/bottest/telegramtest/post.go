package telegramtest

import (
	"strconv"
	"strings"
	"time"
)

// Post is a message from a person, for what the short methods do not cover.
type Post struct {
	Text    string // or the caption of a file
	Kind    string // "" for text; photo, document, video, voice, audio, location or contact
	Name    string // of a file
	MIME    string
	Data    []byte
	Size    int64 // pretends that a file is larger than Data
	ReplyTo int   // id of a message in this chat

	Forwarded           bool // from somebody who hides who they are
	Thread              int  // forum topic
	Duration            int  // seconds of a recording
	Latitude, Longitude float64
	Phone, First        string // of a contact
}

// say adds a person's message to the chat and tells the bot. ch.mu must be
// held.
func (ch *chat) say(u *User, p Post, album string) int {
	ch.started = true
	m := &message{from: u, text: p.Text, ents: findCommands(p.Text), album: album, thread: p.Thread, kind: p.Kind}
	if p.ReplyTo != 0 {
		m.replied = ch.find(p.ReplyTo)
	}
	switch p.Kind {
	case "photo", "document", "video", "voice", "audio":
		m.media = ch.srv.files.put(p.Kind, p.Name, p.MIME, p.Data, max(p.Size, int64(len(p.Data))))
		m.media.duration, m.kind = p.Duration, ""
	case "location":
		b := append([]byte(`,"location":{"latitude":`), strconv.FormatFloat(p.Latitude, 'f', 6, 64)...)
		b = append(append(b, `,"longitude":`...), strconv.FormatFloat(p.Longitude, 'f', 6, 64)...)
		m.extra = append(b, '}')
	case "contact":
		b := appendStr([]byte(`,"contact":{`), "phone_number", p.Phone)
		m.extra = append(appendStr(b, "first_name", p.First), '}')
	}
	if p.Forwarded {
		m.extra = append(m.extra, `,"forward_origin":{"type":"hidden_user","sender_user_name":"Akun Contoh","date":1700000000}`...)
	}
	if m.replied != nil { // an answer stands in the topic of what it answers
		m.thread = m.replied.thread
	}
	ch.add(m)
	if ch.hears(m) {
		b := appendMessage(append(make([]byte, 0, 512), `"message":`...), ch, m, true)
		ch.srv.push("message", ch.id, append(b, '}'))
	}
	return m.id
}

func (ch *chat) sayAlbum(u *User, posts []Post) []int {
	album := strconv.FormatInt(ch.srv.albums.Add(1), 10)
	ids := make([]int, len(posts))
	for i, p := range posts {
		ids[i] = ch.say(u, p, album)
	}
	return ids
}

// hears says whether the bot is told of a message.
func (ch *chat) hears(m *message) bool {
	switch {
	case ch.kind == "private":
		return true
	case ch.kicked || ch.left || ch.migratedTo != nil:
		return false
	case !ch.srv.privacy.Load() || ch.admin || m.service:
		return true
	}
	return m.replied != nil && m.replied.from == nil || strings.HasPrefix(m.text, "/") ||
		strings.Contains(m.text, "@"+ch.srv.Username)
}

// membership tells the bot that its own place in the chat changed. ch.mu must
// be held.
func (ch *chat) membership(by *User, was, is string) {
	b := appendRaw([]byte(`"my_chat_member":{`), "chat", ch.json)
	b = appendRaw(b, "from", by.json)
	b = appendInt(b, "date", time.Now().Unix())
	for _, side := range [...][2]string{{"old_chat_member", was}, {"new_chat_member", is}} {
		b = append(appendKey(b, side[0]), '{')
		b = appendRaw(b, "user", ch.srv.botJSON)
		b = appendStr(b, "status", side[1])
		if side[1] == "kicked" {
			b = appendInt(b, "until_date", 0)
		}
		b = append(b, '}')
	}
	ch.srv.push("my_chat_member", ch.id, append(b, "}}"...))
}
