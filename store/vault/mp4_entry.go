package vault

import (
	"encoding/binary"
	"slices"
)

// mp4Entry is the kind of a track's samples.
type mp4Entry struct {
	kind string // "" when it is unknown
	box  []byte // stsd, as it is written
	// For H.264 and H.265: the bytes of the length before each unit.
	length int
	units  *nalKinds
	// noNotes: samples may hold no notes, since they could not be blanked.
	noNotes bool
	// fills: samples are frames of AAC that may begin with a note.
	fills bool
	// frame is the size of a sample that is a number for each channel.
	frame int64
	// packets: QuickTime's table has a size for each sample, or its numbers
	// mean something else.
	packets bool
}

// mp4SampleEntry reads what a track's samples are: ISO/IEC 14496-12, section
// 8.5.2. A track of several kinds is not understood.
func mp4SampleEntry(tables []mp4Box, handler string, quicktime bool, gone *gone) (e mp4Entry, err error) {
	b, err := mp4Need(tables, "stsd", 8)
	if err != nil {
		return e, err
	}
	if b[0] != 0 {
		return e, unclean("an unknown list of kinds")
	}
	list, err := mp4Boxes(b[8:])
	if err != nil {
		return e, err
	}
	if len(list) != 1 || binary.BigEndian.Uint32(b[4:]) != 1 {
		return e, unclean("samples of several kinds")
	}
	var out []byte
	if handler == "vide" {
		out, err = e.film(list[0], gone)
	} else {
		out, err = e.sound(list[0], quicktime)
	}
	e.box = mp4Make("stsd", []byte{0, 0, 0, 0, 0, 0, 0, 1}, out)
	return e, err
}

// film keeps of a visual entry how large the picture is. The name of the
// compressor, the vendor and the resolution in print stay behind.
func (e *mp4Entry) film(in mp4Box, gone *gone) ([]byte, error) {
	configs, known := map[string]string{
		"avc1": "avcC", "avc3": "avcC", "hvc1": "hvcC", "hev1": "hvcC", "mp4v": "esds",
		"s263": "d263", "h263": "", "vp08": "vpcC", "vp09": "vpcC",
	}[in.kind]
	if !known {
		return nil, nil
	}
	e.kind = in.kind
	if len(in.body) < 78 || binary.BigEndian.Uint16(in.body[76:]) != 0xFFFF {
		return nil, unclean("an unknown picture")
	}
	list, err := mp4Boxes(in.body[78:])
	if err != nil {
		return nil, err
	}
	head := mp4Only(in.body[:78], [2]int{24, 28})
	size := func(at int) int64 { return int64(binary.BigEndian.Uint16(head[at:])) }
	if err := checkSize(size(24), size(26)); err != nil {
		return nil, err
	}
	copy(head[6:], "\x00\x01")                                 // the reference that is written
	copy(head[28:], "\x00\x48\x00\x00\x00\x48\x00\x00")        // 72 dots an inch
	head[41], head[75], head[76], head[77] = 1, 24, 0xFF, 0xFF // a picture a sample, 24 bits, no table
	var config []byte
	if configs != "" {
		b, err := mp4Need(list, configs, 4)
		if err != nil {
			return nil, err
		}
		if config, err = e.filmConfig(configs, b, gone); err != nil {
			return nil, err
		}
		config = mp4Make(configs, config)
	}
	looks, err := mp4Looks(list, gone)
	if err != nil {
		return nil, err
	}
	return mp4Make(in.kind, head, config, looks), nil
}

// mp4Looks keeps how the picture is to be shown: shape of the pixels, the part
// that is seen, fields, colours by number, and how bright it was meant.
func mp4Looks(list []mp4Box, gone *gone) (out []byte, err error) {
	for _, b := range list {
		if b.kind != "colr" || len(b.body) < 4 {
			continue
		}
		kind, size := string(b.body[:4]), len(b.body)
		if kind == "nclx" && size == 11 || kind == "nclc" && size == 10 {
			out = mp4Make("colr", b.body)
			break
		}
		gone.add("icc")
	}
	for _, keep := range []struct {
		kind string
		size int
	}{{"pasp", 8}, {"clap", 32}, {"fiel", 2}, {"mdcv", 24}, {"clli", 4}} {
		b, err := mp4Find(list, keep.kind)
		if err != nil {
			return nil, err
		}
		if len(b) == keep.size {
			out = append(out, mp4Make(keep.kind, b)...)
		}
	}
	return out, nil
}

