package vault

import (
	"bufio"
	"encoding/binary"
	"math"
	"slices"
)

// mp4Movie is what is kept of a description: ISO/IEC 14496-12, section 8.2, and
// QuickTime File Format, "Movie Atoms".
type mp4Movie struct {
	quicktime bool
	header    []byte
	tracks    []mp4Track
	chunks    []mp4Chunk // of all tracks, in the order of the file
	size      int64      // of them all
}

// mp4Track is a track that is kept. Its boxes are written as they stand here.
type mp4Track struct {
	header   []byte // tkhd
	edits    []byte // edts, nil when there are none
	media    []byte // mdhd
	handler  string
	group    uint16 // of tracks of which one is played
	entry    mp4Entry
	samples  mp4Samples
	span     mp4Part // of the media's time
	chunks   []mp4Chunk
	offsets  []byte // stco, written when it is known where the chunks will be
	tables   [][]byte
	unplayed bool // its kind is unknown
}

const mp4MaxTracks = 32

func mp4Understand(moov []byte, quicktime bool, gone *gone) (*mp4Movie, error) {
	list, err := mp4Boxes(moov)
	if err != nil {
		return nil, err
	}
	m := &mp4Movie{quicktime: quicktime}
	h, err := mp4Need(list, "mvhd", 1)
	if err != nil {
		return nil, err
	}
	if m.header, err = mp4MovieHeader(h, gone); err != nil {
		return nil, err
	}
	var others []mp4Track
	var seen, samples, chunks int64
	for _, b := range list {
		switch b.kind {
		case "mvhd":
		case "mvex", "cmov":
			return nil, unclean("in fragments, or compressed")
		case "trak":
			if seen++; seen > mp4MaxTracks {
				return nil, unclean("too many tracks")
			}
			t, err := m.track(b.body, gone)
			switch {
			case err != nil:
				return nil, err
			case t == nil:
				gone.add("tracks")
			case t.unplayed:
				gone.add("tracks")
				others = append(others, *t)
			default:
				m.tracks = append(m.tracks, *t)
				samples += int64(len(t.samples.table) / 4)
				chunks += t.samples.chunks
			}
			if samples > mp4MaxSamples || chunks > mp4MaxChunks {
				return nil, unclean("too many samples, or chunks")
			}
		default:
			mp4Left(gone, b.kind, int64(len(b.body)))
		}
	}
	// Of a track of an unknown kind nothing is lost if it says the same as
	// another: phones write sound in two kinds.
	for _, o := range others {
		if o.group == 0 || !slices.ContainsFunc(m.tracks, func(t mp4Track) bool {
			return t.group == o.group && t.handler == o.handler
		}) {
			return nil, unclean("an unknown kind of film or sound")
		}
	}
	if len(m.tracks) == 0 {
		return nil, unclean("neither film nor sound")
	}
	binary.BigEndian.PutUint32(m.header[len(m.header)-4:], uint32(len(m.tracks)+1)) // the next track's number
	for i := range m.tracks {
		t := &m.tracks[i]
		binary.BigEndian.PutUint32(t.header[mp4Wide(t.header, 12, 20):], uint32(i+1))
		for k := range t.chunks {
			t.chunks[k].track = i
		}
	}
	return m, nil
}

// mp4Wide chooses by the version of a header: in version 1 times are long.
func mp4Wide(header []byte, narrow, wide int) int {
	if header[0] == 1 {
		return wide
	}
	return narrow
}

// mp4Sized checks the length of a header of version 0 or 1.
func mp4Sized(b []byte, narrow, wide int) error {
	if len(b) == 0 || b[0] > 1 || len(b) != mp4Wide(b, narrow, wide) {
		return unclean("a broken header")
	}
	return nil
}

// mp4Times notes whether there are times of creation and change.
func mp4Times(b []byte, gone *gone) {
	if slices.ContainsFunc(b[4:mp4Wide(b, 12, 20)], func(c byte) bool { return c != 0 }) {
		gone.add("time")
	}
}

