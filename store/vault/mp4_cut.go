package vault

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// mp4MaxCut is how much of a track, in seconds, may be in the file and not be
// played. An encoder's start and end are, and what pictures before a cut others
// are decoded from. More is what somebody cut away, a face or a voice, and who
// looks at the copy could find it.
const mp4MaxCut = 1.0

// mp4Part is a part of a track's time, in seconds.
type mp4Part struct{ from, to float64 }

// cut refuses a track of which more than that is cut away by its edits (ISO/IEC
// 14496-12, section 8.6.6), whose times are of the film, the media's their own.
func (t *mp4Track) cut(movieScale uint32) error {
	if t.edits == nil {
		return nil
	}
	film, own := float64(movieScale), float64(binary.BigEndian.Uint32(t.media[mp4Wide(t.media, 12, 20):]))
	all := mp4Part{t.span.from / own, t.span.to / own}
	b := t.edits[16:] // edts, elst
	size := mp4Wide(b, 12, 20)
	var shown []mp4Part
	for e := b[8:]; len(e) > 0; e = e[size:] {
		length, at := float64(binary.BigEndian.Uint32(e)), float64(int32(binary.BigEndian.Uint32(e[4:])))
		if size == 20 {
			length, at = float64(binary.BigEndian.Uint64(e)), float64(int64(binary.BigEndian.Uint64(e[8:])))
		}
		rate := binary.BigEndian.Uint32(e[size-4:])
		if at < 0 || rate == 0 { // nothing, or a picture that stands
			continue
		}
		part := mp4Part{max(at/own, all.from), min(at/own+length/film, all.to)}
		if part.from < part.to {
			shown = append(shown, part)
		}
	}
	slices.SortFunc(shown, func(a, b mp4Part) int { return cmp.Compare(a.from, b.from) })
	hidden, at := 0.0, all.from
	for _, s := range append(shown, mp4Part{all.to, all.to}) {
		hidden += max(0, s.from-at)
		at = max(at, s.to)
	}
	if hidden > mp4MaxCut {
		return unclean("film or sound that was cut away is still there")
	}
	return nil
}

// mp4Span is when the first sample of a track begins to be shown and the last
// ends, in the media's own time: samples may be shown in another order than they
// are decoded, shifted by what the second table says.
func mp4Span(times, shifts []byte) (span mp4Part) {
	var at float64
	var n, m uint32 // samples of this length, of this shift
	var length, shift float64
	first := true
	for {
		for ; n == 0; times = times[8:] {
			if len(times) == 0 {
				return span
			}
			n, length = binary.BigEndian.Uint32(times), float64(binary.BigEndian.Uint32(times[4:]))
		}
		for ; m == 0; shifts = shifts[8:] {
			if len(shifts) == 0 { // for the rest
				m, shift = n, 0
				break
			}
			m, shift = binary.BigEndian.Uint32(shifts), float64(int32(binary.BigEndian.Uint32(shifts[4:])))
		}
		run := min(n, m)
		end := at + float64(run)*length
		if first {
			span = mp4Part{at + shift, end + shift}
		}
		span.from, span.to = min(span.from, at+shift), max(span.to, end+shift)
		at, n, m, first = end, n-run, m-run, false
	}
}
