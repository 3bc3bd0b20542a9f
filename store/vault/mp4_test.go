package vault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// dress puts on what phones, cameras and editors say about a film.
var phoneDress = []string{
	"-Keys:GPSCoordinates=-7.2575, 112.7521, 10", "-Keys:Make=CANARY-make", "-Keys:Model=CANARY-model", "-Keys:Software=CANARY-software",
	"-Keys:CreationDate=2026:01:02 03:04:05+07:00", "-UserData:GPSCoordinates=-7.2575, 112.7521, 10", "-UserData:Model=CANARY-model",
	"-UserData:Author=CANARY-author", "-ItemList:Title=CANARY-title", "-ItemList:Comment=CANARY-comment", "-XMP:Creator=CANARY-creator",
	"-QuickTime:CreateDate=2026:01:02 03:04:05", "-QuickTime:ModifyDate=2026:01:02 03:04:05",
	"-TrackCreateDate=2026:01:02 03:04:05", "-TrackModifyDate=2026:01:02 03:04:05",
	"-MediaCreateDate=2026:01:02 03:04:05", "-MediaModifyDate=2026:01:02 03:04:05",
}

var (
	h264       = []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "5"}
	seiNotes   = []string{"-bsf:v", "h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+CANARY-notes"}
	trackNames = []string{"-metadata:s:v", "handler_name=CANARY-handler", "-metadata:s:a", "handler_name=CANARY-handler",
		"-metadata:s", "language=ind", "-metadata:s", "vendor_id=CNRY", "-metadata:s:v", "encoder=CANARY-compressor"}
)

func aPhoneFilm(t testing.TB, name string, more ...string) []byte {
	t.Helper()
	return dressed(t, name, ffmpeg(t, name, slices.Concat(aFilm, aSound, h264, seiNotes, trackNames, someTags, more)...), phoneDress...)
}

func TestMP4LeavesEverythingBehind(t *testing.T) {
	for name, make := range map[string]func(t *testing.T) (media string, in []byte){
		"phone.mp4": func(t *testing.T) (string, []byte) { return "video/mp4", aPhoneFilm(t, "a.mp4") },
		"fast.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", aPhoneFilm(t, "a.mp4", "-movflags", "faststart")
		},
		"tags.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", aPhoneFilm(t, "a.mp4", "-movflags", "use_metadata_tags")
		},
		"turned.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", turned(t, "a.mov", aPhoneFilm(t, "a.mov", "-timecode", "01:02:03:04"))
		},
		"h265.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aSound, trackNames,
				[]string{"-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p"})...)
		},
		"h265.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aFilm, trackNames,
				[]string{"-c:v", "libx265", "-tag:v", "hev1", "-x265-params", "log-level=none:repeat-headers=1", "-pix_fmt", "yuv420p"})...)
		},
		"vp9.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, trackNames, []string{"-c:v", "libvpx-vp9", "-c:a", "libopus"})...)
		},
		"old.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, trackNames,
				[]string{"-c:v", "mpeg4", "-flags:v", "+bitexact", "-c:a", "libmp3lame"})...)
		},
		"old.3gp": func(t *testing.T) (string, []byte) {
			return "video/3gpp", ffmpeg(t, "a.3gp", slices.Concat(aFilm, aSound, trackNames, []string{"-c:v", "h263", "-s", "176x144", "-c:a", "aac"})...)
		},
		"old.3g2": func(t *testing.T) (string, []byte) {
			return "video/3gpp2", ffmpeg(t, "a.3g2", slices.Concat(aFilm, aSound, trackNames, h264, []string{"-c:a", "aac"})...)
		},
		"memo.m4a": func(t *testing.T) (string, []byte) {
			return "audio/mp4", dressed(t, "a.m4a", ffmpeg(t, "a.m4a", slices.Concat(aSound, someTags, trackNames)...), phoneDress...)
		},
		"alac.m4a": func(t *testing.T) (string, []byte) {
			return "audio/mp4", ffmpeg(t, "a.m4a", slices.Concat(aSound, someTags, []string{"-c:a", "alac"})...)
		},
		"alac.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aSound, someTags, []string{"-c:a", "alac"})...)
		},
		"sowt.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aSound, h264, []string{"-c:a", "pcm_s16le", "-ac", "2"})...)
		},
		"twos.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aSound, h264, []string{"-c:a", "pcm_s16be"})...)
		},
		"lpcm.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aSound, h264, []string{"-c:a", "pcm_s16le", "-ar", "96000"})...)
		},
		"amr.3gp": func(t *testing.T) (string, []byte) {
			amr := onDisk(t, "a.amr", []byte("#!AMR\n"+strings.Repeat("\x3C"+strings.Repeat("\x50", 31), 20)))
			return "video/3gpp", ffmpeg(t, "a.3gp", "-i", filepath.Join(amr, "a.amr"), "-c", "copy")
		},
		"alaw.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aVoice, h264, []string{"-c:a", "pcm_alaw"})...)
		},
		"sound.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aSound, someTags)...)
		},
		"colours.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aFilm, h264,
				[]string{"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-vf", "setsar=4/3"})...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			media, in := make(t)
			_, ending, _ := strings.Cut(name, ".")
			out := cleaned(t, "a."+ending, media, in)
			for _, s := range []string{"Lavf", "Lavc", "x264", "x265 ", "2026", "Handler", "CNRY", "appl", "FFMP"} {
				if bytes.Contains(out, []byte(s)) {
					t.Errorf("the copy holds %q", s)
				}
			}
		})
	}
}

