package vault

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// id3 is an ID3v2 tag, with a footer or not.
func id3(body string, footer bool) string {
	n := len(body)
	head := string([]byte{'I', 'D', '3', 4, 0, 0, byte(n >> 21), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)})
	if footer {
		head = head[:5] + "\x10" + head[6:]
		return head + body + "3DI" + head[3:]
	}
	return head + body
}

// ape is an APEv2 tag with header and footer.
func ape(body string) string {
	part := func(flags byte) string {
		b := binary.LittleEndian.AppendUint32([]byte("APETAGEX\xD0\x07\x00\x00"), uint32(len(body)+32))
		return string(b) + "\x01\x00\x00\x00" + "\x00\x00\x00" + string([]byte{flags}) + strings.Repeat("\x00", 8)
	}
	return part(0xA0) + body + part(0x80)
}

func id3v1() string { return "TAG" + "CANARY-v1" + strings.Repeat("\x00", 116) }

func TestMP3LeavesEverythingBehind(t *testing.T) {
	for name, args := range map[string][]string{
		"variable.mp3": {"-c:a", "libmp3lame", "-q:a", "5", "-ac", "2"},
		"constant.mp3": {"-c:a", "libmp3lame", "-b:a", "32k"},
		"slow.mp3":     {"-c:a", "libmp3lame", "-b:a", "16k", "-ar", "16000"},
		"slowest.mp3":  {"-c:a", "libmp3lame", "-b:a", "8k", "-ar", "8000"},
		"bare.mp3":     {"-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			in := ffmpeg(t, "a.mp3", slices.Concat(aSound, someTags, args)...)
			out := cleaned(t, name, "audio/mpeg", in)
			for _, s := range []string{"Lavf", "Lavc", "LAME3", "ID3", "TAG", "2026"} {
				if bytes.Contains(out[:400], []byte(s)) {
					t.Errorf("the copy holds %q", s)
				}
			}
			// Tags everywhere, and junk between the frames.
			at := 0
			for at < len(out)/2 {
				at += mp3Frame(out[at:])
			}
			more := slices.Concat([]byte(id3("CANARY-\xFF\xFB\x90\x00", true)), out[:at], []byte("CANARY"+id3("CANARY", false)+ape("CANARY")),
				out[at:], []byte(ape("CANARY")+"LYRICSBEGINCANARYLYRICS200"+id3v1()))
			if again := scrubbed(t, scrubbers["audio/mpeg"], more); !bytes.Equal(again, out) {
				t.Error("tags and junk change the copy")
			}
		})
	}
}

// TestMP3Info: what players need to know about the whole is written anew.
func TestMP3Info(t *testing.T) {
	in := ffmpeg(t, "a.mp3", slices.Concat(aSound, []string{"-c:a", "libmp3lame", "-q:a", "5"})...)
	out := scrubbed(t, scrubbers["audio/mpeg"], in)
	x := out[mp3Side(out):]
	if string(x[:4]) != "Xing" || int(binary.BigEndian.Uint32(x[12:])) != len(out) || string(x[120:129]) != "LAME\x00\x00\x00\x00\x00" {
		t.Errorf("first frame % X", x[:160])
	}
	before := in[bytes.Index(in, []byte("Xing")):]
	if !bytes.Equal(x[8:12], before[8:12]) || !bytes.Equal(x[141:144], before[141:144]) {
		t.Errorf("%X frames, delays %X, want %X and %X", x[8:12], x[141:144], before[8:12], before[141:144])
	}
	for i := 5; i < 99; i++ { // LAME counts the first otherwise
		if x[16+i] > x[17+i] || int(x[16+i])-int(before[16+i]) > 5 || int(before[16+i])-int(x[16+i]) > 5 {
			t.Errorf("part %d begins at %d, was %d", i, x[16+i], before[16+i])
		}
	}
	// Fraunhofer's becomes the same without LAME's addition.
	vbri := bytes.Clone(out)
	clear(vbri[4:mp3Frame(vbri)])
	copy(vbri[36:], "VBRI\x00\x01CANARY")
	if got := scrubbed(t, scrubbers["audio/mpeg"], vbri); !bytes.Equal(got[:mp3Side(out)+116], out[:mp3Side(out)+116]) {
		t.Error("VBRI becomes something else")
	}
}

