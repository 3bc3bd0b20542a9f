//go:build !unix

package main

// lock does nothing here: that one process serves from a data folder is the
// operator's care.
func lock(string) (unlock func() error, err error) { return func() error { return nil }, nil }
