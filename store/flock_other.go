//go:build !unix

package store

import "os"

// Where files cannot be locked, only one process may use the keys at a time.
func lockFile(*os.File) error { return nil }

func unlockFile(*os.File) {}
