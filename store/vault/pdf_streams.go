package vault

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"io"
)

// pdfFilter is one of the encodings of a stream, with its parameters: 7.4.
type pdfFilter struct {
	name  pdfName
	parms pdfDict
}

// filters lists how a stream is encoded, what must be decoded first first.
func (f *pdfFile) filters(s *pdfStream) ([]pdfFilter, error) {
	if s.dict["F"] != nil || s.dict["FFilter"] != nil {
		return nil, unclean("a stream in another file")
	}
	names, err := f.list(s.dict["Filter"])
	if err != nil {
		return nil, err
	}
	parms, err := f.list(s.dict["DecodeParms"])
	if err != nil {
		return nil, err
	}
	if len(names) > 8 || len(parms) > len(names) {
		return nil, unclean("broken filters")
	}
	chain := make([]pdfFilter, len(names))
	for i, v := range names {
		if v, err = f.direct(v); err != nil {
			return nil, err
		}
		name, ok := v.(pdfName)
		if !ok {
			return nil, unclean("broken filters")
		}
		chain[i].name = name
		if i < len(parms) {
			if chain[i].parms, err = f.dict(parms[i]); err != nil {
				return nil, err
			}
		}
	}
	return chain, nil
}

// list makes a list of what may be one thing, or many, or nothing.
func (f *pdfFile) list(v any) (pdfArray, error) {
	v, err := f.direct(v)
	if err != nil || v == nil {
		return nil, err
	}
	if a, ok := v.(pdfArray); ok {
		return a, nil
	}
	return pdfArray{v}, nil
}

// decoded decodes a stream that is encoded by nothing but filters for all kinds
// of data.
func (f *pdfFile) decoded(s *pdfStream) ([]byte, error) {
	chain, err := f.filters(s)
	if err != nil {
		return nil, err
	}
	data := s.data
	for _, filter := range chain {
		if data, err = f.decode(data, filter); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// peeled decodes a stream as far as its last filter, which is returned with its
// data. A filter without name is none.
func (f *pdfFile) peeled(s *pdfStream) (data []byte, last pdfFilter, err error) {
	chain, err := f.filters(s)
	if err != nil {
		return nil, last, err
	}
	data = s.data
	for i, filter := range chain {
		if i == len(chain)-1 && filter.name != "ASCIIHexDecode" && filter.name != "ASCII85Decode" {
			return data, filter, nil
		}
		if data, err = f.decode(data, filter); err != nil {
			return nil, last, err
		}
	}
	return data, last, nil
}

func (f *pdfFile) decode(data []byte, by pdfFilter) ([]byte, error) {
	switch by.name {
	case "FlateDecode":
		return f.inflate(data, by.parms)
	case "ASCIIHexDecode":
		return f.unhex(data)
	case "ASCII85Decode":
		return f.un85(data)
	}
	return nil, unclean("a filter that is not known here")
}

// hold takes from what may be decoded in memory.
func (f *pdfFile) hold(n int64) error {
	if f.held -= n; f.held < 0 || n > pdfMaxOne {
		return unclean("too much when decoded")
	}
	return nil
}

// inflate: nothing is the compressed form of nothing, say all programs.
func (f *pdfFile) inflate(data []byte, parms pdfDict) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	r := bytes.NewReader(data)
	z, err := borrowInflater(r)
	if err != nil {
		return nil, unclean("broken compression")
	}
	defer inflaters.Put(z)
	// Once to know how long it is: a buffer that grows takes three times that.
	n, err := io.Copy(io.Discard, io.LimitReader(z, min(f.held, pdfMaxOne)+1))
	if err := f.hold(n); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, unclean("broken compression")
	}
	r.Reset(data)
	if err := z.(zlib.Resetter).Reset(r, nil); err != nil {
		return nil, err
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, err
	}
	return f.unpredict(out, parms)
}

// flateEnd returns what is needed of compressed data: something may hide
// behind its end.
func (f *pdfFile) flateEnd(data []byte) ([]byte, error) {
	r := bytes.NewReader(data)
	z, err := borrowInflater(r)
	if err != nil {
		return nil, unclean("broken compression")
	}
	defer inflaters.Put(z)
	n, err := io.Copy(io.Discard, io.LimitReader(z, f.skimmed+1))
	if f.skimmed -= n; f.skimmed < 0 {
		return nil, unclean("too much when decoded")
	}
	if err != nil {
		return nil, unclean("broken compression")
	}
	return data[:len(data)-r.Len()], nil
}

