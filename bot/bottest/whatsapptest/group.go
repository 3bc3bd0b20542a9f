package whatsapptest

import (
	"fmt"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// Group is a group chat, or a community, to which groups are linked.
type Group struct {
	JID types.JID

	s       *Server
	byPhone bool
	parent  *Group
	isTop   bool // a community
	created int64

	// Guarded by Server.mu.
	subject  string
	owner    *Account
	members  []*Account
	admins   map[*Account]bool
	expires  time.Duration
	announce bool
}

func (g *Group) address() types.JID { return g.JID }

// GroupOptions choose what a group is like.
type GroupOptions struct {
	Subject   string
	Members   []Member // the first one owns it
	ByPhone   bool     // members are addressed by phone number, as in old groups
	Community bool     // is a parent of groups itself
	Parent    *Group   // the community that it is linked to
	Expires   time.Duration
}

// NewGroup returns a new group, addressed by LID, that the first member owns. All
// members are told.
func (s *Server) NewGroup(subject string, members ...Member) *Group {
	return s.NewGroupWith(GroupOptions{Subject: subject, Members: members})
}

// NewGroupWith is NewGroup with options.
func (s *Server) NewGroupWith(o GroupOptions) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	accounts := make([]*Account, len(o.Members))
	for i, m := range o.Members {
		accounts[i] = m.account()
	}
	g := s.newGroup(o, accounts)
	s.announceGroup(g, "new", g.members)
	return g
}

func (s *Server) newGroup(o GroupOptions, members []*Account) *Group {
	s.rooms++
	g := &Group{
		JID: types.NewJID(fmt.Sprintf("120363899000%06d", s.rooms), types.GroupServer), s: s, byPhone: o.ByPhone,
		parent: o.Parent, isTop: o.Community, created: s.now(), subject: o.Subject, expires: o.Expires, admins: map[*Account]bool{},
	}
	for _, m := range members {
		if !slices.Contains(g.members, m) {
			g.members = append(g.members, m)
		}
	}
	if len(g.members) > 0 {
		g.owner = g.members[0]
		g.admins[g.owner] = true
	}
	s.groups[g.JID] = g
	return g
}

// space is the address space of the members, and an address in it.
func (g *Group) space() types.JID {
	if g.byPhone {
		return types.NewJID("", types.DefaultUserServer)
	}
	return types.NewJID("", types.HiddenUserServer)
}

func (g *Group) addr(a *Account) types.JID { return a.in(g.space()) }

// Members returns who is in the group, the owner first.
func (g *Group) Members() []*Account {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return slices.Clone(g.members)
}

// Add adds people, as an administrator can. Adding twice is no change.
func (g *Group) Add(members ...Member) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.addMembers(g, g.owner, accounts(members))
}

// Remove removes people, as an administrator can.
func (g *Group) Remove(members ...Member) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.removeMembers(g, g.owner, accounts(members))
}

// Rename changes the subject.
func (g *Group) Rename(subject string) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.rename(g, g.owner, subject)
}

// Promote makes members administrators.
func (g *Group) Promote(members ...Member) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.setAdmins(g, g.owner, accounts(members), true)
}

// SetDisappearing sets after what time messages disappear, 0 for never.
func (g *Group) SetDisappearing(d time.Duration) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.s.setExpires(g, g.owner, d)
}

func accounts(members []Member) []*Account {
	out := make([]*Account, len(members))
	for i, m := range members {
		out[i] = m.account()
	}
	return out
}

func (s *Server) addMembers(g *Group, by *Account, who []*Account) {
	var added []*Account
	for _, a := range who {
		if !slices.Contains(g.members, a) {
			added = append(added, a)
		}
	}
	if len(added) == 0 {
		return
	}
	s.tellGroup(g, by, node{Tag: "add", Attrs: attrs{}, Content: g.participants(added)})
	g.members = append(g.members, added...)
	s.announceGroup(g, "", added) // newcomers are told what they came to
}

