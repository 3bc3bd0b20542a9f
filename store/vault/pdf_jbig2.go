package vault

import "encoding/binary"

// pdfJBIG2 makes sure that a fax of scanned letters is nothing else: its
// segments follow each other to the end, and none is a comment. ITU-T T.88,
// 7.2; in PDF without file header and end: 7.4.7.
func pdfJBIG2(b []byte) ([]byte, error) {
	for rest := b; len(rest) > 0; {
		n, kind, err := pdfJBIG2Segment(rest)
		if err != nil {
			return nil, err
		}
		const extension = 62
		if kind == extension {
			return nil, unclean("a comment in a fax")
		}
		rest = rest[n:]
	}
	return b, nil
}

// pdfJBIG2Segment returns how long the first segment is, and of which kind.
func pdfJBIG2Segment(b []byte) (n int, kind byte, err error) {
	broken := unclean("a broken fax")
	if len(b) < 11 {
		return 0, 0, broken
	}
	number, flags := binary.BigEndian.Uint32(b), b[4]
	refers := int(b[5] >> 5)
	at := 6
	if refers == 7 {
		refers = int(binary.BigEndian.Uint32(b[5:]) & (1<<29 - 1))
		at = 9 + (refers+8)/8
	} else if refers > 4 {
		return 0, 0, broken
	}
	switch { // how large a reference to another segment is
	case number <= 256:
		at += refers
	case number <= 65536:
		at += 2 * refers
	default:
		at += 4 * refers
	}
	at++ // the page
	if flags&0x40 != 0 {
		at += 3
	}
	if at+4 > len(b) {
		return 0, 0, broken
	}
	// A length that is not known, 0xFFFFFFFF, is too long as well.
	size := int64(binary.BigEndian.Uint32(b[at:]))
	if at += 4; size > int64(len(b)-at) {
		return 0, 0, broken
	}
	return at + int(size), flags & 63, nil
}
