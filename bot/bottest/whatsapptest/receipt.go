package whatsapptest

import (
	"fmt"
	"maps"
)

// receiptTypes are those that a client may send.
var receiptTypes = map[string]bool{
	"": true, "inactive": true, "read": true, "read-self": true, "played": true, "played-self": true,
	"sender": true, "peer_msg": true, "hist_sync": true, "retry": true, "server-error": true,
}

// receipt passes a receipt on. One that says that a message came is also the
// acknowledgement of that message.
func (s *Server) receipt(c *conn, n *node) {
	kind, id, to := text(n, "type"), text(n, "id"), jid(n, "to")
	if id == "" || to.IsEmpty() || !receiptTypes[kind] {
		s.violate(c, "receipt", fmt.Sprintf("wants an id, to and a known type, not %q", kind), n)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from := c.dev
	switch kind {
	case "", "inactive", "sender", "peer_msg", "hist_sync":
		known := from.acked("message", n, id)
		for _, item := range child(n, "list").GetChildren() {
			known = from.acked("message", n, text(&item, "id")) && known
		}
		if !known {
			s.violate(c, "receipt", "for something that was never sent", n)
		}
	}
	answer := node{Tag: "ack", Attrs: attrs{"class": "receipt", "id": id, "from": to}}
	pick(n, answer.Attrs, "type", "participant")
	defer c.send(answer)
	switch kind {
	case "sender", "peer_msg", "hist_sync", "read-self", "played-self":
		return // for the sender's own devices
	case "server-error":
		s.reupload(from, n)
		return
	}
	out := node{Tag: "receipt", Attrs: attrs{"id": id, "t": s.now()}, Content: n.Content}
	pick(n, out.Attrs, "type", "recipient")
	target := to
	if g := s.groups[to]; g != nil {
		target = jid(n, "participant")
		out.Attrs["from"], out.Attrs["participant"] = g.JID, from.as(g.space())
	} else {
		out.Attrs["from"] = from.as(to)
	}
	peer := s.find(target)
	if peer == nil {
		return
	}
	for _, d := range peer.all() {
		if d != from && (kind != "retry" || d.id == target.Device) {
			one := out
			one.Attrs = maps.Clone(out.Attrs)
			s.deliver(d, one)
		}
	}
}
