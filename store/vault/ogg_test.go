package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

var someTags = []string{
	"-metadata", "title=CANARY-title", "-metadata", "comment=CANARY-comment", "-metadata", "artist=CANARY-artist",
	"-metadata", "date=2026-01-02T03:04:05", "-metadata", "location=CANARY-7.25-112.75", "-metadata", "encoder=CANARY-encoder",
	"-metadata", "language=ind", "-metadata", "creation_time=2026-01-02T03:04:05",
}

func voices(t testing.TB) map[string][]byte {
	t.Helper()
	make := func(name string, args ...string) []byte {
		return ffmpeg(t, name, slices.Concat(aSound, someTags, args)...)
	}
	return map[string][]byte{
		"voice.ogg":  make("a.ogg", "-c:a", "libopus", "-b:a", "16k", "-application", "voip"),
		"stereo.ogg": make("a.ogg", "-c:a", "libopus", "-b:a", "64k", "-ac", "2", "-frame_duration", "60"),
		"large.ogg":  make("a.ogg", "-c:a", "libopus", "-b:a", "250k", "-vbr", "off", "-frame_duration", "60"),
		"vorbis.ogg": make("a.ogg", "-c:a", "libvorbis"),
		"speex.ogg":  ffmpeg(t, "a.ogg", slices.Concat(aVoice, someTags, []string{"-c:a", "libspeex"})...),
	}
}

func TestOggLeavesEverythingBehind(t *testing.T) {
	for name, in := range voices(t) {
		t.Run(name, func(t *testing.T) {
			out := cleaned(t, name, "audio/ogg", in)
			for _, s := range []string{"Lavf", "Lavc", "libopus", "Xiph", "2026"} {
				if bytes.Contains(out, []byte(s)) {
					t.Errorf("the copy holds %q", s)
				}
			}
			for i, p := range oggPages(t, out) {
				if p.serial != 1 || p.first() != (i == 0) {
					t.Errorf("page %d: stream %d, first %v", i, p.serial, p.first())
				}
			}
			if got := scrubbed(t, scrubbers["audio/ogg"], append(bytes.Clone(in), "CANARY trailer Ogg"...)); !bytes.Equal(got, out) {
				t.Error("what comes after the end changes the copy")
			}
		})
	}
}

