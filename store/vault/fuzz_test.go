package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/netralitas/netra/store"
)

// holds checks what every scrubber promises about any input: an unclean error,
// or a copy that scrubs to itself and looks like the original, if that looks
// like anything.
func holds(t *testing.T, s scrubber, in []byte) []byte {
	var out, again bytes.Buffer
	if err := s(&out, from(in), nil); err != nil {
		if u := unclean(""); !errors.As(err, &u) {
			t.Fatalf("neither copy nor unclean: %v", err)
		}
		return nil
	}
	if err := s(&again, from(out.Bytes()), nil); err != nil {
		t.Fatalf("scrub the copy: %v", err)
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Fatal("scrubbing the copy changes it")
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(in))
	if err != nil || c.Width*c.Height > 1<<14 {
		return out.Bytes()
	}
	if before, _, err := image.Decode(bytes.NewReader(in)); err == nil {
		after, _, err := image.Decode(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("the copy cannot be decoded: %v", err)
		}
		if !reflect.DeepEqual(before, after) {
			t.Fatal("the copy looks different")
		}
	}
	return out.Bytes()
}

func FuzzJPEG(f *testing.F) {
	for _, name := range []string{"progressive", "ycck", "rgb", "gray-restart"} {
		f.Add(testdata(f, name+".jpeg"))
	}
	f.Add(plainJPEG(f))
	f.Add(append([]byte("\xFF\xD8"+segment(mAPP1, exifAPP1(binary.LittleEndian, 6, ""))+segment(mCOM, "x")), plainJPEG(f)[2:]...))
	f.Fuzz(func(t *testing.T, in []byte) {
		// The standard library goes by the last APP0, others by the first JFIF.
		if bytes.Count(in, []byte{0xFF, mAPP0}) > 1 {
			return
		}
		if out := holds(t, scrubbers["image/jpeg"], in); out != nil {
			orientationOf(t, out)
		}
	})
}

func FuzzPNG(f *testing.F) {
	f.Add(plainPNG(f))
	f.Add(testdata(f, "interlaced16.png"))
	f.Add(encoded(f, image.NewGray(image.Rect(0, 0, 3, 2))))
	small := encoded(f, image.NewPaletted(image.Rect(0, 0, 5, 5), color.Palette{color.Black, color.White}))
	f.Add(small)
	f.Add([]byte(string(small[:33]) + chunk("tEXt", "a\x00b") + chunk("gAMA", "\x00\x00\xB1\x8F") + string(small[33:]) + "trailer"))
	f.Fuzz(func(t *testing.T, in []byte) {
		out := holds(t, scrubbers["image/png"], sealChunks(in))
		if out == nil {
			return
		}
		for _, c := range chunksOf(t, out) {
			if c.kind != "IHDR" && c.kind != "IDAT" && c.kind != "IEND" && pngKept[c.kind] == nil {
				t.Fatalf("chunk %q in the copy", c.kind)
			}
		}
	})
}

// sealChunks rights the sums, which a fuzzer does not guess.
func sealChunks(in []byte) []byte {
	b := bytes.Clone(in)
	for at := 8; at+12 <= len(b); {
		n := int(binary.BigEndian.Uint32(b[at:]))
		if n < 0 || n > len(b)-at-12 {
			break
		}
		copy(b[at+8+n:], chunk(string(b[at+4:at+8]), string(b[at+8:at+8+n]))[8+n:])
		at += 12 + n
	}
	return b
}

