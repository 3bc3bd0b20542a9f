package vault

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"
)

const zipMagic = "PK\x03\x04"

// tailSize is how much of the end of a zip file is remembered: its directory,
// of some eight hundred names, is there.
const tailSize = 64 << 10

// office is the judge of zip files: a letter, a sheet or slides without macros
// are evidence, an archive is not. It decides by the directory at the end, as
// the office program will.
type office struct {
	odf  string // what the first member says it is
	tail []byte
	size int64
}

func newOffice(head []byte) *office {
	o := &office{}
	// OpenDocument begins with a member "mimetype", not compressed.
	if len(head) > 38 && string(head[30:38]) == "mimetype" && binary.LittleEndian.Uint16(head[26:]) == 8 &&
		binary.LittleEndian.Uint16(head[8:]) == 0 {
		body := head[min(len(head), 38+int(binary.LittleEndian.Uint16(head[28:]))):]
		n := min(int64(len(body)), int64(binary.LittleEndian.Uint32(head[18:])))
		o.odf = string(body[:n])
	}
	return o
}

func (o *office) Write(p []byte) (int, error) {
	o.size += int64(len(p))
	o.tail = append(o.tail, p...)
	if extra := len(o.tail) - tailSize; extra > tailSize {
		o.tail = append(o.tail[:0], o.tail[extra:]...)
	}
	return len(p), nil
}

// ReadAt reads from the part that is remembered.
func (o *office) ReadAt(p []byte, at int64) (int, error) {
	start := at - (o.size - int64(len(o.tail)))
	if start < 0 || start > int64(len(o.tail)) {
		return 0, errors.New("not remembered")
	}
	n := copy(p, o.tail[start:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (o *office) verdict() string {
	z, err := zip.NewReader(o, o.size)
	if err != nil {
		return ""
	}
	has := map[string]bool{}
	for _, f := range z.File {
		has[f.Name] = true
		if program(f.Name) {
			return ""
		}
	}
	switch o.odf {
	case "application/vnd.oasis.opendocument.text",
		"application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.presentation":
		if has["content.xml"] && has["META-INF/manifest.xml"] {
			return o.odf
		}
		return ""
	}
	if !has["[Content_Types].xml"] || !has["_rels/.rels"] {
		return ""
	}
	const openXML = "application/vnd.openxmlformats-officedocument."
	switch {
	case has["word/document.xml"]:
		return openXML + "wordprocessingml.document"
	case has["xl/workbook.xml"]:
		return openXML + "spreadsheetml.sheet"
	case has["ppt/presentation.xml"]:
		return openXML + "presentationml.presentation"
	}
	return ""
}

// program reports whether a member is none that documents have: a macro, an
// embedded object that can be anything, or something to be run. Other members
// of documents are XML, fonts and pictures.
func program(name string) bool {
	name = strings.ToLower(name)
	switch path.Ext(name) {
	case ".bin":
		// Printer settings and the like are harmless.
		return path.Base(name) == "vbaproject.bin" || strings.Contains(name, "oleobject") || strings.Contains(name, "activex")
	case ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".apk", ".msi", ".lnk",
		".hta", ".html", ".htm", ".sh", ".py", ".php", ".zip", ".rar", ".7z":
		return true
	}
	return strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/")
}
