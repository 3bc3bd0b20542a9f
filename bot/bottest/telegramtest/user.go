package telegramtest

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// User is a person with a private chat with the bot. The fields are fixed once
// the user exists. The methods return the id of the message they send; while
// the bot is blocked nothing is sent and the id is 0.
type User struct {
	ID                  int64
	FirstName, LastName string
	Username, Lang      string

	json []byte
	chat *chat
}

// UserOptions choose what is known about a person; what is empty is invented.
type UserOptions struct {
	ID                  int64
	FirstName, LastName string
	Username, Lang      string
	// Known is for a person who has spoken to the bot before. To anybody else
	// the bot can not write until they do.
	Known bool
}

// NewUser returns a new person with invented names, for example Warga Contoh 17,
// whose client is set to that language.
func (s *Server) NewUser(lang string) *User { return s.NewUserWith(UserOptions{Lang: lang}) }

// NewUserWith returns a new person. An ID that is taken is a mistake of the
// test and panics.
func (s *Server) NewUserWith(o UserOptions) *User {
	n := s.people.Add(1)
	u := &User{ID: o.ID, FirstName: o.FirstName, LastName: o.LastName, Username: o.Username, Lang: o.Lang}
	if u.ID == 0 {
		u.ID = 7_040_000_000 + n*97
	}
	if u.FirstName == "" {
		u.FirstName = "Warga"
		if u.LastName == "" {
			u.LastName = "Contoh " + strconv.FormatInt(n, 10)
		}
	}
	if u.Username == "" {
		u.Username = "warga_contoh_" + strconv.FormatInt(n, 10)
	}
	u.json = appendUser(nil, u)
	u.chat = &chat{srv: s, id: u.ID, kind: "private", user: u, started: o.Known}
	u.chat.json = appendChat(nil, u.ID, "private", "", u, false)
	if _, taken := s.chats.LoadOrStore(u.ID, u.chat); taken {
		panic(fmt.Sprintf("telegramtest: id %d is taken", u.ID))
	}
	return u
}

func (u *User) get() *chat { return u.chat }

// Send sends a message of any kind.
func (u *User) Send(p Post) int {
	u.chat.mu.Lock()
	defer u.chat.mu.Unlock()
	if u.chat.blocked {
		return 0
	}
	return u.chat.say(u, p, "")
}

// Say sends a text.
func (u *User) Say(text string) int { return u.Send(Post{Text: text}) }

// Start presses the start button, with the payload of a deep link or without
// one. It unblocks the bot first, as Telegram does.
func (u *User) Start(payload string) int {
	u.Unblock()
	if payload != "" {
		payload = " " + payload
	}
	return u.Say("/start" + payload)
}

// SendPhoto sends a photo.
func (u *User) SendPhoto(photo []byte) int { return u.Send(Post{Kind: "photo", Data: photo}) }

// SendAlbum sends several photos at once: several updates with the same
// media_group_id. It returns the ids of the messages.
func (u *User) SendAlbum(photos ...[]byte) []int {
	posts := make([]Post, len(photos))
	for i, data := range photos {
		posts[i] = Post{Kind: "photo", Data: data}
	}
	return u.SendGroup(posts...)
}

// SendGroup sends several files as an album.
func (u *User) SendGroup(posts ...Post) []int {
	u.chat.mu.Lock()
	defer u.chat.mu.Unlock()
	if u.chat.blocked {
		return make([]int, len(posts))
	}
	return u.chat.sayAlbum(u, posts)
}

// SendDocument sends a file.
func (u *User) SendDocument(name, mime string, data []byte) int {
	return u.Send(Post{Kind: "document", Name: name, MIME: mime, Data: data})
}

// SendVideo sends a video.
func (u *User) SendVideo(data []byte) int {
	return u.Send(Post{Kind: "video", Name: "video.mp4", MIME: "video/mp4", Data: data, Duration: 7})
}

