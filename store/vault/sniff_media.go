package vault

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// sniffBoxes tells the formats that begin with an ftyp box: HEIC and AVIF
// pictures, MP4 and its kin.
func sniffBoxes(head []byte) string {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return ""
	}
	size := binary.BigEndian.Uint32(head)
	if size < 16 || size%4 != 0 || size > headSize {
		return ""
	}
	major := string(head[8:12])
	if media := brand(major); media != "" {
		return media
	}
	if major != "mif1" && major != "msf1" && brandRefused(major) {
		return ""
	}
	box := head[:min(int(size), len(head))]
	for b := box[16:]; len(b) >= 4; b = b[4:] {
		if media := brand(string(b[:4])); media != "" {
			return media
		}
	}
	return ""
}

// brand returns the media type that a brand stands for, "" for brands that
// stand for many.
func brand(b string) string {
	switch b {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	case "qt  ":
		return "video/quicktime"
	case "M4A ", "M4B ", "M4P ":
		return "audio/mp4"
	case "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9",
		"mp41", "mp42", "mp71", "avc1", "hvc1", "MSNV", "mmp4", "M4V ", "M4VH", "M4VP",
		"dash", "f4v ", "XAVC", "NDSC", "NDSH", "NDSM":
		return "video/mp4"
	}
	switch {
	case strings.HasPrefix(b, "3g2"):
		return "video/3gpp2"
	case strings.HasPrefix(b, "3g"):
		return "video/3gpp"
	}
	return ""
}

// brandRefused: raw photos, JPEG 2000 and JPEG XL carry compatible brands that
// they are not.
func brandRefused(b string) bool {
	switch b {
	case "crx ", "jp2 ", "jpx ", "jpm ", "mjp2", "jxl ":
		return true
	}
	return false
}

// sniffMatroska tells WebM: an EBML header with that document type.
func sniffMatroska(head []byte) string {
	if bytes.HasPrefix(head, []byte("\x1A\x45\xDF\xA3")) &&
		bytes.Contains(head[:min(len(head), 64)], []byte("\x42\x82\x84webm")) {
		return "video/webm"
	}
	return ""
}

// sniffOgg tells voice messages and music by the first packet of the first
// page.
func sniffOgg(head []byte) string {
	if !bytes.HasPrefix(head, []byte("OggS\x00")) || len(head) < 27 || len(head) < 27+int(head[26]) {
		return ""
	}
	packet := head[27+int(head[26]):]
	for _, codec := range []string{"OpusHead", "\x01vorbis", "Speex   ", "\x7FFLAC"} {
		if bytes.HasPrefix(packet, []byte(codec)) {
			return "audio/ogg"
		}
	}
	return ""
}

// sniffMP3 tells MP3 without ID3 tag: two frames one after the other.
func sniffMP3(head []byte) string {
	n := mp3Frame(head)
	if n == 0 || len(head) < n || mp3Frame(head[n:]) == 0 {
		return ""
	}
	return "audio/mpeg"
}

// mp3Frame returns the length of the frame that begins here, 0 when none does.
func mp3Frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE6 != 0xE2 { // sync, layer III
		return 0
	}
	version := b[1] >> 3 & 3 // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
	rates, per, hz := mpeg2Rates, 72, []int{22050, 24000, 16000}
	switch version {
	case 3:
		rates, per, hz = mpeg1Rates, 144, []int{44100, 48000, 32000}
	case 0:
		hz = []int{11025, 12000, 8000}
	case 1:
		return 0
	}
	rate, freq := b[2]>>4, b[2]>>2&3
	if rate == 0 || rate == 15 || freq == 3 {
		return 0
	}
	return per*rates[rate]*1000/hz[freq] + int(b[2]>>1&1)
}

var (
	mpeg1Rates = [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	mpeg2Rates = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
)

// sniffAAC tells AAC in ADTS frames: two of them one after the other.
func sniffAAC(head []byte) string {
	n := adtsFrame(head)
	if n == 0 || len(head) < n || adtsFrame(head[n:]) == 0 {
		return ""
	}
	return "audio/aac"
}

func adtsFrame(b []byte) int {
	if len(b) < 7 || b[0] != 0xFF || b[1]&0xF6 != 0xF0 || b[2]>>2&15 > 12 {
		return 0
	}
	n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	if n < 7 {
		return 0
	}
	return n
}
