package vault

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// ooxmlRules are what the list of words does not say of a part.
type ooxmlRules struct {
	doc  *ooxmlDoc
	root string
	plan *wordPlan // of a part of a letter
	axes map[string]string
	runs int // of the plan: how many dropped results of fields are around
	// bookmarks that were dropped, by id: their ends go too.
	bookmarks   map[string]bool
	instruction int // the place of the instruction that is read
	// Of a sheet: the cell has the number of a shared string, value is what its
	// value was until now. Of the strings: how many came.
	shared  bool
	value   []byte
	strings int
	// formula is the number by which the cell shares its formula, lost are those
	// that led away.
	formula string
	lost    map[string]bool
}

// What the document hides of itself stays in it, hidden: text and slides, rows
// and sheets. It is what the document says, not about who wrote it, and to show
// it or to take it away would make another document of it.

// shown are the kinds of graphics that are shown: pictures, charts, tables and
// shapes. Diagrams and embedded objects are more than they look.
var shown = map[string]bool{
	"http://schemas.openxmlformats.org/drawingml/2006/picture":          true,
	"http://schemas.openxmlformats.org/drawingml/2006/chart":            true,
	"http://schemas.openxmlformats.org/drawingml/2006/table":            true,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingShape": true,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": true,
}

// refused are elements without which a document does not look as it did, and
// which cannot be kept.
var refused = map[string]string{
	"w:altChunk": "another document within", "w:subDoc": "another document within",
	"w:control": "a control", "p:control": "a control", "p:controls": "a control",
	"w:contentPart": "ink", "p:contentPart": "ink", "xdr:contentPart": "ink", "wp:contentPart": "ink",
	"w:cellDel": "a deleted cell", "w:cellMerge": "merged cells",
	"p:oleObj": "an embedded object", "x:legacyDrawingHF": "a picture in a header",
	"o:ink": "ink", "o:signatureline": "a line for a signature",
}

// sparklines are charts within cells (MS-XLSX, section 2.3.3).
const sparklines = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"

// jumps are the actions of a click that lead to a slide.
var jumps = regexp.MustCompile(`^ppaction://(hlinksldjump|noaction|hlinkshowjump\?jump=[a-z]+|media)$`)

// shapeTypes are the ids by which shapes name their type.
var shapeTypes = regexp.MustCompile(`^#?_x0000_t[0-9]{1,4}$`)

func (r *ooxmlRules) start(e *officeElement) (officeVerdict, error) {
	if why := refused[e.name]; why != "" {
		return drop, unclean(why)
	}
	prefix, local, _ := strings.Cut(e.name, ":")
	switch local {
	case "cNvPr", "docPr": // the name of a picture is that of its file
		e.set("name", "")
	}
	switch e.name {
	case "a:theme", "a:themeOverride", "a:clrScheme", "a:fontScheme", "a:fmtScheme":
		e.set("name", "Office")
	case "a:fld": // a random number
		e.set("id", "{00000000-0000-0000-0000-000000000000}")
	case "a:wavAudioFile":
		e.set("name", "")
	case "a:tblStyle", "a:tableStyle":
		e.set("styleName", "")
	case "a:graphicData":
		if !shown[e.attr("uri")] {
			return drop, unclean("a diagram or an embedded object")
		}
	case "a:hlinkClick", "a:hlinkHover", "a:hlinkMouseOver":
		if action := e.attr("action"); action != "" && !jumps.MatchString(action) {
			return drop, nil
		}
	case "c:axId", "c:crossAx":
		r.axis(e)
	}
	switch prefix {
	case "v":
		r.vml(e)
	case "w":
		return r.word(e)
	case "x":
		return r.sheet(e)
	}
	return keepIfWord, nil
}

// axis numbers the axes of a chart, which have random ids.
func (r *ooxmlRules) axis(e *officeElement) {
	id := e.attr("val")
	if r.axes[id] == "" {
		r.axes[id] = strconv.Itoa(len(r.axes) + 1)
	}
	e.set("val", r.axes[id])
}

// vml keeps the ids of types only: those of shapes count sessions.
func (r *ooxmlRules) vml(e *officeElement) {
	for _, name := range []string{"id", "type"} {
		if e.attr(name) != "" && (!shapeTypes.MatchString(e.attr(name)) || name == "id" && e.name != "v:shapetype") {
			e.remove(name)
		}
	}
}

func (r *ooxmlRules) sheet(e *officeElement) (officeVerdict, error) {
	switch e.name {
	case "x:c":
		if e.attr("vm") != "" {
			return drop, unclean("a cell with more than a value")
		}
		r.shared, r.value = e.attr("t") == "s", r.value[:0]
	case "x:si":
		r.strings++
	case "x:extLst": // nothing is kept, but what is seen is not passed over
		return unwrap, nil
	case "x:ext":
		if strings.EqualFold(e.attr("uri"), sparklines) {
			return drop, unclean("small charts in cells")
		}
	case "x:f":
		// What other files say is in the values.
		if r.doc.external {
			r.doc.in.gone.add("links")
			return drop, nil
		}
		if r.formula = e.attr("si"); r.lost[r.formula] { // shared with one that led away
			return drop, nil
		}
	case "x:hyperlink":
		if leadsAway(e.attr("location")) {
			r.doc.in.gone.add("links")
			e.remove("location")
			if e.attr("r:id") == "" {
				return drop, nil
			}
		}
	}
	return keepIfWord, nil
}

func (r *ooxmlRules) end(name string, written []byte) bool {
	if name == "x:c" && r.shared {
		r.doc.used["x:si "+strings.TrimSpace(string(r.value))] = true
	}
	if (name == "x:hyperlinks" || name == "x:definedNames") && bytes.Count(written, []byte("<")) == 1 {
		return false // all of them led away, and Excel wants one
	}
	if ooxmlFormulas[name] && leadsAway(unescapeXML(written)) { // the value stays
		r.doc.in.gone.add("links")
		if name == "x:f" && r.formula != "" {
			if r.lost == nil {
				r.lost = map[string]bool{}
			}
			r.lost[r.formula] = true
		}
		return false
	}
	return true
}

func (r *ooxmlRules) text(in string, b []byte) []byte {
	switch {
	case in == "c:f" && r.doc.family != "xl": // the sheet behind a chart is not kept
		return []byte("Sheet1!A1")
	case (in == "c:f" || in == "x:definedName") && r.doc.external && strings.Contains(string(b), "["):
		return []byte("#REF!")
	case in == "w:instrText" && r.plan != nil:
		return r.plan.instructions[r.instruction].take(r.doc)
	case needsFormula(in) && leadsAway(unescapeXML(b)):
		r.doc.in.gone.add("links")
		return []byte("#REF!")
	case in == "x:v" && r.shared:
		r.value = append(r.value, b...)
	case in == "x:t" && r.root == "x:sst" && !r.doc.used["x:si "+strconv.Itoa(r.strings-1)]:
		r.doc.in.gone.add("text")
		return nil // no cell shows it, but others have their number
	}
	return b
}
