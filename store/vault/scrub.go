package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"image"
	_ "image/jpeg" // for the last look at a copy
	_ "image/png"
	"io"

	"github.com/netralitas/netra/flows"
)

// A scrubber writes the picture it reads without all that is not picture, and
// forgets what comes after its end. It streams. Scrubbing what it wrote writes
// the same again. It returns an unclean error for a picture it does not
// understand, and other errors as they come from reader and writer.
type scrubber func(w io.Writer, r io.Reader) error

var scrubbers = map[string]scrubber{
	"image/jpeg": scrubJPEG,
	"image/png":  scrubPNG,
}

// unclean says why no copy without metadata can be made. What was written
// until then is worthless.
type unclean string

func (u unclean) Error() string { return "cannot be scrubbed: " + string(u) }

// What a picture may be. Whoever looks at it must not be brought to their
// knees, and nothing that people photograph is larger.
const (
	maxSide   = 20_000
	maxPixels = 100_000_000
)

func checkSize(width, height int64) error {
	if width < 1 || height < 1 || width > maxSide || height > maxSide || width*height > maxPixels {
		return unclean("unreasonable dimensions")
	}
	return nil
}

// ended makes the end of the file an error of the picture, not of the disk.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return unclean("it ends too soon")
	}
	return err
}

// scrub makes the sealed copy of the original that was sealed to path. It
// returns nil when none can be made.
func (v *Vault) scrub(ctx context.Context, id flows.ReportID, f flows.File, path string) (*draft, error) {
	scrub := scrubbers[f.Type]
	if scrub == nil {
		return nil, nil
	}
	clean, err := v.draft(copyContext(id, f.Digest))
	if err != nil {
		return nil, err
	}
	if err := v.scrubTo(ctx, clean, scrub, path, id, f); err != nil {
		clean.drop()
		if u := unclean(""); errors.As(err, &u) {
			return nil, nil
		}
		return nil, err
	}
	return clean, nil
}

func (v *Vault) scrubTo(ctx context.Context, clean *draft, scrub scrubber, path string, id flows.ReportID, f flows.File) error {
	wrote := sha256.New()
	err := v.read(ctx, path, originalContext(id), func(r io.Reader) error {
		return scrub(io.MultiWriter(clean, wrote), r)
	})
	if err != nil {
		return err
	}
	if err := clean.finish(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	// What is handed out is what is looked at: the copy as it was written.
	return v.read(ctx, clean.path, copyContext(id, f.Digest), func(r io.Reader) error {
		return checkCopy(r, scrub, wrote)
	})
}

// checkCopy holds a copy to the promises: nothing more can be scrubbed from
// it, and it is a picture.
func checkCopy(r io.Reader, scrub scrubber, wrote hash.Hash) error {
	again := sha256.New()
	header := &prefix{max: 64 << 10}
	if err := scrub(io.MultiWriter(again, header), r); err != nil {
		return err
	}
	if !bytes.Equal(again.Sum(nil), wrote.Sum(nil)) {
		return unclean("scrubbing it again changes it")
	}
	if _, _, err := image.DecodeConfig(bytes.NewReader(header.b)); err != nil {
		return unclean("it is no picture: " + err.Error())
	}
	return nil
}

func (v *Vault) read(ctx context.Context, path, context string, use func(io.Reader) error) error {
	o, err := v.unseal(ctx, path, context)
	if err != nil {
		return err
	}
	defer func() { _ = o.Close() }()
	return use(ctxReader{ctx, o})
}

// prefix remembers how something begins.
type prefix struct {
	b   []byte
	max int
}

func (p *prefix) Write(b []byte) (int, error) {
	p.b = append(p.b, b[:min(len(b), p.max-len(p.b))]...)
	return len(b), nil
}