func aFrame(head string) string {
	return head + strings.Repeat("\x00", mp3Frame([]byte(head))-len(head))
}

func TestMP3Unclean(t *testing.T) {
	frame, other := aFrame("\xFF\xFB\x90\x00"), aFrame("\xFF\xFB\x94\x00")
	wantUnclean(t, scrubbers["audio/mpeg"], map[string][]byte{
		"empty":               {},
		"only a tag":          []byte(id3("CANARY", false)),
		"endless tag":         []byte("ID3\x04\x00\x00\x7F\x7F\x7F\x7F" + frame + frame),
		"other rate after":    []byte(frame + frame + strings.Repeat(other, 300)),
		"mostly junk":         []byte(frame + frame + strings.Repeat("junk", maxJunk)),
		"layer II":            []byte(strings.Repeat("\xFF\xFD\x90\x00"+strings.Repeat("\x00", 413), 10)),
		"only the info frame": []byte(frame[:36] + "Info" + frame[40:]),
		"info in no room":     []byte("\xFF\xF3\x10\xC4" + strings.Repeat("\x00", 9) + "Info" + strings.Repeat("\x00", 9) + aFrame("\xFF\xF3\x10\xC4")),
	})
}

func TestWAVLeavesEverythingBehind(t *testing.T) {
	for name, args := range map[string][]string{
		"pcm.wav":      {"-c:a", "pcm_s16le", "-write_bext", "1", "-metadata", "description=CANARY-bext", "-metadata", "originator=CANARY"},
		"pcm8.wav":     {"-c:a", "pcm_u8", "-ar", "11025"},
		"pcm24.wav":    {"-c:a", "pcm_s24le", "-ac", "2"}, // extensible
		"surround.wav": {"-c:a", "pcm_s16le", "-ac", "6"},
		"float.wav":    {"-c:a", "pcm_f32le"},
		"alaw.wav":     {"-c:a", "pcm_alaw", "-ar", "8000"},
		"ulaw.wav":     {"-c:a", "pcm_mulaw", "-ar", "8000"},
	} {
		t.Run(name, func(t *testing.T) {
			in := ffmpeg(t, "a.wav", slices.Concat(aSound, someTags, args)...)
			out := cleaned(t, name, "audio/wav", in)
			more := "id3 \x10\x00\x00\x00" + id3("CANARY", false) + "iXML\x07\x00\x00\x00CANARY!\x00_PMX\x06\x00\x00\x00CANARY"
			in = append(append(bytes.Clone(in[:12]), more...), in[12:]...)
			in = append(in, more+"CANARY trailer"...)
			if again := scrubbed(t, scrubbers["audio/wav"], in); !bytes.Equal(again, out) {
				t.Error("more chunks change the copy")
			}
			if n := binary.LittleEndian.Uint32(out[4:]); int(n) != len(out)-8 {
				t.Errorf("it says that it has %d bytes, and has %d", n, len(out)-8)
			}
		})
	}
}

const (
	pcmFormat = "fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1F\x00\x00\x80\x3E\x00\x00\x02\x00\x10\x00"
	someData  = "data\x05\x00\x00\x00abcde\x00"
)

func wavOf(chunks string) []byte {
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(4+len(chunks)))) + "WAVE" + chunks)
}

func TestWAVUnclean(t *testing.T) {
	put := func(at int, s string) []byte {
		return wavOf(pcmFormat[:8+at] + s + pcmFormat[8+at+len(s):] + someData)
	}
	wantUnclean(t, scrubbers["audio/wav"], map[string][]byte{
		"empty":              {},
		"no WAV":             []byte("RIFF\x00\x00\x00\x00AVI abcdefgh"),
		"no samples":         wavOf(pcmFormat),
		"empty samples":      wavOf(pcmFormat + "data\x00\x00\x00\x00"),
		"less than a sample": wavOf(pcmFormat + "data\x01\x00\x00\x00a\x00"),
		"no format":          wavOf(someData),
		"format after":       wavOf(someData + pcmFormat),
		"two formats":        wavOf(pcmFormat + pcmFormat + someData),
		"samples twice":      wavOf(pcmFormat + someData + someData),
		"cut":                wavOf(pcmFormat + "data\x10\x00\x00\x00abcd"),
		"endless":            wavOf(pcmFormat + "data\xFF\xFF\xFF\xFFabcd"),
		"long format":        wavOf("fmt \x80\x00\x00\x00" + strings.Repeat("\x01", 128) + someData),
		"short format":       wavOf("fmt \x0E\x00\x00\x00" + pcmFormat[8:22] + someData),
		"ADPCM":              put(0, "\x02"),
		"no channels":        put(2, "\x00"),
		"no rate":            put(4, "\x00\x00"),
		"odd block":          put(12, "\x03"),
		"12 bits":            put(14, "\x0C"),
	})
}

