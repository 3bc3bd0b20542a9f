package whatsapptest

import (
	"crypto/rand"
	"maps"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// node is an element of WhatsApp's binary XML; a stanza is one that travels.
type (
	node  = waBinary.Node
	attrs = waBinary.Attrs
)

// text is an attribute as a string, empty when it is missing.
func text(n *node, name string) string {
	switch v := n.Attrs[name].(type) {
	case string:
		return v
	case types.JID:
		return v.String()
	}
	return ""
}

// jid is an attribute that is an address, the zero JID when it is none.
func jid(n *node, name string) types.JID {
	j, _ := n.Attrs[name].(types.JID)
	return j
}

// child is the first child with that tag, the zero node when there is none.
func child(n *node, path ...string) *node {
	c := n.GetChildByTag(path...)
	return &c
}

// content is what an element holds besides elements.
func content(n *node, path ...string) []byte {
	c, ok := n.GetOptionalChildByTag(path...)
	if !ok {
		return nil
	}
	switch v := c.Content.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}

// pick copies those attributes of n that exist.
func pick(n *node, into attrs, names ...string) {
	for _, name := range names {
		if v, ok := n.Attrs[name]; ok {
			into[name] = v
		}
	}
}

// with is n with one more attribute, in a copy.
func with(n node, name string, value any) node {
	n.Attrs = maps.Clone(n.Attrs)
	n.Attrs[name] = value
	return n
}

// xml is a stanza for reading, shortened.
func xml(n *node) string {
	const enough = 1500
	s := n.String()
	if len(s) > enough {
		s = s[:enough] + "…"
	}
	return s
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
