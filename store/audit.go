package store

import (
	"context"
	"errors"
	"time"
)

// ErrTampered says that the audit log is not what was written: from the entry
// that the error names on, nothing in it can be relied on.
var ErrTampered = errors.New("the audit log was changed")

// Entry is one line of the audit log. It outlives its case, so nothing in it is
// about a reporter but the case's code.
type Entry struct {
	At     time.Time `json:"-"`
	What   string    `json:"what"` // identity, original, details, delete, …
	Ticket string    `json:"ticket,omitempty"`
	By     Officer   `json:"by"` // Key is "" for whoever runs the program
	In     string    `json:"in,omitempty"`
	Why    string    `json:"why,omitempty"`
}

// Audit is a log that only grows. Every entry is chained to the one before with a
// keyed hash: without the keys nobody can change, reorder or leave out an entry
// unnoticed; with them, or by cutting off the end, somebody can, and is found
// out by a head that was written down elsewhere.
type Audit interface {
	// Append adds an entry durably (fsync): what it is about may be shown after.
	Append(ctx context.Context, e Entry) error
	// Walk calls each for every entry, oldest first, with its number and its link
	// in the chain, and ends with the first error of each. It returns ErrTampered
	// where the chain is broken.
	Walk(ctx context.Context, each func(number int, link string, e Entry) error) error
}
