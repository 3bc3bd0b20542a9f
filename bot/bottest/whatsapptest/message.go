package whatsapptest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// messageTypes are those that a client may give a message.
var messageTypes = map[string]bool{"text": true, "media": true, "reaction": true, "poll": true, "event": true, "medianotify": true, "pay": true}

// edits are the values of the attribute edit.
var edits = map[string]bool{"": true, "1": true, "2": true, "3": true, "7": true, "8": true}

// part is what one device gets of a message.
type part struct {
	to   *device
	body []node
}

// message passes a message on to the devices it is for.
func (s *Server) message(c *conn, n *node) {
	if wrong := s.malformed(n); wrong != "" {
		s.violate(c, "message", wrong, n)
		s.refuseMessage(c, n, 479)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from, to := c.dev, jid(n, "to")
	g := s.groups[to]
	var peer *Account
	if g == nil {
		peer = s.find(to)
	}
	if code := s.mayWrite(c, n, g, peer); code != 0 {
		s.refuseMessage(c, n, code)
		return
	}
	parts, common := s.parts(from, g, n)
	for _, p := range parts {
		if p.to == from { // never echoed to the device that sent it
			continue
		}
		s.deliver(p.to, s.stamped(from, p, g, to, n, common))
	}
	answer := node{Tag: "ack", Attrs: attrs{"class": "message", "id": n.Attrs["id"], "from": to, "t": s.now()}}
	if g != nil && text(n, "phash") != "" {
		if hash := s.devicesHash(g.members, g.space()); hash != text(n, "phash") {
			answer.Attrs["phash"] = hash
		}
	}
	c.send(answer)
}

// refuseMessage acknowledges a message with an error.
func (s *Server) refuseMessage(c *conn, n *node, code int) {
	c.send(node{Tag: "ack", Attrs: attrs{"class": "message", "id": n.Attrs["id"], "from": n.Attrs["to"], "t": s.now(), "error": code}})
}

// malformed says what is wrong with a message whatever the state of the chats.
func (s *Server) malformed(n *node) string {
	switch {
	case text(n, "id") == "":
		return "id is missing"
	case jid(n, "to").IsEmpty():
		return "to is missing"
	case !messageTypes[text(n, "type")]:
		return "unknown type"
	case !edits[text(n, "edit")]:
		return "unknown edit"
	}
	encrypted, opening, identity := 0, false, false
	var look func(body []node) string
	look = func(body []node) string {
		for _, e := range body {
			switch e.Tag {
			case "participants":
				if wrong := look(e.GetChildren()); wrong != "" {
					return wrong
				}
			case "to":
				if jid(&e, "jid").IsEmpty() {
					return "to without jid"
				}
				if wrong := look(e.GetChildren()); wrong != "" {
					return wrong
				}
			case "enc":
				kind := text(&e, "type")
				if kind != "pkmsg" && kind != "msg" && kind != "skmsg" || text(&e, "v") != "2" || len(content(&e)) == 0 {
					return "enc is not as it should be"
				}
				encrypted++
				opening = opening || kind == "pkmsg"
			case "device-identity":
				identity = true
			case "plaintext", "body":
				return "not encrypted"
			}
		}
		return ""
	}
	if wrong := look(n.GetChildren()); wrong != "" {
		return wrong
	}
	switch {
	case encrypted == 0:
		return "nothing in it"
	case opening && !identity:
		return "pkmsg without device-identity"
	}
	return ""
}

// mayWrite checks whether a client may send this, and returns the error if it
// may not.
func (s *Server) mayWrite(c *conn, n *node, g *Group, peer *Account) (code int) {
	me := c.dev.acct
	switch {
	case g != nil && !slices.Contains(g.members, me):
		if slices.ContainsFunc(c.dev.queue, func(p *parcel) bool { return jid(&p.node, "from") == g.JID }) {
			s.count("removed") // it may not know yet
		} else {
			s.violate(c, "message", "to a group it is not a member of", n)
		}
		return 403
	case g != nil:
		return 0
	case peer == nil:
		s.violate(c, "message", "to nobody", n)
		return 404
	case peer == me:
		return 0
	}
	if me.user == nil && !me.met[peer] {
		if me.restrict {
			s.count("restricted")
			return 463
		}
		s.violate(c, "message", "to somebody who never wrote to the account", n)
	}
	peer.met[me] = true
	return 0
}

// parts sorts a message into what each device gets and what all get.
func (s *Server) parts(from *device, g *Group, n *node) (parts []part, common []node) {
	var fan []node
	for _, e := range n.GetChildren() {
		switch e.Tag {
		case "participants":
			fan = append(fan, e.GetChildren()...)
		case "tctoken", "cstoken", "reporting": // for the server only
		default:
			common = append(common, e)
		}
	}
	if one := jid(n, "participant"); g != nil && !one.IsEmpty() || len(fan) == 0 && g == nil {
		// Again for a device that asked for it, or for one device of the sender.
		if one.IsEmpty() {
			one = jid(n, "to")
		}
		if d := s.findDevice(one); d != nil {
			parts = append(parts, part{to: d})
		}
		return parts, common
	}
	own := map[*device][]node{}
	for _, t := range fan {
		if d := s.findDevice(jid(&t, "jid")); d != nil {
			own[d] = t.GetChildren()
			if g == nil {
				parts = append(parts, part{d, t.GetChildren()})
			}
		}
	}
	if g == nil {
		return parts, common
	}
	// What is encrypted for the group goes to all devices of all members, with a
	// part of its own only for those that lack the key.
	for _, m := range g.members {
		for _, d := range m.all() {
			parts = append(parts, part{d, own[d]})
		}
	}
	return parts, common
}

// stamped is the message as a device gets it.
func (s *Server) stamped(from *device, p part, g *Group, to types.JID, n *node, common []node) node {
	a := attrs{"t": s.now()}
	pick(n, a, "id", "type", "edit", "category", "push_priority")
	if from.acct.pushName != "" {
		a["notify"] = from.acct.pushName
	}
	switch {
	case g != nil:
		a["from"], a["participant"] = g.JID, from.as(g.space())
		from.acct.describe(a, g.space(), "participant")
	case p.to.acct == from.acct:
		a["from"] = from.as(to)
		if text(n, "category") != "peer" {
			a["recipient"] = to.ToNonAD()
			if peer := s.find(to); peer != nil && to.Server == types.HiddenUserServer && !peer.hidePhone {
				a["peer_recipient_pn"] = peer.PN
			}
		}
	default:
		space := to
		if from.acct.byPhone {
			space = from.acct.PN
		}
		a["from"] = from.as(space)
		from.acct.describe(a, space, "sender")
	}
	if e := s.sent[text(n, "id")]; e != nil && e.viewOnce && p.to.id != 0 && p.to.acct != from.acct {
		return node{Tag: "message", Attrs: a, Content: []node{{Tag: "unavailable", Attrs: attrs{"type": "view_once"}}}}
	}
	body := append([]node(nil), p.body...)
	opening := slices.ContainsFunc(append(slices.Clone(p.body), common...), func(e node) bool { return text(&e, "type") == "pkmsg" })
	for _, e := range common {
		if e.Tag != "device-identity" || opening {
			body = append(body, e)
		}
	}
	return node{Tag: "message", Attrs: a, Content: body}
}

// describe adds the sender's other address, as far as people may know it.
func (a *Account) describe(out attrs, space types.JID, prefix string) {
	if space.Server != types.HiddenUserServer {
		out["addressing_mode"] = "pn"
		out[prefix+"_lid"] = a.LID
		return
	}
	out["addressing_mode"] = "lid"
	if !a.hidePhone {
		out[prefix+"_pn"] = a.PN
	}
}

// devicesHash is by which clients and server compare what devices they know of.
func (s *Server) devicesHash(of []*Account, space types.JID) string {
	var list []string
	for _, a := range of {
		for _, d := range a.devices {
			list = append(list, d.as(space).ADString())
		}
	}
	slices.Sort(list)
	h := sha256.Sum256([]byte(strings.Join(list, "")))
	return "2:" + base64.RawStdEncoding.EncodeToString(h[:6])
}
