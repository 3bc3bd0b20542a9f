package vault

import (
	"bufio"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"io"
)

// How much of a GIF there may be: a small file can ask for very much work.
const (
	maxPictureFrames = 4096
	maxGIFPixels     = 256 << 20 // of all frames together
)

// What begins a block (GIF89a, section 12 and appendix A).
const (
	gifExtension = 0x21
	gifImage     = 0x2C
	gifTrailer   = 0x3B

	gifPlainText   = 0x01
	gifControl     = 0xF9
	gifComment     = 0xFE
	gifApplication = 0xFF
)

// scrubGIF copies what is needed to show the frames: screen, colours, times,
// pixels, and how often they are repeated. Comments, texts, what programs left
// for themselves and all after the trailer stay behind. The pixels are counted
// and compressed anew, so that nothing hides behind them.
func scrubGIF(w io.Writer, r io.Reader, gone *gone) error {
	pixels := int64(maxGIFPixels)
	return scrubGIFWithin(w, r, gone, &pixels)
}

// scrubGIFWithin scrubs one of several, whose frames together may have so many
// pixels. Those that it has are taken off.
func scrubGIFWithin(w io.Writer, r io.Reader, gone *gone, pixels *int64) error {
	s := &gifScrubber{r: borrowReader(r), w: borrowWriter(w), gone: gone, pixels: pixels}
	defer returnReader(s.r)
	defer returnWriter(s.w)
	if err := s.scrub(); err != nil {
		return ended(err)
	}
	return s.w.Flush()
}

type gifScrubber struct {
	r *bufio.Reader
	w *bufio.Writer
	// control is the graphic control extension for the next frame, nil for none.
	control       []byte
	loop          []byte // how often all is repeated, nil: nobody said
	width, height int    // of the screen
	frames        int
	pixels        *int64 // that frames may still have
	unpack        lzw.Reader
	pack          lzw.Writer
	gone          *gone
}

func (s *gifScrubber) scrub() error {
	var head [13]byte // section 17 and 18
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return err
	}
	if v := string(head[:6]); v != "GIF87a" && v != "GIF89a" {
		return unclean("no GIF")
	}
	s.width, s.height = int(binary.LittleEndian.Uint16(head[6:])), int(binary.LittleEndian.Uint16(head[8:]))
	if err := checkSize(int64(s.width), int64(s.height)); err != nil {
		return err
	}
	colours := head[10]&0x80 != 0
	if !colours {
		head[10] &= 0x70 // how large no table is, says nothing
		head[11] = 0     // nor does which of its colours is behind all
	}
	s.w.Write(head[:])
	if colours {
		if err := s.table(head[10]); err != nil {
			return err
		}
	}
	for {
		kind, err := s.r.ReadByte()
		if err != nil {
			return err
		}
		switch kind {
		case gifExtension:
			err = s.extension()
		case gifImage:
			err = s.image()
		case gifTrailer:
			return s.end()
		default:
			return unclean("an unknown block")
		}
		if err != nil {
			return err
		}
	}
}

func (s *gifScrubber) end() error {
	if s.frames == 0 {
		return unclean("no frame")
	}
	if _, err := s.r.ReadByte(); err == nil {
		s.gone.add("trailer")
	}
	return s.w.WriteByte(gifTrailer)
}

// table copies a colour table, whose size the flags before it tell.
func (s *gifScrubber) table(flags byte) error {
	var b [3 << 8]byte
	colours := b[:3<<(flags&7+1)]
	if _, err := io.ReadFull(s.r, colours); err != nil {
		return err
	}
	_, err := s.w.Write(colours)
	return err
}

func (s *gifScrubber) extension() error {
	label, err := s.r.ReadByte()
	if err != nil {
		return err
	}
	switch label {
	case gifControl:
		return s.graphicControl()
	case gifApplication:
		return s.application()
	case gifComment:
		s.gone.add("comment")
	case gifPlainText: // no viewer shows it
		s.gone.add("text")
		if s.control != nil { // is its own, which viewers do not know
			return unclean("a control of a text")
		}
		grid, err := s.block()
		if err != nil {
			return err
		}
		if len(grid) != 12 { // viewers disagree on where it ends
			return unclean("a broken text")
		}
	default:
		s.gone.add("private")
	}
	return s.skip()
}

// graphicControl remembers how the next frame is shown (section 23): how long,
// what is done with it afterwards, and which colour is none. That somebody must
// press a key before it goes on is nowhere done.
func (s *gifScrubber) graphicControl() error {
	var b [6]byte
	if _, err := io.ReadFull(s.r, b[:]); err != nil {
		return err
	}
	if b[0] != 4 || b[5] != 0 {
		return unclean("a broken control")
	}
	if s.control != nil { // viewers disagree on what the first still says
		return unclean("two controls of a frame")
	}
	b[1] &= 0x1D
	if b[1]&1 == 0 {
		b[4] = 0
	}
	s.control = append([]byte{gifExtension, gifControl}, b[:]...)
	return nil
}

// application keeps how often all is repeated, which Netscape brought up.
func (s *gifScrubber) application() error {
	name, err := s.block()
	if err != nil {
		return err
	}
	if n := len(name); n != 11 && n != 10 { // which Adobe takes for it; of others viewers disagree on where they end
		return unclean("an application of no name")
	}
	switch string(name) {
	case "NETSCAPE2.0", "ANIMEXTS1.0":
		return s.repeat()
	case "XMP DataXMP":
		s.gone.add("xmp")
	case "ICCRGBG1012":
		s.gone.add("icc")
	default:
		s.gone.add("private")
	}
	return s.skip()
}

