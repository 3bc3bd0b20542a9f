package vault

import (
	"bytes"
	"encoding/binary"
)

// Types of NAL units (ITU-T H.265, table 7-1).
const (
	nalIRAPFirst = 16 // pictures that need no other
	nalIRAPLast  = 21
	nalPictures  = 32 // below are pictures
	nalSPS       = 33
	nalPPS       = 34 // parameter sets are 32 to this
)

// heifNAL looks at a NAL unit: whether it is kept, as a picture is, and so is
// what is needed to decode it. Messages to the decoder, which may name the
// encoder, the time or anything, are not.
func heifNAL(b []byte, gone *gone) (kind byte, kept bool, err error) {
	if len(b) < 3 || b[0]&0x80 != 0 {
		return 0, false, unclean("a broken NAL unit")
	}
	kind = b[0] >> 1
	switch {
	case b[0]&1 != 0 || b[1]>>3 != 0:
		return 0, false, unclean("more than one layer")
	case kind < nalIRAPFirst || kind > nalIRAPLast && kind < nalPictures:
		return 0, false, unclean("a picture that needs others")
	case kind > nalPPS:
		gone.add("private")
		return kind, false, nil
	}
	return kind, true, nil
}

// heifHEVC is the data of an item without messages: NAL units after their
// lengths, of one picture (ISO/IEC 14496-15, section 8.3).
func heifHEVC(b []byte, info heifInfo, gone *gone) (parts [][]byte, err error) {
	for _, set := range heifSets(info.hevc) {
		if err := info.holds(heifHEVCSize(set)); err != nil {
			return nil, err
		}
	}
	pictures, lengths := 0, 1+int(info.hevc[21]&3)
	c := heifCursor{b: b}
	for len(c.b) > 0 {
		all := c.b
		n := int(c.uint(lengths))
		unit := c.take(n)
		if c.short {
			return nil, unclean("it ends too soon")
		}
		kind, kept, err := heifNAL(unit, gone)
		if err != nil {
			return nil, err
		}
		if !kept {
			continue
		}
		const first = 0x80 // it is the first segment of a picture
		if kind < nalPictures && unit[2]&first != 0 {
			pictures++
		}
		if kind < nalPictures && pictures != 1 {
			return nil, unclean("more than one picture")
		}
		if kind == nalSPS {
			if err := info.holds(heifHEVCSize(unit)); err != nil {
				return nil, err
			}
		}
		parts = append(parts, all[:lengths+n])
	}
	if pictures != 1 {
		return nil, unclean("no picture")
	}
	return parts, nil
}

// heifHEVCConfig is an hvcC box with nothing but parameter sets (ISO/IEC
// 14496-15, section 8.3.3.1).
func heifHEVCConfig(b []byte, gone *gone) ([]byte, error) {
	c := heifCursor{b: b}
	head := bytes.Clone(c.take(22))
	arrays := c.uint(1)
	switch {
	case c.short || head[0] != 1:
		return nil, unclean("a broken hvcC")
	case head[21]&3 == 2:
		return nil, unclean("lengths of three bytes")
	}
	for i, reserved := range map[int]byte{13: 0xF0, 15: 0xFC, 16: 0xFC, 17: 0xF8, 18: 0xF8} {
		head[i] |= reserved
	}
	head[19], head[20] = 0, 0 // how many a second
	var body []byte
	kept := byte(0)
	for ; arrays > 0; arrays-- {
		array, err := heifNALArray(&c, gone)
		if err != nil {
			return nil, err
		}
		if array != nil {
			body = append(body, array...)
			kept++
		}
	}
	return isobox("hvcC", head, []byte{kept}, body), c.done()
}

// heifSets are the sequence parameter sets of an hvcC box that was written
// here.
func heifSets(config []byte) (sets [][]byte) {
	c := heifCursor{b: config[22:]}
	for arrays := c.uint(1); arrays > 0; arrays-- {
		kind := c.uint(1) & 0x3F
		for n := c.uint(2); n > 0; n-- {
			if unit := c.take(int(c.uint(2))); kind == nalSPS {
				sets = append(sets, unit)
			}
		}
	}
	return sets
}

// heifNALArray reads NAL units of one type, nil when they are not kept.
func heifNALArray(c *heifCursor, gone *gone) (array []byte, err error) {
	const complete, kindMask = 0x80, 0x3F
	flags := byte(c.uint(1))
	kept := false
	var body []byte
	count := c.uint(2)
	for n := count; n > 0 && !c.short; n-- {
		unit := c.take(int(c.uint(2)))
		kind, keep, err := heifNAL(unit, gone)
		if err != nil {
			return nil, err
		}
		if kind != flags&kindMask || kind < nalPictures {
			return nil, unclean("a NAL unit of another type")
		}
		kept = keep
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(unit))), unit...)
	}
	if c.short {
		return nil, unclean("it ends too soon")
	}
	if !kept {
		return nil, nil
	}
	return append([]byte{flags & (complete | kindMask), byte(count >> 8), byte(count)}, body...), nil
}
