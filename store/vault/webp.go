package vault

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Flags of a VP8X chunk (WebP container specification, "Extended file format").
const (
	webpAnimation = 0x02
	webpEXIF      = 0x08
	webpAlpha     = 0x10
)

// How much of a WebP there may be.
const (
	maxWebPChunks = 1 << 16
	maxWebPPixels = 256 << 20 // of all frames together
)

// scrubWebP copies what is needed to show the picture, or the frames: sizes,
// times, pixels, transparency, and which side is up. EXIF, XMP, colour profiles,
// chunks that it does not know, and all after the end stay behind.
//
// The pixels are taken as they are: only who decodes them knows where they end
// within their chunk.
func scrubWebP(w io.Writer, src source, gone *gone) error {
	return src.whole(func(b []byte) error {
		if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
			return unclean("no WebP")
		}
		size := int64(binary.LittleEndian.Uint32(b[4:])) + 8
		if size < 12 || size > int64(len(b)) {
			return unclean("it ends too soon")
		}
		if size < int64(len(b)) {
			gone.add("trailer")
		}
		s := &webpScrubber{gone: gone}
		if err := s.scrub(b[12:size]); err != nil {
			return err
		}
		return s.write(w)
	})
}

type webpScrubber struct {
	out    []webpChunk
	pixels int64 // of all frames
	alpha  bool  // a frame is transparent
	chunks int
	gone   *gone
}

type webpChunk struct {
	kind string
	// body is the content, in parts: pixels are not copied.
	body [][]byte
}

// size is how long the chunk is as it is written, padded to an even length.
func (c webpChunk) size() int {
	n := 0
	for _, b := range c.body {
		n += len(b)
	}
	return 8 + n + n&1
}

func (s *webpScrubber) write(w io.Writer) error {
	out := borrowWriter(w)
	defer returnWriter(out)
	size := 4
	for _, c := range s.out {
		size += c.size()
	}
	out.WriteString("RIFF")
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(size)))
	out.WriteString("WEBP")
	for _, c := range s.out {
		for _, b := range c.bytes() {
			out.Write(b)
		}
	}
	return out.Flush()
}

// bytes is the chunk as it is written, in parts.
func (c webpChunk) bytes() [][]byte {
	n := 0
	for _, b := range c.body {
		n += len(b)
	}
	head := binary.LittleEndian.AppendUint32([]byte(c.kind), uint32(n))
	return append(append([][]byte{head}, c.body...), make([]byte, n&1))
}

