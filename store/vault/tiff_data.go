package vault

import (
	"bytes"
	"errors"
	"io"
)

// tiffEnds are the compressions that are known, and for each what finds the end
// of the pixels in their data, knowing how many bytes they are without it. What
// comes after hides there.
var tiffEnds = map[uint32]func(b []byte, size int64) (int, error){
	1:     tiffRawEnd,
	2:     tiffFaxEnd,
	3:     tiffFaxEnd,
	4:     tiffFaxEnd,
	5:     tiffLZWEnd,
	8:     tiffDeflateEnd,
	32773: tiffPackBitsEnd,
	32946: tiffDeflateEnd,
}

var errTIFFPixels = unclean("broken pixels, or more than the page has")

func tiffRawEnd(b []byte, size int64) (int, error) {
	if int64(len(b)) < size {
		return 0, errTIFFPixels
	}
	return int(size), nil
}

// tiffFaxEnd takes all: the codes of a fax (ITU-T T.4 and T.6) are not read.
func tiffFaxEnd(b []byte, _ int64) (int, error) {
	if len(b) == 0 {
		return 0, errTIFFPixels
	}
	return len(b), nil
}

// tiffPackBitsEnd reads what runs of bytes are announced (TIFF 6.0, section 9).
func tiffPackBitsEnd(b []byte, size int64) (int, error) {
	at := 0
	for size > 0 {
		if at >= len(b) {
			return 0, errTIFFPixels
		}
		switch n := int8(b[at]); {
		case n >= 0: // bytes as they are
			at += 2 + int(n)
			size -= 1 + int64(n)
		case n == -128: // nothing
			at++
		default: // one byte again and again
			at += 2
			size -= 1 - int64(n)
		}
	}
	if size < 0 || at > len(b) {
		return 0, errTIFFPixels
	}
	return at, nil
}

func tiffDeflateEnd(b []byte, size int64) (int, error) {
	r := bytes.NewReader(b) // is read byte by byte, and so no further than needed
	z, err := borrowInflater(r)
	if err != nil {
		return 0, errTIFFPixels
	}
	defer inflaters.Put(z)
	if _, err := io.CopyN(io.Discard, z, size); err != nil {
		return 0, errTIFFPixels
	}
	if n, err := z.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		return 0, errTIFFPixels
	}
	return len(b) - r.Len(), nil
}

// tiffLZWEnd reads the codes (TIFF 6.0, section 13), of which it needs to know only
// how many bytes each stands for.
func tiffLZWEnd(b []byte, size int64) (int, error) {
	const clear, end, longest = 256, 257, 12
	var stands [1 << longest]int64
	for i := range clear {
		stands[i] = 1
	}
	bit, width, next, last := 0, 9, end+1, -1
	read := func() int {
		v := 0
		for i := range 3 {
			if v <<= 8; bit/8+i < len(b) {
				v |= int(b[bit/8+i])
			}
		}
		v = v >> (24 - bit%8 - width) & (1<<width - 1)
		bit += width
		return v
	}
	for first := true; ; first = false {
		if size == 0 {
			// Whoever forgets to say that this was all, is understood.
			if before := bit; bit+width <= 8*len(b) && read() != end {
				bit = before
			}
			return (bit + 7) / 8, nil
		}
		if bit+width > 8*len(b) {
			return 0, errTIFFPixels
		}
		code := read()
		if code == clear {
			width, next, last = 9, end+1, -1
			continue
		}
		if first || code == end || code > next || code == next && last < 0 {
			return 0, errTIFFPixels
		}
		if last >= 0 { // a new code: the last one, and the first byte of this
			if next == len(stands) {
				return 0, errTIFFPixels
			}
			stands[next] = stands[last] + 1 //nolint:gosec // G602: next is less than their number, see above
			next++
		}
		if size -= stands[code]; size < 0 {
			return 0, errTIFFPixels
		}
		if last = code; next+1 >= 1<<width && width < longest {
			width++
		}
	}
}
