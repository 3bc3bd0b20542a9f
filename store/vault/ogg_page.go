package vault

import (
	"encoding/binary"
	"errors"
	"io"
)

// Pages of Ogg: RFC 3533, section 6.
const oggHeader = 27

const (
	oggContinued = 1 << iota
	oggFirst
	oggLast
)

type oggPage struct {
	flags   byte
	granule int64
	serial  uint32
	lacing  []byte // sizes of the pieces: a packet ends with one smaller than 255
	body    []byte
	buf     []byte
}

func (p *oggPage) continued() bool { return p.flags&oggContinued != 0 }
func (p *oggPage) first() bool     { return p.flags&oggFirst != 0 }
func (p *oggPage) last() bool      { return p.flags&oggLast != 0 }

// read reads a page, valid until the next. It returns io.EOF when there is none.
func (p *oggPage) read(r io.Reader) error {
	if p.buf == nil {
		p.buf = make([]byte, oggHeader+255+255*255)
	}
	head := p.buf[:oggHeader]
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if string(head[:5]) != "OggS\x00" || head[5] > oggContinued|oggFirst|oggLast {
		return unclean("no page where one should be")
	}
	p.flags = head[5]
	p.granule = int64(binary.LittleEndian.Uint64(head[6:]))
	p.serial = binary.LittleEndian.Uint32(head[14:])
	sum := binary.LittleEndian.Uint32(head[22:])
	clear(head[22:26]) // the sum is over a page without sum

	p.lacing = p.buf[oggHeader : oggHeader+int(head[26])]
	if err := within(io.ReadFull(r, p.lacing)); err != nil {
		return err
	}
	n := 0
	for _, l := range p.lacing {
		n += int(l)
	}
	at := oggHeader + len(p.lacing)
	p.body = p.buf[at : at+n]
	if err := within(io.ReadFull(r, p.body)); err != nil {
		return err
	}
	if oggSum(0, p.buf[:at+n]) != sum {
		return unclean("a wrong check sum")
	}
	return nil
}

// within is the error of reading something that began: its end is no good end.
func within(_ int, err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// oggSum continues a CRC-32 that is not reflected, unlike that of hash/crc32.
func oggSum(sum uint32, b []byte) uint32 {
	for _, c := range b {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^c]
	}
	return sum
}

var oggTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04C11DB7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()