// withTelemetry is a film of a camera that writes where it is.
func withTelemetry(t testing.TB) []byte {
	t.Helper()
	dir := onDisk(t, "telemetry.bin", []byte("CANARY-telemetry"))
	runs(t, dir, "ffmpeg", slices.Concat([]string{"-v", "error", "-nostdin"}, aFilm, aSound, []string{"-f", "data", "-i", "telemetry.bin",
		"-map", "0", "-map", "1", "-map", "2", "-c:d", "copy", "-tag:d", "gpmd"}, h264, []string{"a.mov"})...)
	in := contents(t, dir+"/a.mov")
	if !bytes.Contains(in, []byte("CANARY-telemetry")) {
		t.Fatal("no telemetry")
	}
	return in
}

func TestMP4DropsOtherTracks(t *testing.T) {
	var dropped gone
	in := withTelemetry(t)
	out := cleaned(t, "a.mov", "video/quicktime", in)
	if err := scrubbers["video/quicktime"](&bytes.Buffer{}, from(in), &dropped); err != nil || !slices.Contains(dropped.what, "tracks") {
		t.Errorf("left %q, %v", dropped.what, err)
	}
	if n := bytes.Count(out, []byte("trak")); n != 2 {
		t.Errorf("%d tracks", n)
	}
}

// plainFilm has its description at its end, so that it can be changed without
// moving what it describes.
func plainFilm(t testing.TB) []byte {
	t.Helper()
	return ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, h264, []string{"-fflags", "+bitexact", "-flags", "+bitexact"})...)
}

// redo gives the first box at this path, "moov/trak/mdia", to change, and
// returns the file with what it returns instead.
func redo(t testing.TB, b []byte, path string, change func(box []byte) []byte) []byte {
	t.Helper()
	first, rest, deeper := strings.Cut(path, "/")
	for at := 0; at < len(b); {
		n := int(binary.BigEndian.Uint32(b[at:]))
		if string(b[at+4:at+8]) != first {
			at += n
			continue
		}
		box := bytes.Clone(b[at : at+n])
		if deeper {
			box = append(box[:8:8], redo(t, box[8:], rest, change)...)
			binary.BigEndian.PutUint32(box, uint32(len(box)))
		} else {
			box = change(box)
		}
		return slices.Concat(b[:at], box, b[at+n:])
	}
	t.Fatalf("no box %s", path)
	return nil
}

const (
	trackPath = "moov/trak/"
	tablePath = "moov/trak/mdia/minf/stbl/"
)

// after adds a box after another.
func after(more ...[]byte) func([]byte) []byte {
	return func(box []byte) []byte { return append(box, slices.Concat(more...)...) }
}

