package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// trim gives back the memory that only starting, or sweeping, needed: pages of the
// program itself, which are read again from the file when they are wanted. Half of
// what a bot in use would take otherwise is program that ran once. What cannot be
// given back stays, and so does what was written to, as a dynamic linker does.
func trim() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	part := "" // of the program, which is only read
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		// 00400000-01a2b000 r-xp 00000000 08:01 1234   /usr/bin/netra
		// …
		// Anonymous:             0 kB
		f := strings.Fields(lines.Text())
		switch {
		case len(f) < 2:
		case !strings.HasSuffix(f[0], ":"):
			if part = ""; len(f) >= 6 && f[5] == self && !strings.Contains(f[1], "w") {
				part = f[0]
			}
		case f[0] == "Anonymous:" && f[1] == "0" && part != "":
			from, to, _ := strings.Cut(part, "-")
			begin, err1 := strconv.ParseUint(from, 16, 64)
			end, err2 := strconv.ParseUint(to, 16, 64)
			if err1 == nil && err2 == nil && end > begin {
				_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(begin), uintptr(end-begin), unix.MADV_DONTNEED)
			}
		}
	}
}
