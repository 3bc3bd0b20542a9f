package store

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/netralitas/netra/flows"
)

// Keys seals what is stored, and turns what must be looked up into hashes that
// only the holder of the keys can make. It holds two keysets: "seal" (AEAD,
// AES-256-GCM), which rotates, and "lookup" (PRF, HMAC-SHA-256), which cannot,
// since what is stored under it would not be found again.
//
// What belongs to a report is sealed with random keys of that report's own,
// which are sealed with the keyset and stand in a file beside it. So rotation
// need not touch what they sealed, and a report can be made unreadable wherever
// copies of it are: see [Keys.Shred].
//
// Keys is safe for concurrent use.
type Keys struct {
	path    string // "" for keys that are nowhere but here
	set     atomic.Pointer[sealing]
	lookup  *keyset.Handle
	prf     *prf.Set
	reports *reportKeys
	close   func() error

	inboxMu sync.Mutex
	inbox   Owner         // whose key messages on their way are sealed with now
	putting map[Owner]int // how many are being sealed and stored with each
}

// sealing is the keyset that rotates.
type sealing struct {
	handle *keyset.Handle
	aead   tink.AEAD
}

// NewKeys makes fresh keys that are nowhere but in memory.
func NewKeys() (*Keys, error) {
	k := &Keys{close: func() error { return nil }, putting: map[Owner]int{}}
	seal, err := newSet(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("new keyset seal: %w", err)
	}
	lookup, err := newSet(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("new keyset lookup: %w", err)
	}
	if err := k.use(seal, lookup); err != nil {
		return nil, err
	}
	k.reports, err = loadReportKeys(k, newMemory())
	return k, err
}

func newSet(template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	return addPrimary(keyset.NewManager(), template)
}

func addPrimary(m *keyset.Manager, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	id, err := m.Add(template)
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

func (k *Keys) use(seal, lookup *keyset.Handle) error {
	a, err := aead.New(seal)
	if err != nil {
		return err
	}
	k.set.Store(&sealing{seal, a})
	if k.prf == nil {
		k.lookup = lookup
		k.prf, err = prf.NewPRFSet(lookup)
		k.RollInbox()
	}
	return err
}

// readSets reads a keyset file.
func readSets(path string) (seal, lookup *keyset.Handle, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, nil, fmt.Errorf("keyset file %s is not one of Netra's", filepath.Base(path))
	}
	read := func(name string) (h *keyset.Handle) {
		if err == nil {
			if h, err = insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file[name]))); err != nil {
				err = fmt.Errorf("keyset file %s: keyset %q is missing or broken", filepath.Base(path), name)
			}
		}
		return h
	}
	seal, lookup = read("seal"), read("lookup")
	return seal, lookup, err
}

// ReadKeys reads a keyset file and opens the keys of reports beside it. Close
// them.
func ReadKeys(path string) (*Keys, error) {
	seal, lookup, err := readSets(path)
	if err != nil {
		return nil, err
	}
	k := &Keys{path: path, putting: map[Owner]int{}}
	if err := k.use(seal, lookup); err != nil {
		return nil, fmt.Errorf("keyset file %s: %w", filepath.Base(path), err)
	}
	if k.reports, err = openReportKeys(k, path, false); err != nil {
		return nil, err
	}
	k.close = k.reports.file.(io.Closer).Close
	return k, nil
}

// MakeKeys makes a keyset file (mode 0600) and the file of reports' keys beside
// it. It returns an error that is fs.ErrExist when there is one already.
func MakeKeys(path string) error {
	for _, p := range []string{path, reportKeysPath(path)} {
		info, err := os.Lstat(p)
		if err == nil && p != path && info.Size() == slotSize {
			continue // it holds no key: making keys was cut off here
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, &fs.PathError{Op: "make keys", Path: filepath.Base(p), Err: fs.ErrExist})
		}
	}
	k, err := NewKeys()
	if err != nil {
		return err
	}
	// The keyset comes last: without it there is nothing to be opened.
	r, err := openReportKeys(k, path, true)
	if err != nil {
		return err
	}
	return errors.Join(k.write(path), r.file.(io.Closer).Close())
}

