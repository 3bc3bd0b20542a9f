package vault

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// pdfUse is an object of the original, and what it is needed for. An object
// that is needed as two kinds of thing becomes two.
type pdfUse struct {
	n    int
	kind string
}

// pdfCopy makes the new document. Objects get their numbers in the order in
// which they are met, and are written in that order.
type pdfCopy struct {
	file    *pdfFile
	gone    *gone
	out     *pdfWriter
	last    int // number that was given
	numbers map[pdfUse]int
	todo    []pdfTodo
}

type pdfTodo struct {
	ref  pdfRef
	kind string
}

// as copies a value that must be of a kind. What is more than a word or a
// number and stood in an object of its own will do so again.
func (c *pdfCopy) as(kind string, v any) (any, error) {
	r, ok := v.(pdfRef)
	if !ok {
		return c.value(kind, v)
	}
	if n, ok := c.numbers[pdfUse{r.n, kind}]; ok {
		return pdfRef{n, 0}, nil
	}
	v, err := c.file.get(r)
	if err != nil {
		return nil, err
	}
	one := pdfChoose(kind, v)
	switch v := v.(type) {
	case *pdfStream, pdfDict:
	case pdfArray:
		if one == "colour" && pdfIsICC(v) {
			return c.value(one, v) // a name: where it stands now
		}
	default:
		return c.value(one, v)
	}
	n, ok := c.numbers[pdfUse{r.n, one}]
	if !ok {
		c.last++
		n = c.last
		c.todo = append(c.todo, pdfTodo{r, one})
	}
	c.numbers[pdfUse{r.n, one}], c.numbers[pdfUse{r.n, kind}] = n, n
	return pdfRef{n, 0}, nil
}

// pdfChoose chooses among kinds by the value.
func pdfChoose(kind string, v any) string {
	if first, last, ok := strings.Cut(kind, "|"); ok {
		if first == pdfSmall(v) {
			return first
		}
		kind = last
	}
	if one, ok := strings.CutSuffix(kind, "+"); ok {
		if _, many := v.(pdfArray); many {
			return "[" + one
		}
		return one
	}
	return kind
}

func pdfSmall(v any) string {
	switch v.(type) {
	case pdfName:
		return "name"
	case pdfString:
		return "string"
	case pdfArray:
		return "numbers"
	}
	return ""
}

// value copies what is no reference.
func (c *pdfCopy) value(kind string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	ok := false
	switch kind = pdfChoose(kind, v); kind {
	case "name":
		_, ok = v.(pdfName)
	case "number":
		_, ok = v.(pdfNumber)
	case "bool":
		_, ok = v.(bool)
	case "string":
		_, ok = v.(pdfString)
	case "numbers", "names":
		return c.plain(kind, v)
	case "colour":
		return c.colour(v)
	case "fontsize":
		return c.tuple(v, "font", "number")
	default:
		return c.large(kind, v)
	}
	if !ok {
		return nil, unclean("no " + kind + " where one belongs")
	}
	return v, nil
}

// plain copies an array of numbers, or of names and numbers, or one of them.
func (c *pdfCopy) plain(kind string, v any) (any, error) {
	switch v := v.(type) {
	case pdfNumber, bool:
		return v, nil
	case pdfName:
		if kind == "names" {
			return v, nil
		}
	case pdfArray:
		return c.each(kind, v)
	}
	return nil, unclean("no " + kind + " where they belong")
}

func (c *pdfCopy) each(kind string, a pdfArray) (any, error) {
	out := make(pdfArray, 0, len(a))
	for _, e := range a {
		e, err := c.as(kind, e)
		if err != nil {
			return nil, err
		}
		if e == nil {
			return nil, unclean("something is missing in an array")
		}
		out = append(out, e)
	}
	return out, nil
}

// tuple copies an array of values of these kinds.
func (c *pdfCopy) tuple(v any, kinds ...string) (any, error) {
	a, ok := v.(pdfArray)
	if !ok || len(a) != len(kinds) {
		return nil, unclean("an array that is too short or too long")
	}
	out := make(pdfArray, len(a))
	for i, kind := range kinds {
		var err error
		if out[i], err = c.as(kind, a[i]); err != nil {
			return nil, err
		}
		if out[i] == nil {
			return nil, unclean("something is missing in an array")
		}
	}
	return out, nil
}

// large copies a dictionary, a stream, or what is made of them.
func (c *pdfCopy) large(kind string, v any) (any, error) {
	switch v := v.(type) {
	case pdfArray:
		if of, ok := strings.CutPrefix(kind, "["); ok {
			return c.each(of, v)
		}
	case pdfDict:
		if of, ok := strings.CutPrefix(kind, "{"); ok {
			return c.group(of, v)
		}
		switch kind {
		case "resources":
			if err := c.layers(v["Properties"]); err != nil {
				return nil, err
			}
			return c.keys(kind, v)
		case "stamp":
			return c.stamp(v)
		case "font", "state", "softmask", "group", "encoding", "cidsystem", "descriptor", "pattern", "shading", "function",
			"whitepoint", "link", "border":
			return c.keys(kind, v)
		}
	case *pdfStream:
		return c.stream(kind, v)
	}
	return nil, unclean("no " + kind + " where one belongs")
}