// TestMP4Variants: however a film is packed, the copy is the same.
func TestMP4Variants(t *testing.T) {
	in := plainFilm(t)
	out := cleaned(t, "a.mp4", "video/mp4", in)
	canary := []byte("CANARY-in-a-box")
	for name, in := range map[string][]byte{
		"long offsets": redo(t, in, tablePath+"stco", func(box []byte) []byte {
			body := bytes.Clone(box[8:16])
			for b := box[16:]; len(b) > 0; b = b[4:] {
				body = append(append(body, 0, 0, 0, 0), b[:4]...)
			}
			return mp4Make("co64", body)
		}),
		"short sizes": redo(t, in, tablePath+"stsz", func(box []byte) []byte {
			body := slices.Concat([]byte("\x00\x00\x00\x00\x00\x00\x00\x10"), box[16:20])
			for b := box[20:]; len(b) > 0; b = b[4:] {
				body = append(body, b[2:4]...)
			}
			return mp4Make("stz2", body)
		}),
		"boxes of the file": append(bytes.Clone(in), slices.Concat(mp4Make("free", canary), mp4Make("uuid", canary), mp4Make("meta", canary))...),
		"trailer":           append(bytes.Clone(in), "CANARY-trailer"...),
		"no size":           append(bytes.Clone(in), "\x00\x00\x00\x00freeCANARY"...),
		"boxes of the film": redo(t, in, "moov/mvhd", after(mp4Make("udta", mp4Make("\xA9xyz", canary)), mp4Make("iods", canary), mp4Make("uuid", canary))),
		"boxes of a track":  redo(t, in, trackPath+"tkhd", after(mp4Make("udta", canary), mp4Make("meta", canary), mp4Make("tref", canary))),
		"boxes of the media": redo(t, redo(t, in, trackPath+"mdia/hdlr", func(box []byte) []byte {
			return mp4Make("hdlr", append(box[8:32:32], canary...))
		}), trackPath+"mdia/minf/dinf", after(mp4Make("hdlr", canary))),
		"boxes of the tables": redo(t, in, tablePath+"stts", after(mp4Make("sdtp", canary), mp4Make("subs", canary), mp4Make("sgpd", canary))),
		"boxes of the entry": redo(t, in, tablePath+"stsd", func(box []byte) []byte {
			entry := append(box[16:len(box):len(box)], slices.Concat(mp4Make("colr", []byte("prof"), canary), mp4Make("uuid", canary))...)
			copy(entry[16:], "CANARYCANARY")     // vendor, qualities
			copy(entry[50:], "\x0ECANARY-maker") // compressor
			binary.BigEndian.PutUint32(entry, uint32(len(entry)))
			return mp4Make("stsd", box[8:16], entry)
		}),
		"fields of the film": redo(t, in, "moov/mvhd", func(box []byte) []byte {
			copy(box[12:], "CANARY!!") // times
			copy(box[28:], "CANARY!!CANARY!!")
			copy(box[80:], "CANARY!!CANARY!!CANARY!!CANA")
			return box
		}),
		"fields of a track": redo(t, in, trackPath+"tkhd", func(box []byte) []byte {
			copy(box[12:], "CANARY!!CANA")
			copy(box[32:], "CANARY!!")
			return box
		}),
		"gaps": redo(t, in, "mdat", func(box []byte) []byte {
			box = append(box, canary...)
			binary.BigEndian.PutUint32(box, uint32(len(box)))
			return box
		}),
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(in, []byte("CANARY")) && name != "long offsets" && name != "short sizes" {
				t.Fatal("no canary")
			}
			if got := scrubbed(t, scrubbers["video/mp4"], in); !bytes.Equal(got, out) {
				t.Errorf("the copy is another, %d bytes, not %d", len(got), len(out))
			}
		})
	}
}

// TestMP4LongTimes: headers of version 1 have times of 64 bits.
func TestMP4LongTimes(t *testing.T) {
	in := plainFilm(t)
	long := func(path string, before int) {
		in = redo(t, in, path, func(box []byte) []byte {
			b := box[8:]
			out := slices.Concat([]byte("\x01\x00\x00"), b[3:4], []byte("CANARY!!CANARY!!"))
			out = slices.Concat(out, b[12:12+before], []byte{0, 0, 0, 0}, b[12+before:])
			return mp4Make(string(box[4:8]), out)
		})
	}
	long("moov/mvhd", 4)
	long(trackPath+"tkhd", 8)
	long(trackPath+"mdia/mdhd", 4)
	cleaned(t, "a.mp4", "video/mp4", in)
}

