package vault

import (
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

	used    map[pdfName]bool         // names of resources, see resources
	pages   map[int]map[pdfName]bool // of instructions of pages, by object
	nameSum int
	fonts   map[int]int // numbers of their new names, by object
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
	case *pdfStream:
	case pdfDict:
		if one == "resources" {
			return c.resources(v) // for each that shares them, its own
		}
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
		if strings.HasPrefix(kind, "descriptor") {
			return c.descriptor(kind, v)
		}
		switch kind {
		case "resources":
			return c.resources(v)
		case "font":
			return c.font(v)
		case "stamp", "highlight":
			return c.stamp(kind, v)
		case "state", "softmask", "group", "encoding", "cidsystem", "pattern", "shading", "function",
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
	return c.listed(pdfKeys[kind], d)
}

// listed copies of a dictionary what is in a list of keys.
func (c *pdfCopy) listed(may map[pdfName]string, d pdfDict) (pdfDict, error) {
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
