package vault

import (
	"bytes"
	"encoding/binary"
)

const tagOrientation = 0x0112

// exifOrientation returns the orientation, 1 to 8, that the content of an APP1
// segment tells, and 0 when it tells none.
func exifOrientation(body []byte) byte {
	tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	start := order.Uint32(tiff[4:])
	if uint64(start)+2 > uint64(len(tiff)) {
		return 0
	}
	ifd := tiff[start:]
	entries := int(order.Uint16(ifd))
	for ifd = ifd[2:]; entries > 0 && len(ifd) >= 12; entries, ifd = entries-1, ifd[12:] {
		if order.Uint16(ifd) != tagOrientation {
			continue
		}
		const short = 3
		v := order.Uint16(ifd[8:])
		if order.Uint16(ifd[2:]) != short || order.Uint32(ifd[4:]) != 1 || v < 1 || v > 8 {
			return 0
		}
		return byte(v)
	}
	return 0
}

// orientationOnly is the content of an APP1 segment that tells only that.
func orientationOnly(o byte) []byte {
	return []byte("Exif\x00\x00" +
		"MM\x00*\x00\x00\x00\x08" + // big endian, the directory follows
		"\x00\x01" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(o)) + "\x00\x00" + // one entry
		"\x00\x00\x00\x00") // no thumbnail
}
