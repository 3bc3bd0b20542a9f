package vault

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// scrubMP3 copies the frames of layer III and nothing that stands before,
// between and after them: ID3, APE and other tags, pictures, padding.
//
// The first frame may be none: it says how long the sound is, where its parts
// begin, and how many samples at its ends are the encoder's. Without it players
// show a wrong length, and play these samples. So it is written anew, see info.
func scrubMP3(w io.Writer, src source, gone *gone) error {
	var info mp3Info
	if err := src.read(func(r io.Reader) error { return mp3Frames(r, gone, info.count) }); err != nil {
		return err
	}
	switch {
	case info.frames == 0:
		return unclean("no frame")
	case info.side == 0: // it is a frame like the others
	case info.frames == 1:
		return unclean("no sound")
	default:
		if err := src.read(func(r io.Reader) error { return mp3Frames(r, nil, info.locate) }); err != nil {
			return err
		}
		if !bytes.Equal(info.frame(), info.first) {
			gone.add("comment")
		}
	}
	out := borrowWriter(w)
	defer returnWriter(out)
	first := true
	err := src.read(func(r io.Reader) error {
		return mp3Frames(r, nil, func(frame []byte) error {
			if first && info.side != 0 {
				frame = info.frame()
			}
			first = false
			_, err := out.Write(frame)
			return err
		})
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// maxJunk is how much may stand between the frames that is no tag: more is
// something else, and a part of the sound might be missing.
const maxJunk = 64 << 10

// mp3Frames calls use for every frame. After something else a frame must be
// followed by another, by a tag or by the end.
func mp3Frames(r io.Reader, gone *gone, use func(frame []byte) error) error {
	in := borrowReader(r)
	defer returnReader(in)
	var first []byte // header of the first
	synced, junk := false, 0
	for {
		n, err := tagSize(in)
		if err != nil {
			return err
		}
		if n > 0 {
			synced = false
			gone.add("text")
			if err := skip(in, n); err != nil {
				return err
			}
			continue
		}
		head, err := in.Peek(4) // no sooner: looking for tags moves the buffer
		if len(head) == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if first != nil && !mp3Same(first, head) {
			n = 0
		} else {
			n = int64(mp3Frame(head))
		}
		frame, whole, err := mp3Whole(in, int(n), synced)
		if err != nil {
			return err
		}
		if whole {
			if first == nil {
				first = bytes.Clone(frame[:4])
			}
			if err := use(frame); err != nil {
				return err
			}
			if _, err := in.Discard(len(frame)); err != nil {
				return err
			}
			synced = true
			continue
		}
		synced = false
		gone.add("gaps")
		if junk++; junk > maxJunk {
			return unclean("more than frames and tags")
		}
		if _, err := in.Discard(1); err != nil {
			return err
		}
	}
}

// mp3Whole returns a frame of n bytes, if it is whole and, not being synced,
// followed by what may follow it.
func mp3Whole(in *bufio.Reader, n int, synced bool) (frame []byte, ok bool, err error) {
	if n == 0 {
		return nil, false, nil
	}
	b, err := in.Peek(n + 8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	if len(b) < n {
		return nil, false, nil
	}
	frame, next := b[:n], b[n:]
	if synced || len(next) == 0 || mp3Frame(next) != 0 && mp3Same(frame, next) {
		return frame, true, nil
	}
	for _, tag := range []string{"ID3", "TAG", "APETAGEX"} {
		if bytes.HasPrefix(next, []byte(tag)) {
			return frame, true, nil
		}
	}
	return nil, false, nil
}

// mp3Same reports whether two headers have version, layer and rate in common,
// and are both of one channel or both of two.
func mp3Same(a, b []byte) bool {
	return len(a) >= 4 && len(b) >= 4 &&
		a[1]&^1 == b[1]&^1 && a[2]&0x0C == b[2]&0x0C && (a[3]>>6 == 3) == (b[3]>>6 == 3)
}