// SendVoice sends a voice message.
func (u *User) SendVoice(data []byte) int {
	return u.Send(Post{Kind: "voice", MIME: "audio/ogg", Data: data, Duration: 3})
}

// SendLocation sends a place.
func (u *User) SendLocation(latitude, longitude float64) int {
	return u.Send(Post{Kind: "location", Latitude: latitude, Longitude: longitude})
}

// SendContact sends a phone number with a first name.
func (u *User) SendContact(phone, first string) int {
	return u.Send(Post{Kind: "contact", Phone: phone, First: first})
}

// Press presses the newest inline button with that label or callback data. A
// button of a reply keyboard says its label. The error is ErrNoButton when there
// is none.
func (u *User) Press(label string) error { return u.chat.press(u, label) }

// PressData sends the press of a button that may no longer be there, as clients
// do that have not yet seen an edit. The message must still exist.
func (u *User) PressData(messageID int, data string) error {
	return u.chat.pressData(u, messageID, data)
}

func (ch *chat) pressData(u *User, id int, data string) error {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	m := ch.find(id)
	if m == nil || ch.blocked {
		return fmt.Errorf("press in message %d: %w", id, ErrNoButton)
	}
	ch.callback(u, m, data)
	return nil
}

// EditLast changes the text of the newest message of this person and returns
// the message's id, 0 when there is none.
func (u *User) EditLast(text string) int {
	ch := u.chat
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for i := len(ch.msgs) - 1; i >= 0 && !ch.blocked; i-- {
		m := ch.msgs[i]
		if m.from != u || m.text == "" {
			continue
		}
		m.text, m.ents = text, findCommands(text)
		m.edits++
		m.editDate = time.Now().Unix()
		b := appendMessage([]byte(`"edited_message":`), ch, m, true)
		ch.srv.push("edited_message", ch.id, append(b, '}'))
		return m.id
	}
	return 0
}

// Delete deletes a message for both sides. The bot is told nothing.
func (u *User) Delete(messageID int) {
	u.chat.mu.Lock()
	defer u.chat.mu.Unlock()
	u.chat.remove(messageID)
	u.chat.notify()
}

// Block blocks the bot. Blocking twice is no change.
func (u *User) Block() { u.chat.block(u, true) }

// Unblock takes Block back.
func (u *User) Unblock() { u.chat.block(u, false) }

func (ch *chat) block(u *User, on bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.blocked == on {
		return
	}
	ch.blocked = on
	was, is := "member", "kicked"
	if !on {
		was, is = is, was
	}
	if ch.started {
		ch.membership(u, was, is)
	}
}

// Messages returns the chat as the person sees it, oldest first, without what
// was deleted.
func (u *User) Messages() []Message {
	return u.chat.messages(func(*message) bool { return true })
}

// Since returns the messages that the bot sent or edited after that sequence
// number and that are still there.
func (u *User) Since(after int64) []Message {
	return u.chat.messages(func(m *message) bool { return m.seq > after })
}

// Last returns the newest message from the bot, the zero Message when there is
// none.
func (u *User) Last() Message {
	m, _ := u.chat.last()
	return m
}

// Answers returns what the bot answered to presses of buttons in this chat.
func (u *User) Answers() []Answer { return u.chat.answered() }

func (ch *chat) answered() []Answer {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return append([]Answer(nil), ch.answers...)
}

// Seq returns a number that grows whenever the bot sends, edits or deletes a
// message in this chat.
func (u *User) Seq() int64 {
	u.chat.mu.Lock()
	defer u.chat.mu.Unlock()
	return u.chat.seq
}

// Wait blocks until Seq is above after and returns it. It returns the error of
// ctx when that ends first, and ErrClosed when the server does.
func (u *User) Wait(ctx context.Context, after int64) (int64, error) {
	return waitSeq(ctx, u.get, after)
}

// WaitFor blocks until cond is true. It is asked at once and again whenever the
// bot did something in this chat, answers to presses included.
func (u *User) WaitFor(ctx context.Context, cond func() bool) error {
	return waitFor(ctx, u.get, cond)
}
