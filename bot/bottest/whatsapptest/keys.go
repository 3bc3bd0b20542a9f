package whatsapptest

import (
	"crypto/sha1" //nolint:gosec // the protocol's digest of a client's keys

	"go.mau.fi/whatsmeow/types"
)

// keysQuery keeps the keys with which sessions begin, and hands them out.
func (s *Server) keysQuery(c *conn, n, first *node, about string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := c.dev
	switch about {
	case "encrypt/get/count":
		count := len(d.once)
		if d.acct.user != nil {
			count = enoughPrekeys
		}
		if count == 0 && !s.plenty {
			count = 1 // an empty device uploads far more
		}
		s.reply(c, n, node{Tag: "count", Attrs: attrs{"value": count}})
	case "encrypt/get/digest":
		if len(d.once) == 0 {
			s.fail(c, n, "404", "item-not-found")
			return
		}
		s.reply(c, n, digest(d))
	case "encrypt/set/registration":
		registration, identity, skey := content(n, "registration"), content(n, "identity"), child(n, "skey")
		if len(registration) != 4 || len(identity) != 32 || !signed(identity, append([]byte{5}, content(skey, "value")...), content(skey, "signature")) {
			s.violate(c, "iq", "keys are missing or wrongly signed", nil)
			s.fail(c, n, "400", "bad-request")
			return
		}
		d.registration, d.identity, d.signed = registration, identity, *skey
		list := child(n, "list")
		d.once = append(d.once, list.GetChildren()...)
		s.reply(c, n)
	case "encrypt/set/rotate":
		d.signed = *child(first, "skey")
		s.reply(c, n)
	case "encrypt/get/key":
		s.reply(c, n, s.bundles(first))
	}
}

func digest(d *device) node {
	ids := make([]node, len(d.once))
	h := sha1.New() //nolint:gosec // see above
	h.Write(d.identity)
	h.Write(content(&d.signed, "value"))
	h.Write(content(&d.signed, "signature"))
	for i, k := range d.once {
		ids[i] = node{Tag: "id", Content: content(&k, "id")}
		h.Write(content(&k, "value"))
	}
	return node{Tag: "digest", Content: []node{
		{Tag: "registration", Content: d.registration}, {Tag: "type", Content: []byte{5}}, {Tag: "identity", Content: d.identity},
		d.signed, {Tag: "list", Content: ids}, {Tag: "hash", Content: h.Sum(nil)},
	}}
}

// bundles gives out one bundle of keys for every device that is asked for.
func (s *Server) bundles(ask *node) node {
	var out []node
	for _, u := range ask.GetChildrenByTag("user") {
		j := jid(&u, "jid")
		d := s.findDevice(j)
		if d == nil {
			out = append(out, node{Tag: "user", Attrs: attrs{"jid": j}, Content: []node{
				{Tag: "error", Attrs: attrs{"code": "404", "text": "item-not-found"}},
			}})
			continue
		}
		body := []node{
			{Tag: "registration", Content: d.registration},
			{Tag: "type", Content: []byte{5}},
			{Tag: "identity", Content: d.identity},
			d.signed,
		}
		if len(d.once) > 0 {
			body = append(body, d.once[0])
			if d.once = d.once[1:]; len(d.once) == 5 {
				s.deliver(d, s.notification("encrypt", types.ServerJID, node{Tag: "count", Attrs: attrs{"value": len(d.once)}}))
			}
		}
		out = append(out, node{Tag: "user", Attrs: attrs{"jid": j, "t": s.now()}, Content: body})
	}
	return node{Tag: "list", Content: out}
}
