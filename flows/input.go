package flows

import (
	"time"

	"github.com/netralitas/netra/flows/region"
)

// Command is what a reporter can say at any time, as /word or as a plain word
// in any language.
type Command string

// The commands.
const (
	Start     Command = "start"
	Report    Command = "report"
	Resume    Command = "resume"
	Back      Command = "back"
	Skip      Command = "skip"
	Cancel    Command = "cancel"
	Language  Command = "language"
	Help      Command = "help"
	Info      Command = "info" // short cards on the law and on reporting
	Danger    Command = "danger"
	MyData    Command = "mydata"
	Vanishing Command = "vanishing"
	Done      Command = "done"
	Check     Command = "check"  // a report, by its receipt
	Delete    Command = "delete" // the draft, at once
	Tidy      Command = "tidy"   // delete the messages of this chat
)

// Press is a button, or the choice that stands for one. Tag tells the buttons
// of one report from those of an earlier one.
type Press struct {
	Tag  string
	Step StepID
	Code Code
}

// Contact is a shared address-book entry.
type Contact struct{ Phone string }

// Input is one thing the reporter did, made channel-neutral. Exactly one of
// Text, Command, Press, File, Contact, Location, Problem and Deleted is set;
// Text beside File is its caption.
type Input struct {
	ID   string    // the channel's own id of the message, for de-duplication
	At   time.Time // when it was sent
	Lang string    // the client's language, "" when unknown
	New  ReportID  // the identifier to use if a report begins now

	Text     string
	Passed   bool // Text is somebody else's, passed on
	Command  Command
	Payload  string // what a deep link added to Start, or what follows Check
	Press    *Press
	File     *File
	Contact  *Contact
	Location bool
	Near     []region.Code // the regions around a Location, nearest first
	Problem  *Refusal      // the channel could not take what was sent, and why
	Said     string        // the channel's name for the message, by which Edits names it later
	Edits    string        // the earlier message that this one changes
	Deleted  bool          // the message that Edits names was deleted
	Album    string        // messages of one album share it
	Vanishes bool          // the channel can have messages disappear by themselves
	Cleans   string        // the channel can delete messages; names what stays
	Receipt  *Receipt      // what the store says of the input's Claim
	Numbered bool          // the channel showed the choices with numbers, having no buttons
	Picks    []Code        // several choices at once, found by their numbers
}

// Words is what the rules must know about language. Package locales has it.
type Words interface {
	// Match returns the index of the key whose words, in any language, are
	// the text, and -1 when there is none. Case, spaces and closing
	// punctuation do not matter.
	Match(keys []string, text string) int
	// Near is Match for a text with a wrong letter or two, and -1 when it is
	// near none or near several.
	Near(keys []string, text string) int
	// Command returns the command that the text is in any language, or "".
	Command(text string) Command
	// Languages lists the languages there are, best first.
	Languages() []string
	// Version identifies the wording of a key in a language.
	Version(lang, key string) string
}

// Refusal says why an answer cannot be taken. Key names the words to say.
type Refusal struct {
	Key  string
	Args map[string]Phrase
}

func (r Refusal) Error() string { return "refused: " + r.Key }
