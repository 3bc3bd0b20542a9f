package whatsapptest

import (
	"bytes"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

func FuzzFrame(f *testing.F) {
	for _, n := range []node{
		{Tag: "iq", Attrs: attrs{"id": "1", "to": types.ServerJID}, Content: []node{{Tag: "ping"}}},
		{Tag: "message", Attrs: attrs{"to": types.NewJID("77899000001", types.HiddenUserServer)}, Content: []byte("x")},
	} {
		raw, err := waBinary.Marshal(n)
		if err != nil {
			f.Fatal(err)
		}
		framed, err := appendFrame(nil, raw)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(framed)
	}
	f.Add([]byte("\x00\x00\x0f0\xf8\x06000000000000")) // more than a stanza
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := readFrame(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := appendFrame(nil, frame)
		if err != nil || !bytes.Equal(again, data[:len(again)]) {
			t.Errorf("%x was read as %x: %v", data, frame, err)
		}
		n, err := decode(frame)
		if (n == nil) == (err == nil) {
			t.Errorf("%v and %v", n, err)
		}
	})
}