func FuzzKeep(f *testing.F) {
	f.Add(plainJPEG(f), int64(1<<20))
	f.Add(plainPNG(f), int64(1<<20))
	f.Add([]byte("GIF89a"), int64(5))
	f.Add([]byte("halo \xC3\xA9"), int64(100))
	f.Add([]byte(zipped(f, "[Content_Types].xml", "_rels/.rels", "word/document.xml")), int64(1<<20))
	f.Add([]byte(zipped(f, "mimetype=application/vnd.oasis.opendocument.text", "content.xml", "META-INF/manifest.xml")), int64(1<<20))
	f.Add([]byte(ftyp("mp42", "isom")), int64(1<<20))
	f.Add([]byte("\xFF\xFB\x90\x00"), int64(1<<20))
	f.Add([]byte("OggS\x00\x02aaaaaaaaaaaaaaaaaaaa\x01\x13OpusHead"), int64(1<<20))
	v, err := New(filepath.Join(f.TempDir(), "vault"), newKeys(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { v.Close() })
	f.Fuzz(func(t *testing.T, in []byte, limit int64) {
		file, err := v.Keep(t.Context(), idA, bytes.NewReader(in), limit)
		if err != nil {
			want := []error{store.ErrBadType, store.ErrTooLarge, store.ErrEmpty}
			if limit > 1<<30 {
				want = append(want, store.ErrFull)
			}
			for _, w := range want {
				if errors.Is(err, w) {
					if left := tree(t, v); len(left) != 0 {
						t.Fatalf("%v left %v", err, left)
					}
					return
				}
			}
			t.Fatal(err)
		}
		if file.Size != int64(len(in)) || file.Size > limit || file.Type == "" {
			t.Fatalf("kept %+v", file)
		}
		if !bytes.Equal(original(t, v, idA, file), in) {
			t.Fatal("the original is another")
		}
		r, err := v.Copy(t.Context(), idA, file)
		if file.Clean != (err == nil) || err != nil && !errors.Is(err, store.ErrNoCopy) {
			t.Fatalf("copy of %+v: %v", file, err)
		}
		if err == nil {
			if _, _, err := image.DecodeConfig(r); err != nil && looks[file.Type] != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				t.Fatal(err)
			}
			r.Close()
		}
		if again := keep(t, v, idA, in); again != file {
			t.Fatalf("kept %+v, then %+v", file, again)
		}
		if err := v.Discard(t.Context(), idA); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzOpen: whatever a file ends with, and whatever its trailer says, what is
// read from it is what was put there, or an error.
func FuzzOpen(f *testing.F) {
	v := newVault(f)
	jpg := plainJPEG(f)
	file := keep(f, v, idA, jpg)
	at := v.place(idA, file.Digest)
	good := sectionsOf(f, v, at)
	whole, clean := good.file(), cleanCopy(f, v, idA, file)
	o, c := int64(len(good.original)), int64(len(good.clean))
	f.Add(len(whole), []byte{}, o, c)
	f.Add(int(o+c), good.end, o, c)
	f.Add(int(o), good.end, o, int64(0))
	f.Add(len(whole)-footerSize, []byte("\xFF\xFF\xFF\xFF"+magic), o+1, c-1)
	f.Add(0, []byte("\x00\x00\x00\x00"+magic), int64(-1), int64(1)<<62)
	f.Add(len(whole), []byte(magic), int64(1)<<62, int64(1)<<62)
	f.Fuzz(func(t *testing.T, n int, tail []byte, original, copied int64) {
		begin := whole[:min(max(n, 0), len(whole))]
		for _, end := range [][]byte{tail, append(bytes.Clone(tail), sealed(t, v, at, trailer{idA, file, original, copied})...)} {
			if err := os.WriteFile(at.path, append(bytes.Clone(begin), end...), 0o600); err != nil {
				t.Fatal(err)
			}
			reads(t, jpg)(v.Original(t.Context(), idA, file))
			reads(t, clean)(v.Copy(t.Context(), idA, file))
			if id, err := v.reportOf(at.folder); err == nil && id != idA {
				t.Fatalf("the folder is of %q", id)
			}
		}
	})
}

// reads checks that what is read without an error is this.
func reads(t *testing.T, want []byte) func(io.ReadCloser, error) {
	return func(r io.ReadCloser, err error) {
		if err != nil {
			return
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err == nil && !bytes.Equal(got, want) {
			t.Fatal("something else was read")
		}
	}
}
