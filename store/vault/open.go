package vault

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// What each seal is bound to.
func originalContext(id flows.ReportID) string { return "vault/original/" + string(id) }
func copyContext(id flows.ReportID, digest string) string {
	return "vault/copy/" + string(id) + "/" + digest
}
func trailerContext(at place) string { return "vault/trailer/" + at.folder + "/" + at.name }

// errAltered: what is in the place is not what was put there.
var errAltered = errors.New("original does not have its digest")

// Original opens the file as it was received. It is decrypted while it is
// read; reading it to its end returns an error instead of io.EOF when it is
// not the file of this digest. The caller closes it.
func (v *Vault) Original(ctx context.Context, id flows.ReportID, f flows.File) (io.ReadCloser, error) {
	file, t, err := v.look(ctx, id, f)
	if err != nil {
		return nil, fmt.Errorf("open original: %w", err)
	}
	o, err := v.opened(file, id, 0, t.Original, originalContext(id), f.Size)
	if err != nil {
		return nil, fmt.Errorf("open original: %w", err)
	}
	o.hash, o.want = sha256.New(), f.Digest
	return o, nil
}

// Copy opens the copy without metadata. It returns ErrNoCopy when none was
// made; a copy that was made and is gone is another error. The caller closes
// it.
func (v *Vault) Copy(ctx context.Context, id flows.ReportID, f flows.File) (io.ReadCloser, error) {
	file, t, err := v.look(ctx, id, f)
	if errors.Is(err, fs.ErrNotExist) && !f.Clean {
		return nil, fmt.Errorf("open copy: %w", store.ErrNoCopy)
	}
	if err != nil {
		return nil, fmt.Errorf("open copy: %w", err)
	}
	if t.Clean == nil {
		file.Close()
		return nil, fmt.Errorf("open copy: %w", store.ErrNoCopy)
	}
	o, err := v.opened(file, id, t.Original, t.Copy, copyContext(id, f.Digest), t.Clean.Size)
	if err != nil {
		return nil, fmt.Errorf("open copy: %w", err)
	}
	o.hash, o.want = sha256.New(), t.Clean.Digest
	return o, nil
}

// Describe tells how a file came here and what its copy is.
func (v *Vault) Describe(ctx context.Context, id flows.ReportID, f flows.File) (store.Custody, error) {
	file, t, err := v.look(ctx, id, f)
	if err != nil {
		return store.Custody{}, fmt.Errorf("describe file: %w", err)
	}
	return store.Custody{File: t.File, Received: t.Received, Copy: t.Clean}, file.Close()
}

func (v *Vault) look(ctx context.Context, id flows.ReportID, f flows.File) (*os.File, trailer, error) {
	if err := ctx.Err(); err != nil {
		return nil, trailer{}, err
	}
	return v.find(v.place(id, f.Digest))
}

// opened is a part of a file that somebody else reads and closes.
type opened struct {
	*part
	file *os.File
}

// opened takes the file over.
func (v *Vault) opened(f *os.File, id flows.ReportID, from, n int64, context string, size int64) (opened, error) {
	p, err := v.unseal(id, bufio.NewReaderSize(io.NewSectionReader(f, from, n), 8<<10), context, size)
	if err != nil {
		f.Close()
		return opened{}, err
	}
	return opened{p, f}, nil
}

func (o opened) Close() error { return o.file.Close() }

// part is what was sealed as one, being read.
type part struct {
	r    io.Reader
	left int64     // of the content; what follows only fills the file up
	hash hash.Hash // nil when the seal alone proves the content
	want string
	err  error // stays: the library says io.EOF on the read after a failed one
}

// unseal reads content of a size from r in small pieces: it should be buffered.
func (v *Vault) unseal(id flows.ReportID, r io.Reader, context string, size int64) (*part, error) {
	u, err := v.keys.OpenFile(id, r, context)
	return &part{r: u, left: size}, err
}

func (p *part) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.r.Read(b[:min(int64(len(b)), p.left)])
	if p.left -= int64(n); p.left == 0 && err == nil {
		if _, err = io.Copy(io.Discard, p.r); err == nil { // that the end is there is part of the proof
			err = io.EOF
		}
	}
	if errors.Is(err, io.EOF) && p.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if p.hash != nil {
		p.hash.Write(b[:n])
		if errors.Is(err, io.EOF) && hex.EncodeToString(p.hash.Sum(nil)) != p.want {
			err = errAltered
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read sealed file: %w", err)
	}
	p.err = err
	return n, err
}
