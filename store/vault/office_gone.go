package vault

import "strings"

// officeGone is what an element, an attribute or a relationship that is left
// behind is called, "" when it is not worth a word.
func officeGone(name string) string {
	switch {
	case strings.HasPrefix(name, "w:rsid"):
		return "revisions"
	case strings.HasPrefix(name, "w:") && strings.HasSuffix(name, "Change"):
		return "changes"
	case strings.HasPrefix(name, "w:comment"):
		return "comments"
	case strings.HasPrefix(name, "text:sender-"):
		return "properties"
	}
	return officeNames[name]
}

var officeNames = map[string]string{
	"w:ins": "changes", "w:del": "changes", "w:moveFrom": "changes", "w:moveTo": "changes",
	"w:cellIns": "changes", "w:moveFromRangeStart": "changes", "w:moveToRangeStart": "changes",
	"w:author": "changes", "w:date": "changes",
	"w:annotationRef": "comments", "w:attachedTemplate": "templates", "w:linkStyles": "templates",
	"w:mailMerge": "links", "w:docVars": "properties", "w:sdtPr": "properties", "w:lang": "language",
	"w:permStart": "users", "w:documentProtection": "protection", "w:writeProtection": "protection",
	"w:smartTag": "customxml", "w:customXml": "customxml", "w:embedRegular": "fonts",
	"w:fldData": "private", "w:nsid": "revisions", "w:tmpl": "templates", "descr": "descriptions", "title": "descriptions", "lang": "language",
	"o:OLEObject": "embedded", "c:externalData": "embedded", "x:oleObjects": "embedded", "x:controls": "embedded",
	"x:fileSharing": "users", "x:protectedRanges": "users", "x:customWorkbookViews": "users", "x:scenarios": "users",
	"x:workbookProtection": "protection", "x:sheetProtection": "protection",
	"x:externalReferences": "links", "x:pivotCaches": "links", "x:legacyDrawing": "comments",
	"p:modifyVerifier": "protection", "p:notesMasterIdLst": "notes", "p:embeddedFontLst": "fonts",
	"p:custDataLst": "customxml",

	"text:tracked-changes": "changes", "table:tracked-changes": "changes", "office:change-info": "changes",
	"office:annotation": "comments", "office:scripts": "macros", "office:event-listeners": "macros", "office:forms": "forms",
	"text:author-name": "properties", "text:author-initials": "properties", "text:creator": "properties",
	"text:initial-creator": "properties", "text:printed-by": "properties", "text:file-name": "properties",
	"text:template-name": "templates", "text:user-defined": "properties", "text:user-field-decls": "properties",
	"text:variable-decls": "properties", "text:dde-connection-decls": "links", "table:dde-links": "links",
	"table:table-source": "links", "table:data-pilot-tables": "links", "table:scenario": "users",
	"fo:language": "language", "fo:country": "language", "style:language-asian": "language", "style:language-complex": "language",
	"number:language": "language", "number:country": "language",
	"svg:title": "descriptions", "svg:desc": "descriptions", "svg:font-face-src": "fonts", "presentation:notes": "notes",

	// Relationships, by the last part of their type.
	"comments": "comments", "commentsExtended": "comments", "commentsIds": "comments", "commentsExtensible": "comments",
	"people": "comments", "person": "comments", "threadedComment": "comments", "commentAuthors": "comments", "authors": "comments",
	"vmlDrawing":      "comments",
	"core-properties": "properties", "extended-properties": "properties", "custom-properties": "properties",
	"thumbnail": "thumbnail", "customXml": "customxml", "customXmlProps": "customxml", "attachedTemplate": "templates",
	"glossaryDocument": "templates", "printerSettings": "printer", "webSettings": "properties", "oleObject": "embedded",
	"package": "embedded", "control": "embedded", "font": "fonts", "externalLink": "links", "externalLinkPath": "links",
	"connections": "links", "queryTable": "links", "pivotCacheDefinition": "links", "pivotTable": "links",
	"notesSlide": "notes", "notesMaster": "notes", "handoutMaster": "notes", "tags": "properties", "revisionHeaders": "changes",
	"usernames": "users", "presProps": "properties", "viewProps": "properties",
}