func oggPages(t testing.TB, b []byte) (list []oggPage) {
	t.Helper()
	for r := bytes.NewReader(b); ; {
		var p oggPage
		err := p.read(r)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// oggBytes writes pages with the sums they need.
func oggBytes(list ...oggPage) (b []byte) {
	for i, p := range list {
		head := append([]byte("OggS\x00"), p.flags)
		head = binary.LittleEndian.AppendUint64(head, uint64(p.granule))
		head = binary.LittleEndian.AppendUint32(head, p.serial)
		head = binary.LittleEndian.AppendUint32(head, uint32(i))
		head = append(head, 0, 0, 0, 0, byte(len(p.lacing)))
		head = append(head, p.lacing...)
		binary.LittleEndian.PutUint32(head[22:], oggSum(oggSum(0, head), p.body))
		b = append(append(b, head...), p.body...)
	}
	return b
}

func oggOf(flags byte, granule int64, packets ...string) oggPage {
	p := oggPage{flags: flags, granule: granule, serial: 77}
	for _, s := range packets {
		for n := len(s); ; n -= 255 {
			p.lacing = append(p.lacing, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		p.body = append(p.body, s...)
	}
	return p
}

const (
	anOpusHead = "OpusHead\x01\x01\x38\x01\x80\xBB\x00\x00\x00\x00\x00"
	theTags    = "OpusTags\x06\x00\x00\x00CANARY\x01\x00\x00\x00\x08\x00\x00\x00a=CANARY"
)

// aVoiceNote is Opus of two pages with two packets of 20 ms each, the second
// with padding.
func aVoiceNote() []oggPage {
	packets := []string{"\x08sound", "\x0B\x41\x06soundCANARY"}
	return []oggPage{
		oggOf(oggFirst, 0, anOpusHead), oggOf(0, 0, theTags),
		oggOf(0, 1<<40, packets...), oggOf(oggLast, 1<<40+1500, packets...),
	}
}

func TestOggBlanksWhatIsNoSound(t *testing.T) {
	out := scrubbed(t, scrubbers["audio/ogg"], oggBytes(aVoiceNote()...))
	if bytes.Contains(out, []byte("CANARY")) {
		t.Error("a canary got through")
	}
	list := oggPages(t, out)
	if len(list) != 4 || list[2].granule != 1920 || list[3].granule != 1920+1500 || !list[3].last() {
		t.Errorf("pages %+v", list)
	}
	if bytes.Count(out, []byte("sound")) != 4 {
		t.Error("sound is missing")
	}
}

// TestOggPages: how the packets are put on pages does not matter, as some
// recorders do not do it as they should.
func TestOggPages(t *testing.T) {
	want := scrubbed(t, scrubbers["audio/ogg"], oggBytes(oggOf(oggFirst, 0, anOpusHead), oggOf(0, 0, theTags), oggOf(oggLast, 960, "\x08sound")))
	for name, list := range map[string][]oggPage{
		"all on one":          {oggOf(oggFirst|oggLast, 960, anOpusHead, theTags, "\x08sound")},
		"sound with comments": {oggOf(oggFirst, 0, anOpusHead), oggOf(oggLast, 960, theTags, "\x08sound")},
		"pages of nothing":    {oggOf(oggFirst, 0, anOpusHead), {serial: 77}, oggOf(0, 0, theTags), oggOf(0, 960, "\x08sound"), {serial: 77, flags: oggLast}},
	} {
		if got := scrubbed(t, scrubbers["audio/ogg"], oggBytes(list...)); !bytes.Equal(got, want) {
			t.Errorf("%s: another copy", name)
		}
	}
}

// TestOggLargePackets: packets over many pages come out as they went in.
func TestOggLargePackets(t *testing.T) {
	big := strings.Repeat("x", 150_000)
	headers := oggOf(0, 0, "\x03vorbis"+strings.Repeat("CANARY", 20_000), "\x05vorbis"+big)
	in := []oggPage{oggOf(oggFirst, 0, "\x01vorbis\x00\x00\x00\x00\x01"+strings.Repeat("\x00", 17)+"\x01")}
	for _, p := range []oggPage{headers, oggOf(oggLast, 9, big, "a", "", "b")} {
		flags := byte(0)
		for len(p.lacing) > 255 {
			in = append(in, oggPage{flags: flags, granule: -1, serial: 77, lacing: p.lacing[:255], body: p.body[:255*255]})
			for _, n := range p.lacing[:255] {
				if n < 255 { // the piece that ends a packet is shorter
					in[len(in)-1].body = in[len(in)-1].body[:len(in[len(in)-1].body)-255+int(n)]
				}
			}
			n := len(in[len(in)-1].body)
			p.lacing, p.body, flags = p.lacing[255:], p.body[n:], oggContinued
		}
		p.flags |= flags
		p.serial = 77
		in = append(in, p)
	}
	out := scrubbed(t, scrubbers["audio/ogg"], oggBytes(in...))
	if bytes.Contains(out, []byte("CANARY")) {
		t.Error("a canary got through")
	}
	var sizes []int
	size := 0
	for _, p := range oggPages(t, out) {
		for _, n := range p.lacing {
			if size += int(n); n < 255 {
				sizes = append(sizes, size)
				size = 0
			}
		}
	}
	if want := []int{30, 16, 150_007, 150_000, 1, 0, 1}; !slices.Equal(sizes, want) {
		t.Errorf("packets of %d, want %d", sizes, want)
	}
}

func TestOggUnclean(t *testing.T) {
	good := aVoiceNote()
	change := func(i int, f func(*oggPage)) []byte {
		list := slices.Clone(good)
		list[i].body = bytes.Clone(list[i].body)
		f(&list[i])
		return oggBytes(list...)
	}
	sound := func(packets ...string) []byte { return oggBytes(good[0], good[1], oggOf(oggLast, 960, packets...)) }
	whole := oggBytes(good...)
	bad := bytes.Clone(whole)
	bad[len(bad)-1]++
	full := func(flags byte) oggPage {
		return oggPage{flags: flags, serial: 77, lacing: bytes.Repeat([]byte{255}, 255), body: make([]byte, 255*255)}
	}
	unfinished := oggPage{flags: oggLast, serial: 77, lacing: []byte{255}, body: make([]byte, 255)}
	wantUnclean(t, scrubbers["audio/ogg"], map[string][]byte{
		"empty":                   {},
		"not Ogg":                 []byte("hello, this is no Ogg at all"),
		"only headers":            oggBytes(good[:2]...),
		"wrong sum":               bad,
		"cut in a page":           whole[:len(whole)-3],
		"cut in a header":         whole[:len(whole)-30],
		"other stream beside":     change(2, func(p *oggPage) { p.serial++ }),
		"other stream after":      append(bytes.Clone(whole), whole...),
		"other stream after junk": append(append(bytes.Clone(whole), "JunkOggOgg"...), whole...),
		"begins twice":            change(2, func(p *oggPage) { p.flags = oggFirst }),
		"begins late":             change(0, func(p *oggPage) { p.flags = 0 }),
		"continues nothing":       change(2, func(p *oggPage) { p.flags = oggContinued }),
		"unknown flag":            change(2, func(p *oggPage) { p.flags = 8 }),
		"junk between":            slices.Concat(oggBytes(good[:3]...), []byte("CANARY"), oggBytes(good[3])),
		"ends in a packet":        oggBytes(good[0], good[1], good[2], unfinished),
		"other codec":             oggBytes(oggOf(oggFirst, 0, "\x80theora"), good[2]),
		"Opus version 2":          change(0, func(p *oggPage) { p.body[8] = 2 }),
		"three channels":          change(0, func(p *oggPage) { p.body[9] = 3 }),
		"surround":                change(0, func(p *oggPage) { p.body[18] = 1 }),
		"no comments":             oggBytes(good[0], good[2]),
		"empty packet":            sound(""),
		"odd packet":              sound("\x09abc"),
		"no frames":               sound("\x0B\x00"),
		"too many frames":         sound("\x0B\x07sevens!"),
		"padding too long":        sound("\x0B\x41\x90sound"),
		"endless padding":         sound("\x0B\x41" + strings.Repeat("\xFF", 100)),
		"frame too long":          sound("\x08" + strings.Repeat("x", 1276)),
		"frames that do not fit":  sound("\x0A\xFAabc"),
		"huge packet":             oggBytes(slices.Concat(good[:2], []oggPage{full(0)}, slices.Repeat([]oggPage{full(oggContinued)}, 20))...),
		"Vorbis out of order": oggBytes(oggOf(oggFirst, 0, "\x01vorbis\x00\x00\x00\x00\x01"+strings.Repeat("\x00", 17)+"\x01"),
			oggOf(0, 0, "\x03vorbis", "\x05vorbis"), oggOf(0, 5, "a"), oggOf(0, 4, "b")),
		"Speex with more headers": oggBytes(oggOf(oggFirst, 0, "Speex   "+strings.Repeat("P", 72)), oggOf(0, 0, "x"), oggOf(0, 5, "a")),
	})
}

// wantUnclean checks that a scrubber understands none of these.
func wantUnclean(t *testing.T, s scrubber, tests map[string][]byte) {
	t.Helper()
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			err := s(io.Discard, from(in), nil)
			if u := unclean(""); !errors.As(err, &u) {
				t.Errorf("got %v, want that it is unclean", err)
			}
		})
	}
}

// sealPages rights the sums, which a fuzzer does not guess.
func sealPages(in []byte) []byte {
	b := bytes.Clone(in)
	for at := 0; at+oggHeader <= len(b); {
		size := oggHeader + int(b[at+26])
		for _, n := range b[min(at+oggHeader, len(b)):min(at+size, len(b))] {
			size += int(n)
		}
		if size > len(b)-at {
			break
		}
		clear(b[at+22 : at+26])
		binary.LittleEndian.PutUint32(b[at+22:], oggSum(0, b[at:at+size]))
		at += size
	}
	return b
}

func FuzzOgg(f *testing.F) {
	f.Add(oggBytes(aVoiceNote()...))
	f.Add(oggBytes(oggOf(oggFirst, 0, "\x01vorbis\x00\x00\x00\x00\x01"+strings.Repeat("\x00", 17)+"\x01"),
		oggOf(0, 0, "\x03vorbis", "\x05vorbis"), oggOf(0, 5, "a"), oggOf(0, 7, "b", strings.Repeat("c", 300))))
	f.Add(oggBytes(oggOf(oggFirst, 0, "Speex   "+strings.Repeat("\x00", 24)+"\x50"+strings.Repeat("\x00", 47)), oggOf(0, 0, "x"), oggOf(0, 5, "a")))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, p := range oggPages(t, holds(t, scrubbers["audio/ogg"], sealPages(in))) {
			if p.serial != 1 {
				t.Fatalf("a page of stream %d", p.serial)
			}
		}
	})
}
