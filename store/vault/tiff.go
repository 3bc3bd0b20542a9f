package vault

import (
	"bufio"
	"encoding/binary"
	"io"
	"slices"
)

// How much of a TIFF there may be.
const (
	maxTIFFPages   = 1000
	maxTIFFEntries = 512     // of a directory
	maxTIFFPieces  = 1 << 16 // strips and tiles of all pages
)

// scrubTIFF copies the pages: the tags that say how their pixels are stored,
// which side is up, and the pixels. Who made it with what, when and where, EXIF,
// GPS, XMP, IPTC, colour profiles, thumbnails, private tags, and all that no
// directory leads to, stay behind.
//
// Old and new JPEG within TIFF and other compressions that can hold metadata of
// their own are not scrubbed, nor is BigTIFF, nor are the raw formats of
// cameras.
func scrubTIFF(w io.Writer, src source, gone *gone) error {
	return src.whole(func(b []byte) error {
		s := &tiffScrubber{b: b, budget: int64(len(b)), gone: gone}
		pages, err := s.pages()
		if err != nil {
			return err
		}
		return s.write(w, pages)
	})
}

type tiffScrubber struct {
	b     []byte
	order tiffOrder
	// budget is how many bytes may still be taken from the file: each once, or
	// directories could make much of little.
	budget int64
	raw    int64 // bytes of the decompressed pixels so far
	pieces int64 // strips and tiles so far
	gone   *gone
}

type tiffOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiffField is a tag that is written: numbers of two or four bytes, or
// fractions.
type tiffField struct {
	tag, kind uint16
	values    []uint32
}

// tiffPage is what is written of a directory: fields, but for those that tell
// where the pixels are, and the pixels themselves.
type tiffPage struct {
	fields []tiffField
	pieces [][]byte // strips or tiles
	tiled  bool
}

// Types of fields (TIFF 6.0, section 2).
const (
	tiffShort    = 3
	tiffLong     = 4
	tiffRational = 5
)

// pages reads all directories.
func (s *tiffScrubber) pages() (pages []tiffPage, err error) {
	if len(s.b) < 8 {
		return nil, unclean("it ends too soon")
	}
	switch string(s.b[:4]) {
	case "II*\x00":
		s.order = binary.LittleEndian
	case "MM\x00*":
		s.order = binary.BigEndian
	default:
		return nil, unclean("no TIFF")
	}
	if string(s.b[8:min(12, len(s.b))]) == "CR\x02\x00" {
		return nil, unclean("a raw photo")
	}
	at := s.order.Uint32(s.b[4:])
	for range maxTIFFPages {
		d, err := s.directory(at)
		if err != nil {
			return nil, err
		}
		small, err := d.thumbnail()
		switch {
		case err != nil:
			return nil, err
		case small && len(pages) == 0:
			return nil, unclean("a raw photo")
		case small:
			s.gone.add("thumbnail")
		default:
			page, err := d.page()
			if err != nil {
				return nil, err
			}
			pages = append(pages, page)
		}
		if at = d.next; at == 0 {
			return pages, nil
		}
	}
	return nil, unclean("too many pages, or no end of them")
}

// write lays out pages one after the other: directory, values, pixels, each
// from an even offset.
func (s *tiffScrubber) write(w io.Writer, pages []tiffPage) error {
	out := borrowWriter(w)
	defer returnWriter(out)
	out.Write(s.b[:4])
	out.Write(s.order.AppendUint32(nil, 8))
	at := int64(8)
	for i, p := range pages {
		n, err := p.write(out, s.order, at, i+1 == len(pages))
		if err != nil {
			return err
		}
		at += n
	}
	return out.Flush()
}

// write writes a page to its place, and returns how long that was.
func (p tiffPage) write(w *bufio.Writer, order tiffOrder, at int64, last bool) (int64, error) {
	where, counts := tagStripOffsets, tagStripByteCounts
	if p.tiled {
		where, counts = tagTileOffsets, tagTileByteCounts
	}
	offsets, lengths := make([]uint32, len(p.pieces)), make([]uint32, len(p.pieces))
	fields := append(slices.Clone(p.fields),
		tiffField{where, tiffLong, offsets}, tiffField{counts, tiffLong, lengths})
	slices.SortFunc(fields, func(a, b tiffField) int { return int(a.tag) - int(b.tag) })

	directory := 2 + 12*len(fields) + 4
	size := int64(directory)
	for _, f := range fields {
		if n := f.size(); n > 4 {
			size += int64(n + n&1)
		}
	}
	for i, b := range p.pieces {
		if at+size > 1<<31 {
			return 0, unclean("too large")
		}
		offsets[i], lengths[i] = uint32(at+size), uint32(len(b))
		size += int64(len(b) + len(b)&1)
	}

	head := order.AppendUint16(nil, uint16(len(fields)))
	var values []byte
	for _, f := range fields {
		head = order.AppendUint16(order.AppendUint16(head, f.tag), f.kind)
		count := len(f.values)
		if f.kind == tiffRational {
			count /= 2
		}
		head = order.AppendUint32(head, uint32(count))
		b := f.bytes(order)
		if len(b) <= 4 {
			head = append(append(head, b...), make([]byte, 4-len(b))...)
			continue
		}
		head = order.AppendUint32(head, uint32(at)+uint32(directory+len(values)))
		values = append(append(values, b...), make([]byte, len(b)&1)...)
	}
	next := uint32(at + size)
	if last {
		next = 0
	}
	w.Write(order.AppendUint32(head, next))
	_, err := w.Write(values)
	for _, b := range p.pieces {
		w.Write(b)
		_, err = w.Write(make([]byte, len(b)&1))
	}
	return size, err
}

func (f tiffField) size() int {
	if f.kind == tiffShort {
		return 2 * len(f.values)
	}
	return 4 * len(f.values)
}

func (f tiffField) bytes(order tiffOrder) (b []byte) {
	for _, v := range f.values {
		if f.kind == tiffShort {
			b = order.AppendUint16(b, uint16(v))
			continue
		}
		b = order.AppendUint32(b, v)
	}
	return b
}
