package telegramtest

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// chat is a private chat, a group or a supergroup as Telegram keeps it. Every
// chat has its own lock, so calls about different people do not meet.
type chat struct {
	srv   *Server
	id    int64
	kind  string // private, group or supergroup
	title string
	user  *User  // of a private chat
	json  []byte // the Chat object
	run   atomic.Int32

	mu         sync.Mutex
	msgs       []*message // in the order of their ids
	lastID     int        // supergroups count for themselves
	seq        int64
	wake       chan struct{} // closed at the next change, nil while nobody waits
	answers    []Answer
	started    bool // the person has written, so the bot may
	blocked    bool
	kicked     bool
	left       bool
	migratedTo *chat
	forum      bool
	admin      bool // the bot is
	topics     map[int]string
	members    map[int64]string // status by user
	sent       window
}

// message is one message of a chat; ch.mu guards it.
type message struct {
	id       int
	date     int64
	editDate int64
	from     *User // nil: the bot
	text     string
	ents     []entity
	media    *media
	markup   markup
	album    string
	replied  *message
	thread   int
	extra    []byte // members no other field describes: a location, a migration
	kind     string // of extra
	reaction string
	edits    int
	seq      int64

	protected, silent, service bool
}

// lookup finds the chat a call addresses.
func (c *call) chat(name string) (*chat, *apiError) {
	v := c.get(name)
	if v == "" {
		return nil, bad(name + " is empty")
	}
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil && !strings.HasPrefix(v, "@") {
		return nil, bad("invalid " + name + " specified")
	}
	if ch := c.s.chat(id); ch != nil {
		return ch, nil
	}
	return nil, condition("chat not found", 400, "Bad Request: chat not found")
}

func (s *Server) chat(id int64) *chat {
	if v, ok := s.chats.Load(id); ok {
		return v.(*chat)
	}
	return nil
}

// access says whether the bot may write here. ch.mu must be held.
func (ch *chat) access() *apiError {
	if ch.kind == "private" {
		switch {
		case !ch.started:
			return condition("chat not found", 400, "Bad Request: chat not found")
		case ch.blocked:
			return condition("blocked", 403, "Forbidden: bot was blocked by the user")
		}
		return nil
	}
	switch {
	case ch.migratedTo != nil:
		e := condition("upgraded", 400, "Bad Request: group chat was upgraded to a supergroup chat")
		e.migrateTo = ch.migratedTo.id
		return e
	case ch.kicked:
		return condition("kicked", 403, "Forbidden: bot was kicked from the "+ch.kind+" chat")
	case ch.left:
		return condition("not a member", 403, "Forbidden: bot is not a member of the "+ch.kind+" chat")
	}
	return nil
}

// find returns the message with that id or nil.
func (ch *chat) find(id int) *message {
	i, ok := ch.index(id)
	if !ok {
		return nil
	}
	return ch.msgs[i]
}

func (ch *chat) index(id int) (int, bool) {
	return slices.BinarySearchFunc(ch.msgs, id, func(m *message, id int) int { return m.id - id })
}

// add gives the message its id and date and puts it into the chat. Ids of
// private chats and groups come from one sequence, those of supergroups each
// from their own, as in Telegram.
func (ch *chat) add(m *message) {
	if ch.kind == "supergroup" {
		ch.lastID++
		m.id = ch.lastID
	} else {
		m.id = int(ch.srv.lastID.Add(1))
	}
	m.date = time.Now().Unix()
	ch.msgs = append(ch.msgs, m)
	if m.from == nil && !m.service {
		ch.touch(m)
	}
}

// touch records that the bot sent or changed the message.
func (ch *chat) touch(m *message) {
	ch.seq++
	if m != nil {
		m.seq = ch.seq
	}
	ch.notify()
}

// notify wakes everybody who waits on the chat.
func (ch *chat) notify() {
	if ch.wake != nil {
		close(ch.wake)
		ch.wake = nil
	}
}

// changed returns a channel closed at the next change. ch.mu must be held.
func (ch *chat) changed() <-chan struct{} {
	if ch.wake == nil {
		ch.wake = make(chan struct{})
	}
	return ch.wake
}

// remove deletes the message and reports whether it was there.
func (ch *chat) remove(id int) bool {
	i, ok := ch.index(id)
	if !ok {
		return false
	}
	ch.msgs = slices.Delete(ch.msgs, i, i+1)
	return true
}
