package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// readable reports whether reading to the end works.
func readable(r io.ReadCloser, err error) bool {
	if err != nil {
		return false
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	if _, again := r.Read(make([]byte, 9)); err != nil && again != err {
		return true // an error that goes away is none
	}
	return err == nil
}

func TestWrongKeyCannotRead(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	thief, err := New(v.disk.dir, newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	if readable(thief.Original(t.Context(), idA, f)) || readable(thief.Copy(t.Context(), idA, f)) {
		t.Error("found and read with other keys")
	}
	// Nor when somebody tells where it is.
	at, there := v.place(idA, f.Digest), thief.place(idA, f.Digest)
	if err := os.Rename(v.disk.dir+"/"+at.folder, v.disk.dir+"/"+there.folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(strings.Replace(at.path, at.folder, there.folder, 1), there.path); err != nil {
		t.Fatal(err)
	}
	if readable(thief.Original(t.Context(), idA, f)) || readable(thief.Copy(t.Context(), idA, f)) {
		t.Error("read with other keys")
	}
}

func TestRotatedKeysRead(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	if err := v.keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	w, err := New(v.disk.dir, v.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if !readable(w.Original(t.Context(), idA, f)) || !readable(w.Copy(t.Context(), idA, f)) {
		t.Error("not readable after the keys were rotated")
	}
	if again := keep(t, w, idA, plainJPEG(t)); again != f {
		t.Errorf("got %+v, want %+v", again, f)
	}
}

// sections are the parts of a file as they are on the disk.
type sections struct{ original, clean, end []byte }

func (s sections) file() []byte { return slices.Concat(s.original, s.clean, s.end) }

func sectionsOf(t testing.TB, v *Vault, at place) sections {
	t.Helper()
	f, tr, err := v.find(at)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	b, err := os.ReadFile(at.path)
	if err != nil {
		t.Fatal(err)
	}
	return sections{b[:tr.Original], b[tr.Original : tr.Original+tr.Copy], b[tr.Original+tr.Copy:]}
}

// sealed is an end with a true seal, for any lengths: what keys that are right
// would have written.
func sealed(t testing.TB, v *Vault, at place, tr trailer) []byte {
	t.Helper()
	d, err := v.disk.draft()
	if err != nil {
		t.Fatal(err)
	}
	defer d.drop()
	if err := errors.Join(v.appendTrailer(d, at, tr), d.out.Flush()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(d.path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func trailerOf(t testing.TB, v *Vault, at place) trailer {
	t.Helper()
	f, tr, err := v.find(at)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return tr
}

func TestSwappedFilesCannotBeRead(t *testing.T) {
	v := newVault(t)
	// Of one length, and one picture, so that nothing but the seals tells them apart.
	jpg, twin := bytes.Clone(plainJPEG(t)), bytes.Clone(plainJPEG(t))
	jpg, twin = append(jpg, 'a'), append(twin, 'b')
	a, b := keep(t, v, idA, jpg), keep(t, v, idA, twin)
	png, other := keep(t, v, idA, plainPNG(t)), keep(t, v, idB, jpg)
	at := v.place(idA, a.Digest)
	good := sectionsOf(t, v, at)
	sameReport, sameFile := sectionsOf(t, v, v.place(idA, b.Digest)), sectionsOf(t, v, v.place(idB, other.Digest))
	foreign := sectionsOf(t, v, v.place(idA, png.Digest))
	was := trailerOf(t, v, at)
	for _, s := range []sections{sameReport, sameFile} {
		if len(s.original) != len(good.original) || len(s.clean) != len(good.clean) || len(s.end) != len(good.end) {
			t.Fatal("the twins are not of one length")
		}
	}
	for name, c := range map[string]struct {
		is             sections
		original, copy bool // still readable
	}{
		"nothing":                    {good, true, true},
		"original of another report": {sections{sameFile.original, good.clean, good.end}, false, true},
		"original of another file":   {sections{sameReport.original, good.clean, good.end}, false, true},
		"copy of another report":     {sections{good.original, sameFile.clean, good.end}, true, false},
		"copy of another file":       {sections{good.original, sameReport.clean, good.end}, true, false},
		"trailer of another report":  {sections{good.original, good.clean, sameFile.end}, false, false},
		"trailer of another file":    {sections{good.original, good.clean, sameReport.end}, false, false},
		"other original and trailer": {sections{foreign.original, good.clean, foreign.end}, false, false},
		"all of another report":      {sameFile, false, false},
		"all of another file":        {sameReport, false, false},
		"all of another picture":     {foreign, false, false},
		// And when the lengths are made to fit.
		"copy as original":     {sections{original: good.clean, clean: good.clean}, false, true},
		"original as copy":     {sections{original: good.original, clean: good.original}, true, false},
		"both swapped":         {sections{original: good.clean, clean: good.original}, false, false},
		"picture as original":  {sections{original: foreign.original, clean: good.clean}, false, true},
		"picture as copy":      {sections{original: good.original, clean: foreign.clean}, true, false},
		"all as original":      {sections{original: slices.Concat(good.original, good.clean)}, false, false},
		"original cut":         {sections{original: good.original[:len(good.original)-1], clean: good.clean}, false, true},
		"copy cut":             {sections{original: good.original, clean: good.clean[:len(good.clean)-1]}, true, false},
		"original of no bytes": {sections{original: good.clean[:0], clean: good.clean}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.is.end == nil {
				tr := was
				tr.Original, tr.Copy = int64(len(c.is.original)), int64(len(c.is.clean))
				c.is.end = sealed(t, v, at, tr)
			}
			if err := os.WriteFile(at.path, c.is.file(), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := readable(v.Original(t.Context(), idA, a)); got != c.original {
				t.Errorf("original readable: %v", got)
			}
			if got := readable(v.Copy(t.Context(), idA, a)); got != c.copy {
				t.Errorf("copy readable: %v", got)
			}
		})
	}
}

func TestDamagedFilesCannotBeRead(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, largeJPEG(t))
	at := v.place(idA, f.Digest)
	good := sectionsOf(t, v, at)
	whole := good.file()
	afterOriginal, afterCopy := len(good.original), len(good.original)+len(good.clean)
	check := func(name string, bad []byte, original, clean bool) {
		t.Helper()
		if err := os.WriteFile(at.path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readable(v.Original(t.Context(), idA, f)); got != original {
			t.Errorf("%s: original readable: %v", name, got)
		}
		if got := readable(v.Copy(t.Context(), idA, f)); got != clean {
			t.Errorf("%s: copy readable: %v", name, got)
		}
	}
	edges := []int{0, 1, 39, 40, 41, 4095, 4096, 4097}
	for _, edge := range []int{afterOriginal, afterCopy, len(whole) - footerSize, len(whole) - len(magic), len(whole)} {
		edges = append(edges, edge-17, edge-16, edge-1, edge, edge+1)
	}
	for at := 5; at < len(whole); at += 1999 {
		edges = append(edges, at)
	}
	for _, at := range edges {
		if at >= len(whole) {
			continue
		}
		// Damage is where it is: what it does not touch can still be read.
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1
		check(fmt.Sprint("flipped at ", at), flipped, at >= afterOriginal && at < afterCopy, at < afterOriginal)
		check(fmt.Sprint("cut at ", at), whole[:at], false, false)
		check(fmt.Sprint("without byte ", at), slices.Delete(bytes.Clone(whole), at, at+1), false, false)
		check(fmt.Sprint("longer at ", at), slices.Insert(bytes.Clone(whole), at, 0), false, false)
	}
	check("longer", append(bytes.Clone(whole), 0), false, false)
	check("twice", slices.Concat(whole, whole), false, false)
	check("end twice", slices.Concat(whole, good.end), false, false)
	check("no original", slices.Concat(good.clean, good.end), false, false)
	check("no copy", slices.Concat(good.original, good.end), false, false)
	check("repaired", whole, true, true)
}

// A trailer of lengths that cannot be, sealed with the right keys, and a footer
// that promises more than there is, are errors and no more.
func TestImpossibleLengths(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	at := v.place(idA, f.Digest)
	good := sectionsOf(t, v, at)
	was := trailerOf(t, v, at)
	o, c := was.Original, was.Copy
	for _, n := range [][2]int64{
		{0, o + c}, {-1, o + c + 1}, {o + c + 1, -1}, {math.MaxInt64, math.MinInt64 + o + c + 1}, {math.MinInt64, math.MaxInt64},
		{o - 1, c}, {o + 1, c}, {o, c - 1}, {o, c + 1}, {o, 0}, {o, math.MaxInt64}, {math.MaxInt64, c},
	} {
		tr := was
		tr.Original, tr.Copy = n[0], n[1]
		bad := sections{good.original, good.clean, sealed(t, v, at, tr)}
		if err := os.WriteFile(at.path, bad.file(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := v.find(at); !errors.Is(err, errBroken) {
			t.Errorf("%v: %v", n, err)
		}
	}
	for _, n := range []uint32{0, 1, maxEnd, maxEnd - 7, 1 << 31, math.MaxUint32} {
		bad := good.file()
		binary.BigEndian.PutUint32(bad[len(bad)-footerSize:], n)
		if err := os.WriteFile(at.path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := v.find(at); !errors.Is(err, errBroken) {
			t.Errorf("trailer of %d bytes: %v", n, err)
		}
	}
}

func TestOpenWhatIsNotThere(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	for name, open := range map[string]func() (io.ReadCloser, error){
		"original of another report": func() (io.ReadCloser, error) { return v.Original(t.Context(), idB, f) },
		"lost copy":                  func() (io.ReadCloser, error) { return v.Copy(t.Context(), idB, f) },
		"no file":                    func() (io.ReadCloser, error) { return v.Original(t.Context(), idA, flows.File{}) },
	} {
		if _, err := open(); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrNoCopy) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := v.Copy(t.Context(), idA, flows.File{}); !errors.Is(err, store.ErrNoCopy) {
		t.Errorf("no copy: %v", err)
	}
}