// TestMP4OtherSound: of sound in two kinds, of which players choose one, the
// unknown one is not needed.
func TestMP4OtherSound(t *testing.T) {
	in := ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, aSound, []string{"-map", "0", "-map", "1", "-map", "2"}, h264)...)
	enable := func(b []byte) []byte { // ffmpeg switches the second off
		for i := range b {
			if bytes.HasPrefix(b[i:], []byte("tkhd")) {
				b[i+7] |= 1
			}
		}
		return b
	}
	other := func(at int) []byte {
		b := enable(bytes.Clone(in))
		copy(b[at:], "zzzz")
		return b
	}
	first, last := bytes.Index(in, []byte("mp4a")), bytes.LastIndex(in, []byte("mp4a"))
	if first == last {
		t.Fatal("one sound")
	}
	for _, at := range []int{first, last} {
		if n := bytes.Count(scrubbed(t, scrubbers["video/mp4"], other(at)), []byte("trak")); n != 2 {
			t.Errorf("%d tracks", n)
		}
	}
	in = other(first)
	wantUnclean(t, scrubbers["video/mp4"], map[string][]byte{"both": other(last)})
}

// TestMP4SwitchedOff: nobody hears a track that is switched off, so it goes with
// its sound.
func TestMP4SwitchedOff(t *testing.T) {
	in := ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, aVoice, []string{"-map", "0", "-map", "1", "-map", "2"}, h264)...)
	one := ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, h264)...)
	var left gone
	var out bytes.Buffer
	if err := scrubbers["video/mp4"](&out, from(in), &left); err != nil || !slices.Contains(left.what, "tracks") {
		t.Fatalf("left %q, %v", left.what, err)
	}
	if n := bytes.Count(out.Bytes(), []byte("trak")); n != 2 {
		t.Errorf("%d tracks", n)
	}
	sameMedia(t, "a.mp4", one, out.Bytes())
	wantUnclean(t, scrubbers["video/mp4"], map[string][]byte{"all": redo(t, ffmpeg(t, "a.mp4", slices.Concat(aFilm, h264)...),
		trackPath+"tkhd", func(box []byte) []byte { box[11] = 0; return box })})
}

// TestMP4CutAway: what was cut away and is still there is not handed out.
func TestMP4CutAway(t *testing.T) {
	long := []string{"-f", "lavfi", "-i", "testsrc=size=96x64:rate=10:duration=4", "-f", "lavfi", "-i", "sine=sample_rate=48000:duration=4",
		"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "250"}
	full := onDisk(t, "full.mp4", ffmpeg(t, "full.mp4", long...))
	runs(t, full, "ffmpeg", "-v", "error", "-nostdin", "-i", "full.mp4", "-c", "copy", "full.mov")
	runs(t, full, "ffmpeg", "-v", "error", "-nostdin", "-i", "full.mp4", "-vn", "-c", "copy", "full.m4a")
	trimmed := func(name string, args ...string) []byte {
		args = slices.Concat([]string{"-v", "error", "-nostdin"}, args, []string{"-c", "copy", "-y", "trimmed-" + name})
		runs(t, full, "ffmpeg", args...)
		return contents(t, filepath.Join(full, "trimmed-"+name))
	}
	// edited has these parts, in milliseconds, of its first track.
	edited := func(name string, scale uint32, parts ...uint32) []byte {
		return redo(t, contents(t, filepath.Join(full, name)), "moov/trak/edts", func([]byte) []byte {
			b := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(parts)/2))
			for ; len(parts) > 0; parts = parts[2:] {
				b = binary.BigEndian.AppendUint32(b, parts[1]-parts[0])
				b = binary.BigEndian.AppendUint32(b, parts[0]*scale/1000)
				b = append(b, 0, 1, 0, 0)
			}
			return mp4Make("edts", mp4Make("elst", b))
		})
	}
	const film, sound = 10240, 48000 // their time scales
	wantUnclean(t, scrubbers["video/mp4"], map[string][]byte{
		"the beginning":       trimmed("a.mp4", "-ss", "2", "-i", "full.mp4"),
		"beginning, end":      edited("full.mp4", film, 700, 3500),
		"the middle":          edited("full.mp4", film, 0, 1000, 2500, 4100),
		"the middle, swapped": edited("full.mp4", film, 2500, 4100, 0, 1000),
		"twice the same":      edited("full.mp4", film, 0, 2000, 0, 2000),
		"all":                 edited("full.mp4", film, 0, 0),
	})
	wantUnclean(t, scrubbers["video/quicktime"], map[string][]byte{"the beginning": trimmed("a.mov", "-ss", "2", "-i", "full.mov")})
	wantUnclean(t, scrubbers["audio/mp4"], map[string][]byte{
		"the beginning": edited("full.m4a", sound, 1200, 4000),
		"the end":       edited("full.m4a", sound, 0, 2800),
	})
	cleaned(t, "a.mp4", "video/mp4", trimmed("b.mp4", "-ss", "0.5", "-i", "full.mp4"))
	cleaned(t, "a.mp4", "video/mp4", edited("full.mp4", film, 200, 2000, 2000, 4100))
	cleaned(t, "a.m4a", "audio/mp4", edited("full.m4a", sound, 200, 4000))
}

