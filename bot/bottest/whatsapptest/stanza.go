package whatsapptest

import "strconv"

// handle takes one stanza of a client.
func (s *Server) handle(c *conn, n *node) {
	if n.Tag == "iq" && (text(n, "type") == "result" || text(n, "type") == "error") {
		c.answered(n)
		return
	}
	st := stanzaOf(c, n)
	fault := s.meet(st)
	switch {
	case fault == FaultCutBefore:
		c.close()
		return
	case fault == FaultLost:
		return
	case fault >= 400:
		s.refuseStanza(c, n, int(fault))
		return
	case fault == FaultCutAfter:
		c.mute()
		defer c.close()
	}
	if n.Tag == "iq" {
		s.query(c, n)
		return
	}
	if c.dev == nil {
		switch n.Tag {
		case "ack", "ib", "presence": // clients do not wait for the login with these
		default:
			s.violate(c, n.Tag, "before login", n)
		}
		return
	}
	switch n.Tag {
	case "message":
		s.message(c, n)
	case "receipt":
		s.receipt(c, n)
	case "chatstate":
		s.chatState(c, n)
	case "presence":
		s.presence(c, n)
	case "call":
		s.call(c, n)
	case "ack":
		s.ack(c, n)
	case "ib": // client settings, offline batches
	default:
		s.violate(c, n.Tag, "unknown stanza", n)
	}
}

// errorWords go with the codes of queries.
var errorWords = map[int]string{
	400: "bad-request", 401: "not-authorized", 403: "forbidden", 404: "item-not-found", 405: "not-allowed", 406: "not-acceptable",
	410: "gone", 419: "resource-limit", 423: "locked", 429: "rate-overlimit", 501: "feature-not-implemented", 503: "service-unavailable",
}

// refuseStanza answers with an error.
func (s *Server) refuseStanza(c *conn, n *node, code int) {
	switch n.Tag {
	case "iq":
		words := errorWords[code]
		if words == "" {
			words = "internal-server-error"
		}
		s.fail(c, n, strconv.Itoa(code), words)
	case "message":
		s.refuseMessage(c, n, code)
	}
}

func (s *Server) ack(c *conn, n *node) {
	class, id := text(n, "class"), text(n, "id")
	if class == "" || id == "" {
		s.violate(c, "ack", "class or id is missing", n)
		return
	}
	s.mu.Lock()
	known := c.dev.acked(class, n, id)
	s.mu.Unlock()
	if !known {
		s.violate(c, "ack", "of something that was never sent", n)
	}
}
