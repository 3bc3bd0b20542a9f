package vault

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

func testSound(seconds string) []string {
	return []string{"-f", "lavfi", "-i", "sine=f=440:r=44100:d=" + seconds}
}

func (m *maker) sound(args ...string) {
	m.Helper()
	m.ffmpeg(append(append(testSound("2"), args...), m.path)...)
}

// cover is a picture to be put into a sound file, with words of its own.
func (m *maker) cover() string {
	return m.put("-cover.jpg", string(withSegment(plainJPEG(m), mCOM, m.hidden("cover"))))
}

// sounds are recordings of voices, and music.
func sounds() []specimen {
	kind := func(prefix, ending, media string) func(string, func(m *maker)) specimen {
		return func(name string, make func(m *maker)) specimen {
			return specimen{name: prefix + "-" + name + ending, media: media, make: make}
		}
	}
	m4a := kind("m4a", ".m4a", "audio/mp4")
	ogg := kind("ogg", ".ogg", "audio/ogg")
	mp3 := kind("mp3", ".mp3", "audio/mpeg")
	wav := kind("wav", ".wav", "audio/wav")
	aac := kind("aac", ".aac", "audio/aac")
	tags := func(m *maker) []string {
		return []string{"-metadata", "title=" + m.word("title"), "-metadata", "artist=" + m.word("artist"),
			"-metadata", "album=" + m.word("album"), "-metadata", "comment=" + m.word("comment")}
	}
	return []specimen{
		m4a("recorder", func(m *maker) {
			m.sound("-c:a", "aac", "-metadata", "title="+m.word("title"))
			m.tag("-ItemList:Artist="+m.word("artist"), "-Keys:Software="+m.word("software"))
			m.times()
		}),
		m4a("music", func(m *maker) {
			m.ffmpeg(append(append(append(testSound("2"), "-i", m.cover(), "-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic"),
				tags(m)...), m.path)...)
		}),
		m4a("lossless", func(m *maker) { m.sound(append([]string{"-c:a", "alac"}, tags(m)...)...); m.editor() }),

		ogg("voice-opus", func(m *maker) { m.sound(append([]string{"-c:a", "libopus", "-b:a", "24k"}, tags(m)...)...) }),
		ogg("stereo-opus", func(m *maker) {
			m.sound("-ac", "2", "-c:a", "libopus", "-metadata", "ENCODED-BY="+m.word("encoded-by"), "-metadata", "LOCATION="+m.word("location"))
		}),
		ogg("cover-opus", func(m *maker) {
			m.sound("-c:a", "libopus", "-metadata", "metadata_block_picture="+m.flacPicture(), "-metadata", "contact="+m.word("contact"))
		}),
		ogg("music-vorbis", func(m *maker) { m.sound(append([]string{"-c:a", "libvorbis"}, tags(m)...)...) }),
		ogg("cover-vorbis", func(m *maker) {
			m.sound("-ac", "2", "-c:a", "libvorbis", "-metadata", "metadata_block_picture="+m.flacPicture(), "-metadata", "performer="+m.word("performer"))
		}),

		mp3("id3v23", func(m *maker) { m.sound(append([]string{"-c:a", "libmp3lame", "-id3v2_version", "3"}, tags(m)...)...) }),
		mp3("id3v24-cover", func(m *maker) {
			m.ffmpeg(append(append(append(testSound("2"), "-i", m.cover(), "-map", "0", "-map", "1", "-c:a", "libmp3lame", "-q:a", "4", "-c:v", "copy"),
				tags(m)...), "-id3v2_version", "4", m.path)...)
		}),
		mp3("id3v1", func(m *maker) {
			m.sound("-c:a", "libmp3lame", "-write_id3v2", "0", "-map_metadata", "-1")
			m.edit(func(b []byte) []byte { return append(b, id3v1Tag(m.word)...) })
		}),
		mp3("ape", func(m *maker) {
			m.sound(append([]string{"-c:a", "libmp3lame", "-b:a", "64k"}, tags(m)...)...)
			m.edit(func(b []byte) []byte {
				return append(append(b, apeTag("Artist", m.word("ape-artist"))...), id3v1Tag(m.word)...)
			})
		}),
		mp3("voice", func(m *maker) {
			m.sound("-ar", "22050", "-c:a", "libmp3lame", "-b:a", "32k", "-write_xing", "0", "-metadata", "encoded_by="+m.word("encoded-by"))
		}),

		wav("info", func(m *maker) { m.sound(tags(m)...) }),
		wav("broadcast", func(m *maker) {
			m.sound("-write_bext", "1", "-metadata", "description="+m.word("description"), "-metadata", "originator="+m.word("originator"),
				"-metadata", "origination_date=2031-02-03", "-metadata", "coding_history="+m.word("history"))
		}),
		wav("id3", func(m *maker) {
			m.sound("-c:a", "pcm_s24le")
			m.edit(func(b []byte) []byte {
				return riffWith(b, riffPart("id3 ", id3v23Tag("TPE1", m.word("id3-artist"))), riffPart("iXML", "<BWFXML><NOTE>"+m.hidden("ixml")+"</NOTE></BWFXML>"))
			})
		}),
		wav("recorder", func(m *maker) {
			m.sound("-ac", "2", "-ar", "48000", "-c:a", "pcm_s16le")
			m.edit(func(b []byte) []byte {
				return append(riffWith(b, riffPart("LIST", "INFO"+riffPart("IART", m.word("engineer"))+riffPart("ISFT", m.word("software"))),
					riffPart("LIST", "adtl"+riffPart("labl", "\x01\x00\x00\x00"+m.hidden("label")+"\x00"))), m.hidden("trailer")...)
			})
		}),

		// Not signed by ffmpeg in the frames themselves, as no phone does.
		aac("recorder", func(m *maker) {
			m.sound("-c:a", "aac", "-flags:a", "+bitexact")
			m.edit(func(b []byte) []byte { return append(b, id3v1Tag(m.hidden)...) })
		}),
		aac("radio", func(m *maker) {
			m.sound("-ac", "2", "-c:a", "aac", "-flags:a", "+bitexact", "-b:a", "96k")
			m.edit(func(b []byte) []byte { return append(b, apeTag("Artist", m.hidden("ape-artist"))...) })
		}),

		// AMR has no place for words: it must come through.
		kind("amr", ".amr", "audio/amr")("voice", func(m *maker) { m.write(m.path, []byte(amrSecond("#!AMR\n", 7))) }),
		kind("amr", ".amr", "audio/amr")("low", func(m *maker) { m.write(m.path, []byte(amrSecond("#!AMR\n", 0))) }),
		kind("amr", ".awb", "audio/amr-wb")("wide", func(m *maker) { m.write(m.path, []byte(amrSecond("#!AMR-WB\n", 2))) }),
	}
}

