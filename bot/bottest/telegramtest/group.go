package telegramtest

import (
	"context"
	"strconv"
	"sync"
)

// Group is a group or a supergroup that the bot is in.
type Group struct {
	Title string

	srv   *Server
	owner *User
	mu    sync.Mutex
	chat  *chat   // the present one
	old   []*chat // the group it was before
}

// NewGroup returns a new group with the bot in it. It is a basic group with an
// id like -4012345678; Migrate makes a supergroup of it.
func (s *Server) NewGroup(title string) *Group { return s.newGroup(title, "group") }

// NewSupergroup returns a new supergroup with the bot in it, with an id like
// -1001234567890.
func (s *Server) NewSupergroup(title string) *Group { return s.newGroup(title, "supergroup") }

func (s *Server) newGroup(title, kind string) *Group {
	g := &Group{Title: title, srv: s, owner: s.NewUser("id")}
	g.chat = s.newGroupChat(title, kind)
	g.chat.members[g.owner.ID] = "creator"
	return g
}

func (s *Server) newGroupChat(title, kind string) *chat {
	n := s.groups.Add(1)
	id := -4_010_000_000 - n*89
	if kind == "supergroup" {
		id = -1_002_100_000_000 - n*89
	}
	ch := &chat{srv: s, id: id, kind: kind, title: title, members: map[int64]string{}}
	ch.json = appendChat(nil, id, kind, title, nil, false)
	s.chats.Store(id, ch)
	return ch
}

func (g *Group) get() *chat {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.chat
}

// with runs do on the present chat while it is locked.
func (g *Group) with(do func(*chat)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.chat.mu.Lock()
	defer g.chat.mu.Unlock()
	do(g.chat)
}

// ID returns the id of the group, which Migrate changes.
func (g *Group) ID() int64 { return g.get().id }

// Owner returns the person who made the group.
func (g *Group) Owner() *User { return g.owner }

// Say lets a person, who becomes a member, write in the group and returns the
// id of the message.
func (g *Group) Say(u *User, text string) int { return g.Send(u, Post{Text: text}) }

// Reply lets a person answer a message.
func (g *Group) Reply(u *User, messageID int, text string) int {
	return g.Send(u, Post{Text: text, ReplyTo: messageID})
}

// Send lets a person send a message of any kind.
func (g *Group) Send(u *User, p Post) (id int) {
	g.with(func(ch *chat) {
		ch.join(u)
		id = ch.say(u, p, "")
	})
	return id
}

func (ch *chat) join(u *User) {
	if ch.members[u.ID] == "" {
		ch.members[u.ID] = "member"
	}
}

// SetMember sets a person's status: creator, administrator, member, left or
// kicked.
func (g *Group) SetMember(u *User, status string) {
	g.with(func(ch *chat) { ch.members[u.ID] = status })
}

// Press lets a person press a button, as User.Press does.
func (g *Group) Press(u *User, label string) error {
	g.with(func(ch *chat) { ch.join(u) })
	return g.get().press(u, label)
}

// PressData lets a person press a button, as User.PressData does.
func (g *Group) PressData(u *User, messageID int, data string) error {
	g.with(func(ch *chat) { ch.join(u) })
	return g.get().pressData(u, messageID, data)
}

// Promote makes the bot an administrator with all rights.
func (g *Group) Promote() {
	g.with(func(ch *chat) {
		if !ch.admin {
			ch.admin = true
			ch.membership(g.owner, "member", "administrator")
		}
	})
}

// EnableTopics makes the supergroup a forum and the bot its administrator.
func (g *Group) EnableTopics() {
	g.Promote()
	g.with(func(ch *chat) {
		ch.forum = true
		ch.json = appendChat(nil, ch.id, ch.kind, ch.title, nil, true)
	})
}

// Kick removes the bot for good. Kicking twice is no change.
func (g *Group) Kick() {
	g.with(func(ch *chat) {
		if !ch.kicked {
			ch.kicked = true
			was := "member"
			if ch.admin {
				was = "administrator"
			}
			ch.membership(g.owner, was, "kicked")
		}
	})
}

// Add adds the bot to the group, from which it may have been kicked.
func (g *Group) Add() {
	g.with(func(ch *chat) {
		ch.kicked, ch.left = false, false
		ch.membership(g.owner, "left", "member")
	})
}

// Migrate turns the group into a supergroup with another id and returns that.
// What is sent to the old id is refused with the new one. A supergroup stays as
// it is.
func (g *Group) Migrate() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.chat
	old.mu.Lock()
	defer old.mu.Unlock()
	if old.kind == "supergroup" {
		return old.id
	}
	next := g.srv.newGroupChat(g.Title, "supergroup")
	next.mu.Lock()
	defer next.mu.Unlock()
	next.members, next.admin, next.seq, next.kicked, next.left = old.members, old.admin, old.seq, old.kicked, old.left
	for _, side := range [...]struct {
		ch   *chat
		name string
		id   int64
	}{{old, "migrate_to_chat_id", next.id}, {next, "migrate_from_chat_id", old.id}} {
		m := &message{from: g.owner, service: true, kind: "migration"}
		m.extra = append([]byte(`,"`+side.name+`":`), strconv.FormatInt(side.id, 10)...)
		side.ch.add(m)
		if side.ch.hears(m) {
			b := appendMessage([]byte(`"message":`), side.ch, m, false)
			g.srv.push("message", side.ch.id, append(b, '}'))
		}
	}
	old.migratedTo = next
	g.old = append(g.old, old)
	g.chat = next
	old.notify()
	return next.id
}

// Messages returns what is in the group, oldest first; after Migrate the
// messages of the former group come first.
func (g *Group) Messages() []Message { return g.list(func(*message) bool { return true }) }

// Since returns the messages that the bot sent or edited after that sequence
// number and that are still there.
func (g *Group) Since(after int64) []Message {
	return g.list(func(m *message) bool { return m.seq > after })
}

func (g *Group) list(keep func(*message) bool) []Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Message
	for _, ch := range append(g.old[:len(g.old):len(g.old)], g.chat) {
		out = append(out, ch.messages(keep)...)
	}
	return out
}

// Last returns the newest message from the bot, the zero Message when there is
// none.
func (g *Group) Last() Message {
	if m, ok := g.get().last(); ok {
		return m
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var m Message
	for _, ch := range g.old {
		m, _ = ch.last()
	}
	return m
}

// Topics returns the names of the forum topics by their message_thread_id.
func (g *Group) Topics() map[int]string {
	out := map[int]string{}
	g.with(func(ch *chat) {
		for id, name := range ch.topics {
			out[id] = name
		}
	})
	return out
}

// Answers returns what the bot answered to presses of buttons in this group.
func (g *Group) Answers() []Answer { return g.get().answered() }

// Seq returns a number that grows whenever the bot sends, edits or deletes a
// message in this group. It goes on growing after Migrate.
func (g *Group) Seq() (seq int64) {
	g.with(func(ch *chat) { seq = ch.seq })
	return seq
}

// Wait blocks until Seq is above after, as User.Wait does.
func (g *Group) Wait(ctx context.Context, after int64) (int64, error) {
	return waitSeq(ctx, g.get, after)
}

// WaitFor blocks until cond is true, as User.WaitFor does.
func (g *Group) WaitFor(ctx context.Context, cond func() bool) error {
	return waitFor(ctx, g.get, cond)
}
