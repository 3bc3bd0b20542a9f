package vault

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
)

// scrubMP4 is the scrubber of films and sound in boxes: MP4 and its kin, and
// QuickTime, from which they came. Three boxes are written: what kind of file it
// is, always the same for a media type; the description, with nothing but what
// is needed to show pictures and play sound; and of the media the samples of
// these, in the order of the file, and nothing between them.
//
// Left behind are texts, places, times, names of devices and programs, and all
// tracks that are neither film nor sound, with their samples: cameras write in
// them where they were twice a second. Within pictures, see nal, it is the notes
// of the encoder.
//
// The file is read twice: the description may stand at its end.
func scrubMP4(brands string) scrubber {
	return func(w io.Writer, src source, gone *gone) error {
		f := mp4File{size: src.size, gone: gone}
		if err := src.read(f.find); err != nil {
			return ended(err)
		}
		m, err := mp4Understand(f.moov, brands[:4] == "qt  ", gone)
		if err != nil {
			return err
		}
		if err := m.place(&f); err != nil {
			return err
		}
		out := borrowWriter(w)
		defer returnWriter(out)
		out.Write(mp4Make("ftyp", []byte(brands[:4]), make([]byte, 4), []byte(brands)))
		if err := m.describe(out, int64(16+len(brands))); err != nil {
			return err
		}
		if err := src.read(func(r io.Reader) error { return m.copyMedia(out, r, gone) }); err != nil {
			return ended(err)
		}
		return out.Flush()
	}
}

const (
	mp4MaxMoov  = 4 << 20 // an hour's film has less than 3 MiB
	mp4MaxMedia = 1024
)

// mp4File is where things are in a file.
type mp4File struct {
	size  int64
	moov  []byte
	media []mp4Range
	gone  *gone
}

type mp4Range struct{ at, end int64 }

// mp4Gone is what boxes that are left behind are called; others are private.
var mp4Gone = map[string]string{
	"udta": "text", "meta": "text", "free": "gaps", "skip": "gaps", "wide": "gaps", "pnot": "thumbnail", "PICT": "thumbnail",
}

// mp4Left notes that a box was left behind.
func mp4Left(gone *gone, kind string, size int64) {
	name := mp4Gone[kind]
	switch {
	case name == "gaps" && size == 0:
	case name == "":
		gone.add("private")
	default:
		gone.add(name)
	}
}

// find reads the headers of the boxes, and the description.
func (f *mp4File) find(r io.Reader) error {
	in := borrowReader(r)
	defer returnReader(in)
	for at := int64(0); at < f.size; {
		kind, body, n, err := mp4Header(in, f.size-at)
		u := unclean("")
		if f.moov != nil && f.media != nil && errors.As(ended(err), &u) {
			f.gone.add("trailer")
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.one(in, kind, at+n-body, body); err != nil {
			return err
		}
		at += n
	}
	if f.moov == nil {
		return unclean("no description")
	}
	return nil
}

// mp4Header reads the header of a box, and returns how long its body is, and it
// with its header.
func mp4Header(r io.Reader, left int64) (kind string, body, n int64, err error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return "", 0, 0, err
	}
	kind = string(b[4:])
	head := int64(8)
	switch n = int64(binary.BigEndian.Uint32(b[:])); n {
	case 0:
		n = left
	case 1: // a long size follows
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return "", 0, 0, err
		}
		if n = math.MaxInt64; b[0] < 0x80 {
			n = int64(binary.BigEndian.Uint64(b[:]))
		}
		head = 16
	}
	if n < head || n > left {
		return "", 0, 0, unclean("a box of no sound size")
	}
	return kind, n - head, n, nil
}

func (f *mp4File) one(in *bufio.Reader, kind string, at, size int64) error {
	switch kind {
	case "moov":
		if f.moov != nil || size > mp4MaxMoov {
			return unclean("two descriptions, or one too long")
		}
		f.moov = make([]byte, size)
		_, err := io.ReadFull(in, f.moov)
		return err
	case "moof":
		return unclean("in fragments")
	case "mdat":
		if len(f.media) == mp4MaxMedia {
			return unclean("media in too many pieces")
		}
		f.media = append(f.media, mp4Range{at, at + size})
	case "ftyp":
		if at > 16 {
			return unclean("a beginning in the middle")
		}
	default:
		mp4Left(f.gone, kind, size)
	}
	_, err := io.CopyN(io.Discard, in, size)
	return err
}

// place puts the chunks of all tracks into the order of the file. None may lie
// outside the media or on another.
func (m *mp4Movie) place(f *mp4File) error {
	for i := range m.tracks {
		m.chunks = append(m.chunks, m.tracks[i].chunks...)
		m.tracks[i].chunks = nil
	}
	slices.SortFunc(m.chunks, func(a, b mp4Chunk) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.size, b.size),
			cmp.Compare(a.track, b.track), cmp.Compare(a.index, b.index))
	})
	var before, all int64
	media := f.media
	for _, r := range media {
		all += r.end - r.at
	}
	for _, c := range m.chunks {
		if c.size == 0 {
			continue
		}
		for len(media) > 0 && c.at >= media[0].end {
			media = media[1:]
		}
		if c.at < before || len(media) == 0 || c.at < media[0].at || c.size > media[0].end-c.at {
			return unclean("samples outside the media, or on each other")
		}
		before = c.at + c.size
		m.size += c.size
	}
	if m.size == 0 {
		return unclean("no samples")
	}
	if m.size < all {
		f.gone.add("gaps")
	}
	return nil
}
