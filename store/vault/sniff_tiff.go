package vault

import (
	"bytes"
	"encoding/binary"
)

// sniffTIFF tells scans and faxes. The raw formats of cameras are TIFF too, but
// nobody can look at one: it says so, or begins with a thumbnail, or with pixels
// that are compressed or coloured as no scanner does.
func sniffTIFF(head []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(head, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(head, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return ""
	}
	if len(head) < 8 || len(head) >= 10 && string(head[8:10]) == "CR" {
		return ""
	}
	// Cameras write the first directory at the beginning; others may write it
	// after the pixels, out of sight.
	at := order.Uint32(head[4:])
	if int64(at)+2 > int64(len(head)) {
		return "image/tiff"
	}
	n := int(order.Uint16(head[at:]))
	for b := head[at+2:]; n > 0 && len(b) >= 12; n, b = n-1, b[12:] {
		value := uint32(order.Uint16(b[8:]))
		if order.Uint16(b[2:]) == tiffLong {
			value = order.Uint32(b[8:])
		}
		if tiffRawTag(order.Uint16(b), value) {
			return ""
		}
	}
	return "image/tiff"
}

// tiffRawTag reports whether the first directory of a raw photo says this.
func tiffRawTag(tag uint16, value uint32) bool {
	switch tag {
	case tagNewSubfileType:
		return value&1 != 0
	case tagCompression: // old JPEG; Sony, Nikon, Pentax and Kodak
		return value == 6 || value == 32767 || value == 32769 || value == 34713 || value >= 65000
	case tagPhotometric: // of a sensor, or linear
		return value == 32803 || value == 34892
	}
	return tag == tagDNGVersion || tag == tagCFAPattern
}
