package vault

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
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
	from := strings.Replace(at.path, at.folder, there.folder, 1)
	for _, suffix := range []string{"", copySuffix} {
		if err := os.Rename(from+suffix, there.path+suffix); err != nil {
			t.Fatal(err)
		}
	}
	if readable(thief.Original(t.Context(), idA, f)) || readable(thief.Copy(t.Context(), idA, f)) {
		t.Error("read with other keys")
	}
}

func TestRotatedKeysRead(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	keys, err := v.keys.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(v.disk.dir, keys)
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

func TestSwappedFilesCannotBeRead(t *testing.T) {
	v := newVault(t)
	jpg, img := plainJPEG(t), plainPNG(t)
	a, b := keep(t, v, idA, jpg), keep(t, v, idA, img)
	other := keep(t, v, idB, jpg)
	path := func(id flows.ReportID, f flows.File) string { return v.place(id, f.Digest).path }
	for name, c := range map[string]struct {
		from, to string
		read     func() (io.ReadCloser, error)
	}{
		"original of another report": {path(idB, other), path(idA, a),
			func() (io.ReadCloser, error) { return v.Original(t.Context(), idA, a) }},
		"original of another file": {path(idA, b), path(idA, a),
			func() (io.ReadCloser, error) { return v.Original(t.Context(), idA, a) }},
		"copy of another report": {path(idB, other) + copySuffix, path(idA, a) + copySuffix,
			func() (io.ReadCloser, error) { return v.Copy(t.Context(), idA, a) }},
		"copy of another file": {path(idA, b) + copySuffix, path(idA, a) + copySuffix,
			func() (io.ReadCloser, error) { return v.Copy(t.Context(), idA, a) }},
		"original as copy": {path(idA, a), path(idA, a) + copySuffix,
			func() (io.ReadCloser, error) { return v.Copy(t.Context(), idA, a) }},
		"copy as original": {path(idA, a) + copySuffix, path(idA, a),
			func() (io.ReadCloser, error) { return v.Original(t.Context(), idA, a) }},
	} {
		t.Run(name, func(t *testing.T) {
			good, _ := os.ReadFile(c.to)
			bad, _ := os.ReadFile(c.from)
			if !readable(c.read()) {
				t.Fatal("not readable to begin with")
			}
			os.WriteFile(c.to, bad, 0o600)
			if readable(c.read()) {
				t.Error("read in the wrong place")
			}
			os.WriteFile(c.to, good, 0o600)
		})
	}
}

func TestDamagedFilesCannotBeRead(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, bytes.Repeat(plainJPEG(t), 4)) // some segments long
	for _, suffix := range []string{"", copySuffix} {
		path := v.place(idA, f.Digest).path + suffix
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		read := func() (io.ReadCloser, error) { return v.Original(t.Context(), idA, f) }
		if suffix != "" {
			read = func() (io.ReadCloser, error) { return v.Copy(t.Context(), idA, f) }
		}
		flipped := bytes.Clone(good)
		flipped[len(good)/2] ^= 1
		for name, bad := range map[string][]byte{
			"empty": {}, "cut": good[:len(good)-1], "cut at a segment": good[:min(4096, len(good)/2)],
			"flipped": flipped, "longer": append(bytes.Clone(good), 0),
		} {
			os.WriteFile(path, bad, 0o600)
			if readable(read()) {
				t.Errorf("%s%s: readable", name, suffix)
			}
		}
		os.WriteFile(path, good, 0o600)
		if !readable(read()) {
			t.Error("not readable when repaired")
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
