package vault

import (
	"bufio"
	"io"
	"sync"
)

// Buffers are lent and given back: one Keep needs eight of them one after the
// other, and a small picture is smaller than any. A buffer never leaves the
// package, so nobody reads from one that was given back.
var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}
	writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 16<<10) }}
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
