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
func idContext(folder string) string { return "vault/id/" + folder }

// errAltered: what is in the place is not what was put there.
var errAltered = errors.New("original does not have its digest")

// Original opens the file as it was received. It is decrypted while it is
// read; reading it to its end returns an error instead of io.EOF when it is
// not the file of this digest. The caller closes it.
func (v *Vault) Original(ctx context.Context, id flows.ReportID, f flows.File) (io.ReadCloser, error) {
	o, err := v.unseal(ctx, v.place(id, f.Digest).path, originalContext(id))
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
	o, err := v.unseal(ctx, v.place(id, f.Digest).path+copySuffix, copyContext(id, f.Digest))
	if errors.Is(err, fs.ErrNotExist) && !f.Clean {
		return nil, fmt.Errorf("open copy: %w", store.ErrNoCopy)
	}
	if err != nil {
		return nil, fmt.Errorf("open copy: %w", err)
	}
	return o, nil
}

// opened is a sealed file being read.
type opened struct {
	file *os.File
	r    io.Reader
	hash hash.Hash // nil when the seal alone proves the content
	want string
	err  error // stays: the library says io.EOF on the read after a failed one
}

func (v *Vault) unseal(ctx context.Context, path, context string) (*opened, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := v.keys.OpenFile(bufio.NewReaderSize(f, 8<<10), context)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &opened{file: f, r: r}, nil
}

func (o *opened) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.r.Read(p)
	if o.hash != nil {
		o.hash.Write(p[:n])
		if errors.Is(err, io.EOF) && hex.EncodeToString(o.hash.Sum(nil)) != o.want {
			err = errAltered
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read sealed file: %w", err)
	}
	o.err = err
	return n, err
}

func (o *opened) Close() error { return o.file.Close() }
