package whatsapptest

import (
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// topic is what a query is about: its namespace, type and first child.
func topic(n *node) string {
	first := ""
	if body := n.GetChildren(); len(body) > 0 {
		first = body[0].Tag
	}
	return text(n, "xmlns") + "/" + text(n, "type") + "/" + first
}

// reply answers a query.
func (s *Server) reply(c *conn, n *node, body ...node) {
	from := types.ServerJID
	if to := jid(n, "to"); to.Server == types.GroupServer {
		from = to
	}
	r := node{Tag: "iq", Attrs: attrs{"from": from, "id": n.Attrs["id"], "type": "result"}}
	if len(body) > 0 {
		r.Content = body
	}
	c.send(r)
}

// fail answers a query with an error.
func (s *Server) fail(c *conn, n *node, code, words string) {
	c.send(node{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "id": n.Attrs["id"], "type": "error"}, Content: []node{
		{Tag: "error", Attrs: attrs{"code": code, "text": words}},
	}})
}

// query answers the queries that clients make. Others are violations.
func (s *Server) query(c *conn, n *node) {
	if text(n, "id") == "" {
		s.violate(c, "iq", "id is missing", n)
		return
	}
	about := topic(n)
	if c.dev == nil && !strings.HasPrefix(about, "md/") && !strings.HasPrefix(about, "w:p/") {
		s.violate(c, "iq", "before login", n)
		s.fail(c, n, "401", "not-authorized")
		return
	}
	first := &node{}
	if body := n.GetChildren(); len(body) > 0 {
		first = &body[0]
	}
	switch about {
	case "w:p/get/", "w:p/get/ping": // is anybody there
		s.reply(c, n)
	case "passive/set/active":
		if s.backlogFirst.Load() {
			s.activate(c)
			time.Sleep(10 * time.Millisecond) // until the client has worked on it
		}
		s.reply(c, n)
		s.activate(c)
	case "passive/set/passive", "urn:xmpp:whatsapp:dirty/set/clean", "urn:xmpp:whatsapp:push/set/config",
		"status/set/status", "disappearing_mode/set/disappearing_mode":
		s.reply(c, n)
	case "md/set/link_code_companion_reg":
		s.linkCode(c, n, first)
	case "md/get/ref", "md/set/passkey_prologue", "md/set/companion_nonce", "md/set/encrypted_pairing_request":
		s.passkeyStep(c, n, first)
	case "md/set/remove-companion-device":
		s.reply(c, n)
		s.mu.Lock()
		if d := s.findDevice(jid(first, "jid")); d != nil && d.acct == c.dev.acct && d.id != 0 {
			s.remove(d)
		}
		s.mu.Unlock()
	case "encrypt/get/count", "encrypt/get/digest", "encrypt/set/registration", "encrypt/get/key", "encrypt/set/rotate":
		s.keysQuery(c, n, first, about)
	case "usync/get/usync":
		s.usync(c, n, first)
	case "privacy/get/privacy":
		s.reply(c, n, node{Tag: "privacy", Content: []node{
			{Tag: "category", Attrs: attrs{"name": "readreceipts", "value": "all"}},
			{Tag: "category", Attrs: attrs{"name": "last", "value": "none"}},
		}})
	case "privacy/set/tokens":
		s.reply(c, n)
		s.passTokens(c, first)
	case "blocklist/get/":
		s.reply(c, n, node{Tag: "list", Attrs: attrs{"dhash": "0"}})
	case "abt/get/props", "w/get/props":
		s.reply(c, n, node{Tag: "props", Attrs: attrs{"hash": "0"}})
	case "w:profile:picture/get/picture":
		s.fail(c, n, "404", "item-not-found")
	case "w:m/set/media_conn":
		s.mediaConn(c, n)
	default:
		if strings.HasPrefix(about, "w:g2/") && s.groupQuery(c, n, first, about) {
			return
		}
		s.violate(c, "iq", "unknown query "+about, n)
		s.fail(c, n, "501", "feature-not-implemented")
	}
}

// passTokens gives people the token with which they may write to the client.
func (s *Server) passTokens(c *conn, list *node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me := c.dev.acct
	for _, t := range list.GetChildrenByTag("token") {
		peer := s.find(jid(&t, "jid"))
		if peer == nil || peer == me {
			continue
		}
		token := peer.tokens[me]
		if token == nil {
			token = random(16)
			peer.tokens[me] = token
		}
		for _, d := range peer.devices {
			s.deliver(d, s.notification("privacy_token", me.LID, node{Tag: "tokens", Content: []node{
				{Tag: "token", Attrs: attrs{"type": "trusted_contact", "t": s.now()}, Content: token},
			}}))
		}
	}
}
