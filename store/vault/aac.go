package vault

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// scrubAAC copies ADTS frames: ISO/IEC 14496-3, section 1.A.2.2. Tags before
// and after them stay behind, and so do a frame that is cut, the bits for whose
// the recording is, and the name of the encoder.
func scrubAAC(w io.Writer, r io.Reader, gone *gone) error {
	in, out := borrowReader(r), borrowWriter(w)
	defer returnReader(in)
	defer returnWriter(out)
	var first [4]byte // what all frames have in common
	for frames := 0; ; {
		n, err := tagSize(in)
		if err != nil {
			return err
		}
		if n > 0 {
			gone.add("text")
			if err := skip(in, n); err != nil {
				return err
			}
			continue
		}
		head, err := in.Peek(7)
		if errors.Is(err, io.EOF) && frames > 0 {
			if len(head) > 0 {
				gone.add("trailer")
			}
			return out.Flush()
		}
		if err != nil {
			return ended(err)
		}
		size := adtsFrame(head)
		if size == 0 {
			return unclean("no frame where one should be")
		}
		// Version, layer, check sum; profile, rate and channels. Without a
		// number of channels the frames describe them, and may comment.
		same := [4]byte{head[1], head[2] &^ 2, head[3] & 0xC0}
		if frames == 0 {
			first = same
		}
		if same != first || head[2]&1 == 0 && head[3]&0xC0 == 0 {
			return unclean("frames that do not belong together")
		}
		frame, err := in.Peek(size)
		if errors.Is(err, io.EOF) && frames > 0 {
			gone.add("trailer")
			return out.Flush()
		}
		if err != nil {
			return ended(err)
		}
		if err := writeADTS(out, frame, gone); err != nil {
			return err
		}
		if _, err := in.Discard(size); err != nil {
			return err
		}
		frames++
	}
}

func writeADTS(w *bufio.Writer, frame []byte, gone *gone) error {
	var head [7]byte
	copy(head[:], frame)
	head[2] &^= 2    // private
	head[3] &^= 0x3C // original, home, and two for a number of the copyright
	w.Write(head[:])
	if frame[1]&1 == 1 {
		return aacCopy(w, bytes.NewReader(frame[7:]), int64(len(frame)-7), gone)
	}
	if !bytes.Equal(head[:], frame[:7]) {
		return unclean("a private bit under a check sum")
	}
	if len(frame) > 9 && aacBlank(bytes.Clone(frame[9:])) {
		return unclean("notes under a check sum")
	}
	_, err := w.Write(frame[7:])
	return err
}
