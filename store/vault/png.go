package vault

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

const (
	maxChunks = 1 << 16
	// maxRaw is how much the pixels may be when inflated: a small file can
	// ask for very much work.
	maxRaw = 512 << 20
)

// scrubPNG copies what is needed to show the picture: header, palette,
// transparency, how its numbers become colours, and the pixels. Texts, EXIF,
// colour profiles, times, sizes, private chunks and all after the end stay
// behind. So does what hides behind the pixels in their own chunks: the pixels
// are inflated, counted, and put into chunks anew.
//
// An animation is not scrubbed: half of a proof is no proof.
func scrubPNG(w io.Writer, r io.Reader, gone *gone) error {
	s := &pngScrubber{r: borrowReader(r), w: borrowWriter(w), crc: crc32.NewIEEE(), gone: gone}
	defer returnReader(s.r)
	defer returnWriter(s.w)
	if err := s.scrub(); err != nil {
		return ended(err)
	}
	return s.w.Flush()
}

type pngScrubber struct {
	r *bufio.Reader
	w *bufio.Writer
	// The chunk being read: what is left of it, and the sum of what was read.
	kind   string
	left   uint32
	crc    hash.Hash32
	chunks int
	pushed bool // the chunk was begun and not yet worked on

	seen map[string]bool
	raw  int64 // bytes of the inflated pixels
	gone *gone
}

// pngNames are what chunks that are left behind are called; others are private.
var pngNames = map[string]string{
	"eXIf": "exif", "iCCP": "icc", "tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time", "pHYs": "resolution",
}

// pngKept are the small chunks that are kept, with the sizes that are sound.
var pngKept = map[string]func(size uint32) bool{
	"PLTE": func(n uint32) bool { return n > 0 && n <= 768 && n%3 == 0 },
	"tRNS": func(n uint32) bool { return n > 0 && n <= 256 },
	"gAMA": func(n uint32) bool { return n == 4 },
	"cHRM": func(n uint32) bool { return n == 32 },
	"sRGB": func(n uint32) bool { return n == 1 },
	"sBIT": func(n uint32) bool { return n >= 1 && n <= 4 },
	"bKGD": func(n uint32) bool { return n == 1 || n == 2 || n == 6 },
}

func (s *pngScrubber) scrub() error {
	var magic [len(pngMagic)]byte
	if _, err := io.ReadFull(s.r, magic[:]); err != nil {
		return err
	}
	if string(magic[:]) != pngMagic {
		return unclean("no PNG")
	}
	s.w.WriteString(pngMagic)
	s.seen = map[string]bool{}
	for {
		if err := s.begin(); err != nil {
			return err
		}
		if (s.kind == "IHDR") == s.seen["IHDR"] {
			return unclean("header missing, late or twice")
		}
		if s.kind == "IEND" {
			return s.end()
		}
		if err := s.one(); err != nil {
			return err
		}
	}
}

// begin reads where the next chunk begins.
func (s *pngScrubber) begin() error {
	if s.pushed {
		s.pushed = false
		return nil
	}
	if s.chunks++; s.chunks > maxChunks {
		return unclean("too many chunks")
	}
	var b [8]byte
	if _, err := io.ReadFull(s.r, b[:]); err != nil {
		return err
	}
	s.left, s.kind = binary.BigEndian.Uint32(b[:]), string(b[4:])
	for _, c := range b[4:] {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return unclean("a chunk of no kind")
		}
	}
	if s.left > 1<<31-1 {
		return unclean("a chunk too large")
	}
	s.crc.Reset()
	s.crc.Write(b[4:])
	return nil
}

// finish passes over what is left of the chunk, and checks its sum.
func (s *pngScrubber) finish() error {
	if _, err := io.CopyN(s.crc, s.r, int64(s.left)); err != nil {
		return err
	}
	s.left = 0
	var sum [4]byte
	if _, err := io.ReadFull(s.r, sum[:]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(sum[:]) != s.crc.Sum32() {
		return unclean("a wrong check sum")
	}
	return nil
}

func (s *pngScrubber) one() error {
	switch sound := pngKept[s.kind]; {
	case s.kind == "IHDR":
		return s.small(s.header)
	case s.kind == "IDAT":
		if s.seen["IDAT"] {
			return unclean("pixels in two places")
		}
		s.seen["IDAT"] = true
		return s.pixels()
	case s.kind == "acTL" || s.kind == "fcTL" || s.kind == "fdAT":
		return unclean("an animation")
	case sound != nil:
		if s.seen["IDAT"] || !sound(s.left) {
			return unclean("a broken or late " + s.kind)
		}
		return s.small(nil)
	case s.kind[0]&0x20 == 0:
		return unclean("an unknown chunk that matters")
	}
	name := pngNames[s.kind]
	if name == "" {
		name = "private"
	}
	s.gone.add(name)
	return s.finish()
}

// small copies a chunk that check, if any, finds sound.
func (s *pngScrubber) small(check func([]byte) error) error {
	if s.seen[s.kind] || s.left > 768 {
		return unclean("a chunk twice, or too large")
	}
	s.seen[s.kind] = true
	kind, body := s.kind, make([]byte, s.left)
	if _, err := io.ReadFull(s.r, body); err != nil {
		return err
	}
	s.crc.Write(body)
	s.left = 0
	if err := s.finish(); err != nil {
		return err
	}
	if check != nil {
		if err := check(body); err != nil {
			return err
		}
	}
	return s.write(kind, body)
}

func (s *pngScrubber) write(kind string, body []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	head = append(head, kind...)
	sum := crc32.Update(crc32.ChecksumIEEE(head[4:]), crc32.IEEETable, body)
	s.w.Write(head)
	s.w.Write(body)
	_, err := s.w.Write(binary.BigEndian.AppendUint32(nil, sum))
	return err
}

func (s *pngScrubber) end() error {
	if !s.seen["IDAT"] || s.left != 0 {
		return unclean("a broken end")
	}
	if err := s.finish(); err != nil {
		return err
	}
	if _, err := s.r.ReadByte(); err == nil {
		s.gone.add("trailer")
	}
	return s.write("IEND", nil)
}

// header checks the IHDR and computes how much the pixels are.
func (s *pngScrubber) header(b []byte) error {
	if len(b) != 13 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return unclean("a broken header")
	}
	width, height := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	if err := checkSize(width, height); err != nil {
		return err
	}
	depth, colour := int64(b[8]), b[9]
	channels := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
	few := depth == 1 || depth == 2 || depth == 4 // bits: only one channel can have so few
	switch {
	case channels == 0,
		depth != 8 && depth != 16 && !few,
		few && channels > 1,
		depth == 16 && colour == 3:
		return unclean("an unknown kind of pixels")
	}
	s.raw = rawSize(width, height, depth*channels, b[12] == 1)
	if s.raw > maxRaw {
		return unclean("too many pixels")
	}
	return nil
}

// rawSize is the size of the inflated pixels: lines with a byte before each,
// in one pass, or in the seven of Adam7.
func rawSize(width, height, bits int64, interlaced bool) int64 {
	if !interlaced {
		return height * (1 + (width*bits+7)/8)
	}
	var n int64
	for _, p := range [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		w, h := (width-p[0]+p[2]-1)/p[2], (height-p[1]+p[3]-1)/p[3]
		if w > 0 && h > 0 {
			n += h * (1 + (w*bits+7)/8)
		}
	}
	return n
}
