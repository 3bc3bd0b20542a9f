package vault

// pdfKeys are the keys that are let through, by kind of dictionary or stream,
// and of which kind their values are:
//
//	=Name    this name, whatever stood there
//	[kind    an array of these
//	{kind    a dictionary of these, whose keys are somebody's choice
//	kind+    one, or an array of these
//	a|kind   a if it is that, otherwise the other; a is name, string or numbers
//
// The small kinds are name, number, bool, string, numbers (and arrays of them,
// also of bools) and names (also of numbers). Of the others those that are not
// here have a function in pdf_copy.go.
var pdfKeys = map[string]map[pdfName]string{
	// 7.7.3.3; annotations and what is inherited: pdf_pages.go.
	"page": {"Type": "=Page", "UserUnit": "number", "Group": "group", "Contents": "content+"},
	// 7.8.3
	"resources": {
		"Font": "{font", "XObject": "{xobject", "ColorSpace": "{colour", "Pattern": "{pattern", "Shading": "{shading",
		"ExtGState": "{state",
	},
	// 8.4.5. Halftones are for printers.
	"state": {
		"LW": "number", "LC": "number", "LJ": "number", "ML": "number", "D": "numbers", "RI": "name", "OP": "bool",
		"op": "bool", "OPM": "number", "Font": "fontsize", "BG": "function", "BG2": "name|function", "UCR": "function",
		"UCR2": "name|function", "TR": "name|function+", "TR2": "name|function+", "FL": "number", "SM": "number",
		"SA": "bool", "BM": "names", "SMask": "name|softmask", "CA": "number", "ca": "number", "AIS": "bool", "TK": "bool",
	},
	"softmask": {"S": "name", "G": "form", "BC": "numbers", "TR": "name|function"}, // 11.6.5.2
	"group":    {"S": "name", "CS": "name|colour", "I": "bool", "K": "bool"},       // 11.6.6

	// 9.6, 9.7
	"font": {
		"Type": "=Font", "Subtype": "name", "BaseFont": "name", "FirstChar": "number", "LastChar": "number",
		"Widths": "numbers", "FontDescriptor": "descriptor", "Encoding": "name|encoding", "ToUnicode": "name|cmap",
		"FontBBox": "numbers", "FontMatrix": "numbers", "CharProcs": "{glyph", "Resources": "resources",
		"DescendantFonts": "[font", "CIDSystemInfo": "cidsystem", "DW": "number", "W": "numbers", "DW2": "numbers",
		"W2": "numbers", "CIDToGIDMap": "name|bytes",
	},
	"encoding":  {"Type": "=Encoding", "BaseEncoding": "name", "Differences": "names"},
	"cidsystem": {"Registry": "string", "Ordering": "string", "Supplement": "number"},
	"cmap": {
		"Type": "=CMap", "CMapName": "name", "CIDSystemInfo": "cidsystem", "WMode": "number", "UseCMap": "name|cmap",
	},
	"descriptor": {
		"Type": "=FontDescriptor", "FontName": "name", "FontStretch": "name",
		"FontWeight": "number", "Flags": "number", "FontBBox": "numbers", "ItalicAngle": "number", "Ascent": "number",
		"Descent": "number", "Leading": "number", "CapHeight": "number", "XHeight": "number", "StemV": "number",
		"StemH": "number", "AvgWidth": "number", "MaxWidth": "number", "MissingWidth": "number",
		"FontFile": "type1", "FontFile2": "truetype", "FontFile3": "opentype",
	},
	"type1":    {"Length1": "number", "Length2": "number", "Length3": "number"},
	"truetype": {"Length1": "number"},
	"opentype": {"Length1": "number", "Subtype": "name"},
	"glyph":    {},
	"lonely":   {}, // a glyph without resources
	"bytes":    {},
	"globals":  {},
	"content":  {},

	// 8.9.5, 11.6.5.3
	"image": {
		"Type": "=XObject", "Subtype": "=Image", "Width": "number", "Height": "number", "ColorSpace": "name|colour",
		"BitsPerComponent": "number", "Intent": "name", "ImageMask": "bool", "Mask": "numbers|image", "Decode": "numbers",
		"Interpolate": "bool", "SMask": "image", "Matte": "numbers",
	},
	// 8.10.2
	"form": {
		"Type": "=XObject", "Subtype": "=Form", "BBox": "numbers", "Matrix": "numbers", "Resources": "resources",
		"Group": "group",
	},
	// 8.7
	"pattern": {
		"Type": "=Pattern", "PatternType": "number", "PaintType": "number", "TilingType": "number", "BBox": "numbers",
		"XStep": "number", "YStep": "number", "Resources": "resources", "Matrix": "numbers", "Shading": "shading",
		"ExtGState": "state",
	},
	"shading": {
		"ShadingType": "number", "ColorSpace": "name|colour", "Background": "numbers", "BBox": "numbers",
		"AntiAlias": "bool", "Coords": "numbers", "Domain": "numbers", "Matrix": "numbers", "Function": "function+",
		"Extend": "numbers", "BitsPerCoordinate": "number", "BitsPerComponent": "number", "BitsPerFlag": "number",
		"Decode": "numbers", "VerticesPerRow": "number",
	},
	// 7.10
	"function": {
		"FunctionType": "number", "Domain": "numbers", "Range": "numbers", "Size": "numbers", "BitsPerSample": "number",
		"Order": "number", "Encode": "numbers", "Decode": "numbers", "C0": "numbers", "C1": "numbers", "N": "number",
		"Functions": "[function", "Bounds": "numbers",
	},
	// 8.6.5
	"whitepoint": {
		"WhitePoint": "numbers", "BlackPoint": "numbers", "Gamma": "numbers", "Matrix": "numbers", "Range": "numbers",
	},

	// 12.5: what is left of annotations, see pdf_annotations.go.
	"link": {
		"Type": "=Annot", "Subtype": "=Link", "Rect": "numbers", "Border": "numbers", "C": "numbers", "BS": "border",
		"F": "number",
	},
	"border": {"W": "number", "S": "name", "D": "numbers"},
	"stamp":  {"Type": "=Annot", "Subtype": "=Stamp", "Rect": "numbers", "F": "number"},
	"highlight": {
		"Type": "=Annot", "Subtype": "=Highlight", "Rect": "numbers", "F": "number", "QuadPoints": "numbers",
	},

	// 7.4: parameters of filters.
	"FlateDecode": {"Predictor": "number", "Colors": "number", "BitsPerComponent": "number", "Columns": "number"},
	"CCITTFaxDecode": {
		"K": "number", "EndOfLine": "bool", "EncodedByteAlign": "bool", "Columns": "number", "Rows": "number",
		"EndOfBlock": "bool", "BlackIs1": "bool", "DamagedRowsBeforeError": "number",
	},
	"DCTDecode":   {"ColorTransform": "number"},
	"JBIG2Decode": {"JBIG2Globals": "globals"},
}

