package vault

import "slices"

const maxTIFFSamples = 8 // of a pixel

// tiffColours are the meanings of pixels that are known, and how many samples
// each needs: white is zero, black is zero, RGB, palette, CMYK, YCbCr, CIE L*a*b*.
var tiffColours = map[uint32]uint32{0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3}

// tiffReader reads what a page is made of. Its err stays, so that all can be
// asked for before one looks.
type tiffReader struct {
	d    *tiffDirectory
	page tiffPage
	err  error

	width, height       uint32
	bits, samples       uint32
	compression, colour uint32
	fill                uint32
	separate            bool // each sample has its own strips
	subsampling         [2]uint32
}

// page is what is written of the directory.
func (d *tiffDirectory) page() (tiffPage, error) {
	r := &tiffReader{d: d}
	r.pixels()
	r.colours()
	r.options()
	if r.err == nil {
		r.data()
	}
	for tag := range d.entries {
		if !d.taken[tag] {
			name := tiffNames[tag]
			if name == "" {
				name = "private"
			}
			d.s.gone.add(name)
		}
	}
	return r.page, r.err
}

func (r *tiffReader) add(tag, kind uint16, values ...uint32) {
	r.page.fields = append(r.page.fields, tiffField{tag, kind, values})
}

func (r *tiffReader) number(tag uint16, unsaid uint32) uint32 {
	v, err := r.d.number(tag, unsaid)
	r.fail(err)
	return v
}

func (r *tiffReader) numbers(tag uint16, least, most uint32) []uint32 {
	v, err := r.d.numbers(tag, int64(least), int64(most))
	r.fail(err)
	return v
}

func (r *tiffReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *tiffReader) must(ok bool, why string) {
	if !ok {
		r.fail(unclean(why))
	}
}

// pixels: how many, how large, how compressed.
func (r *tiffReader) pixels() {
	r.width, r.height = r.number(tagImageWidth, 0), r.number(tagImageLength, 0)
	r.fail(checkSize(int64(r.width), int64(r.height)))
	r.samples = r.number(tagSamplesPerPixel, 1)
	if r.must(r.samples >= 1 && r.samples <= maxTIFFSamples, "pixels of too many samples"); r.err != nil {
		return
	}
	r.bits = r.same(tagBitsPerSample, 1)
	r.must(slices.Contains([]uint32{1, 2, 4, 8, 16, 32}, r.bits), "samples of an odd size")
	r.compression = r.number(tagCompression, 1)
	r.must(tiffEnds[r.compression] != nil, "a compression that may hold more than pixels")
	r.fill = r.number(tagFillOrder, 1)
	r.must(r.fill == 1 || r.fill == 2 && r.compression <= 4, "bits in an odd order")
	planar := r.number(tagPlanarConfig, 1)
	r.must(planar == 1 || planar == 2, "pixels in an odd order")
	r.separate = planar == 2 && r.samples > 1

	r.add(tagImageWidth, tiffLong, r.width)
	r.add(tagImageLength, tiffLong, r.height)
	r.add(tagBitsPerSample, tiffShort, slices.Repeat([]uint32{r.bits}, int(r.samples))...)
	r.add(tagCompression, tiffShort, r.compression)
	r.add(tagSamplesPerPixel, tiffShort, r.samples)
	if r.fill == 2 {
		r.add(tagFillOrder, tiffShort, 2)
	}
	if r.separate {
		r.add(tagPlanarConfig, tiffShort, 2)
	}
}

// same is the value that a tag has for each of the samples, or once.
func (r *tiffReader) same(tag uint16, unsaid uint32) uint32 {
	v := r.numbers(tag, 1, r.samples)
	if r.err != nil || v == nil {
		return unsaid
	}
	r.must(len(v) == 1 || len(v) == int(r.samples), "samples that nothing is said about")
	for _, other := range v {
		r.must(other == v[0], "samples of different kinds")
	}
	return v[0]
}

// colours: what the samples mean.
func (r *tiffReader) colours() {
	if r.err != nil {
		return
	}
	r.colour = r.number(tagPhotometric, 1<<16)
	needed := tiffColours[r.colour]
	r.must(needed > 0 && needed <= r.samples, "pixels of unknown meaning")
	r.must(r.number(tagInkSet, 1) == 1 && r.number(tagIndexed, 0) == 0, "inks other than CMYK")
	r.add(tagPhotometric, tiffShort, r.colour)
	if format := r.same(tagSampleFormat, 1); format != 1 {
		r.must(format <= 3, "samples of an unknown format")
		r.add(tagSampleFormat, tiffShort, slices.Repeat([]uint32{format}, int(r.samples))...)
	}
	if extra := r.samples - needed; r.err == nil && extra > 0 {
		if v := r.numbers(tagExtraSamples, extra, extra); v != nil {
			r.must(slices.Max(v) <= 2, "an unknown extra sample")
			r.add(tagExtraSamples, tiffShort, v...)
		}
	}
	switch r.colour {
	case 3:
		if r.must(r.bits <= 8, "a palette too large"); r.err != nil {
			return
		}
		v := r.numbers(tagColorMap, 3<<r.bits, 3<<r.bits)
		r.must(v != nil, "no palette")
		r.add(tagColorMap, tiffShort, v...)
	case 6:
		r.yCbCr()
	}
}

