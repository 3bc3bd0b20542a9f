package vault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// scrubOgg writes the packets of a voice message anew. Of the headers it writes
// its own, with what decoding needs; the comments, where programs leave their
// name, times, places and pictures, become none. All packets of sound are kept,
// in pages that are numbered from 0 under a number that is always the same.
//
// A file of several streams, beside or after each other, is not scrubbed: half
// of a proof is no proof.
func scrubOgg(w io.Writer, r io.Reader, gone *gone) error {
	s := &oggScrubber{r: borrowReader(r), w: borrowWriter(w), gone: gone}
	defer returnReader(s.r)
	defer returnWriter(s.w)
	if err := s.scrub(); err != nil {
		return ended(err)
	}
	return s.w.Flush()
}

// maxOggPacket is more than a header or a moment of sound needs.
const maxOggPacket = 1 << 20

// An oggCodec knows the packets of a kind of sound.
type oggCodec interface {
	// headers is how many packets come before the sound. The second is the
	// comments, and is not given to header in full.
	headers() int
	// header returns what is written for the n-th header.
	header(n int, packet []byte) ([]byte, error)
	// sound checks a packet of sound, may blank bytes in it that are not sound,
	// and returns how many samples it has if granule wants to know.
	sound(packet []byte) (samples int64, err error)
	// granule returns the position to write for a page that completes packets,
	// given the one that was read and the samples of these packets. It is asked
	// once for each page, in order.
	granule(read, samples int64, last bool) (int64, error)
}

type oggScrubber struct {
	r    *bufio.Reader
	w    *bufio.Writer
	gone *gone

	page    oggPage
	packet  []byte // as far as it was read
	partial bool   // it goes on on the next page
	codec   oggCodec
	serial  uint32
	headers int // that came
	pages   uint32
	end     bool // the last page came
	// The sound that is not written yet: only when there is more is it known
	// that it is not the last.
	waiting, next oggGroup
}

// oggGroup is the packets that are complete on one page, and its position.
type oggGroup struct {
	body    []byte
	sizes   []int
	granule int64
	samples int64
}

func (g *oggGroup) add(packet []byte, samples int64) {
	g.body = append(g.body, packet...)
	g.sizes = append(g.sizes, len(packet))
	g.samples += samples
}

func (g *oggGroup) reset() { g.body, g.sizes, g.samples = g.body[:0], g.sizes[:0], 0 }

func (s *oggScrubber) scrub() error {
	for n := 0; !s.end; n++ {
		err := s.page.read(s.r)
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if err != nil {
			return err
		}
		if err := s.one(n == 0); err != nil {
			return err
		}
	}
	if s.partial {
		return unclean("it ends within a packet")
	}
	if len(s.waiting.sizes) == 0 {
		return unclean("no sound")
	}
	if err := s.write(&s.waiting, true); err != nil {
		return err
	}
	return s.trailer()
}

// one works on a page.
func (s *oggScrubber) one(first bool) error {
	p := &s.page
	if first {
		s.serial = p.serial
	}
	if p.serial != s.serial || p.first() != first {
		return unclean("several streams")
	}
	if p.continued() != s.partial && len(p.lacing) > 0 {
		return unclean("a packet in pieces that do not fit")
	}
	s.end = p.last()
	body := p.body
	for _, n := range p.lacing {
		if err := s.more(body[:n]); err != nil {
			return err
		}
		body = body[n:]
		if s.partial = n == 255; s.partial {
			continue
		}
		if err := s.done(); err != nil {
			return err
		}
		s.packet = s.packet[:0]
	}
	if len(s.next.sizes) == 0 {
		return nil
	}
	s.next.granule = p.granule
	if len(s.waiting.sizes) > 0 {
		if err := s.write(&s.waiting, false); err != nil {
			return err
		}
	}
	s.waiting, s.next = s.next, s.waiting
	s.next.reset()
	return nil
}

// more adds to the packet, of the comments only the beginning.
func (s *oggScrubber) more(b []byte) error {
	if s.headers == 1 {
		b = b[:min(len(b), max(0, 256-len(s.packet)))]
	}
	if len(s.packet)+len(b) > maxOggPacket {
		return unclean("a packet too large")
	}
	s.packet = append(s.packet, b...)
	return nil
}

// done works on a complete packet.
func (s *oggScrubber) done() error {
	if s.codec == nil {
		if s.codec = oggCodecOf(s.packet); s.codec == nil {
			return unclean("an unknown kind of sound")
		}
	}
	if s.headers == s.codec.headers() {
		samples, err := s.codec.sound(s.packet)
		s.next.add(s.packet, samples)
		return err
	}
	clean, err := s.codec.header(s.headers, s.packet)
	if err != nil {
		return err
	}
	if !bytes.Equal(clean, s.packet) {
		s.gone.add("comment")
	}
	var g oggGroup
	g.add(clean, 0)
	s.headers++
	return s.writePages(&g, 0, 0)
}

// oggCodecOf tells the kind of sound by the first packet.
func oggCodecOf(packet []byte) oggCodec {
	switch {
	case bytes.HasPrefix(packet, []byte(opusHead)):
		return &opus{}
	case bytes.HasPrefix(packet, []byte("\x01vorbis")):
		return &vorbis{}
	case bytes.HasPrefix(packet, []byte(speexHead)):
		return &speex{}
	}
	return nil
}

func (s *oggScrubber) write(g *oggGroup, last bool) error {
	at, err := s.codec.granule(g.granule, g.samples, last && s.end)
	if err != nil {
		return err
	}
	var flags byte
	if last && s.end {
		flags = oggLast
	}
	return s.writePages(g, at, flags)
}

// writePages writes packets on one page. Only the first can be so large that it
// began on an earlier one; then it begins there here, too, and the last page is
// full.
func (s *oggScrubber) writePages(g *oggGroup, granule int64, flags byte) error {
	var lacing []byte
	for _, n := range g.sizes {
		for ; n >= 255; n -= 255 {
			lacing = append(lacing, 255)
		}
		lacing = append(lacing, byte(n))
	}
	body := g.body
	var continued byte
	for early := len(lacing) - 255; early > 0; {
		n := min(early, 255)
		if err := s.writePage(continued, -1, lacing[:n], body[:255*n]); err != nil {
			return err
		}
		lacing, body, continued, early = lacing[n:], body[255*n:], oggContinued, early-n
	}
	return s.writePage(flags|continued, granule, lacing, body)
}

func (s *oggScrubber) writePage(flags byte, granule int64, lacing, body []byte) error {
	if s.pages == 0 {
		flags |= oggFirst
	}
	head := append(make([]byte, 0, oggHeader+255), "OggS\x00"...)
	head = append(head, flags)
	head = binary.LittleEndian.AppendUint64(head, uint64(granule))
	head = binary.LittleEndian.AppendUint32(head, 1) // the stream's number
	head = binary.LittleEndian.AppendUint32(head, s.pages)
	head = append(head, 0, 0, 0, 0, byte(len(lacing)))
	head = append(head, lacing...)
	binary.LittleEndian.PutUint32(head[22:], oggSum(oggSum(0, head), body))
	s.pages++
	s.w.Write(head)
	_, err := s.w.Write(body)
	return err
}

// trailer reads what comes after the end: another stream there would be played.
func (s *oggScrubber) trailer() error {
	var last [4]byte
	for {
		b, err := s.r.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.gone.add("trailer")
		last = [4]byte{last[1], last[2], last[3], b}
		if string(last[:]) == "OggS" {
			return unclean("several streams")
		}
	}
}