// mp4Sounds are the boxes that say how sound is decoded.
var mp4Sounds = map[string]string{
	"mp4a": "esds", "alac": "alac", "samr": "damr", "sawb": "damr", "Opus": "dOps",
	"sowt": "", "twos": "", "ulaw": "", "alaw": "", "lpcm": "",
}

// sound keeps of an entry channels, sizes and rate. QuickTime has two more
// versions of it, and may have a box around the box that says how to decode.
func (e *mp4Entry) sound(in mp4Box, quicktime bool) ([]byte, error) {
	name, known := mp4Sounds[in.kind]
	if !known {
		return nil, nil
	}
	e.kind = in.kind
	if len(in.body) < 28 {
		return nil, unclean("an unknown sound")
	}
	version := in.body[9]
	size := 28
	switch {
	case in.body[8] != 0 || version > 2 || version > 0 && !quicktime:
		return nil, unclean("an unknown sound")
	case version == 1:
		size += 16
	case version == 2:
		size += 36
	}
	if len(in.body) < size {
		return nil, unclean("an unknown sound")
	}
	list, err := mp4Boxes(in.body[size:])
	if err != nil {
		return nil, err
	}
	head := mp4Only(in.body[:size], [2]int{9, 10}, [2]int{16, 20}, [2]int{24, size})
	head[7] = 1 // the reference that is written
	if quicktime {
		copy(head[20:22], in.body[20:22]) // the kind of compression
	}
	if name == "" {
		return mp4Make(in.kind, head), e.numbers(head)
	}
	e.packets = quicktime
	wave, err := mp4Find(list, "wave")
	if err != nil {
		return nil, err
	}
	if quicktime && wave != nil {
		if list, err = mp4Boxes(wave); err != nil {
			return nil, err
		}
	}
	b, err := mp4Need(list, name, 4)
	if err != nil {
		return nil, err
	}
	if b, err = mp4SoundConfig(name, b); err != nil {
		return nil, err
	}
	e.fills = name == "esds" && mp4Fills(b)
	config := mp4Make(name, b)
	if quicktime && wave != nil {
		var around []byte
		if in.kind == "mp4a" {
			around = mp4Make("mp4a", make([]byte, 4))
		}
		config = mp4Make("wave", mp4Make("frma", []byte(in.kind)), around, config, mp4Make("\x00\x00\x00\x00"))
	}
	return mp4Make(in.kind, head, config), nil
}

// numbers: sound that is not compressed, a number for each channel.
func (e *mp4Entry) numbers(head []byte) error {
	channels, bits := int64(binary.BigEndian.Uint16(head[16:])), int64(binary.BigEndian.Uint16(head[18:]))
	switch {
	case e.kind == "lpcm":
		if head[9] != 2 {
			return unclean("an unknown sound")
		}
		e.frame = int64(binary.BigEndian.Uint32(head[56:]))
	case e.kind == "ulaw" || e.kind == "alaw":
		e.frame = channels
	case bits == 8 || bits == 16:
		e.frame = channels * bits / 8
	}
	if e.frame < 1 || e.frame > 512 {
		return unclean("an unknown sound")
	}
	return nil
}

// mp4SoundConfig keeps what the decoder needs to know.
func mp4SoundConfig(name string, b []byte) ([]byte, error) {
	switch {
	case name == "esds":
		b, kind, err := mp4Stream(b, 0x15)
		if err == nil && !slices.Contains([]byte{0x40, 0x66, 0x67, 0x68, 0x69, 0x6B}, kind) {
			err = unclean("an unknown sound")
		}
		return b, err
	case name == "alac" && len(b) >= 28: // Apple's magic cookie
		out := slices.Clone(b[:28])
		clear(out[:4])
		return out, nil
	case name == "damr" && len(b) == 9: // 3GPP TS 26.244, section 6.7
		return mp4Only(b, [2]int{5, 9}), nil
	case name == "dOps" && len(b) == 11 && b[0] == 0 && b[10] == 0: // mono or stereo
		return b, nil
	}
	return nil, unclean("an unknown sound")
}
