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

// media scrubs a member as if it had come alone, and returns it with its type.
func (in *officeIn) media(name string, kinds ...string) (body []byte, media string, err error) {
	f := in.members[name]
	if f == nil {
		return nil, "", unclean("a picture is missing")
	}
	src := in.source(f)
	if err := src.read(func(r io.Reader) error { media, err = typeOf(r); return err }); err != nil {
		return nil, "", err
	}
	kind, _, _ := strings.Cut(media, "/")
	scrub := everyScrubber.of(media)
	if scrub == nil || officeMedia[media] == "" || !strings.Contains(strings.Join(kinds, " "), kind) {
		return nil, "", unclean("a picture or film of a kind that cannot be scrubbed")
	}
	b := bytes.NewBuffer(make([]byte, 0, src.size+bytes.MinRead)) // it hardly ever becomes longer
	if err := scrub(b, src, in.gone); err != nil {
		return nil, "", err
	}
	if look := looks[media]; look != nil {
		c, err := look(bytes.NewReader(b.Bytes()))
		if err != nil {
			return nil, "", unclean("it is no picture: " + err.Error())
		}
		if in.pixels += c.Width * c.Height; in.pixels > 4*maxPixels {
			return nil, "", unclean("too many pixels")
		}
	}
	return b.Bytes(), media, nil
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
