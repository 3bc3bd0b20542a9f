package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

func TestDiscardAndRemove(t *testing.T) {
	v := newVault(t)
	a, b := keep(t, v, idA, plainJPEG(t)), keep(t, v, idA, plainPNG(t))
	other := keep(t, v, idB, plainJPEG(t))

	for range 2 { // the second time there is none
		if err := v.Remove(t.Context(), idA, a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Original(t.Context(), idA, a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
	if !readable(v.Original(t.Context(), idA, b)) || !readable(v.Copy(t.Context(), idA, b)) {
		t.Error("the other file of the report went too")
	}
	if again := keep(t, v, idA, plainJPEG(t)); again != a || !readable(v.Copy(t.Context(), idA, a)) {
		t.Error("a removed file cannot come again")
	}
	for range 2 {
		if err := v.Discard(t.Context(), idA); err != nil {
			t.Fatal(err)
		}
	}
	if readable(v.Original(t.Context(), idA, b)) {
		t.Error("discarded and readable")
	}
	if !readable(v.Original(t.Context(), idB, other)) {
		t.Error("the other report went too")
	}
	if n := len(tree(t, v)); n != 2 {
		t.Errorf("left: %v", tree(t, v))
	}
	if err := v.Remove(t.Context(), "no such report", a); err != nil {
		t.Error(err)
	}
}

func age(t *testing.T, v *Vault, id flows.ReportID, d time.Duration) {
	t.Helper()
	when := time.Now().Add(-d)
	if err := os.Chtimes(filepath.Join(v.disk.dir, v.folder(id)), when, when); err != nil {
		t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	v := newVault(t)
	const (
		kept    = flows.ReportID("00000000000000000000000000000001")
		young   = flows.ReportID("00000000000000000000000000000002")
		touched = flows.ReportID("00000000000000000000000000000003")
		late    = flows.ReportID("00000000000000000000000000000004")
	)
	for _, id := range []flows.ReportID{idA, idB, kept, young, touched, late} {
		keep(t, v, id, plainJPEG(t))
		age(t, v, id, 3*time.Hour)
	}
	keep(t, v, young, plainPNG(t))    // another file
	keep(t, v, touched, plainJPEG(t)) // the same again
	var asked []flows.ReportID
	n, err := v.Sweep(t.Context(), time.Now().Add(-time.Hour), func(_ context.Context, id flows.ReportID) (bool, error) {
		asked = append(asked, id)
		if id == late { // a file comes while we ask
			keep(t, v, late, plainPNG(t))
		}
		return id == kept, nil
	})
	if n != 2 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	slices.Sort(asked)
	if want := []flows.ReportID{kept, late, idA, idB}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
	for id, want := range map[flows.ReportID]bool{idA: false, idB: false, kept: true, young: true, touched: true, late: true} {
		if there, _ := exists(filepath.Join(v.disk.dir, v.folder(id))); there != want {
			t.Errorf("%s: %v", id, there)
		}
	}
}

func TestSweepStopsWhenNobodyKnows(t *testing.T) {
	v := newVault(t)
	for _, id := range []flows.ReportID{idA, idB} {
		keep(t, v, id, plainJPEG(t))
	}
	down, asked := errors.New("database down"), 0
	n, err := v.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, flows.ReportID) (bool, error) {
		asked++
		return false, down
	})
	if n != 0 || !errors.Is(err, down) || asked != 1 || len(tree(t, v)) != 4 {
		t.Errorf("swept %d, %v, asked %d times", n, err, asked)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := v.Sweep(ctx, time.Now().Add(time.Hour), nil); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %d, %v", n, err)
	}
}

func TestSweepLeavesWhatItCannotOpen(t *testing.T) {
	v := newVault(t)
	a := keep(t, v, idA, plainJPEG(t))
	keep(t, v, idB, plainJPEG(t))
	os.WriteFile(v.place(idA, a.Digest).path, []byte("?"), 0o600)
	n, err := v.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, flows.ReportID) (bool, error) { return false, nil })
	if n != 1 || err == nil || len(tree(t, v)) != 2 {
		t.Errorf("swept %d, %v, left %v", n, err, tree(t, v))
	}
	// The folder of one report under the name of another is not believed.
	keep(t, v, idB, plainJPEG(t))
	if err := errors.Join(v.Discard(t.Context(), idA),
		os.Rename(filepath.Join(v.disk.dir, v.folder(idB)), filepath.Join(v.disk.dir, v.folder(idA)))); err != nil {
		t.Fatal(err)
	}
	if _, err := v.reportOf(v.folder(idA)); err == nil {
		t.Error("a folder was believed to be another")
	}
	// One file that opens is enough.
	keep(t, v, idA, plainPNG(t))
	if id, err := v.reportOf(v.folder(idA)); id != idA || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
}

