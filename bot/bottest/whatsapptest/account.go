package whatsapptest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// Account is a phone number on WhatsApp. Its first device is the phone; others
// are companions, such as the client under test. The fields are fixed once the
// account exists.
type Account struct {
	PN, LID types.JID // its two addresses, without a device
	Name    string    // push name at the start

	s         *Server
	identity  *keys.KeyPair // the phone's: it vouches for companions
	passkey   bool
	hidePhone bool

	// Guarded by Server.mu.
	user     *User // nil for an account under test
	pushName string
	byPhone  bool // its messages are addressed by phone number
	devices  map[uint16]*device
	last     uint16
	refusal  Refusal
	met      map[*Account]bool // who wrote to it
	watchers map[*Account]bool // who asked for its devices
	tokens   map[*Account][]byte
	restrict bool
}

// Peer is whom one can write to: an Account, a User or a Group.
type Peer interface{ address() types.JID }

// Member is who can be in a group: an Account or a User.
type Member interface {
	Peer
	account() *Account
}

func (a *Account) account() *Account  { return a }
func (a *Account) address() types.JID { return a.LID }

// AccountOptions choose what is known about an account; what is empty is
// invented.
type AccountOptions struct {
	Name       string
	Phone, LID string // digits
	HidePhone  bool   // nobody is told the phone number
	Passkey    bool   // pairing wants a passkey
	// Known are people whom the account may write to first.
	Known []Member
}

// NewAccount returns an account whose phone has no client: the client under test
// pairs with it. Numbers are invented: +62 899-000-xxxx.
func (s *Server) NewAccount(name string) *Account {
	return s.NewAccountWith(AccountOptions{Name: name})
}

// NewAccountWith is NewAccount with options. A number that is taken is a mistake
// of the test and panics.
func (s *Server) NewAccountWith(o AccountOptions) *Account {
	a := s.newAccount(o, keys.NewKeyPair())
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range o.Known {
		a.met[m.account()] = true
	}
	d := &device{acct: a, phone: true, registration: []byte{0, 0, 0, 1}, identity: a.identity.Pub[:]}
	signed := a.identity.CreateSignedPreKey(1)
	d.signed = node{Tag: "skey", Content: []node{
		{Tag: "id", Content: []byte{0, 0, 1}},
		{Tag: "value", Content: signed.Pub[:]},
		{Tag: "signature", Content: signed.Signature[:]},
	}}
	a.devices[0] = d
	return a
}

func (s *Server) newAccount(o AccountOptions, identity *keys.KeyPair) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people++
	if o.Phone == "" {
		o.Phone = fmt.Sprintf("62899000%04d", s.people)
	}
	if o.LID == "" {
		o.LID = fmt.Sprintf("7789900000%04d", s.people)
	}
	if o.Name == "" {
		o.Name = fmt.Sprintf("Warga Contoh %d", s.people)
	}
	if s.accounts[o.Phone] != nil || s.accounts[o.LID] != nil {
		panic("whatsapptest: number " + o.Phone + " or LID " + o.LID + " is taken")
	}
	a := &Account{
		PN: types.NewJID(o.Phone, types.DefaultUserServer), LID: types.NewJID(o.LID, types.HiddenUserServer), Name: o.Name,
		s: s, identity: identity, passkey: o.Passkey, hidePhone: o.HidePhone, pushName: o.Name,
		devices: map[uint16]*device{}, met: map[*Account]bool{}, watchers: map[*Account]bool{}, tokens: map[*Account][]byte{},
	}
	s.accounts[o.Phone], s.accounts[o.LID] = a, a
	return a
}

// in is the account's address in the address space of ref.
func (a *Account) in(ref types.JID) types.JID {
	if ref.Server == types.HiddenUserServer {
		return a.LID
	}
	return a.PN
}

// SetByPhone makes what the account writes be addressed by phone number, as from
// an old client, and not by LID.
func (a *Account) SetByPhone(on bool) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.byPhone = on && !a.hidePhone
}

