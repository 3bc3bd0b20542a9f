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
	// Late is the evidence that came after the report was sent.
	Late []flows.File
	// Opened is when the case was opened. It comes from the caller.
	Opened time.Time
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
	// Files is how many of the case's files the intake has had, or was told of.
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
	// Attach adds late evidence to the case of a report and makes its
	// settled deliveries due again, with no tries and no alarm. A file that the
	// report or the case already has changes nothing. It reports whether there
	// is such a case.
	Attach(ctx context.Context, id flows.ReportID, f flows.File, now time.Time) (bool, error)
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
	// Forget drops the way back to the reporter.
	Forget(ctx context.Context, id flows.ReportID) error
	// HasFiles reports whether a case of this report exists: the vault may
	// drop the files of a report that never became one.
	HasFiles(ctx context.Context, id flows.ReportID) (bool, error)
	// Purge removes the cases opened before the time whose deliveries are all
	// settled, and returns their reports.
	Purge(ctx context.Context, before time.Time) ([]flows.ReportID, error)
	// Stats counts for the metrics.
	Stats(ctx context.Context, now time.Time) (Stats, error)
	// Ping returns nil when the backend can be written to.
	Ping(ctx context.Context) error
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
	// and is left out; the error then says so, beside the rest.
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
	// and that keep says nobody needs. It returns how many reports that were.
	Sweep(ctx context.Context, before time.Time, keep func(context.Context, flows.ReportID) (bool, error)) (int, error)
	// Ping returns nil when the vault can be written to.
	Ping(ctx context.Context) error
}
