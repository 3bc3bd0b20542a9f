package vault

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

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

	src := bufio.NewReaderSize(io.LimitReader(ctxReader{ctx, r}, limit+1), 8<<10)
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

	original, err := v.draft(originalContext(id))
	if err != nil {
		return f, err
	}
	defer original.drop()
	hash := sha256.New()
	if f.Size, err = io.Copy(io.MultiWriter(hash, judge, original), src); err != nil {
		return f, fmt.Errorf("read and seal: %w", err)
	}
	if f.Size > limit {
		return f, store.ErrTooLarge
	}
	if f.Type = judge.verdict(); f.Type == "" {
		return f, store.ErrBadType
	}
	f.Digest = hex.EncodeToString(hash.Sum(nil))

	at := v.place(id, f.Digest)
	if done, err := v.recall(at, &f); done || err != nil {
		return f, err
	}
	if err := original.finish(); err != nil {
		return f, fmt.Errorf("write original: %w", err)
	}
	clean, err := v.scrub(ctx, id, f, original.path)
	if err != nil {
		return f, fmt.Errorf("make copy: %w", err)
	}
	if clean != nil {
		defer clean.drop()
	}
	return v.put(at, id, f, original, clean)
}

// recall reports whether the file is there already, and then says in f whether
// it has a copy. The report counts as changed.
func (v *Vault) recall(at place, f *flows.File) (bool, error) {
	defer v.hold(at.folder)()
	return v.recallHeld(at, f)
}

func (v *Vault) recallHeld(at place, f *flows.File) (bool, error) {
	there, err := exists(at.path)
	if !there || err != nil {
		return false, err
	}
	if f.Clean, err = exists(at.path + copySuffix); err != nil {
		return false, err
	}
	if err := v.disk.touch(filepath.Dir(at.path)); err != nil {
		return false, err
	}
	return true, nil
}

// put moves a file to its place, unless somebody was faster. After an error
// nothing of it is there.
func (v *Vault) put(at place, id flows.ReportID, f flows.File, original, clean *draft) (_ flows.File, err error) {
	defer v.hold(at.folder)()
	if done, err := v.recallHeld(at, &f); done || err != nil {
		return f, err
	}
	folder := filepath.Dir(at.path)
	made, err := v.makeFolder(at.folder, id)
	if err != nil {
		return f, fmt.Errorf("make folder: %w", err)
	}
	defer func() {
		if err == nil {
			return
		}
		// The original first: without it the copy is nothing.
		_ = v.disk.remove(at.path)
		_ = v.disk.remove(at.path + copySuffix)
		if made {
			_ = v.disk.vanish(at.folder)
		}
	}()

	if clean == nil {
		// A crash may have left the copy of a scrubber that could do more.
		if err := v.disk.remove(at.path + copySuffix); err != nil {
			return f, err
		}
	} else {
		if err := clean.move(at.path + copySuffix); err != nil {
			return f, err
		}
		// The copy's name must not come to the disk after the original's.
		if err := v.disk.syncDir(folder); err != nil {
			return f, err
		}
		f.Clean = true
	}
	if err := original.move(at.path); err != nil {
		return f, err
	}
	return f, v.disk.syncDir(folder)
}

// makeFolder makes the folder of a report with its sealed id in it, in one
// step, and reports whether it had to.
func (v *Vault) makeFolder(folder string, id flows.ReportID) (made bool, err error) {
	path := filepath.Join(v.disk.dir, folder)
	if there, err := exists(path); there || err != nil {
		return false, err
	}
	sealed, err := v.keys.Seal([]byte(id), idContext(folder))
	if err != nil {
		return false, err
	}
	tmp, err := v.disk.mkdir()
	if err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			_ = v.disk.removeAll(tmp)
		}
	}()
	f, err := os.OpenFile(filepath.Join(tmp, idFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if _, err := v.disk.write(f, sealed); err != nil {
		return false, err
	}
	if err := v.disk.sync(f); err != nil {
		return false, err
	}
	if err := v.disk.syncDir(tmp); err != nil {
		return false, err
	}
	if err := v.disk.rename(tmp, path); err != nil {
		return false, err
	}
	tmp = path
	return true, v.disk.syncDir(v.disk.dir)
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
