package sqldb

import (
	"io"

	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/sys/unix"
)

// lock locks a range of a file against other connections, of this process and
// of others.
func lock(f vfs.File, exclusive bool, off, n int64) (unlock func(), err error) {
	file, ok := f.(interface{ Fd() uintptr })
	if !ok {
		return nil, unix.ENOTSUP
	}
	fd := file.Fd()
	set := func(kind int16) error {
		for {
			l := unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: n}
			if err := unix.FcntlFlock(fd, unix.F_OFD_SETLKW, &l); err != unix.EINTR {
				return err
			}
		}
	}
	kind := int16(unix.F_RDLCK)
	if exclusive {
		kind = unix.F_WRLCK
	}
	return func() { _ = set(unix.F_UNLCK) }, set(kind)
}
