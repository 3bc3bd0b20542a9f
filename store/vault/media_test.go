package vault

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// Sound and film are made by ffmpeg and dressed by exiftool, and looked at by
// both. Nothing in them is anybody's.

// runs starts a program in a folder and returns what it says.
func runs(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run `make deps`", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, problems.String())
	}
	return out.String()
}

// ffmpeg makes a file of this name: film and sound go in, and what else args say.
func ffmpeg(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	runs(t, dir, "ffmpeg", slices.Concat([]string{"-v", "error", "-nostdin"}, args, []string{name})...)
	return contents(t, filepath.Join(dir, name))
}

// Inputs for ffmpeg.
var (
	aFilm  = []string{"-f", "lavfi", "-i", "testsrc=size=96x64:rate=10:duration=1.5"}
	aSound = []string{"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1.5"}
	aVoice = []string{"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=1.5"}
)

func contents(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func onDisk(t testing.TB, name string, b []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// dressed is a file with what exiftool puts into it.
func dressed(t testing.TB, name string, b []byte, args ...string) []byte {
	t.Helper()
	dir := onDisk(t, name, b)
	runs(t, dir, "exiftool", append(args, "-q", "-overwrite_original", name)...)
	return contents(t, filepath.Join(dir, name))
}

// frames are the sums of all decoded pictures and pieces of sound, and when
// they are shown.
func frames(t testing.TB, name string, b []byte) string {
	t.Helper()
	s := runs(t, onDisk(t, name, b), "ffmpeg", "-v", "error", "-nostdin", "-i", name, "-map", "0:v?", "-map", "0:a?",
		"-fflags", "+bitexact", "-f", "framemd5", "-")
	if strings.Count(s, "\n") < 10 {
		t.Fatalf("%s: nothing decoded:\n%s", name, s)
	}
	return s
}

// sameMedia checks that both play the same.
func sameMedia(t testing.TB, name string, in, out []byte) {
	t.Helper()
	before, after := frames(t, name, in), frames(t, name, out)
	if before != after {
		t.Errorf("%s plays differently:\n%s", name, firstDifference(before, after))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one ends sooner"
}

// telling are names of tags that say when, where, by whom or by what.
var telling = regexp.MustCompile(`(?i)date|gps|location|make|model|software|encode[rd]|encoding (settings|time)|author|artist|serial|title|comment|vendor|handler *(vendor|description)|compressor *name|language|copyright|writ|tool`)

// silent are values that say nothing. LAME is what its addition to MP3 is known by.
var silent = []string{"", "0", "0000:00:00 00:00:00", "und", "False", "LAME"}

// telltale checks that exiftool finds nothing that tells.
func telltale(t testing.TB, name string, b []byte) {
	t.Helper()
	for _, line := range strings.Split(runs(t, onDisk(t, name, b), "exiftool", "-a", "-G1", "-u", "-ee3", name), "\n") {
		if strings.HasPrefix(line, "[System]") || strings.HasPrefix(line, "[ExifTool]") && !strings.Contains(line, "Warning") {
			continue
		}
		tag, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if strings.Contains(line, "Warning") || strings.Contains(line, "CANARY") ||
			telling.MatchString(tag) && !slices.Contains(silent, value) {
			t.Errorf("%s tells: %s", name, line)
		}
	}
}

// wide is text in UTF-16.
func wide(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// cleaned scrubs a file and checks what must be true for every copy.
func cleaned(t testing.TB, name, media string, in []byte) []byte {
	t.Helper()
	if got := judged(string(in)); got != media {
		t.Fatalf("%s is %q", name, got)
	}
	out := scrubbed(t, scrubbers[media], in)
	if got := judged(string(out)); got != media {
		t.Errorf("the copy of %s is %q", name, got)
	}
	sameMedia(t, name, in, out)
	if bytes.Contains(out, []byte("CANARY")) || bytes.Contains(out, wide("CANARY")) {
		t.Error("a canary got through")
	}
	if media != "audio/aac" && media != "audio/amr-wb" { // in which exiftool knows no tags
		telltale(t, name, out)
	}
	return out
}

// TestKeepMedia: sound and film that the vault keeps have a copy to hand out.
func TestKeepMedia(t *testing.T) {
	v := newVault(t)
	for media, in := range map[string][]byte{
		"audio/ogg": oggBytes(aVoiceNote()...),
		"audio/wav": wavOf(pcmFormat + someData),
		"video/mp4": plainFilm(t),
	} {
		file := keep(t, v, idA, in)
		if file.Type != media || !file.Clean {
			t.Fatalf("kept %+v", file)
		}
		if got := cleanCopy(t, v, idA, file); !bytes.Equal(got, scrubbed(t, scrubbers[media], in)) {
			t.Errorf("%s: the copy is another", media)
		}
	}
}
