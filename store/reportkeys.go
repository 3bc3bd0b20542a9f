package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	words "github.com/tink-crypto/tink-go/v2/aead/subtle"
	files "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"github.com/netralitas/netra/flows"
)

// Part is one of the things that are sealed apart of each other, so that each
// can be made unreadable alone.
type Part byte

// The parts of a report, and the inbox, whose keys change often.
const (
	PartReport   Part = 'r' // draft, case, what happened to it
	PartFiles    Part = 'f' // evidence
	PartIdentity Part = 'i' // name, address and telephone number of a reporter
	PartReturn   Part = 'b' // the way back
	PartInbox    Part = 'x' // messages on their way; the report is none
)

// Owner is whose key something is sealed with.
type Owner struct {
	Report flows.ReportID
	Part   Part
}

// ErrShredded says that there is no key any more, or never was one: what was
// sealed with it can be opened by nobody.
var ErrShredded = errors.New("its key was destroyed")

// reportKeys holds a random key for each part of each report. They stand in a
// file of their own, one in each slot, sealed with the keyset; to destroy one is
// to overwrite its slot. A copy of everything else, however old, is unreadable
// then: that is why this file must not be kept in more than its newest copy.
//
// A slot is read again whenever its key is used, so that a key destroyed by
// another process is destroyed here, too.
type reportKeys struct {
	keys *Keys
	file slotFile

	mu    sync.Mutex
	slots map[Owner]int64 // where each key stands
	free  []int64
	end   int64 // of the file
	warm  map[Owner]warmKey

	resealed uint32 // the primary key with which all were sealed

	dirty, synced uint64 // changes made, and those known to be on the disk
	syncing       sync.Mutex
}

// slotFile is what the slots stand in: a file, or memory in tests.
type slotFile interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
}

// warmKey is a key made ready, and the slot it was read from.
type warmKey struct {
	slot  [slotSize]byte
	day   uint32
	words *words.AESGCM
	files *files.AESGCMHKDF
}

// A slot is one byte, slotUsed or not, two of length, and a sealed record. It
// lies within a sector of a disk, which is written whole or not at all. The first
// slot says what the file is.
const (
	slotSize  = 128
	slotUsed  = 1
	slotMagic = "netra report keys 1\n"
	// A record is the report, its part, the day on which it was last sealed
	// with, and two keys: for words and for files.
	recordSize = 16 + 1 + 4 + 32 + 32
	// maxWarm bounds the keys made ready: a kilobyte each, and one or two for
	// each reporter who is talking just now.
	maxWarm = 256
)

// reportKeysPath is where the keys of reports stand beside a keyset file.
func reportKeysPath(keyset string) string { return keyset + ".reports" }

