package whatsapptest

import (
	"slices"
	"strconv"
	"time"
)

// groupQuery answers queries about groups. It reports whether it knew the query.
func (s *Server) groupQuery(c *conn, n, first *node, about string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	me, g := c.dev.acct, s.groups[jid(n, "to")]
	switch about {
	case "w:g2/get/participating":
		var out []node
		for _, g := range s.groups {
			if slices.Contains(g.members, me) {
				out = append(out, g.node())
			}
		}
		s.reply(c, n, node{Tag: "groups", Content: out})
		return true
	case "w:g2/set/create":
		s.createGroup(c, n, first)
		return true
	case "w:g2/set/leave":
		for _, l := range first.GetChildren() {
			if g := s.groups[jid(&l, "id")]; g != nil {
				s.removeMembers(g, me, []*Account{me})
			}
		}
		s.reply(c, n, node{Tag: "leave"})
		return true
	}
	var do func()
	switch about {
	case "w:g2/get/query":
		do = func() { s.reply(c, n, g.node()) }
	case "w:g2/get/invite":
		do = func() { s.reply(c, n, node{Tag: "invite", Attrs: attrs{"code": "Contoh" + g.JID.User}}) }
	case "w:g2/set/add", "w:g2/set/remove", "w:g2/set/promote", "w:g2/set/demote":
		do = func() { s.changeMembers(c, n, first, g) }
	case "w:g2/set/subject":
		do = func() {
			s.reply(c, n)
			s.rename(g, me, string(content(first)))
		}
	case "w:g2/set/ephemeral", "w:g2/set/not_ephemeral":
		do = func() {
			seconds, _ := strconv.Atoi(text(first, "expiration"))
			s.reply(c, n)
			s.setExpires(g, me, time.Duration(seconds)*time.Second)
		}
	case "w:g2/set/announcement", "w:g2/set/not_announcement":
		do = func() {
			g.announce = first.Tag == "announcement"
			s.reply(c, n)
			s.tellGroup(g, me, node{Tag: first.Tag, Attrs: attrs{"v_id": "1"}})
		}
	default:
		return false
	}
	switch {
	case g == nil:
		s.fail(c, n, "404", "item-not-found")
	case !slices.Contains(g.members, me):
		s.fail(c, n, "403", "forbidden")
	case text(n, "type") == "set" && !g.admins[me]:
		s.fail(c, n, "401", "not-authorized")
	default:
		do()
	}
	return true
}

func (s *Server) createGroup(c *conn, n, create *node) {
	members := []*Account{c.dev.acct}
	for _, p := range create.GetChildrenByTag("participant") {
		if a := s.find(jid(&p, "jid")); a != nil {
			members = append(members, a)
		}
	}
	o := GroupOptions{Subject: text(create, "subject"), Parent: s.groups[jid(child(create, "linked_parent"), "jid")]}
	_, o.Community = create.GetOptionalChildByTag("parent")
	g := s.newGroup(o, members)
	s.reply(c, n, g.node())
	s.announceGroup(g, "new", g.members)
}

func (s *Server) changeMembers(c *conn, n, change *node, g *Group) {
	var who []*Account
	var out []node
	for _, p := range change.GetChildrenByTag("participant") {
		j := jid(&p, "jid")
		r := node{Tag: "participant", Attrs: attrs{"jid": j}}
		if a := s.find(j); a != nil {
			who = append(who, a)
		} else {
			r.Attrs["error"] = "404"
		}
		out = append(out, r)
	}
	r := node{Tag: "iq", Attrs: attrs{"from": g.JID, "id": n.Attrs["id"], "type": "result"}, Content: []node{
		{Tag: change.Tag, Content: out},
	}}
	c.send(r)
	switch change.Tag {
	case "add":
		s.addMembers(g, c.dev.acct, who)
	case "remove":
		s.removeMembers(g, c.dev.acct, who)
	default:
		s.setAdmins(g, c.dev.acct, who, change.Tag == "promote")
	}
}
