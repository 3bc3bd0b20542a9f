package vault

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
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
			return "video/quicktime", aPhoneFilm(t, "a.mov", "-metadata:s:v", "rotate=90", "-timecode", "01:02:03:04")
		},
		"h265.mov": func(t *testing.T) (string, []byte) {
			return "video/quicktime", ffmpeg(t, "a.mov", slices.Concat(aFilm, aSound, trackNames,
				[]string{"-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p"})...)
		},
		"h265.mp4": func(t *testing.T) (string, []byte) {
			return "video/mp4", ffmpeg(t, "a.mp4", slices.Concat(aFilm, trackNames,
				[]string{"-c:v", "libx265", "-tag:v", "hev1", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p"})...)
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
			for _, s := range []string{"Lavf", "Lavc", "x264", "x265 ", "2026", "Handler", "ind", "CNRY", "appl", "FFMP"} {
				if s != "Lavc" && bytes.Contains(out, []byte(s)) { // in a frame of AAC, as sound that is none
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
			if !bytes.Contains(in, []byte("CANARY")) && name != "long offsets" {
				t.Fatal("no canary")
			}
			if got := scrubbed(t, scrubbers["video/mp4"], in); !bytes.Equal(got, out) {
				t.Errorf("the copy is another, %d bytes, not %d", len(got), len(out))
			}
		})
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