// Online tells whether a client of the account is connected and receives.
func (a *Account) Online() bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return slices.ContainsFunc(a.all(), func(d *device) bool { return d.active })
}

// Devices returns the addresses of the paired clients, the phone not included.
func (a *Account) Devices() []types.JID {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	var out []types.JID
	for _, d := range a.all() {
		if !d.phone {
			out = append(out, d.as(a.PN))
		}
	}
	return out
}

// Queued counts the stanzas that the account's clients have not acknowledged.
func (a *Account) Queued() int {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	n := 0
	for _, d := range a.devices {
		n += len(d.queue)
	}
	return n
}

// all are the devices in order. s.mu must be held.
func (a *Account) all() []*device {
	out := make([]*device, 0, len(a.devices))
	for _, d := range a.devices {
		out = append(out, d)
	}
	slices.SortFunc(out, func(x, y *device) int { return int(x.id) - int(y.id) })
	return out
}

// each calls do for every connection of the account.
func (a *Account) each(do func(*conn)) {
	a.s.mu.Lock()
	var conns []*conn
	for _, d := range a.all() {
		if d.conn != nil {
			conns = append(conns, d.conn)
		}
	}
	a.s.mu.Unlock()
	for _, c := range conns {
		do(c)
	}
}

// Cut breaks the account's connections off.
func (a *Account) Cut() { a.each((*conn).close) }

// StreamError ends the account's connections with a code: 515 asks to connect
// again, 503 is a restart of the server, 500 is unknown.
func (a *Account) StreamError(code string) {
	a.each(func(c *conn) {
		until := linger
		if code == "515" {
			until = farewell
		}
		c.part(node{Tag: "stream:error", Attrs: attrs{"code": code}}, until)
	})
}

// Replaced ends the account's connections as if the same device had connected
// somewhere else.
func (a *Account) Replaced() {
	a.each(func(c *conn) { c.part(conflict("replaced"), farewell) })
}

func conflict(kind string) node {
	n := node{Tag: "stream:error", Attrs: attrs{}, Content: []node{{Tag: "conflict", Attrs: attrs{"type": kind}}}}
	if kind == "device_removed" {
		n.Attrs["code"] = "401"
	}
	return n
}

// Unlink removes all companions, as the phone can.
func (a *Account) Unlink() {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for _, d := range a.all() {
		if d.id == 0 {
			continue
		}
		if d.conn != nil {
			d.conn.part(conflict("device_removed"), farewell)
		}
		a.s.remove(d)
	}
}

// Restrict tells the account that it may not write to new people until then, or
// that it may again. While it is restricted a first message to somebody gets
// error 463.
func (a *Account) Restrict(on bool, until time.Time) {
	body := fmt.Sprintf(`{"data":{"xwa2_notify_account_reachout_timelock":{"is_active":%t,"enforcement_type":"RESTRICT_ALL_COMPANIONS","time_enforcement_ends":"%d"}}}`, on, until.Unix())
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.restrict = on
	for _, d := range a.devices {
		a.s.deliver(d, a.s.notification("mex", types.ServerJID, node{
			Tag: "update", Attrs: attrs{"op_name": "NotificationUserReachoutTimelockUpdate"}, Content: []byte(body),
		}))
	}
}

// Canaries returns what identifies people: phone numbers, LIDs and names.
func (s *Server) Canaries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.accounts {
		out = append(out, a.PN.User, a.LID.User, a.Name, a.pushName)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// find is the account behind an address, nil when there is none. s.mu must be
// held.
func (s *Server) find(j types.JID) *Account {
	if j.Server != types.DefaultUserServer && j.Server != types.HiddenUserServer {
		return nil
	}
	return s.accounts[j.User]
}

// findDevice is the device behind an address, nil when there is none.
func (s *Server) findDevice(j types.JID) *device {
	if a := s.find(j); a != nil {
		return a.devices[j.Device]
	}
	return nil
}

var errTimeout = errors.New("whatsapptest: the client is gone or did not answer in time")
