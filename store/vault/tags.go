package vault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// tagSize returns how long the tag is that begins here, 0 when none does. Tags
// stand before, between and after the frames of MP3 and ADTS.
func tagSize(r *bufio.Reader) (int64, error) {
	b, err := r.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	starts := func(with string) bool { return bytes.HasPrefix(b, []byte(with)) }
	switch {
	case starts("ID3") && len(b) >= 10 && b[3] != 0xFF && (b[6]|b[7]|b[8]|b[9])&0x80 == 0:
		// ID3v2, id3.org, section 3.1
		n := 10 + int64(b[6])<<21 + int64(b[7])<<14 + int64(b[8])<<7 + int64(b[9])
		if b[5]&0x10 != 0 {
			n += 10 // a footer
		}
		return n, nil
	case starts("APETAGEX") && len(b) == 32:
		// APEv2: of the items that follow, and of a footer that may be this one
		n := int64(32)
		if b[23]&0x20 != 0 {
			n += int64(binary.LittleEndian.Uint32(b[12:]))
		}
		return n, nil
	case starts("TAG+"):
		return 227, nil
	case starts("TAG"): // ID3v1
		return 128, nil
	}
	return 0, nil
}

// skip passes over n bytes, or as many as there are.
func skip(r *bufio.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
