package vault

import (
	"bufio"
	"compress/zlib"
	"io"
	"sync"
)

// Buffers are lent and given back: keeping one picture takes eight, each larger
// than a small picture. None leaves the package: what others read from has its
// own, so that nobody reads on from one that was given back.
var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}
	writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 16<<10) }}
	// PNG: a chunk that is read, a chunk that is written, and what inflates.
	chunks    = sync.Pool{New: func() any { return new([2 * chunkSize]byte) }}
	inflaters sync.Pool
)

func borrowReader(r io.Reader) *bufio.Reader {
	b := readers.Get().(*bufio.Reader)
	b.Reset(r)
	return b
}

func returnReader(b *bufio.Reader) {
	b.Reset(nil) // holds on to nothing
	readers.Put(b)
}

func borrowWriter(w io.Writer) *bufio.Writer {
	b := writers.Get().(*bufio.Writer)
	b.Reset(w)
	return b
}

func returnWriter(b *bufio.Writer) {
	b.Reset(nil)
	writers.Put(b)
}

func borrowInflater(r io.Reader) (io.ReadCloser, error) {
	z, ok := inflaters.Get().(io.ReadCloser)
	if !ok {
		return zlib.NewReader(r)
	}
	return z, z.(zlib.Resetter).Reset(r, nil)
}