// mp4MovieHeader keeps time scale, duration and matrix. Speed and volume are
// the normal ones.
func mp4MovieHeader(b []byte, gone *gone) ([]byte, error) {
	if err := mp4Sized(b, 100, 112); err != nil {
		return nil, err
	}
	mp4Times(b, gone)
	scale, rate := mp4Wide(b, 12, 20), mp4Wide(b, 20, 32)
	out := mp4Only(b, [2]int{0, 1}, [2]int{scale, rate}, [2]int{rate + 16, rate + 52})
	out[rate+1], out[rate+4] = 1, 1
	if binary.BigEndian.Uint32(b[scale:]) == 0 {
		return nil, unclean("no time scale")
	}
	return out, mp4Matrix(out[rate+16:])
}

// mp4Matrix: a matrix may turn, mirror, scale and move.
func mp4Matrix(b []byte) error {
	at := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	if at(2) != 0 || at(5) != 0 || at(8) != 1<<30 {
		return unclean("a matrix that does more than turn")
	}
	return nil
}

// track returns nil for a track that is neither film nor sound, switched off, or
// empty.
func (m *mp4Movie) track(b []byte, gone *gone) (*mp4Track, error) {
	list, err := mp4Boxes(b)
	if err != nil {
		return nil, err
	}
	media, err := mp4Inside(list, "mdia")
	if err != nil {
		return nil, err
	}
	hdlr, err := mp4Need(media, "hdlr", 12)
	if err != nil {
		return nil, err
	}
	t := &mp4Track{handler: string(hdlr[8:12])}
	if t.handler != "vide" && t.handler != "soun" {
		return nil, nil
	}
	if tkhd, err := mp4Need(list, "tkhd", 4); err != nil || tkhd[3]&1 == 0 {
		return nil, err
	}
	for _, b := range list {
		if b.kind != "tkhd" && b.kind != "edts" && b.kind != "mdia" {
			mp4Left(gone, b.kind, int64(len(b.body)))
		}
	}
	if err := t.headers(list, media, gone); err != nil {
		return nil, err
	}
	info, err := mp4Inside(media, "minf")
	if err != nil {
		return nil, err
	}
	if err := mp4OwnData(info); err != nil {
		return nil, err
	}
	tables, err := mp4Inside(info, "stbl")
	if err != nil {
		return nil, err
	}
	t.entry, err = mp4SampleEntry(tables, t.handler, m.quicktime, gone)
	if t.unplayed = t.entry.kind == ""; err != nil || t.unplayed {
		return t, err
	}
	if err := t.understand(tables); err != nil {
		return nil, err
	}
	if t.samples.n == 0 {
		return nil, nil
	}
	return t, t.cut(binary.BigEndian.Uint32(m.header[mp4Wide(m.header, 12, 20):]))
}

// headers keeps of the headers how long, how large, how loud, which side up and
// which part is played; of the language nothing.
func (t *mp4Track) headers(list, media []mp4Box, gone *gone) error {
	b, err := mp4Need(list, "tkhd", 1)
	if err != nil {
		return err
	}
	if err := mp4Sized(b, 84, 96); err != nil {
		return err
	}
	mp4Times(b, gone)
	length, layer := mp4Wide(b, 20, 28), mp4Wide(b, 32, 44)
	t.header = mp4Only(b, [2]int{0, 1}, [2]int{length, layer - 8}, [2]int{layer, layer + 6}, [2]int{layer + 8, len(b)})
	t.header[3] = b[3] & 15 // enabled, in the movie, in its preview, size is aspect
	t.group = binary.BigEndian.Uint16(b[layer+2:])
	if err := mp4Matrix(t.header[layer+8:]); err != nil {
		return err
	}

	if b, err = mp4Need(media, "mdhd", 1); err != nil {
		return err
	}
	if err := mp4Sized(b, 24, 36); err != nil {
		return err
	}
	mp4Times(b, gone)
	scale, language := mp4Wide(b, 12, 20), mp4Wide(b, 20, 32)
	t.media = mp4Only(b, [2]int{0, 1}, [2]int{scale, language})
	binary.BigEndian.PutUint16(t.media[language:], 0x55C4) // undetermined
	if binary.BigEndian.Uint32(b[scale:]) == 0 {
		return unclean("no time scale")
	}

	if b, err = mp4Find(list, "edts"); b == nil || err != nil {
		return err
	}
	t.edits, err = mp4Edits(b)
	return err
}