// next cuts the first chunk off.
func (s *webpScrubber) next(b []byte) (kind string, body, rest []byte, err error) {
	if s.chunks++; s.chunks > maxWebPChunks {
		return "", nil, nil, unclean("too many chunks")
	}
	if len(b) < 8 {
		return "", nil, nil, unclean("it ends too soon")
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n > int64(len(b)-8) {
		return "", nil, nil, unclean("it ends too soon")
	}
	end := 8 + n + n&1
	return string(b[:4]), b[8 : 8+n], b[min(end, int64(len(b))):], nil
}

func (s *webpScrubber) scrub(b []byte) error {
	kind, body, rest, err := s.next(b)
	if err != nil {
		return err
	}
	switch kind {
	case "VP8X":
		return s.extended(body, rest)
	case "VP8 ", "VP8L":
		if len(rest) > 0 {
			s.gone.add("private")
		}
		width, height, err := webpSize(kind, body)
		if err != nil {
			return err
		}
		s.out = append(s.out, webpChunk{kind, [][]byte{body}})
		return checkSize(width, height)
	}
	return unclean("it does not begin with a picture")
}

// webpNames are what chunks that are left behind are called; others are private.
var webpNames = map[string]string{"EXIF": "exif", "XMP ": "xmp", "ICCP": "icc"}

// extended: everything is announced by the VP8X chunk.
func (s *webpScrubber) extended(head, rest []byte) error {
	if len(head) != 10 {
		return unclean("a broken header")
	}
	flags, width, height := head[0], 1+webp24(head[4:]), 1+webp24(head[7:])
	if err := checkSize(width, height); err != nil {
		return err
	}
	p := webpPicture{width: width, height: height}
	animated, orientation := flags&webpAnimation != 0, byte(0)
	var header []byte // of the animation
	var frames []webpChunk
	for len(rest) > 0 {
		var kind string
		var body []byte
		var err error
		if kind, body, rest, err = s.next(rest); err != nil {
			return err
		}
		switch {
		case kind == "VP8X":
			return unclean("two headers")
		case kind == "ANIM":
			if !animated || header != nil || len(frames) > 0 || len(body) != 6 {
				return unclean("a broken animation")
			}
			header = body
		case kind == "ANMF":
			if !animated || header == nil || len(frames) == maxPictureFrames {
				return unclean("a frame out of place, or too many")
			}
			frame, err := s.frame(body, width, height)
			if err != nil {
				return err
			}
			frames = append(frames, frame)
		case kind == "EXIF":
			if flags&webpEXIF != 0 && orientation == 0 {
				orientation = exifOrientation(append([]byte("Exif\x00\x00"), bytes.TrimPrefix(body, []byte("Exif\x00\x00"))...))
			}
			if !bytes.Equal(body, webpOrientation(orientation)) {
				s.gone.add("exif")
			}
		case animated:
			if kind == "VP8 " || kind == "VP8L" || kind == "ALPH" {
				return unclean("both a picture and an animation")
			}
			s.leave(kind)
		default:
			taken, err := p.take(kind, body)
			if err != nil {
				return err
			}
			if !taken {
				s.leave(kind)
			}
		}
	}
	if animated == (len(frames) == 0) || animated == p.done {
		return unclean("no picture")
	}
	kept := flags & (webpAlpha | webpAnimation)
	if p.alpha || s.alpha { // not every program that adds a header says so
		kept |= webpAlpha
	}
	if orientation > 1 {
		kept |= webpEXIF
	}
	s.out = append(s.out, webpChunk{"VP8X", [][]byte{{kept, 0, 0, 0}, head[4:]}})
	if animated {
		s.out = append(s.out, webpChunk{"ANIM", [][]byte{header}})
	}
	s.out = append(append(s.out, frames...), p.chunks...)
	if orientation > 1 {
		s.out = append(s.out, webpChunk{"EXIF", [][]byte{webpOrientation(orientation)}})
	}
	return nil
}

// webpOrientation is the content of an EXIF chunk that tells only that.
func webpOrientation(o byte) []byte { return orientationOnly(o)[len("Exif\x00\x00"):] }

func (s *webpScrubber) leave(kind string) {
	name := webpNames[kind]
	if name == "" {
		name = "private"
	}
	s.gone.add(name)
}

// frame is one of an animation: where, how long, and its picture.
func (s *webpScrubber) frame(body []byte, width, height int64) (frame webpChunk, err error) {
	if len(body) < 16 {
		return frame, unclean("a broken frame")
	}
	head := bytes.Clone(body[:16])
	head[15] &= 0x03 // how it is blended and removed
	p := webpPicture{width: 1 + webp24(head[6:]), height: 1 + webp24(head[9:])}
	if 2*webp24(head)+p.width > width || 2*webp24(head[3:])+p.height > height {
		return frame, unclean("a frame that is not in the picture")
	}
	if s.pixels += p.width * p.height; s.pixels > maxWebPPixels {
		return frame, unclean("too many pixels")
	}
	for rest := body[16:]; len(rest) > 0; {
		var kind string
		if kind, body, rest, err = s.next(rest); err != nil {
			return frame, err
		}
		taken, err := p.take(kind, body)
		if err != nil {
			return frame, err
		}
		if !taken {
			s.leave(kind)
		}
	}
	if !p.done {
		return frame, unclean("a frame without picture")
	}
	s.alpha = s.alpha || p.alpha
	frame = webpChunk{"ANMF", [][]byte{head}}
	for _, c := range p.chunks {
		frame.body = append(frame.body, c.bytes()...)
	}
	return frame, nil
}

// webpPicture is one picture: its pixels, before them perhaps their
// transparency.
type webpPicture struct {
	width, height int64
	chunks        []webpChunk
	done, alpha   bool // it has its pixels, they are transparent
}

// take keeps a chunk if it belongs to the picture.
func (p *webpPicture) take(kind string, body []byte) (taken bool, err error) {
	switch kind {
	case "ALPH":
		if len(p.chunks) > 0 {
			return false, unclean("transparency out of place")
		}
		alpha, err := p.transparency(body)
		p.alpha = true
		p.chunks = append(p.chunks, webpChunk{kind, alpha})
		return true, err
	case "VP8 ", "VP8L":
		if p.done || kind == "VP8L" && len(p.chunks) > 0 {
			return false, unclean("a second picture, or one with two kinds of transparency")
		}
		width, height, err := webpSize(kind, body)
		if err != nil {
			return false, err
		}
		if width != p.width || height != p.height {
			return false, unclean("a picture of another size")
		}
		p.chunks = append(p.chunks, webpChunk{kind, [][]byte{body}})
		p.done = true
		p.alpha = p.alpha || kind == "VP8L" && body[4]&0x10 != 0
		return true, nil
	}
	return false, nil
}

// transparency is raw or compressed as in a VP8L chunk, whose first two
// bits mean nothing.
func (p *webpPicture) transparency(body []byte) ([][]byte, error) {
	if len(body) < 2 || body[0]&3 > 1 || body[0]>>4&3 > 1 {
		return nil, unclean("unknown transparency")
	}
	if body[0]&3 == 0 {
		if int64(len(body)-1) < p.width*p.height {
			return nil, unclean("it ends too soon")
		}
		body = body[:1+p.width*p.height]
	}
	return [][]byte{{body[0] & 0x3F}, body[1:]}, nil
}

// webpSize is what the pixels themselves say about their size (RFC 6386,
// section 9.1; WebP lossless bitstream specification, section 3).
func webpSize(kind string, b []byte) (width, height int64, err error) {
	if kind == "VP8L" {
		if len(b) < 5 || b[0] != 0x2F || b[4]>>5 != 0 {
			return 0, 0, unclean("broken pixels")
		}
		v := binary.LittleEndian.Uint32(b[1:])
		return 1 + int64(v&0x3FFF), 1 + int64(v>>14&0x3FFF), nil
	}
	const key, shown = 0x01, 0x10 // the first is set when it is none
	if len(b) < 10 || b[0]&key != 0 || b[0]&shown == 0 || string(b[3:6]) != "\x9D\x01\x2A" || webp24(b)>>5 > int64(len(b)-10) {
		return 0, 0, unclean("broken pixels")
	}
	return int64(binary.LittleEndian.Uint16(b[6:])) & 0x3FFF, int64(binary.LittleEndian.Uint16(b[8:])) & 0x3FFF, nil
}

// webp24 is a little endian number of three bytes.
func webp24(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }
