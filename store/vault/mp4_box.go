package vault

import (
	"encoding/binary"
	"slices"
)

// A box is a length, a kind of four letters, and a body that may be boxes again:
// ISO/IEC 14496-12, section 4.2. QuickTime calls it an atom.
type mp4Box struct {
	kind string
	body []byte
}

// mp4MaxBoxes is how many may stand beside each other.
const mp4MaxBoxes = 1024

// mp4Boxes splits a body into boxes. QuickTime ends some lists with zeros that
// are too few for a box.
func mp4Boxes(b []byte) (list []mp4Box, err error) {
	for len(b) > 0 {
		if len(b) <= 4 && !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) {
			break
		}
		if len(b) < 8 || len(list) == mp4MaxBoxes {
			return nil, unclean("a broken box, or too many")
		}
		n := int64(binary.BigEndian.Uint32(b))
		if n < 8 || n > int64(len(b)) {
			return nil, unclean("a box of no sound size")
		}
		list = append(list, mp4Box{string(b[4:8]), b[8:n]})
		b = b[n:]
	}
	return list, nil
}

// mp4Find returns the body of the only box of a kind, nil when there is none.
func mp4Find(list []mp4Box, kind string) ([]byte, error) {
	var found []byte
	for _, b := range list {
		if b.kind != kind {
			continue
		}
		if found != nil {
			return nil, unclean("two boxes " + kind)
		}
		found = b.body
	}
	return found, nil
}

// mp4Need returns the body of the only box of a kind, which must be there and
// be this long at least.
func mp4Need(list []mp4Box, kind string, size int) ([]byte, error) {
	b, err := mp4Find(list, kind)
	if err == nil && (b == nil || len(b) < size) {
		err = unclean("a box " + kind + " is missing or too short")
	}
	return b, err
}

// mp4Inside returns the boxes in the only box of a kind.
func mp4Inside(list []mp4Box, kind string) ([]mp4Box, error) {
	b, err := mp4Need(list, kind, 0)
	if err != nil {
		return nil, err
	}
	return mp4Boxes(b)
}

// mp4Make is a box of this content.
func mp4Make(kind string, parts ...[]byte) []byte {
	n := 8
	for _, p := range parts {
		n += len(p)
	}
	b := make([]byte, 0, n)
	b = append(binary.BigEndian.AppendUint32(b, uint32(n)), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// mp4Only is as long as b, and zeros but for these parts of it.
func mp4Only(b []byte, parts ...[2]int) []byte {
	out := make([]byte, len(b))
	for _, p := range parts {
		copy(out[p[0]:p[1]], b[p[0]:p[1]])
	}
	return out
}
