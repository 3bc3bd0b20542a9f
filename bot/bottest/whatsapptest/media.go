package whatsapptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
)

// maxUpload is far above what a test sends.
const maxUpload = 128 << 20

// file is an encrypted file on the media host.
type file struct {
	data  []byte
	gone  bool
	copyN int
}

// enclosure is what a user's phone remembers of a file it sent.
type enclosure struct {
	key      []byte
	path     string
	viewOnce bool
	lost     bool // the phone has it no more
}

// mediaConn tells a client where to send files and gives it the right to.
func (s *Server) mediaConn(c *conn, n *node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.dev.auth == "" {
		c.dev.auth = base64.RawURLEncoding.EncodeToString(random(24))
	}
	s.reply(c, n, node{Tag: "media_conn", Attrs: attrs{
		"auth": c.dev.auth, "ttl": 3600, "auth_ttl": 21600, "max_buckets": 12,
	}, Content: []node{{Tag: "host", Attrs: attrs{"hostname": mediaHost}}}})
}

// authorized is the device that may upload.
func (s *Server) authorized(auth string) *device {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		for _, d := range a.devices {
			if auth != "" && d.auth == auth {
				return d
			}
		}
	}
	return nil
}

// upload takes an encrypted file, which is named by its hash.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.wg.Done()
	d := s.authorized(r.URL.Query().Get("auth"))
	if d == nil {
		s.violate(nil, "upload", "without the right to", nil)
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	fault := s.meet(Stanza{From: d.acct, Kind: "upload", Type: r.PathValue("type")})
	if fault == FaultCutBefore || fault == FaultLost {
		panic(http.ErrAbortHandler)
	}
	if fault >= 400 {
		http.Error(w, "injected", int(fault))
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	sum := sha256.Sum256(data)
	// Some clients pad the token, some do not.
	if token, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(r.PathValue("token"), "=")); err != nil || !bytes.Equal(token, sum[:]) {
		s.violate(nil, "upload", "token is not the hash of the file", nil)
		http.Error(w, "bad token", http.StatusBadRequest)
		return
	}
	name := hex.EncodeToString(sum[:])
	s.mu.Lock()
	s.media[name] = &file{data: data}
	s.mu.Unlock()
	if fault == FaultCutAfter {
		panic(http.ErrAbortHandler)
	}
	path := directPath(name)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"url":"https://%s%s","direct_path":"%s"}`, mediaHost, path, path)
}

// directPath is where a file is. Clients add more to the query.
func directPath(name string) string { return "/v/" + name + "?ccb=11-4&oh=contoh" }

func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.wg.Done()
	if !s.wait(r) {
		panic(http.ErrAbortHandler)
	}
	fault := s.meet(Stanza{Kind: "download", Type: r.URL.Query().Get("mms-type"), ID: r.PathValue("file")})
	s.mu.Lock()
	f := s.media[r.PathValue("file")]
	gone := f == nil || f.gone
	s.mu.Unlock()
	switch {
	case fault == FaultCutBefore, fault == FaultLost:
		panic(http.ErrAbortHandler)
	case fault >= 400:
		http.Error(w, "injected", int(fault))
	case gone:
		s.count("media gone")
		http.NotFound(w, r)
	case fault == FaultCutAfter:
		w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
		_, _ = w.Write(f.data[:len(f.data)/2])
		panic(http.ErrAbortHandler)
	default:
		_, _ = w.Write(f.data)
	}
}

// MediaStats is what the media host has done.
type MediaStats struct {
	Files, Bytes       int // there now, those that expired included
	Uploads, Downloads int // asked for, refused ones included
}

// Media returns what the media host has done.
func (s *Server) Media() MediaStats {
	st := MediaStats{Uploads: s.total("upload"), Downloads: s.total("download")}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Files = len(s.media)
	for _, f := range s.media {
		st.Bytes += len(f.data)
	}
	return st
}

// ExpireMedia takes all files off the media host, as happens after some weeks. A
// client that asks for one gets 404, and can then ask the phone to upload it
// again. Unless kept, the phone no longer has it either.
func (s *Server) ExpireMedia(kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.media {
		f.gone = true
	}
	for _, e := range s.sent {
		e.lost = e.lost || !kept
	}
}

// remember keeps what a user's phone knows of a message it is about to send.
func (s *Server) remember(id string, e *enclosure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[id] = e
}

// reupload is what the phone does when a companion misses a file: it uploads the
// file again and says where, in a way that only who knows its key can read.
func (s *Server) reupload(from *device, n *node) {
	id := text(n, "id")
	rmr := child(n, "rmr")
	out := node{Tag: "rmr", Attrs: attrs{}}
	pick(rmr, out.Attrs, "jid", "from_me", "participant")
	answer := func(body node) {
		notice := s.notification("mediaretry", from.acct.PN, out, body)
		notice.Attrs["id"] = id
		s.deliver(from, notice)
	}
	e := s.sent[id]
	if e == nil || e.lost {
		s.count("no reupload")
		answer(node{Tag: "error", Attrs: attrs{"code": 2}})
		return
	}
	key := hkdfutil.SHA256(e.key, nil, []byte("WhatsApp Media Retry Notification"), 32)
	var asked waMmsRetry.ServerErrorReceipt
	raw, err := gcmutil.Decrypt(key, content(n, "encrypt", "enc_iv"), content(n, "encrypt", "enc_p"), []byte(id))
	if err != nil || proto.Unmarshal(raw, &asked) != nil || asked.GetStanzaID() != id {
		s.violate(nil, "receipt", "server-error that the phone cannot read", n)
		answer(node{Tag: "error", Attrs: attrs{"code": 1}})
		return
	}
	f := s.media[fileName(e.path)]
	if f == nil {
		return
	}
	f.copyN++
	name := fileName(e.path) + "-" + strconv.Itoa(f.copyN)
	s.media[name] = &file{data: f.data}
	s.count("reupload")
	where, err := proto.Marshal(&waMmsRetry.MediaRetryNotification{
		StanzaID: &id, DirectPath: proto.String(directPath(name)), Result: waMmsRetry.MediaRetryNotification_SUCCESS.Enum(),
	})
	if err != nil {
		return
	}
	iv := random(12)
	sealed, err := gcmutil.Encrypt(key, iv, where, []byte(id))
	if err != nil {
		return
	}
	answer(node{Tag: "encrypt", Content: []node{{Tag: "enc_p", Content: sealed}, {Tag: "enc_iv", Content: iv}}})
}

// fileName is the name in a direct path.
func fileName(path string) string {
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/v/"), "?")
	return path
}

// HoldDownload makes the next download wait until release is called, which may
// be called twice. Asking again while one is held holds one more.
func (s *Server) HoldDownload() (release func()) {
	gate := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates = append(s.gates, gate)
	return sync.OnceFunc(func() { close(gate) })
}

// wait holds a download back if it is to be. It reports false when the client or
// the server is gone meanwhile.
func (s *Server) wait(r *http.Request) bool {
	s.mu.Lock()
	if len(s.gates) == 0 {
		s.mu.Unlock()
		return true
	}
	gate := s.gates[0]
	s.gates = s.gates[1:]
	s.mu.Unlock()
	s.count("media held")
	select {
	case <-gate:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}
