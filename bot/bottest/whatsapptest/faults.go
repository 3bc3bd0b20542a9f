package whatsapptest

import (
	"strconv"
	"sync"
	"sync/atomic"

	"go.mau.fi/whatsmeow/types"
)

// Fault is what goes wrong with a stanza of a client, or with an upload or a
// download. A fault from 400 up is a code that is answered: the error of a
// message's acknowledgement (463 is a first message to somebody who does not
// want it), of a query, or the status of an upload or download. Other stanzas
// have no answer that could hold a code and are lost.
type Fault int

// The faults without a code. Cutting breaks the connection off, before the
// stanza took effect or after, but before it is answered. A lost stanza takes no
// effect and is not answered, while the connection stays. A download that is cut
// after is half a file.
const (
	NoFault Fault = iota
	FaultCutBefore
	FaultCutAfter
	FaultLost
)

// Stanza is something that a client does.
type Stanza struct {
	From *Account // nil when it is not known: before login, and for downloads
	// Kind is "message", "receipt", "chatstate", "presence", "iq", "ack", "call",
	// "ib", "upload" or "download".
	Kind string
	// Type is a message's or receipt's type, or what a query is about, such as
	// "encrypt/get/key", or which kind of media it is.
	Type string
	To   types.JID
	ID   string
	N    int // number of the stanza among those of this kind and account, from 1
}

func stanzaOf(c *conn, n *node) Stanza {
	st := Stanza{Kind: n.Tag, Type: text(n, "type"), To: jid(n, "to"), ID: text(n, "id")}
	if c.dev != nil {
		st.From = c.dev.acct
	}
	if n.Tag == "iq" {
		st.Type = topic(n)
	}
	return st
}

// Handling is what happens to a stanza on its way to a device.
type Handling uint8

// The ways, which can be joined by |. Twice is the same bytes again, which a client tells by their
// encryption; Late is after the next stanza, or a little later. Corrupt and
// LoseSenderKey make a message unreadable, so that the client asks its sender
// for it again; Lose makes it never come.
const (
	Twice Handling = 1 << iota
	Late
	Corrupt
	LoseSenderKey
	Lose

	Deliver Handling = 0
)

// Delivery is a stanza on its way to a device.
type Delivery struct {
	To, From *Account // From is nil for a notification of the server
	Kind     string   // "message", "receipt", "notification" or "call"
	Type, ID string
	Group    bool
	Retry    bool // a message that was asked for again
}

// Faults are how often things go wrong by chance; rates are from 0 to 1. The zero
// Faults is no faults.
type Faults struct {
	Seed uint64

	// Messages and receipts that clients send, and uploads. After three in a row
	// for the same account the next one goes well. Queries are left alone: two of
	// them in flight at a cut race inside whatsmeow.
	CutBefore, CutAfter float64

	// What accounts under test receive.
	Duplicate, Reorder, Corrupt, LoseSenderKey float64

	// Again is how often a user's client sends a message a second time under the
	// same id, newly encrypted, as clients do when they missed the answer.
	Again float64
}

// maxRun is how many random cuts may follow each other.
const maxRun = 3

type faults struct {
	now      atomic.Pointer[Faults]
	rolls    atomic.Uint64
	hook     atomic.Pointer[func(Stanza) Fault]
	delivery atomic.Pointer[func(Delivery) Handling]
	mu       sync.Mutex
	run      map[*Account]int
}

// SetFaults sets the random faults from now on.
func (s *Server) SetFaults(f Faults) { s.faults.now.Store(&f) }

// SetHook lets a function decide about everything that clients send, before
// chance does. It may be called from several goroutines at once. It must not
// block, except for an upload or a download, which then waits. Nil takes the
// hook away.
func (s *Server) SetHook(h func(Stanza) Fault) {
	if h == nil {
		s.faults.hook.Store(nil)
		return
	}
	s.faults.hook.Store(&h)
}

// SetDelivery lets a function decide about everything that is on its way to a
// device, once for every device, before chance does. It must not block nor call
// the server. Nil takes it away.
func (s *Server) SetDelivery(h func(Delivery) Handling) {
	if h == nil {
		s.faults.delivery.Store(nil)
		return
	}
	s.faults.delivery.Store(&h)
}

func (fs *faults) get() Faults {
	if f := fs.now.Load(); f != nil {
		return *f
	}
	return Faults{}
}

// chance is the next random number of the seed, from 0 to below 1: splitmix64.
func (fs *faults) chance(seed uint64) float64 {
	mix := func(x uint64) uint64 {
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return x ^ x>>31
	}
	return float64(mix(mix(seed)+fs.rolls.Add(1))>>11) / (1 << 53)
}

