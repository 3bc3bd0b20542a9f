package vault

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

// draft is a sealed file under a temporary name, on its way to its place.
type draft struct {
	disk *disk
	file *os.File
	out  *bufio.Writer
	seal io.WriteCloser
	path string // "" once it was moved
}

func (v *Vault) draft(context string) (*draft, error) {
	f, err := v.disk.create()
	if err != nil {
		return nil, err
	}
	d := &draft{disk: &v.disk, file: f, path: f.Name()}
	// Segments are 4 KiB; the disk is asked less often than that.
	d.out = bufio.NewWriterSize(writerFunc(func(p []byte) (int, error) { return d.disk.write(f, p) }), 16<<10)
	if d.seal, err = v.keys.SealFile(d.out, context); err != nil {
		d.drop()
		return nil, fmt.Errorf("seal: %w", err)
	}
	return d, nil
}

func (d *draft) Write(p []byte) (int, error) { return d.seal.Write(p) }

// finish ends the file and makes its content durable.
func (d *draft) finish() error {
	if err := d.seal.Close(); err != nil {
		return err
	}
	if err := d.out.Flush(); err != nil {
		return err
	}
	if err := d.disk.sync(d.file); err != nil {
		return err
	}
	return d.file.Close()
}

// move gives a finished file its name.
func (d *draft) move(to string) error {
	if err := d.disk.rename(d.path, to); err != nil {
		return err
	}
	d.path = ""
	return nil
}

// drop closes the file and removes it, unless it was moved.
func (d *draft) drop() {
	d.file.Close()
	if d.path != "" {
		_ = d.disk.remove(d.path)
		d.path = ""
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