// amrSecond is a second of speech of one mode. Most systems have no program that
// writes it (3GPP TS 26.101, 26.201; RFC 4867, section 5).
func amrSecond(magic string, mode int) string {
	sizes := []int{12, 13, 15, 17, 19, 20, 26, 31}
	if magic != "#!AMR\n" {
		sizes = []int{17, 23, 32, 36, 40, 46, 50, 58, 60}
	}
	var b strings.Builder
	b.WriteString(magic)
	for i := range 50 {
		b.WriteByte(byte(mode<<3 | 4))
		for j := range sizes[mode] {
			c := byte(i*7 + j*13)
			if j == sizes[mode]-1 {
				c = 0 // the last bits may be padding
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// id3v1Tag is the last 128 bytes of many sounds.
func id3v1Tag(word func(string) string) string {
	pad := func(s string, n int) string { return (s + strings.Repeat("\x00", n))[:n] }
	return "TAG" + pad(word("id3v1-title"), 30) + pad(word("id3v1-artist"), 30) + pad(word("id3v1-album"), 30) +
		"2031" + pad(word("id3v1-note"), 30) + "\x0C"
}

func id3v23Tag(frame, text string) string {
	f := frame + bigEndian32(len(text)+1) + "\x00\x00\x00" + text
	return "ID3\x03\x00\x00" + string([]byte{0, 0, byte(len(f) >> 7), byte(len(f) & 0x7F)}) + f
}

// apeTag is a tag of one item (APEv2).
func apeTag(key, value string) string {
	le := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	item := le(uint32(len(value))) + le(0) + key + "\x00" + value
	block := func(flags uint32) string {
		return "APETAGEX" + le(2000) + le(uint32(len(item)+32)) + le(1) + le(flags) + strings.Repeat("\x00", 8)
	}
	return block(0xA0000000) + item + block(0x80000000)
}

// flacPicture is how Ogg has covers (RFC 9639, section 8.8).
func (m *maker) flacPicture() string {
	text := m.word("cover")
	jpg := string(withSegment(plainJPEG(m), mCOM, text))
	b := bigEndian32(3) + bigEndian32(len("image/jpeg")) + "image/jpeg" + bigEndian32(len(text)) + text + bigEndian32(61) + bigEndian32(43) + bigEndian32(24) + bigEndian32(0) + bigEndian32(len(jpg)) + jpg
	return base64.StdEncoding.EncodeToString([]byte(b))
}

// riffWith appends chunks to a RIFF file.
func riffWith(b []byte, chunks ...string) []byte {
	for _, c := range chunks {
		b = append(b, c...)
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func riffPart(kind, body string) string {
	return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + "\x00"[:len(body)%2]
}
