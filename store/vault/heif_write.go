package vault

import (
	"encoding/binary"
	"io"
)

// write writes the boxes: type, directory, and the data of the items. Ids and
// properties are counted anew.
func (p *heifPicture) write(w io.Writer) error {
	ftyp := []byte(p.f.brands[0] + "\x00\x00\x00\x00")
	for _, b := range p.f.brands[1:] {
		ftyp = append(ftyp, b...)
	}
	head := isobox("ftyp", ftyp)
	size := 8
	for _, part := range p.parts {
		if part.method == 0 {
			size += part.size()
		}
	}
	// How long the directory is, does not depend on what is in it.
	start := len(head) + len(p.meta(0)) + 8

	out := borrowWriter(w)
	defer returnWriter(out)
	out.Write(head)
	out.Write(p.meta(start))
	out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(size)), "mdat"...))
	for _, part := range p.parts {
		for _, b := range part.data {
			if part.method == 0 {
				out.Write(b)
			}
		}
	}
	return out.Flush()
}

// meta is the directory, for data that start at an offset of the file.
func (p *heifPicture) meta(start int) []byte {
	be := binary.BigEndian
	count := uint16(len(p.parts))
	iloc := be.AppendUint16([]byte{0x44, 0}, count) // offsets and lengths of four bytes
	iinf := be.AppendUint16(nil, count)
	ipma := be.AppendUint32(nil, uint32(count))
	var idat []byte
	for i, part := range p.parts {
		id := uint16(i + 1)
		at := start
		if part.method == 1 {
			at = len(idat)
			for _, b := range part.data {
				idat = append(idat, b...)
			}
		} else {
			start += part.size()
		}
		iloc = be.AppendUint16(be.AppendUint16(iloc, id), uint16(part.method))
		iloc = be.AppendUint16(be.AppendUint16(iloc, 0), 1) // in this file, in one piece
		iloc = be.AppendUint32(be.AppendUint32(iloc, uint32(at)), uint32(part.size()))

		hidden := uint32(min(i, 1)) // it is not shown by itself
		iinf = append(iinf, isoboxFull("infe", 2, hidden, be.AppendUint16(nil, id), []byte{0, 0}, []byte(part.kind), []byte{0})...)

		ipma = append(be.AppendUint16(ipma, id), byte(len(part.uses)))
		for _, use := range part.uses {
			b := byte(use.index)
			if use.essential {
				b |= 0x80
			}
			ipma = append(ipma, b)
		}
	}
	boxes := [][]byte{
		isoboxFull("hdlr", 0, 0, []byte("\x00\x00\x00\x00pict"), make([]byte, 12+1)),
		isoboxFull("pitm", 0, 0, []byte{0, 1}),
		isoboxFull("iloc", 1, 0, iloc),
		isoboxFull("iinf", 0, 0, iinf),
	}
	if len(p.refs) > 0 {
		var iref []byte
		for _, r := range p.refs {
			b := be.AppendUint16(be.AppendUint16(nil, uint16(r.from)), uint16(len(r.to)))
			for _, id := range r.to {
				b = be.AppendUint16(b, uint16(id))
			}
			iref = append(iref, isobox(r.kind, b)...)
		}
		boxes = append(boxes, isoboxFull("iref", 0, 0, iref))
	}
	var ipco []byte
	for _, b := range p.props {
		ipco = append(ipco, b...)
	}
	boxes = append(boxes, isobox("iprp", isobox("ipco", ipco), isoboxFull("ipma", 0, 0, ipma)))
	if idat != nil {
		boxes = append(boxes, isobox("idat", idat))
	}
	return isoboxFull("meta", 0, 0, boxes...)
}