func (s *Server) removeMembers(g *Group, by *Account, who []*Account) {
	var removed []*Account
	for _, a := range who {
		if slices.Contains(g.members, a) {
			removed = append(removed, a)
		}
	}
	if len(removed) == 0 {
		return
	}
	s.tellGroup(g, by, node{Tag: "remove", Attrs: attrs{}, Content: g.participants(removed)}) // they are told, too
	g.members = slices.DeleteFunc(g.members, func(a *Account) bool { return slices.Contains(removed, a) })
	for _, a := range removed {
		delete(g.admins, a)
	}
}

func (s *Server) rename(g *Group, by *Account, subject string) {
	g.subject = subject
	s.tellGroup(g, by, node{Tag: "subject", Attrs: attrs{"subject": subject, "s_t": s.now(), "s_o": g.addr(by)}})
}

func (s *Server) setAdmins(g *Group, by *Account, who []*Account, on bool) {
	change := "promote"
	if !on {
		change = "demote"
	}
	for _, a := range who {
		if on {
			g.admins[a] = true
		} else {
			delete(g.admins, a)
		}
	}
	s.tellGroup(g, by, node{Tag: change, Attrs: attrs{}, Content: g.participants(who)})
}

func (s *Server) setExpires(g *Group, by *Account, d time.Duration) {
	g.expires = d
	change := node{Tag: "not_ephemeral"}
	if d > 0 {
		change = node{Tag: "ephemeral", Attrs: attrs{"expiration": int(d.Seconds())}}
	}
	s.tellGroup(g, by, change)
}

// tellGroup tells the members of a change.
func (s *Server) tellGroup(g *Group, by *Account, change node) {
	for _, m := range g.members {
		for _, d := range m.all() {
			s.deliver(d, s.groupNotice(g, by, change))
		}
	}
}

// announceGroup tells people that they are in the group now.
func (s *Server) announceGroup(g *Group, kind string, who []*Account) {
	create := node{Tag: "create", Attrs: attrs{}, Content: []node{g.node()}}
	if kind != "" {
		create.Attrs["type"] = kind
	}
	for _, m := range who {
		for _, d := range m.all() {
			s.deliver(d, s.groupNotice(g, g.owner, create))
		}
	}
}

func (s *Server) groupNotice(g *Group, by *Account, body node) node {
	n := s.notification("w:gp2", g.JID, body)
	n.Attrs["addressing_mode"] = g.mode()
	if by != nil {
		n.Attrs["participant"] = g.addr(by)
		n.Attrs["notify"] = by.pushName
		if !g.byPhone && !by.hidePhone {
			n.Attrs["participant_pn"] = by.PN
		}
	}
	return n
}

func (g *Group) mode() string {
	if g.byPhone {
		return "pn"
	}
	return "lid"
}

func (g *Group) participants(who []*Account) []node {
	var out []node
	for _, m := range who {
		a := attrs{"jid": g.addr(m)}
		switch {
		case g.byPhone:
			a["lid"] = m.LID
		case !m.hidePhone:
			a["phone_number"] = m.PN
		}
		switch {
		case m == g.owner:
			a["type"] = "superadmin"
		case g.admins[m]:
			a["type"] = "admin"
		}
		out = append(out, node{Tag: "participant", Attrs: a})
	}
	return out
}

// node is the group as clients are told of it.
func (g *Group) node() node {
	n := node{Tag: "group", Attrs: attrs{
		"id": g.JID.User, "subject": g.subject, "creation": g.created, "s_t": g.created,
		"addressing_mode": g.mode(), "size": len(g.members),
	}}
	if g.owner != nil {
		n.Attrs["creator"], n.Attrs["s_o"] = g.addr(g.owner), g.addr(g.owner)
	}
	body := g.participants(g.members)
	if g.expires > 0 {
		body = append(body, node{Tag: "ephemeral", Attrs: attrs{"expiration": int(g.expires.Seconds())}})
	}
	if g.announce {
		body = append(body, node{Tag: "announcement"})
	}
	if g.isTop {
		body = append(body, node{Tag: "parent", Attrs: attrs{"default_membership_approval_mode": "request_required"}})
	}
	if g.parent != nil {
		body = append(body, node{Tag: "linked_parent", Attrs: attrs{"jid": g.parent.JID}})
	}
	n.Content = body
	return n
}
