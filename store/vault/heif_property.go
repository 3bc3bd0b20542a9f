package vault

import (
	"bytes"
	"slices"
)

// heifAlpha are the names of transparency: of MPEG, and an older one of HEVC.
var heifAlpha = []string{"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"}

// isAlpha reports whether an item says that it is transparency.
func (f *heifFile) isAlpha(i *heifItem) (bool, error) {
	for _, use := range i.props {
		if use.index < 1 || use.index > len(f.props) || f.props[use.index-1].kind != "auxC" {
			continue
		}
		_, _, c := f.props[use.index-1].full()
		const longest = 256 // is read again for each picture that has it
		name, _, ended := bytes.Cut(c.b[:min(len(c.b), longest)], []byte{0})
		if !ended {
			return false, unclean("an unknown auxiliary picture")
		}
		return slices.Contains(heifAlpha, string(name)), nil
	}
	return false, nil
}

// heifProperty is a property as it is written, nil when it stays behind.
func heifProperty(box heifBox, gone *gone) ([]byte, error) {
	sized := func(n int) error {
		if len(box.body) != n {
			return unclean("a broken " + box.kind)
		}
		return nil
	}
	version, flags, c := box.full()
	switch box.kind {
	case "ispe": // how large
		return isoboxFull("ispe", 0, 0, c.take(8)), sized(12)
	case "pixi": // how many bits
		n := int(c.uint(1))
		if version != 0 || flags != 0 || n < 1 || n > 4 {
			return nil, unclean("a broken pixi")
		}
		return isoboxFull("pixi", 0, 0, []byte{byte(n)}, c.take(n)), sized(5 + n)
	case "irot": // by quarters of a turn
		return heifSmall(box, 3), sized(1)
	case "imir": // in which mirror
		return heifSmall(box, 1), sized(1)
	case "clap": // which part is shown
		return isobox("clap", box.body), sized(32)
	case "pasp": // how much wider than high pixels are
		return isobox("pasp", box.body), sized(8)
	case "colr":
		return heifColour(box, gone)
	case "auxC":
		name, _, _ := bytes.Cut(c.b, []byte{0})
		if !slices.Contains(heifAlpha, string(name)) {
			return nil, unclean("a picture that is none")
		}
		return isoboxFull("auxC", 0, 0, name, []byte{0}), nil
	case "hvcC":
		return heifHEVCConfig(box.body, gone)
	case "av1C":
		return heifAV1Config(box.body, gone)
	}
	gone.add("private")
	return nil, nil
}

// heifSmall is a property of some bits.
func heifSmall(box heifBox, mask byte) []byte {
	c := heifCursor{b: box.body}
	return isobox(box.kind, []byte{c.take(1)[0] & mask})
}

// heifColour keeps colours that are told by numbers of a list (ISO/IEC 14496-12,
// section 12.1.5).
func heifColour(box heifBox, gone *gone) ([]byte, error) {
	c := heifCursor{b: box.body}
	switch kind := string(c.take(4)); kind {
	case "nclx":
		numbers, full := c.take(6), c.take(1)
		return isobox("colr", []byte(kind), numbers, []byte{full[0] & 0x80}), c.done()
	case "prof", "rICC":
		gone.add("icc")
		return nil, nil
	}
	return nil, unclean("unknown colours")
}