func TestAACLeavesEverythingBehind(t *testing.T) {
	in := ffmpeg(t, "a.aac", slices.Concat(aSound, []string{"-c:a", "aac"})...)
	out := cleaned(t, "a.aac", "audio/aac", in)
	more := slices.Concat(in, in[:20]) // the last is cut
	if !bytes.Equal(scrubbed(t, scrubbers["audio/aac"], more), out) {
		t.Error("a cut frame changes the copy")
	}
	more = slices.Concat([]byte(id3("CANARY", false)), in, []byte(ape("CANARY")+id3v1()))
	if !bytes.Equal(scrubbed(t, scrubbers["audio/aac"], more), out) {
		t.Error("tags change the copy")
	}
	more = bytes.Clone(in)
	for at := 0; at < len(more); at += adtsFrame(more[at:]) {
		more[at+2] |= 2
		more[at+3] |= 0x3C
	}
	if !bytes.Equal(scrubbed(t, scrubbers["audio/aac"], more), out) {
		t.Error("bits of the copyright change the copy")
	}
	n := adtsFrame(in)
	change := func(at int, c byte) []byte {
		b := bytes.Clone(in)
		b[n+at] ^= c
		return b
	}
	wantUnclean(t, scrubbers["audio/aac"], map[string][]byte{
		"empty":               {},
		"cut":                 in[:20],
		"junk":                append(bytes.Clone(in), "CANARY junk"...),
		"another rate":        change(2, 4),
		"another profile":     change(2, 0x40),
		"own channels":        []byte("\xFF\xF1\x50\x00\x01\x3F\xFCab\xFF\xF1\x50\x00\x01\x3F\xFCab"),
		"under a check sum":   []byte("\xFF\xF0\x52\x80\x01\x3F\xFCabc"),
		"smaller than itself": []byte("\xFF\xF1\x50\x80\x00\x1F\xFCabc"),
	})
}

// TestAACEncoder: encoders sign with what only fills a frame up.
func TestAACEncoder(t *testing.T) {
	for name, media := range map[string]string{"a.aac": "audio/aac", "a.m4a": "audio/mp4", "a.mp4": "video/mp4", "a.mov": "video/quicktime"} {
		in := ffmpeg(t, name, slices.Concat(aSound, []string{"-c:a", "aac", "-map_metadata", "-1"})...)
		if !bytes.Contains(in, []byte("Lavc")) {
			t.Fatalf("%s is not signed", name)
		}
		if out := cleaned(t, name, media, in); bytes.Contains(out, []byte("Lavc")) {
			t.Errorf("the copy of %s is signed", name)
		}
		var left gone
		if err := scrubbers[media](&bytes.Buffer{}, from(in), &left); err != nil || !slices.Contains(left.what, "notes") {
			t.Errorf("%s: left %q, %v", name, left.what, err)
		}
	}
	for in, want := range map[string]string{
		"\xDF\xFF\xFFnext": "\xDF\xFE\x00\x00\x00\x00\x00", // longer than the frame
		"\xC5\xFF\xFF\xFF": "\xC4\x00\x01\xFF",
		"\xC0\xFF":         "\xC0\xFF",
		"\xDE\x05" + strings.Repeat("\xFF", 16) + "\xFFab": "\xDE\x04" + strings.Repeat("\x00", 15) + "\x01\xFFab",
		"\x21\xFF\xFF\xFF": "\x21\xFF\xFF\xFF", // a channel
		"\xC4":             "\xC4",
		"":                 "",
	} {
		got := []byte(in)
		was := aacBlank(got)
		if string(got) != want || was != (in != want) {
			t.Errorf("% X becomes % X, want % X", in, got, want)
		}
	}
	longest := append([]byte("\xDF\xFF"), bytes.Repeat([]byte{0xFF}, 400)...)
	if aacBlank(longest); !bytes.Equal(longest[2:270], make([]byte, 268)) || longest[270] != 1 || longest[271] != 0xFF {
		t.Errorf("% X", longest)
	}
	wantUnclean(t, scrubbers["audio/aac"], map[string][]byte{
		"signed under a check sum": []byte("\xFF\xF0\x50\x80\x01\xBF\xFC\x00\x00\xC4Lav"),
	})
}

