package vault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// JPEG markers.
const (
	mSOF0  = 0xC0
	mSOF2  = 0xC2
	mDHT   = 0xC4
	mRST0  = 0xD0
	mRST7  = 0xD7
	mSOI   = 0xD8
	mEOI   = 0xD9
	mSOS   = 0xDA
	mDQT   = 0xDB
	mDRI   = 0xDD
	mAPP0  = 0xE0
	mAPP1  = 0xE1
	mAPP14 = 0xEE
	mAPP15 = 0xEF
	mCOM   = 0xFE
)

// More than any camera or editor writes; a picture of a thousand scans takes
// its viewer a thousand times as long.
const (
	maxSegments = 4096
	maxScans    = 200
)

// scrubJPEG copies what is needed to decode the picture: tables, frame, scans.
// Of the application segments it writes its own, with nothing but what changes
// how the picture looks: that it is JFIF, Adobe's colour transform, and which
// side is up. All else, EXIF with its place and thumbnail, XMP, IPTC, colour
// profiles, comments, further pictures after the end, stays behind.
func scrubJPEG(w io.Writer, r io.Reader, gone *gone) error {
	s := &jpegScrubber{r: borrowReader(r), w: borrowWriter(w), gone: gone}
	defer returnReader(s.r)
	defer returnWriter(s.w)
	if err := s.scrub(); err != nil {
		return ended(err)
	}
	return s.w.Flush()
}

type jpegScrubber struct {
	r *bufio.Reader
	w *bufio.Writer
	// next is a marker that was read and not yet worked on, 0 for none.
	next       byte
	buf        []byte
	components int // of the frame, 0 before it came
	scans      int
	jfif, exif bool // they came
	gone       *gone
}

func (s *jpegScrubber) scrub() error {
	var soi [2]byte
	if _, err := io.ReadFull(s.r, soi[:]); err != nil {
		return err
	}
	if soi != [2]byte{0xFF, mSOI} {
		return unclean("no start of image")
	}
	s.w.Write(soi[:])
	for range maxSegments {
		m, err := s.marker()
		if err != nil {
			return err
		}
		if m == mEOI {
			if s.scans == 0 {
				return unclean("no scan")
			}
			if _, err := s.r.ReadByte(); err == nil {
				s.gone.add("trailer")
			}
			_, err := s.w.Write([]byte{0xFF, mEOI})
			return err
		}
		body, err := s.segment()
		if err != nil {
			return err
		}
		if err := s.one(m, body); err != nil {
			return err
		}
	}
	return unclean("too many segments")
}

// marker finds the next marker. Like every decoder it passes over stuffing,
// stray restart markers and garbage.
func (s *jpegScrubber) marker() (byte, error) {
	if m := s.next; m != 0 {
		s.next = 0
		return m, nil
	}
	for {
		if _, err := s.skipTo(0xFF); err != nil {
			return 0, err
		}
		m, err := s.afterFF()
		if err != nil {
			return 0, err
		}
		if m != 0 && (m < mRST0 || m > mRST7) {
			return m, nil
		}
	}
}

func (s *jpegScrubber) skipTo(c byte) (n int, err error) {
	for {
		part, err := s.r.ReadSlice(c)
		n += len(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
}

// afterFF returns the byte after an FF and what fills up before it.
func (s *jpegScrubber) afterFF() (byte, error) {
	for {
		if b, err := s.r.ReadByte(); err != nil || b != 0xFF {
			return b, err
		}
	}
}

// segment reads a segment's content, valid until the next call.
func (s *jpegScrubber) segment() ([]byte, error) {
	var n [2]byte
	if _, err := io.ReadFull(s.r, n[:]); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint16(n[:])) - 2
	if size < 0 {
		return nil, unclean("segment without length")
	}
	if size > cap(s.buf) { // few are large
		s.buf = make([]byte, size)
	}
	_, err := io.ReadFull(s.r, s.buf[:size])
	return s.buf[:size], err
}

func (s *jpegScrubber) one(m byte, body []byte) error {
	switch {
	case m == mAPP0:
		if bytes.HasPrefix(body, []byte("JFXX\x00")) {
			s.gone.add("thumbnail")
		}
		return s.app0(body)
	case m == mAPP1:
		return s.app1(body)
	case m == mAPP14:
		return s.app14(body)
	case m > mAPP0 && m <= mAPP15 || m == mCOM:
		s.gone.add(segmentName(m, body))
		return nil
	case m == mDQT:
		return s.write(m, body, quantTables(body))
	case m == mDHT:
		return s.write(m, body, huffmanTables(body))
	case m == mDRI:
		return s.write(m, body, len(body) == 2)
	case m >= mSOF0 && m <= mSOF2:
		return s.frame(m, body)
	case m == mSOS:
		return s.scan(body)
	}
	return unclean("a segment that does not belong in a photo")
}

// write writes a segment if it is sound.
func (s *jpegScrubber) write(m byte, body []byte, sound bool) error {
	if !sound {
		return unclean("a broken segment")
	}
	s.w.Write([]byte{0xFF, m, byte((len(body) + 2) >> 8), byte(len(body) + 2)})
	_, err := s.w.Write(body)
	return err
}

// app0: JFIF says that the colours are YCbCr. Its density and thumbnail, and
// JFXX, which is another thumbnail, say nothing about the picture.
func (s *jpegScrubber) app0(body []byte) error {
	if s.jfif || !bytes.HasPrefix(body, []byte("JFIF\x00")) {
		return nil
	}
	s.jfif = true
	return s.write(mAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), true)
}

