package whatsapptest

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// memory is where a user's client keeps its keys: maps, because fifty databases
// would be the slowest part of a test. What a phone without contacts, settings
// and other devices never asks for is left to NoopStore.
type memory struct {
	*store.NoopStore

	mu         sync.Mutex
	identities map[string][32]byte
	sessions   map[string][]byte
	senderKeys map[[2]string][]byte
	prekeys    map[uint32]*keys.PreKey
	uploaded   int // how many of them
	tokens     map[types.JID]store.PrivacyToken
	lids, pns  map[string]string // number → LID, LID → number
}

var (
	_ store.AllStores       = (*memory)(nil)
	_ store.DeviceContainer = (*memory)(nil)
)

// newMemory returns a device that keeps everything in memory and has uploaded so
// many one-time keys.
func newMemory(uploaded int) *store.Device {
	m := &memory{
		NoopStore: &store.NoopStore{}, identities: map[string][32]byte{}, sessions: map[string][]byte{},
		senderKeys: map[[2]string][]byte{}, prekeys: map[uint32]*keys.PreKey{}, tokens: map[types.JID]store.PrivacyToken{},
		lids: map[string]string{}, pns: map[string]string{}, uploaded: uploaded,
	}
	dev := &store.Device{
		NoiseKey: keys.NewKeyPair(), IdentityKey: keys.NewKeyPair(), RegistrationID: 7, AdvSecretKey: random(32), Container: m, LIDs: m,
	}
	dev.SignedPreKey = dev.IdentityKey.CreateSignedPreKey(1)
	dev.SetAllStores(m)
	return dev
}

func (m *memory) PutIdentity(_ context.Context, address string, key [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identities[address] = key
	return nil
}

func (m *memory) DeleteIdentity(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.identities, address)
	return nil
}

func (m *memory) DeleteAllIdentities(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.identities, func(address string, _ [32]byte) bool { return of(user, address) })
	return nil
}

// of reports whether a Signal address is one of the user's devices.
func of(user, address string) bool {
	before, _, _ := strings.Cut(address, ":")
	before, _, _ = strings.Cut(before, "_")
	user, _, _ = strings.Cut(user, "_")
	return before == user
}

func (m *memory) IsTrustedIdentity(_ context.Context, address string, key [32]byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.identities[address]
	return !ok || known == key, nil
}

func (m *memory) GetSession(_ context.Context, address string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions[address], nil
}

func (m *memory) HasSession(_ context.Context, address string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions[address] != nil, nil
}

func (m *memory) GetManySessions(_ context.Context, addresses []string) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[string][]byte, len(addresses))
	for _, a := range addresses {
		out[a] = m.sessions[a]
	}
	return out, nil
}

func (m *memory) PutSession(_ context.Context, address string, session []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[address] = session
	return nil
}

func (m *memory) PutManySessions(_ context.Context, sessions map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.sessions, sessions)
	return nil
}

func (m *memory) DeleteSession(_ context.Context, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, address)
	return nil
}

func (m *memory) DeleteAllSessions(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.sessions, func(address string, _ []byte) bool { return of(user, address) })
	return nil
}

func (m *memory) MigratePNToLID(context.Context, types.JID, types.JID) error { return nil } // all sessions are by LID

func (m *memory) UploadedPreKeyCount(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.uploaded, nil
}

func (m *memory) MarkPreKeysAsUploaded(_ context.Context, upTo uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.uploaded = int(upTo)
	return nil
}

func (m *memory) GetOrGenPreKeys(ctx context.Context, count uint32) ([]*keys.PreKey, error) {
	out := make([]*keys.PreKey, count)
	for i := range out {
		out[i], _ = m.GenOnePreKey(ctx)
	}
	return out, nil
}

func (m *memory) GenOnePreKey(context.Context) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := keys.NewPreKey(uint32(len(m.prekeys) + 1))
	m.prekeys[k.KeyID] = k
	return k, nil
}

func (m *memory) GetPreKey(_ context.Context, id uint32) (*keys.PreKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.prekeys[id], nil
}

func (m *memory) RemovePreKey(_ context.Context, id uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.prekeys[id] = nil // the next id is counted from the length
	return nil
}

func (m *memory) PutSenderKey(_ context.Context, group, user string, key []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.senderKeys[[2]string{group, user}] = key
	return nil
}

func (m *memory) GetSenderKey(_ context.Context, group, user string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.senderKeys[[2]string{group, user}], nil
}

func (m *memory) PutPrivacyTokens(_ context.Context, tokens ...store.PrivacyToken) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tokens {
		m.tokens[t.User] = t
	}
	return nil
}

func (m *memory) GetPrivacyToken(_ context.Context, user types.JID) (*store.PrivacyToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tokens[user]; ok {
		return &t, nil
	}
	return nil, nil
}

func (m *memory) PutLIDMapping(_ context.Context, lid, pn types.JID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lids[pn.User], m.pns[lid.User] = lid.User, pn.User
	return nil
}

func (m *memory) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	for _, p := range mappings {
		if err := m.PutLIDMapping(ctx, p.LID, p.PN); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) GetLIDForPN(_ context.Context, pn types.JID) (types.JID, error) {
	return m.other(m.lids, pn, types.HiddenUserServer)
}

func (m *memory) GetPNForLID(_ context.Context, lid types.JID) (types.JID, error) {
	return m.other(m.pns, lid, types.DefaultUserServer)
}

func (m *memory) other(table map[string]string, j types.JID, server string) (types.JID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if user := table[j.User]; user != "" {
		return types.JID{User: user, Device: j.Device, Server: server}, nil
	}
	return types.JID{}, nil
}

func (m *memory) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	out := make(map[types.JID]types.JID, len(pns))
	for _, pn := range pns {
		if lid, err := m.GetLIDForPN(ctx, pn); err == nil && !lid.IsEmpty() {
			out[pn] = lid
		}
	}
	return out, nil
}

// barrier orders what happened before in one goroutine with what happens after in
// another. When an account is logged out, whatsmeow replaces the stores of a
// device without a lock; a database orders that with the last use of them, and
// so must this.
func (m *memory) barrier() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return nil
}

func (m *memory) DeleteDevice(context.Context, *store.Device) error { return m.barrier() }

func (m *memory) PutPushName(context.Context, types.JID, string) (bool, string, error) {
	return false, "", m.barrier()
}

func (m *memory) PutMessageSecret(context.Context, types.JID, types.JID, types.MessageID, []byte) error {
	return m.barrier()
}

func (m *memory) DeleteExpiredPrivacyTokens(context.Context, time.Time) (int64, error) {
	return 0, m.barrier()
}

func (m *memory) GetOutgoingEvent(context.Context, types.JID, types.JID, types.MessageID) (string, []byte, error) {
	return "", nil, errors.New("not kept")
}
