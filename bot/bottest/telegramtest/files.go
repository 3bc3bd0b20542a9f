package telegramtest

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxDownload is the largest file that a bot gets from Telegram.
const maxDownload = 20 << 20

// thumb is what the small size of every photo holds, so that a bot which takes
// the wrong size is found out.
//
//go:embed thumb.jpg
var thumb []byte

// file is one stored file. It does not change, except that getFile opens its
// path for downloading.
type file struct {
	id, unique, kind string
	name, mime, path string
	size             int64
	data             []byte // shorter than size for the huge ones
	width, height    int
	open             atomic.Bool
}

type files struct {
	mu     sync.RWMutex
	n      uint64
	byID   map[string]*file
	byPath map[string]*file
}

func (fs *files) get(id string) *file {
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	return fs.byID[id]
}

// put stores a file; a photo gets a small size besides its own.
func (fs *files) put(kind, name, typ string, data []byte, size int64) *media {
	f := &file{kind: kind, name: path.Base(strings.ReplaceAll(name, `\`, "/")), mime: typ, data: data, size: size}
	if name == "" {
		f.name = ""
	}
	m := &media{kind: kind, file: f}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if kind == "photo" {
		f.name, f.mime = "", "image/jpeg"
		if f.width, f.height, _ = imageSize(data); f.width == 0 || f.height == 0 {
			f.width, f.height = 800, 600
		}
		if f.width > 90 || f.height > 90 {
			long := max(f.width, f.height)
			small := &file{
				kind: kind, mime: f.mime, data: thumb, size: int64(len(thumb)),
				width: max(1, f.width*90/long), height: max(1, f.height*90/long),
			}
			fs.add(small)
			m.sizes = append(m.sizes, small)
		}
		m.sizes = append(m.sizes, f)
	}
	fs.add(f)
	return m
}

// add names the file the way Telegram does. fs.mu must be held.
func (fs *files) add(f *file) {
	fs.n++
	dir, prefix, ext := "documents", "BQACAgUAAxk", path.Ext(f.name)
	switch f.kind {
	case "photo":
		dir, prefix, ext = "photos", "AgACAgUAAxk", ".jpg"
	case "video":
		dir, prefix, ext = "videos", "BAACAgUAAxk", ".mp4"
	case "voice":
		dir, prefix, ext = "voice", "AwACAgUAAxk", ".oga"
	case "audio":
		dir, prefix = "music", "CQACAgUAAxk"
	}
	if ext == "" {
		if known, _ := mime.ExtensionsByType(f.mime); len(known) > 0 {
			ext = known[0]
		}
	}
	var seed [24]byte
	binary.BigEndian.PutUint64(seed[:], mix(fs.n))
	binary.BigEndian.PutUint64(seed[8:], mix(fs.n^0x5bd1e995))
	binary.BigEndian.PutUint64(seed[16:], fs.n)
	f.id = prefix + base64.RawURLEncoding.EncodeToString(seed[:])
	f.unique = "AQAD" + base64.RawURLEncoding.EncodeToString(seed[:9])
	f.path = dir + "/file_" + strconv.FormatUint(fs.n, 10) + ext
	fs.byID[f.id], fs.byPath[f.path] = f, f
}

func getFile(c *call) *apiError {
	f := c.s.files.get(c.get("file_id"))
	if f == nil {
		return bad("wrong file_id or the file is temporarily unavailable")
	}
	if f.size > maxDownload {
		return condition("file too big", 400, "Bad Request: file is too big")
	}
	f.open.Store(true)
	c.out = f.append(append(c.out, '{'))
	c.out = append(appendStr(c.out, "file_path", f.path), '}')
	return nil
}

// download serves /file/bot<token>/<path> for files that getFile was asked for.
// cut ends the connection in the middle of the file.
func (s *Server) download(w http.ResponseWriter, r *http.Request, name string, cut bool) {
	s.files.mu.RLock()
	f := s.files.byPath[name]
	s.files.mu.RUnlock()
	if f == nil || !f.open.Load() {
		s.write(w, &apiError{code: 404, desc: "Not Found"}, nil)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
		_, _ = w.Write(f.data[:len(f.data)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
}

// File returns the contents of a file that a user or the bot sent, and whether
// there is one with that file_id.
func (s *Server) File(id string) ([]byte, bool) {
	f := s.files.get(id)
	if f == nil {
		return nil, false
	}
	return f.data, true
}

// imageSize tells by the first bytes whether Telegram would take the data for a
// picture, and reads how large it is; 0 and 0 when that is not to be found. It
// does without the image packages, which would register their decoders for the
// program under test too.
func imageSize(b []byte) (w, h int, ok bool) {
	be, le := binary.BigEndian, binary.LittleEndian
	has := func(n int) bool { return len(b) >= n }
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		w, h = jpegSize(b)
		return w, h, true
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		if has(24) {
			w, h = int(be.Uint32(b[16:])), int(be.Uint32(b[20:]))
		}
		return w, h, true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		if has(10) {
			w, h = int(le.Uint16(b[6:])), int(le.Uint16(b[8:]))
		}
		return w, h, true
	case bytes.HasPrefix(b, []byte("RIFF")) && has(12) && string(b[8:12]) == "WEBP":
		if !has(30) {
			return 0, 0, true
		}
		switch string(b[12:16]) {
		case "VP8 ":
			w, h = int(le.Uint16(b[26:])&0x3fff), int(le.Uint16(b[28:])&0x3fff)
		case "VP8L":
			bits := le.Uint32(b[21:])
			w, h = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		case "VP8X":
			w = (int(b[24]) | int(b[25])<<8 | int(b[26])<<16) + 1
			h = (int(b[27]) | int(b[28])<<8 | int(b[29])<<16) + 1
		}
		return w, h, true
	}
	return 0, 0, false
}

// jpegSize finds the start-of-frame segment.
func jpegSize(b []byte) (w, h int) {
	for i := 2; i+9 <= len(b) && b[i] == 0xff; {
		marker := b[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8:
			i += 2
			continue
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			return int(binary.BigEndian.Uint16(b[i+7:])), int(binary.BigEndian.Uint16(b[i+5:]))
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
	}
	return 0, 0
}
