package vault

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// testFilm is ffmpeg's input of some seconds of film with sound.
func testFilm(seconds string) []string {
	return []string{
		"-f", "lavfi", "-i", "testsrc2=s=176x144:r=10:d=" + seconds, "-f", "lavfi", "-i", "sine=f=440:d=" + seconds,
		"-preset", "ultrafast", "-pix_fmt", "yuv420p", "-shortest",
	}
}

// whereFilmed is where a phone says a film was made, as it says it.
const whereFilmed = "-07.2575+112.7521/"

var whereFilmedShown = []string{`7 deg 15' 27.00" S, 112 deg 45' 7.56" E`}

// film makes a film with ffmpeg.
func (m *maker) film(args ...string) {
	m.Helper()
	m.ffmpeg(append(append(testFilm("2"), args...), m.path)...)
}

// times writes when a film was made into all its boxes.
func (m *maker) times() {
	m.Helper()
	m.value("2031:02:03 04:05:06", "2031:02:03 04:05:07", "2031:02:03 04:05:08")
	m.tag("-QuickTime:CreateDate=2031:02:03 04:05:06", "-QuickTime:ModifyDate=2031:02:03 04:05:07",
		"-TrackCreateDate=2031:02:03 04:05:08", "-MediaModifyDate=2031:02:03 04:05:08")
}

// films are MP4 and its kin.
func films() []specimen {
	mp4 := func(name string, make func(m *maker)) specimen {
		return specimen{name: "mp4-" + name + ".mp4", media: "video/mp4", make: make}
	}
	mov := func(name string, make func(m *maker)) specimen {
		return specimen{name: "mov-" + name + ".mov", media: "video/quicktime", make: make}
	}
	gpp := func(name string, make func(m *maker)) specimen {
		return specimen{name: "3gp-" + name + ".3gp", media: "video/3gpp", make: make}
	}
	apple := func(m *maker) {
		m.value(whereFilmedShown...)
		m.tag("-Keys:Make="+m.word("make"), "-Keys:Model="+m.word("model"), "-Keys:Software="+m.word("software"),
			"-Keys:Author="+m.word("author"), "-Keys:CreationDate=2031:02:03 04:05:06+07:00", "-Keys:GPSCoordinates=-7.2575, 112.7521, 12",
			"-Keys:Title="+m.word("title"))
	}
	return []specimen{
		mp4("android", func(m *maker) {
			m.value("Lat=-7.25749 Lon=112.75209")
			m.value(whereFilmedShown...)
			m.film("-c:v", "libx264", "-c:a", "aac", "-metadata", "location="+whereFilmed)
			m.times()
			m.tag("-Keys:AndroidVersion="+m.word("android"), "-UserData:Make="+m.word("make"), "-UserData:Model="+m.word("model"),
				"-UserData:GPSCoordinates=-7.2575, 112.7521, 12")
		}),
		mp4("streaming", func(m *maker) { // the directory before the pictures
			m.film("-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart", "-metadata", "title="+m.word("title"),
				"-metadata", "comment="+m.word("comment"), "-metadata", "artist="+m.word("artist"))
		}),
		mp4("turned", func(m *maker) {
			m.film("-c:v", "libx264", "-c:a", "aac", "-metadata:s:v", "handler_name="+m.word("handler"))
			m.tag("-Rotation=90", "-UserData:Make="+m.word("make"), "-UserData:SerialNumber="+m.word("serial"))
		}),
		mp4("hevc", func(m *maker) {
			m.film("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac", "-metadata:s:a", "handler_name="+m.word("handler"))
			m.times()
		}),
		mp4("editor", func(m *maker) {
			m.film("-c:v", "mpeg4", "-flags:v", "+bitexact", "-c:a", "aac") // or it signs its frames
			m.editor()
			m.tag("-ItemList:Artist="+m.word("artist"), "-ItemList:Comment="+m.word("comment"), "-UserData:Author="+m.word("author"))
		}),
		mp4("cover", func(m *maker) {
			m.ffmpeg(append(append(append(testFilm("2")[:8], "-i", m.cover()), testFilm("2")[8:]...), "-map", "0", "-map", "1", "-map", "2",
				"-c:v:0", "libx264", "-c:a", "aac", "-c:v:1", "copy", "-disposition:v:1", "attached_pic", "-metadata", "album="+m.word("album"), m.path)...)
		}),
		mp4("silent", func(m *maker) {
			m.film("-c:v", "libx264", "-an", "-metadata", "description="+m.word("description"))
			m.edit(func(b []byte) []byte {
				id := "\xCA\x11\xAB\x1E\xCA\x11\xAB\x1E\xCA\x11\xAB\x1E\xCA\x11\xAB\x1E"
				return append(b, "\x00\x00\x00\x40uuid"+id+(m.hidden("private-box") + strings.Repeat("\x00", 40))[:40]+
					"\x00\x00\x00\x40free"+(m.hidden("free-space") + strings.Repeat("\x00", 56))[:56]...)
			})
		}),

		mov("phone", func(m *maker) { m.film("-c:v", "libx264", "-c:a", "aac"); apple(m); m.times() }),
		mov("phone-timed", func(m *maker) { // a track of metadata beside film and sound
			m.film("-c:v", "libx264", "-c:a", "aac")
			m.edit(func(b []byte) []byte { return withMetadataTrack(m, b, m.hidden("timed")) })
			apple(m)
		}),
		mov("camera", func(m *maker) {
			m.film("-c:v", "libx264", "-c:a", "pcm_s16le", "-timecode", "04:05:06:07", "-metadata:s:v", "reel_name="+m.word("reel"))
			m.tag("-UserData:Make="+m.word("make"), "-UserData:Model="+m.word("model"), "-UserData:Artist="+m.word("artist"))
			m.times()
		}),
		mov("turned", func(m *maker) { m.film("-c:v", "libx264", "-c:a", "aac"); apple(m); m.tag("-Rotation=270") }),

		gpp("old-phone", func(m *maker) {
			m.film("-c:v", "h263", "-c:a", "aac", "-ar", "22050", "-metadata", "title="+m.word("title"), "-metadata", "artist="+m.word("artist"))
			m.times()
		}),
		gpp("phone", func(m *maker) {
			m.value("Lat=-7.25749 Lon=112.75209")
			m.film("-c:v", "mpeg4", "-flags:v", "+bitexact", "-c:a", "aac", "-metadata", "location="+whereFilmed, "-metadata", "comment="+m.word("comment"))
		}),
		gpp("voice", func(m *maker) {
			m.ffmpeg("-i", m.put(".amr", amrSecond("#!AMR\n", 7)), "-c", "copy", "-metadata", "title="+m.word("title"), m.path)
			m.times()
		}),
	}
}

