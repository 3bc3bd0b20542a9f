package sqldb

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"

	"lukechampine.com/adiantum"
)

// ErrKeys says that the database was made with other keys.
var ErrKeys = errors.New("the database cannot be read with these keys: it was made with others, or is damaged")

// block is what the file system encrypts at a time.
const block = 4096

// checkKey looks whether the key opens the file, before SQLite does. SQLite
// with a wrong key would take the write-ahead log for garbage and drop it, and
// with it what was committed last.
func checkKey(path, hexKey string) error {
	key, err := hex.DecodeString(hexKey)
	if err != nil {
		return errors.New("the database key is not hexadecimal")
	}
	first, err := firstBlock(path, key)
	if err != nil || len(first) == 0 { // there is no database yet
		return err
	}
	if string(first[:min(16, len(first))]) == "SQLite format 3\x00" {
		return nil
	}
	// A crash may have torn the first page while it was copied from the log,
	// which then still has it.
	if log, err := firstBlock(path+"-wal", key); err == nil && len(log) >= 4 &&
		binary.BigEndian.Uint32(log)&^1 == 0x377f0682 {
		return nil
	}
	return ErrKeys
}

// firstBlock returns the first block of a file in clear, nothing when there is
// no file or nothing in it.
func firstBlock(path string, key []byte) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, block)
	n, err := io.ReadFull(f, b)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return b[:n], nil // not one of ours: left as it is, which is not readable
	}
	if err != nil {
		return nil, err
	}
	return adiantum.New(key).Decrypt(b, make([]byte, 8)), nil
}
