package bot

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

type (
	// Address is where somebody is on a channel. It never leaves the program
	// unsealed.
	Address string
	// Ref refers to a message that a channel has sent.
	Ref string
)

// Message is one thing a reporter did, as a channel hands it over. It can be
// marshalled, so that it can wait in the inbox.
type Message struct {
	From     Address        `json:"from"`
	ID       string         `json:"id"` // unique on the channel, the same when delivered again
	At       time.Time      `json:"at"`
	Lang     string         `json:"lang,omitempty"`
	Text     string         `json:"text,omitempty"` // words, or the caption of File
	Press    *flows.Press   `json:"press,omitempty"`
	Origin   Ref            `json:"origin,omitempty"` // the message whose button was pressed
	Token    string         `json:"token,omitempty"`  // what the channel itself must remember for the reply
	File     *Attachment    `json:"file,omitempty"`
	Contact  *flows.Contact `json:"contact,omitempty"`
	Location bool           `json:"location,omitempty"`
	Near     []region.Code  `json:"near,omitempty"`    // the regions around a Location, which itself is not kept
	Passed   bool           `json:"passed,omitempty"`  // somebody else's words, passed on
	Problem  string         `json:"problem,omitempty"` // locale key: why the channel cannot take it
	Said     string         `json:"said,omitempty"`    // the channel's name for what the reporter wrote, by which Edits names it later
	Edits    string         `json:"edits,omitempty"`   // the earlier message that this one changes
	Deleted  bool           `json:"deleted,omitempty"` // the message that Edits names was deleted
	Album    string         `json:"album,omitempty"`
	Numbered bool           `json:"numbered,omitempty"` // the choices stand numbered on the channel: "2" is one
	Group    Address        `json:"group,omitempty"`    // the supervisors' group it was said in; then From is a supervisor
	Quotes   Ref            `json:"quotes,omitempty"`   // in a group: the message of ours that it answers
	Name     string         `json:"name,omitempty"`     // in a group: what the speaker is called there
	Joined   bool           `json:"joined,omitempty"`   // we were added to the group
	Moved    Address        `json:"moved,omitempty"`    // the group is there from now on
	Tries    int            `json:"-"`                  // failed turns so far
	// Crowded says that many messages wait, so that who only begins must, too.
	Crowded bool `json:"-"`
	// Below says that words of ours may stand below the last question, so that
	// the reply must be a new message: an edit above them would not be seen.
	Below bool `json:"-"`
}

// same reports whether two messages say the same.
func (m Message) same(o Message) bool {
	if m.Press != nil && o.Press != nil {
		return *m.Press == *o.Press
	}
	return m.Group == o.Group && m.Quotes == o.Quotes && m.Edits == o.Edits && m.Press == nil && o.Press == nil && m.File == nil && o.File == nil &&
		m.Text != "" && m.Text == o.Text
}

// Around names the regions around a place that a reporter shared: the regency,
// then the nearest districts. It is empty abroad. The place itself is for no one
// to keep.
func Around(latitude, longitude float64) []region.Code {
	regency, districts := region.Near(latitude, longitude)
	if regency == "" {
		return nil
	}
	return append([]region.Code{regency}, districts...)
}

// Attachment is a file that has not been fetched yet.
type Attachment struct {
	ID   string `json:"id"`
	Size int64  `json:"size,omitempty"` // bytes; 0 when the channel did not say
}

// Button is an option in words.
type Button struct {
	Label string
	Press flows.Press
	On    bool // chosen, of several that can be
}

// Reply is what is said to a reporter. Text is in the canonical markup of
// package locales.
type Reply struct {
	In      Message // what is answered
	Prompt  Ref     // the message that holds the buttons of the question before
	Text    string
	Choices []Button
	Nav     []Button
	First   int    // how many choices stand on the pages before
	Number  bool   // even buttons show the choices' numbers
	Hint    string // how to choose, said after the choices; "" when buttons say it
}

// Sent is what a reply left in a chat.
type Sent struct {
	Holds Ref   // the message that holds the buttons, "" when there are none
	New   []Ref // the messages that were added
}

// Channel is a place where reporters write to us.
type Channel interface {
	// Name is the channel's name in addresses, "telegram".
	Name() string
	// Reply answers a message. Afterwards no button but those of this reply
	// can be pressed. Saying the same reply again is harmless.
	Reply(ctx context.Context, r Reply) (Sent, error)
	// Notify says something nobody asked for just now, with low priority.
	Notify(ctx context.Context, to Address, text string) error
}

