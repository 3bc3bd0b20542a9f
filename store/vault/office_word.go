package vault

import (
	"regexp"
	"slices"
	"strings"
)

// word decides about the elements of a letter: tracked changes are accepted,
// and fields that show more than the letter become their text or nothing.
func (r *ooxmlRules) word(e *officeElement) (officeVerdict, error) {
	p := r.plan
	if p == nil {
		return keepIfWord, nil
	}
	if e.name == "w:fldChar" {
		if r.runs += p.hides[e.at]; r.runs < 0 {
			return drop, unclean("a field across what was deleted")
		}
	}
	if p.drops[e.at] || r.runs > 0 && runContent(e) {
		return drop, nil
	}
	if len(r.doc.bookmarks) > maxBookmarks {
		return drop, unclean("too many bookmarks")
	}
	switch e.name {
	case "w:footnoteReference", "w:endnoteReference":
		r.doc.used[strings.TrimSuffix(e.name, "Reference")+" "+e.attr("w:id")] = true
	case "w:footnote", "w:endnote": // separators have a type
		if e.attr("w:type") == "" && r.root != "w:settings" && !r.doc.used[e.name+" "+e.attr("w:id")] {
			r.doc.in.gone.add("changes")
			return drop, nil
		}
	case "w:ins", "w:moveTo":
		r.doc.in.gone.add("changes")
		return unwrap, nil
	case "w:sdt", "w:sdtContent", "w:smartTag", "w:customXml":
		return unwrap, nil
	case "w:fldSimple":
		switch judgeField(e.attr("w:instr")) {
		case fieldText:
			return unwrap, nil
		case fieldGone:
			r.doc.in.gone.add("properties")
			return drop, nil
		}
		e.set("w:instr", renamed(e.attr("w:instr"), r.doc.bookmark))
	case "w:instrText":
		if p.instructions[e.at] == nil { // of a field, or written with the first part
			return drop, nil
		}
		r.instruction = e.at
	case "w:hyperlink":
		if anchor := e.attr("w:anchor"); anchor != "" && e.attr("r:id") == "" { // of this letter
			e.set("w:anchor", r.doc.bookmark(anchor))
		}
	case "w:name":
		if e.parent == "w:ffData" {
			e.set("w:val", r.doc.bookmark(e.attr("w:val")))
		}
	case "w:bookmarkStart": // where the last change was
		if e.attr("w:name") == "_GoBack" {
			if r.bookmarks == nil {
				r.bookmarks = map[string]bool{}
			}
			r.bookmarks[e.attr("w:id")] = true
			return drop, nil
		}
		e.set("w:name", r.doc.bookmark(e.attr("w:name")))
	case "w:bookmarkEnd":
		if r.bookmarks[e.attr("w:id")] {
			return drop, nil
		}
	}
	return keepIfWord, nil
}

// runContent reports whether an element is what a run shows.
func runContent(e *officeElement) bool { return e.parent == "w:r" && e.name != "w:rPr" }

// wordPlan is what must be known of a letter before it is written: elements
// about which something later decides, by their place in the part.
type wordPlan struct {
	drops map[int]bool
	// hides has 1 where something begins that is not shown, -1 where it ends.
	hides map[int]int
	// instructions are those of the fields that are kept, by the place of their
	// first part: programs cut them anywhere.
	instructions map[int]*wordInstruction
	part         int // the place of the part of an instruction that is read

	open   []*wordOpen
	fields []*wordField
	runs   int // runs that are open
	depth  int
	// lone is a deleted paragraph, which another one must follow at the same
	// depth: a cell has a last paragraph.
	lone, loneDepth int
	err             error
}

// wordOpen is a paragraph, row, cell or table that is open.
type wordOpen struct {
	name         string
	at           int
	deleted      bool
	content      bool // a paragraph has some
	rows, remain int
}

// wordField is a field that is open (ECMA-376 part 1, section 17.16.2).
type wordField struct {
	begin, separate int
	instruction     strings.Builder
	at              int  // of the first part of the instruction
	nested          bool // other fields stand in the instruction
}

// More than anybody nests, and longer than any instruction of use.
const (
	maxFields      = 64
	maxInstruction = 2000
)

func planWord(b []byte, root string) (*wordPlan, error) {
	p := &wordPlan{drops: map[int]bool{}, hides: map[int]int{}, instructions: map[int]*wordInstruction{}, lone: -1}
	f := &officeFilter{words: ooxmlWords(), rules: p, blind: true, link: func(*officeElement, officeAttr) (string, officeVerdict, error) {
		return "", keepIfWord, nil
	}}
	if err := f.filter(b, root); err != nil {
		return nil, err
	}
	if len(p.fields) > 0 {
		return nil, unclean("a field without end")
	}
	return p, p.err
}

func (p *wordPlan) start(e *officeElement) (officeVerdict, error) {
	switch e.name {
	case "w:del", "w:moveFrom":
		p.deleted(e)
		return drop, nil
	case "w:ins", "w:moveTo", "w:sdt", "w:sdtContent", "w:smartTag", "w:customXml":
		return unwrap, nil
	}
	if ooxmlWords().elements[e.name] == nil {
		return drop, nil
	}
	if p.lone >= 0 && p.depth == p.loneDepth {
		if e.name == "w:p" {
			p.drops[p.lone] = true
		}
		p.lone = -1
	}
	p.depth++
	if runContent(e) || e.name == "m:r" {
		if par := p.around("w:p"); par != nil {
			par.content = true
		}
	}
	switch e.name {
	case "w:p", "w:tr", "w:tbl":
		p.open = append(p.open, &wordOpen{name: e.name, at: e.at})
	case "w:r":
		p.runs++
	case "w:sectPr": // a section ends here: the paragraph stays
		if par := p.around("w:p"); par != nil {
			par.content = true
		}
	case "w:fldChar":
		return keepIfWord, p.field(e)
	case "w:instrText":
		p.part = e.at
	}
	return keepIfWord, nil
}

