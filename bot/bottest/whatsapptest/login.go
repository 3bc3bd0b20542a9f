package whatsapptest

import (
	"strconv"
	"time"
)

// Refusal is why an account may not log in. The zero Refusal is that it may.
type Refusal struct {
	// Reason is 401, 403 or 406 for an account that is logged out or banned, 402
	// for one that is banned for a while, 405 for a client that is too old, 500
	// or 503 for a server that is busy.
	Reason int
	Code   int           // of a temporary ban, 101 to 106
	Expire time.Duration // of a temporary ban
}

// Refuse ends the account's connections and refuses new ones, until it is called
// with the zero Refusal.
func (a *Account) Refuse(r Refusal) {
	a.s.mu.Lock()
	a.refusal = r
	a.s.mu.Unlock()
	if r != (Refusal{}) {
		a.Cut()
	}
}

// login admits a client that has a device, or begins pairing. When it returns
// false the connection is over.
func (s *Server) login(c *conn) bool {
	p := c.hand.payload
	if p.GetDevicePairingData() != nil {
		return s.beginPairing(c)
	}
	s.mu.Lock()
	a := s.accounts[strconv.FormatUint(p.GetUsername(), 10)]
	var d *device
	var refusal Refusal
	if a != nil {
		d, refusal = a.devices[uint16(p.GetDevice())], a.refusal
	}
	switch {
	case refusal != Refusal{}:
	case d == nil, d.phone, d.key != c.hand.clientKey:
		refusal = Refusal{Reason: 401}
	}
	if refusal != (Refusal{}) {
		s.mu.Unlock()
		s.count("login " + strconv.Itoa(refusal.Reason))
		c.refuse(refusal)
		return false
	}
	if old := d.conn; old != nil {
		old.part(conflict("replaced"), farewell)
	}
	d.conn, d.active, c.dev = c, false, d
	d.forget()
	c.send(node{Tag: "success", Attrs: attrs{
		"t": s.now(), "lid": d.as(a.LID), "location": "cgk", "props": "27", "abprops": "1",
	}})
	s.mu.Unlock()
	return true
}

func (c *conn) refuse(r Refusal) {
	a := attrs{"reason": strconv.Itoa(r.Reason), "location": "cgk"}
	if r.Code != 0 {
		a["code"] = strconv.Itoa(r.Code)
	}
	if r.Expire != 0 {
		a["expire"] = strconv.Itoa(int(r.Expire.Seconds()))
	}
	until := farewell
	if r.Reason >= 500 { // the client comes again
		until = linger
	}
	c.part(node{Tag: "failure", Attrs: a}, until)
	c.discard()
}

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
		if n.Tag != "ack" && n.Tag != "ib" { // of a notification about pairing
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