// app1: the first EXIF that says which side is up leaves only that.
func (s *jpegScrubber) app1(body []byte) error {
	o := exifOrientation(body)
	only := orientationOnly(o)
	if !bytes.Equal(body, only) {
		s.gone.add(segmentName(mAPP1, body))
	}
	if s.exif || o == 0 {
		return nil
	}
	s.exif = true
	if o == 1 { // up is up
		return nil
	}
	return s.write(mAPP1, only, true)
}

// segmentName is what a segment that is left behind is called.
func segmentName(m byte, body []byte) string {
	starts := func(with string) bool { return bytes.HasPrefix(body, []byte(with)) }
	switch {
	case m == mCOM:
		return "comment"
	case starts("Exif\x00"):
		return "exif"
	case starts("http://ns.adobe.com/"):
		return "xmp"
	case starts("ICC_PROFILE\x00"):
		return "icc"
	case starts("MPF\x00"):
		return "pictures"
	case starts("Photoshop 3.0\x00"):
		return "iptc"
	}
	return "private"
}

// app14: Adobe's last byte says whether the colours are RGB, CMYK, YCbCr or
// YCCK.
func (s *jpegScrubber) app14(body []byte) error {
	if len(body) < 12 || !bytes.HasPrefix(body, []byte("Adobe")) {
		return nil
	}
	transform := body[11]
	return s.write(mAPP14, []byte{'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform}, transform <= 2)
}

// frame: what every viewer can show, so baseline, extended and progressive of
// 8 bits.
func (s *jpegScrubber) frame(m byte, body []byte) error {
	if s.components != 0 || len(body) < 6 {
		return unclean("a second frame, or a broken one")
	}
	n := int(body[5])
	if body[0] != 8 || n != 1 && n != 3 && n != 4 || len(body) != 6+3*n {
		return unclean("an uncommon frame")
	}
	height, width := binary.BigEndian.Uint16(body[1:]), binary.BigEndian.Uint16(body[3:])
	if err := checkSize(int64(width), int64(height)); err != nil {
		return err
	}
	s.components = n
	return s.write(m, body, true)
}

// scan copies a scan's header and its data up to the next marker. A download
// that was broken off ends in the data: it gets an end, and viewers show what has
// come, as they did before.
func (s *jpegScrubber) scan(body []byte) error {
	s.scans++
	if s.components == 0 || s.scans > maxScans {
		return unclean("a scan without frame, or too many scans")
	}
	n := 0
	if len(body) > 0 {
		n = int(body[0])
	}
	if err := s.write(mSOS, body, n >= 1 && n <= s.components && len(body) == 4+2*n); err != nil {
		return err
	}
	for some := false; ; {
		part, err := s.r.ReadSlice(0xFF)
		some = some || len(part) > 0 && part[0] != 0xFF
		if errors.Is(err, bufio.ErrBufferFull) {
			s.w.Write(part)
			continue
		}
		if errors.Is(err, io.EOF) && some {
			s.next = mEOI
			_, err := s.w.Write(part)
			return err
		}
		if err != nil {
			return err
		}
		s.w.Write(part[:len(part)-1])
		b, err := s.afterFF()
		if errors.Is(err, io.EOF) && some {
			s.next = mEOI
			return nil
		}
		if err != nil {
			return err
		}
		if b != 0 && (b < mRST0 || b > mRST7) {
			s.next = b
			return nil
		}
		s.w.WriteByte(0xFF)
		if err := s.w.WriteByte(b); err != nil {
			return err
		}
	}
}

// quantTables reports whether the segment is made of whole tables only.
func quantTables(b []byte) bool {
	for n := len(b); n > 0; n = len(b) {
		size := 1 + 64<<min(b[0]>>4, 2)
		if b[0]>>4 > 1 || b[0]&15 > 3 || n < size {
			return false
		}
		b = b[size:]
	}
	return true
}

// huffmanTables reports whether the segment is made of whole tables only.
func huffmanTables(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return false
		}
		size := 17
		for _, n := range b[1:17] {
			size += int(n)
		}
		if size > 17+256 || len(b) < size {
			return false
		}
		b = b[size:]
	}
	return true
}