// A folder without a file is nobody's: no report is asked for, none is counted.
func TestEmptyFolders(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	keep(t, v, idB, plainJPEG(t))
	sweep := func(before time.Time) {
		t.Helper()
		n, err := v.Sweep(t.Context(), before, func(_ context.Context, id flows.ReportID) (bool, error) {
			if id != idB {
				t.Errorf("asked for %q", id)
			}
			return true, nil
		})
		if n != 0 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
	}
	if err := v.Remove(t.Context(), idA, f); err != nil {
		t.Fatal(err)
	}
	sweep(time.Now().Add(-time.Hour)) // a Keep may be about to put a file into it
	if n := len(tree(t, v)); n != 3 {
		t.Errorf("young: %v", tree(t, v))
	}
	keep(t, v, idA, plainJPEG(t))
	if err := errors.Join(v.Remove(t.Context(), idA, f), v.Discard(t.Context(), idA)); err != nil || len(tree(t, v)) != 2 {
		t.Errorf("discarded: %v, %v", err, tree(t, v))
	}
	keep(t, v, idA, plainJPEG(t))
	if err := v.Remove(t.Context(), idA, f); err != nil {
		t.Fatal(err)
	}
	sweep(time.Now().Add(time.Hour))
	if n := len(tree(t, v)); n != 2 {
		t.Errorf("stale: %v", tree(t, v))
	}
	if _, err := v.disk.mkdir(filepath.Join(v.disk.dir, v.folder(idA))); err != nil {
		t.Fatal(err)
	}
	v.Close()
	w, err := New(v.disk.dir, v.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if n := len(tree(t, w)); n != 2 {
		t.Errorf("opened again: %v", tree(t, w))
	}
}

// Everything at once: with -race, and nothing half done in the end.
func TestAtOnce(t *testing.T) {
	v := newVault(t)
	jpg, img := plainJPEG(t), plainPNG(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 15 {
				f := keep(t, v, idA, jpg)
				keep(t, v, idB, img)
				if r, err := v.Original(t.Context(), idA, f); err == nil {
					readable(r, nil)
				}
			}
		})
		wg.Go(func() {
			for range 15 {
				if err := v.Discard(t.Context(), idA); err != nil {
					t.Error(err)
				}
				_, err := v.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, flows.ReportID) (bool, error) { return false, nil })
				if err == nil {
					err = v.Ping(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(v.Discard(t.Context(), idA), v.Discard(t.Context(), idB)); err != nil || len(tree(t, v)) != 0 {
		t.Errorf("%v, left %v", err, tree(t, v))
	}
}

func TestNewMakesItPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "vault")
	os.MkdirAll(dir, 0o755)
	v, err := New(dir, newKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := v.Ping(t.Context()); err != nil || len(tree(t, v)) != 0 {
		t.Errorf("ping: %v, left %v", err, tree(t, v))
	}
	v.disk.free = func(string) (uint64, error) { return floor - 1, nil }
	if err := v.Ping(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("ping on a full disk: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := New(file, newKeys(t)); err == nil {
		t.Error("opened a file as a vault")
	}
}

// What nobody can read any more goes, and is nobody's: no report is asked for.
func TestSweepShredded(t *testing.T) {
	v := newVault(t)
	keep(t, v, idA, plainJPEG(t))
	b := keep(t, v, idB, plainJPEG(t))
	if err := v.keys.Shred(idA, store.PartFiles); err != nil {
		t.Fatal(err)
	}
	n, err := v.Sweep(t.Context(), time.Now().Add(time.Hour), func(_ context.Context, id flows.ReportID) (bool, error) { return id == idB, nil })
	if n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if there, _ := exists(filepath.Join(v.disk.dir, v.folder(idA))); there || !readable(v.Original(t.Context(), idB, b)) {
		t.Errorf("left %v", tree(t, v))
	}
}
