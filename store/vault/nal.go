package vault

import (
	"bufio"
	"bytes"
	"io"
)

// nalKinds says of what a film of H.264 or H.265 is made: units, of which some
// are pictures, or say how to decode them. All others are filled up with what
// decoders pass over, and keep their length, so that everything stays in its
// place. That is how encoders' and cameras' notes (SEI) go: some write time,
// place and serial number with every picture.
type nalKinds struct {
	header int // bytes
	keep   func(header []byte, size int64) bool
	fill   []byte // header of a unit that is passed over
}

var (
	// ITU-T H.264, table 7-1: slices; sets of parameters; a new picture, end of
	// a sequence, end of the stream; more of a set. A new picture has a byte that
	// says of what kinds, the ends have nothing (7.3.2.4 to 7.3.2.6): what is
	// longer holds something else.
	avcKinds = nalKinds{1, func(h []byte, size int64) bool {
		kind := h[0] & 31
		switch {
		case h[0]&0x80 != 0:
			return false
		case kind == 9:
			return size <= 2
		case kind == 10 || kind == 11:
			return size == 1
		}
		return kind >= 1 && kind <= 5 || kind == 7 || kind == 8 || kind == 13
	}, []byte{12}}
	// ITU-T H.265, table 7-1: slices; sets of parameters; a new picture, end of
	// a sequence, end of the stream, as long as in H.264 (7.3.2.5 to 7.3.2.7).
	// Only of the layer that everybody sees.
	hevcKinds = nalKinds{2, func(h []byte, size int64) bool {
		kind, layer := h[0]>>1&63, h[0]&1<<5|h[1]>>3
		switch {
		case h[0]&0x80 != 0 || layer != 0:
			return false
		case kind == 35:
			return size <= 3
		case kind == 36 || kind == 37:
			return size == 2
		}
		return kind <= 9 || kind >= 16 && kind <= 21 || kind >= 32 && kind <= 34
	}, []byte{38 << 1, 1}}
)

// copy copies a sample of this size, whose units have their length in so many
// bytes before them.
func (k *nalKinds) copy(w *bufio.Writer, r *bufio.Reader, size int64, length int, gone *gone) error {
	for size > 0 {
		if size < int64(length) {
			return unclean("units that do not fit")
		}
		n := int64(0)
		for range length {
			b, err := r.ReadByte()
			if err != nil {
				return err
			}
			w.WriteByte(b)
			n = n<<8 | int64(b)
		}
		size -= int64(length)
		if n < int64(k.header) || n > size {
			return unclean("units that do not fit")
		}
		size -= n
		head, err := r.Peek(k.header)
		if err != nil {
			return err
		}
		if k.keep(head, n) {
			if _, err := io.CopyN(w, r, n); err != nil {
				return err
			}
			continue
		}
		if !bytes.Equal(head, k.fill) {
			gone.add("notes")
		}
		if err := skip(r, n); err != nil {
			return err
		}
		if err := k.filler(w, n); err != nil {
			return err
		}
	}
	return nil
}

var nalFill = bytes.Repeat([]byte{0xFF}, 512)

// filler writes a unit of n bytes: its header, fill, and the bit that ends it.
func (k *nalKinds) filler(w *bufio.Writer, n int64) error {
	_, err := w.Write(k.fill)
	for n -= int64(k.header); n > 1; {
		part := min(n-1, int64(len(nalFill)))
		_, err = w.Write(nalFill[:part])
		n -= part
	}
	if n == 1 {
		err = w.WriteByte(0x80)
	}
	return err
}
