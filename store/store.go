// Package store says what must survive a restart, and what each promise is.
// Backends live in sub-folders; storetest holds every one to the promises.
//
// Nothing here is stored in clear: contents are sealed with [Keys], and what
// must be looked up is looked up by a keyed hash.
package store

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/netralitas/netra/flows"
)

// ErrConflict says that somebody else saved the session meanwhile: load it
// again and apply the message again.
var ErrConflict = errors.New("session was saved by somebody else")

// ErrLost says that the lease of a claim ran out and somebody else claimed the
// delivery: leave it to them.
var ErrLost = errors.New("delivery was claimed by somebody else")

// Reporter is the keyed hash of a channel and an address on it. The address
// cannot be had from it.
type Reporter string

// Saved is a session as it was loaded.
type Saved struct {
	Session flows.Session
	// Version is what Save must be given. 0: there is no session yet.
	Version uint64
	// Prompt is the channel's reference to the message that holds the open
	// question's buttons, "" when unknown.
	Prompt string
}

// Sessions keeps reports in progress. A session that is not saved again within
// the backend's time to live is gone.
type Sessions interface {
	// Load returns the zero Saved when there is no session. Of a session that
	// these keys cannot open it returns the version only: it counts as lost.
	Load(ctx context.Context, who Reporter) (Saved, error)
	// Save stores the session, only if its version is still the one given, and
	// returns the new one. It returns ErrConflict, and stores nothing,
	// otherwise; also when the session expired since. It keeps the prompt.
	Save(ctx context.Context, who Reporter, s flows.Session, version uint64) (uint64, error)
	// SetPrompt remembers the prompt of a session that exists, and does nothing
	// when it does not. The version stays. The last call wins.
	SetPrompt(ctx context.Context, who Reporter, prompt string) error
	// Count returns how many sessions there are. It may be an estimate.
	Count(ctx context.Context) (int, error)
	// Ping returns nil when the backend answers.
	Ping(ctx context.Context) error
}

// Consent is what the reporter agreed to, and when.
type Consent struct {
	Lang    string    `json:"lang"`
	Version string    `json:"version"` // identifies the wording
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
}

// Case is a report and what it needs to be delivered.
type Case struct {
	Report  flows.Finished
	Consent Consent
	// Return is the sealed way back to the reporter; nil when they want none.
	Return *Return
	// Intakes are the names of the destinations it goes to.
	Intakes []string
	// Events are what happened since, oldest first.
	Events []Event
	// Opened is when the case was opened, and Due when it may be delivered. They
	// come from the caller.
	Opened, Due time.Time
	// Identity is who the reporter is, for the officer who asks with a reason.
	// Only Open takes it and only Registry.Identity gives it back.
	Identity map[flows.StepID]flows.Answer
}

// EventKind says what happened to a case.
type EventKind string

// What happens to a case. The first three come from the reporter, the others
// from supervisors, and the last from whoever runs this.
const (
	GaveEvidence EventKind = "evidence" // a file, after the report was sent
	Wrote        EventKind = "wrote"    // words for the supervisors
	Withdrew     EventKind = "withdrew" // they want it to go no further
	Took         EventKind = "took"     // an officer answers for it now
	Asked        EventKind = "asked"    // words for the reporter
	Closed       EventKind = "closed"   // with words on how it ended
	Looked       EventKind = "looked"   // at an identity or an original, with the reason
	LetGo        EventKind = "let_go"   // nobody answers for it now
	Needed       EventKind = "needed"   // words for the reporter on what is missing
	Registered   EventKind = "registered"
	Rejected     EventKind = "rejected"  // with the reason
	Forwarded    EventKind = "forwarded" // to another intake, with the reason
	Noted        EventKind = "noted"     // words among those of the intake
	Routed       EventKind = "routed"    // to an intake, after its own was gone
	Reminded     EventKind = "reminded"  // the intake of what waits; Text names the rung
	Compared     EventKind = "compared"  // with other reports; Text holds the looks of its pictures
	Alike        EventKind = "alike"     // other reports look like the same event; Text names them, Why by what
	Linked       EventKind = "linked"    // an officer says that it is one event with another report, which Text names
	Unlinked     EventKind = "unlinked"  // and that it is not
)

