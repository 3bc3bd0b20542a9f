package whatsapptest

import (
	"bytes"
	"crypto/aes"    //nolint:depguard // WhatsApp's pairing code is AES in counter mode, which tink does not speak
	"crypto/cipher" //nolint:depguard // see above
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"go.mau.fi/whatsmeow/util/keys"
)

// codePairing is a client that shows a code of eight characters to be entered on
// the phone. The code encrypts the two sides' ephemeral keys.
type codePairing struct {
	number    types.JID
	ref       []byte
	companion []byte // its ephemeral key: salt, nonce, ciphertext

	account *Account // once the code was entered
	mine    *keys.KeyPair
	theirs  []byte
	done    chan error
}

// browser is how the real service wants clients to call themselves.
var browser = regexp.MustCompile(`^[A-Z][A-Za-z ]* \([A-Za-z ]+\)$`)

// linkCode takes the client's two steps.
func (s *Server) linkCode(c *conn, n, step *node) {
	if c.pairing == nil {
		s.fail(c, n, "400", "bad-request")
		return
	}
	switch text(step, "stage") {
	case "companion_hello":
		wrapped := content(step, "link_code_pairing_wrapped_companion_ephemeral_pub")
		if name := content(step, "companion_platform_display"); !browser.Match(name) || len(wrapped) != 80 {
			s.violate(c, "link_code_companion_reg", fmt.Sprintf("refused: display name %q, key of %d bytes", name, len(wrapped)), nil)
			s.fail(c, n, "400", "bad-request")
			return
		}
		p := &codePairing{number: jid(step, "jid"), ref: random(16), companion: wrapped, done: make(chan error, 1)}
		s.mu.Lock()
		c.pairing.code = p
		s.mu.Unlock()
		s.reply(c, n, node{Tag: "link_code_companion_reg", Attrs: attrs{"stage": "companion_hello"}, Content: []node{
			{Tag: "link_code_pairing_ref", Content: p.ref},
		}})
	case "companion_finish":
		s.mu.Lock()
		p := c.pairing.code
		entered := p != nil && p.account != nil
		s.mu.Unlock()
		if !entered || !bytes.Equal(content(step, "link_code_pairing_ref"), p.ref) {
			s.fail(c, n, "400", "bad-request")
			return
		}
		secret, err := p.secret(content(step, "link_code_pairing_wrapped_key_bundle"), content(step, "companion_identity_public"))
		if err != nil {
			s.fail(c, n, "400", "bad-request")
			p.done <- err
			return
		}
		s.reply(c, n)
		if s.enter() { // link waits for the reader, which this is
			go func() {
				defer s.wg.Done()
				p.done <- p.account.link(c, secret)
			}()
		}
	default:
		s.violate(c, "link_code_companion_reg", "unknown stage", n)
		s.fail(c, n, "400", "bad-request")
	}
}

// secret opens the client's bundle of keys and derives what vouches for the
// phone.
func (p *codePairing) secret(wrapped, identity []byte) ([]byte, error) {
	if len(wrapped) < 44 {
		return nil, errors.New("whatsapptest: short key bundle")
	}
	agreed, err := shared(p.mine, p.theirs)
	if err != nil {
		return nil, err
	}
	key := hkdfutil.SHA256(agreed, wrapped[:32], []byte("link_code_pairing_key_bundle_encryption_key"), 32)
	bundle, err := gcmutil.Decrypt(key, wrapped[32:44], wrapped[44:], nil)
	if err != nil {
		return nil, fmt.Errorf("whatsapptest: wrong code: %w", err)
	}
	if len(bundle) != 96 || !bytes.Equal(bundle[:32], identity) || !bytes.Equal(bundle[32:64], p.account.identity.Pub[:]) {
		return nil, errors.New("whatsapptest: key bundle does not fit the identities")
	}
	both, err := shared(p.account.identity, identity)
	if err != nil {
		return nil, err
	}
	return hkdfutil.SHA256(join(agreed, both, bundle[64:]), nil, []byte("adv_secret"), 32), nil
}

// EnterCode enters on the phone the code that a client shows, with or without a
// dash, and returns when the client is paired.
func (a *Account) EnterCode(code string) error {
	code = strings.ToUpper(strings.ReplaceAll(code, "-", ""))
	c := a.s.pairingConn(func(p *pairing) bool { return p.code != nil && p.code.number.User == a.PN.User })
	if c == nil {
		return errors.New("whatsapptest: no client asked for a code for this number")
	}
	p := c.pairing.code
	theirs, err := byCode(code, p.companion[:32], p.companion[32:48], p.companion[48:])
	if err != nil {
		return err
	}
	mine := keys.NewKeyPair()
	salt, iv := random(32), random(16)
	wrapped, err := byCode(code, salt, iv, mine.Pub[:])
	if err != nil {
		return err
	}
	a.s.mu.Lock()
	p.account, p.mine, p.theirs = a, mine, theirs
	n := a.s.notification("link_code_companion_reg", types.ServerJID, node{Tag: "link_code_companion_reg", Attrs: attrs{"stage": "primary_hello"}, Content: []node{
		{Tag: "link_code_pairing_ref", Content: p.ref},
		{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: join(salt, iv, wrapped)},
		{Tag: "primary_identity_pub", Content: a.identity.Pub[:]},
	}})
	a.s.mu.Unlock()
	c.tell(n)
	return await(p.done, c.done)
}

// byCode encrypts or decrypts, which is the same, with a key made of the code.
func byCode(code string, salt, iv, in []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha256.New, code, salt, 2<<16, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(in))
	cipher.NewCTR(block, iv).XORKeyStream(out, in)
	return out, nil
}
