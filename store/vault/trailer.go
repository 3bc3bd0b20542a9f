package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// trailer says what a file of the vault is, and where in it what begins.
type trailer struct {
	Report   flows.ReportID `json:"report"`
	File     flows.File     `json:"file"`
	Received time.Time      `json:"received"`
	Original int64          `json:"original"`        // bytes of the sealed original
	Copy     int64          `json:"copy,omitempty"`  // bytes of the sealed copy, 0: there is none
	Clean    *store.Derived `json:"clean,omitempty"` // what the copy is
}

// A file ends with the length of its sealed trailer, four bytes, big endian,
// and with magic, which also is the version of the layout.
const (
	magic      = "NTR1"
	footerSize = 4 + len(magic)
	// maxEnd is how much trailer and footer may be: one look at the end of a
	// file, and no more memory than that, whatever the footer says.
	maxEnd = 4 << 10
)

// errBroken: this is no file of the vault, or not one of this place, or not
// all of it.
var errBroken = errors.New("not the file that was put there")

// appendTrailer appends the trailer, sealed, and the footer to a draft.
func (v *Vault) appendTrailer(d *draft, at place, t trailer) error {
	sealed, err := v.keys.SealJSONFor(store.Owner{Report: t.Report, Part: store.PartFiles}, t, trailerContext(at))
	if err != nil {
		return err
	}
	if len(sealed)+footerSize > maxEnd {
		return errors.New("the report's id is too long")
	}
	d.out.Write(sealed)
	_, err = d.out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))), magic...))
	return err
}

// find opens the file of a place and reads its trailer. It returns errBroken
// when that cannot be trusted.
func (v *Vault) find(at place) (*os.File, trailer, error) {
	f, err := os.Open(at.path)
	if err != nil {
		return nil, trailer{}, err
	}
	t, err := v.readTrailer(f, at)
	if err != nil {
		f.Close()
		return nil, trailer{}, err
	}
	return f, t, nil
}

func (v *Vault) readTrailer(f *os.File, at place) (t trailer, err error) {
	info, err := f.Stat()
	if err != nil {
		return t, err
	}
	size := info.Size()
	end := make([]byte, min(size, maxEnd))
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return t, err
	}
	n := len(end) - footerSize
	if n < 0 || string(end[n+4:]) != magic {
		return t, fmt.Errorf("%w: it does not end as it should", errBroken)
	}
	length := binary.BigEndian.Uint32(end[n:])
	if int64(length) > int64(n) {
		return t, fmt.Errorf("%w: its trailer is too long", errBroken)
	}
	if err := v.keys.OpenJSON(end[n-int(length):n], trailerContext(at), &t); err != nil {
		return t, fmt.Errorf("%w: trailer: %w", errBroken, err)
	}
	if t.Original < 1 || t.Original > size || t.Copy < 0 || (t.Copy > 0) != (t.Clean != nil) || t.Copy != size-t.Original-int64(length)-int64(footerSize) {
		return t, fmt.Errorf("%w: its parts do not make the whole", errBroken)
	}
	return t, nil
}