// Event is something that happened to a case. The same event again has the same
// ID.
type Event struct {
	ID   string      `json:"id"`
	Kind EventKind   `json:"k"`
	At   time.Time   `json:"at"`
	Text string      `json:"t,omitempty"`
	File *flows.File `json:"f,omitempty"`
	By   *Officer    `json:"by,omitempty"` // of the supervisors' events
	// In is the intake whose supervisors it comes from; "" for everybody's, and in
	// cases from before there were several.
	In string `json:"in,omitempty"`
	// To is the intake that gets the case by it. Text is then the body's name, for
	// the reporter; From, likewise, and Why are for the supervisors there.
	To   string `json:"to,omitempty"`
	From string `json:"from,omitempty"`
	Why  string `json:"why,omitempty"`
}

// FromReporter reports whether it is the reporter's doing.
func (e Event) FromReporter() bool {
	return e.Kind == GaveEvidence || e.Kind == Wrote || e.Kind == Withdrew
}

// Concerns reports whether an intake is told of it, or its card changes by it.
func (e Event) Concerns(intake string) bool {
	switch e.Kind {
	case Looked, Noted, Compared:
		return false
	}
	return e.FromReporter() || e.In == intake || e.To == intake
}

// ForReporter reports whether the reporter is told that there is something new.
func (e Event) ForReporter() bool {
	switch e.Kind {
	case Took, Asked, Needed, Registered, Rejected, Forwarded, Closed:
		return true
	}
	return false
}

// Officer is a supervisor: a keyed hash, and the name that the group knows.
type Officer struct {
	Key  Reporter `json:"k"`
	Name string   `json:"n"`
	// Address is where they are reminded in private, channel and address on it.
	// Only what happened when they took a case has it.
	Address string `json:"a,omitempty"`
}

// Files are all that the reporter gave, in the order in which they came.
func (c Case) Files(f flows.Flow) []flows.File {
	files := c.Report.Files(f)
	for _, e := range c.Events {
		if e.File != nil {
			files = append(files, *e.File)
		}
	}
	return files
}

// Had reports whether something of a kind happened to the case.
func (c Case) Had(k EventKind) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool { return e.Kind == k })
}

// Return is where the reporter is to be told something.
type Return struct {
	Channel string `json:"channel"`
	Address string `json:"address"`
	Lang    string `json:"lang"`
}

// Delivery is a case on its way to one intake. What is done is kept, so that
// nothing done is done again after a crash.
type Delivery struct {
	Case   Case
	Intake string
	// Card refers to the card in the intake's channel, "" before it is there.
	Card string
	// Group is the channel and the address of the group that got the card, from
	// whoever just posted it; "" keeps what is known. Claim does not return it.
	Group string
	// Files is how many of the report's files, and after them of the events, the
	// intake has had, or was told of.
	Files int
	// Told is whether the reporter was told, or need not be.
	Told bool
	// Tries counts the failed attempts since the last progress.
	Tries int
	// Since is when the delivery was first due, or, when evidence came after it
	// was settled, when that came.
	Since time.Time
	// Alarmed is whether the operator was alarmed about it.
	Alarmed bool
	// Claim tells this claim from those before and after it. It comes from
	// Claim and goes back unchanged.
	Claim uint64
}

// Cases keeps finished reports. A delivery that is not settled is still to be
// made: there is no second queue.
type Cases interface {
	// Open files a case durably (fsync), with one delivery for each intake.
	// Opening the same report again changes nothing.
	Open(ctx context.Context, c Case) error
	// Add adds an event to the case of a report, and makes the settled deliveries
	// due, at the time given, of those whom it concerns: with no tries and no
	// alarm. The intake that gets the case by it has a delivery afterwards. An
	// event that the case has, or a file that the report has, changes nothing. A
	// reporter is told by a delivery to [ToReporter], which there is
	// when there is a way back. It reports whether there is such a case.
	Add(ctx context.Context, id flows.ReportID, e Event, due time.Time) (bool, error)
	// Claim takes the delivery to the intake that has been due the longest, so
	// that nobody else gets it before the lease ends. ok is false when none is
	// due. A case is claimed again, by anybody, when the lease ran out.
	Claim(ctx context.Context, intake string, now time.Time, lease time.Duration) (d Delivery, ok bool, err error)
	// Progress stores Card, Files, Told, Tries and Alarmed of a claimed
	// delivery. It stays claimed, no longer than before. Progress, Release and
	// Settle return ErrLost, and change nothing, when somebody else claimed the
	// delivery since.
	Progress(ctx context.Context, d Delivery) error
	// Release ends the claim; the delivery is due again at the time given. It
	// stores what Progress stores.
	Release(ctx context.Context, d Delivery, due time.Time) error
	// Settle ends the claim and the delivery, unless evidence came meanwhile:
	// then it is due again at once. It stores what Progress stores.
	Settle(ctx context.Context, d Delivery) error
	// Forget drops the way back to the reporter and destroys its key.
	Forget(ctx context.Context, id flows.ReportID) error
	// HasFiles reports whether a case of this report exists: the vault may
	// drop the files of a report that never became one.
	HasFiles(ctx context.Context, id flows.ReportID) (bool, error)
	// Purge removes the cases opened before the time of which no supervisor has
	// still something to get, and returns their reports.
	Purge(ctx context.Context, before time.Time) ([]flows.ReportID, error)
	// Stats counts for the metrics.
	Stats(ctx context.Context, now time.Time) (Stats, error)
	// Ping returns nil when the backend can be written to.
	Ping(ctx context.Context) error
}

