package vault

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// pdfWriter writes a document: its objects in order, where each begins, and
// which is the first. Its version is what the newest feature needs that is let
// through.
type pdfWriter struct {
	w      *bufio.Writer
	at     int
	places []int
}

func (o *pdfWriter) put(b []byte) error {
	o.at += len(b)
	_, err := o.w.Write(b)
	return err
}

func (o *pdfWriter) begin() error { return o.put([]byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")) }

// object writes the next object.
func (o *pdfWriter) object(v any) error {
	o.places = append(o.places, o.at)
	b := fmt.Appendf(nil, "%d 0 obj\n", len(o.places))
	s, ok := v.(*pdfStream)
	if !ok {
		return o.put(append(pdfAppend(b, v), "\nendobj\n"...))
	}
	s.dict["Length"] = pdfNumber(strconv.Itoa(len(s.data)))
	if err := o.put(append(pdfAppend(b, s.dict), "\nstream\n"...)); err != nil {
		return err
	}
	if err := o.put(s.data); err != nil {
		return err
	}
	return o.put([]byte("\nendstream\nendobj\n"))
}

// end writes the table of objects and the trailer: 7.5.4, 7.5.5.
func (o *pdfWriter) end() error {
	b := fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(o.places)+1)
	for _, at := range o.places {
		b = fmt.Appendf(b, "%010d 00000 n \n", at)
	}
	return o.put(fmt.Appendf(b, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(o.places)+1, o.at))
}

// pdfAppend writes a value, the keys of a dictionary in order.
func pdfAppend(b []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case pdfNumber:
		return append(b, v...)
	case pdfString:
		return append(hex.AppendEncode(append(b, '<'), []byte(v)), '>')
	case pdfName:
		return pdfAppendName(b, v)
	case pdfRef:
		return fmt.Appendf(b, "%d %d R", v.n, v.gen)
	case pdfArray:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ' ')
			}
			b = pdfAppend(b, e)
		}
		return append(b, ']')
	case pdfDict:
		b = append(b, "<<"...)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b = pdfAppend(append(pdfAppendName(b, key), ' '), v[key])
		}
		return append(b, ">>"...)
	}
	return append(b, "null"...)
}

func pdfAppendName(b []byte, name pdfName) []byte {
	b = append(b, '/')
	for _, c := range []byte(name) {
		if c == '#' || c <= ' ' || c > '~' || !pdfIsRegular(c) {
			b = fmt.Appendf(b, "#%02X", c)
		} else {
			b = append(b, c)
		}
	}
	return b
}
