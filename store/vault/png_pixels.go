package vault

import (
	"errors"
	"io"
)

// chunkSize is how much picture data a chunk of a copy holds.
const chunkSize = 32 << 10

// pixels inflates the data of the IDAT chunks, and copies as much of it as
// that took.
func (s *pngScrubber) pixels() error {
	b := chunks.Get().(*[2 * chunkSize]byte)
	defer chunks.Put(b)
	data := &idatReader{s: s, buf: b[:chunkSize], out: b[chunkSize:chunkSize]}
	if err := data.inflate(s.raw); err != nil {
		if data.err != nil && !errors.Is(data.err, io.EOF) {
			return data.err
		}
		return unclean("broken pixels")
	}
	if len(data.out) > 0 {
		if err := s.write("IDAT", data.out); err != nil {
			return err
		}
	}
	for data.fill() { // what hides behind the pixels
		data.in = nil
	}
	if !errors.Is(data.err, io.EOF) {
		return data.err
	}
	return nil
}

// idatReader reads the content of consecutive IDAT chunks, and writes what was
// taken from it as chunks.
type idatReader struct {
	s   *pngScrubber
	buf []byte
	in  []byte // part of buf that nobody took yet
	out []byte
	// err stays. It is io.EOF after the last IDAT chunk, and only then.
	err error
}

var _ interface {
	io.Reader
	io.ByteReader // so that inflating does not take more than it needs
} = (*idatReader)(nil)

func (d *idatReader) inflate(raw int64) error {
	z, err := borrowInflater(d)
	if err != nil {
		return err
	}
	defer inflaters.Put(z)
	if _, err := io.CopyN(io.Discard, z, raw); err != nil {
		return err
	}
	if n, err := io.CopyN(io.Discard, z, 1); n != 0 || !errors.Is(err, io.EOF) {
		return unclean("more pixels than the header says")
	}
	return d.notEOF()
}

// notEOF is err unless that says that the data was read to its end.
func (d *idatReader) notEOF() error {
	if errors.Is(d.err, io.EOF) {
		return nil
	}
	return d.err
}

// fill makes sure that there is something to take, or sets err.
func (d *idatReader) fill() bool {
	for d.err == nil && len(d.in) == 0 {
		if d.s.left > 0 {
			d.err = ended(d.read())
			continue
		}
		if d.err = ended(d.s.finish()); d.err != nil {
			break
		}
		if d.err = ended(d.s.begin()); d.err == nil && d.s.kind != "IDAT" {
			d.s.pushed = true
			d.err = io.EOF
		}
	}
	return d.err == nil
}

// read reads more of the chunk.
func (d *idatReader) read() error {
	p := d.buf[:min(int64(len(d.buf)), int64(d.s.left))]
	if _, err := io.ReadFull(d.s.r, p); err != nil {
		return err
	}
	d.s.left -= uint32(len(p))
	d.s.crc.Write(p)
	d.in = p
	return nil
}

func (d *idatReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !d.fill() {
		return 0, d.err
	}
	n := copy(p, d.in[:min(len(d.in), cap(d.out)-len(d.out))])
	return n, d.take(n)
}

func (d *idatReader) ReadByte() (byte, error) {
	if !d.fill() {
		return 0, d.err
	}
	b := d.in[0]
	return b, d.take(1)
}

// take moves n bytes, for which there is room, from in to out.
func (d *idatReader) take(n int) error {
	d.out = append(d.out, d.in[:n]...)
	d.in = d.in[n:]
	if len(d.out) == cap(d.out) {
		d.err = d.s.write("IDAT", d.out)
		d.out = d.out[:0]
	}
	return d.err
}