// ToReporter stands for the reporter among the destinations of deliveries.
const ToReporter = "(reporter)"

// Standing is a case and how it stands.
type Standing struct {
	Case
	// Unsettled is how many of its deliveries to supervisors are still to be made.
	Unsettled int
	// FilesGone is whether its evidence was dropped because its time had come.
	FilesGone bool
}

// Registry finds cases and what is kept apart of them.
type Registry interface {
	// Find returns the case with a code. ok is false when there is none.
	Find(ctx context.Context, ticket string) (c Case, ok bool, err error)
	// Stands is Find, and says how the case stands.
	Stands(ctx context.Context, ticket string) (s Standing, ok bool, err error)
	// List calls each for every case, without its way back, in the order in which
	// they were opened. It ends with the first error of each. What cannot be opened
	// is left out; the error then says so.
	List(ctx context.Context, each func(Standing) error) error
	// Changes calls each for every case that seen does not have or that something
	// happened to since, brings seen up to date, and returns which are gone. What
	// cannot be opened is left out; the error then says so.
	Changes(ctx context.Context, seen map[int64]int, each func(row int64, c Case)) (gone []int64, err error)
	// OfCard returns the case whose card stands in a group, which is named by
	// channel and address. ok is false when there is none.
	OfCard(ctx context.Context, group, card string) (c Case, ok bool, err error)
	// Identity returns who the reporter of a case is, nil when that is not kept.
	Identity(ctx context.Context, id flows.ReportID) (map[flows.StepID]flows.Answer, error)
	// Old lists the reports that have had a part since before the time, and of
	// which no supervisor has still something to get.
	Old(ctx context.Context, p Part, before time.Time) ([]flows.ReportID, error)
	// Drop drops a part of a case and destroys its key; of PartFiles it only
	// remembers that they are gone. It need not be there.
	Drop(ctx context.Context, id flows.ReportID, p Part) error
	// Redeliver makes the deliveries of a case to supervisors due anew, from the
	// card on, at the time given.
	Redeliver(ctx context.Context, id flows.ReportID, due time.Time) error
	// Delete removes a case and all its deliveries. It need not be there.
	Delete(ctx context.Context, id flows.ReportID) error
}

// Guard slows guessing at receipts down.
type Guard interface {
	// Try counts a guess against each of the keys, durably, before anybody knows
	// whether it is right. When one of them must wait it counts nothing and
	// returns how long.
	Try(ctx context.Context, keys []string, now time.Time) (wait time.Duration, err error)
	// Right takes back what Try counted.
	Right(ctx context.Context, keys []string) error
}

// RequestKind is what somebody asks of their data.
type RequestKind string

// The requests that UU 27/2022 gives people a right to.
const (
	RequestSee      RequestKind = "see"
	RequestCorrect  RequestKind = "correct"
	RequestWithdraw RequestKind = "withdraw"
	RequestDelete   RequestKind = "delete"
)

// RequestTime is how soon they must be done: 3 × 24 hours (UU 27/2022).
const RequestTime = 72 * time.Hour

// Request is one of them. It does not say whose it is.
type Request struct {
	Number          string
	Kind            RequestKind
	At, Until, Done time.Time // Done is zero while it is not
}

// Requests logs them.
type Requests interface {
	// Log stores a request durably. Storing it again stores only Done.
	Log(ctx context.Context, r Request) error
	// Since lists those made since a time, oldest first.
	Since(ctx context.Context, t time.Time) ([]Request, error)
	// ForgetRequests removes those made before the time, and returns how many.
	ForgetRequests(ctx context.Context, before time.Time) (int, error)
}

