package whatsapptest

// presence takes the name that a client gives itself.
func (s *Server) presence(c *conn, n *node) {
	switch text(n, "type") {
	case "available", "unavailable", "":
		if name := text(n, "name"); name != "" {
			s.mu.Lock()
			c.dev.acct.pushName = name
			s.mu.Unlock()
		}
	case "subscribe", "unsubscribe":
		if jid(n, "to").IsEmpty() {
			s.violate(c, "presence", "to is missing", n)
		}
	default:
		s.violate(c, "presence", "unknown type", n)
	}
}

// chatState tells people that somebody is typing.
func (s *Server) chatState(c *conn, n *node) {
	to, body := jid(n, "to"), n.GetChildren()
	if to.IsEmpty() || len(body) != 1 || body[0].Tag != "composing" && body[0].Tag != "paused" {
		s.violate(c, "chatstate", "wants to and one of composing and paused", n)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	me := c.dev.acct
	out := node{Tag: "chatstate", Attrs: attrs{"from": me.in(to)}, Content: body}
	var members []*Account
	if g := s.groups[to]; g != nil {
		out.Attrs["from"], out.Attrs["participant"] = g.JID, g.addr(me)
		members = g.members
	} else if a := s.find(to); a != nil {
		members = []*Account{a}
	}
	for _, a := range members {
		for _, d := range a.devices {
			if a != me && d.active { // it is not kept for those who are away
				d.conn.send(out)
			}
		}
	}
}

// call takes what a client says about a call.
func (s *Server) call(c *conn, n *node) {
	body := n.GetChildren()
	if text(n, "id") == "" || len(body) != 1 {
		s.violate(c, "call", "wants an id and one child", n)
		return
	}
	c.send(node{Tag: "ack", Attrs: attrs{"class": "call", "id": n.Attrs["id"], "from": n.Attrs["to"], "type": body[0].Tag}})
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.find(jid(n, "to")); a != nil && a.user != nil && body[0].Tag == "reject" {
		a.user.rejected(text(&body[0], "call-id"))
	}
}
