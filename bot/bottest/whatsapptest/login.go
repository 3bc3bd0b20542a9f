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
