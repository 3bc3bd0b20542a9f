package vault

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"strings"
)

// What a document may be: more than people write, and little enough that one
// document after the other can be looked at.
const (
	maxMembers  = 4096
	maxInflated = 200 << 20 // all members together
	maxXML      = 16 << 20  // one part of XML, which is in memory
	maxXMLs     = 32 << 20  // all parts of XML: to read them takes some time
)

// scrubOffice is a scrubber of zip files. What is wrong with what is in memory
// is wrong with the document.
func scrubOffice(scrub func(in *officeIn, out *officeOut) error) scrubber {
	return func(w io.Writer, src source, gone *gone) error {
		return src.whole(func(b []byte) error {
			in, err := openOffice(b, gone)
			if err != nil {
				return err
			}
			out := &officeOut{}
			if err := scrub(in, out); err != nil {
				if u := unclean(""); errors.As(err, &u) {
					return u
				}
				return unclean(err.Error())
			}
			return out.write(w)
		})
	}
}

// officeIn are the members of a document that is read.
type officeIn struct {
	members  map[string]*zip.File
	gone     *gone
	pixels   int    // of the pictures that were scrubbed
	frames   int64  // pixels that frames may still have
	inflated int64  // of pictures, sounds and films, in bytes
	read     uint64 // of XML, in bytes
}

func openOffice(b []byte, gone *gone) (*officeIn, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, unclean("it is no zip: " + err.Error())
	}
	in := &officeIn{members: map[string]*zip.File{}, gone: gone, frames: maxMediaFrames}
	if z.Comment != "" {
		gone.add("comment")
	}
	if len(z.File) > maxMembers {
		return nil, unclean("too many members")
	}
	left := uint64(maxInflated)
	seen := map[string]bool{} // office programs do not tell large from small letters
	for _, f := range z.File {
		if folder, is := strings.CutSuffix(f.Name, "/"); is && f.UncompressedSize64 == 0 && safeName(folder) {
			continue
		}
		low := strings.ToLower(f.Name)
		switch {
		case !safeName(f.Name) || seen[low]:
			return nil, unclean("a member twice, or of an odd name")
		case f.Flags&(1|1<<6|1<<13) != 0:
			return nil, unclean("an encrypted member")
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return nil, unclean("an uncommon compression")
		case f.UncompressedSize64 > left || f.CompressedSize64 > uint64(len(b)):
			return nil, unclean("too much when inflated")
		}
		left -= f.UncompressedSize64
		seen[low] = true
		in.members[f.Name] = f
	}
	return in, nil
}

// safeName reports whether a name names a file below, and reads the same on
// every system.
func safeName(name string) bool {
	if name == "" || path.Clean(name) != name || name[0] == '/' || strings.HasPrefix(name, "..") {
		return false
	}
	for _, c := range name {
		if c < ' ' || c == 0x7F || c == '\\' || c == ':' || c == '\uFFFD' {
			return false
		}
	}
	return true
}

// xml reads a part of XML.
func (in *officeIn) xml(name string) ([]byte, error) {
	f := in.members[name]
	if f == nil {
		return nil, unclean("a part is missing")
	}
	if in.read += f.UncompressedSize64; f.UncompressedSize64 > maxXML || in.read > maxXMLs {
		return nil, unclean("a part too large")
	}
	b := make([]byte, f.UncompressedSize64)
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	// Only at its end the sum is checked.
	if n, err := r.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, unclean("a broken member")
	}
	return b, nil
}

// source is a member that is scrubbed like a file.
func (in *officeIn) source(f *zip.File) source {
	return source{within: true, size: int64(f.UncompressedSize64), read: func(use func(io.Reader) error) error {
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		return use(r)
	}}
}

// officeOut are the members of a document that is written. They are packed one
// by one as they come: what a member is must stand before it.
type officeOut struct {
	members []officeMember
	size    int // of all, inflated
	z       *flate.Writer
}

type officeMember struct {
	zip.FileHeader
	body []byte
}

// deflate adds a member that is compressed.
func (out *officeOut) deflate(name string, body []byte) error {
	packed := bytes.NewBuffer(make([]byte, 0, len(body)/4+256))
	if out.z == nil { // it is larger than most members
		z, err := flate.NewWriter(packed, flate.DefaultCompression)
		if err != nil {
			return err
		}
		out.z = z
	}
	out.z.Reset(packed)
	if _, err := out.z.Write(body); err != nil {
		return err
	}
	if err := out.z.Close(); err != nil {
		return err
	}
	return out.add(name, body, bytes.Clone(packed.Bytes()), zip.Deflate)
}

// store adds a member that is compressed in itself.
func (out *officeOut) store(name string, body []byte) error {
	return out.add(name, body, body, zip.Store)
}

func (out *officeOut) add(name string, body, packed []byte, method uint16) error {
	if out.size += len(body); out.size > maxInflated {
		return unclean("too much when inflated")
	}
	out.members = append(out.members, officeMember{zip.FileHeader{
		Name: name, Method: method, CreatorVersion: 20, ReaderVersion: 20,
		ModifiedDate:       1<<5 | 1, //nolint:staticcheck // SA1019: Modified would add a field; January 1st, 1980 is the first day there is
		CRC32:              crc32.ChecksumIEEE(body),
		UncompressedSize64: uint64(len(body)),
		CompressedSize64:   uint64(len(packed)),
	}, packed})
	return nil
}

func (out *officeOut) write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, m := range out.members {
		part, err := z.CreateRaw(&m.FileHeader)
		if err != nil {
			return err
		}
		if _, err := part.Write(m.body); err != nil {
			return err
		}
	}
	return z.Close()
}
