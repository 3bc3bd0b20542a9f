// Package vault keeps evidence on the file system: the original, sealed, and a
// sealed copy without metadata where one can be made. One verb, Keep, scrubs,
// seals and writes, so unscrubbed bytes have no other way in, and nothing is
// ever on the disk in clear.
//
//	<dir>/<HMAC of the report>/<HMAC of the report and the digest>
//
// is one piece of evidence, and holds, one after the other:
//
//	the original, sealed
//	the copy, sealed, where one could be made
//	a trailer, sealed: the report, what the file is, how long the parts are
//	a footer: how long the trailer is
//
// The names are keyed hashes: without the keys nobody can confirm that a known
// picture is here, nor tell whose it is. The contexts of the seals bind each
// part to its place: a trailer to folder and file; a copy to report and digest;
// an original to its report, and its digest is checked while it is read, since
// it is not known yet when sealing begins.
//
// A file is complete when it has its name. Names that begin with a dot are work
// in progress, and an empty folder is nobody's.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

var _ store.Vault = (*Vault)(nil)

const (
	lockFile   = ".lock"
	newPrefix  = ".new-"  // being written
	gonePrefix = ".gone-" // being removed
)

// floor is what Keep leaves free on the disk: the databases need room too.
const floor = 64 << 20

// Vault is a store.Vault in a folder. It is safe for concurrent use, and
// several processes may have the same folder open.
type Vault struct {
	keys *store.Keys
	disk disk
	lock *os.File
	// locks holds one lock for each 64th of the reports: files of a report are
	// put into place and removed one at a time.
	locks [64]sync.Mutex
	// reserved is the room promised to files that are being kept.
	reserved atomic.Int64
}

// New opens the vault in a folder, which it makes (0700) when there is none.
// What a crash left half-written is removed, unless another process has the
// vault open and may be writing it.
func New(dir string, keys *store.Keys) (*Vault, error) {
	return open(disk{dir: dir, free: free}, keys)
}

func open(d disk, keys *store.Keys) (*Vault, error) {
	v := &Vault{keys: keys, disk: d}
	if err := v.init(); err != nil {
		_ = v.Close()
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

func (v *Vault) init() error {
	dir := v.disk.dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	if err := store.SyncDir(filepath.Dir(filepath.Clean(dir))); err != nil {
		return err
	}
	var err error
	v.lock, err = os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	alone, err := lockAlone(v.lock)
	if err != nil {
		return err
	}
	if alone {
		if err := v.clean(); err != nil {
			return err
		}
	}
	return lockShared(v.lock)
}

// Close lets go of the folder, and may be called twice. The vault works on,
// but another process may take what it is writing for left-overs.
func (v *Vault) Close() error {
	if v.lock == nil {
		return nil
	}
	if err := v.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// clean removes what a crash left: temporary files and empty folders.
func (v *Vault) clean() error {
	entries, err := os.ReadDir(v.disk.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(v.disk.dir, e.Name())
		switch {
		case temporary(e.Name()):
			err = v.disk.removeAll(path)
		case e.IsDir() && !strings.HasPrefix(e.Name(), "."):
			err = v.disk.rmdir(e.Name())
		}
		if err != nil {
			return fmt.Errorf("remove left-overs: %w", err)
		}
	}
	return nil
}

func temporary(name string) bool {
	return strings.HasPrefix(name, newPrefix) || strings.HasPrefix(name, gonePrefix)
}

// Ping writes and removes a small file. It returns ErrFull when the disk is so
// full that Keep would refuse everything.
func (v *Vault) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	give, err := v.reserve(0)
	if err != nil {
		return fmt.Errorf("ping vault: %w", err)
	}
	defer give()
	d, err := v.disk.draft()
	if err != nil {
		return fmt.Errorf("ping vault: %w", asFull(err))
	}
	defer d.drop()
	d.out.WriteString("ping")
	if err := d.finish(); err != nil {
		return fmt.Errorf("ping vault: %w", asFull(err))
	}
	return nil
}

// place is where a file is kept.
type place struct {
	folder string // name of the report's folder
	name   string // of the file in it
	path   string // both, and the vault's folder
}

func (v *Vault) folder(id flows.ReportID) string {
	return v.keys.Lookup("vault", string(id))
}

func (v *Vault) place(id flows.ReportID, digest string) place {
	return v.in(v.folder(id), v.keys.Lookup("file", string(id)+digest))
}

func (v *Vault) in(folder, name string) place {
	return place{folder, name, filepath.Join(v.disk.dir, folder, name)}
}

// hold takes the lock of a report and returns what lets it go.
func (v *Vault) hold(folder string) func() {
	m := &v.locks[(int(folder[0])*16+int(folder[1]))%len(v.locks)]
	m.Lock()
	return m.Unlock
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
