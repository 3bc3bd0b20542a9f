package vault

import (
	"fmt"
	"path"
	"strings"
)

// ooxmlRel is a relationship of a part.
type ooxmlRel struct {
	id, kind string // the last part of its type
	known    bool   // its type is one of the standard
	target   string
	external bool
}

// maxRels is more than the links that Excel allows on a sheet.
const maxRels = 1 << 16

// readRels reads the relationships of a part, "" for those of the document.
func (d *ooxmlDoc) readRels(part string) (list []ooxmlRel, err error) {
	name := relsName(part)
	if d.in.members[name] == nil {
		return nil, nil
	}
	seen := map[string]bool{}
	twice, many := false, false
	err = d.list(name, "rel:Relationships", func(e *officeElement) {
		if e.name != "rel:Relationship" {
			return
		}
		kind := e.attr("Type")
		r := ooxmlRel{id: e.attr("Id"), kind: path.Base(kind), target: e.attr("Target"), external: e.attr("TargetMode") == "External"}
		r.known = kind == relsBase+r.kind || kind == mediaRel
		if !r.external {
			r.target = strings.TrimPrefix(path.Join("/", path.Dir(part), r.target), "/")
			if strings.HasPrefix(e.attr("Target"), "/") {
				r.target = strings.TrimPrefix(path.Clean(e.attr("Target")), "/")
			}
		}
		twice = twice || seen[r.id]
		if len(list) == maxRels {
			many = true
			return
		}
		seen[r.id] = true
		list = append(list, r)
	})
	if twice || many {
		return nil, unclean("a relationship twice, or too many")
	}
	return list, err
}

func relsName(part string) string {
	return path.Join(path.Dir(part), "_rels", path.Base("/"+part)+".rels")
}

// ooxmlLinks are the relationships that a part keeps, numbered as they come.
type ooxmlLinks struct {
	doc  *ooxmlDoc
	name string // new name of the part, "" for the document
	rels []ooxmlRel
	// list are the elements that are written; given tells which was for what.
	list  []string
	given map[string]string
	byID  map[string]ooxmlRel
}

// implied keeps the relationships to parts that belong to this one without
// being referred to.
func (l *ooxmlLinks) implied() error {
	for _, r := range l.rels {
		kind, there := l.doc.kinds[r.kind]
		if !there || !r.known || r.external {
			if what := officeGone(r.kind); what != "" {
				l.doc.in.gone.add(what)
			}
			continue
		}
		// Only the document itself has a main part.
		if kind.implied && (r.kind == "officeDocument") == (l.name == "") {
			if _, err := l.keep(r, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep returns the new id of a relationship.
func (l *ooxmlLinks) keep(r ooxmlRel, kind ooxmlKind) (string, error) {
	name, err := l.doc.reach(r.target, kind)
	if err != nil {
		return "", err
	}
	kindURI := relsBase + r.kind
	if r.kind == "media" {
		kindURI = mediaRel
	}
	return l.add(kindURI, relative(l.name, name), ""), nil
}

func (l *ooxmlLinks) add(kind, target, mode string) string {
	key := kind + " " + target
	if id, there := l.given[key]; there {
		return id
	}
	if l.given == nil {
		l.given = map[string]string{}
	}
	id := fmt.Sprintf("rId%d", len(l.list)+1)
	l.given[key] = id
	l.list = append(l.list, fmt.Sprintf(`<Relationship Id="%s" Type="%s" Target="%s"%s/>`, id, kind, escapeXML([]byte(target)), mode))
	return id
}

// link finds the new id for an attribute, and what becomes of its element when
// there is none.
func (l *ooxmlLinks) link(e *officeElement, a officeAttr) (string, officeVerdict, error) {
	if l.byID == nil {
		l.byID = map[string]ooxmlRel{}
		for _, r := range l.rels {
			l.byID[r.id] = r
		}
	}
	r, there := l.byID[unescapeXML(a.value)]
	kind, known := l.doc.kinds[r.kind]
	switch {
	case !there || !r.known:
	case r.external && r.kind == "hyperlink" && webLink(r.target):
		if name, within := strings.CutPrefix(r.target, "#"); within && l.doc.family == "word" {
			r.target = "#" + l.doc.bookmark(name)
		}
		return l.add(relsBase+r.kind, r.target, ` TargetMode="External"`), keepIfWord, nil
	case r.external:
		l.doc.in.gone.add("links")
	case known && r.kind != "officeDocument":
		id, err := l.keep(r, kind)
		return id, keepIfWord, err
	}
	switch e.name {
	case "w:hyperlink", "a:blip", "v:imagedata", "v:fill", "v:stroke":
		return "", unwrap, nil
	case "a:hlinkClick", "a:hlinkHover", "a:hlinkMouseOver":
		if len(a.value) == 0 && e.attr("action") != "" {
			return "", keepIfWord, nil
		}
		return "", drop, nil
	case "x:hyperlink": // its location is one in the other file
		return "", drop, nil
	case "a:videoFile", "a:audioFile", "a:quickTimeFile", "a:wavAudioFile":
		return "", drop, nil
	}
	return "", drop, unclean("a reference to what is not kept")
}

// webLink reports whether a link leads to the web or to a mailbox, and not to
// a file on somebody's computer or in somebody's office.
func webLink(target string) bool {
	scheme, rest, _ := strings.Cut(strings.ToLower(target), ":")
	return rest != "" && (scheme == "http" || scheme == "https" || scheme == "mailto") || strings.HasPrefix(target, "#")
}

func (l *ooxmlLinks) write() error {
	if len(l.list) == 0 {
		return nil
	}
	body := xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		strings.Join(l.list, "") + "</Relationships>"
	return l.doc.out.deflate(relsName(l.name), []byte(body))
}
