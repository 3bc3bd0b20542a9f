package packet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Document is a form. All of its words come from who makes it.
type Document struct {
	Lang, Title string
	Intro       string
	Sections    []Section
	Foot        string                 // stands on every page
	Page        func(n, of int) string // numbers a page
	Unprintable func(with rune) string // says that letters were replaced
	Made        time.Time
}

// Section is a part of a form.
type Section struct {
	Title string
	Rows  []Row
}

// Row is a line of a form: what is asked, and what is known. Without a label it is
// a paragraph.
type Row struct {
	Label, Text string
	// Blank is how many lines are left to be filled in by hand, the last of them
	// dotted.
	Blank int
}

// Measures of a page, in millimetres.
const (
	left, right  = 20.0, 190.0
	top, bottom  = 22.0, 275.0
	labels       = 42.0 // the width of the column
	lineHeight   = 5.0
	handHeight   = 8.0 // of a line that is filled in by hand
	letters      = 10  // points
	smallLetters = 8
)

// PDF writes the form on pages of A4. What no letter is there for is replaced, and
// the form says so; [Document.Text] has it all.
func (d Document) PDF(w io.Writer) error {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return fmt.Errorf("read the font: %w", err)
	}
	pages := 0
	for { // first to count the pages, then to number them
		p := &pen{Fpdf: fpdf.New("P", "mm", "A4", ""), d: d, pages: pages, font: font}
		p.write()
		if err := p.Error(); err != nil {
			return fmt.Errorf("write the form: %w", err)
		}
		if p.PageNo() == pages {
			if err := p.Output(w); err != nil {
				return fmt.Errorf("write the form: %w", err)
			}
			return nil
		}
		pages = p.PageNo()
	}
}

// pen writes a form once.
type pen struct {
	*fpdf.Fpdf
	d     Document
	pages int // as many as there are; 0 while that is not known
	font  *sfnt.Font
	glyph sfnt.Buffer
	y     float64
	lost  bool // some letter was replaced
}

func (p *pen) write() {
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetAutoPageBreak(false, 0)
	p.SetTitle(p.printable(p.d.Title), true)
	p.SetLang(p.d.Lang)
	p.SetCatalogSort(true)
	p.SetCreationDate(p.d.Made)
	p.SetModificationDate(p.d.Made)
	p.SetDrawColor(120, 120, 120)
	p.SetLineWidth(0.2)
	p.SetHeaderFunc(p.frame)
	p.turn()
	p.block("", p.d.Title, "B", 14, 7)
	p.y += 2
	p.block("", p.d.Intro, "", smallLetters, 4)
	for _, s := range p.d.Sections {
		p.y += 3
		p.room(3 * lineHeight)
		p.block("", s.Title, "B", 11, 6)
		p.Line(left, p.y, right, p.y)
		p.y += 2
		for _, r := range s.Rows {
			p.row(r)
		}
	}
	if p.lost {
		p.y += 3
		p.block("", p.d.Unprintable(lost), "", smallLetters, 4)
	}
}

// frame writes what stands on every page.
func (p *pen) frame() {
	p.SetFont("go", "", smallLetters)
	foot := p.printable(p.d.Foot)
	for p.GetStringWidth(foot) > right-left-40 && foot != "" {
		r := []rune(foot)
		foot = string(r[:len(r)-1])
	}
	p.Text(left, bottom+12, foot)
	n := p.printable(p.d.Page(p.PageNo(), max(p.pages, p.PageNo())))
	p.Text(right-p.GetStringWidth(n), bottom+12, n)
	p.Line(left, bottom+7, right, bottom+7)
}

func (p *pen) turn() {
	p.AddPage()
	p.y = top
}

// room begins a page where there is no room for a height.
func (p *pen) room(h float64) {
	if p.y+h > bottom {
		p.turn()
	}
}

func (p *pen) row(r Row) {
	if r.Text != "" || r.Blank == 0 {
		p.block(r.Label, r.Text, "", letters, lineHeight)
		p.y++
		return
	}
	p.room(float64(r.Blank) * handHeight)
	p.y += float64(r.Blank-1) * handHeight
	p.block(r.Label, "", "", letters, handHeight)
	p.SetDashPattern([]float64{0.4, 0.8}, 0)
	p.Line(left+labels, p.y-handHeight/3, right, p.y-handHeight/3)
	p.SetDashPattern(nil, 0)
}

// block writes a text beside its label, line by line, over as many pages as it
// needs.
func (p *pen) block(label, text, style string, size, height float64) {
	p.SetFont("go", style, size)
	x := left
	var names []string
	if label != "" {
		x += labels
		names = p.SplitText(p.printable(label), labels-3)
	}
	lines := p.SplitText(p.printable(text), right-x)
	for i := range max(len(names), len(lines)) {
		p.room(height)
		p.SetFont("go", style, size) // a new page has set another
		if i < len(names) {
			p.Text(left, p.y+height*0.7, strings.TrimSpace(names[i]))
		}
		if i < len(lines) {
			p.Text(x, p.y+height*0.7, strings.TrimSpace(lines[i]))
		}
		p.y += height
	}
}

// lost stands for a letter that the font does not have.
const lost = '□'

// printable replaces what the font has no letter for.
func (p *pen) printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		if r <= 0xFFFF { // the library knows no others
			if n, err := p.font.GlyphIndex(&p.glyph, r); err == nil && n != 0 {
				return r
			}
		}
		p.lost = true
		return lost
	}, s)
}

// Text is the form without its looks, and with every letter.
func (d Document) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", d.Title, d.Intro)
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n%s\n", s.Title)
		for _, r := range s.Rows {
			text := r.Text
			if text == "" && r.Blank > 0 {
				text = strings.Repeat(".", 40)
			}
			if r.Label != "" {
				text = r.Label + ": " + text
			}
			fmt.Fprintln(&b, text)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", d.Foot)
	return b.String()
}
