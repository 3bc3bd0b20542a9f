package whatsapptest

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// sealer is AES-GCM with a key.
type sealer interface {
	Seal(dst, nonce, plaintext, data []byte) []byte
	Open(dst, nonce, ciphertext, data []byte) ([]byte, error)
}

// handshake is what one connection agreed on.
type handshake struct {
	clientKey   [32]byte // by which a device is known at its next login
	payload     *waWa6.ClientPayload
	read, write sealer
}

// noise is the responder's state in Noise_XX_25519_AESGCM_SHA256.
type noise struct {
	hash, chain []byte
	key         sealer
	counter     uint32
}

// respond is the server's side of the handshake over raw frames.
func (a *authority) respond(prologue []byte, receive func() ([]byte, error), send func([]byte) error) (*handshake, error) {
	n := &noise{hash: []byte(socket.NoiseStartPattern), chain: []byte(socket.NoiseStartPattern)}
	var err error
	if n.key, err = gcmutil.Prepare(n.hash); err != nil {
		return nil, err
	}
	n.mix(prologue)
	hello, err := receiveHandshake(receive)
	if err != nil {
		return nil, err
	}
	theirs := hello.GetClientHello().GetEphemeral()
	n.mix(theirs)
	mine := keys.NewKeyPair()
	n.mix(mine.Pub[:])
	if err := n.agree(mine, theirs); err != nil {
		return nil, fmt.Errorf("client hello: %w", err)
	}
	static := n.seal(a.static.Pub[:])
	if err := n.agree(a.static, theirs); err != nil {
		return nil, err
	}
	raw, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: mine.Pub[:], Static: static, Payload: n.seal(a.chain),
	}})
	if err != nil {
		return nil, err
	}
	if err := send(raw); err != nil {
		return nil, err
	}
	finish, err := receiveHandshake(receive)
	if err != nil {
		return nil, err
	}
	clientKey, err := n.open(finish.GetClientFinish().GetStatic())
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	if err := n.agree(mine, clientKey); err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	payload, err := n.open(finish.GetClientFinish().GetPayload())
	if err != nil {
		return nil, fmt.Errorf("client payload: %w", err)
	}
	h := &handshake{clientKey: [32]byte(clientKey), payload: &waWa6.ClientPayload{}}
	if err := proto.Unmarshal(payload, h.payload); err != nil {
		return nil, fmt.Errorf("client payload: %w", err)
	}
	up, down, err := expand(n.chain, nil)
	if err != nil {
		return nil, err
	}
	if h.read, err = gcmutil.Prepare(up); err != nil {
		return nil, err
	}
	h.write, err = gcmutil.Prepare(down)
	return h, err
}

func receiveHandshake(receive func() ([]byte, error)) (*waWa6.HandshakeMessage, error) {
	raw, err := receive()
	if err != nil {
		return nil, err
	}
	var m waWa6.HandshakeMessage
	return &m, proto.Unmarshal(raw, &m)
}

func (n *noise) mix(b []byte) {
	h := sha256.Sum256(append(append([]byte(nil), n.hash...), b...))
	n.hash = h[:]
}

// agree mixes the secret that two keys share into the chain.
func (n *noise) agree(private *keys.KeyPair, public []byte) error {
	secret, err := shared(private, public)
	if err != nil {
		return err
	}
	chain, key, err := expand(n.chain, secret)
	if err != nil {
		return err
	}
	n.chain, n.counter = chain, 0
	n.key, err = gcmutil.Prepare(key)
	return err
}

func (n *noise) seal(plaintext []byte) []byte {
	out := n.key.Seal(nil, nonce(n.counter), plaintext, n.hash)
	n.counter++
	n.mix(out)
	return out
}

func (n *noise) open(ciphertext []byte) ([]byte, error) {
	out, err := n.key.Open(nil, nonce(n.counter), ciphertext, n.hash)
	if err != nil {
		return nil, err
	}
	n.counter++
	n.mix(ciphertext)
	return out, nil
}

func expand(salt, secret []byte) (first, second []byte, err error) {
	out, err := hkdf.Key(sha256.New, secret, salt, "", 64)
	if err != nil {
		return nil, nil, err
	}
	return out[:32], out[32:], nil
}

func nonce(counter uint32) []byte {
	return binary.BigEndian.AppendUint32(make([]byte, 8, 12), counter)
}

// shared is the X25519 secret of two keys.
func shared(private *keys.KeyPair, public []byte) ([]byte, error) {
	if len(public) != 32 {
		return nil, errors.New("no public key")
	}
	mine, err := ecdh.X25519().NewPrivateKey(private.Priv[:])
	if err != nil {
		return nil, err
	}
	theirs, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return mine.ECDH(theirs)
}
