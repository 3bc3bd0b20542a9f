package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// headSize is how much of a file is looked at to find its type.
const headSize = 4096

// Keep reads a file to its end, finds its type by its content, scrubs it,
// seals it and writes it durably. The file is never whole in memory, and never
// in clear on the disk. A picture that cannot be scrubbed, being broken or
// hostile, is kept without a copy: evidence is not lost because it is odd.
//
// A refused file is not read to its end.
func (v *Vault) Keep(ctx context.Context, id flows.ReportID, r io.Reader, limit int64) (flows.File, error) {
	f, err := v.keep(ctx, id, r, limit)
	if err != nil {
		return flows.File{}, fmt.Errorf("keep file: %w", asFull(err))
	}
	return f, nil
}

func (v *Vault) keep(ctx context.Context, id flows.ReportID, r io.Reader, limit int64) (f flows.File, err error) {
	if id == "" {
		return f, errors.New("it belongs to no report")
	}
	limit = min(max(limit, 0), math.MaxInt64-1)
	give, err := v.reserve(limit)
	if err != nil {
		return f, err
	}
	defer give()

	src := borrowReader(io.LimitReader(ctxReader{ctx, r}, limit+1))
	defer returnReader(src)
	head, err := src.Peek(headSize)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return f, fmt.Errorf("read: %w", err)
	case len(head) == 0:
		return f, store.ErrEmpty
	case int64(len(head)) > limit:
		return f, store.ErrTooLarge
	}
	judge := sniff(head)
	if judge == nil {
		return f, store.ErrBadType
	}

	d, err := v.disk.draft()
	if err != nil {
		return f, err
	}
	defer d.drop()
	original, err := v.keys.SealFile(id, d.out, originalContext(id))
	if err != nil {
		return f, err
	}
	hash := sha256.New()
	if f.Size, err = io.Copy(io.MultiWriter(hash, judge, original), src); err != nil {
		return f, fmt.Errorf("read and seal: %w", err)
	}
	if f.Size > limit {
		return f, store.ErrTooLarge
	}
	if err := fill(original, f.Size); err != nil {
		return f, fmt.Errorf("seal: %w", err)
	}
	if f.Type = judge.verdict(); f.Type == "" {
		return f, store.ErrBadType
	}
	f.Digest = hex.EncodeToString(hash.Sum(nil))

	at := v.place(id, f.Digest)
	if there, done, err := v.recall(at); done || err != nil {
		return there, err
	}
	if err := d.end(original); err != nil {
		return f, fmt.Errorf("write original: %w", err)
	}
	t := trailer{Report: id, File: f, Received: time.Now().UTC().Truncate(time.Second), Original: d.size}
	if t.Clean, err = v.appendCopy(ctx, d, id, f); err != nil {
		return f, fmt.Errorf("make copy: %w", err)
	}
	t.Copy, t.File.Clean = d.size-t.Original, t.Clean != nil
	if err := v.appendTrailer(d, at, t); err != nil {
		return f, fmt.Errorf("write trailer: %w", err)
	}
	if err := v.keys.Settle(); err != nil {
		return f, err
	}
	if err := d.finish(); err != nil {
		return f, fmt.Errorf("write file: %w", err)
	}
	return v.put(at, t.File, d)
}

// recall returns the file that is there already, if there is one. The report
// counts as changed.
func (v *Vault) recall(at place) (f flows.File, done bool, err error) {
	defer v.hold(at.folder)()
	return v.recallHeld(at)
}

func (v *Vault) recallHeld(at place) (f flows.File, done bool, err error) {
	there, t, err := v.find(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, false, nil
	case errors.Is(err, errBroken): // the disk spoilt it: what came again takes its place
		return f, false, nil
	case err != nil:
		return f, false, err
	}
	there.Close()
	return t.File, true, v.disk.touch(filepath.Dir(at.path))
}

// put moves a finished file to its place, unless somebody was faster. After an
// error nothing of it is there.
func (v *Vault) put(at place, f flows.File, d *draft) (_ flows.File, err error) {
	defer v.hold(at.folder)()
	if there, done, err := v.recallHeld(at); done || err != nil {
		return there, err
	}
	path := filepath.Dir(at.path)
	made, err := v.disk.mkdir(path)
	defer func() {
		if err != nil && made {
			_ = v.disk.rmdir(at.folder)
		}
	}()
	if err != nil {
		return f, err
	}
	folder, err := os.Open(path)
	if err != nil {
		return f, err
	}
	defer folder.Close()
	// The folder's name comes to the disk before the first file comes to the
	// folder. An empty one was left by a Keep that may have died in between.
	if made || empty(folder) {
		if err := v.disk.syncDir(v.disk.dir); err != nil {
			return f, err
		}
	}
	if err := d.move(at.path); err != nil {
		return f, err
	}
	if err := v.disk.sync(folder); err != nil {
		_ = v.disk.remove(at.path)
		return f, err
	}
	return f, nil
}

func empty(folder *os.File) bool {
	_, err := folder.Readdirnames(1)
	return errors.Is(err, io.EOF)
}

// ctxReader ends reading when the context ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
