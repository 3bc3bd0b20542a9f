package vault

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// filmConfig keeps what the decoder needs to know.
func (e *mp4Entry) filmConfig(name string, b []byte, gone *gone) (out []byte, err error) {
	switch name {
	case "avcC":
		e.units = &avcKinds
		out, err = e.avc(b)
	case "hvcC":
		e.units = &hevcKinds
		out, err = e.hevc(b)
	case "esds":
		e.noNotes = true
		var kind byte
		out, kind, err = mp4Stream(b, 0x11)
		if err == nil && (kind != 0x20 || bytes.Contains(out, []byte(mp4Notes))) {
			err = unclean("an old film with notes in it, or an older one")
		}
	case "d263": // 3GPP TS 26.244, section 6.8: vendor, version, level, profile
		if len(b) < 7 {
			return nil, unclean("an unknown film")
		}
		out = mp4Only(b[:7], [2]int{5, 7})
	case "vpcC": // version 1, profile, level, depth, colours, no more
		if len(b) != 12 || b[0] != 1 || b[10]|b[11] != 0 {
			return nil, unclean("an unknown film")
		}
		out = b
	}
	if err == nil && !bytes.Equal(b, out) {
		gone.add("private")
	}
	return out, err
}

// avc is the configuration of H.264: ISO/IEC 14496-15, section 5.3.3.1. What
// follows the parameter sets are, for some profiles, four bytes and more sets.
func (e *mp4Entry) avc(b []byte) ([]byte, error) {
	bad := unclean("an unknown film")
	if len(b) < 7 || b[0] != 1 {
		return nil, bad
	}
	e.length = int(b[4]&3) + 1
	out := []byte{1, b[1], b[2], b[3], 0xFC | b[4]&3, 0xE0 | b[5]&31}
	n, b := int(b[5]&31), b[6:]
	sets := func(n int, kind byte) bool {
		for range n {
			if len(b) < 3 {
				return false
			}
			size := int(binary.BigEndian.Uint16(b))
			if size < 1 || size > len(b)-2 || b[2]&31 != kind {
				return false
			}
			out = append(out, b[:2+size]...)
			b = b[2+size:]
		}
		return true
	}
	if !sets(n, 7) || len(b) < 1 {
		return nil, bad
	}
	n, out, b = int(b[0]), append(out, b[0]), b[1:]
	if !sets(n, 8) {
		return nil, bad
	}
	if slices.Contains([]byte{66, 77, 88}, out[1]) || len(b) < 4 {
		return out, nil
	}
	n, out, b = int(b[3]), append(out, 0xFC|b[0]&3, 0xF8|b[1]&7, 0xF8|b[2]&7, b[3]), b[4:]
	if !sets(n, 13) {
		return nil, bad
	}
	return out, nil
}

// hevc is the configuration of H.265: ISO/IEC 14496-15, section 8.3.3.1. Of its
// arrays those of parameter sets are kept.
func (e *mp4Entry) hevc(b []byte) ([]byte, error) {
	bad := unclean("an unknown film")
	if len(b) < 23 || b[0] != 1 {
		return nil, bad
	}
	e.length = int(b[21]&3) + 1
	out := slices.Clone(b[:23])
	for i, reserved := range map[int]byte{13: 0xF0, 15: 0xFC, 16: 0xFC, 17: 0xF8, 18: 0xF8} {
		out[i] |= reserved
	}
	arrays := b[22]
	out[22] = 0
	b = b[23:]
	for range arrays {
		if len(b) < 3 {
			return nil, bad
		}
		kind, n := b[0]&63, int(binary.BigEndian.Uint16(b[1:]))
		keep := kind >= 32 && kind <= 34
		if keep {
			out = append(out, b[0]&0xBF, b[1], b[2])
			out[22]++
		}
		b = b[3:]
		for range n {
			if len(b) < 4 {
				return nil, bad
			}
			size := int(binary.BigEndian.Uint16(b))
			if size < 2 || size > len(b)-2 || b[2]>>1&63 != kind {
				return nil, bad
			}
			if keep {
				out = append(out, b[:2+size]...)
			}
			b = b[2+size:]
		}
	}
	return out, nil
}

// mp4Stream is the description of a stream: ISO/IEC 14496-1, section 7.2.6. It
// returns it with what decoding needs, and the kind of its coding.
func mp4Stream(b []byte, stream byte) (out []byte, kind byte, err error) {
	bad := unclean("an unknown description of a stream")
	if len(b) < 4 {
		return nil, 0, bad
	}
	es, ok := mp4Descriptor(b[4:], 3)
	if !ok || len(es) < 3 || es[2]&0xE0 != 0 { // depends on others, has a URL, or a clock
		return nil, 0, bad
	}
	decoder, ok := mp4Descriptor(es[3:], 4)
	if !ok || len(decoder) < 13 || decoder[1]&0xFC|1 != stream {
		return nil, 0, bad
	}
	kind = decoder[0]
	config := slices.Clone(decoder[:13]) // kind, sizes and rates
	config[1] = stream
	specific, ok := mp4Descriptor(decoder[13:], 5)
	switch {
	case ok && len(specific) > 256:
		return nil, 0, bad
	case ok:
		if stream == 0x15 && !mp4AAC(specific) {
			return nil, 0, bad
		}
		config = append(config, mp4Describe(5, specific)...)
	case kind == 0x40 || stream == 0x11: // cannot be decoded without
		return nil, 0, bad
	}
	es = slices.Concat([]byte{0, 0, 0}, mp4Describe(4, config), mp4Describe(6, []byte{2}))
	return append(make([]byte, 4), mp4Describe(3, es)...), kind, nil
}

// mp4AAC: ISO/IEC 14496-3, section 1.6.2.1. Where no number of channels is given
// there is a description of them, in which there may be a comment.
func mp4AAC(b []byte) bool {
	if len(b) < 2 || len(b) > 16 || b[0]>>3 == 31 {
		return false
	}
	rate, channels := b[0]&7<<1|b[1]>>7, b[1]>>3&15
	if rate == 15 { // 24 bits follow
		if len(b) < 5 {
			return false
		}
		channels = b[4] >> 3 & 15
	}
	return channels != 0
}

// mp4Fills reports whether samples are made of elements with their kind before
// them, of which some only fill up. It reads what mp4Stream wrote: AAC of MPEG-2,
// or of MPEG-4 and one of its kinds Main, LC, SSR, LTP, SBR and PS.
func mp4Fills(b []byte) bool {
	const decoder, specific = 17, 35
	switch kind := b[decoder]; {
	case kind >= 0x66 && kind <= 0x68:
		return true
	case kind == 0x40:
		return slices.Contains([]byte{1, 2, 3, 4, 5, 29}, b[specific]>>3)
	}
	return false
}

// mp4Descriptor returns the content of a descriptor of this kind.
func mp4Descriptor(b []byte, tag byte) (body []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, false
	}
	n := 0
	for i := 1; i < len(b) && i <= 4; i++ {
		n = n<<7 | int(b[i]&0x7F)
		if b[i] < 0x80 {
			b = b[i+1:]
			if n > len(b) {
				return nil, false
			}
			return b[:n], true
		}
	}
	return nil, false
}

// mp4Describe is a descriptor, its length in the four bytes that every program
// writes.
func mp4Describe(tag byte, body []byte) []byte {
	n := len(body)
	return append([]byte{tag, 0x80 | byte(n>>21), 0x80 | byte(n>>14), 0x80 | byte(n>>7), byte(n & 0x7F)}, body...)
}
