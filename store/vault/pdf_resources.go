package vault

import "maps"

// Resources are fonts, pictures, colours and the like that instructions use by
// name. Often all pages share them, and who takes one page out of a document
// takes the pictures of the others with it. So only what is used is copied.

// pdfMaxNames is how many names instructions may use, of all pages together.
const pdfMaxNames = 1 << 18

// resources copies of a dictionary of resources what is used, all of it if that
// is not known: 7.8.3.
func (c *pdfCopy) resources(d pdfDict) (any, error) {
	if err := c.layers(d["Properties"]); err != nil {
		return nil, err
	}
	// Many pages may inherit it, and use the same instructions.
	if err := c.file.pay(8 * (len(d) + len(c.used))); err != nil {
		return nil, err
	}
	used := c.used
	c.used = nil // what is in it has resources of its own
	defer func() { c.used = used }()
	if used == nil {
		return c.keys("resources", d)
	}
	d = maps.Clone(d)
	for key := range pdfKeys["resources"] {
		all, err := c.file.dict(d[key])
		if err != nil {
			return nil, err
		}
		some := pdfDict{}
		for name := range used {
			if v, ok := all[name]; ok {
				some[name] = v
			}
		}
		for name := range pdfDefaults {
			if v, ok := all[name]; ok && key == "ColorSpace" {
				some[name] = v
			}
		}
		d[key] = some
		if len(some) < len(all) {
			c.gone.add("unused")
		}
	}
	out, err := c.keys("resources", d)
	maps.DeleteFunc(out, func(_ pdfName, v any) bool {
		d, ok := v.(pdfDict)
		return ok && len(d) == 0
	})
	return out, err
}

// pdfDefaults are used without being named: 8.6.5.6.
var pdfDefaults = map[pdfName]bool{"DefaultGray": true, "DefaultRGB": true, "DefaultCMYK": true}

// pageUses returns which resources the instructions of a page use.
func (c *pdfCopy) pageUses(contents any) (map[pdfName]bool, error) {
	list, err := c.file.list(contents)
	if err != nil {
		return nil, err
	}
	if r, ok := contents.(pdfRef); ok && len(list) == 1 {
		list[0] = r // it can be remembered
	}
	all := map[pdfName]bool{}
	for _, v := range list {
		r, ok := v.(pdfRef)
		if !ok {
			return nil, unclean("instructions that are no stream")
		}
		used, ok := c.pages[r.n]
		if !ok {
			if used, err = c.uses(r); err != nil {
				return nil, err
			}
			c.pages[r.n] = used
		}
		maps.Copy(all, used)
	}
	return all, nil
}

// uses returns which resources a stream of instructions uses.
func (c *pdfCopy) uses(r pdfRef) (map[pdfName]bool, error) {
	v, err := c.file.get(r)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*pdfStream)
	if !ok {
		return nil, unclean("instructions that are no stream")
	}
	b, err := c.file.decoded(s)
	if err != nil {
		return nil, err
	}
	_, used, err := c.file.content(b)
	if c.nameSum += len(used); err == nil && c.nameSum > pdfMaxNames {
		err = unclean("too many names")
	}
	return used, err
}