// withMetadataTrack copies the sound's track, and makes one of metadata of it,
// as newer phones have for where the camera looked.
func withMetadataTrack(m *maker, b []byte, word string) []byte {
	at := outerBox(m, b, "moov")
	moov := b[at : at+int(binary.BigEndian.Uint32(b[at:]))]
	if at+len(moov) != len(b) {
		m.Fatal("the directory does not come last")
	}
	sound := bytes.LastIndex(moov, []byte("soun"))
	trak := bytes.LastIndex(moov[:sound], []byte("trak")) - 4
	copied := string(moov[trak : trak+int(binary.BigEndian.Uint32(moov[trak:]))])
	keys := "keys" + bigEndian32(8+len(word)) + "mdta" + word
	entry := strings.Repeat("\x00", 6) + "\x00\x01" + bigEndian32(4+len(keys)) + keys
	stsd := strings.Index(copied, "stsd") - 4
	old := int(binary.BigEndian.Uint32([]byte(copied[stsd:])))
	box := func(kind, body string) string { return bigEndian32(8+len(body)) + kind + body }
	fresh := box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01"+box("mebx", entry))
	copied = copied[:stsd] + fresh + copied[stsd+old:]
	for _, kind := range []string{"trak", "mdia", "minf", "stbl"} {
		i := strings.Index(copied, kind) - 4
		n := int(binary.BigEndian.Uint32([]byte(copied[i:])))
		copied = copied[:i] + bigEndian32(n+len(fresh)-old) + copied[i+4:]
	}
	copied = strings.Replace(strings.Replace(copied, "soun", "meta", 1), "smhd", "nmhd", 1)
	id := strings.Index(copied, "tkhd") + 4 + 12
	copied = copied[:id] + bigEndian32(9) + copied[id+4:]
	out := append(bytes.Clone(b), copied...)
	binary.BigEndian.PutUint32(out[at:], uint32(len(moov)+len(copied)))
	return out
}

// outerBox is where a box of the outermost level begins.
func outerBox(m *maker, b []byte, kind string) int {
	for at := 0; at+8 <= len(b); at += int(binary.BigEndian.Uint32(b[at:])) {
		if string(b[at+4:at+8]) == kind {
			return at
		}
	}
	m.Fatalf("no box %s", kind)
	return 0
}
