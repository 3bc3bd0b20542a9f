package sqldb

import (
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"
)

// filesystem is the name of the encrypting file system below.
const filesystem = "netra"

// The library's own "adiantum" lets one connection read wrong pages while
// another writes. It encrypts blocks of 4 KiB, but the frames of the write-ahead
// log are 24 bytes longer: who appends a frame rewrites the block in which the
// frame before it ends. Whoever reads that frame at this moment may get half the
// old and half the new block, which decrypts to noise: "database disk image is
// malformed", or rows that are not found. Without encryption both halves say the
// same about the older frame, so SQLite sees no need to exclude each other.
//
// Here it is seen to: a block of the log is read under a shared lock and written
// under an exclusive one.
func init() { //nolint:gochecknoinits // SQLite finds file systems in a global register
	vfs.Register(filesystem, adiantum.Wrap(locking{vfs.Find("")}, nil))
}

// locking wraps the log's files, which SQLite itself never locks.
type locking struct{ vfs.VFS }

var _ vfs.VFSFilename = locking{}

func (l locking) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := l.VFS.(vfs.VFSFilename).OpenFilename(name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = &log{f}
	}
	return f, flags, err
}

// log is a write-ahead log.
type log struct{ vfs.File }

func (l *log) Unwrap() vfs.File { return l.File }

func (l *log) ReadAt(p []byte, off int64) (int, error) {
	unlock, err := lock(l.File, false, off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	defer unlock()
	return l.File.ReadAt(p, off)
}

func (l *log) WriteAt(p []byte, off int64) (int, error) {
	unlock, err := lock(l.File, true, off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	defer unlock()
	return l.File.WriteAt(p, off)
}
