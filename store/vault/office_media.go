package vault

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// officeMedia are the pictures, sounds and films that may stand in a document,
// with the end of the name that the copy gets. Each has a scrubber, or the
// document has none: EMF and WMF are programs of drawing commands in which
// whole files may hide, and SVG can do what pages can.
var officeMedia = map[string]string{
	"image/jpeg": "jpeg", "image/png": "png", "image/gif": "gif", "image/tiff": "tiff", "image/webp": "webp",
	"audio/mpeg": "mp3", "audio/wav": "wav", "audio/mp4": "m4a", "audio/aac": "aac",
	"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/3gpp": "3gp",
}

// What pictures, sounds and films of one document may be, inflated. A document
// has hardly more in it than it is long: they are compressed in themselves.
const (
	maxMedium      = 24 << 20
	maxMedia       = 40 << 20  // of all
	maxMediaFrames = maxPixels // pixels of all frames of pictures that move
)

// media scrubs a member as if it had come alone, and returns it with its type.
func (in *officeIn) media(name string, kinds ...string) (body []byte, media string, err error) {
	f := in.members[name]
	if f == nil {
		return nil, "", unclean("a picture is missing")
	}
	src := in.source(f)
	// Before anything is made of it: little can be a large picture.
	if in.inflated += src.size; src.size > maxMedium || in.inflated > maxMedia {
		return nil, "", unclean("pictures or films too large")
	}
	if err := src.read(func(r io.Reader) error { media, err = typeOf(r); return err }); err != nil {
		return nil, "", err
	}
	kind, _, _ := strings.Cut(media, "/")
	scrub := everyScrubber.of(media)
	if scrub == nil || officeMedia[media] == "" || !strings.Contains(strings.Join(kinds, " "), kind) {
		return nil, "", unclean("a picture or film of a kind that cannot be scrubbed")
	}
	if err := in.count(src, media); err != nil {
		return nil, "", err
	}
	if media == "image/gif" {
		scrub = streaming(func(w io.Writer, r io.Reader, gone *gone) error {
			return scrubGIFWithin(w, r, gone, &in.frames)
		})
	}
	b := bytes.NewBuffer(make([]byte, 0, src.size+bytes.MinRead)) // it hardly ever becomes longer
	if err := scrub(b, src, in.gone); err != nil {
		return nil, "", err
	}
	if look := looks[media]; look != nil {
		if _, err := look(bytes.NewReader(b.Bytes())); err != nil {
			return nil, "", unclean("it is no picture: " + err.Error())
		}
	}
	return b.Bytes(), media, nil
}

// count counts the pixels of a picture. What its head does not tell, nobody
// will see: its copy is no picture either.
func (in *officeIn) count(src source, media string) error {
	look := looks[media]
	if look == nil {
		return nil
	}
	return src.read(func(r io.Reader) error {
		c, err := look(r)
		if err != nil {
			return nil //nolint:nilerr // the scrubber says it better
		}
		if in.pixels += c.Width * c.Height; in.pixels > 4*maxPixels {
			return unclean("too many pixels")
		}
		return nil
	})
}

// typeOf finds the type of a file by its content.
func typeOf(r io.Reader) (string, error) {
	b := borrowReader(r)
	defer returnReader(b)
	head, err := b.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	judge := sniff(head)
	if judge == nil {
		return "", nil
	}
	if _, err := io.Copy(judge, b); err != nil {
		return "", unclean("no evidence by itself: " + err.Error())
	}
	return judge.verdict(), nil
}

// everyScrubber looks a scrubber up. Scrubbers of documents are among those
// that they look up; called by an interface, that is no cycle for the compiler.
var everyScrubber interface{ of(media string) scrubber } = lookUp{}

type lookUp struct{}

func (lookUp) of(media string) scrubber { return scrubbers[media] }
