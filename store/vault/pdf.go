package vault

import (
	"bytes"
	"io"
)

// What a document may ask for. Honest ones stay far below.
const (
	pdfMaxObjects = 1 << 18
	pdfMaxPages   = 20_000
	// pdfMaxParsed is how many values may be parsed, those that are parsed again
	// counted again. It is the same for all: what is small may be unpacked to much.
	pdfMaxParsed = 6_000_000
	// pdfMaxBundles is how much of bundles of objects is remembered at a time, and
	// pdfMaxExtra how much work they may add to that of a file.
	pdfMaxBundles = 8 << 20
	pdfMaxExtra   = 32 << 20
	// pdfMaxOne is how much of one stream may be decoded in memory, pdfMaxHeld
	// of all of them together, and pdfMaxSkimmed how much may be inflated only to
	// see where it ends.
	pdfMaxOne     = 16 << 20
	pdfMaxHeld    = 96 << 20
	pdfMaxSkimmed = maxRaw
)

// scrubPDF writes a new document with what is needed to show the pages of the
// newest version of an old one: it goes from the catalog to what is reachable
// through keys that are listed in pdf_keys.go, and copies that. Titles, authors,
// dates, XMP, identifiers, older versions, attachments, scripts, bookmarks,
// structure, thumbnails, colour profiles, private data of programs and all that
// nobody refers to stay behind. So do the comments and descriptions in the
// instructions that draw a page, and EXIF and its like in photos.
//
// Section numbers are those of ISO 32000-1, unless they name another.
func scrubPDF(w io.Writer, src source, gone *gone) error {
	return src.whole(func(b []byte) error {
		f := &pdfFile{b: b, gone: gone}
		f.work = 16*int64(len(b)) + 1<<20
		f.held, f.skimmed, f.parsed, f.extra = pdfMaxHeld, pdfMaxSkimmed, pdfMaxParsed, pdfMaxExtra
		if err := f.load(); err != nil {
			return err
		}
		out := borrowWriter(w)
		defer returnWriter(out)
		c := &pdfCopy{file: f, gone: gone, out: &pdfWriter{w: out}, numbers: map[pdfUse]int{}, fonts: map[int]int{}, pages: map[int]map[pdfName]bool{}}
		if err := c.document(); err != nil {
			return err
		}
		return out.Flush()
	})
}

// pdfFile is the document that is read. It remembers no objects: whoever asks
// for one again has it parsed again, and pays for that.
type pdfFile struct {
	b       []byte
	gone    *gone
	trailer pdfDict // the newest
	entries map[int]pdfEntry
	bundles map[int]*pdfBundle
	loading int // how deep one object needs another to be read

	// What is left of the budgets.
	work, held, skimmed, parsed, extra int64

	remembered int64 // bytes of bundles
}

// pay takes from what a document of this size may cost. That something is read
// twice is foreseen; that thousands of entries lead to the same place is not.
func (f *pdfFile) pay(n int) error {
	if f.work -= int64(n) + 16; f.work < 0 {
		return unclean("too much work for its size")
	}
	return nil
}

// payValues takes what a parser has parsed from what may be parsed.
func (f *pdfFile) payValues(n int) error {
	if f.parsed -= int64(n); f.parsed < 0 {
		return unclean("too many values")
	}
	return nil
}

// pdfHeader: 7.5.2. Where something stands before it, programs do not agree
// from where offsets count.
func pdfHeader(b []byte) bool {
	return bytes.HasPrefix(b, []byte("%PDF-1.")) || bytes.HasPrefix(b, []byte("%PDF-2."))
}