// keys copies of a dictionary what its kind may have.
func (c *pdfCopy) keys(kind string, d pdfDict) (pdfDict, error) {
	may := pdfKeys[kind]
	for key, v := range d {
		if may[key] != "" || v == nil {
			continue
		}
		word, known := pdfGone[key]
		if !known {
			word = "private"
		}
		if word != "" {
			c.gone.add(word)
		}
	}
	out := pdfDict{}
	for _, key := range slices.Sorted(maps.Keys(may)) {
		if name, ok := strings.CutPrefix(may[key], "="); ok {
			out[key] = pdfName(name)
			continue
		}
		if d[key] == nil {
			continue
		}
		v, err := c.as(may[key], d[key])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[key] = v
		}
	}
	return out, nil
}

// group copies a dictionary of values of one kind.
func (c *pdfCopy) group(kind string, d pdfDict) (any, error) {
	out := pdfDict{}
	for _, key := range slices.Sorted(maps.Keys(d)) {
		v, err := c.as(kind, d[key])
		if err != nil {
			return nil, err
		}
		if name, _ := v.(pdfName); kind == "colour" && strings.Replace(string(key), "Default", "Device", 1) == string(name) {
			continue // instead of a device's colours, these very colours
		}
		if v != nil {
			out[key] = v
		}
	}
	return out, nil
}

// stream copies a stream. Instructions and programs are read; photos have their
// own scrubber; of all else it is made sure that nothing follows its end.
func (c *pdfCopy) stream(kind string, s *pdfStream) (any, error) {
	sub := s.dict["Subtype"]
	if r, ok := sub.(pdfRef); ok {
		var err error
		if sub, err = c.file.get(r); err != nil {
			return nil, err
		}
	}
	if kind == "xobject" {
		switch sub {
		case pdfName("Image"):
			kind = "image"
		case pdfName("Form"):
			kind = "form"
		}
	}
	if kind == "encoding" {
		kind = "cmap"
	}
	if kind == "image" || kind == "form" {
		if err := c.visible(s.dict["OC"]); err != nil {
			return nil, err
		}
	}
	var dict pdfDict
	var err error
	switch kind {
	case "image", "form", "cmap", "fontfile", "glyph", "bytes", "globals", "content", "pattern", "shading", "function":
		dict, err = c.keys(kind, s.dict)
	default:
		err = unclean("a stream where none belongs")
	}
	if err != nil {
		return nil, err
	}
	switch {
	case kind == "form", kind == "glyph", kind == "content", kind == "pattern":
		return c.text(dict, s, c.file.content)
	case kind == "cmap", kind == "function" && dict["FunctionType"] == pdfNumber("4"):
		return c.text(dict, s, pdfProgram)
	case kind == "function" && dict["FunctionType"] != pdfNumber("0"):
		return nil, unclean("an unknown function")
	case kind == "image":
		if err := c.image(dict); err != nil {
			return nil, err
		}
	}
	return c.data(kind, dict, s)
}

// text copies a stream of tokens as scrub leaves it.
func (c *pdfCopy) text(dict pdfDict, s *pdfStream, scrub func([]byte) ([]byte, error)) (any, error) {
	b, err := c.file.decoded(s)
	if err != nil {
		return nil, err
	}
	if b, err = scrub(b); err != nil {
		return nil, err
	}
	if b, err = pdfDeflate(b); err != nil {
		return nil, err
	}
	dict["Filter"] = pdfName("FlateDecode")
	return &pdfStream{dict, b}, nil
}

// image: whoever looks at it must not be brought to their knees.
func (c *pdfCopy) image(dict pdfDict) error {
	width, _ := pdfInt(dict["Width"])
	height, _ := pdfInt(dict["Height"])
	return checkSize(int64(width), int64(height))
}

// data copies a stream that is not looked into, with one filter at most.
func (c *pdfCopy) data(kind string, dict pdfDict, s *pdfStream) (any, error) {
	b, last, err := c.file.peeled(s)
	if err != nil {
		return nil, err
	}
	switch last.name {
	case "":
		if kind == "globals" {
			b, err = pdfJBIG2(b)
		}
		return &pdfStream{dict, b}, err
	case "FlateDecode":
		b, err = c.file.flateEnd(b)
	case "RunLengthDecode":
		b, err = pdfRunLengthEnd(b)
	case "DCTDecode":
		var photo bytes.Buffer
		err = scrubJPEG(&photo, bytes.NewReader(b), c.gone)
		b = photo.Bytes()
	case "CCITTFaxDecode":
	case "JBIG2Decode":
		b, err = pdfJBIG2(b)
	default:
		err = unclean("a filter that is not known here")
	}
	if err != nil {
		return nil, err
	}
	dict["Filter"] = last.name
	parms, err := c.keys(string(last.name), last.parms)
	if err != nil {
		return nil, err
	}
	if len(parms) > 0 {
		dict["DecodeParms"] = parms
	}
	return &pdfStream{dict, b}, nil
}
