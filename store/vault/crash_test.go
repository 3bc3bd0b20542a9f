package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

var errEnd = errors.New("the end of the world")

// doom refuses the nth change, counted from 0. After a crash it refuses all
// that follow too: a dead process cleans nothing up.
type doom struct {
	nth   int
	crash bool
	seen  int
}

func (d *doom) before(string) error {
	d.seen++
	if d.seen-1 == d.nth || d.crash && d.seen > d.nth {
		return errEnd
	}
	return nil
}

// everywhere runs do with the world ending at each of its changes in turn,
// until it is done before the end; then checks what is left with a new vault,
// the way a restart would. prepare runs before, undisturbed.
func everywhere(t *testing.T, crash bool, prepare, do func(*Vault) error, check func(t *testing.T, v *Vault, nth int)) {
	t.Helper()
	keys := newKeys(t)
	for nth := 0; ; nth++ {
		dir := filepath.Join(t.TempDir(), "vault")
		v, err := New(dir, keys)
		if err != nil {
			t.Fatal(err)
		}
		if err := prepare(v); err != nil {
			t.Fatal(err)
		}
		d := &doom{nth: nth, crash: crash}
		v.disk.before = d.before
		err = do(v)
		if err == nil && d.seen <= nth {
			t.Logf("%d changes", nth)
			v.Close()
			return
		}
		if err != nil && !errors.Is(err, errEnd) {
			t.Fatalf("change %d: %v", nth, err)
		}
		v.Close()
		v.disk.before = nil
		if crash {
			if v, err = New(dir, keys); err != nil {
				t.Fatal(err)
			}
		}
		check(t, v, nth)
		v.Close()
	}
}

func nothing(*Vault) error { return nil }

func keeping(id flows.ReportID, content []byte) func(*Vault) error {
	return func(v *Vault) error {
		_, err := v.Keep(context.Background(), id, bytes.NewReader(content), 20<<20)
		return err
	}
}

// names lists what is in the vault that is not a folder.
func names(t *testing.T, v *Vault) []string {
	return slices.DeleteFunc(tree(t, v), func(s string) bool { return !strings.Contains(s, "/") && !temporary(s) })
}

// The broken one ends so late that some of its copy is on the disk by then.
func toKeep(t *testing.T) map[string][]byte {
	large := largeJPEG(t)
	return map[string][]byte{
		"picture": dress(t, plainJPEG(t), binary.BigEndian, 6), "broken picture": append(large[:len(large)-99:len(large)-99], "\xff\xc4"...), "document": []byte("%PDF-1.4 x"),
	}
}

func TestCrashWhileKeeping(t *testing.T) {
	other := []byte("%PDF-1.4 the file before")
	for name, content := range toKeep(t) {
		for when, prepare := range map[string]func(*Vault) error{"first": nothing, "second": keeping(idA, other)} {
			t.Run(when+" "+name, func(t *testing.T) {
				everywhere(t, true, prepare, keeping(idA, content), func(t *testing.T, v *Vault, nth int) {
					before := 0
					if when == "second" {
						before = 2 // it and the folder
					}
					if n := len(tree(t, v)); n != before && n != max(before, 1)+1 {
						t.Errorf("change %d left %v", nth, tree(t, v))
					}
					// The message comes again.
					f := keep(t, v, idA, content)
					if f.Clean != (name == "picture") || !bytes.Equal(original(t, v, idA, f), content) {
						t.Errorf("change %d: kept %+v", nth, f)
					}
					if f.Clean {
						samePixels(t, content, cleanCopy(t, v, idA, f))
					}
					if when == "second" {
						if o := keep(t, v, idA, other); !bytes.Equal(original(t, v, idA, o), other) {
							t.Error("the other file is lost")
						}
					}
					if err := v.Discard(t.Context(), idA); err != nil || len(tree(t, v)) != 0 {
						t.Errorf("change %d: discard: %v, left %v", nth, err, tree(t, v))
					}
				})
			})
		}
	}
}

// One change fails and the program lives: it must clean up itself.
func TestErrorWhileKeeping(t *testing.T) {
	for name, content := range toKeep(t) {
		t.Run(name, func(t *testing.T) {
			everywhere(t, false, nothing, keeping(idA, content), func(t *testing.T, v *Vault, nth int) {
				if left := tree(t, v); len(left) != 0 {
					t.Errorf("change %d left %v", nth, left)
				}
			})
			everywhere(t, false, keeping(idA, []byte("%PDF-1.4 other")), keeping(idA, content), func(t *testing.T, v *Vault, nth int) {
				if left := tree(t, v); len(left) != 2 {
					t.Errorf("change %d left %v", nth, left)
				}
			})
		})
	}
}

