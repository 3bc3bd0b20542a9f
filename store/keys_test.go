package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

func openKeys(t *testing.T, path string) *store.Keys {
	t.Helper()
	k, err := store.OpenKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

var report = store.Owner{Report: storetest.ID(1), Part: store.PartReport}

func sealFor(t *testing.T, k *store.Keys, o store.Owner, words string) []byte {
	t.Helper()
	sealed, err := k.SealFor(o, []byte(words), "context")
	if err = errors.Join(err, k.Settle()); err != nil {
		t.Fatal(err)
	}
	return sealed
}

// opens fails the test unless what was sealed opens to these words, or, with
// none, to nothing because its key is gone.
func opens(t *testing.T, k *store.Keys, sealed []byte, words string) {
	t.Helper()
	plain, err := k.Open(sealed, "context")
	switch {
	case words == "" && !errors.Is(err, store.ErrShredded):
		t.Errorf("got %q, %v, want ErrShredded", plain, err)
	case words != "" && (err != nil || string(plain) != words):
		t.Errorf("got %q, %v, want %q", plain, err, words)
	}
}

// TestShred: what a destroyed key sealed opens nowhere: not with these keys, not
// in a process that had it open, not after a restart, and not with a backup of
// everything but the keys.
func TestShred(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	k := openKeys(t, path)
	other := store.Owner{Report: storetest.ID(2), Part: store.PartReport}
	files := store.Owner{Report: storetest.ID(1), Part: store.PartFiles}
	gone, stays, part := sealFor(t, k, report, "kenari"), sealFor(t, k, other, "tetap"), sealFor(t, k, files, "bukti")
	second := openKeys(t, path) // another process
	opens(t, second, gone, "kenari")
	if err := k.Shred(report.Report, store.PartReport); err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]*store.Keys{"here": k, "another process": second, "after a restart": openKeys(t, path)} {
		t.Run(name, func(t *testing.T) {
			opens(t, k, gone, "")
			opens(t, k, stays, "tetap")
			opens(t, k, part, "bukti")
		})
	}
	// The same report may begin anew; that does not bring the old key back.
	again := sealFor(t, k, report, "baru")
	opens(t, k, again, "baru")
	if _, err := k.Open(gone, "context"); err == nil {
		t.Error("the old key is back")
	}
	if err := errors.Join(k.Shred(report.Report), k.Shred(report.Report)); err != nil {
		t.Fatal(err)
	}
	opens(t, k, again, "")
	opens(t, k, part, "")
	opens(t, k, stays, "tetap")
}

func TestSealedFiles(t *testing.T) {
	k := openKeys(t, filepath.Join(t.TempDir(), "keys.json"))
	var b bytes.Buffer
	w, err := k.SealFile(report.Report, &b, "context")
	if err == nil {
		_, err = io.WriteString(w, strings.Repeat("kenari", 5000))
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	read := func(id flows.ReportID, context string) error {
		r, err := k.OpenFile(id, bytes.NewReader(b.Bytes()), context)
		if err != nil {
			return err
		}
		plain, err := io.ReadAll(r)
		if err == nil && string(plain) != strings.Repeat("kenari", 5000) {
			t.Error("read something else")
		}
		return err
	}
	sealFor(t, k, store.Owner{Report: storetest.ID(2), Part: store.PartFiles}, "x")
	if read(report.Report, "context") != nil || read(report.Report, "other") == nil || read(storetest.ID(2), "context") == nil {
		t.Error("a sealed file opens where it should not, or does not where it should")
	}
	if err := k.Shred(report.Report); err != nil || !errors.Is(read(report.Report, "context"), store.ErrShredded) {
		t.Errorf("after the key was destroyed: %v", err)
	}
}

// TestNameplates: what one report sealed has nothing in common that tells so.
func TestNameplates(t *testing.T) {
	k := openKeys(t, filepath.Join(t.TempDir(), "keys.json"))
	a, b := sealFor(t, k, report, "sama"), sealFor(t, k, report, "sama")
	for i := 1; i+8 <= len(a); i++ {
		if bytes.Contains(b, a[i:i+8]) {
			t.Fatalf("both hold %x", a[i:i+8])
		}
	}
	if o, ok := k.Whose(a); !ok || o != report {
		t.Errorf("whose: %+v, %v", o, ok)
	}
	foreign, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := foreign.Whose(a); o == report {
		t.Error("other keys tell whose it is")
	}
	if _, err := foreign.Open(a, "context"); err == nil {
		t.Error("other keys open it")
	}
	if _, err := k.SealFor(store.Owner{Report: "bukan", Part: store.PartReport}, nil, ""); err == nil {
		t.Error("sealed for what is no report")
	}
}

// TestRotation: a rotation is taken up by the process that serves, which seals
// the reports' keys anew; what was sealed before opens throughout, and the key
// before is dropped by the rotation after.
func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	k := openKeys(t, path)
	old := sealFor(t, k, report, "lama")
	plain, err := k.Seal([]byte("menu"), "context")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	busy.Go(func() {
		for n := 10; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			o := store.Owner{Report: storetest.ID(n), Part: store.PartReport}
			opens(t, k, sealFor(t, k, o, "sambil"), "sambil")
			if err := k.Shred(o.Report); err != nil {
				t.Error(err)
			}
		}
	})
	if err := store.RotateFile(path); err != nil {
		t.Fatal(err)
	}
	n, err := k.Reload()
	if err != nil || n < 1 {
		t.Errorf("sealed %d anew, %v", n, err)
	}
	close(stop)
	busy.Wait()
	if n, err := k.Reload(); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
	opens(t, k, old, "lama")
	opens(t, k, plain, "menu")
	list, err := k.List()
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, key := range list {
		if key.Keyset == "seal" && (key.Seals == 1) != key.Primary {
			t.Errorf("%+v", key)
		}
	}
	if err := store.RotateFile(path); err != nil {
		t.Fatal(err)
	}
	fresh := openKeys(t, path) // a start finds a rotation, too
	if n, err := fresh.Reload(); n != 1 || err != nil {
		t.Errorf("after a restart: %d, %v", n, err)
	}
	opens(t, fresh, old, "lama")
	if _, err := fresh.Open(plain, "context"); err == nil {
		t.Error("the key before the last opens still")
	}
}