// around is the innermost of a kind that is open.
func (p *wordPlan) around(name string) *wordOpen {
	for _, o := range slices.Backward(p.open) {
		if o.name == name {
			return o
		}
	}
	return nil
}

// deleted takes note of a deleted row, or of the deleted end of a paragraph.
func (p *wordPlan) deleted(e *officeElement) {
	switch {
	case e.parent == "w:trPr":
		if row := p.around("w:tr"); row != nil {
			row.deleted = true
		}
	case e.parent == "w:rPr" && p.runs == 0:
		if par := p.around("w:p"); par != nil {
			par.deleted = true
		}
	}
}

func (p *wordPlan) end(name string, _ []byte) bool {
	p.ended(name)
	return true
}

func (p *wordPlan) ended(name string) {
	p.depth--
	if p.depth < p.loneDepth {
		p.lone = -1
	}
	if name == "w:r" {
		p.runs--
	}
	if n := len(p.open); n == 0 || p.open[n-1].name != name {
		return
	}
	o := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	switch name {
	case "w:p":
		if o.deleted && !o.content {
			p.lone, p.loneDepth = o.at, p.depth
		}
	case "w:tr":
		if o.deleted {
			p.drops[o.at] = true
		}
		if table := p.around("w:tbl"); table != nil {
			table.rows++
			if !o.deleted {
				table.remain++
			}
		}
	case "w:tbl":
		if o.rows > 0 && o.remain == 0 {
			p.drops[o.at] = true
		}
	}
}

func (p *wordPlan) text(in string, b []byte) []byte {
	if n := len(p.fields); n > 0 && p.fields[n-1].separate == 0 && in == "w:instrText" {
		f := p.fields[n-1]
		if f.at == 0 {
			f.at = p.part
		}
		if f.instruction.Len() > maxInstruction {
			f.nested = true // its text only
			return b
		}
		f.instruction.WriteString(unescapeXML(b))
	}
	return b
}

func (p *wordPlan) field(e *officeElement) error {
	n := len(p.fields)
	switch kind := e.attr("w:fldCharType"); {
	case kind == "begin" && n < maxFields:
		if n > 0 && p.fields[n-1].separate == 0 {
			p.fields[n-1].nested = true
		}
		p.fields = append(p.fields, &wordField{begin: e.at})
		return nil
	case kind == "separate" && n > 0 && p.fields[n-1].separate == 0:
		p.fields[n-1].separate = e.at
		return nil
	case kind == "end" && n > 0:
		f := p.fields[n-1]
		p.fields = p.fields[:n-1]
		p.decide(f, e.at)
		return nil
	}
	return unclean("fields in disorder")
}

func (p *wordPlan) decide(f *wordField, end int) {
	verdict := judgeField(f.instruction.String())
	if f.nested && verdict == fieldKept {
		verdict = fieldText
	}
	if verdict == fieldKept {
		if f.at > 0 {
			p.instructions[f.at] = &wordInstruction{text: f.instruction.String()}
		}
		return
	}
	until := end
	if verdict == fieldText && f.separate > 0 {
		until = f.separate
		p.drops[f.separate] = true
	}
	p.hides[f.begin]++
	p.hides[until]--
	p.drops[f.begin], p.drops[end] = true, true
}

type fieldVerdict int

const (
	fieldText fieldVerdict = iota // only what it shows
	fieldKept
	fieldGone
)

// fieldVerdicts are the fields that are kept, since what they show changes with
// the page, or leads to another; and those that show who wrote the letter and
// where it lies. Of others the text remains.
var fieldVerdicts = map[string]fieldVerdict{
	"PAGE": fieldKept, "NUMPAGES": fieldKept, "SECTION": fieldKept, "SECTIONPAGES": fieldKept, "PAGEREF": fieldKept,
	"REF": fieldKept, "NOTEREF": fieldKept, "TOC": fieldKept, "SEQ": fieldKept, "STYLEREF": fieldKept,
	"FORMTEXT": fieldKept, "FORMCHECKBOX": fieldKept, "FORMDROPDOWN": fieldKept, "SYMBOL": fieldKept, "EQ": fieldKept,
	"=": fieldKept, "LISTNUM": fieldKept,
	"AUTHOR": fieldGone, "LASTSAVEDBY": fieldGone, "USERNAME": fieldGone, "USERINITIALS": fieldGone, "USERADDRESS": fieldGone,
	"FILENAME": fieldGone, "TEMPLATE": fieldGone, "DOCPROPERTY": fieldGone, "INFO": fieldGone, "COMMENTS": fieldGone,
	"KEYWORDS": fieldGone,
}

// goodLink is a link to the web or to a bookmark.
var goodLink = regexp.MustCompile(`^HYPERLINK\s+("(https?|mailto):[^"]*"\s*)?(\\[hn]\s*)?(\\l\s+"[^"]*"\s*)?(\\[hn]\s*)?$`)

func judgeField(instruction string) fieldVerdict {
	instruction = strings.TrimSpace(instruction)
	word, _, _ := strings.Cut(instruction, " ")
	if strings.HasPrefix(word, "=") {
		word = "="
	}
	if strings.EqualFold(word, "HYPERLINK") && goodLink.MatchString("HYPERLINK"+instruction[len("HYPERLINK"):]) {
		return fieldKept
	}
	verdict := fieldVerdicts[strings.ToUpper(word)]
	if verdict == fieldKept && !strings.EqualFold(word, "EQ") && leadsAway(instruction) {
		return fieldText
	}
	return verdict
}