// The machine may die too: no name comes to the disk before what it stands
// for, and a report's folder before its first file.
func TestOrderOfDurability(t *testing.T) {
	mkdir := func(v *Vault) error { return os.Mkdir(filepath.Join(v.disk.dir, v.folder(idA)), 0o700) }
	for name, c := range map[string]struct {
		prepare func(*Vault) error
		folders int
	}{
		"first file":        {nothing, 1},
		"folder left empty": {mkdir, 1},
		"second file":       {keeping(idA, []byte("%PDF-1.4 other")), 0},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVault(t)
			if err := c.prepare(v); err != nil {
				t.Fatal(err)
			}
			var changes []string
			v.disk.before = func(change string) error { changes = append(changes, change); return nil }
			keep(t, v, idA, plainJPEG(t))
			v.disk.before = nil
			want := slices.Concat([]string{"create", "write", "write", "write", "sync", "mkdir"},
				slices.Repeat([]string{"sync folder"}, c.folders), []string{"rename", "sync"})
			if !slices.Equal(changes, want) {
				t.Errorf("got %v, want %v", changes, want)
			}
		})
	}
}

func TestCrashWhileRemoving(t *testing.T) {
	jpg, pdf := plainJPEG(t), []byte("%PDF-1.4 other")
	prepare := func(v *Vault) error {
		return errors.Join(keeping(idA, jpg)(v), keeping(idA, pdf)(v), keeping(idB, jpg)(v))
	}
	nobody := func(_ context.Context, id flows.ReportID) (bool, error) { return id == idB, nil }
	for name, do := range map[string]func(*Vault) error{
		"discard": func(v *Vault) error { return v.Discard(context.Background(), idA) },
		"sweep": func(v *Vault) error {
			_, err := v.Sweep(context.Background(), time.Now().Add(time.Hour), nobody)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, true, prepare, do, func(t *testing.T, v *Vault, nth int) {
				if n := len(names(t, v)); n != 1 && n != 1+2 {
					t.Errorf("change %d left %v", nth, tree(t, v))
				}
				if err := do(v); err != nil || len(tree(t, v)) != 2 {
					t.Errorf("again after change %d: %v, left %v", nth, err, names(t, v))
				}
			})
		})
	}
	t.Run("remove", func(t *testing.T) {
		do := func(v *Vault) error {
			f, err := v.Keep(context.Background(), idA, bytes.NewReader(jpg), 1<<20)
			return errors.Join(err, v.Remove(context.Background(), idA, f))
		}
		everywhere(t, true, prepare, do, func(t *testing.T, v *Vault, nth int) {
			if n := len(names(t, v)); n != 2 && n != 3 {
				t.Errorf("change %d left %v", nth, names(t, v))
			}
		})
	})
}

// The copy goes with the original: it does not come back for a scrubber that
// today finds nothing to copy.
func TestCopyGoesWithTheOriginal(t *testing.T) {
	v := newVault(t)
	f := keep(t, v, idA, plainJPEG(t))
	if err := v.Remove(t.Context(), idA, f); err != nil {
		t.Fatal(err)
	}
	old := scrubbers["image/jpeg"]
	delete(scrubbers, "image/jpeg")
	again := keep(t, v, idA, plainJPEG(t))
	scrubbers["image/jpeg"] = old
	if _, err := v.Copy(t.Context(), idA, again); again.Clean || !errors.Is(err, store.ErrNoCopy) {
		t.Errorf("got %+v, %v", again, err)
	}
}

// Another process, such as a command of the operator, opens the same vault.
func TestTwoVaults(t *testing.T) {
	v := newVault(t)
	d, err := v.disk.draft()
	if err != nil {
		t.Fatal(err)
	}
	defer d.drop()
	if _, err := v.disk.mkdir(filepath.Join(v.disk.dir, v.folder(idA))); err != nil {
		t.Fatal(err)
	}
	second, err := New(v.disk.dir, v.keys)
	if err != nil {
		t.Fatal(err)
	}
	if left := tree(t, v); len(left) != 2 {
		t.Errorf("the draft of the first is gone, or the folder it goes to: %v", left)
	}
	if err := errors.Join(second.Close(), second.Close(), v.Close(), new(Vault).Close()); err != nil {
		t.Error(err)
	}
	third, err := New(v.disk.dir, v.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if left := tree(t, v); len(left) != 0 {
		t.Errorf("left-overs: %v", left)
	}
}