// TestLostKeys: a keyset or keys of reports that are lost or others' are refused,
// and nothing is made or changed.
func TestLostKeys(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.json")
	k := openKeys(t, path)
	sealed := sealFor(t, k, report, "lama")
	if err := store.MakeKeys(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	strange := filepath.Join(t.TempDir(), "keys.json")
	openKeys(t, strange)
	for name, spoil := range map[string]func(at string) error{
		"keyset lost":                  func(at string) error { return os.Remove(at) },
		"keyset empty":                 func(at string) error { return os.WriteFile(at, nil, 0o600) },
		"keyset of others":             func(at string) error { return copyFile(strange, at) },
		"keys of reports lost":         func(at string) error { return os.Remove(at + ".reports") },
		"keys of reports no such file": func(at string) error { return os.WriteFile(at+".reports", []byte("x"), 0o600) },
		"keys of reports damaged": func(at string) error {
			f, err := os.OpenFile(at+".reports", os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte("x"), 128+60)
			return errors.Join(err, f.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), "keys.json")
			if err := errors.Join(copyFile(path, at), copyFile(path+".reports", at+".reports"), spoil(at)); err != nil {
				t.Fatal(err)
			}
			before := contents(t, filepath.Dir(at))
			if k, err := store.OpenKeys(at); err == nil {
				k.Close()
				t.Error("opened")
			}
			if after := contents(t, filepath.Dir(at)); !slices.Equal(before, after) {
				t.Errorf("changed from %q to %q", before, after)
			}
		})
	}
	opens(t, openKeys(t, path), sealed, "lama")
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

func contents(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s %x", e.Name(), b))
	}
	return list
}

func TestShredUnused(t *testing.T) {
	k := openKeys(t, filepath.Join(t.TempDir(), "keys.json"))
	var sealed [3][]byte
	for n := range sealed {
		sealed[n] = sealFor(t, k, store.Owner{Report: storetest.ID(n), Part: store.PartReport}, "isi")
	}
	current, done := k.Inbox()
	inbox := sealFor(t, k, current, "pesan")
	needed := func(o store.Owner) (bool, error) { return o.Report == storetest.ID(1), nil }
	if n, err := k.ShredUnused(time.Now(), needed); n != 0 || err != nil {
		t.Errorf("of today: %d, %v", n, err)
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	down := errors.New("database down")
	if _, err := k.ShredUnused(tomorrow, func(store.Owner) (bool, error) { return false, down }); !errors.Is(err, down) {
		t.Errorf("when nobody knows: %v", err)
	}
	opens(t, k, sealed[0], "isi")
	if n, err := k.ShredUnused(tomorrow, needed); n != 2 || err != nil {
		t.Errorf("destroyed %d, %v", n, err)
	}
	opens(t, k, sealed[0], "")
	opens(t, k, sealed[1], "isi")
	opens(t, k, sealed[2], "")
	idle := func(want ...store.Owner) {
		t.Helper()
		if got := k.IdleInbox(); !slices.Equal(got, want) {
			t.Errorf("idle: %v; want %v", got, want)
		}
	}
	opens(t, k, inbox, "pesan")
	idle()
	k.RollInbox()
	idle() // it is still being stored
	done()
	idle(current)
}

// TestSlots: keys come and go, and the file does not grow for ever.
func TestSlots(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	k := openKeys(t, path)
	var many sync.WaitGroup
	for n := range 8 {
		many.Go(func() {
			for i := range 50 {
				o := store.Owner{Report: storetest.ID(1000*n + i), Part: store.PartReport}
				opens(t, k, sealFor(t, k, o, "isi"), "isi")
				if err := k.Shred(o.Report); err != nil {
					t.Error(err)
				}
			}
		})
	}
	many.Wait()
	info, err := os.Stat(path + ".reports")
	if err != nil || info.Size() > 128*(1+8) || info.Mode().Perm() != 0o600 {
		t.Errorf("%d bytes, %v, %v", info.Size(), info.Mode(), err)
	}
}

// TestLengths: how long sealed JSON is tells little.
func TestLengths(t *testing.T) {
	k := openKeys(t, filepath.Join(t.TempDir(), "keys.json"))
	lengths := map[int]bool{}
	for n := range 200 {
		sealed, err := k.SealJSONFor(report, strings.Repeat("a", n), "context")
		if err != nil {
			t.Fatal(err)
		}
		lengths[len(sealed)] = true
		var got string
		if err := k.OpenJSON(sealed, "context", &got); err != nil || len(got) != n {
			t.Errorf("%d: %q, %v", n, got, err)
		}
	}
	if len(lengths) != 1 {
		t.Errorf("lengths %v", lengths)
	}
}
