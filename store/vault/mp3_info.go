package vault

import (
	"bytes"
	"encoding/binary"
)

// mp3Info is the frame without sound that encoders put before the others: Xing
// (or Info, where the bit rate is constant) with LAME's addition, or Fraunhofer's
// VBRI. It is written as Xing, with numbers that are counted here, and of LAME's
// addition with no more than the samples to leave out: not the encoder's name,
// its settings, and the sum by which the original could be found.
type mp3Info struct {
	side   int    // where it begins after the header; 0: there is none
	kind   string // "Xing" or "Info"
	first  []byte // the frame
	delays []byte // LAME's samples to leave out, nil when it does not say

	frames, size int // of all frames, this included
	at, offset   int // of the frame that is located
	index        [100]byte
}

// count counts the frames and looks at the first.
func (m *mp3Info) count(frame []byte) error {
	m.frames++
	m.size += len(frame)
	if m.frames > 1 {
		return nil
	}
	side := mp3Side(frame)
	if len(frame) < side+4 {
		return nil
	}
	switch kind := string(frame[side : side+4]); {
	case kind == "Xing" || kind == "Info":
		m.kind = kind
		m.delays = lameDelays(frame[side:])
	case len(frame) >= 40 && string(frame[36:40]) == "VBRI":
		m.kind = "Xing"
	default:
		return nil
	}
	if len(frame) < side+120 {
		return unclean("a first frame too small for what it says")
	}
	m.side, m.first = side, bytes.Clone(frame)
	return nil
}

// mp3Side is where Xing stands: after the header, and the side information, of
// which a frame without sound has zeros.
func mp3Side(frame []byte) int {
	switch old, mono := frame[1]&0x08 == 0, frame[3]>>6 == 3; {
	case old && mono:
		return 4 + 9
	case !old && !mono:
		return 4 + 32
	}
	return 4 + 17
}

// lameDelays finds LAME's samples to leave out: 12 bits at each end.
func lameDelays(xing []byte) []byte {
	at := 8
	for i, size := range []int{4, 4, 100, 4} {
		if len(xing) >= 8 && xing[7]>>i&1 != 0 {
			at += size
		}
	}
	if len(xing) < at+24 {
		return nil
	}
	// Programs believe these three, each in the other's name.
	switch string(xing[at : at+4]) {
	case "LAME", "Lavf", "Lavc":
		return bytes.Clone(xing[at+21 : at+24])
	}
	return nil
}

// locate notes where each hundredth of the sound begins, in 256ths of the size.
func (m *mp3Info) locate(frame []byte) error {
	if m.at > 0 { // the first has no sound
		sound := m.frames - 1
		i := m.at - 1
		for k := (i*100 + sound - 1) / sound; k < 100 && k*sound/100 == i; k++ {
			m.index[k] = byte(m.offset * 256 / m.size)
		}
	}
	m.at++
	m.offset += len(frame)
	return nil
}

// frame is the first frame as it is written.
func (m *mp3Info) frame() []byte {
	b := make([]byte, len(m.first))
	copy(b, m.first[:4])
	b[1] |= 1 // without check sum
	x := b[m.side:]
	copy(x, m.kind)
	x[7] = 15 // all four fields follow
	binary.BigEndian.PutUint32(x[8:], uint32(m.frames-1))
	binary.BigEndian.PutUint32(x[12:], uint32(m.size))
	copy(x[16:], m.index[:])
	if m.delays == nil || len(x) < 156 {
		return b
	}
	copy(x[120:], "LAME")
	copy(x[141:], m.delays)
	binary.BigEndian.PutUint16(x[154:], lameSum(b[:m.side+154]))
	return b
}

// lameSum is CRC-16, reflected.
func lameSum(b []byte) (sum uint16) {
	for _, c := range b {
		sum ^= uint16(c)
		for range 8 {
			sum = sum>>1 ^ 0xA001*(sum&1)
		}
	}
	return sum
}
