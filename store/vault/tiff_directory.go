package vault

// Tags that are read (TIFF 6.0, appendix A).
const (
	tagNewSubfileType    = uint16(254)
	tagSubfileType       = uint16(255)
	tagImageWidth        = uint16(256)
	tagImageLength       = uint16(257)
	tagBitsPerSample     = uint16(258)
	tagCompression       = uint16(259)
	tagPhotometric       = uint16(262)
	tagFillOrder         = uint16(266)
	tagStripOffsets      = uint16(273)
	tagSamplesPerPixel   = uint16(277)
	tagRowsPerStrip      = uint16(278)
	tagStripByteCounts   = uint16(279)
	tagXResolution       = uint16(282)
	tagYResolution       = uint16(283)
	tagPlanarConfig      = uint16(284)
	tagT4Options         = uint16(292)
	tagT6Options         = uint16(293)
	tagResolutionUnit    = uint16(296)
	tagPredictor         = uint16(317)
	tagColorMap          = uint16(320)
	tagTileWidth         = uint16(322)
	tagTileLength        = uint16(323)
	tagTileOffsets       = uint16(324)
	tagTileByteCounts    = uint16(325)
	tagInkSet            = uint16(332)
	tagExtraSamples      = uint16(338)
	tagSampleFormat      = uint16(339)
	tagIndexed           = uint16(346)
	tagYCbCrCoefficients = uint16(529)
	tagYCbCrSubSampling  = uint16(530)
	tagYCbCrPositioning  = uint16(531)
	tagBlackWhite        = uint16(532)
	tagCFAPattern        = uint16(33422)
	tagDNGVersion        = uint16(50706)
)

// tiffNames are what tags that are left behind are called; others are private.
var tiffNames = map[uint16]string{
	282: "resolution", 283: "resolution", 296: "resolution", 269: "text", 270: "text", 271: "exif", 272: "exif", 285: "text",
	305: "exif", 306: "time", 315: "text", 316: "exif", 330: "pictures", 700: "xmp", 33432: "text", 33723: "iptc",
	34377: "iptc", 34665: "exif", 34675: "icc", 34853: "exif",
}

// tiffDirectory is one image file directory.
type tiffDirectory struct {
	s       *tiffScrubber
	entries map[uint16][]byte // twelve bytes each
	next    uint32
	taken   map[uint16]bool
}

// directory reads the directory at an offset.
func (s *tiffScrubber) directory(at uint32) (*tiffDirectory, error) {
	if int64(at)+2 > int64(len(s.b)) || at < 8 {
		return nil, unclean("a directory out of the file")
	}
	n := int(s.order.Uint16(s.b[at:]))
	size := int64(2 + 12*n + 4)
	if n == 0 || n > maxTIFFEntries || int64(at)+size > int64(len(s.b)) {
		return nil, unclean("a directory too large")
	}
	if err := s.spend(size); err != nil {
		return nil, err
	}
	d := &tiffDirectory{s: s, entries: map[uint16][]byte{}, taken: map[uint16]bool{}}
	for b := s.b[at+2:]; n > 0; n, b = n-1, b[12:] {
		tag := s.order.Uint16(b)
		if d.entries[tag] != nil {
			return nil, unclean("a tag twice")
		}
		d.entries[tag] = b[:12]
	}
	d.next = s.order.Uint32(s.b[int64(at)+size-4:])
	return d, nil
}

// spend takes bytes from the budget.
func (s *tiffScrubber) spend(n int64) error {
	if s.budget -= n; s.budget < 0 {
		return unclean("bytes that are used again and again")
	}
	return nil
}

// numbers are the values of a tag, nil when it is not there, which must be as
// many as least to most, and of two or four bytes.
func (d *tiffDirectory) numbers(tag uint16, least, most int64) ([]uint32, error) {
	e := d.entries[tag]
	if e == nil {
		return nil, nil
	}
	switch n := int64(d.s.order.Uint32(e[4:])); d.s.order.Uint16(e[2:]) {
	case tiffShort:
		return d.values(tag, 2, n, least, most)
	case tiffLong:
		return d.values(tag, 4, n, least, most)
	}
	return nil, unclean("a tag of an odd type")
}

// fractions are the values of a tag, nil when it is not there or has another
// type, each of them two numbers.
func (d *tiffDirectory) fractions(tag uint16, count int64) ([]uint32, error) {
	e := d.entries[tag]
	if e == nil || d.s.order.Uint16(e[2:]) != tiffRational {
		return nil, nil
	}
	return d.values(tag, 4, 2*int64(d.s.order.Uint32(e[4:])), 2*count, 2*count)
}

func (d *tiffDirectory) values(tag uint16, size, n, least, most int64) ([]uint32, error) {
	d.taken[tag] = true
	if n < least || n > most {
		return nil, unclean("a tag with too many values, or too few")
	}
	order, b := d.s.order, d.entries[tag][8:]
	if n*size > 4 {
		at := int64(order.Uint32(b))
		if at+n*size > int64(len(d.s.b)) {
			return nil, unclean("a tag out of the file")
		}
		b = d.s.b[at:]
		if err := d.s.spend(n * size); err != nil {
			return nil, err
		}
	}
	values := make([]uint32, n)
	for i := range values {
		if size == 2 {
			values[i] = uint32(order.Uint16(b[2*i:]))
		} else {
			values[i] = order.Uint32(b[4*i:])
		}
	}
	return values, nil
}

// number is the one value of a tag, or what it is when nobody says.
func (d *tiffDirectory) number(tag uint16, unsaid uint32) (uint32, error) {
	values, err := d.numbers(tag, 1, 1)
	if values == nil {
		return unsaid, err
	}
	return values[0], nil
}

// thumbnail reports whether the directory is a smaller version of another.
func (d *tiffDirectory) thumbnail() (bool, error) {
	if d.entries[tagDNGVersion] != nil || d.entries[tagCFAPattern] != nil {
		return false, unclean("a raw photo")
	}
	kind, err := d.number(tagNewSubfileType, 0)
	if err != nil {
		return false, err
	}
	old, err := d.number(tagSubfileType, 1)
	if err != nil {
		return false, err
	}
	const smaller, page, oldSmaller = 1, 2, 2
	if kind&^(smaller|page) != 0 || old < 1 || old > 3 {
		return false, unclean("a mask, or something unknown")
	}
	return kind&smaller != 0 || old == oldSmaller, nil
}
