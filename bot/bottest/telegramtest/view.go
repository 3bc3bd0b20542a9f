package telegramtest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Message is a message as people see it in their chat.
type Message struct {
	ID         int
	Seq        int64 // the chat's sequence number when the bot last changed it, 0 if never
	Date       time.Time
	FromBot    bool
	From       int64  // the sender's id
	Text       string // text or caption without formatting
	Buttons    [][]Button
	Keyboard   [][]Button // reply keyboard that came with the message
	Media      *Media     // nil for a message without a file
	MediaGroup string     // the same for all messages of an album
	Kind       string     // "location", "contact" or what else a message without text is
	ReplyTo    int        // id of the message it answers, or 0
	Thread     int        // forum topic, or 0
	Edits      int
	Reaction   string // what the bot reacted with
	Protected  bool
	Silent     bool

	ents []entity
}

// Media is the file of a message.
type Media struct {
	Kind          string // photo, document, video, voice or audio
	FileID        string
	Name, MIME    string
	Size          int64
	Width, Height int    // of a photo
	Data          []byte // shared: not to be changed
}

// Answer is what the bot answered to a press of a button.
type Answer struct {
	Query int64 // identifier of the callback query
	Text  string
	Alert bool
}

// HTML returns the text with its formatting in Telegram's HTML. Formatting that
// looks the same is written the same.
func (m Message) HTML() string { return renderHTML(m.Text, m.ents) }

// Labels returns the texts of all inline buttons, row after row.
func (m Message) Labels() []string {
	var out []string
	for _, row := range m.Buttons {
		for _, b := range row {
			out = append(out, b.Text)
		}
	}
	return out
}

// view copies a message. ch.mu must be held.
func (ch *chat) view(m *message) Message {
	v := Message{
		ID: m.id, Seq: m.seq, Date: time.Unix(m.date, 0), FromBot: m.from == nil, From: ch.srv.BotID, Text: m.text,
		Buttons: m.markup.rows, Keyboard: m.markup.keys, MediaGroup: m.album, Kind: m.kind, Thread: m.thread,
		Edits: m.edits, Reaction: m.reaction, Protected: m.protected, Silent: m.silent, ents: m.ents,
	}
	if m.from != nil {
		v.From = m.from.ID
	}
	if m.replied != nil {
		v.ReplyTo = m.replied.id
	}
	if m.media != nil {
		f := m.media.file
		v.Media = &Media{
			Kind: m.media.kind, FileID: f.id, Name: f.name, MIME: f.mime, Size: f.size,
			Width: f.width, Height: f.height, Data: f.data,
		}
	}
	return v
}

// messages returns those for which keep is true, oldest first.
func (ch *chat) messages(keep func(*message) bool) []Message {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	var out []Message
	for _, m := range ch.msgs {
		if keep(m) {
			out = append(out, ch.view(m))
		}
	}
	return out
}

// last returns the newest message from the bot.
func (ch *chat) last() (Message, bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for i := len(ch.msgs) - 1; i >= 0; i-- {
		if m := ch.msgs[i]; m.from == nil && !m.service {
			return ch.view(m), true
		}
	}
	return Message{}, false
}

// waitSeq blocks until the sequence number of the chat is above after. get
// returns the chat anew because a group may become another one meanwhile.
func waitSeq(ctx context.Context, get func() *chat, after int64) (int64, error) {
	for {
		ch := get()
		ch.mu.Lock()
		seq := ch.seq
		if seq > after {
			ch.mu.Unlock()
			return seq, nil
		}
		changed := ch.changed()
		ch.mu.Unlock()
		if err := ch.srv.wait(ctx, changed); err != nil {
			return seq, err
		}
	}
}

// waitFor blocks until cond is true, asking again after every change.
func waitFor(ctx context.Context, get func() *chat, cond func() bool) error {
	for {
		ch := get()
		ch.mu.Lock()
		changed := ch.changed()
		ch.mu.Unlock()
		if cond() {
			return nil
		}
		if err := ch.srv.wait(ctx, changed); err != nil {
			return err
		}
	}
}

// ErrNoButton is what pressing a button that is not there returns.
var ErrNoButton = errors.New("no such button")

// press finds the newest inline button with that label or data and presses it.
// Failing that, a button of the reply keyboard is pressed, which says its text.
func (ch *chat) press(u *User, label string) error {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.blocked {
		return fmt.Errorf("press %q: the bot is blocked", label)
	}
	keys := true
	for i := len(ch.msgs) - 1; i >= 0; i-- {
		m := ch.msgs[i]
		for _, row := range m.markup.rows {
			for _, b := range row {
				if b.Text != label && (b.Data != label || label == "") {
					continue
				}
				if b.Data == "" {
					return fmt.Errorf("press %q: the button sends nothing to the bot", label)
				}
				ch.callback(u, m, b.Data)
				return nil
			}
		}
		if keys && (m.markup.keys != nil || m.markup.remove) {
			keys = false
			for _, row := range m.markup.keys {
				for _, b := range row {
					if b.Text == label {
						ch.say(u, Post{Text: label}, "")
						return nil
					}
				}
			}
		}
	}
	return fmt.Errorf("press %q: %w", label, ErrNoButton)
}