// Joins keeps the groups that the bot was added to, until the operator says what
// they are.
type Joins interface {
	// Ask keeps a group, which is named by channel and address, under a code until
	// a time, and forgets those whose time is over. fresh is false, and nothing is
	// changed, when the code is there already.
	Ask(ctx context.Context, code, group string, now, until time.Time) (fresh bool, err error)
	// Redeem returns the group of a code and forgets it: a code works once. ok is
	// false when there is none.
	Redeem(ctx context.Context, code string, now time.Time) (group string, ok bool, err error)
}

// Stats is what there is to do and what was done.
type Stats struct {
	Open, Settled int           // cases
	Deliveries    int           // not settled
	Lag           time.Duration // age of the oldest delivery that is not settled
	Inbox         int           // received and not yet worked on
}

// Received is a message that was acknowledged upstream, or will be, before it
// was worked on.
type Received struct {
	Channel string
	ID      string
	Body    []byte // in clear; the backend seals it
}

// Inbox keeps messages that the platform may forget and nobody has worked on.
type Inbox interface {
	// Put stores the messages durably (fsync), all or none. Putting one again
	// changes nothing.
	Put(ctx context.Context, batch []Received) error
	// Done removes messages. Removing one that is not there is no error.
	Done(ctx context.Context, channel string, ids []string) error
	// Pending returns what is there, oldest first. What cannot be opened stays
	// and is left out; the error then says so, beside the rest. It says nothing
	// of what only has no key any more: that arrived, and a copy of the inbox
	// from before was put back.
	Pending(ctx context.Context, channel string) ([]Received, error)
}

// The reasons why the vault refuses a file.
var (
	// ErrTooLarge: the file is larger than the vault takes.
	ErrTooLarge = errors.New("file too large")
	// ErrBadType: the content is of no type that is evidence.
	ErrBadType = errors.New("file type not accepted")
	// ErrEmpty: the file has no content.
	ErrEmpty = errors.New("file is empty")
	// ErrFull: the disk has no room for it.
	ErrFull = errors.New("no room in the vault")
	// ErrNoCopy: there is no copy without metadata.
	ErrNoCopy = errors.New("no copy without metadata")
)

// Custody is what is known of a piece of evidence, whose original is kept as it
// came.
type Custody struct {
	flows.File
	Received time.Time
	Copy     *Derived // nil: there is none
}

// Derived is a copy without metadata.
type Derived struct {
	Digest  string   `json:"digest"` // SHA-256, hexadecimal
	Size    int64    `json:"size"`   // bytes
	Removed []string `json:"removed,omitempty"`
}

// Vault keeps evidence: the original, sealed, and a sealed copy without
// metadata where one can be made. Files of a report are kept under that
// report, so that they go when it goes.
type Vault interface {
	// Keep reads a file to its end, finds its type by its content, scrubs it,
	// seals it and writes it (fsync). Keeping the same content again gives the
	// same File. It returns ErrTooLarge, ErrBadType, ErrEmpty or ErrFull,
	// and then keeps nothing. limit is in bytes.
	Keep(ctx context.Context, id flows.ReportID, r io.Reader, limit int64) (flows.File, error)
	// Describe tells how a file came here and what its copy is.
	Describe(ctx context.Context, id flows.ReportID, f flows.File) (Custody, error)
	// Original opens the file as it was received. The caller closes it.
	Original(ctx context.Context, id flows.ReportID, f flows.File) (io.ReadCloser, error)
	// Copy opens the copy without metadata, or returns ErrNoCopy. The caller
	// closes it.
	Copy(ctx context.Context, id flows.ReportID, f flows.File) (io.ReadCloser, error)
	// Touch says that a report's files are still needed: Sweep counts from now.
	// There may be none.
	Touch(ctx context.Context, id flows.ReportID) error
	// Remove removes one file and its copy. It need not be there.
	Remove(ctx context.Context, id flows.ReportID, f flows.File) error
	// Discard removes all files of a report. There may be none.
	Discard(ctx context.Context, id flows.ReportID) error
	// Sweep removes the files of reports that nobody has changed since the time
	// and that keep says nobody needs. It returns how many reports that were. About
	// files whose keys were destroyed keep is asked without a report.
	Sweep(ctx context.Context, before time.Time, keep func(context.Context, flows.ReportID) (bool, error)) (int, error)
	// Ping returns nil when the vault can be written to.
	Ping(ctx context.Context) error
}