func TestAMR(t *testing.T) {
	narrow := "#!AMR\n" + strings.Repeat("\x3C"+strings.Repeat("\x50", 31)+"\x7C", 10)
	out := cleaned(t, "a.amr", "audio/amr", []byte(narrow))
	in := strings.ReplaceAll(narrow, "\x50\x7C", "\x5F\x7F") // in reserved bits, and after the last of sound
	if got := scrubbed(t, scrubbers["audio/amr"], []byte(in+"\x3CCANARY")); !bytes.Equal(got, out) {
		t.Errorf("% X\n% X", got, out)
	}
	cleaned(t, "a.awb", "audio/amr-wb", []byte("#!AMR-WB\n"+strings.Repeat("\x04"+strings.Repeat("\x50", 17)+"\x7C", 10)))
	for media, magic := range map[string]string{"audio/amr": "#!AMR\n", "audio/amr-wb": "#!AMR-WB\n"} {
		wantUnclean(t, scrubbers[media], map[string][]byte{
			"empty":        {},
			"no AMR":       []byte("hello, this is no AMR"),
			"only magic":   []byte(magic),
			"cut":          []byte(magic + "\x3Csound"),
			"unknown kind": []byte(magic + "\x7C\x6CCANARY"),
			"text":         []byte(magic + "\x7CTAGCANARY"),
		})
	}
}

func FuzzMP3(f *testing.F) {
	frame := aFrame("\xFF\xFB\x10\x00")
	f.Add([]byte(id3("CANARY", true) + frame[:36] + "Xing\x00\x00\x00\x0F" + frame[44:] + frame + "junk" + frame + frame + ape("x") + id3v1()))
	f.Add([]byte(aFrame("\xFF\xE3\x18\xC4") + aFrame("\xFF\xE3\x1A\xC4")))
	info := aFrame("\xFF\xFB\x90\x00")
	f.Add([]byte(info[:36] + "Info\x00\x00\x00\x00LAME3.100" + info[53:] + frame + frame))
	f.Add([]byte(info[:36] + "VBRI" + info[40:] + frame + frame))
	f.Fuzz(func(t *testing.T, in []byte) { holds(t, scrubbers["audio/mpeg"], in) })
}

func FuzzSounds(f *testing.F) {
	f.Add("audio/wav", wavOf("LIST\x04\x00\x00\x00INFO"+pcmFormat+someData))
	f.Add("audio/wav", wavOf("fmt \x28\x00\x00\x00\xFE\xFF\x01\x00\x40\x1F\x00\x00\x80\x3E\x00\x00\x02\x00\x10\x00"+
		"\x16\x00\x10\x00\x00\x00\x00\x00\x01\x00"+guidTail+someData))
	f.Add("audio/aac", []byte(id3("x", false)+"\xFF\xF1\x50\x80\x01\x3F\xFCab\xFF\xF1\x50\x80\x01\x3F\xFCab"+id3v1()))
	f.Add("audio/amr", []byte("#!AMR\n\x7C\x44abcde\x7C"))
	f.Add("audio/amr-wb", []byte("#!AMR-WB\n\x7C\x4Cabcde\x7C"))
	f.Fuzz(func(t *testing.T, media string, in []byte) {
		switch media {
		case "audio/wav", "audio/aac", "audio/amr", "audio/amr-wb":
			holds(t, scrubbers[media], in)
		}
	})
}
