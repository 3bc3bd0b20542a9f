package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
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

// appendCopy appends a sealed copy to a draft that holds the sealed original,
// and returns its length, 0 when none can be made.
func (v *Vault) appendCopy(ctx context.Context, d *draft, id flows.ReportID, f flows.File) (int64, error) {
	scrub := scrubbers[f.Type]
	if scrub == nil {
		return 0, nil
	}
	original := d.size
	err := v.scrub(ctx, d, scrub, id, f)
	if u := unclean(""); errors.As(err, &u) {
		return 0, d.cut(original)
	}
	return d.size - original, err
}

func (v *Vault) scrub(ctx context.Context, d *draft, scrub scrubber, id flows.ReportID, f flows.File) error {
	original := d.size
	clean, err := v.keys.SealFile(d.out, copyContext(id, f.Digest))
	if err != nil {
		return err
	}
	var wrote maphash.Hash
	err = v.readBack(ctx, d, 0, original, originalContext(id), func(r io.Reader) error {
		return scrub(io.MultiWriter(clean, &wrote), r)
	})
	if err != nil {
		return err
	}
	if err := d.end(clean); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	// What is handed out is what is looked at: the copy as it was written.
	return v.readBack(ctx, d, original, d.size-original, copyContext(id, f.Digest), func(r io.Reader) error {
		return checkCopy(r, scrub, &wrote)
	})
}

// checkCopy holds a copy to the promises: nothing more can be scrubbed from
// it, and it is a picture. Nobody learns a seed, so nobody can make two pictures
// of one hash, and SHA-256 would be most of the work.
func checkCopy(r io.Reader, scrub scrubber, wrote *maphash.Hash) error {
	var again maphash.Hash
	again.SetSeed(wrote.Seed())
	header := &prefix{max: 16 << 10} // before the dimensions a copy has nothing but tables
	if err := scrub(io.MultiWriter(&again, header), r); err != nil {
		return err
	}
	if again.Sum64() != wrote.Sum64() {
		return unclean("scrubbing it again changes it")
	}
	begin := borrowReader(bytes.NewReader(header.b))
	defer returnReader(begin)
	if _, _, err := image.DecodeConfig(begin); err != nil {
		return unclean("it is no picture: " + err.Error())
	}
	return nil
}

// readBack reads a part of the draft.
func (v *Vault) readBack(ctx context.Context, d *draft, from, n int64, context string, use func(io.Reader) error) error {
	sealed := borrowReader(io.NewSectionReader(d.file, from, n))
	defer returnReader(sealed)
	p, err := v.unseal(sealed, context)
	if err != nil {
		return err
	}
	return use(ctxReader{ctx, p})
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
