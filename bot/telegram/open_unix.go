//go:build unix

package telegram

import (
	"errors"
	"net"
	"syscall"
)

// open reports whether a connection that nobody reads from is still of use: the
// server has neither closed it nor said something unasked. A call on a closed
// one would fail, and nobody could tell whether it was made.
func open(c net.Conn) bool {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return false
	}
	var unread error
	err = raw.Read(func(fd uintptr) bool {
		_, unread = syscall.Read(int(fd), make([]byte, 1))
		return true
	})
	return err == nil && errors.Is(unread, syscall.EAGAIN)
}