// TestMP4Span: samples shown in another order than they are decoded.
func TestMP4Span(t *testing.T) {
	table := func(n ...int32) (b []byte) {
		for _, n := range n {
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		return b
	}
	for want, tables := range map[mp4Part][2][]byte{
		{}:           {nil, nil},
		{0, 100}:     {table(10, 10), nil},
		{0, 107}:     {table(10, 10, 1, 7), nil},
		{20, 130}:    {table(10, 10), table(1, 20, 1, 50, 7, 20, 1, 30)},
		{-5, 100}:    {table(10, 10), table(1, -5)},
		{0, 1 << 33}: {table(2, -1, 1, 2), nil},
	} {
		if got := mp4Span(tables[0], tables[1]); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// turned is a film that was taken upright.
func turned(t testing.TB, name string, in []byte) []byte {
	t.Helper()
	return dressed(t, name, in, "-Rotation=90")
}

// TestMP4Turned: a film is shown the way up it was taken.
func TestMP4Turned(t *testing.T) {
	in := turned(t, "a.mp4", plainFilm(t))
	out := cleaned(t, "a.mp4", "video/mp4", in)
	probe := func(b []byte) string {
		return runs(t, onDisk(t, "a.mp4", b), "ffprobe", "-v", "error", "-show_entries", "stream_side_data=rotation", "-of", "csv=p=0", "a.mp4")
	}
	if before, after := probe(in), probe(out); !strings.Contains(before, "90") || after != before {
		t.Errorf("turned by %q, then by %q", before, after)
	}
}

// TestMediaPassesOnOtherErrors: a broken disk is no broken file.
func TestMediaPassesOnOtherErrors(t *testing.T) {
	frame := aFrame("\xFF\xFB\x10\x00")
	broken := errors.New("disk on fire")
	for media, in := range map[string][]byte{
		"video/mp4":  plainFilm(t),
		"audio/ogg":  oggBytes(aVoiceNote()...),
		"audio/mpeg": []byte(frame + frame + frame + id3v1()),
		"audio/wav":  wavOf(pcmFormat + someData),
		"audio/aac":  []byte("\xFF\xF1\x50\x80\x01\x3F\xFCab\xFF\xF1\x50\x80\x01\x3F\xFCab"),
		"audio/amr":  []byte("#!AMR\n\x7C\x44abcde\x7C"),
	} {
		scrub := scrubbers[media]
		for n := 0; n < len(in); n += 1 + len(in)/500 {
			src := reading(in[:n], func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) })
			src.size = int64(len(in))
			if err := scrub(io.Discard, src, nil); !errors.Is(err, broken) {
				t.Fatalf("%s: reading breaks after %d bytes: %v", media, n, err)
			}
		}
		w := writerFunc(func([]byte) (int, error) { return 0, broken })
		if err := scrub(w, from(in), nil); !errors.Is(err, broken) {
			t.Errorf("%s: writing breaks: %v", media, err)
		}
	}
}

// TestMP4Notes: units that are no pictures are blanked, and nothing else is.
func TestMP4Notes(t *testing.T) {
	unit := func(kind byte, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+1))) + string([]byte{kind}) + body
	}
	in := unit(0x67, "parameters") + unit(6, "CANARY-sei") + unit(0x65, "a picture") + unit(31, "CANARY") + unit(6, "") + unit(12, "\xFFCANARY")
	want := unit(0x67, "parameters") + unit(12, strings.Repeat("\xFF", 9)+"\x80") + unit(0x65, "a picture") +
		unit(12, "\xFF\xFF\xFF\xFF\xFF\x80") + unit(12, "") + unit(12, strings.Repeat("\xFF", 6)+"\x80")
	if got := copied(t, &avcKinds, in, 4); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	short := "\x03\x02\x01a" + "\x08\x4E\x01CANARY" + "\x05\x02\x09abc" + "\x04\x7C\x01ab" + "\x02\x4E\x01"
	want = "\x03\x02\x01a" + "\x08\x4C\x01\xFF\xFF\xFF\xFF\xFF\x80" + "\x05\x4C\x01\xFF\xFF\x80" + "\x04\x4C\x01\xFF\x80" + "\x02\x4C\x01"
	if got := copied(t, &hevcKinds, short, 1); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMP4NotesInUnitsOfFixedLength: what marks a new picture, or an end, is as
