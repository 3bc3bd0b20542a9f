package vault

import (
	"bufio"
	"io"
)

// aacMaxFill is as long as a fill element can be: 3 bits of its kind, 4 and 8 of
// its length, and 269 bytes.
const aacMaxFill = 272

// aacBlank clears what stands in a fill element at the beginning of a frame
// (ISO/IEC 14496-3, section 4.4.2.7), where encoders write what they are called,
// and reports whether there was something. Its length stays. Decoders pass over
// it: what belongs to sound, as spectral band replication, comes after it.
func aacBlank(frame []byte) (was bool) {
	if len(frame) < 2 || frame[0]>>5 != 6 {
		return false
	}
	at, n := 7, int(frame[0]>>1&15)
	if n == 15 {
		at, n = 15, 14+int(frame[0]&1<<7|frame[1]>>1)
	}
	for i := range frame[:min(len(frame), aacMaxFill)] {
		keep := byte(0) // bits that stand before it or after it
		for bit := range 8 {
			if k := 8*i + bit; k < at || k >= at+8*n {
				keep |= 0x80 >> bit
			}
		}
		was = was || frame[i]&^keep != 0
		frame[i] &= keep
	}
	return was
}

// aacCopy copies a frame of this size.
func aacCopy(w *bufio.Writer, r io.Reader, size int64, gone *gone) error {
	var b [aacMaxFill]byte
	head := b[:min(size, aacMaxFill)]
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if aacBlank(head) {
		gone.add("notes")
	}
	w.Write(head)
	_, err := io.CopyN(w, r, size-int64(len(head)))
	return err
}
