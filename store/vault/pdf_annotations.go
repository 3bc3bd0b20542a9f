package vault

// Annotations lie over the page: links, stamps, signatures, what was marked.
// Their authors, dates, texts and actions stay behind; what they look like is
// evidence and does not. So each becomes a stamp, which is nothing but a look,
// but what is highlighted stays so, and a link becomes its frame.

// pdfLooks are the annotations of which people see no more than their look.
// Behind others is something: the text of a note, a file, a film.
var pdfLooks = map[pdfName]bool{
	"Link": true, "Widget": true, "Stamp": true, "FreeText": true, "Line": true, "Square": true, "Circle": true,
	"Polygon": true, "PolyLine": true, "Highlight": true, "Underline": true, "Squiggly": true, "StrikeOut": true,
	"Caret": true, "Ink": true,
}

// annotations copies those of a page: 12.5.2.
func (c *pdfCopy) annotations(list any) (pdfArray, error) {
	a, err := c.file.array(list)
	if err != nil {
		return nil, err
	}
	var out pdfArray
	for _, v := range a {
		d, err := c.file.dict(v)
		if err != nil {
			return nil, err
		}
		kind, err := c.annotation(d)
		if err != nil {
			return nil, err
		}
		if kind == "" {
			c.gone.add("annotations")
			continue
		}
		if v, err = c.as(kind, v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// annotation returns what becomes of an annotation, "" if nothing does.
func (c *pdfCopy) annotation(d pdfDict) (kind string, err error) {
	if d["Contents"] != nil || d["T"] != nil {
		c.gone.add("annotations")
	}
	if d["FT"] == pdfName("Sig") {
		c.gone.add("signature")
	}
	if err := c.visible(d["OC"]); err != nil {
		return "", err
	}
	flags, err := c.file.direct(d["F"])
	if err != nil {
		return "", err
	}
	const hidden, noView = 1 << 1, 1 << 5
	bits, ok := pdfInt(flags)
	sub, _ := d["Subtype"].(pdfName)
	look, off, err := c.look(d)
	switch {
	case err != nil:
		return "", err
	case flags != nil && !ok:
		return "", unclean("an annotation with broken flags")
	case sub == "Popup" || bits&(hidden|noView) != 0:
		return "", nil
	case !pdfLooks[sub]:
		return "", unclean("an annotation with something behind it")
	case off:
		return "", nil
	case look != nil && sub == "Highlight": // programs draw it as if the page shone through
		return "highlight", nil
	case look != nil:
		return "stamp", nil
	case sub == "Link":
		return "link", nil
	}
	// Without a look programs draw one as they like, unless there is no room.
	rect, err := c.file.array(d["Rect"])
	if err != nil {
		return "", err
	}
	if sub == "Widget" && len(rect) == 4 && pdfFloat(rect[0]) == pdfFloat(rect[2]) && pdfFloat(rect[1]) == pdfFloat(rect[3]) {
		return "", nil
	}
	return "", unclean("an annotation without look")
}

// look returns what an annotation looks like now, a reference to a form, nil if
// it has no look, and whether it is in a state of which that is the look, such
// as not ticked: 12.5.5.
func (c *pdfCopy) look(d pdfDict) (look any, off bool, err error) {
	looks, err := c.file.dict(d["AP"])
	if err != nil {
		return nil, false, err
	}
	look = looks["N"]
	v, err := c.file.direct(look)
	if err != nil || v == nil {
		return nil, false, err
	}
	states, ok := v.(pdfDict)
	if !ok {
		return look, false, nil
	}
	state, err := c.file.direct(d["AS"])
	if err != nil {
		return nil, false, err
	}
	name, ok := state.(pdfName)
	if !ok {
		return nil, false, unclean("an annotation in no state")
	}
	v, err = c.file.direct(states[name])
	return states[name], v == nil, err
}

// stamp copies of an annotation what it looks like and where it is.
func (c *pdfCopy) stamp(kind string, d pdfDict) (any, error) {
	out, err := c.keys(kind, d)
	if err != nil {
		return nil, err
	}
	look, _, err := c.look(d)
	if err != nil {
		return nil, err
	}
	form, err := c.as("form", look)
	out["AP"] = pdfDict{"N": form}
	return out, err
}