func pdfDeflate(data []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err := z.Close()
	return out.Bytes(), err
}

// unpredict undoes what makes tables compress better: 7.4.4.4. TIFF's way is
// for pictures, which are not decoded.
func (f *pdfFile) unpredict(data []byte, parms pdfDict) ([]byte, error) {
	p, err := f.numbers(parms, map[pdfName]int{"Predictor": 1, "Colors": 1, "BitsPerComponent": 8, "Columns": 1})
	if err != nil || p["Predictor"] == 1 {
		return data, err
	}
	colours, bits, columns := p["Colors"], p["BitsPerComponent"], p["Columns"]
	if p["Predictor"] < 10 || p["Predictor"] > 15 || colours < 1 || colours > 32 || bits < 1 || bits > 16 ||
		columns < 1 || columns > 1<<20 {
		return nil, unclean("an unknown prediction")
	}
	row, step := (colours*bits*columns+7)/8, (colours*bits+7)/8
	above := make([]byte, row)
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		if len(data) < 1+row {
			return nil, unclean("a broken prediction")
		}
		line := data[1 : 1+row]
		if !pdfUnpredictLine(data[0], line, above, step) {
			return nil, unclean("an unknown prediction")
		}
		out = append(out, line...)
		above, data = line, data[1+row:]
	}
	return out, nil
}

// pdfUnpredictLine works as in PNG, section 9.2.
func pdfUnpredictLine(how byte, line, above []byte, step int) bool {
	for i := range line {
		var left, corner byte
		if i >= step {
			left, corner = line[i-step], above[i-step]
		}
		switch how {
		case 0:
		case 1:
			line[i] += left
		case 2:
			line[i] += above[i]
		case 3:
			line[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			line[i] += pdfPaeth(left, above[i], corner)
		default:
			return false
		}
	}
	return true
}

func pdfPaeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	away := func(x byte) int { return max(p-int(x), int(x)-p) }
	switch {
	case away(a) <= away(b) && away(a) <= away(c):
		return a
	case away(b) <= away(c):
		return b
	}
	return c
}

// numbers returns the numbers of a dictionary that have these defaults.
func (f *pdfFile) numbers(d pdfDict, defaults map[pdfName]int) (map[pdfName]int, error) {
	out := map[pdfName]int{}
	for key, n := range defaults {
		v, err := f.direct(d[key])
		if err != nil {
			return nil, err
		}
		if v != nil {
			var ok bool
			if n, ok = pdfInt(v); !ok {
				return nil, unclean("a broken number")
			}
		}
		out[key] = n
	}
	return out, nil
}

func (f *pdfFile) unhex(data []byte) ([]byte, error) {
	n := bytes.IndexByte(data, '>')
	if n < 0 {
		return nil, unclean("data without end")
	}
	s, err := pdfDecodeHex(data[:n])
	if err != nil {
		return nil, err
	}
	return []byte(s), f.hold(int64(len(s)))
}

func (f *pdfFile) un85(data []byte) ([]byte, error) {
	n := bytes.Index(data, []byte("~>"))
	if n < 0 {
		return nil, unclean("data without end")
	}
	if err := f.hold(int64(n) + 4*int64(bytes.Count(data[:n], []byte("z")))); err != nil {
		return nil, err
	}
	out, err := io.ReadAll(ascii85.NewDecoder(bytes.NewReader(bytes.ReplaceAll(data[:n], []byte{0}, nil))))
	if err != nil {
		return nil, unclean("broken data")
	}
	return out, nil
}

// pdfRunLengthEnd returns what is needed of run length encoded data: 7.4.5.
func pdfRunLengthEnd(data []byte) ([]byte, error) {
	for at := 0; at < len(data); {
		switch n := int(data[at]); {
		case n == 128:
			return data[:at+1], nil
		case n < 128:
			at += n + 2
		default:
			at += 2
		}
	}
	return nil, unclean("data without end")
}