// long as it must be, or blanked.
func TestMP4NotesInUnitsOfFixedLength(t *testing.T) {
	for in, want := range map[string]string{
		"\x02\x09\xF0":       "\x02\x09\xF0",
		"\x01\x0A\x01\x0B":   "\x01\x0A\x01\x0B",
		"\x08\x09\xF0CANARY": "\x08\x0C\xFF\xFF\xFF\xFF\xFF\xFF\x80",
		"\x02\x0AC\x02\x0BC": "\x02\x0C\x80\x02\x0C\x80",
	} {
		if got := copied(t, &avcKinds, in, 1); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"\x03\x46\x01\x50":                "\x03\x46\x01\x50",
		"\x02\x48\x01\x02\x4A\x01":        "\x02\x48\x01\x02\x4A\x01",
		"\x09\x46\x01\x50CANARY":          "\x09\x4C\x01\xFF\xFF\xFF\xFF\xFF\xFF\x80",
		"\x03\x48\x01C" + "\x03\x4A\x01C": "\x03\x4C\x01\x80\x03\x4C\x01\x80",
	} {
		if got := copied(t, &hevcKinds, in, 1); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func copied(t *testing.T, k *nalKinds, in string, length int) string {
	t.Helper()
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	if err := k.copy(w, bufio.NewReader(strings.NewReader(in)), int64(len(in)), length, nil); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return out.String()
}

func TestMP4Unclean(t *testing.T) {
	in := plainFilm(t)
	fragments := ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, h264, []string{"-movflags", "frag_keyframe+empty_moov"})...)
	inside := ffmpeg(t, "a.mp4", slices.Concat(aFilm, aSound, h264, []string{"-movflags", "frag_keyframe"})...)
	// put writes over a box, from the beginning of its body.
	put := func(path string, at int, s string) []byte {
		return redo(t, in, path, func(box []byte) []byte { copy(box[8+at:], s); return box })
	}
	gone := func(path string) []byte { return redo(t, in, path, func([]byte) []byte { return nil }) }
	twice := func(path string) []byte {
		return redo(t, in, path, func(box []byte) []byte { return append(box, box...) })
	}
	entry := tablePath + "stsd"
	tests := map[string][]byte{
		"empty":                 {},
		"only a beginning":      []byte(ftyp("isom", "isom")),
		"fragments":             fragments,
		"fragments and tables":  inside,
		"cut":                   in[:len(in)-10],
		"no description":        gone("moov"),
		"no media":              gone("mdat"),
		"two descriptions":      twice("moov"),
		"long description":      append(bytes.Clone(in), mp4Make("moov", make([]byte, mp4MaxMoov+1))...),
		"compressed":            redo(t, in, "moov/mvhd", after(mp4Make("cmov", []byte("x")))),
		"extended":              redo(t, in, "moov/mvhd", after(mp4Make("mvex"))),
		"many boxes":            redo(t, in, "moov/mvhd", after(bytes.Repeat(mp4Make("free"), mp4MaxBoxes))),
		"many tracks":           redo(t, in, "moov/trak", func(box []byte) []byte { return bytes.Repeat(box, mp4MaxTracks+1) }),
		"the same track twice":  twice("moov/trak"),
		"box without end":       put("moov/mvhd", -8, "\x00\x00\x00\x00"),
		"box of long size":      put("moov/mvhd", -8, "\x00\x00\x00\x01"),
		"box beyond its parent": put("moov/mvhd", -8, "\x7F\xFF\xFF\xFF"),
		"no movie header":       gone("moov/mvhd"),
		"movie header version":  put("moov/mvhd", 0, "\x01"),
		"no time scale":         put("moov/mvhd", 12, "\x00\x00\x00\x00"),
		"projective matrix":     put("moov/mvhd", 36+8, "\x00\x00\x00\x01"),
		"no track header":       gone(trackPath + "tkhd"),
		"edit at other speed":   put(trackPath+"edts/elst", 8+8, "\x00\x02"),
		"many edits":            put(trackPath+"edts/elst", 4, "\x7F\xFF\xFF\xFF"),
		"no media header":       gone(trackPath + "mdia/mdhd"),
		"no handler":            gone(trackPath + "mdia/hdlr"),
		"no reference":          gone(trackPath + "mdia/minf/dinf"),
		"another file": redo(t, in, trackPath+"mdia/minf/dinf/dref", func(box []byte) []byte {
			return mp4Make("dref", box[8:16], mp4Make("url ", []byte("\x00\x00\x00\x00file:///CANARY\x00")))
		}),
		"no entry":               gone(entry),
		"two entries":            put(entry, 4, "\x00\x00\x00\x02"),
		"unknown film":           put(entry, 12, "zzzz"),
		"encrypted":              put(entry, 12, "encv"),
		"no configuration":       put(entry, 8+8+78+4, "zzzz"),
		"broken configuration":   put(entry, 8+8+78+8, "\x02"),
		"too large":              put(entry, 8+8+24, "\xFF\xFF"),
		"a table of colours":     put(entry, 8+8+76, "\x00\x00"),
		"no times":               gone(tablePath + "stts"),
		"too many times":         put(tablePath+"stts", 8, "\x00\x00\xFF\xFF"),
		"huge table":             put(tablePath+"stts", 4, "\xFF\xFF\xFF\xFF"),
		"too many shifts":        put(tablePath+"ctts", 8, "\xFF\xFF\xFF\xFF"),
		"key frames disordered":  put(tablePath+"stss", 8, "\x00\x00\x00\xFF"),
		"no sizes":               gone(tablePath + "stsz"),
		"huge size":              put(tablePath+"stsz", 12, "\x7F\xFF\xFF\xFF"),
		"all of huge size":       put(tablePath+"stsz", 4, "\x7F\xFF\xFF\xFF"),
		"too many sizes":         put(tablePath+"stsz", 8, "\x7F\xFF\xFF\xFF"),
		"no chunks":              gone(tablePath + "stsc"),
		"chunks of nothing":      put(tablePath+"stsc", 12, "\x00\x00\x00\x00"),
		"chunks too large":       put(tablePath+"stsc", 12, "\x7F\xFF\xFF\xFF"),
		"chunks of another kind": put(tablePath+"stsc", 16, "\x00\x00\x00\x02"),
		"chunks late":            put(tablePath+"stsc", 8, "\x00\x00\x00\x02"),
		"no places":              gone(tablePath + "stco"),
		"places twice":           redo(t, in, tablePath+"stco", after(mp4Make("co64", make([]byte, 8)))),
		"place outside":          put(tablePath+"stco", 8, "\x7F\xFF\xFF\xFF"),
		"place in the header":    put(tablePath+"stco", 8, "\x00\x00\x00\x00"),
		"place on another": redo(t, in, tablePath+"stco", func(box []byte) []byte {
			box[19]++
			return box
		}),
		"units that do not fit": redo(t, in, "mdat", func(box []byte) []byte { copy(box[8:], "\x7F\xFF"); return box }),
	}
	for _, path := range []string{"moov/mvhd", trackPath + "tkhd", trackPath + "mdia/mdhd", trackPath + "mdia/hdlr", entry,
		tablePath + "stts", tablePath + "ctts", tablePath + "stss", tablePath + "stsz", tablePath + "stsc", tablePath + "stco"} {
		tests["short "+path] = redo(t, in, path, func(box []byte) []byte { return mp4Make(path[strings.LastIndex(path, "/")+1:], box[8:14]) })
		tests["two "+path] = twice(path)
	}
	wantUnclean(t, scrubbers["video/mp4"], tests)
	old := ffmpeg(t, "a.mp4", slices.Concat(aFilm, []string{"-c:v", "mpeg4"})...) // which signs its films
	wantUnclean(t, scrubbers["video/mp4"], map[string][]byte{"notes in MPEG-4": old})
}