func (s *gifScrubber) repeat() error {
	for {
		b, err := s.block()
		if err != nil {
			return err
		}
		switch {
		case len(b) == 0:
			return nil
		case len(b) != 3 || b[0]&7 != 1: // how much to read before it begins, and the like
			s.gone.add("private")
		case s.loop == nil:
			s.loop = append(s.loop, b[1:]...)
			s.w.WriteString("\x21\xFF\x0BNETSCAPE2.0\x03\x01")
			s.w.Write(s.loop)
			s.w.WriteByte(0)
		case string(s.loop) != string(b[1:]):
			return unclean("two words on how often it is repeated")
		}
	}
}

// block reads a sub-block. An empty one ends what they make up.
func (s *gifScrubber) block() ([]byte, error) {
	n, err := s.r.ReadByte()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(s.r, b)
	return b, err
}

// skip passes over sub-blocks to their end.
func (s *gifScrubber) skip() error {
	for {
		n, err := s.r.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := s.r.Discard(int(n)); err != nil {
			return err
		}
	}
}

// image copies a frame (section 20).
func (s *gifScrubber) image() error {
	var b [9]byte
	if _, err := io.ReadFull(s.r, b[:]); err != nil {
		return err
	}
	at := func(i int) int { return int(binary.LittleEndian.Uint16(b[i:])) }
	width, height := at(4), at(6)
	s.frames++
	*s.pixels -= int64(width) * int64(height)
	switch {
	case width == 0 || height == 0 || at(0)+width > s.width || at(2)+height > s.height:
		return unclean("a frame that is not on the screen")
	case s.frames > maxPictureFrames || *s.pixels < 0:
		return unclean("too many frames")
	}
	colours := b[8]&0x80 != 0
	if b[8] &= 0xE7; !colours {
		b[8] &= 0x40
	}
	s.w.Write(s.control)
	s.control = nil
	s.w.WriteByte(gifImage)
	s.w.Write(b[:])
	if colours {
		if err := s.table(b[8]); err != nil {
			return err
		}
	}
	return s.data(int64(width) * int64(height))
}

// data decompresses and compresses the pixels of a frame (section 22).
func (s *gifScrubber) data(pixels int64) error {
	bits, err := s.r.ReadByte()
	if err != nil {
		return err
	}
	if bits < 2 || bits > 8 {
		return unclean("pixels of no size")
	}
	s.w.WriteByte(bits)
	in, out := &gifReader{r: s.r}, &gifWriter{w: s.w}
	s.unpack.Reset(in, lzw.LSB, int(bits))
	s.pack.Reset(out, lzw.LSB, int(bits))
	if _, err = io.CopyN(&s.pack, &s.unpack, pixels); err == nil {
		err = nothingMore(&s.unpack, in)
	}
	switch {
	case in.err != nil && !errors.Is(in.err, io.EOF):
		return in.err
	case out.err != nil:
		return out.err
	case err != nil:
		return unclean("broken pixels, or more than the frame has")
	}
	if err := s.pack.Close(); err != nil {
		return err
	}
	if err := out.end(); err != nil {
		return err
	}
	return in.rest(s.gone)
}

// nothingMore reads once more. Whoever forgot to write that this was all is
// understood.
func nothingMore(z io.Reader, in *gifReader) error {
	n, err := io.ReadFull(z, make([]byte, 1))
	if n == 0 && (errors.Is(err, io.EOF) || errors.Is(in.err, io.EOF)) {
		return nil
	}
	return unclean("more pixels")
}

// gifReader reads the content of sub-blocks, byte by byte, so that
// decompressing does not take more than it needs.
type gifReader struct {
	r    *bufio.Reader
	left int // of the sub-block
	// err stays. It is io.EOF after the last sub-block, and only then.
	err error
}

func (g *gifReader) ReadByte() (b byte, err error) {
	if g.err == nil && g.left == 0 {
		var n byte
		if n, err = g.r.ReadByte(); err != nil {
			g.err = ended(err)
		} else if n == 0 {
			g.err = io.EOF
		}
		g.left = int(n)
	}
	if g.err != nil {
		return 0, g.err
	}
	g.left--
	if b, err = g.r.ReadByte(); err != nil {
		g.err = ended(err)
	}
	return b, g.err
}

func (g *gifReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if p[n], err = g.ReadByte(); err != nil {
			break
		}
		n++
	}
	return n, err
}

// rest passes over what hides behind the pixels.
func (g *gifReader) rest(gone *gone) error {
	for {
		switch _, err := g.ReadByte(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		gone.add("trailer")
	}
}

// gifWriter writes sub-blocks, each but the last as long as can be.
type gifWriter struct {
	w   *bufio.Writer
	b   [1 + 255]byte
	n   int
	err error
}

func (g *gifWriter) Write(p []byte) (int, error) {
	for i := 0; i < len(p); {
		c := copy(g.b[1+g.n:], p[i:])
		i += c
		if g.n += c; g.n == 255 {
			g.flush()
		}
	}
	return len(p), g.err
}

func (g *gifWriter) flush() {
	if g.n == 0 || g.err != nil {
		return
	}
	g.b[0] = byte(g.n)
	_, g.err = g.w.Write(g.b[:1+g.n])
	g.n = 0
}

func (g *gifWriter) end() error {
	g.flush()
	if g.err == nil {
		g.err = g.w.WriteByte(0)
	}
	return g.err
}