// mp4Edits keeps which parts of a track are played, at their speed or standing.
func mp4Edits(edts []byte) ([]byte, error) {
	list, err := mp4Boxes(edts)
	if err != nil {
		return nil, err
	}
	b, err := mp4Find(list, "elst")
	if b == nil || err != nil {
		return nil, err
	}
	if len(b) < 8 || b[0] > 1 {
		return nil, unclean("a broken list of edits")
	}
	n, size := int64(binary.BigEndian.Uint32(b[4:])), int64(mp4Wide(b, 12, 20))
	if n > 4096 || int64(len(b)) != 8+n*size {
		return nil, unclean("a broken list of edits")
	}
	for i := range n {
		if rate := binary.BigEndian.Uint32(b[8+(i+1)*size-4:]); rate != 0 && rate != 1<<16 {
			return nil, unclean("a part played at another speed")
		}
	}
	if n == 0 {
		return nil, nil
	}
	clear(b[1:4])
	return mp4Make("edts", mp4Make("elst", b)), nil
}

// mp4OwnData checks that the samples are in this file.
func mp4OwnData(info []mp4Box) error {
	dinf, err := mp4Inside(info, "dinf")
	if err != nil {
		return err
	}
	b, err := mp4Need(dinf, "dref", 8)
	if err != nil {
		return err
	}
	list, err := mp4Boxes(b[8:])
	if err != nil {
		return err
	}
	for _, ref := range list {
		if len(ref.body) < 4 || ref.body[3]&1 == 0 {
			return unclean("media in another file")
		}
	}
	if len(list) == 0 {
		return unclean("media nowhere")
	}
	return nil
}

// describe writes the description, and where the media begin. It comes after
// the first bytes of the file, so that a player can begin with the beginning.
func (m *mp4Movie) describe(w *bufio.Writer, before int64) error {
	for i := range m.tracks {
		t := &m.tracks[i]
		t.offsets = make([]byte, 8+4*t.samples.chunks)
		binary.BigEndian.PutUint32(t.offsets[4:], uint32(t.samples.chunks))
	}
	at := before + int64(len(m.box())) + 8
	if at+m.size > math.MaxUint32 {
		return unclean("too large")
	}
	for _, c := range m.chunks {
		binary.BigEndian.PutUint32(m.tracks[c.track].offsets[8+4*c.index:], uint32(at))
		at += c.size
	}
	w.Write(m.box())
	w.Write(binary.BigEndian.AppendUint32(nil, uint32(8+m.size)))
	_, err := w.WriteString("mdat")
	return err
}

func (m *mp4Movie) box() []byte {
	parts := [][]byte{mp4Make("mvhd", m.header)}
	for i := range m.tracks {
		parts = append(parts, m.tracks[i].box(m.quicktime))
	}
	return mp4Make("moov", parts...)
}

func (t *mp4Track) box(quicktime bool) []byte {
	kind, header := "smhd", make([]byte, 8)
	if t.handler == "vide" {
		kind, header = "vmhd", []byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	}
	info := [][]byte{mp4Make(kind, header)}
	class := "\x00\x00\x00\x00"
	if quicktime { // there are handlers of two classes
		class = "mhlr"
		info = append(info, mp4Handler("dhlr", "url "))
	}
	info = append(info,
		mp4Make("dinf", mp4Make("dref", []byte{0, 0, 0, 0, 0, 0, 0, 1}, mp4Make("url ", []byte{0, 0, 0, 1}))),
		mp4Make("stbl", append(slices.Clone(t.tables), mp4Make("stco", t.offsets))...))
	return mp4Make("trak", mp4Make("tkhd", t.header), t.edits,
		mp4Make("mdia", mp4Make("mdhd", t.media), mp4Handler(class, t.handler), mp4Make("minf", info...)))
}

// mp4Handler is a handler without a name.
func mp4Handler(class, kind string) []byte {
	return mp4Make("hdlr", make([]byte, 4), []byte(class+kind), make([]byte, 13))
}