// openReportKeys opens the file beside a keyset file. fresh says that the keyset
// was just made; then the file is made, too. Keys that another keyset sealed are
// refused.
func openReportKeys(k *Keys, keyset string, fresh bool) (*reportKeys, error) {
	path := reportKeysPath(keyset)
	if fresh {
		err := WriteFile(path, func(w io.Writer) error {
			var head [slotSize]byte
			copy(head[:], slotMagic)
			_, err := w.Write(head[:])
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the keys of the reports, %s, are lost: put the file back that stood beside the keyset file", filepath.Base(path))
	}
	if err != nil {
		return nil, err
	}
	r, err := loadReportKeys(k, f)
	if err != nil {
		return nil, fmt.Errorf("keys of the reports, %s: %w", filepath.Base(path), errors.Join(err, f.Close()))
	}
	return r, nil
}

func loadReportKeys(k *Keys, f slotFile) (*reportKeys, error) {
	r := &reportKeys{keys: k, file: f, slots: map[Owner]int64{}, warm: map[Owner]warmKey{}, end: slotSize}
	var slot [slotSize]byte
	if _, err := f.ReadAt(slot[:], 0); err != nil || string(slot[:len(slotMagic)]) != slotMagic {
		return nil, errors.New("this is not a file of Netra's")
	}
	for ; ; r.end += slotSize {
		_, err := f.ReadAt(slot[:], r.end)
		if errors.Is(err, io.EOF) {
			return r, nil // a slot cut short was never used
		}
		if err != nil {
			return nil, err
		}
		if slot[0] != slotUsed {
			r.free = append(r.free, r.end)
			continue
		}
		o, _, err := r.open(slot)
		if err != nil {
			return nil, fmt.Errorf("a key cannot be opened: %w", err)
		}
		r.slots[o] = r.end
	}
}

// open reads a used slot.
func (r *reportKeys) open(slot [slotSize]byte) (o Owner, w warmKey, err error) {
	n := int(binary.BigEndian.Uint16(slot[1:]))
	if n > slotSize-3 {
		return o, w, errors.New("a slot is broken")
	}
	rec, err := r.keys.Open(slot[3:3+n], slotMagic)
	if err != nil {
		return o, w, err
	}
	if len(rec) != recordSize {
		return o, w, errors.New("a slot is broken")
	}
	o = Owner{flows.ReportID(hex.EncodeToString(rec[:16])), Part(rec[16])}
	w = warmKey{slot: slot, day: binary.BigEndian.Uint32(rec[17:])}
	if w.words, err = words.NewAESGCM(rec[21:53]); err == nil {
		w.files, err = files.NewAESGCMHKDF(rec[53:], "SHA256", 32, fileSegment, 0)
	}
	return o, w, err
}

// fileSegment is how much of a file is sealed at a time, in bytes.
const fileSegment = 4096

// record is what open reads.
func record(o Owner, day uint32, secrets []byte) ([]byte, error) {
	id, err := hex.DecodeString(string(o.Report))
	if err != nil || len(id) != 16 {
		return nil, errors.New("this is no report's identifier")
	}
	rec := append(make([]byte, 0, recordSize), id...)
	rec = append(rec, byte(o.Part))
	rec = binary.BigEndian.AppendUint32(rec, day)
	return append(rec, secrets...), nil
}

// changing runs a change of slots while no other process makes one. r.mu is
// held.
func (r *reportKeys) changing(change func() error) error {
	if f, ok := r.file.(*os.File); ok {
		if err := lockFile(f); err != nil {
			return fmt.Errorf("lock the keys of reports: %w", err)
		}
		defer unlockFile(f)
	}
	return change()
}

// write seals a record into a slot. r.mu is held.
func (r *reportKeys) write(at int64, rec []byte) ([slotSize]byte, error) {
	var slot [slotSize]byte
	sealed, err := r.keys.Seal(rec, slotMagic)
	if err != nil {
		return slot, err
	}
	slot[0] = slotUsed
	binary.BigEndian.PutUint16(slot[1:], uint16(len(sealed)))
	copy(slot[3:], sealed)
	if _, err := r.file.WriteAt(slot[:], at); err != nil {
		return slot, err
	}
	r.dirty++
	return slot, nil
}

// get returns the key of an owner. making says that something is about to be
// sealed: a key is made when there is none, and what day it is is remembered.
func (r *reportKeys) get(o Owner, making bool) (warmKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, there := r.slots[o]
	if there {
		w, err := r.read(o, at)
		if !errors.Is(err, ErrShredded) && (err != nil || !making || w.day == r.today()) {
			return w, err
		}
		if err == nil {
			return r.touch(o, at)
		}
	}
	if !making {
		return warmKey{}, ErrShredded
	}
	var secrets [64]byte
	rand.Read(secrets[:]) // never fails: crypto/rand
	rec, err := record(o, r.today(), secrets[:])
	if err != nil {
		return warmKey{}, err
	}
	at = r.end
	if n := len(r.free); n > 0 {
		at = r.free[n-1]
	}
	var slot [slotSize]byte
	err = r.changing(func() (err error) { slot, err = r.write(at, rec); return err })
	if err != nil {
		return warmKey{}, fmt.Errorf("make the key of a report: %w", err)
	}
	if at == r.end {
		r.end += slotSize
	} else {
		r.free = r.free[:len(r.free)-1]
	}
	r.slots[o] = at
	_, w, err := r.open(slot)
	r.keep(o, w)
	return w, err
}

// read reads the key of a slot, from memory if the slot is what it was. r.mu is
// held.
func (r *reportKeys) read(o Owner, at int64) (warmKey, error) {
	var slot [slotSize]byte
	if _, err := r.file.ReadAt(slot[:], at); err != nil {
		return warmKey{}, fmt.Errorf("read the key of a report: %w", err)
	}
	if w, ok := r.warm[o]; ok && w.slot == slot {
		return w, nil
	}
	delete(r.warm, o)
	whose, w, err := Owner{}, warmKey{}, error(nil)
	if slot[0] == slotUsed {
		if whose, w, err = r.open(slot); err != nil {
			return warmKey{}, err
		}
	}
	if whose != o { // another process destroyed it
		delete(r.slots, o)
		if slot[0] != slotUsed {
			r.free = append(r.free, at)
		}
		return warmKey{}, ErrShredded
	}
	r.keep(o, w)
	return w, nil
}

func (r *reportKeys) keep(o Owner, w warmKey) {
	if _, had := r.warm[o]; !had && len(r.warm) >= maxWarm {
		for other := range r.warm { // it is made ready again when it is used
			delete(r.warm, other)
			break
		}
	}
	r.warm[o] = w
}

// touch remembers that a key was used today. r.mu is held.
func (r *reportKeys) touch(o Owner, at int64) (w warmKey, err error) {
	err = r.changing(func() error {
		w, err = r.rewrite(o, at, r.today())
		return err
	})
	if err != nil {
		return warmKey{}, fmt.Errorf("mark the key of a report as used: %w", err)
	}
	return w, nil
}

// rewrite seals a slot's record anew, as used on a day. It is called while
// changing.
func (r *reportKeys) rewrite(o Owner, at int64, day uint32) (warmKey, error) {
	w, err := r.read(o, at)
	if err != nil {
		return w, err
	}
	rec, err := r.keys.Open(w.slot[3:3+binary.BigEndian.Uint16(w.slot[1:])], slotMagic)
	if err != nil {
		return w, err
	}
	binary.BigEndian.PutUint32(rec[17:], day)
	if w.slot, err = r.write(at, rec); err != nil {
		return w, err
	}
	w.day = day
	r.keep(o, w)
	return w, nil
}

func (r *reportKeys) today() uint32 { return day(time.Now()) }

// day counts days, in which the use of keys is remembered.
func day(t time.Time) uint32 { return uint32(max(t.Unix()/(24*60*60), 0)) }

// sync makes all changes durable. Those who come while one is under way share
// the next.
func (r *reportKeys) sync() error {
	r.mu.Lock()
	want := r.dirty
	done := r.synced >= want
	r.mu.Unlock()
	if done {
		return nil
	}
	r.syncing.Lock()
	defer r.syncing.Unlock()
	r.mu.Lock()
	now := r.dirty
	done = r.synced >= want
	r.mu.Unlock()
	if done {
		return nil
	}
	if err := r.file.Sync(); err != nil {
		return fmt.Errorf("make the keys of reports durable: %w", err)
	}
	r.mu.Lock()
	r.synced = max(r.synced, now)
	r.mu.Unlock()
	return nil
}

// shred destroys the keys of the owners, durably. There may be none.
func (r *reportKeys) shred(owners []Owner) error {
	r.mu.Lock()
	err := r.changing(func() error {
		for _, o := range owners {
			if err := r.shredOne(o); err != nil {
				return fmt.Errorf("destroy the key of a report: %w", err)
			}
		}
		return nil
	})
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return r.sync()
}

func (r *reportKeys) shredOne(o Owner) error {
	at, there := r.slots[o]
	if !there {
		return nil
	}
	// Another process may have destroyed it already.
	if _, err := r.read(o, at); errors.Is(err, ErrShredded) {
		return nil
	}
	var slot [slotSize]byte
	rand.Read(slot[1:])
	if _, err := r.file.WriteAt(slot[:], at); err != nil {
		return err
	}
	r.dirty++
	delete(r.warm, o)
	delete(r.slots, o)
	r.free = append(r.free, at)
	return nil
}

// unused lists the owners of all keys of the reports of which no part was sealed
// with since the day of a time: who goes on with a draft uses one key every day,
// and needs them all.
func (r *reportKeys) unused(before time.Time) ([]Owner, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	used := map[flows.ReportID]uint32{}
	var list []Owner
	for o, at := range r.slots {
		w, err := r.read(o, at)
		if errors.Is(err, ErrShredded) {
			continue
		}
		if err != nil {
			return nil, err
		}
		used[o.Report] = max(used[o.Report], w.day)
		list = append(list, o)
	}
	return slices.DeleteFunc(list, func(o Owner) bool { return used[o.Report] >= day(before) }), nil
}

// of lists the owners of the keys of a part.
func (r *reportKeys) of(p Part) []Owner {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Owner
	for o := range r.slots {
		if o.Part == p {
			list = append(list, o)
		}
	}
	return list
}

// reseal seals every key anew, durably, that is not sealed with the primary key
// of the keyset, and returns how many those were.
func (r *reportKeys) reseal(primary uint32) (n int, err error) {
	r.mu.Lock()
	if r.resealed == primary {
		r.mu.Unlock()
		return 0, nil
	}
	for o, at := range r.slots {
		err := r.changing(func() error {
			w, err := r.read(o, at)
			if err == nil && sealer(w.slot) != primary {
				_, err = r.rewrite(o, at, w.day)
				n++
			}
			return err
		})
		if errors.Is(err, ErrShredded) {
			continue
		}
		if err != nil {
			r.mu.Unlock()
			return n, fmt.Errorf("seal the keys of reports anew: %w", err)
		}
	}
	r.resealed = primary
	r.mu.Unlock()
	return n, r.sync()
}

// sealedWith counts the keys that each key of the keyset sealed.
func (r *reportKeys) sealedWith() (map[uint32]int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := map[uint32]int{}
	for o, at := range r.slots {
		w, err := r.read(o, at)
		if errors.Is(err, ErrShredded) {
			continue
		}
		if err != nil {
			return nil, err
		}
		n[sealer(w.slot)]++
	}
	return n, nil
}

// sealer is the key of the keyset that sealed a slot: Tink writes one byte, then
// the key's id.
func sealer(slot [slotSize]byte) uint32 { return binary.BigEndian.Uint32(slot[4:]) }

// memory is a slotFile for tests and for chats that leave nothing behind.
type memory struct {
	mu sync.Mutex
	b  []byte
}

func newMemory() *memory {
	m := &memory{b: make([]byte, slotSize)}
	copy(m.b, slotMagic)
	return m
}

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at >= int64(len(m.b)) {
		return 0, io.EOF
	}
	n := copy(p, m.b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if need := int(at) + len(p) - len(m.b); need > 0 {
		m.b = append(m.b, make([]byte, need)...)
	}
	return copy(m.b[at:], p), nil
}

func (m *memory) Sync() error { return nil }
