package vault

import (
	"bytes"
	"encoding/binary"
	"slices"
)

const (
	opusHead = "OpusHead"
	opusTags = "OpusTags"
	// opusLongest is 120 ms, in samples: RFC 6716, section 3.2.5.
	opusLongest = 5760
)

// opus is how voice messages of WhatsApp and Telegram sound: RFC 7845. The
// positions are computed anew from the packets, so that they tell nothing of a
// recording that this is a part of. How much of the end is silent is kept.
type opus struct {
	written int64 // samples on the pages that were written
	read    int64 // position of the last of them, as it was read
}

func (*opus) headers() int { return 2 }

func (*opus) header(n int, p []byte) ([]byte, error) {
	if n == 1 {
		if !bytes.HasPrefix(p, []byte(opusTags)) {
			return nil, unclean("no comments where they should be")
		}
		return []byte(opusTags + "\x00\x00\x00\x00\x00\x00\x00\x00"), nil
	}
	// Version, channels, samples to skip, rate before encoding, gain, family of
	// channel layouts: 0 is mono and stereo.
	if len(p) < 19 || p[8] != 1 || p[9] < 1 || p[9] > 2 || p[18] != 0 {
		return nil, unclean("an unknown kind of Opus")
	}
	clean := bytes.Clone(p[:19])
	if !slices.Contains(commonRates, binary.LittleEndian.Uint32(p[12:])) {
		binary.LittleEndian.PutUint32(clean[12:], 48000)
	}
	return clean, nil
}

// commonRates are sampling rates that many devices have.
var commonRates = []uint32{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000}

func (*opus) sound(p []byte) (int64, error) { return opusPacket(p) }

func (o *opus) granule(read, samples int64, last bool) (int64, error) {
	o.written += samples
	silent := samples - (read - o.read)
	o.read = read
	if last && silent > 0 && silent <= samples {
		return o.written - silent, nil
	}
	return o.written, nil
}

// opusPacket returns how many samples a packet has, and blanks its padding:
// RFC 6716, section 3.
func opusPacket(p []byte) (samples int64, err error) {
	bad := unclean("a broken packet of Opus")
	if len(p) == 0 {
		return 0, bad
	}
	kind, code, rest := p[0]>>3, p[0]&3, p[1:]
	var each int64
	switch {
	case kind < 12: // SILK
		each = []int64{480, 960, 1920, 2880}[kind&3]
	case kind < 16: // both
		each = []int64{480, 960}[kind&1]
	default: // CELT
		each = []int64{120, 240, 480, 960}[kind&3]
	}
	frames, same := int64(1), true
	switch code {
	case 1:
		frames = 2
	case 2:
		frames, same = 2, false
	case 3:
		if len(rest) == 0 {
			return 0, bad
		}
		flags := rest[0]
		rest = rest[1:]
		frames, same = int64(flags&63), flags&0x80 == 0
		if flags&0x40 != 0 {
			var ok bool
			if rest, ok = opusPadding(rest); !ok {
				return 0, bad
			}
		}
	}
	if frames == 0 || frames*each > opusLongest {
		return 0, bad
	}
	if same {
		if int64(len(rest))%frames != 0 || int64(len(rest))/frames > 1275 {
			return 0, bad
		}
		return frames * each, nil
	}
	total := 0
	for range frames - 1 {
		n, used := opusLength(rest)
		if used == 0 {
			return 0, bad
		}
		rest = rest[used:]
		total += n
	}
	if total > len(rest) || len(rest)-total > 1275 {
		return 0, bad
	}
	return frames * each, nil
}

// opusPadding blanks the padding and returns what is before it.
func opusPadding(b []byte) (rest []byte, ok bool) {
	n := 0
	for i, c := range b {
		if c == 255 {
			n += 254
			continue
		}
		n += int(c)
		if b = b[i+1:]; n > len(b) {
			return nil, false
		}
		clear(b[len(b)-n:])
		return b[:len(b)-n], true
	}
	return nil, false
}

// opusLength reads the length of a frame, in one or two bytes.
func opusLength(b []byte) (n, used int) {
	switch {
	case len(b) > 0 && b[0] < 252:
		return int(b[0]), 1
	case len(b) > 1:
		return int(b[0]) + 4*int(b[1]), 2
	}
	return 0, 0
}
