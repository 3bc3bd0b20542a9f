package vault

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// OpenDocument (OASIS, version 1.2): a zip of which content and styles are
// written anew, with the pictures and charts that they show. All else stays
// behind: who wrote it, when and for how long, settings with printers and
// windows, previews, comments, tracked changes, which are accepted, forms,
// macros, links to other files, notes of the speaker.
func scrubODF(kind string) scrubber {
	return scrubOffice(func(in *officeIn, out *officeOut) error {
		d := &odfDoc{in: in, out: out, names: map[string]string{}, charts: map[string]string{}}
		return d.scrub(kind)
	})
}

// maxCharts is more than anybody looks at.
const maxCharts = 256

// maxIDs is more lists than there are pages in a book.
const maxIDs = 1 << 16

const odfBase = "application/vnd.oasis.opendocument."

type odfDoc struct {
	in  *officeIn
	out *officeOut
	// names are the new names of pictures that were reached.
	names    map[string]string
	pictures int
	charts   map[string]string // likewise
	entries  []string          // of the manifest
}

func (d *odfDoc) scrub(kind string) error {
	if err := d.out.store("mimetype", []byte(odfBase+kind)); err != nil {
		return err
	}
	for name := range d.in.members {
		if what := odfMembers[strings.SplitAfter(name, "/")[0]]; what != "" {
			d.in.gone.add(what)
		}
	}
	if err := d.document("", kind); err != nil {
		return err
	}
	return d.manifest()
}

var odfMembers = map[string]string{
	"meta.xml": "properties", "Thumbnails/": "thumbnail", "settings.xml": "properties", "Configurations2/": "properties",
	"manifest.rdf": "properties", "layout-cache": "private", "Dialogs/": "macros", "VersionList.xml": "changes",
	"Versions/": "changes", "Fonts/": "fonts",
}

// document writes a document, or one within it that has a folder.
func (d *odfDoc) document(folder, kind string) error {
	d.entries = append(d.entries, odfEntry(cmp.Or(folder, "/"), odfBase+kind))
	for _, part := range []struct{ name, root string }{
		{"styles.xml", "office:document-styles"}, {"content.xml", "office:document-content"},
	} {
		old := d.names[folder] + part.name
		if d.in.members[old] == nil && part.name == "styles.xml" {
			continue
		}
		b, err := d.in.xml(old)
		if err != nil {
			return err
		}
		rules := &odfRules{doc: d, base: d.names[folder], kind: kind, ids: map[string]string{}, deletions: map[string]bool{}}
		f := &officeFilter{words: odfWords(), rules: rules, gone: d.in.gone}
		if err := f.filter(b, part.root); err != nil {
			return err
		}
		if err := d.out.deflate(folder+part.name, f.out); err != nil {
			return err
		}
		d.entries = append(d.entries, odfEntry(folder+part.name, "text/xml"))
	}
	return nil
}

// picture returns the new name of a picture, sound or film.
func (d *odfDoc) picture(old string, kinds ...string) (string, error) {
	if name, there := d.names[old]; there {
		return name, nil
	}
	body, media, err := d.in.media(old, kinds...)
	if err != nil {
		return "", err
	}
	d.pictures++
	name := fmt.Sprintf("Pictures/%d.%s", d.pictures, officeMedia[media])
	d.names[old] = name
	d.entries = append(d.entries, odfEntry(name, media))
	return name, d.out.store(name, body)
}

// chart returns the new name of a chart, which is a document of its own.
func (d *odfDoc) chart(old string) (string, error) {
	if name, there := d.charts[old]; there {
		return name, nil
	}
	if len(d.charts) == maxCharts {
		return "", unclean("too many charts")
	}
	name := fmt.Sprintf("Object %d", len(d.charts)+1)
	d.charts[old] = name
	d.names[name+"/"] = old + "/"
	return name, d.document(name+"/", "chart")
}

func odfEntry(name, media string) string {
	return fmt.Sprintf(`<manifest:file-entry manifest:full-path="%s" manifest:media-type="%s"/>`, name, media)
}

func (d *odfDoc) manifest() error {
	body := xmlHead + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
		strings.Join(d.entries, "") + "</manifest:manifest>"
	return d.out.deflate("META-INF/manifest.xml", []byte(body))
}

// odfRules are what the list of words does not say of a part.
type odfRules struct {
	doc  *odfDoc
	base string // the folder of the part that is read
	kind string
	ids  map[string]string
	// region is the change that is read, deletions are those that deleted.
	region    string
	deletions map[string]bool
}

var odfRefused = map[string]string{
	"office:binary-data": "a picture among the words", "draw:applet": "a program", "draw:floating-frame": "a page within",
	"draw:object-ole": "an embedded object", "draw:control": "a control", "text:hidden-paragraph": "a paragraph that hides",
	"office:drawing": "a drawing", "office:image": "a drawing", "office:database": "a database",
	"math:math": "a formula",
}