// OpenKeys reads the keyset file, or makes it when there is none. Close the
// keys.
func OpenKeys(path string) (*Keys, error) {
	k, err := ReadKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := MakeKeys(path); err != nil {
		return nil, err
	}
	return ReadKeys(path)
}

// Close lets go of the file of reports' keys.
func (k *Keys) Close() error { return k.close() }

// write writes the keyset file with mode 0600, durably and in one step: a crash
// leaves the old file or the new one.
func (k *Keys) write(path string) error {
	file := map[string]json.RawMessage{}
	for name, h := range map[string]*keyset.Handle{"seal": k.set.Load().handle, "lookup": k.lookup} {
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

// RotateFile puts a new primary key into a keyset file. A program that has it
// open takes the new key up by [Keys.Reload].
func RotateFile(path string) error {
	k, err := ReadKeys(path)
	if err != nil {
		return err
	}
	defer k.Close() //nolint:errcheck // it was only read
	if err := k.Rotate(); err != nil {
		return err
	}
	return k.write(path)
}

// Rotate takes a new primary key, for what is sealed from now on, and drops those
// that no report's key is sealed with any more. The keys of reports can still be
// opened; a conversation without a report that rests for two rotations is begun
// anew.
func (k *Keys) Rotate() error {
	keys, err := k.List()
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(k.set.Load().handle)
	// When the primary key seals something, a running program has taken it up.
	taken := slices.ContainsFunc(keys, func(key KeyInfo) bool { return key.Keyset == "seal" && key.Primary && key.Seals > 0 })
	for _, key := range keys {
		if taken && key.Keyset == "seal" && !key.Primary && key.Seals == 0 {
			err = errors.Join(err, m.Delete(key.ID))
		}
	}
	h, e := addPrimary(m, aead.AES256GCMKeyTemplate())
	if err = errors.Join(err, e); err == nil {
		err = k.use(h, k.lookup)
	}
	if err != nil {
		return fmt.Errorf("rotate keyset: %w", err)
	}
	return nil
}

// Reload takes up what [RotateFile] wrote to the keyset file, and seals the keys
// of reports anew that another key than the primary one sealed. It returns how
// many those were. It is for the one process that serves.
func (k *Keys) Reload() (int, error) {
	seal, lookup, err := readSets(k.path)
	if err != nil {
		return 0, err
	}
	primary := seal.KeysetInfo().GetPrimaryKeyId()
	if primary != k.set.Load().handle.KeysetInfo().GetPrimaryKeyId() {
		if err := k.use(seal, lookup); err != nil {
			return 0, err
		}
	}
	return k.reports.reseal(primary)
}

// KeyInfo describes one key, not the key itself.
type KeyInfo struct {
	Keyset  string
	ID      uint32
	Primary bool
	// Seals is how many reports' keys are sealed with it.
	Seals int
}

// List describes the keys.
func (k *Keys) List() ([]KeyInfo, error) {
	seals, err := k.reports.sealedWith()
	var out []KeyInfo
	add := func(name string, h *keyset.Handle) {
		info := h.KeysetInfo()
		for _, key := range info.GetKeyInfo() {
			out = append(out, KeyInfo{name, key.GetKeyId(), key.GetKeyId() == info.GetPrimaryKeyId(), seals[key.GetKeyId()]})
		}
	}
	add("seal", k.set.Load().handle)
	add("lookup", k.lookup)
	return out, err
}

// Seal encrypts what belongs to no report; what it returns opens only with the
// same context, which names the place the content belongs to, so that sealed
// contents cannot be swapped.
func (k *Keys) Seal(plain []byte, context string) ([]byte, error) {
	return k.set.Load().aead.Encrypt(plain, []byte(context))
}

// SealFor encrypts with the key of an owner, as Seal does. The key is made when
// there is none; it is durable after [Keys.Settle].
func (k *Keys) SealFor(o Owner, plain []byte, context string) ([]byte, error) {
	w, err := k.reports.get(o, true)
	if err != nil {
		return nil, err
	}
	out, err := k.nameplate(o)
	if err != nil {
		return nil, err
	}
	sealed, err := w.words.Encrypt(plain, []byte(context))
	return append(out, sealed...), err
}

// What a key of a report sealed begins with its nameplate: a mark, a nonce, and
// the owner under a pad that only the keyset "lookup" can make. Without that
// nobody can tell which things belong together.
const (
	nameplateMark = 'R' // Tink's own begin with 1
	nonceSize     = 12
	plateSize     = 1 + nonceSize + 17
)

func (k *Keys) nameplate(o Owner) ([]byte, error) {
	id, err := hex.DecodeString(string(o.Report))
	if err != nil || len(id) != 16 {
		return nil, errors.New("this is no report's identifier")
	}
	plate := make([]byte, plateSize)
	plate[0] = nameplateMark
	rand.Read(plate[1 : 1+nonceSize]) // never fails: crypto/rand
	pad := k.derive("owner\x00"+string(plate[1:1+nonceSize]), 17)
	subtle.XORBytes(plate[1+nonceSize:], append(id, byte(o.Part)), pad)
	return plate, nil
}

// Whose returns the owner of what SealFor returned. ok is false for anything
// else.
func (k *Keys) Whose(sealed []byte) (o Owner, ok bool) {
	if len(sealed) < plateSize || sealed[0] != nameplateMark {
		return o, false
	}
	pad := k.derive("owner\x00"+string(sealed[1:1+nonceSize]), 17)
	var plain [17]byte
	subtle.XORBytes(plain[:], sealed[1+nonceSize:plateSize], pad)
	return Owner{flows.ReportID(hex.EncodeToString(plain[:16])), Part(plain[16])}, true
}

// Open decrypts what Seal or SealFor returned. It returns ErrShredded when the
// key of a report is gone.
func (k *Keys) Open(sealed []byte, context string) ([]byte, error) {
	if o, ok := k.Whose(sealed); ok {
		w, err := k.reports.get(o, false)
		if err != nil {
			return nil, err
		}
		plain, err := w.words.Decrypt(sealed[plateSize:], []byte(context))
		if err != nil {
			return nil, errKeys
		}
		return plain, nil
	}
	plain, err := k.set.Load().aead.Decrypt(sealed, []byte(context))
	if err != nil {
		return nil, errKeys
	}
	return plain, nil
}

var errKeys = errors.New("cannot be opened with these keys")

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// step is what sealed JSON is filled up to a multiple of: its length tells
// little of what was answered.
const step = 256

// encode makes JSON that ends with as many blanks as fill it up.
func encode(v any, use func([]byte) ([]byte, error)) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer func() { b.Reset(); buffers.Put(b) }()
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return nil, err
	}
	b.Write(blanks[:(step-b.Len()%step)%step])
	return use(b.Bytes())
}

