package whatsapptest

import (
	"errors"
	"sync"
	"time"

	"go.mau.fi/libsignal/ecc"
	signal "go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// authority vouches for the servers of this process: root, intermediate and the
// static key that all of them use.
type authority struct {
	root, static *keys.KeyPair
	chain        []byte // the certificates, as they are sent
}

// trusted guards whatsmeow.WACertPubKey, which is set once per process.
var trusted struct {
	sync.Mutex
	own  *authority
	root [32]byte
	set  bool
}

// theAuthority is the one of this process; whatsmeow trusts it from then on.
func theAuthority() (*authority, error) {
	trusted.Lock()
	defer trusted.Unlock()
	quiet()
	if trusted.own != nil {
		return trusted.own, nil
	}
	a, err := newAuthority()
	if err != nil {
		return nil, err
	}
	if err := trustLocked([32]byte(a.root.Pub[:])); err != nil {
		return nil, err
	}
	trusted.own = a
	return a, nil
}

// trust makes whatsmeow accept servers of that authority and no other. A second
// call must name the same one.
func trust(root [32]byte) error {
	trusted.Lock()
	defer trusted.Unlock()
	quiet()
	return trustLocked(root)
}

func trustLocked(root [32]byte) error {
	if trusted.set && trusted.root != root {
		return errors.New("whatsapptest: this process trusts another authority already")
	}
	if !trusted.set {
		whatsmeow.WACertPubKey = root
		trusted.root, trusted.set = root, true
	}
	return nil
}

// quiet gives the Signal library a logger, unless the program did. It would set
// its own at the first error, without a lock.
func quiet() {
	if signal.Logger == nil {
		var none signal.Loggable = silent{}
		signal.Setup(&none)
	}
}

// silent is a logger of the Signal library: what cannot be decrypted is an event
// of whatsmeow as well.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

func newAuthority() (*authority, error) {
	a := &authority{root: keys.NewKeyPair(), static: keys.NewKeyPair()}
	middle := keys.NewKeyPair()
	details := func(serial, issuer uint32, key *keys.KeyPair) ([]byte, error) {
		return proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
			Serial: &serial, IssuerSerial: &issuer, Key: key.Pub[:],
			NotBefore: proto.Uint64(uint64(time.Now().Add(-time.Hour).Unix())),
			NotAfter:  proto.Uint64(uint64(time.Now().Add(240 * time.Hour).Unix())),
		})
	}
	upper, err := details(1, 0, middle)
	if err != nil {
		return nil, err
	}
	leaf, err := details(2, 1, a.static)
	if err != nil {
		return nil, err
	}
	a.chain, err = proto.Marshal(&waCert.CertChain{
		Leaf:         &waCert.CertChain_NoiseCertificate{Details: leaf, Signature: sign(middle, leaf)},
		Intermediate: &waCert.CertChain_NoiseCertificate{Details: upper, Signature: sign(a.root, upper)},
	})
	return a, err
}

// sign is Signal's XEdDSA signature.
func sign(key *keys.KeyPair, message []byte) []byte {
	sig := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*key.Priv), message)
	return sig[:]
}

// signed reports whether the signature is that key's.
func signed(key, message, signature []byte) bool {
	return len(key) == 32 && len(signature) == 64 &&
		ecc.VerifySignature(ecc.NewDjbECPublicKey([32]byte(key)), message, [64]byte(signature))
}
