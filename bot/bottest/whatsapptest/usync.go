package whatsapptest

import (
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// usync tells who is behind numbers and which devices they have.
func (s *Server) usync(c *conn, n, ask *node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	want := map[string]bool{}
	query, list := child(ask, "query"), child(ask, "list")
	for _, q := range query.GetChildren() {
		want[q.Tag] = true
	}
	var out []node
	for _, u := range list.GetChildren() {
		out = append(out, s.usyncUser(c, &u, want))
	}
	s.reply(c, n, node{Tag: "usync", Attrs: attrs{"sid": ask.Attrs["sid"], "mode": ask.Attrs["mode"]}, Content: []node{
		{Tag: "result"}, {Tag: "list", Content: out},
	}})
}

func (s *Server) usyncUser(c *conn, u *node, want map[string]bool) node {
	j := jid(u, "jid")
	number := content(u, "contact")
	if len(number) > 0 {
		digits, _, _ := strings.Cut(strings.TrimPrefix(string(number), "+"), "@")
		j = types.NewJID(digits, types.DefaultUserServer)
	}
	a := s.find(j)
	r := node{Tag: "user", Attrs: attrs{"jid": j}}
	var body []node
	if want["contact"] {
		kind := "out"
		r.Attrs["pn_jid"] = j
		if a != nil {
			kind = "in"
			r.Attrs["jid"], r.Attrs["pn_jid"] = a.LID, a.PN
		}
		body = append(body, node{Tag: "contact", Attrs: attrs{"type": kind}, Content: number})
	}
	if a != nil && want["devices"] {
		a.watchers[c.dev.acct] = true
		var ds []node
		for _, d := range a.all() {
			of := attrs{"id": int(d.id)}
			if d.id > 0 {
				of["key-index"] = int(d.id)
			}
			ds = append(ds, node{Tag: "device", Attrs: of})
		}
		body = append(body, node{Tag: "devices", Content: []node{
			{Tag: "device-list", Attrs: attrs{"hash": s.devicesHash([]*Account{a}, j)}, Content: ds},
		}})
	}
	if a != nil && want["lid"] && j.Server != types.HiddenUserServer {
		body = append(body, node{Tag: "lid", Attrs: attrs{"val": a.LID}})
	}
	if a != nil && want["status"] {
		body = append(body, node{Tag: "status", Attrs: attrs{"t": s.now()}, Content: []byte{}})
	}
	r.Content = body
	return r
}
