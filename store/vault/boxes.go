package vault

import (
	"encoding/binary"
	"slices"
)

// heifBox is a box of the ISO base media file format (ISO/IEC 14496-12,
// section 4.2).
type heifBox struct {
	kind string
	body []byte
	at   int64 // where in the file the body begins
}

// heifCut cuts the first box off what begins at an offset of the file. A box
// without size goes to the end.
func heifCut(b []byte, at int64) (box heifBox, rest []byte, err error) {
	c := heifCursor{b: b}
	size, head := c.uint(4), uint64(8)
	kind := string(c.take(4))
	switch size {
	case 0:
		size = uint64(len(b))
	case 1:
		size, head = c.uint(8), 16
	}
	if c.short || size < head || size > uint64(len(b)) {
		return box, nil, unclean("a box out of its place")
	}
	return heifBox{kind, b[head:size], at + int64(head)}, b[size:], nil
}

// heifMaxBoxes is how many may stand beside each other. The largest pictures of
// phones are of some hundred tiles, with two or three properties each.
const heifMaxBoxes = 8192

// boxes are those within a box, after some bytes of its own.
func (b heifBox) boxes(skip int) (list []heifBox, err error) {
	if skip > len(b.body) {
		return nil, unclean("a box too short")
	}
	for rest := b.body[skip:]; len(rest) > 0; {
		var box heifBox
		if len(list) == heifMaxBoxes {
			return nil, unclean("too many boxes")
		}
		at := b.at + int64(len(b.body)-len(rest))
		if box, rest, err = heifCut(rest, at); err != nil {
			return nil, err
		}
		list = append(list, box)
	}
	return list, nil
}

// full is a cursor after version and flags.
func (b heifBox) full() (version byte, flags uint32, c heifCursor) {
	c = heifCursor{b: b.body}
	version = byte(c.uint(1))
	return version, uint32(c.uint(3)), c
}

// heifCursor reads big endian numbers. After the end all are 0, and short is
// true.
type heifCursor struct {
	b     []byte
	short bool
}

func (c *heifCursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return make([]byte, min(n, 8))
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// uint reads a number of up to eight bytes.
func (c *heifCursor) uint(n int) (v uint64) {
	for _, x := range c.take(n) {
		v = v<<8 | uint64(x)
	}
	return v
}

// done is an error unless all was there and nothing is left.
func (c *heifCursor) done() error {
	if c.short || len(c.b) > 0 {
		return unclean("a box too short, or too long")
	}
	return nil
}

// isobox is a box as it is written.
func isobox(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	b := append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...)
	return append(b, body...)
}

// isoboxFull is one with version and flags.
func isoboxFull(kind string, version byte, flags uint32, parts ...[]byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(version)<<24|flags)
	return isobox(kind, append([][]byte{head}, parts...)...)
}