// TestMP4Bounds: a file of little sense is refused before it costs much.
func TestMP4Bounds(t *testing.T) {
	in := plainFilm(t)
	// Samples that are said to be many, and all of one size.
	many := redo(t, redo(t, in, tablePath+"stsz", func([]byte) []byte {
		return mp4Make("stsz", []byte("\x00\x00\x00\x00\x3F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"))
	}), tablePath+"stts", func([]byte) []byte {
		return mp4Make("stts", []byte("\x00\x00\x00\x00\x00\x00\x00\x01\xFF\xFF\xFF\xFF\x00\x00\x00\x01"))
	})
	many = redo(t, many, tablePath+"stsc", func([]byte) []byte {
		return mp4Make("stsc", []byte("\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\xFF\xFF\xFF\xFF\x00\x00\x00\x01"))
	})
	many = redo(t, many, tablePath+"stco", func([]byte) []byte {
		return mp4Make("stco", []byte("\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x30"))
	})
	wantUnclean(t, scrubbers["video/mp4"], map[string][]byte{
		"many samples": many,
		"many chunks": redo(t, in, tablePath+"stco", func([]byte) []byte {
			return mp4Make("stco", binary.BigEndian.AppendUint32(make([]byte, 4), mp4MaxChunks+1), make([]byte, 4*(mp4MaxChunks+1)))
		}),
		"many media": append(bytes.Clone(in), bytes.Repeat(mp4Make("mdat"), mp4MaxMedia)...),
	})
	// Boxes of nothing cost their headers.
	out := scrubbed(t, scrubbers["video/mp4"], append(bytes.Clone(in), bytes.Repeat(mp4Make("free"), 1<<16)...))
	if !bytes.Equal(out, scrubbed(t, scrubbers["video/mp4"], in)) {
		t.Error("the copy is another")
	}
}

