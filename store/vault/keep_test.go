package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

func all(t testing.TB, r io.ReadCloser, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func original(t testing.TB, v *Vault, id flows.ReportID, f flows.File) []byte {
	t.Helper()
	r, err := v.Original(t.Context(), id, f)
	return all(t, r, err)
}

func cleanCopy(t testing.TB, v *Vault, id flows.ReportID, f flows.File) []byte {
	t.Helper()
	r, err := v.Copy(t.Context(), id, f)
	return all(t, r, err)
}

func TestKeep(t *testing.T) {
	v := newVault(t)
	for media, content := range map[string][]byte{
		"image/jpeg":      dress(t, plainJPEG(t), binary.LittleEndian, 6),
		"image/png":       dressPNG(t, plainPNG(t)),
		"image/gif":       []byte("GIF89a" + canaries[8]),
		"application/pdf": []byte("%PDF-1.7\n" + canaries[8]),
	} {
		f := keep(t, v, idA, content)
		sum := sha256.Sum256(content)
		clean := media == "image/jpeg" || media == "image/png"
		want := flows.File{Digest: hex.EncodeToString(sum[:]), Type: media, Size: int64(len(content)), Clean: clean}
		if f != want {
			t.Errorf("got %+v, want %+v", f, want)
		}
		if !bytes.Equal(original(t, v, idA, f), content) {
			t.Errorf("%s: the original is another", media)
		}
		if !clean {
			if _, err := v.Copy(t.Context(), idA, f); !errors.Is(err, store.ErrNoCopy) {
				t.Errorf("%s: copy: %v", media, err)
			}
			continue
		}
		c := cleanCopy(t, v, idA, f)
		storetest.CanariesIn(t, canaries, "the copy", c)
		samePixels(t, content, c)
	}
	storetest.Canaries(t, append(canaries, "http://ns.adobe.com", "Photoshop 3.0", string(idA)), v.disk.dir)
	for _, name := range tree(t, v) {
		info, err := os.Stat(filepath.Join(v.disk.dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// Odd pictures are evidence too.
func TestKeepBrokenPictures(t *testing.T) {
	v := newVault(t)
	jpg, img := plainJPEG(t), plainPNG(t)
	for _, content := range [][]byte{
		jpg[:len(jpg)/2], jpg[:4], append([]byte("\xFF\xD8\xFF"), canaries[3]...),
		img[:len(img)/2], img[:8], append([]byte(pngMagic), canaries[3]...),
	} {
		f := keep(t, v, idA, content)
		if f.Clean || !strings.HasPrefix(f.Type, "image/") {
			t.Errorf("got %+v", f)
		}
		if !bytes.Equal(original(t, v, idA, f), content) {
			t.Error("the original is another")
		}
		if _, err := v.Copy(t.Context(), idA, f); !errors.Is(err, store.ErrNoCopy) {
			t.Errorf("copy: %v", err)
		}
	}
	for _, name := range tree(t, v) {
		if strings.Contains(name, newPrefix) {
			t.Errorf("%s was left", name)
		}
	}
}

// A copy that a mistaken scrubber wrote is not handed out.
func TestKeepLooksAtTheCopy(t *testing.T) {
	v := newVault(t)
	jpg := plainJPEG(t)
	defer func(old scrubber) { scrubbers["image/jpeg"] = old }(scrubbers["image/jpeg"])
	for name, s := range map[string]scrubber{
		"more each time": func(w io.Writer, src source, _ *gone) error {
			return src.whole(func(b []byte) error {
				_, err := w.Write(append(b, canaries[0]...))
				return err
			})
		},
		"no picture": func(w io.Writer, _ source, _ *gone) error { _, err := io.WriteString(w, "hi"); return err },
		"nothing":    func(io.Writer, source, *gone) error { return nil },
		"a bug":      func(io.Writer, source, *gone) error { panic("bug") },
	} {
		scrubbers["image/jpeg"] = s
		f := keep(t, v, idA, jpg)
		if f.Clean || !bytes.Equal(original(t, v, idA, f), jpg) {
			t.Errorf("%s: got %+v", name, f)
		}
		if err := v.Remove(t.Context(), idA, f); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeepRefuses(t *testing.T) {
	v := newVault(t)
	jpg := plainJPEG(t)
	full := newKeys(t)
	tight, err := open(disk{dir: t.TempDir(), free: func(string) (uint64, error) { return floor + 99, nil }}, full)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("network gone")
	cut := func(n int) io.Reader { return io.MultiReader(bytes.NewReader(jpg[:n]), iotest.ErrReader(broken)) }
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		v     *Vault
		ctx   context.Context
		r     io.Reader
		limit int64
		want  error
	}{
		"empty":               {v, t.Context(), strings.NewReader(""), 100, store.ErrEmpty},
		"one byte too large":  {v, t.Context(), bytes.NewReader(jpg), int64(len(jpg)) - 1, store.ErrTooLarge},
		"too large at once":   {v, t.Context(), bytes.NewReader(jpg), 10, store.ErrTooLarge},
		"no limit":            {v, t.Context(), bytes.NewReader(jpg), 0, store.ErrTooLarge},
		"negative limit":      {v, t.Context(), bytes.NewReader(jpg), -5, store.ErrTooLarge},
		"page":                {v, t.Context(), strings.NewReader("<!DOCTYPE html><p>hi"), 100, store.ErrBadType},
		"text that is binary": {v, t.Context(), strings.NewReader(strings.Repeat("halo ", 5000) + "\x00"), 1 << 20, store.ErrBadType},
		"text cut in a rune":  {v, t.Context(), strings.NewReader(strings.Repeat("halo ", 5000) + "\xC3"), 1 << 20, store.ErrBadType},
		"disk full":           {tight, t.Context(), bytes.NewReader(jpg), 100, store.ErrFull},
		"reading breaks":      {v, t.Context(), cut(len(jpg) - 5), 1 << 20, broken},
		"reading breaks soon": {v, t.Context(), cut(5), 1 << 20, broken},
		"cancelled":           {v, gone, bytes.NewReader(jpg), 1 << 20, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := c.v.Keep(c.ctx, idA, c.r, c.limit)
			if !errors.Is(err, c.want) || f != (flows.File{}) {
				t.Errorf("got %+v, %v; want %v", f, err, c.want)
			}
			if left := tree(t, c.v); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
	if _, err := v.Keep(t.Context(), "", bytes.NewReader(jpg), 1<<20); err == nil {
		t.Error("kept a file of no report")
	}
	if err := tight.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if keep(t, v, idA, jpg); v.reserved.Load() != 0 {
		t.Error("room stays reserved")
	}
}

func TestKeepStopsReadingAtTheLimit(t *testing.T) {
	v := newVault(t)
	endless := &counter{r: io.MultiReader(bytes.NewReader(plainJPEG(t)), endlessly("x"))}
	if _, err := v.Keep(t.Context(), idA, endless, 100_000); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if endless.n > 100_001 {
		t.Errorf("read %d bytes", endless.n)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// endlessly is a reader that says the same for ever.
type endlessly string

func (e endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[0]
	}
	return len(p), nil
}

func TestKeepWhenTheDiskFillsUp(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		v := newVault(t)
		v.disk.before = func(change string) error {
			if change == "write" {
				return &os.PathError{Op: "write", Path: "x", Err: full}
			}
			return nil
		}
		if _, err := v.Keep(t.Context(), idA, bytes.NewReader(plainJPEG(t)), 1<<20); !errors.Is(err, store.ErrFull) {
			t.Errorf("got %v", err)
		}
		if err := v.Ping(t.Context()); !errors.Is(err, store.ErrFull) {
			t.Errorf("ping: %v", err)
		}
		if left := tree(t, v); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func TestKeepTwice(t *testing.T) {
	v := newVault(t)
	for _, content := range [][]byte{dress(t, plainJPEG(t), binary.BigEndian, 3), []byte("%PDF-1.4 x")} {
		first := keep(t, v, idA, content)
		path := v.place(idA, first.Digest).path
		before, _ := os.Stat(path)
		folder := filepath.Dir(path)
		long := time.Now().Add(-time.Hour)
		os.Chtimes(folder, long, long)
		if again := keep(t, v, idA, content); again != first {
			t.Errorf("got %+v, then %+v", first, again)
		}
		if after, _ := os.Stat(path); !os.SameFile(before, after) {
			t.Error("it was written again")
		}
		if !changedSince(t, folder, long) {
			t.Error("the report does not count as changed")
		}
	}
	if n := len(tree(t, v)); n != 3 { // folder, picture, document
		t.Errorf("%v", tree(t, v))
	}
}

// What the disk failed is mended by what comes again.
func TestKeepMends(t *testing.T) {
	v := newVault(t)
	jpg := plainJPEG(t)
	f := keep(t, v, idA, jpg)
	path := v.place(idA, f.Digest).path
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, good[:len(good)-1], good[1:]} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if again := keep(t, v, idA, jpg); again != f || !bytes.Equal(original(t, v, idA, f), jpg) || !readable(v.Copy(t.Context(), idA, f)) {
			t.Errorf("got %+v, want %+v", again, f)
		}
	}
	if _, err := v.Keep(t.Context(), flows.ReportID(strings.Repeat("x", maxEnd)), bytes.NewReader(jpg), 1<<20); err == nil {
		t.Error("kept what cannot be found again")
	}
	if left := tree(t, v); len(left) != 2 {
		t.Errorf("%v", left)
	}
}

func changedSince(t *testing.T, path string, since time.Time) bool {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime().After(since.Add(time.Second))
}

func TestKeepTheSameAtOnce(t *testing.T) {
	v := newVault(t)
	content := dress(t, plainJPEG(t), binary.BigEndian, 3)
	files := make([]flows.File, 8)
	var wg sync.WaitGroup
	for i := range files {
		wg.Go(func() { files[i], _ = v.Keep(t.Context(), idA, iotest.HalfReader(bytes.NewReader(content)), 1<<20) })
	}
	wg.Wait()
	if len(slices.Compact(files)) != 1 || !files[0].Clean {
		t.Errorf("got %+v", files)
	}
	if left := tree(t, v); len(left) != 2 {
		t.Errorf("%v", left)
	}
}

// Buffers are shared, contents are not.
func TestKeepManyAtOnce(t *testing.T) {
	v := newVault(t)
	pictures := [][]byte{plainJPEG(t), largeJPEG(t), plainPNG(t), dress(t, plainJPEG(t), binary.BigEndian, 3), dressPNG(t, plainPNG(t))}
	var wg sync.WaitGroup
	for i := range 4 * len(pictures) {
		wg.Go(func() {
			id, in := store.NewReportID(), pictures[i%len(pictures)]
			f := keep(t, v, id, in)
			var want bytes.Buffer
			if err := scrubbers[f.Type](&want, from(in), nil); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(original(t, v, id, f), in) || !bytes.Equal(cleanCopy(t, v, id, f), want.Bytes()) {
				t.Error("another was kept")
			}
		})
	}
	wg.Wait()
}

// An album of ten videos at once must not need the memory of one.
func TestKeepNeedsLittleMemory(t *testing.T) {
	const files, size = 10, 20 << 20
	v := newVault(t)
	jpg := plainJPEG(t)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base := m.HeapAlloc

	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		top := uint64(0)
		for {
			select {
			case <-done:
				peak <- top
				return
			case <-time.After(time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				top = max(top, m.HeapAlloc)
			}
		}
	}()
	var wg sync.WaitGroup
	for i := range files {
		wg.Go(func() {
			id := flows.ReportID(fmt.Sprintf("%032x", i+1))
			end := len(jpg) - 2
			r := io.MultiReader(bytes.NewReader(jpg[:end]), io.LimitReader(endlessly("U"), size-int64(len(jpg))), bytes.NewReader(jpg[end:]))
			if f, err := v.Keep(t.Context(), id, r, size); err != nil || f.Size != size || !f.Clean {
				t.Errorf("got %+v, %v", f, err)
			}
		})
	}
	wg.Wait()
	close(done)
	top := <-peak
	used := (max(top, base) - base) >> 10
	t.Logf("%d files of %d MiB: %d KiB at most", files, size>>20, used)
	if used > 20<<10 {
		t.Errorf("%d files of %d MiB needed %d KiB", files, size>>20, used)
	}
}

func BenchmarkKeep3MBJPEG(b *testing.B) { benchmarkKeep(b, photo(b, 3<<20)) }

// For a small picture the file system is what costs.
func BenchmarkKeepSmallJPEG(b *testing.B) { benchmarkKeep(b, plainJPEG(b)) }

func BenchmarkKeepSmallPNG(b *testing.B) { benchmarkKeep(b, plainPNG(b)) }

func benchmarkKeep(b *testing.B, content []byte) {
	v := newVault(b)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := v.Keep(b.Context(), store.NewReportID(), bytes.NewReader(content), 20<<20); err != nil {
			b.Fatal(err)
		}
	}
}
