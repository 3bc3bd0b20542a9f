package vault

import (
	"encoding/binary"
	"strings"
)

const (
	kindASCII = 2
	kindLong  = 4
	kindBytes = 7 // undefined
)

// exifField is an entry of a TIFF directory.
type exifField struct {
	tag, kind uint16
	body      string
}

// exifDirectory is a TIFF directory that stands at an offset, and its values.
func exifDirectory(order binary.AppendByteOrder, at int, fields ...exifField) string {
	b := order.AppendUint16(nil, uint16(len(fields)))
	values := ""
	at += 2 + 12*len(fields) + 4
	for _, f := range fields {
		n := len(f.body)
		if f.kind == kindLong {
			n /= 4
		}
		b = order.AppendUint16(b, f.tag)
		b = order.AppendUint16(b, f.kind)
		b = order.AppendUint32(b, uint32(n))
		if len(f.body) <= 4 {
			b = append(b, (f.body + "\x00\x00\x00\x00")[:4]...)
			continue
		}
		b = order.AppendUint32(b, uint32(at+len(values)))
		values += f.body + "\x00"[:len(f.body)%2]
	}
	return string(order.AppendUint32(b, 0)) + values
}

// exifWithNote is an EXIF block with a maker note, which is told its offset.
func exifWithNote(order binary.AppendByteOrder, magic, maker string, note func(at int) string) string {
	first := func(exif int) string {
		return exifDirectory(order, 8, exifField{0x010F, kindASCII, maker + "\x00"},
			exifField{0x8769, kindLong, string(order.AppendUint32(nil, uint32(exif)))})
	}
	exif := 8 + len(first(0))
	return magic + string(order.AppendUint32(nil, 8)) + first(exif) +
		exifDirectory(order, exif, exifField{0x927C, kindBytes, note(exif + 2 + 12 + 4)})
}

// canonExif has the name of the camera's owner in Canon's notes.
func canonExif(owner, firmware string) string {
	return exifWithNote(binary.LittleEndian, "II*\x00", "Canon", func(at int) string {
		return exifDirectory(binary.LittleEndian, at, exifField{0x0007, kindASCII, firmware + "\x00"}, exifField{0x0009, kindASCII, owner + "\x00"})
	})
}

// appleExif names the film that belongs to a live photo.
func appleExif(content, image string) string {
	return exifWithNote(binary.BigEndian, "MM\x00*", "Apple", func(int) string {
		head := "Apple iOS\x00\x00\x01MM"
		return head + exifDirectory(binary.BigEndian, len(head), exifField{0x0011, kindASCII, content + "\x00"}, exifField{0x0015, kindASCII, image + "\x00"})
	})
}

// iccProfile is the least that passes for a colour profile.
func iccProfile(description, copyright string) string {
	desc := "desc\x00\x00\x00\x00" + bigEndian32(len(description)+1) + description + "\x00" + strings.Repeat("\x00", 78)
	desc += strings.Repeat("\x00", -len(desc)&3)
	text := "text\x00\x00\x00\x00" + copyright + "\x00"
	const tags = 128 + 4 + 2*12
	table := bigEndian32(2) + "desc" + bigEndian32(tags) + bigEndian32(len(desc)) + "cprt" + bigEndian32(tags+len(desc)) + bigEndian32(len(text))
	head := bigEndian32(tags+len(desc)+len(text)) + "test\x02\x40\x00\x00mntrRGB XYZ " +
		"\x07\xEF\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06" + "acsp" + strings.Repeat("\x00", 28) +
		"\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D" + strings.Repeat("\x00", 128-80)
	return head + table + desc + text
}
