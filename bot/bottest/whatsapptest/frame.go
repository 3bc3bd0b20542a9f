package whatsapptest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
)

// maxFrame is the largest length that three bytes can say.
const maxFrame = 1<<24 - 1

var errFrame = errors.New("frame too long")

// readFrame reads a length of three bytes and as many bytes.
func readFrame(r io.Reader) ([]byte, error) {
	var head [3]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	_, err := io.ReadFull(r, frame)
	return frame, err
}

// appendFrame is the opposite of readFrame.
func appendFrame(dst, frame []byte) ([]byte, error) {
	if len(frame) > maxFrame {
		return dst, errFrame
	}
	return append(append(dst, byte(len(frame)>>16), byte(len(frame)>>8), byte(len(frame))), frame...), nil
}

// decode reads a stanza from a decrypted frame. The decoder is whatsmeow's own,
// which panics at some input that no client sends.
func decode(plain []byte) (n *node, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = nil, fmt.Errorf("decode stanza: %v", r)
		}
	}()
	if len(plain) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	if plain, err = waBinary.Unpack(plain); err != nil {
		return nil, err
	}
	if n, err = waBinary.Unmarshal(plain); err != nil {
		return nil, err
	}
	if n == nil {
		return nil, io.ErrUnexpectedEOF
	}
	return n, nil
}

// stream reads a websocket's binary messages as one stream of bytes, because
// frames and messages need not begin at the same places.
type stream struct {
	ctx     context.Context
	ws      *websocket.Conn
	message io.Reader
}

func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.message == nil {
			_, r, err := s.ws.Reader(s.ctx)
			if err != nil {
				return 0, err
			}
			s.message = r
		}
		n, err := s.message.Read(p)
		if errors.Is(err, io.EOF) {
			s.message, err = nil, nil
			if n == 0 {
				continue
			}
		}
		return n, err
	}
}
