package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime/debug"
	"slices"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// A scrubber writes what it is given without all that is not content, and
// forgets what comes after its end. Scrubbing what it wrote writes the same
// again. It returns an unclean error for a file it does not understand, and
// other errors as they come from the source and the writer. Its memory is
// bounded, and its time is in proportion to the size of the file, whatever
// stands in it.
type scrubber func(w io.Writer, src source, gone *gone) error

var scrubbers = map[string]scrubber{
	"image/avif": scrubHEIF,
	"image/gif":  streaming(scrubGIF),
	"image/heic": scrubHEIF,
	"image/jpeg": streaming(scrubJPEG),
	"image/png":  streaming(scrubPNG),
	"image/tiff": scrubTIFF,
	"image/webp": scrubWebP,

	"audio/aac":    streaming(scrubAAC),
	"audio/amr":    streaming(amrNarrow.scrub),
	"audio/amr-wb": streaming(amrWide.scrub),
	"audio/mpeg":   scrubMP3,
	"audio/ogg":    streaming(scrubOgg),
	"audio/wav":    scrubWAV,

	"audio/mp4":       scrubMP4("M4A mp42isom"),
	"video/3gpp":      scrubMP4("3gp6isom"),
	"video/3gpp2":     scrubMP4("3g2aisom"),
	"video/mp4":       scrubMP4("isomiso2mp41mp42"),
	"video/quicktime": scrubMP4("qt  "),

	"application/pdf": scrubPDF,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   scrubOOXML("word"),
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         scrubOOXML("xl"),
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": scrubOOXML("ppt"),
	"application/vnd.oasis.opendocument.text":                                   scrubODF("text"),
	"application/vnd.oasis.opendocument.spreadsheet":                            scrubODF("spreadsheet"),
	"application/vnd.oasis.opendocument.presentation":                           scrubODF("presentation"),
}

// looks are the decoders that a copy's beginning must satisfy, where the standard
// library has one.
var looks = map[string]func(io.Reader) (image.Config, error){
	"image/gif":  gif.DecodeConfig,
	"image/jpeg": jpeg.DecodeConfig,
	"image/png":  png.DecodeConfig,
}

// streaming is a scrubber that reads once from the beginning to the end.
func streaming(scrub func(io.Writer, io.Reader, *gone) error) scrubber {
	return func(w io.Writer, src source, gone *gone) error {
		return src.read(func(r io.Reader) error { return scrub(w, r, gone) })
	}
}

// source is a sealed file that can be read as often as it is needed.
type source struct {
	size int64
	// read gives a reader of the whole file from its beginning, and returns
	// what its user returns.
	read func(use func(io.Reader) error) error
	// within says that it is part of a file that is in memory.
	within bool
}

// large is the size, in bytes, from which the memory of a file is given back at
// once and not when the collector comes by.
const large = 4 << 20

// whole reads a file into memory, for formats that cannot be read in order. One
// is there at a time, with what it contains, so that a crowd of them needs no
// more memory than one.
func (s source) whole(use func(b []byte) error) error {
	if !s.within {
		inMemory <- struct{}{}
		defer func() { <-inMemory }()
		if s.size >= large {
			defer debug.FreeOSMemory()
		}
	}
	b := make([]byte, s.size)
	if err := s.read(func(r io.Reader) error {
		_, err := io.ReadFull(r, b)
		return err
	}); err != nil {
		return err
	}
	return use(b)
}

var inMemory = make(chan struct{}, 1)

// gone collects what a scrubber left behind, in words of a fixed list: "exif",
// "xmp", "thumbnail". It is no secret and tells nothing of the content.
type gone struct{ what []string }

// add notes that something was left behind. A nil list takes no notes.
func (g *gone) add(what string) {
	if g == nil {
		return
	}
	if at, there := slices.BinarySearch(g.what, what); !there {
		g.what = slices.Insert(g.what, at, what)
	}
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
// and returns what it is, nil when none can be made.
func (v *Vault) appendCopy(ctx context.Context, d *draft, id flows.ReportID, f flows.File) (*store.Derived, error) {
	scrub := scrubbers[f.Type]
	if scrub == nil {
		return nil, nil
	}
	original := d.size
	made, err := v.scrub(ctx, d, scrub, id, f)
	if u := unclean(""); errors.As(err, &u) {
		return nil, d.cut(original)
	}
	return made, err
}

func (v *Vault) scrub(ctx context.Context, d *draft, scrub scrubber, id flows.ReportID, f flows.File) (*store.Derived, error) {
	original := d.size
	clean, err := v.keys.SealFile(id, d.out, copyContext(id, f.Digest))
	if err != nil {
		return nil, err
	}
	wrote, size, left := sha256.New(), &counted{}, &gone{}
	err = survive(scrub, io.MultiWriter(clean, wrote, size), source{size: f.Size, read: func(use func(io.Reader) error) error {
		return v.readBack(ctx, d, 0, original, id, originalContext(id), f.Size, use)
	}}, left)
	if err != nil {
		return nil, err
	}
	if err := fill(clean, size.n); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	if err := d.end(clean); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	made := &store.Derived{Digest: hex.EncodeToString(wrote.Sum(nil)), Size: size.n, Removed: left.what}
	// What is handed out is what is looked at: the copy as it was written.
	return made, checkCopy(scrub, source{size: size.n, read: func(use func(io.Reader) error) error {
		return v.readBack(ctx, d, original, d.size-original, id, copyContext(id, f.Digest), size.n, use)
	}}, f.Type, made.Digest)
}

// checkCopy holds a copy to the promises: nothing more can be scrubbed from
// it, and it still is what it was.
func checkCopy(scrub scrubber, src source, media, digest string) error {
	again := sha256.New()
	header := &prefix{max: 16 << 10} // before the dimensions a picture has nothing but tables
	if err := survive(scrub, io.MultiWriter(again, header), src, nil); err != nil {
		return err
	}
	if hex.EncodeToString(again.Sum(nil)) != digest {
		return unclean("scrubbing it again changes it")
	}
	if look := looks[media]; look != nil {
		begin := borrowReader(bytes.NewReader(header.b))
		defer returnReader(begin)
		if _, err := look(begin); err != nil {
			return unclean("it is no picture: " + err.Error())
		}
	}
	return nil
}

// survive makes a bug in a scrubber a file that cannot be scrubbed: strangers
// choose what it reads.
func survive(scrub scrubber, w io.Writer, src source, gone *gone) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = unclean(fmt.Sprintf("the scrubber panicked: %v at %s", p, debug.Stack()))
		}
	}()
	return scrub(w, src, gone)
}

// readBack reads a part of the draft.
func (v *Vault) readBack(ctx context.Context, d *draft, from, n int64, id flows.ReportID, context string, size int64, use func(io.Reader) error) error {
	sealed := borrowReader(io.NewSectionReader(d.file, from, n))
	defer returnReader(sealed)
	p, err := v.unseal(id, sealed, context, size)
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

// counted counts what is written to it.
type counted struct{ n int64 }

func (c *counted) Write(b []byte) (int, error) { c.n += int64(len(b)); return len(b), nil }
