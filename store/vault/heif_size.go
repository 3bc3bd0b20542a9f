package vault

// What decoders allocate is said within the pixels, and must be what the file
// says. They may be a little larger: they are made of blocks.
const maxHEIFBlock = 128

// holds is an error unless pixels of this size are what the item promises.
func (i heifInfo) holds(width, height int64) error {
	if width < i.width || height < i.height || width >= i.width+maxHEIFBlock || height >= i.height+maxHEIFBlock {
		return unclean("a picture of another size than it says")
	}
	return nil
}

// heifBits reads numbers of some bits. After the end all are 0.
type heifBits struct {
	b  []byte
	at int
}

func (r *heifBits) bits(n int) (v int64) {
	for ; n > 0; n-- {
		v <<= 1
		if r.at/8 < len(r.b) {
			v |= int64(r.b[r.at/8]>>(7-r.at%8)) & 1
		}
		r.at++
	}
	return v
}

// golomb reads a number as long as it is large (ITU-T H.265, section 9.2).
func (r *heifBits) golomb() int64 {
	zeros := 0
	for r.bits(1) == 0 {
		if zeros++; zeros > 31 {
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// heifHEVCSize is what a sequence parameter set says (ITU-T H.265, sections 7.3.2.2
// and 7.3.3), 0 when that is nothing.
func heifHEVCSize(unit []byte) (width, height int64) {
	// What keeps start codes from appearing in it is taken out of its beginning.
	var b []byte
	for i, x := range unit[:min(len(unit), 256)] {
		if i < 4 || x != 3 || unit[i-1] != 0 || unit[i-2] != 0 {
			b = append(b, x)
		}
	}
	r := &heifBits{b: b}
	r.bits(16 + 4) // header, id of the video parameter set
	layers := int(r.bits(3))
	r.bits(1)
	r.bits(88 + 8) // profile, level
	var profile, level [8]bool
	for i := range layers {
		profile[i], level[i] = r.bits(1) == 1, r.bits(1) == 1
	}
	if layers > 0 {
		r.bits(2 * (8 - layers))
	}
	for i := range layers {
		if profile[i] {
			r.bits(88)
		}
		if level[i] {
			r.bits(8)
		}
	}
	r.golomb() // id
	if chroma := r.golomb(); chroma == 3 {
		r.bits(1)
	}
	return r.golomb(), r.golomb()
}

// heifAV1Size is what a sequence header says (AV1 specification, section 5.5.1).
func heifAV1Size(b []byte) (width, height int64) {
	r := &heifBits{b: b}
	r.bits(3 + 1)       // profile, still picture
	if r.bits(1) == 1 { // reduced header
		r.bits(5)
		return r.av1Sides()
	}
	delay, model := 0, false
	if r.bits(1) == 1 { // timing
		r.bits(64)
		if r.bits(1) == 1 {
			r.golomb()
		}
		if model = r.bits(1) == 1; model {
			delay = 1 + int(r.bits(5))
			r.bits(32 + 5 + 5)
		}
	}
	initial := r.bits(1) == 1
	for points := 1 + r.bits(5); points > 0; points-- {
		r.bits(12)
		if r.bits(5) > 7 {
			r.bits(1)
		}
		if model && r.bits(1) == 1 {
			r.bits(2*delay + 1)
		}
		if initial && r.bits(1) == 1 {
			r.bits(4)
		}
	}
	return r.av1Sides()
}

func (r *heifBits) av1Sides() (width, height int64) {
	w, h := 1+int(r.bits(4)), 1+int(r.bits(4))
	return 1 + r.bits(w), 1 + r.bits(h)
}
