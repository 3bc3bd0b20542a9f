//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lockFile waits until no other process has the file locked. The lock goes with
// the process, however it ends.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func unlockFile(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
