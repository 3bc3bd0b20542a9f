package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// scrubWAV writes two chunks: what the samples are, and the samples. All others
// stay behind: texts, pictures, marks, and what broadcasters and recorders say
// about time, place and device.
func scrubWAV(w io.Writer, src source, gone *gone) error {
	var s wavSound
	if err := src.read(func(r io.Reader) error { return s.find(r, src.size, gone) }); err != nil {
		return ended(err)
	}
	if s.size == 0 || 12+8+int64(len(s.format))+8+s.size > 1<<32-8 {
		return unclean("no samples, or too many")
	}
	fill := s.size & 1
	head := []byte("RIFF")
	head = binary.LittleEndian.AppendUint32(head, uint32(4+8+int64(len(s.format))+8+s.size+fill))
	head = append(head, "WAVEfmt "...)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(s.format)))
	head = append(head, s.format...)
	head = append(head, "data"...)
	head = binary.LittleEndian.AppendUint32(head, uint32(s.size))
	out := borrowWriter(w)
	defer returnWriter(out)
	out.Write(head)
	err := src.read(func(r io.Reader) error {
		in := borrowReader(r)
		defer returnReader(in)
		if err := skip(in, s.at); err != nil {
			return err
		}
		_, err := io.CopyN(out, in, s.size)
		return ended(err)
	})
	if err != nil {
		return err
	}
	out.Write(make([]byte, fill))
	return out.Flush()
}

// wavSound is what the samples are, and where.
type wavSound struct {
	format   []byte // nil until it came
	block    int64  // bytes of the samples of one moment
	at, size int64
}

func (s *wavSound) find(r io.Reader, size int64, gone *gone) error {
	in := borrowReader(r)
	defer returnReader(in)
	var b [12]byte
	if _, err := io.ReadFull(in, b[:]); err != nil {
		return err
	}
	if string(b[:4]) != "RIFF" || string(b[8:]) != "WAVE" {
		return unclean("no WAV")
	}
	for at := int64(12); ; {
		_, err := io.ReadFull(in, b[:8])
		if (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && s.at > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		at += 8
		kind, n := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		switch {
		case kind == "fmt ":
			if s.format != nil || n > 64 {
				return unclean("formats of two kinds, or too long")
			}
			body := make([]byte, n+n&1)
			if _, err := io.ReadFull(in, body); err != nil {
				return err
			}
			if err := s.understand(body[:n]); err != nil {
				return err
			}
			at += n + n&1
			continue
		case kind == "data":
			if s.at > 0 || s.format == nil || n > size-at {
				return unclean("samples twice, of no format, or not there")
			}
			s.at, s.size = at, n-n%s.block
		case s.at > 0 && n > size-at:
			gone.add("trailer")
			return nil
		default:
			gone.add(wavName(kind))
		}
		n += n & 1
		if err := skip(in, n); err != nil {
			return err
		}
		at += n
	}
}

// wavName is what a chunk that is left behind is called.
func wavName(kind string) string {
	switch kind {
	case "LIST", "id3 ", "ID3 ", "cue ", "labl", "note":
		return "text"
	case "_PMX":
		return "xmp"
	}
	return "private"
}

// guidTail is how the kinds of samples that have a number are written at length.
const guidTail = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"

// understand checks a format, and writes it without what is not needed:
// Multimedia Programming Interface and Data Specifications 1.0, and Microsoft's
// WAVEFORMATEXTENSIBLE.
func (s *wavSound) understand(b []byte) error {
	if len(b) < 16 {
		return unclean("a format too short")
	}
	le := binary.LittleEndian
	kind, channels, rate, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint16(b[14:])
	var extension []byte
	number := kind
	if kind == 0xFFFE {
		if len(b) != 40 || le.Uint16(b[16:]) != 22 || !bytes.Equal(b[26:], []byte(guidTail)) || le.Uint16(b[18:]) > bits {
			return unclean("an unknown kind of samples")
		}
		number, extension = le.Uint16(b[24:]), b[16:]
	}
	switch {
	case number == 1 && (bits == 8 || bits == 16 || bits == 24 || bits == 32), // whole numbers
		number == 3 && (bits == 32 || bits == 64), // floating point
		(number == 6 || number == 7) && bits == 8: // A-law, µ-law
	default:
		return unclean("an unknown kind of samples")
	}
	block := uint32(channels) * uint32(bits) / 8
	if channels < 1 || channels > 64 || rate < 1 || rate > 1<<20 || uint32(le.Uint16(b[12:])) != block {
		return unclean("numbers that cannot be")
	}
	s.block = int64(block)
	out := bytes.Clone(b[:16])
	le.PutUint32(out[8:], rate*block)
	switch {
	case extension != nil:
		out = append(out, extension...)
	case number != 1:
		out = append(out, 0, 0) // no more follows
	}
	s.format = out
	return nil
}
