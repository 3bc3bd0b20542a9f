package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Touch says that a report's files are still needed. There may be none.
func (v *Vault) Touch(ctx context.Context, id flows.ReportID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	folder := v.folder(id)
	defer v.hold(folder)()
	if err := v.disk.touch(filepath.Join(v.disk.dir, folder)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("touch files: %w", err)
	}
	return nil
}

// Remove removes one file and its copy. It need not be there.
func (v *Vault) Remove(ctx context.Context, id flows.ReportID, f flows.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at := v.place(id, f.Digest)
	defer v.hold(at.folder)()
	folder := filepath.Dir(at.path)
	if there, err := exists(folder); !there || err != nil {
		return err
	}
	err := v.disk.remove(at.path)
	if err == nil {
		err = v.disk.syncDir(folder)
	}
	if err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	return nil
}

// Discard removes all files of a report, in one step. There may be none.
func (v *Vault) Discard(ctx context.Context, id flows.ReportID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	folder := v.folder(id)
	defer v.hold(folder)()
	if there, err := exists(filepath.Join(v.disk.dir, folder)); !there || err != nil {
		return err
	}
	if err := v.disk.vanish(folder); err != nil {
		return fmt.Errorf("discard files: %w", err)
	}
	return nil
}

// Sweep removes the files of reports that nobody has changed since the time
// and that keep says nobody needs. It returns how many reports that were. It
// stops at the first error of keep; a folder in which these keys open nothing
// stays, is passed over, and is part of the error. Of one whose keys were
// destroyed nobody knows whose it is: keep is asked about "". A folder with
// nothing in it goes, and was no report.
func (v *Vault) Sweep(ctx context.Context, before time.Time, keep func(context.Context, flows.ReportID) (bool, error)) (int, error) {
	entries, err := os.ReadDir(v.disk.dir)
	if err != nil {
		return 0, fmt.Errorf("sweep vault: %w", err)
	}
	swept, foreign := 0, 0
	var why error
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return swept, err
		}
		name := e.Name()
		if strings.HasPrefix(name, gonePrefix) { // an earlier removal that failed
			_ = v.disk.removeAll(filepath.Join(v.disk.dir, name))
		}
		if !e.IsDir() || strings.HasPrefix(name, ".") || !v.stale(name, before) {
			continue
		}
		id, err := v.reportOf(name)
		switch {
		case errors.Is(err, errNobody):
			if _, err := v.sweepOne(name, before, v.disk.rmdir); err != nil {
				return swept, fmt.Errorf("sweep vault: %w", err)
			}
			continue
		case errors.Is(err, fs.ErrNotExist): // it was removed meanwhile
			continue
		case err != nil && !errors.Is(err, store.ErrShredded):
			foreign, why = foreign+1, err
			continue
		}
		needed, err := keep(ctx, id)
		if err != nil {
			return swept, fmt.Errorf("sweep vault: %w", err)
		}
		if needed {
			continue
		}
		done, err := v.sweepOne(name, before, v.disk.vanish)
		if err != nil {
			return swept, fmt.Errorf("sweep vault: %w", err)
		}
		if done {
			swept++
		}
	}
	if foreign > 0 {
		return swept, fmt.Errorf("sweep vault: %d folders in which nothing can be opened, such as: %w", foreign, why)
	}
	return swept, nil
}

// sweepOne removes the folder unless a file came while keep was thinking.
func (v *Vault) sweepOne(folder string, before time.Time, remove func(folder string) error) (bool, error) {
	defer v.hold(folder)()
	if !v.stale(folder, before) {
		return false, nil
	}
	return true, remove(folder)
}

// stale reports whether the folder is there and nobody changed it since. The
// file system sets the time when a file comes, Keep when it comes again.
func (v *Vault) stale(folder string, before time.Time) bool {
	info, err := os.Stat(filepath.Join(v.disk.dir, folder))
	return err == nil && info.ModTime().Before(before)
}

// errNobody: the folder is empty.
var errNobody = errors.New("no report")

// reportOf says whose folder it is. Any file of it knows. It returns
// store.ErrShredded when the keys of all of them are gone.
func (v *Vault) reportOf(folder string) (flows.ReportID, error) {
	entries, err := os.ReadDir(filepath.Join(v.disk.dir, folder))
	if err != nil {
		return "", err
	}
	why := errNobody
	for _, e := range entries {
		f, t, err := v.find(v.in(folder, e.Name()))
		if err == nil {
			f.Close()
			return t.Report, nil
		}
		if errors.Is(why, errNobody) || !errors.Is(err, store.ErrShredded) {
			why = err
		}
	}
	return "", why
}
