package vault

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkCorpus scrubs the corpus, kind by kind, and one large file of each,
// and has mat2 do the same files in one call. What mat2 does not take shows as
// mat2-refused. Its start, some tenths of a second, is in its time: whoever
// calls it waits for it. It keeps its copies on the disk; ours are thrown away.
func BenchmarkCorpus(b *testing.B) {
	needsPrograms(b, "mat2")
	var endings []string
	files := map[string][]*maker{}
	for _, m := range corpus(b, append(specimens(), largeFiles()...)) {
		m.produce(b)
		ending := filepath.Ext(m.name)[1:]
		kind := ending + "/small"
		if strings.HasPrefix(m.name, "large") {
			kind = ending + "/large"
			endings = append(endings, ending)
		}
		files[kind] = append(files[kind], m)
	}
	for _, ending := range endings {
		for _, size := range []string{"small", "large"} {
			b.Run(ending+"/"+size, func(b *testing.B) { beside(b, files[ending+"/"+size]) })
		}
	}
}

// beside measures our scrubber, and mat2 on the same files.
func beside(b *testing.B, files []*maker) {
	scrub := scrubbers[files[0].media]
	if scrub == nil {
		b.Fatalf("%s: there is no scrubber", files[0].media)
	}
	var all [][]byte
	size := 0
	for _, m := range files {
		content := m.read(m.path)
		all = append(all, content)
		size += len(content)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for i, content := range all {
			if err := scrub(io.Discard, from(content), nil); err != nil {
				b.Fatalf("%s: %v", files[i].name, err)
			}
		}
	}
	b.ReportMetric(float64(len(all)*b.N)/b.Elapsed().Seconds(), "files/s")

	dir := b.TempDir()
	args := []string{"--inplace"}
	for i, m := range files {
		path := filepath.Join(dir, m.name)
		if err := os.WriteFile(path, all[i], 0o600); err != nil {
			b.Fatal(err)
		}
		args = append(args, path)
	}
	start := time.Now()
	said, _ := exec.CommandContext(b.Context(), "mat2", args...).CombinedOutput() // its complaints are counted below
	took := time.Since(start).Seconds()
	refused := 0
	for i, m := range files {
		if bytes.Contains(said, []byte(m.name)) { // it names what it complains of
			refused++
			size -= len(all[i])
		}
	}
	b.ReportMetric(float64(refused), "mat2-refused")
	if refused == len(all) {
		return
	}
	b.ReportMetric(float64(size)/1e6/took, "mat2-MB/s")
	b.ReportMetric(float64(len(all)-refused)/took, "mat2-files/s")
}

// largeFiles is a file of some megabytes of each kind.
func largeFiles() []specimen {
	var all []specimen
	add := func(ending, media string, make func(m *maker)) {
		all = append(all, specimen{name: "large." + ending, media: media, make: make})
	}
	program := func(ending, media, program string, args ...string) { // of a picture
		add(ending, media, func(m *maker) {
			m.run(program, append(args, m.put(".png", string(encoded(m, noise(1200, 900)))), "-o", m.path)...)
		})
	}
	const (
		video = "testsrc2=s=1280x720:r=25:d=4,noise=alls=40:allf=t"
		audio = "anoisesrc=r=48000:d=120"
	)
	ffmpeg := func(ending, media, source string, args ...string) {
		add(ending, media, func(m *maker) { m.ffmpeg(append(append([]string{"-f", "lavfi", "-i", source}, args...), m.path)...) })
	}
	add("jpg", "image/jpeg", func(m *maker) { m.write(m.path, photo(m, 3<<20)) })
	add("png", "image/png", func(m *maker) { m.write(m.path, encoded(m, noise(1200, 900))) })
	ffmpeg("gif", "image/gif", "testsrc2=s=640x480:r=10:d=3,noise=alls=40:allf=t")
	program("webp", "image/webp", "cwebp", "-quiet", "-q", "100", "-m", "0")
	ffmpeg("tif", "image/tiff", "testsrc2=s=1920x1080,noise=alls=40", "-frames:v", "1", "-pix_fmt", "rgb24", "-compression_algo", "lzw")
	program("heic", "image/heic", "heif-enc", "-q", "95")
	program("avif", "image/avif", "avifenc", "-s", "10", "--min", "1", "--max", "5")
	ffmpeg("mp4", "video/mp4", video, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
	ffmpeg("mov", "video/quicktime", video, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
	ffmpeg("3gp", "video/3gpp", video, "-c:v", "mpeg4", "-flags:v", "+bitexact", "-q:v", "3")
	ffmpeg("m4a", "audio/mp4", audio, "-c:a", "aac", "-b:a", "256k")
	ffmpeg("ogg", "audio/ogg", audio, "-c:a", "libopus", "-b:a", "256k")
	ffmpeg("mp3", "audio/mpeg", audio, "-c:a", "libmp3lame", "-b:a", "256k")
	ffmpeg("wav", "audio/wav", audio)
	ffmpeg("aac", "audio/aac", audio, "-c:a", "aac", "-flags:a", "+bitexact", "-b:a", "256k")
	add("amr", "audio/amr", func(m *maker) {
		second := amrSecond("#!AMR\n", 7)
		m.write(m.path, []byte("#!AMR\n"+strings.Repeat(second[6:], 1000)))
	})
	add("pdf", "application/pdf", func(m *maker) { m.write(m.path, scannedPDF(m, photo(m, 3<<20))) })
	for _, d := range corpusDocuments(withPicture | withPhoto) {
		d.name = "large" + filepath.Ext(d.name)
		all = append(all, d)
	}
	return all
}
