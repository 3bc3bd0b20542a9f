package whatsapptest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"google.golang.org/protobuf/proto"
)

// pairing is a connection on its way to a device.
type pairing struct {
	registration, identity []byte
	signed                 node
	refs                   []string // what the QR codes hold
	notices                []node   // what the client was told meanwhile
	code                   *codePairing
	passkey                *passkeyPairing
}

// tell sends a notification to a client that is pairing. It may acknowledge it as
// late as on its next connection.
func (c *conn) tell(n node) {
	c.s.mu.Lock()
	c.pairing.notices = append(c.pairing.notices, n)
	c.s.mu.Unlock()
	c.send(n)
}

// beginPairing hands out what the client makes QR codes of.
func (s *Server) beginPairing(c *conn) bool {
	d := c.hand.payload.GetDevicePairingData()
	p := &pairing{registration: d.GetERegid(), identity: d.GetEIdent(), signed: node{Tag: "skey", Content: []node{
		{Tag: "id", Content: d.GetESkeyID()},
		{Tag: "value", Content: d.GetESkeyVal()},
		{Tag: "signature", Content: d.GetESkeySig()},
	}}}
	if len(p.identity) != 32 || len(p.registration) != 4 || !signed(p.identity, append([]byte{5}, d.GetESkeyVal()...), d.GetESkeySig()) {
		s.violate(c, "registration", "keys are missing or wrongly signed", nil)
		c.refuse(Refusal{Reason: 400})
		return false
	}
	var refs []node
	for range 6 {
		ref := "2@" + base64.StdEncoding.EncodeToString(random(24))
		p.refs = append(p.refs, ref)
		refs = append(refs, node{Tag: "ref", Content: []byte(ref)})
	}
	s.mu.Lock()
	c.pairing = p
	s.mu.Unlock()
	c.request(node{Tag: "iq", Attrs: attrs{"type": "set", "xmlns": "md"}, Content: []node{{Tag: "pair-device", Content: refs}}}, func(*node) {})
	return true
}

// Scan lets the phone scan the text of a QR code and returns when the client is
// paired. An account with a passkey then wants that answered, so the client
// must be able to while Scan waits.
func (a *Account) Scan(qr string) error {
	ref, identity, secret, err := parseQR(qr)
	if err != nil {
		return err
	}
	c := a.s.pairingConn(func(p *pairing) bool {
		for _, r := range p.refs {
			if r == ref {
				return true
			}
		}
		return false
	})
	switch {
	case c == nil:
		return errors.New("whatsapptest: no client shows this QR code")
	case !bytes.Equal(identity, c.pairing.identity):
		return errors.New("whatsapptest: the QR code is another client's")
	case a.passkey:
		return a.pairByPasskey(c)
	}
	return a.link(c, secret)
}

// parseQR takes a QR code apart: the reference, the client's Noise and identity
// keys, and a secret that only who saw the code knows.
func parseQR(qr string) (ref string, identity, secret []byte, err error) {
	parts := strings.Split(qr[strings.IndexByte(qr, '#')+1:], ",")
	if len(parts) < 4 {
		return "", nil, nil, errors.New("whatsapptest: this is no pairing code")
	}
	if identity, err = base64.StdEncoding.DecodeString(parts[2]); err != nil {
		return "", nil, nil, err
	}
	secret, err = base64.StdEncoding.DecodeString(parts[3])
	return parts[0], identity, secret, err
}

// pairingConn is the connection whose pairing is the one that is looked for.
func (s *Server) pairingConn(is func(*pairing) bool) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.pairing != nil && is(c.pairing) {
			return c
		}
	}
	return nil
}

