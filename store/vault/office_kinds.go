package vault

// ooxmlKind is a kind of part, by the last word of the type of the
// relationships that lead to it (ECMA-376 part 1, annex A).
type ooxmlKind struct {
	name    string // that it gets
	content string // its content type
	root    string // its root element
	// implied: it belongs to a part that does not refer to it by id.
	implied bool
	media   []string // what it may be, when it is no XML
}

const mediaRel = "http://schemas.microsoft.com/office/2007/relationships/media"

var ooxmlKinds = map[string]map[string]ooxmlKind{
	"word": family("word", "wordprocessingml.", map[string]ooxmlKind{
		"officeDocument": {"document.xml", "document.main", "w:document", true, nil},
		"styles":         {"styles.xml", "styles", "w:styles", true, nil},
		"numbering":      {"numbering.xml", "numbering", "w:numbering", true, nil},
		"settings":       {"settings.xml", "settings", "w:settings", true, nil},
		"fontTable":      {"fontTable.xml", "fontTable", "w:fonts", true, nil},
		"footnotes":      {"footnotes.xml", "footnotes", "w:footnotes", true, nil},
		"endnotes":       {"endnotes.xml", "endnotes", "w:endnotes", true, nil},
		"header":         {"header%d.xml", "header", "w:hdr", false, nil},
		"footer":         {"footer%d.xml", "footer", "w:ftr", false, nil},
	}),
	"xl": family("xl", "spreadsheetml.", map[string]ooxmlKind{
		"officeDocument": {"workbook.xml", "sheet.main", "x:workbook", true, nil},
		"styles":         {"styles.xml", "styles", "x:styleSheet", true, nil},
		"sharedStrings":  {"sharedStrings.xml", "sharedStrings", "x:sst", true, nil},
		"worksheet":      {"worksheets/sheet%d.xml", "worksheet", "x:worksheet", false, nil},
		"chartsheet":     {"chartsheets/sheet%d.xml", "chartsheet", "x:chartsheet", false, nil},
		"table":          {"tables/table%d.xml", "table", "x:table", false, nil},
	}),
	"ppt": family("ppt", "presentationml.", map[string]ooxmlKind{
		"officeDocument": {"presentation.xml", "presentation.main", "p:presentation", true, nil},
		"slideMaster":    {"slideMasters/slideMaster%d.xml", "slideMaster", "p:sldMaster", true, nil},
		"slideLayout":    {"slideLayouts/slideLayout%d.xml", "slideLayout", "p:sldLayout", true, nil},
		"slide":          {"slides/slide%d.xml", "slide", "p:sld", false, nil},
		"tableStyles":    {"tableStyles.xml", "tableStyles", "a:tblStyleLst", true, nil},
		"video":          {"media/media%d.", "", "", false, []string{"video"}},
		"audio":          {"media/media%d.", "", "", false, []string{"audio"}},
		"media":          {"media/media%d.", "", "", false, []string{"audio", "video"}},
	}),
}

// drawn are the kinds that every family has.
var drawn = map[string]ooxmlKind{
	"theme":           {"theme/theme%d.xml", "theme", "a:theme", true, nil},
	"themeOverride":   {"theme/themeOverride%d.xml", "themeOverride", "a:themeOverride", true, nil},
	"image":           {"media/image%d.", "", "", false, []string{"image"}},
	"chart":           {"charts/chart%d.xml", "drawingml.chart", "c:chartSpace", false, nil},
	"chartUserShapes": {"drawings/drawing%d.xml", "drawingml.chartshapes", "c:userShapes", false, nil},
	"drawing":         {"drawings/drawing%d.xml", "drawing", "xdr:wsDr", false, nil},
}

func family(folder, format string, own map[string]ooxmlKind) map[string]ooxmlKind {
	kinds := map[string]ooxmlKind{}
	add := func(name string, k ooxmlKind, format string) {
		k.name = folder + "/" + k.name
		if k.content != "" {
			k.content = "application/vnd.openxmlformats-officedocument." + format + k.content + "+xml"
		}
		kinds[name] = k
	}
	for name, k := range drawn {
		add(name, k, "")
	}
	for name, k := range own {
		add(name, k, format)
	}
	return kinds
}
