package vault

import "bytes"

// Types of OBUs (AV1 Bitstream & Decoding Process Specification, section 6.2.2).
const (
	obuSequence   = 1
	obuDelimiter  = 2
	obuHeader     = 3
	obuTiles      = 4
	obuMetadata   = 5
	obuFrame      = 6
	obuHeaderCopy = 7
	obuPadding    = 15
)

// heifAV1 is the data of an item without messages and padding: OBUs of one
// picture, which layers that become better and better are not.
func heifAV1(b []byte, info heifInfo, gone *gone) (parts [][]byte, err error) {
	if err := info.holdsAV1(info.av1[4:]); err != nil {
		return nil, err
	}
	sequence, pictures := false, 0
	for len(b) > 0 {
		var unit heifOBU
		if unit, b, err = heifOBUCut(b); err != nil {
			return nil, err
		}
		switch unit.kind {
		case obuSequence:
			sequence = true
			if err := info.holdsAV1(unit.all); err != nil {
				return nil, err
			}
		case obuHeader, obuFrame:
			pictures++
		case obuTiles, obuHeaderCopy:
		case obuDelimiter, obuMetadata, obuPadding:
			gone.add("private")
			continue
		default:
			return nil, unclean("an unknown OBU")
		}
		parts = append(parts, unit.all)
	}
	if !sequence || pictures != 1 {
		return nil, unclean("no picture, or more than one")
	}
	return parts, nil
}

// holdsAV1 is an error unless sequence headers are of pictures of the size that
// the item promises.
func (i heifInfo) holdsAV1(b []byte) error {
	for len(b) > 0 {
		unit, rest, err := heifOBUCut(b)
		if err != nil {
			return err
		}
		if err := i.holds(heifAV1Size(unit.body)); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// heifAV1Config is an av1C box with nothing but the sequence header (AV1 Codec
// ISO Media File Format Binding, section 2.3).
func heifAV1Config(b []byte, gone *gone) ([]byte, error) {
	if len(b) < 4 || b[0] != 0x81 {
		return nil, unclean("a broken av1C")
	}
	head := bytes.Clone(b[:4])
	head[3] = 0 // how long to wait before showing it
	var body []byte
	for b = b[4:]; len(b) > 0; {
		unit, rest, err := heifOBUCut(b)
		if err != nil {
			return nil, err
		}
		b = rest
		if unit.kind != obuSequence {
			gone.add("private")
			continue
		}
		body = append(body, unit.all...)
	}
	return isobox("av1C", head, body), nil
}

type heifOBU struct {
	kind      byte
	all, body []byte
}

// heifOBUCut cuts the first OBU off. One without length goes to the end.
func heifOBUCut(b []byte) (unit heifOBU, rest []byte, err error) {
	const extended, sized, reserved = 0x04, 0x02, 0x81
	head := 1 + int(b[0]&extended)/extended
	if b[0]&reserved != 0 || head > len(b) {
		return unit, nil, unclean("a broken OBU")
	}
	unit.kind = b[0] >> 3
	end := uint64(len(b))
	if b[0]&sized != 0 {
		var n uint64
		for i := 0; ; i++ { // leb128: seven bits a byte, the lowest first
			if i == 8 || head == len(b) {
				return unit, nil, unclean("an OBU without end")
			}
			x := b[head]
			head++
			n |= uint64(x&0x7F) << (7 * i)
			if x < 0x80 {
				break
			}
		}
		if end = uint64(head) + n; end > uint64(len(b)) {
			return unit, nil, unclean("it ends too soon")
		}
	}
	unit.all, unit.body = b[:end], b[head:end]
	return unit, b[end:], nil
}