// link makes a client a companion: the phone signs its identity, the client
// countersigns, and connects again.
func (a *Account) link(c *conn, secret []byte) error {
	s, p := a.s, c.pairing
	s.mu.Lock()
	a.last++
	d := &device{acct: a, id: a.last, key: c.hand.clientKey, registration: p.registration, identity: p.identity, signed: p.signed}
	s.mu.Unlock()
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID: proto.Uint32(1), Timestamp: proto.Uint64(uint64(s.now())), KeyIndex: proto.Uint32(uint32(d.id)),
	})
	if err != nil {
		return err
	}
	vouched, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: a.identity.Pub[:],
		AccountSignature: sign(a.identity, join([]byte{6, 0}, details, p.identity)),
	})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(vouched)
	container, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: vouched, HMAC: mac.Sum(nil)})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	c.request(node{Tag: "iq", Attrs: attrs{"type": "set", "xmlns": "md", "t": s.now()}, Content: []node{{Tag: "pair-success", Content: []node{
		{Tag: "device-identity", Content: container},
		{Tag: "biz", Attrs: attrs{"name": ""}},
		{Tag: "device", Attrs: attrs{"jid": d.as(a.PN), "lid": d.as(a.LID)}},
		{Tag: "platform", Attrs: attrs{"name": "android"}},
	}}}}, func(answer *node) {
		var back waAdv.ADVSignedDeviceIdentity
		switch {
		case text(answer, "type") == "error":
			done <- fmt.Errorf("whatsapptest: the client refuses: %s", answer)
		case proto.Unmarshal(content(answer, "pair-device-sign", "device-identity"), &back) != nil,
			!signed(p.identity, join([]byte{6, 1}, details, p.identity, a.identity.Pub[:]), back.DeviceSignature):
			s.violate(c, "pair-device-sign", "wrong signature", nil)
			done <- errors.New("whatsapptest: wrong device signature")
		default:
			s.mu.Lock()
			for _, n := range p.notices {
				d.expect(&n)
			}
			a.devices[d.id] = d
			s.tellDevices(d, "add")
			s.mu.Unlock()
			c.part(node{Tag: "stream:error", Attrs: attrs{"code": "515"}}, farewell)
			done <- nil
		}
	})
	return await(done, c.done)
}

// await waits for the outcome of a pairing. A client hangs up when it is paired,
// so the outcome may come a little after its end.
func await(done <-chan error, gone <-chan struct{}) error {
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-gone:
			gone = nil
			late.Reset(time.Second)
		case <-late.C:
			return errTimeout
		}
	}
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// preregister makes a client the phone of an account, without pairing.
func (s *Server) preregister(a *Account, u *User) error {
	dev := u.store
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: proto.Uint32(1), Timestamp: proto.Uint64(uint64(s.now())), KeyIndex: proto.Uint32(0)})
	if err != nil {
		return err
	}
	dev.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: a.identity.Pub[:],
		AccountSignature: sign(a.identity, join([]byte{6, 0}, details, dev.IdentityKey.Pub[:])),
		DeviceSignature:  sign(dev.IdentityKey, join([]byte{6, 1}, details, dev.IdentityKey.Pub[:], a.identity.Pub[:])),
	}
	pn := a.PN
	dev.ID, dev.LID, dev.PushName, dev.Platform, dev.Initialized = &pn, a.LID, a.Name, "android", true
	d := &device{acct: a, key: *dev.NoiseKey.Pub, identity: dev.IdentityKey.Pub[:]}
	d.registration = []byte{byte(dev.RegistrationID >> 24), byte(dev.RegistrationID >> 16), byte(dev.RegistrationID >> 8), byte(dev.RegistrationID)}
	id := dev.SignedPreKey.KeyID
	d.signed = node{Tag: "skey", Content: []node{
		{Tag: "id", Content: []byte{byte(id >> 16), byte(id >> 8), byte(id)}},
		{Tag: "value", Content: dev.SignedPreKey.Pub[:]},
		{Tag: "signature", Content: dev.SignedPreKey.Signature[:]},
	}}
	s.mu.Lock()
	defer s.mu.Unlock()
	a.devices[0] = d
	a.user = u
	return nil
}