func (fs *faults) roll(rate float64) bool {
	return rate > 0 && fs.chance(fs.get().Seed) < rate
}

// meet counts a stanza and decides what happens to it.
func (s *Server) meet(st Stanza) Fault {
	st.N = s.tally(st.From, st.Kind)
	f := s.faults.pick(st)
	switch {
	case f == FaultCutBefore:
		s.count("cut before")
	case f == FaultCutAfter:
		s.count("cut after")
	case f == FaultLost:
		s.count("lost")
	case f >= 400:
		s.count("injected " + strconv.Itoa(int(f)))
	}
	return f
}

func (fs *faults) pick(st Stanza) Fault {
	if h := fs.hook.Load(); h != nil {
		if f := (*h)(st); f != NoFault {
			return f
		}
	}
	now := fs.get()
	if st.From == nil || now.CutBefore+now.CutAfter <= 0 || st.Kind != "message" && st.Kind != "receipt" && st.Kind != "upload" {
		return NoFault
	}
	x := fs.chance(now.Seed)
	if x >= now.CutBefore+now.CutAfter {
		return NoFault
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.run == nil {
		fs.run = map[*Account]int{}
	}
	if fs.run[st.From]++; fs.run[st.From] > maxRun {
		fs.run[st.From] = 0
		return NoFault
	}
	if x < now.CutBefore {
		return FaultCutBefore
	}
	return FaultCutAfter
}

// handling decides what happens to a parcel on its way to a device, and does
// what can be done at once. It reports whether the parcel is lost. s.mu must be
// held.
func (s *Server) handling(d *device, p *parcel) (lost bool) {
	h := s.faults.route(s, d, p)
	if h&Lose != 0 {
		s.count("undelivered")
		return true
	}
	if h&LoseSenderKey != 0 && loseSenderKey(&p.node) {
		s.count("sender key lost")
	}
	if h&Corrupt != 0 && corrupt(&p.node) {
		s.count("corrupted")
	}
	if p.twice = h&Twice != 0; p.twice {
		s.count("duplicate")
	}
	if p.late = h&Late != 0; p.late {
		s.count("reordered")
	}
	return false
}

func (fs *faults) route(s *Server, d *device, p *parcel) Handling {
	now, hook := fs.get(), fs.delivery.Load()
	var h Handling
	if hook != nil {
		from := jid(&p.node, "participant")
		if from.IsEmpty() {
			from = jid(&p.node, "from")
		}
		h = (*hook)(Delivery{
			To: d.acct, From: s.find(from), Kind: p.node.Tag, Type: text(&p.node, "type"), ID: text(&p.node, "id"),
			Group: jid(&p.node, "from").Server == types.GroupServer, Retry: isRetry(&p.node),
		})
	}
	if h != Deliver || d.acct.user != nil {
		return h
	}
	if fs.roll(now.Duplicate) {
		h |= Twice
	}
	if fs.roll(now.Reorder) {
		h |= Late
	}
	if p.node.Tag == "message" && !isRetry(&p.node) {
		if fs.roll(now.Corrupt) {
			h |= Corrupt
		}
		if fs.roll(now.LoseSenderKey) {
			h |= LoseSenderKey
		}
	}
	return h
}

func isRetry(n *node) bool {
	for _, e := range n.GetChildrenByTag("enc") {
		if _, ok := e.Attrs["count"]; ok {
			return true
		}
	}
	return false
}

// corrupt spoils what is encrypted in a message, in a copy.
func corrupt(n *node) (done bool) {
	body := append([]node(nil), n.GetChildren()...)
	for i, e := range body {
		if raw, ok := e.Content.([]byte); ok && e.Tag == "enc" && len(raw) > 20 {
			raw = append([]byte(nil), raw...)
			raw[len(raw)-12] ^= 0x55
			body[i].Content, done = raw, true
		}
	}
	n.Content = body
	return done
}

// loseSenderKey takes from a group message the part that holds the key to it.
func loseSenderKey(n *node) bool {
	var kept []node
	group, key := false, false
	for _, e := range n.GetChildren() {
		kind := text(&e, "type")
		group = group || e.Tag == "enc" && kind == "skmsg"
		if e.Tag == "enc" && kind != "skmsg" {
			key = true
			continue
		}
		kept = append(kept, e)
	}
	if !group || !key {
		return false
	}
	n.Content = kept
	return true
}
