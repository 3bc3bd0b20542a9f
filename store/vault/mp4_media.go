package vault

import (
	"bufio"
	"io"
)

// copyMedia copies the chunks in their order.
func (m *mp4Movie) copyMedia(w *bufio.Writer, r io.Reader, gone *gone) error {
	in := borrowReader(r)
	defer returnReader(in)
	at := int64(0)
	for _, c := range m.chunks {
		if c.size == 0 {
			continue
		}
		if err := skip(in, c.at-at); err != nil {
			return err
		}
		at = c.at + c.size
		t := &m.tracks[c.track]
		var err error
		switch {
		case t.entry.units != nil:
			for i := range c.n {
				if err = t.entry.units.copy(w, in, t.samples.size(c.first+i), t.entry.length, gone); err != nil {
					break
				}
			}
		case t.entry.fills:
			for i := range c.n {
				if err = aacCopy(w, in, t.samples.size(c.first+i), gone); err != nil {
					break
				}
			}
		case t.entry.noNotes:
			_, err = io.CopyN(io.MultiWriter(w, &mp4Search{}), in, c.size)
		default:
			_, err = io.CopyN(w, in, c.size)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mp4Notes begin what is no picture in MPEG-4 films: user_data, ISO/IEC 14496-2,
// section 6.2.1. Decoders know the errors of encoders by them.
const mp4Notes = "\x00\x00\x01\xB2"

// mp4Search finds notes in what is written to it.
type mp4Search struct{ last uint32 }

func (s *mp4Search) Write(p []byte) (int, error) {
	for _, c := range p {
		if s.last = s.last<<8 | uint32(c); s.last == 0x1B2 {
			return 0, unclean("an old film with notes in it")
		}
	}
	return len(p), nil
}