func FuzzMP4(f *testing.F) {
	small := slices.Concat([]string{"-f", "lavfi", "-i", "testsrc=size=16x16:rate=10:duration=0.3", "-f", "lavfi", "-i", "sine=sample_rate=8000:duration=0.1"}, h264)
	for _, media := range []string{"video/mp4", "video/quicktime"} {
		name := map[string]string{"video/mp4": "a.mp4", "video/quicktime": "a.mov"}[media]
		f.Add(media, ffmpeg(f, name, small...))
		f.Add(media, ffmpeg(f, name, slices.Concat(small[4:8], []string{"-c:a", "alac"})...))
	}
	f.Add("video/quicktime", ffmpeg(f, "a.mov", slices.Concat(small, []string{"-c:a", "pcm_s16le", "-timecode", "01:02:03:04"})...))
	f.Add("video/mp4", ffmpeg(f, "a.mp4", slices.Concat(small[:4], []string{"-c:v", "libx265", "-x265-params", "log-level=none"})...))
	f.Add("video/mp4", ffmpeg(f, "a.mp4", slices.Concat(small[:4], []string{"-c:v", "mpeg4", "-flags:v", "+bitexact"})...))
	f.Fuzz(func(t *testing.T, media string, in []byte) {
		if media == "video/mp4" || media == "video/quicktime" {
			holds(t, scrubbers[media], in)
		}
	})
}
