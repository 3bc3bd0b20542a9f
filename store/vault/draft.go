package vault

import (
	"bufio"
	"io"
	"os"
)

// draft is a file under a temporary name, on its way to its place. What is
// written to it goes to its end, and can be read back before it is finished.
type draft struct {
	disk *disk
	file *os.File
	out  *bufio.Writer // segments are 4 KiB; the disk is asked less often than that
	size int64         // of what is in the file, without what out still holds
	path string        // "" once it was moved
}

func (d *disk) draft() (*draft, error) {
	f, err := d.create()
	if err != nil {
		return nil, err
	}
	n := &draft{disk: d, file: f, path: f.Name()}
	n.out = borrowWriter(n)
	return n, nil
}

// Write is for out.
func (d *draft) Write(p []byte) (int, error) {
	n, err := d.disk.writeAt(d.file, p, d.size)
	d.size += int64(n)
	return n, err
}

// end ends what was sealed to out. It is in the file then, up to size.
func (d *draft) end(sealed io.Closer) error {
	if err := sealed.Close(); err != nil {
		return err
	}
	return d.out.Flush()
}

// cut forgets what came after the first n bytes.
func (d *draft) cut(n int64) error {
	d.out.Reset(d)
	if err := d.disk.truncate(d.file, n); err != nil {
		return err
	}
	d.size = n
	return nil
}

// finish makes all that was written durable.
func (d *draft) finish() error {
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

// drop closes the file and removes it, unless it was moved. It is called once.
func (d *draft) drop() {
	d.file.Close()
	returnWriter(d.out)
	if d.path != "" {
		_ = d.disk.remove(d.path)
	}
}
