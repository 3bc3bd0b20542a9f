package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/netralitas/netra/store"
)

// disk is the vault's folder. Every change goes through it, so that a test can
// end the world before any of them.
type disk struct {
	dir  string
	free func(dir string) (uint64, error)
	// before is asked before each change, and may refuse it. nil but in tests.
	before func(change string) error
}

func (d *disk) allow(change string) error {
	if d.before == nil {
		return nil
	}
	return d.before(change)
}

func (d *disk) create() (*os.File, error) {
	if err := d.allow("create"); err != nil {
		return nil, err
	}
	return os.CreateTemp(d.dir, newPrefix+"*")
}

// mkdir makes a folder, and reports whether it had to.
func (d *disk) mkdir(path string) (made bool, err error) {
	if err := d.allow("mkdir"); err != nil {
		return false, err
	}
	err = os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// writeAt writes some of it even when it is refused: so does a crash.
func (d *disk) writeAt(f *os.File, p []byte, at int64) (int, error) {
	if err := d.allow("write"); err != nil {
		n, _ := f.WriteAt(p[:len(p)/2], at)
		return n, err
	}
	return f.WriteAt(p, at)
}

func (d *disk) truncate(f *os.File, size int64) error {
	if err := d.allow("truncate"); err != nil {
		return err
	}
	return f.Truncate(size)
}

func (d *disk) sync(f *os.File) error {
	if err := d.allow("sync"); err != nil {
		return err
	}
	return f.Sync()
}

func (d *disk) syncDir(path string) error {
	if err := d.allow("sync folder"); err != nil {
		return err
	}
	return store.SyncDir(path)
}

func (d *disk) rename(from, to string) error {
	if err := d.allow("rename"); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// remove removes a file or an empty folder. There may be none.
func (d *disk) remove(path string) error {
	if err := d.allow("remove"); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// rmdir removes a report's folder if it is empty. There may be none.
func (d *disk) rmdir(folder string) error {
	err := d.remove(filepath.Join(d.dir, folder))
	if errors.Is(err, fs.ErrExist) { // it is not empty
		return nil
	}
	return err
}

// removeAll removes a file or a folder and all in it. There may be none.
func (d *disk) removeAll(path string) error {
	if err := d.allow("remove all"); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// touch makes a folder as new as if a file had come.
func (d *disk) touch(path string) error {
	if err := d.allow("touch"); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, time.Now())
}

// vanish removes a report's folder so that a crash leaves all of it, or what the next
// New or Sweep removes.
func (d *disk) vanish(folder string) error {
	gone := filepath.Join(d.dir, gonePrefix+rand.Text())
	if err := d.rename(filepath.Join(d.dir, folder), gone); err != nil {
		return err
	}
	if err := d.syncDir(d.dir); err != nil {
		return err
	}
	return d.removeAll(gone)
}

// reserve makes sure that there is room for n more bytes beside what was
// reserved by others, and returns what ends the reservation.
func (v *Vault) reserve(n int64) (func(), error) {
	n = min(max(n, 0), math.MaxInt64/4)
	total := v.reserved.Add(n)
	give := func() { v.reserved.Add(-n) }
	room, err := v.disk.free(v.disk.dir)
	if err != nil {
		give()
		return nil, fmt.Errorf("ask for free space: %w", err)
	}
	if total < 0 || room < uint64(total)+floor {
		give()
		return nil, store.ErrFull
	}
	return give, nil
}

// fill writes as many zeros after a content of n bytes as make its length tell
// little: at most an eighth more, so that a file that somebody knows cannot be
// told by its size. It is Padmé (Nikitin et al., "Reducing Metadata Leakage from
// Encrypted Files and Communication with PURBs", 2019, section 4).
func fill(w io.Writer, n int64) error {
	_, err := io.CopyN(w, zeros{}, filled(n)-n)
	return err
}

func filled(n int64) int64 {
	n = max(n, 1<<10)
	e := bits.Len64(uint64(n)) - 1
	mask := int64(1)<<(e-bits.Len64(uint64(e))) - 1
	return (n + mask) &^ mask
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// asFull makes ErrFull of what the system says when the disk or the quota is
// full.
func asFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return err
}
