package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// custody is the chain of custody of a piece of evidence: what the case says of
// it, what the vault says, and whether that is what is there.
type custody struct {
	Number   int            `json:"number"` // as supervisors count
	Type     string         `json:"type"`
	Size     int64          `json:"size"`
	Received string         `json:"received,omitempty"`
	SHA256   string         `json:"sha256"`
	Copy     *store.Derived `json:"copy,omitempty"`
	Removed  bool           `json:"removed"` // its time had come
	Wrong    []string       `json:"wrong"`
}

// evidence reads every file of a case to its end, the original and the copy, and
// says what is not what it was.
func (t *caseTool) evidence(ctx context.Context, k store.Standing) error {
	list := []custody{}
	bad := 0
	for i, f := range t.files(k) {
		x := t.custody(ctx, k, i+1, f)
		if list = append(list, x); len(x.Wrong) > 0 {
			bad++
		}
	}
	err := t.say(struct {
		caseLine
		Evidence []custody `json:"evidence"`
	}{t.line(k), list}, func() {
		fmt.Fprintln(t.p.out, t.line(k))
		for _, x := range list {
			fmt.Fprint(t.p.out, x.words())
		}
	})
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err == nil && bad > 0 {
		err = fmt.Errorf("%d of the %d files are not what they were", bad, len(list))
	}
	return err
}

func (t *caseTool) custody(ctx context.Context, k store.Standing, n int, f flows.File) custody {
	x := custody{Number: n, Type: f.Type, Size: f.Size, SHA256: f.Digest, Removed: k.FilesGone, Wrong: []string{}}
	wrong := func(format string, args ...any) { x.Wrong = append(x.Wrong, fmt.Sprintf(format, args...)) }
	if t.s.vault == nil {
		if !k.FilesGone {
			wrong("there is no vault in the data folder")
		}
		return x
	}
	id := k.Report.ID
	d, err := t.s.vault.Describe(ctx, id, f)
	switch {
	case k.FilesGone && errors.Is(err, fs.ErrNotExist):
		return x
	case k.FilesGone:
		wrong("it was to be removed, and is still there")
		return x
	case err != nil:
		wrong("%s", why(err))
		return x
	}
	x.Received, x.Copy = minute(d.Received), d.Copy
	if t.rules.Flow(k.Report.Flow).Coarse {
		x.Received = date(d.Received)
	}
	if d.Digest != f.Digest || d.Size != f.Size || d.Type != f.Type {
		wrong("the vault has another file in its place")
	}
	if said := read(t.s.vault.Original(ctx, id, f))(f.Digest, f.Size); said != "" {
		wrong("original: %s", said)
	}
	switch {
	case d.Copy != nil:
		if said := read(t.s.vault.Copy(ctx, id, f))(d.Copy.Digest, d.Copy.Size); said != "" {
			wrong("copy: %s", said)
		}
	case f.Clean:
		wrong("copy: it is gone")
	}
	return x
}

// read reads what was opened to its end, and says what is wrong with it, "" when
// nothing is.
func read(r io.ReadCloser, err error) func(digest string, size int64) string {
	return func(digest string, size int64) string {
		if err != nil {
			return why(err)
		}
		defer r.Close()
		sum := sha256.New()
		n, err := io.Copy(sum, r)
		switch {
		case err != nil:
			return why(err)
		case n != size:
			return fmt.Sprintf("it has %d bytes, not %d", n, size)
		case hex.EncodeToString(sum.Sum(nil)) != digest:
			return "it does not have its SHA-256"
		}
		return ""
	}
}

// why says why something cannot be read, without where it is.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is not in the vault"
	case errors.Is(err, store.ErrShredded):
		return "its key was destroyed"
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return "it cannot be read: " + err.Error()
}

// words are the lines of one file.
func (x custody) words() string {
	var b strings.Builder
	line := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "    %-9s "+format+"\n", append([]any{what}, args...)...)
	}
	fmt.Fprintf(&b, "\n%2d  %s, %d bytes\n", x.Number, printable(x.Type), x.Size)
	if x.Received != "" {
		line("received", "%s", x.Received)
	}
	line("SHA-256", "%s", x.SHA256)
	if x.Copy != nil {
		line("copy", "%d bytes", x.Copy.Size)
		line("SHA-256", "%s", x.Copy.Digest)
		line("without", "%s", printable(strings.Join(x.Copy.Removed, ", ")))
	} else if x.Received != "" {
		line("copy", "none: hidden data cannot be removed from this kind with certainty")
	}
	switch {
	case len(x.Wrong) > 0:
		line("✗ wrong", "%s", strings.Join(x.Wrong, "; "))
	case x.Removed:
		line("– removed", "its time had come; its key was destroyed")
	default:
		line("✓ ok", "read to the end")
	}
	return b.String()
}
