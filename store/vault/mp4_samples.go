package vault

import (
	"encoding/binary"
)

// mp4Samples is how large the samples of a track are: ISO/IEC 14496-12, section
// 8.7.3.
type mp4Samples struct {
	n      int64
	each   int64  // their size, 0 when the table says
	table  []byte // 4 bytes each
	chunks int64
}

func (s *mp4Samples) size(i int64) int64 {
	if s.each > 0 {
		return s.each
	}
	return int64(binary.BigEndian.Uint32(s.table[4*i:]))
}

// mp4Chunk is samples of a track that follow each other in the file.
type mp4Chunk struct {
	at, size int64
	first, n int64 // sample, samples
	track    int
	index    int64 // in its track
}

// What is more than hours of film, all tracks together.
const (
	mp4MaxSamples = 1 << 20
	mp4MaxChunks  = 1 << 17
)

// mp4Table returns the entries of a table of this size each, with the version
// it has, and its box as it is written. It may be missing: then all are nil.
func mp4Table(list []mp4Box, kind string, size int, versions byte) (entries, box []byte, err error) {
	b, err := mp4Find(list, kind)
	if b == nil || err != nil {
		return nil, nil, err
	}
	if len(b) < 8 || b[0] > versions || int64(len(b)) != 8+int64(size)*int64(binary.BigEndian.Uint32(b[4:])) {
		return nil, nil, unclean("a broken table " + kind)
	}
	clear(b[1:4])
	return b[8:], mp4Make(kind, b), nil
}

// understand reads the tables of a track: how large the samples are, where they
// are, and when they are shown. Everything must fit to the number of samples.
func (t *mp4Track) understand(list []mp4Box) error {
	sizes, err := t.sizes(list)
	if err != nil {
		return err
	}
	times, stts, err := mp4Table(list, "stts", 8, 0)
	if err != nil {
		return err
	}
	if mp4Sum(times) != t.samples.n {
		return unclean("times that do not fit")
	}
	shifts, ctts, err := mp4Table(list, "ctts", 8, 1)
	if err != nil {
		return err
	}
	if mp4Sum(shifts) > t.samples.n {
		return unclean("times that do not fit")
	}
	t.span = mp4Span(times, shifts)
	// Offsets in a table that QuickTime may need to know the bounds of.
	cslg, err := mp4Find(list, "cslg")
	if err != nil {
		return err
	}
	if ctts != nil && len(cslg) == 24 && cslg[0] == 0 {
		clear(cslg[1:4])
		ctts = append(ctts, mp4Make("cslg", cslg)...)
	}
	keys, stss, err := mp4Table(list, "stss", 4, 0)
	if err != nil {
		return err
	}
	for last := uint32(0); len(keys) > 0; keys = keys[4:] {
		k := binary.BigEndian.Uint32(keys)
		if k <= last || int64(k) > t.samples.n {
			return unclean("key frames out of order")
		}
		last = k
	}
	stsc, err := t.place(list)
	if err != nil {
		return err
	}
	t.tables = [][]byte{t.entry.box, stts, ctts, stss, stsc, sizes}
	return nil
}

// mp4Sum adds what the entries of a table say they stand for.
func mp4Sum(entries []byte) (n int64) {
	for ; len(entries) > 0; entries = entries[8:] {
		n += int64(binary.BigEndian.Uint32(entries))
	}
	return n
}

// sizes reads the sizes of the samples and returns the box as it is written.
func (t *mp4Track) sizes(list []mp4Box) ([]byte, error) {
	b, err := mp4Find(list, "stsz")
	if err != nil {
		return nil, err
	}
	if b == nil {
		if b, err = mp4Compact(list); err != nil {
			return nil, err
		}
	}
	if len(b) < 12 {
		return nil, unclean("a broken table of sizes")
	}
	s := &t.samples
	s.each, s.n = int64(binary.BigEndian.Uint32(b[4:])), int64(binary.BigEndian.Uint32(b[8:]))
	if s.each == 0 {
		s.table = b[12:]
		if s.n > mp4MaxSamples || int64(len(s.table)) != 4*s.n {
			return nil, unclean("a broken table of sizes")
		}
	} else if len(b) != 12 || s.each > 1<<30 {
		return nil, unclean("a broken table of sizes")
	}
	if e := t.entry; e.frame > 0 && s.each != e.frame || e.packets && s.each > 0 {
		return nil, unclean("samples of another size than their kind has")
	}
	clear(b[:4])
	return mp4Make("stsz", b), nil
}

// mp4Compact returns the table stz2, of sizes of 4, 8 or 16 bits, as stsz.
func mp4Compact(list []mp4Box) ([]byte, error) {
	b, err := mp4Need(list, "stz2", 12)
	if err != nil {
		return nil, err
	}
	bits, n := int64(b[7]), int64(binary.BigEndian.Uint32(b[8:]))
	if bits != 4 && bits != 8 && bits != 16 || n > mp4MaxSamples || int64(len(b)) != 12+(n*bits+7)/8 {
		return nil, unclean("a broken table of sizes")
	}
	out := make([]byte, 12+4*n)
	copy(out[8:], b[8:12])
	for i := range n {
		at := 12 + i*bits/8
		size := uint32(b[at])
		switch {
		case bits == 16:
			size = size<<8 | uint32(b[at+1])
		case bits == 4 && i%2 == 0:
			size >>= 4
		case bits == 4:
			size &= 15
		}
		binary.BigEndian.PutUint32(out[12+4*i:], size)
	}
	return out, nil
}

// place finds the chunks, and returns the box that says how many samples each
// has. Their places become those in the copy later.
func (t *mp4Track) place(list []mp4Box) ([]byte, error) {
	wide := int64(4)
	at, _, err := mp4Table(list, "stco", 4, 0)
	if err != nil {
		return nil, err
	}
	long, _, err := mp4Table(list, "co64", 8, 0)
	if err != nil {
		return nil, err
	}
	if (at == nil) == (long == nil) {
		return nil, unclean("no places of chunks, or two lists of them")
	}
	if long != nil {
		at, wide = long, 8
	}
	runs, stsc, err := mp4Table(list, "stsc", 12, 0)
	if err != nil {
		return nil, err
	}
	s := &t.samples
	if s.chunks = int64(len(at)) / wide; s.chunks > mp4MaxChunks {
		return nil, unclean("too many chunks")
	}
	t.chunks = make([]mp4Chunk, 0, s.chunks)
	var sample, each int64
	for i := range s.chunks {
		if len(runs) > 0 && int64(binary.BigEndian.Uint32(runs)) == i+1 {
			each = int64(binary.BigEndian.Uint32(runs[4:]))
			if binary.BigEndian.Uint32(runs[8:]) != 1 {
				return nil, unclean("samples of no kind")
			}
			runs = runs[12:]
		}
		if each == 0 || each > s.n-sample {
			return nil, unclean("chunks that do not fit")
		}
		c := mp4Chunk{first: sample, n: each, index: i}
		if wide == 4 {
			c.at = int64(binary.BigEndian.Uint32(at[4*i:]))
		} else if c.at = int64(binary.BigEndian.Uint64(at[8*i:])); c.at < 0 {
			return nil, unclean("chunks that do not fit")
		}
		if s.each > 0 {
			c.size = s.each * each
		} else {
			for k := range each {
				c.size += s.size(sample + k)
			}
		}
		sample += each
		t.chunks = append(t.chunks, c)
	}
	if sample != s.n || len(runs) > 0 {
		return nil, unclean("chunks that do not fit")
	}
	return stsc, nil
}