// Fetcher is a channel that files come from.
type Fetcher interface {
	// Fetch opens an attachment. The caller closes it. A Failure of kind Bug
	// says that it cannot be had at all.
	Fetch(ctx context.Context, a Attachment) (io.ReadCloser, error)
	// MaxFile is how large a file can be fetched, in bytes.
	MaxFile() int64
}

// Forgetter is a channel that keeps something about the people it talks to.
type Forgetter interface {
	// Forget removes it. There may be none.
	Forget(ctx context.Context, who Address) error
	// ForgetBefore removes it for all who have not written since, and returns
	// how many they were.
	ForgetBefore(ctx context.Context, since time.Time) (int, error)
}

// Cleaner is a channel on which messages can be deleted.
type Cleaner interface {
	// Clean deletes messages of the chat that m came from, for both sides, as far
	// as the platform lets us: theirs by what the channel called them in
	// Message.Said, ours by their Ref. One that is gone or too old is no error,
	// and cleaning again is harmless.
	Clean(ctx context.Context, m Message, theirs []string, ours []Ref) error
	// Leaves names what stays, as the end of a locale key.
	Leaves() string
}

// Reserved is a channel on which we write in private only to people who wrote to
// us first.
type Reserved interface {
	// Wrote reports whether somebody did.
	Wrote(ctx context.Context, who Address) (bool, error)
}

// Vanisher is a channel that can have messages disappear by themselves.
type Vanisher interface {
	// Vanish has new messages of the chat that the message came from disappear
	// after a day, for both sides. Doing it again is harmless.
	Vanish(ctx context.Context, m Message) error
}

// Limiter is a channel whose platform may hold our messages back for a time.
type Limiter interface {
	// Limited reports whether it does.
	Limited() bool
}

// Linker is a channel that reporters can be sent to.
type Linker interface {
	// Link is where they find us on it, "" while that is not known.
	Link() string
}

// Upload is a copy that goes to supervisors.
type Upload struct {
	Name string // neutral, made by us
	Type string // media type
	Size int64
	Open func() (io.ReadCloser, error)
}

// Group is a channel on which supervisors have groups.
type Group interface {
	Channel
	// Post writes to a group, as an answer to a message of ours if that is
	// given and still there. It paces itself.
	Post(ctx context.Context, to Address, text string, answer Ref) (Ref, error)
	// Answer says something about what a supervisor said in a group, below what
	// they answered. The same words about something else are said again.
	Answer(ctx context.Context, m Message, text string) error
	// PostFiles posts files, pictures together, as an answer to a message of ours.
	// To a person they go as they are.
	PostFiles(ctx context.Context, to Address, files []Upload, answer Ref) error
}

// Card is what a group sees of a case. Head says how it stands: it changes, and
// is short.
type Card struct {
	Head, Body string
	Buttons    []Button
	Hint       string // what to answer with, where there are no buttons
}

// Text is the card where its parts cannot be told apart.
func (c Card) Text() string { return c.Head + "\n\n" + c.Body + "\n" + c.Hint }

// Board is a Group whose cards change in place and have buttons.
type Board interface {
	// PostCard posts a card; in a group with topics, in a topic of that name.
	PostCard(ctx context.Context, to Address, topic string, c Card) (Ref, error)
	// EditCard changes the head and the buttons of a card whose body is the same.
	// A card that is gone, or is like that already, is no error.
	EditCard(ctx context.Context, to Address, card Ref, c Card) error
	// Toast answers whoever pressed a button of a card, in a window of their own.
	// Answering too late is no error. "" only ends the waiting.
	Toast(ctx context.Context, m Message, text string) error
}

// Membership is what somebody is in a group.
type Membership int

// The memberships.
const (
	Outsider Membership = iota
	Member
	Admin
)

// Roster is a channel that knows who is in a group.
type Roster interface {
	// Member says what somebody is in a group now.
	Member(ctx context.Context, group, who Address) (Membership, error)
}

// FailureKind says what is to be done about a failed call.
type FailureKind string

// The kinds of failure.
const (
	RetryAfter FailureKind = "retry_after" // again when After has passed
	RetryLater FailureKind = "retry_later" // again, with growing pauses
	Gone       FailureKind = "gone"        // blocked, kicked, deleted; or moved, see MovedTo
	Bug        FailureKind = "bug"         // again would fail again
)

// Failure is an error of a channel. It holds neither token nor content.
type Failure struct {
	Kind    FailureKind
	Op      string        // what was being done
	After   time.Duration // for RetryAfter
	MovedTo Address       // for Gone: where the group is now, if it is known
	Reason  string        // the platform's own words
}

func (f *Failure) Error() string { return fmt.Sprintf("%s: %s: %s", f.Op, f.Kind, f.Reason) }