// yCbCr: how its numbers become colours (TIFF 6.0, section 21).
func (r *tiffReader) yCbCr() {
	r.subsampling = [2]uint32{2, 2}
	if v := r.numbers(tagYCbCrSubSampling, 2, 2); v != nil {
		r.subsampling = [2]uint32{v[0], v[1]}
	}
	for _, n := range r.subsampling {
		r.must(n == 1 || n == 2 || n == 4, "an odd subsampling")
	}
	r.must(r.samples == 3 && !r.separate, "an odd YCbCr")
	position := r.number(tagYCbCrPositioning, 1)
	r.must(position == 1 || position == 2, "an odd position")
	r.add(tagYCbCrSubSampling, tiffShort, r.subsampling[:]...)
	r.add(tagYCbCrPositioning, tiffShort, position)
	r.fractions(tagYCbCrCoefficients, 3)
	r.fractions(tagBlackWhite, 6)
}

func (r *tiffReader) fractions(tag uint16, count int64) {
	v, err := r.d.fractions(tag, count)
	if r.fail(err); v != nil {
		r.add(tag, tiffRational, v...)
	}
}

// options: of the compression, which side is up, and how much wider than high
// the pixels are, as those of a fax.
func (r *tiffReader) options() {
	if o := r.number(tagOrientation, 1); o != 1 {
		r.must(o >= 2 && o <= 8, "no side is up")
		r.add(tagOrientation, tiffShort, o)
	}
	if p := r.number(tagPredictor, 1); p != 1 && (r.compression == 5 || r.compression == 8 || r.compression == 32946) {
		r.must(p <= 3, "an unknown predictor")
		r.add(tagPredictor, tiffShort, p)
	}
	const known = 7 // two dimensions, uncompressed, filled
	if o := r.number(tagT4Options, 0); o != 0 && r.compression == 3 {
		r.must(o <= known, "an unknown fax")
		r.add(tagT4Options, tiffLong, o)
	}
	if o := r.number(tagT6Options, 0); o != 0 && r.compression == 4 {
		r.must(o <= known, "an unknown fax")
		r.add(tagT6Options, tiffLong, o)
	}
	x, y := r.resolution(tagXResolution), r.resolution(tagYResolution)
	if x != y && x > 0 && y > 0 {
		r.add(tagXResolution, tiffRational, x, 1)
		r.add(tagYResolution, tiffRational, y, 1)
		r.add(tagResolutionUnit, tiffShort, 1)
		r.d.taken[tagResolutionUnit] = true
	}
}

// resolution is that of a tag, 0 when that makes no sense.
func (r *tiffReader) resolution(tag uint16) uint32 {
	v, err := r.d.fractions(tag, 1)
	if r.fail(err); v == nil || v[1] == 0 {
		return 0
	}
	if n := (uint64(v[0]) + uint64(v[1])/2) / uint64(v[1]); n < 1<<16 {
		return uint32(n)
	}
	return 0
}

// data finds the strips or tiles.
func (r *tiffReader) data() {
	where, counts := tagStripOffsets, tagStripByteCounts
	width, rows := r.width, min(r.number(tagRowsPerStrip, r.height), r.height)
	if r.d.entries[tagTileWidth] != nil {
		where, counts = tagTileOffsets, tagTileByteCounts
		width, rows = r.number(tagTileWidth, 0), r.number(tagTileLength, 0)
		r.fail(checkSize(int64(width), int64(rows)))
		r.page.tiled = true
		r.add(tagTileWidth, tiffLong, width)
		r.add(tagTileLength, tiffLong, rows)
	} else {
		r.add(tagRowsPerStrip, tiffLong, rows)
	}
	if r.must(rows > 0, "strips without rows"); r.err != nil {
		return
	}
	across, down, planes := (r.width+width-1)/width, (r.height+rows-1)/rows, uint32(1)
	if r.separate {
		planes = r.samples
	}
	n := across * down * planes
	if r.d.s.pieces += int64(n); r.d.s.pieces > maxTIFFPieces {
		r.fail(unclean("too many pieces"))
		return
	}
	offsets, lengths := r.numbers(where, n, n), r.numbers(counts, n, n)
	if r.must(offsets != nil && lengths != nil, "no pixels"); r.err != nil {
		return
	}
	for i := range n {
		high := rows
		if last := i%down == down-1; last && !r.page.tiled {
			high = r.height - (down-1)*rows
		}
		if r.piece(int64(offsets[i]), int64(lengths[i]), r.size(width, high)); r.err != nil {
			return
		}
	}
}

// size is how many bytes a strip or tile is without compression.
func (r *tiffReader) size(width, rows uint32) int64 {
	w, h, samples := int64(width), int64(rows), int64(r.samples)
	if r.separate {
		samples = 1
	}
	if r.colour == 6 { // blocks of Y, with one Cb and one Cr each
		across, down := int64(r.subsampling[0]), int64(r.subsampling[1])
		w, h, samples = (w+across-1)/across, (h+down-1)/down, across*down+2
	}
	return (w*samples*int64(r.bits) + 7) / 8 * h
}

// piece takes a strip or tile up to where its pixels end.
func (r *tiffReader) piece(at, n, size int64) {
	s := r.d.s
	if at+n > int64(len(s.b)) {
		r.fail(unclean("pixels out of the file"))
		return
	}
	if s.raw += size; s.raw > maxRaw {
		r.fail(unclean("too many pixels"))
		return
	}
	if r.fail(s.spend(n)); r.err != nil {
		return
	}
	end, err := tiffEnds[r.compression](s.b[at:at+n], size)
	if r.fail(err); err != nil {
		return
	}
	if int64(end) < n {
		s.gone.add("trailer")
	}
	r.page.pieces = append(r.page.pieces, s.b[at:at+int64(end)])
}