// odfText are fields of which the text remains.
var odfText = []string{
	"text:title", "text:subject", "text:creation-date", "text:creation-time", "text:modification-date", "text:modification-time",
	"text:print-date", "text:print-time", "text:variable-set", "text:variable-get", "text:variable-input", "text:user-field-get",
	"text:user-field-input", "text:expression", "text:text-input", "text:conditional-text", "text:placeholder",
	"text:execute-macro", "text:bibliography-mark", "text:measure", "text:database-display",
	"text:database-name", "text:database-row-number", "text:dde-connection", "text:table-formula", "text:meta",
	"text:meta-field", "loext:content-control",
}

// odfIDs are the attributes that are ids, or refer to one.
var odfIDs = []string{
	"xml:id", "text:id", "draw:id", "text:continue-list", "smil:targetElement", "draw:start-shape", "draw:end-shape", "draw:caption-id",
}

func (r *odfRules) start(e *officeElement) (officeVerdict, error) {
	if why := odfRefused[e.name]; why != "" {
		return drop, unclean(why)
	}
	if slices.Contains(odfText, e.name) {
		return unwrap, nil
	}
	switch e.name {
	case "text:tracked-changes":
		r.doc.in.gone.add("changes")
		return unwrap, nil
	case "text:changed-region":
		r.region = cmp.Or(e.attr("text:id"), e.attr("xml:id"))
		return unwrap, nil
	case "text:deletion":
		r.deletions[r.region] = true
		return drop, nil
	case "text:change-start": // what is deleted stands with the change, not here
		if r.deletions[e.attr("text:change-id")] {
			return drop, unclean("a deletion among the words")
		}
	case "office:text", "office:spreadsheet", "office:presentation", "office:chart":
		if e.name != "office:"+r.kind {
			return drop, unclean("a document that is not what it should be")
		}
	case "table:table":
		if name := e.attr("table:name"); strings.HasPrefix(name, "'") && strings.Contains(name, "'#") || leadsAway(name) {
			r.doc.in.gone.add("links") // what another file says
			return drop, nil
		}
	}
	if r.formulas(e) && (e.name == "table:named-range" || e.name == "table:named-expression") {
		return drop, nil
	}
	if len(r.ids) > maxIDs {
		return drop, unclean("too many ids")
	}
	for i, a := range e.attrs {
		if slices.Contains(odfIDs, a.name) {
			e.attrs[i].value = r.id(string(a.value))
		}
	}
	if href := e.attr("xlink:href"); href != "" {
		return r.link(e, href)
	}
	return keepIfWord, nil
}

// formulas takes formulas and addresses that lead away, whose values stay.
func (r *odfRules) formulas(e *officeElement) (taken bool) {
	e.attrs = slices.DeleteFunc(e.attrs, func(a officeAttr) bool {
		leads := odfFormula(a.name) && leadsAway(unescapeXML(a.value))
		taken = taken || leads
		return leads
	})
	if taken {
		r.doc.in.gone.add("links")
	}
	return taken
}

// id numbers what has an id, which others make of time and chance.
func (r *odfRules) id(old string) []byte {
	if r.ids[old] == "" {
		r.ids[old] = fmt.Sprintf("id%d", len(r.ids)+1)
	}
	return []byte(r.ids[old])
}

func (r *odfRules) link(e *officeElement, href string) (officeVerdict, error) {
	inside := path.Join(r.base, href)
	switch e.name {
	case "text:a", "draw:a":
		if webLink(href) {
			return keepIfWord, nil
		}
		r.doc.in.gone.add("links")
		return unwrap, nil
	case "draw:image", "draw:fill-image", "style:background-image", "text:list-level-style-image", "draw:plugin":
		if strings.HasPrefix(inside, path.Join(r.base, "ObjectReplacements")+"/") {
			return drop, nil // how a chart looked
		}
		if strings.Contains(href, ":") || strings.HasPrefix(inside, "..") || path.IsAbs(inside) {
			r.doc.in.gone.add("links")
			return drop, nil
		}
		kinds := []string{"image"}
		if e.name == "draw:plugin" {
			kinds = []string{"audio", "video"}
		}
		name, err := r.doc.picture(inside, kinds...)
		if err != nil {
			return drop, err
		}
		e.set("xlink:href", r.up()+name)
		return keepIfWord, nil
	case "chart:chart": // its data are in the document around it
		e.set("xlink:href", "..")
		return keepIfWord, nil
	case "draw:object":
		if r.kind == "chart" || r.doc.in.members[inside+"/content.xml"] == nil {
			return drop, unclean("an embedded object")
		}
		name, err := r.doc.chart(inside)
		e.set("xlink:href", "./"+name)
		return keepIfWord, err
	}
	r.doc.in.gone.add("links")
	return drop, nil
}

// up leads from the folder of the document to the root.
func (r *odfRules) up() string {
	if r.base == "" {
		return ""
	}
	return "../"
}

func (r *odfRules) end(string, []byte) bool { return true }

func (r *odfRules) text(_ string, b []byte) []byte { return b }
