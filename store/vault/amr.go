package vault

import (
	"errors"
	"io"
)

// amr is one of the two codecs of calls: RFC 4867, section 5.
type amr struct {
	magic string
	// bits is how many a frame of each kind has, -1 for kinds that do not exist.
	bits [16]int
}

var (
	amrNarrow = amr{"#!AMR\n", [16]int{95, 103, 118, 134, 148, 159, 204, 244, 39, -1, -1, -1, -1, -1, -1, 0}}
	amrWide   = amr{"#!AMR-WB\n", [16]int{132, 177, 253, 285, 317, 365, 397, 461, 477, 40, -1, -1, -1, -1, 0, 0}}
)

// scrub copies frames, with zeros for the bits that fill up the last byte. What
// follows the last whole frame stays behind, if it is too short for its kind.
func (a amr) scrub(w io.Writer, r io.Reader, gone *gone) error {
	in, out := borrowReader(r), borrowWriter(w)
	defer returnReader(in)
	defer returnWriter(out)
	magic := make([]byte, len(a.magic))
	if _, err := io.ReadFull(in, magic); err != nil {
		return ended(err)
	}
	if string(magic) != a.magic {
		return unclean("no AMR")
	}
	out.Write(magic)
	var frame [1 + 64]byte
	for frames := 0; ; frames++ {
		kind, err := in.ReadByte()
		if errors.Is(err, io.EOF) && frames > 0 {
			return out.Flush()
		}
		if err != nil {
			return ended(err)
		}
		bits := a.bits[kind>>3&15]
		if kind&0x80 != 0 || bits < 0 {
			return unclean("no frame where one should be")
		}
		frame[0] = kind & 0x7C // kind and quality; the others are reserved
		n := (bits + 7) / 8
		if _, err := io.ReadFull(in, frame[1:1+n]); err != nil {
			if u := unclean(""); frames == 0 || !errors.As(ended(err), &u) {
				return ended(err)
			}
			gone.add("trailer")
			return out.Flush()
		}
		if fill := 8*n - bits; fill > 0 {
			frame[n] &= 0xFF << fill
		}
		if _, err := out.Write(frame[:1+n]); err != nil {
			return err
		}
	}
}
