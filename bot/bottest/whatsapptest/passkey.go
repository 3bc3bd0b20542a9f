package whatsapptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// passkeyPairing is the pairing of an account that wants a passkey. The client
// commits itself to a nonce before it learns the phone's, so that the code that
// both show cannot be chosen.
type passkeyPairing struct {
	account   *Account
	challenge string
	ref       string
	mine      *keys.KeyPair
	nonce     []byte
	done      chan error

	companion  []byte // as it was sent
	ident      waCompanionReg.CompanionEphemeralIdentity
	commitment []byte
	code       string
}

var codeAlphabet = base32.NewEncoding("123456789ABCDEFGHJKLMNPQRSTVWXYZ")

// pairByPasskey asks the client for the assertion and waits for the rest.
func (a *Account) pairByPasskey(c *conn) error {
	p := &passkeyPairing{
		account: a, challenge: base64.RawURLEncoding.EncodeToString(random(32)), ref: "pk-" + c.newID(),
		mine: keys.NewKeyPair(), nonce: random(32), done: make(chan error, 1),
	}
	options, err := json.Marshal(map[string]any{
		"challenge": p.challenge, "timeout": 600_000, "rpId": "whatsapp.com", "userVerification": "required", "allowCredentials": []any{},
	})
	if err != nil {
		return err
	}
	a.s.mu.Lock()
	c.pairing.passkey = p
	n := a.s.notification("passkey_prologue_request", types.ServerJID, node{Tag: "passkey_request_options", Content: options})
	a.s.mu.Unlock()
	c.tell(n)
	return await(p.done, c.done)
}

// PasskeyCode is the code that the phone shows during a passkey pairing, for
// comparison with the client's. It is empty before the client answered.
func (a *Account) PasskeyCode() string {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for c := range a.s.conns {
		if c.pairing != nil && c.pairing.passkey != nil && c.pairing.passkey.account == a {
			return c.pairing.passkey.code
		}
	}
	return ""
}

// passkeyStep takes the client's steps, in their order.
func (s *Server) passkeyStep(c *conn, n, step *node) {
	var p *passkeyPairing
	if c.pairing != nil {
		s.mu.Lock()
		p = c.pairing.passkey
		s.mu.Unlock()
	}
	if p == nil {
		s.fail(c, n, "400", "bad-request")
		return
	}
	var err error
	switch step.Tag {
	case "ref":
		s.reply(c, n, node{Tag: "ref", Content: []byte(p.ref)})
	case "passkey_prologue":
		err = s.passkeyPrologue(c, n, step, p)
	case "companion_nonce":
		err = s.passkeyNonce(c, n, step, p)
	case "encrypted_pairing_request":
		err = s.passkeyRequest(c, n, step, p)
	}
	if err != nil {
		s.fail(c, n, "400", "bad-request")
		p.done <- err
	}
}

func (s *Server) passkeyPrologue(c *conn, n, step *node, p *passkeyPairing) error {
	var answer types.WebAuthnResponse
	if err := json.Unmarshal(content(step, "webauthn_assertion"), &answer); err != nil {
		return err
	}
	var client struct{ Type, Challenge, Origin string }
	if err := json.Unmarshal(answer.Response.ClientDataJSON, &client); err != nil {
		return err
	}
	if client.Challenge != p.challenge || client.Type != "webauthn.get" || client.Origin != "https://web.whatsapp.com" {
		return errors.New("whatsapptest: the assertion answers another challenge")
	}
	var prologue waCompanionReg.ProloguePayload
	if err := proto.Unmarshal(content(step, "prologue_payload"), &prologue); err != nil {
		return err
	}
	p.companion, p.commitment = prologue.GetCompanionEphemeralIdentity(), prologue.GetCommitment().GetHash()
	if err := proto.Unmarshal(p.companion, &p.ident); err != nil {
		return err
	}
	if p.ident.GetRef() != p.ref {
		return errors.New("whatsapptest: the client's identity is for another pairing")
	}
	s.reply(c, n)
	mine, err := proto.Marshal(&waCompanionReg.PrimaryEphemeralIdentity{PublicKey: p.mine.Pub[:], Nonce: p.nonce})
	if err != nil {
		return err
	}
	s.mu.Lock()
	next := s.notification("crsc_continuation", types.ServerJID, node{Tag: "primary_ephemeral_identity", Content: mine})
	s.mu.Unlock()
	c.tell(next)
	return nil
}

func (s *Server) passkeyNonce(c *conn, n, step *node, p *passkeyPairing) error {
	theirs := content(step)
	if h := sha256.Sum256(join(p.companion, theirs)); !bytes.Equal(h[:], p.commitment) {
		return errors.New("whatsapptest: the nonce is not the one that was promised")
	}
	digest := sha256.Sum256(join(theirs, p.mine.Pub[:]))
	raw := make([]byte, 5)
	for i := range raw {
		raw[i] = p.nonce[i] ^ digest[i]
	}
	code := codeAlphabet.EncodeToString(raw)
	s.mu.Lock()
	p.code = code[:4] + "-" + code[4:]
	s.mu.Unlock()
	s.reply(c, n)
	return nil
}

func (s *Server) passkeyRequest(c *conn, n, step *node, p *passkeyPairing) error {
	var sealed waCompanionReg.EncryptedPairingRequest
	if err := proto.Unmarshal(content(step), &sealed); err != nil {
		return err
	}
	agreed, err := shared(p.mine, p.ident.GetPublicKey())
	if err != nil {
		return err
	}
	salt := fmt.Sprintf("Companion Pairing %d with ref %s", p.ident.GetDeviceType(), p.ref)
	key := hkdfutil.SHA256(agreed, []byte(salt), []byte("Pairing Information Encryption Key"), 32)
	raw, err := gcmutil.Decrypt(key, sealed.GetIV(), sealed.GetEncryptedPayload(), nil)
	if err != nil {
		return err
	}
	var request waCompanionReg.PairingRequest
	if err := proto.Unmarshal(raw, &request); err != nil {
		return err
	}
	if !bytes.Equal(request.GetCompanionIdentityKey(), c.pairing.identity) {
		return errors.New("whatsapptest: the request is for another client")
	}
	s.reply(c, n)
	if s.enter() { // link waits for the reader, which this is
		go func() {
			defer s.wg.Done()
			p.done <- p.account.link(c, request.GetAdvSecret())
		}()
	}
	return nil
}
