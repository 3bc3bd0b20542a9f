package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// TestDraftInUse: who answers every day keeps the evidence of the first.
func TestDraftInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := store.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		id := store.NewReportID()
		var b bytes.Buffer
		w, err := k.SealFile(id, &b, "context")
		if err == nil {
			_, err = io.WriteString(w, "bukti")
			err = errors.Join(err, w.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		nobody := func(store.Owner) (bool, error) { return false, nil }
		sweep := func() int {
			n, err := k.ShredUnused(time.Now().Add(-48*time.Hour), nobody)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for range 7 {
			if _, err := k.SealSession("who", flows.Session{Flow: "citizen", Report: id}); err != nil {
				t.Fatal(err)
			}
			if n := sweep(); n != 0 {
				t.Fatalf("%d keys of a draft in use are gone", n)
			}
			time.Sleep(23 * time.Hour)
		}
		if _, err := k.OpenFile(id, bytes.NewReader(b.Bytes()), "context"); err != nil {
			t.Error(err)
		}
		time.Sleep(4 * 24 * time.Hour)
		if n := sweep(); n != 2 {
			t.Errorf("%d keys of a draft that rests are gone, want both", n)
		}
	})
}

// TestRotateTwice: two rotations before a running program looks leave it able to
// go on, and to start again.
func TestRotateTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	live := openKeys(t, path)
	if err := errors.Join(store.RotateFile(path), store.RotateFile(path)); err != nil {
		t.Fatal(err)
	}
	sealed := sealFor(t, live, report, "isi")
	if _, err := live.Reload(); err != nil {
		t.Fatal(err)
	}
	opens(t, live, sealed, "isi")
	opens(t, openKeys(t, path), sealed, "isi")
}

// TestMakeKeysCut: making keys was cut off between its two files.
func TestMakeKeysCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := errors.Join(store.MakeKeys(path), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	sealFor(t, openKeys(t, path), report, "isi")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenKeys(path); err == nil {
		t.Error("keys of reports were thrown away with a lost keyset")
	}
}

// TestAccessSealed: the session of somebody who looks a report up is sealed with
// that report's key: it holds what the PIN is made of.
func TestAccessSealed(t *testing.T) {
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.SealSession("who", flows.Session{Access: &flows.Access{Report: report.Report}})
	if err != nil {
		t.Fatal(err)
	}
	if o, ok := k.Whose(sealed); !ok || o != report {
		t.Errorf("sealed with the key of %+v, %v", o, ok)
	}
}
