package whatsapptest

import (
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// device is one of an account's devices. It is guarded by Server.mu.
type device struct {
	acct  *Account
	id    uint16
	phone bool     // a phone without a client: it takes everything and says nothing
	key   [32]byte // Noise key, by which it is known at login

	registration, identity []byte
	signed                 node
	once                   []node // one-time keys
	auth                   string // for uploads

	conn   *conn
	active bool
	queue  []*parcel
	known  map[string]bool // what was sent and may be acknowledged
	held   *parcel         // waits until another one has overtaken it
	later  *time.Timer
}

// parcel is a stanza on its way to a device.
type parcel struct {
	node  node
	twice bool
	late  bool
}

// as is the device's address in the address space of ref.
func (d *device) as(ref types.JID) types.JID {
	j := d.acct.in(ref)
	j.Device = d.id
	return j
}

// deliver queues a stanza until the device acknowledges it, and sends it now if
// the device is there. s.mu must be held.
func (s *Server) deliver(d *device, n node) {
	if d.phone {
		return
	}
	p := &parcel{node: n}
	if s.handling(d, p) {
		return // lost
	}
	d.queue = append(d.queue, p)
	if !d.active {
		return
	}
	if p.late && d.held == nil {
		d.held = p
		d.later = time.AfterFunc(20*time.Millisecond, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			d.release()
		})
		return
	}
	d.pass(p)
	d.release()
}

// release sends what was held back.
func (d *device) release() {
	if p := d.held; p != nil {
		d.forget()
		d.pass(p)
	}
}

// forget gives up holding a stanza back; it is still in the queue.
func (d *device) forget() {
	if d.later != nil {
		d.later.Stop()
	}
	d.held, d.later = nil, nil
}

func (d *device) pass(p *parcel) {
	if !d.active || d.conn == nil {
		return
	}
	d.expect(&p.node)
	d.conn.send(p.node)
	if p.twice {
		d.conn.send(p.node)
	}
}

// expect remembers that a stanza may be acknowledged.
func (d *device) expect(n *node) {
	if d.known == nil {
		d.known = map[string]bool{}
	}
	d.known[n.Tag+" "+text(n, "id")] = true
}

// acked takes a stanza out of the queue. It reports whether the device was ever
// sent such a stanza.
func (d *device) acked(class string, n *node, id string) bool {
	best := -1
	for i, p := range d.queue {
		if p.node.Tag != class || text(&p.node, "id") != id {
			continue
		}
		exact := text(&p.node, "from") == text(n, "to") && text(&p.node, "participant") == text(n, "participant") &&
			(class != "receipt" || text(&p.node, "type") == text(n, "type"))
		if best < 0 || exact {
			best = i
		}
		if exact {
			break
		}
	}
	if best >= 0 {
		d.queue = append(d.queue[:best:best], d.queue[best+1:]...)
	}
	return d.known[class+" "+id]
}

// activate sends what waited while the client was away, and everything from now
// on.
func (s *Server) activate(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := c.dev
	if d.conn != c || d.active {
		return
	}
	d.active = true
	d.forget()
	count := map[string]int{}
	for _, p := range d.queue {
		count[p.node.Tag]++
	}
	ib := func(body node) { c.send(node{Tag: "ib", Attrs: attrs{"from": types.ServerJID}, Content: []node{body}}) }
	ib(node{Tag: "offline_preview", Attrs: attrs{
		"count": len(d.queue), "message": count["message"], "receipt": count["receipt"],
		"notification": count["notification"], "appdata": 0, "call": count["call"],
	}})
	for i, p := range d.queue {
		d.expect(&p.node)
		c.send(with(p.node, "offline", strconv.Itoa(i)))
	}
	ib(node{Tag: "offline", Attrs: attrs{"count": len(d.queue)}})
}

// remove forgets a device and tells those who know of it.
func (s *Server) remove(d *device) {
	d.forget()
	delete(d.acct.devices, d.id)
	s.tellDevices(d, "remove")
}

// tellDevices tells everybody who asked for the devices of an account that one
// came or went.
func (s *Server) tellDevices(d *device, change string) {
	hash := s.devicesHash([]*Account{d.acct}, d.acct.LID)
	for who := range d.acct.watchers {
		for _, to := range who.devices {
			n := s.notification("devices", d.acct.LID, node{Tag: change, Attrs: attrs{"device_hash": hash}, Content: []node{
				{Tag: "device", Attrs: attrs{"jid": d.as(d.acct.LID), "key-index": int(d.id)}},
			}})
			s.deliver(to, n)
		}
	}
}

// notification is a stanza from the server. s.mu must be held.
func (s *Server) notification(kind string, from types.JID, body ...node) node {
	s.ids++
	return node{Tag: "notification", Attrs: attrs{
		"type": kind, "from": from, "id": "n" + strconv.Itoa(s.ids), "t": s.now(),
	}, Content: body}
}