// pdfGone are the words for keys that are left behind, "" where that is not
// worth a word: they say nothing, or are written anew. All others are private.
var pdfGone = map[pdfName]string{
	"Metadata": "xmp", "Thumb": "thumbnail", "OutputIntents": "icc", "AcroForm": "form", "Outlines": "outline",
	"StructTreeRoot": "structure", "MarkInfo": "structure", "StructParents": "structure", "StructParent": "structure",
	"Lang": "structure", "OpenAction": "actions", "AA": "actions", "A": "actions", "Dest": "actions",
	"OCProperties": "layers", "OC": "layers", "Properties": "layers", "LastModified": "time", "Perms": "signature",
	"DSS": "signature", "OPI": "pictures", "Alternates": "pictures", "FontFamily": "font",

	"Type": "", "Subtype": "", "Pages": "", "Version": "", "Extensions": "", "PageLayout": "", "PageMode": "",
	"ViewerPreferences": "", "Names": "", "Dests": "", "PageLabels": "", "Parent": "", "MediaBox": "", "CropBox": "",
	"BleedBox": "", "TrimBox": "", "ArtBox": "", "Rotate": "", "Resources": "", "Contents": "", "Annots": "", "Tabs": "",
	"Trans": "", "Dur": "", "ProcSet": "", "Length": "", "Filter": "", "DecodeParms": "", "Name": "", "FormType": "",
	"HT": "", "CharSet": "", "CIDSet": "", "AP": "", "AS": "", "H": "", "SMaskInData": "", "DL": "", "F": "",
}
