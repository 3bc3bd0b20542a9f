package packet

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
)

// Entry is a file of an archive.
type Entry struct {
	Name string
	Size int64 // bytes, at most
	// Write writes it. It is called once.
	Write func(io.Writer) error
}

// MaxVolume is how large an archive is to be, in bytes: each channel and every
// phone takes that much. A single file that is larger is a volume of its own.
const MaxVolume = 24 << 20

// Volumes shares files out among archives, in their order.
func Volumes(entries []Entry) [][]Entry {
	var out [][]Entry
	var size int64
	for _, e := range entries {
		if len(out) == 0 || size+e.Size > MaxVolume {
			out, size = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], e)
		size += e.Size
	}
	return out
}

// Sums is the name of the checksums in an archive, which sha256sum -c reads.
const Sums = "SHA256SUMS"

// Archive is a ZIP file of the entries and their checksums.
func Archive(entries []Entry, made time.Time) ([]byte, error) {
	var b, sums bytes.Buffer
	z := zip.NewWriter(&b)
	create := func(name string) (io.Writer, error) { // pictures and films get no smaller
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: made})
	}
	for _, e := range entries {
		w, err := create(e.Name)
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		sum := sha256.New()
		if err := e.Write(io.MultiWriter(w, sum)); err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		fmt.Fprintf(&sums, "%s  %s\n", hex.EncodeToString(sum.Sum(nil)), e.Name)
	}
	w, err := create(Sums)
	if err == nil {
		_, err = w.Write(sums.Bytes())
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return b.Bytes(), nil
}

// Copy writes what open opens.
func Copy(open func() (io.ReadCloser, error)) func(io.Writer) error {
	return func(w io.Writer) error {
		r, err := open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	}
}

// Sealed writes what write writes, encrypted with age (age-encryption.org/v1) so
// that only the recipients can read it.
func Sealed(to []age.Recipient, write func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		a, err := age.Encrypt(w, to...)
		if err != nil {
			return fmt.Errorf("encrypt: %w", err)
		}
		if err := write(a); err != nil {
			return err
		}
		return a.Close()
	}
}

// SealedSize is at most how large a file of a size gets when it is sealed.
func SealedSize(n int64, to []age.Recipient) int64 {
	const chunk, tag, header, stanza = 64 << 10, 16, 256, 2 << 10 // a hybrid stanza has 1.6 kB
	return n + (n/chunk+1)*tag + header + int64(len(to))*stanza
}
