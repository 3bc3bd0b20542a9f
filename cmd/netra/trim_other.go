//go:build !linux

package main

// trim gives back the memory that only starting, or sweeping, needed. Elsewhere
// than on Linux that is left to the system.
func trim() {}
