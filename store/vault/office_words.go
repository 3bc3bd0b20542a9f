package vault

import (
	"embed"
	"fmt"
	"strings"
	"sync"
)

// The words that documents may use: every element, and the attributes it may
// have. A line is an element, "#" if text may stand in it, and attributes. They
// are the schemas of ECMA-376 (Office Open XML, transitional) and of
// OpenDocument 1.2, less what tells of people, machines and earlier versions,
// of other files, and of programs to run. What is not here stays behind.
//
//go:embed office/*.txt
var officeFiles embed.FS

// officeWords are the words of one family of formats.
type officeWords struct {
	// prefixes are the namespaces, each with the prefix that it gets.
	prefixes map[string]string
	elements map[string]*officeWord
}

type officeWord struct {
	text  bool
	attrs map[string]bool
}

func readWords(file, spaces string) *officeWords {
	w := &officeWords{prefixes: map[string]string{}, elements: map[string]*officeWord{}}
	for line := range strings.Lines(spaces) {
		if prefix, uri, there := strings.Cut(strings.TrimSpace(line), " "); there {
			w.prefixes[uri] = prefix
		}
	}
	b, err := officeFiles.ReadFile("office/" + file)
	if err != nil {
		panic(fmt.Sprintf("the words of documents: %v", err)) // they are in the program
	}
	for line := range strings.Lines(string(b)) {
		word := &officeWord{attrs: map[string]bool{}}
		name := ""
		for i, f := range strings.Fields(line) {
			switch {
			case i == 0:
				name = f
			case f == "#":
				word.text = true
			default:
				word.attrs[f] = true
			}
		}
		w.elements[name] = word
	}
	return w
}

var ooxmlWords = sync.OnceValue(func() *officeWords { return readWords("ooxml.txt", ooxmlSpaces) })

const ooxmlSpaces = `
w http://schemas.openxmlformats.org/wordprocessingml/2006/main
m http://schemas.openxmlformats.org/officeDocument/2006/math
r http://schemas.openxmlformats.org/officeDocument/2006/relationships
a http://schemas.openxmlformats.org/drawingml/2006/main
pic http://schemas.openxmlformats.org/drawingml/2006/picture
c http://schemas.openxmlformats.org/drawingml/2006/chart
cdr http://schemas.openxmlformats.org/drawingml/2006/chartDrawing
wp http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing
xdr http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing
x http://schemas.openxmlformats.org/spreadsheetml/2006/main
p http://schemas.openxmlformats.org/presentationml/2006/main
v urn:schemas-microsoft-com:vml
o urn:schemas-microsoft-com:office:office
w10 urn:schemas-microsoft-com:office:word
wps http://schemas.microsoft.com/office/word/2010/wordprocessingShape
wpg http://schemas.microsoft.com/office/word/2010/wordprocessingGroup
wp14 http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing
mc http://schemas.openxmlformats.org/markup-compatibility/2006
ct http://schemas.openxmlformats.org/package/2006/content-types
rel http://schemas.openxmlformats.org/package/2006/relationships
`

var odfWords = sync.OnceValue(func() *officeWords { return readWords("odf.txt", odfSpaces) })

const odfSpaces = `
anim urn:oasis:names:tc:opendocument:xmlns:animation:1.0
chart urn:oasis:names:tc:opendocument:xmlns:chart:1.0
draw urn:oasis:names:tc:opendocument:xmlns:drawing:1.0
dr3d urn:oasis:names:tc:opendocument:xmlns:dr3d:1.0
fo urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0
number urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0
office urn:oasis:names:tc:opendocument:xmlns:office:1.0
presentation urn:oasis:names:tc:opendocument:xmlns:presentation:1.0
smil urn:oasis:names:tc:opendocument:xmlns:smil-compatible:1.0
style urn:oasis:names:tc:opendocument:xmlns:style:1.0
svg urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0
table urn:oasis:names:tc:opendocument:xmlns:table:1.0
text urn:oasis:names:tc:opendocument:xmlns:text:1.0
xlink http://www.w3.org/1999/xlink
of urn:oasis:names:tc:opendocument:xmlns:of:1.2
loext urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0
math http://www.w3.org/1998/Math/MathML
`
