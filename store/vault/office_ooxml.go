package vault

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Office Open XML (ECMA-376): a zip of parts, which know each other by
// relationships (part 2). What is reached from the main part by relationships
// of known kinds, because it is referred to, is written anew, under a new name,
// with new relationships. All else stays behind: who wrote it, when and with
// what, comments and who made them, what was changed and thrown away, embedded
// files, links to other files, previews, notes of the speaker, data for
// programs. Tracked changes are accepted: what is deleted is gone.
func scrubOOXML(family string) scrubber {
	return scrubOffice(func(in *officeIn, out *officeOut) error {
		d := &ooxmlDoc{
			in: in, out: out, kinds: ooxmlKinds[family], family: family,
			types: map[string]string{}, names: map[string]string{}, patterns: map[string]string{}, count: map[string]int{},
			written: map[string]string{"rels": relsType, "xml": "application/xml"}, used: map[string]bool{}, bookmarks: map[string]string{},
		}
		return d.scrub()
	})
}

const (
	relsType = "application/vnd.openxmlformats-package.relationships+xml"
	relsBase = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

type ooxmlDoc struct {
	in     *officeIn
	out    *officeOut
	family string
	kinds  map[string]ooxmlKind
	types  map[string]string // content types of extensions and of "/names"
	// names are the new names of parts that were reached, and patterns those
	// that they were made by.
	names, patterns map[string]string
	count           map[string]int // of parts with names of one pattern
	queue           []ooxmlTodo
	// written are the content types of what is written, as types.
	written  map[string]string
	external bool // formulas look into other files
	// used are the notes and shared strings that are referred to, such as
	// "w:footnote 2": what is not was deleted.
	used map[string]bool
	// bookmarks are the new names of bookmarks, whose old ones are titles, or
	// made of random numbers.
	bookmarks map[string]string
}

// ooxmlTodo is a part that was reached and is not written yet.
type ooxmlTodo struct {
	old, name string
	kind      ooxmlKind
}

func (d *ooxmlDoc) scrub() error {
	if err := d.readTypes(); err != nil {
		return err
	}
	top, err := d.readRels("")
	if err != nil {
		return err
	}
	links := &ooxmlLinks{doc: d, rels: top}
	if err := links.implied(); err != nil {
		return err
	}
	if len(links.list) != 1 {
		return unclean("not one main part")
	}
	if err := links.write(); err != nil {
		return err
	}
	for len(d.queue) > 0 {
		todo := d.queue[0]
		d.queue = d.queue[1:]
		if err := d.part(todo); err != nil {
			return err
		}
	}
	return d.writeTypes()
}

func (d *ooxmlDoc) part(todo ooxmlTodo) error {
	rels, err := d.readRels(todo.old)
	if err != nil {
		return err
	}
	if todo.kind.root == "x:workbook" {
		d.external = slices.ContainsFunc(rels, func(r ooxmlRel) bool { return r.kind == "externalLink" })
	}
	links := &ooxmlLinks{doc: d, name: todo.name, rels: rels}
	b, err := d.in.xml(todo.old)
	if err != nil {
		return err
	}
	rules := &ooxmlRules{doc: d, root: todo.kind.root, axes: map[string]string{}}
	if strings.HasPrefix(todo.kind.root, "w:") {
		if rules.plan, err = planWord(b, todo.kind.root); err != nil {
			return err
		}
	}
	f := &officeFilter{words: ooxmlWords(), rules: rules, link: links.link, gone: d.in.gone}
	if err := f.filter(b, todo.kind.root); err != nil {
		return err
	}
	if rules.runs != 0 {
		return unclean("a field across what was deleted")
	}
	if err := links.implied(); err != nil {
		return err
	}
	if err := d.out.deflate(todo.name, f.out); err != nil {
		return err
	}
	d.written["/"+todo.name] = todo.kind.content
	return links.write()
}

// reach returns the new name of a part, and remembers to write it.
func (d *ooxmlDoc) reach(old string, kind ooxmlKind) (string, error) {
	if name, there := d.names[old]; there {
		if d.patterns[old] != kind.name {
			return "", unclean("a part of two kinds")
		}
		return name, nil
	}
	d.patterns[old] = kind.name
	if kind.media != nil {
		return d.media(old, kind)
	}
	content := d.types["/"+strings.ToLower(old)]
	if content == "" {
		content = d.types[strings.ToLower(strings.TrimPrefix(path.Ext(old), "."))]
	}
	if content != kind.content {
		return "", unclean("a part of an unexpected type")
	}
	name := d.newName(kind.name)
	d.names[old] = name
	d.queue = append(d.queue, ooxmlTodo{old, name, kind})
	return name, nil
}

func (d *ooxmlDoc) media(old string, kind ooxmlKind) (string, error) {
	body, media, err := d.in.media(old, kind.media...)
	if err != nil {
		return "", err
	}
	name := d.newName(kind.name + officeMedia[media])
	d.names[old] = name
	d.written[officeMedia[media]] = media
	return name, d.out.store(name, body)
}

// newName is the next name of a pattern, which has a number if there can be
// several.
func (d *ooxmlDoc) newName(pattern string) string {
	d.count[pattern]++
	if strings.Contains(pattern, "%d") {
		return fmt.Sprintf(pattern, d.count[pattern])
	}
	return pattern
}

func (d *ooxmlDoc) readTypes() error {
	return d.list("[Content_Types].xml", "ct:Types", func(e *officeElement) {
		switch e.name {
		case "ct:Default":
			d.types[strings.ToLower(e.attr("Extension"))] = e.attr("ContentType")
		case "ct:Override":
			d.types[strings.ToLower(e.attr("PartName"))] = e.attr("ContentType")
		}
	})
}

// writeTypes writes what every part is, which has to come first.
func (d *ooxmlDoc) writeTypes() error {
	var names []string
	for name := range d.written {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`)
	for _, name := range names {
		if name[0] != '/' {
			fmt.Fprintf(&b, `<Default Extension="%s" ContentType="%s"/>`, name, d.written[name])
		}
	}
	for _, name := range names {
		if name[0] == '/' {
			fmt.Fprintf(&b, `<Override PartName="%s" ContentType="%s"/>`, name, d.written[name])
		}
	}
	b.WriteString("</Types>")
	members := d.out.members
	d.out.members = nil
	err := d.out.deflate("[Content_Types].xml", []byte(b.String()))
	d.out.members = append(d.out.members, members...)
	return err
}

// list reads a part that is a list.
func (d *ooxmlDoc) list(name, root string, each func(e *officeElement)) error {
	b, err := d.in.xml(name)
	if err != nil {
		return err
	}
	f := &officeFilter{words: ooxmlWords(), rules: officeList(each), blind: true}
	return f.filter(b, root)
}

// officeList are rules that only look.
type officeList func(e *officeElement)

func (l officeList) start(e *officeElement) (officeVerdict, error) { l(e); return keepIfWord, nil }
func (officeList) end(string, []byte) bool                         { return true }
func (officeList) text(_ string, b []byte) []byte                  { return b }

// relative is how one part writes the name of another.
func relative(from, to string) string {
	r, err := filepath.Rel("/"+path.Dir(from), "/"+to)
	if err != nil {
		return "/" + to
	}
	return filepath.ToSlash(r)
}