var blanks = bytes.Repeat([]byte(" "), step)

// SealJSONFor seals the JSON of a value with the key of an owner.
func (k *Keys) SealJSONFor(o Owner, v any, context string) ([]byte, error) {
	return encode(v, func(b []byte) ([]byte, error) { return k.SealFor(o, b, context) })
}

// OpenJSON opens the JSON of a value that was sealed, into v.
func (k *Keys) OpenJSON(sealed []byte, context string, v any) error {
	plain, err := k.Open(sealed, context)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

// SealSession seals a session of a reporter, with the key of the report that it
// is about, if it is about one.
func (k *Keys) SealSession(who Reporter, s flows.Session) ([]byte, error) {
	about := s.Report
	if about == "" && s.Access != nil {
		about = s.Access.Report
	}
	if about == "" {
		return encode(s, func(b []byte) ([]byte, error) { return k.Seal(b, "session:"+string(who)) })
	}
	return k.SealJSONFor(Owner{about, PartReport}, s, "session:"+string(who))
}

// OpenSession opens what SealSession returned.
func (k *Keys) OpenSession(who Reporter, sealed []byte) (s flows.Session, err error) {
	return s, k.OpenJSON(sealed, "session:"+string(who), &s)
}

// SealFile returns a writer that encrypts to w, with the key of a report's
// files. Close ends the file. The key is durable after [Keys.Settle].
func (k *Keys) SealFile(id flows.ReportID, w io.Writer, context string) (io.WriteCloser, error) {
	key, err := k.reports.get(Owner{id, PartFiles}, true)
	if err != nil {
		return nil, err
	}
	return key.files.NewEncryptingWriter(w, []byte(context))
}

// OpenFile returns a reader that decrypts what SealFile wrote. It returns
// ErrShredded when the key is gone.
func (k *Keys) OpenFile(id flows.ReportID, r io.Reader, context string) (io.Reader, error) {
	key, err := k.reports.get(Owner{id, PartFiles}, false)
	if err != nil {
		return nil, err
	}
	return key.files.NewDecryptingReader(r, []byte(context))
}

// Settle makes the keys of reports durable that were made since: before what
// they seal is promised to anybody. It costs nothing when there are none.
func (k *Keys) Settle() error { return k.reports.sync() }

// Shred destroys the keys of the parts of a report, of all when none are named,
// durably: what they sealed can be opened by nobody, in no copy. There may be
// none.
func (k *Keys) Shred(id flows.ReportID, parts ...Part) error {
	if len(parts) == 0 {
		parts = []Part{PartReport, PartFiles, PartIdentity, PartReturn, PartInbox}
	}
	owners := make([]Owner, len(parts))
	for i, p := range parts {
		owners[i] = Owner{id, p}
	}
	return k.reports.shred(owners)
}

// ShredUnused destroys the keys of reports of which nothing was sealed since the
// day of a time and that needed says nobody needs, and returns how many they
// were.
func (k *Keys) ShredUnused(before time.Time, needed func(Owner) (bool, error)) (int, error) {
	list, err := k.reports.unused(before)
	if err != nil {
		return 0, err
	}
	var old []Owner
	for _, o := range list {
		if o.Part == PartInbox { // see IdleInbox
			continue
		}
		keep, err := needed(o)
		if err != nil {
			return 0, err
		}
		if !keep {
			old = append(old, o)
		}
	}
	return len(old), k.reports.shred(old)
}

// Inbox is whose key messages on their way are sealed with now. done is to be
// called when they are stored.
func (k *Keys) Inbox() (o Owner, done func()) {
	k.inboxMu.Lock()
	defer k.inboxMu.Unlock()
	o = k.inbox
	k.putting[o]++
	return o, func() {
		k.inboxMu.Lock()
		defer k.inboxMu.Unlock()
		if k.putting[o]--; k.putting[o] == 0 {
			delete(k.putting, o)
		}
	}
}

// RollInbox takes a new key for messages on their way, so that the one before
// can be destroyed when none of its messages is left.
func (k *Keys) RollInbox() {
	k.inboxMu.Lock()
	defer k.inboxMu.Unlock()
	k.inbox = Owner{NewReportID(), PartInbox}
}

// IdleInbox lists the keys of messages on their way with which nothing will be
// sealed any more. Whoever looks after that what is stored has all of it.
func (k *Keys) IdleInbox() []Owner {
	all := k.reports.of(PartInbox)
	k.inboxMu.Lock()
	defer k.inboxMu.Unlock()
	return slices.DeleteFunc(all, func(o Owner) bool { return o == k.inbox || k.putting[o] > 0 })
}

// Lookup is the keyed hash under which something is found again: 32
// hexadecimal digits. kind keeps hashes of different things apart.
func (k *Keys) Lookup(kind, value string) string {
	return hex.EncodeToString(k.derive(kind+"\x00"+value, 16))
}

// DatabaseKey is the 32-byte key of the embedded database, in hexadecimal.
func (k *Keys) DatabaseKey() string { return hex.EncodeToString(k.derive("database", 32)) }

func (k *Keys) derive(input string, n uint32) []byte {
	out, err := k.prf.ComputePrimaryPRF([]byte(input), n)
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
