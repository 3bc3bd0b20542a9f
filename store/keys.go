package store

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/netralitas/netra/flows"
)

// Keys seals what is stored, and turns what must be looked up into hashes that
// only the holder of the keys can make. It holds three keysets: "seal" (AEAD,
// AES-256-GCM), "files" (streaming AEAD, AES-256-GCM-HKDF in 4 KiB segments)
// and "lookup" (PRF, HMAC-SHA-256). The first two rotate; the third cannot,
// since what is stored under it would not be found again.
//
// Keys is safe for concurrent use.
type Keys struct {
	sets   map[string]*keyset.Handle
	seal   tink.AEAD
	files  tink.StreamingAEAD
	lookup *prf.Set
}

// The keysets, in the order in which they are listed.
var keysets = []string{"seal", "files", "lookup"}

// NewKeys makes fresh keys.
func NewKeys() (*Keys, error) {
	sets := map[string]*keyset.Handle{}
	for _, name := range keysets {
		m := keyset.NewManager()
		if err := addPrimary(m, name); err != nil {
			return nil, fmt.Errorf("new keyset %s: %w", name, err)
		}
		h, err := m.Handle()
		if err != nil {
			return nil, fmt.Errorf("new keyset %s: %w", name, err)
		}
		sets[name] = h
	}
	return keysFrom(sets)
}

func addPrimary(m *keyset.Manager, name string) error {
	template := aead.AES256GCMKeyTemplate()
	switch name {
	case "files":
		template = streamingaead.AES256GCMHKDF4KBKeyTemplate()
	case "lookup":
		template = prf.HMACSHA256PRFKeyTemplate()
	}
	id, err := m.Add(template)
	if err != nil {
		return err
	}
	return m.SetPrimary(id)
}

func keysFrom(sets map[string]*keyset.Handle) (*Keys, error) {
	k := &Keys{sets: sets}
	var errs [3]error
	k.seal, errs[0] = aead.New(sets["seal"])
	k.files, errs[1] = streamingaead.New(sets["files"])
	k.lookup, errs[2] = prf.NewPRFSet(sets["lookup"])
	return k, errors.Join(errs[:]...)
}

// ReadKeys reads a keyset file.
func ReadKeys(path string) (*Keys, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("keyset file %s is not one of Netra's", filepath.Base(path))
	}
	sets := map[string]*keyset.Handle{}
	for _, name := range keysets {
		h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file[name])))
		if err != nil {
			return nil, fmt.Errorf("keyset file %s: keyset %q is missing or broken", filepath.Base(path), name)
		}
		sets[name] = h
	}
	return keysFrom(sets)
}

// OpenKeys reads the keyset file, or makes it (mode 0600) when there is none.
// made says which it was.
func OpenKeys(path string) (k *Keys, made bool, err error) {
	k, err = ReadKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	if k, err = NewKeys(); err != nil {
		return nil, false, err
	}
	return k, true, k.Write(path)
}

// Write writes the keyset file with mode 0600, durably and in one step: a
// crash leaves the old file or the new one.
func (k *Keys) Write(path string) error {
	file := map[string]json.RawMessage{}
	for name, h := range k.sets {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
			return fmt.Errorf("write keyset %s: %w", name, err)
		}
		file[name] = b.Bytes()
	}
	raw, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(append(raw, '\n'))
		return err
	})
}

// Rotate makes new primary keys for what is sealed from now on. What was
// sealed before can still be opened. The receiver stays as it is.
func (k *Keys) Rotate() (*Keys, error) {
	sets := map[string]*keyset.Handle{"lookup": k.sets["lookup"]}
	for _, name := range []string{"seal", "files"} {
		m := keyset.NewManagerFromHandle(k.sets[name])
		if err := addPrimary(m, name); err != nil {
			return nil, fmt.Errorf("rotate keyset %s: %w", name, err)
		}
		h, err := m.Handle()
		if err != nil {
			return nil, fmt.Errorf("rotate keyset %s: %w", name, err)
		}
		sets[name] = h
	}
	return keysFrom(sets)
}

// KeyInfo describes one key, not the key itself.
type KeyInfo struct {
	Keyset  string
	ID      uint32
	Primary bool
}

// List describes the keys.
func (k *Keys) List() []KeyInfo {
	var out []KeyInfo
	for _, name := range keysets {
		info := k.sets[name].KeysetInfo()
		for _, key := range info.GetKeyInfo() {
			out = append(out, KeyInfo{name, key.GetKeyId(), key.GetKeyId() == info.GetPrimaryKeyId()})
		}
	}
	return out
}

// Seal encrypts; what it returns opens only with the same context, which names
// the place the content belongs to, so that sealed contents cannot be swapped.
func (k *Keys) Seal(plain []byte, context string) ([]byte, error) {
	return k.seal.Encrypt(plain, []byte(context))
}

// Open decrypts what Seal returned.
func (k *Keys) Open(sealed []byte, context string) ([]byte, error) {
	plain, err := k.seal.Decrypt(sealed, []byte(context))
	if err != nil {
		return nil, errors.New("cannot be opened with these keys")
	}
	return plain, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// SealJSON seals the JSON of a value.
func (k *Keys) SealJSON(v any, context string) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer func() { b.Reset(); buffers.Put(b) }()
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return nil, err
	}
	return k.Seal(b.Bytes(), context)
}

// OpenJSON opens what SealJSON returned into v.
func (k *Keys) OpenJSON(sealed []byte, context string, v any) error {
	plain, err := k.Open(sealed, context)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

// SealFile returns a writer that encrypts to w. Close ends the file.
func (k *Keys) SealFile(w io.Writer, context string) (io.WriteCloser, error) {
	return k.files.NewEncryptingWriter(w, []byte(context))
}

// OpenFile returns a reader that decrypts what SealFile wrote.
func (k *Keys) OpenFile(r io.Reader, context string) (io.Reader, error) {
	return k.files.NewDecryptingReader(r, []byte(context))
}

// Lookup is the keyed hash under which something is found again: 32
// hexadecimal digits. kind keeps hashes of different things apart.
func (k *Keys) Lookup(kind, value string) string {
	return hex.EncodeToString(k.derive(kind+"\x00"+value, 16))
}

// DatabaseKey is the 32-byte key of the embedded database, in hexadecimal.
func (k *Keys) DatabaseKey() string { return hex.EncodeToString(k.derive("database", 32)) }

func (k *Keys) derive(input string, n uint32) []byte {
	out, err := k.lookup.ComputePrimaryPRF([]byte(input), n)
	if err != nil { // HMAC-SHA-256 gives 32 bytes at most
		panic("derive key: " + err.Error())
	}
	return out
}

// Reporter is the key of whoever writes from an address on a channel.
func (k *Keys) Reporter(channel, address string) Reporter {
	return Reporter(k.Lookup("reporter", channel+":"+address))
}

// NewReportID draws a fresh identifier.
func NewReportID() flows.ReportID {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand
	return flows.ReportID(hex.EncodeToString(b[:]))
}

// WriteFile writes a file with mode 0600 durably and in one step: a crash
// leaves the old file, if there was one, or the whole new one.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	if err = write(tmp); err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
