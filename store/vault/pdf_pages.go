package vault

import (
	"maps"
	"slices"
	"strconv"
)

// pdfPage is a page of the original, and what its parents say about it.
type pdfPage struct {
	ref       pdfRef
	inherited pdfDict
}

// pdfInherited: 7.7.3.4.
var pdfInherited = map[pdfName]string{
	"MediaBox": "numbers", "CropBox": "numbers", "Rotate": "number", "Resources": "resources",
}

// document writes the new document: its catalog, the list of its pages, the
// pages, and then what they need.
func (c *pdfCopy) document() error {
	root, err := c.file.dict(c.file.trailer["Root"])
	if err != nil {
		return err
	}
	if err := c.catalog(root); err != nil {
		return err
	}
	pages, err := c.file.pages(root["Pages"])
	if err != nil {
		return err
	}
	const list = 2 // the number of the list of pages
	kids := make(pdfArray, len(pages))
	for i := range pages {
		kids[i] = pdfRef{list + 1 + i, 0}
	}
	c.last = list + len(pages)
	if err := c.out.begin(); err != nil {
		return err
	}
	if err := c.out.object(pdfDict{"Type": pdfName("Catalog"), "Pages": pdfRef{list, 0}}); err != nil {
		return err
	}
	if err := c.out.object(pdfDict{"Type": pdfName("Pages"), "Kids": kids, "Count": pdfNumber(strconv.Itoa(len(pages)))}); err != nil {
		return err
	}
	for _, p := range pages {
		v, err := c.page(p)
		if err != nil {
			return err
		}
		v["Parent"] = pdfRef{list, 0}
		if err := c.write(v); err != nil {
			return err
		}
	}
	for len(c.todo) > 0 {
		next := c.todo[0]
		c.todo = c.todo[1:]
		v, err := c.file.get(next.ref)
		if err != nil {
			return err
		}
		if v, err = c.value(next.kind, v); err != nil {
			return err
		}
		if err := c.write(v); err != nil {
			return err
		}
	}
	return c.out.end()
}

// write writes the next object. What parents say is written with each of their
// pages, so that has to be paid, too.
func (c *pdfCopy) write(v any) error {
	before := c.out.at
	if s, ok := v.(*pdfStream); ok {
		before += len(s.data)
	}
	if err := c.out.object(v); err != nil {
		return err
	}
	return c.file.pay(c.out.at - before)
}

// catalog looks at what is said about the document as a whole: 7.7.2. Nothing
// of it is kept but the pages.
func (c *pdfCopy) catalog(root pdfDict) error {
	form, err := c.file.dict(root["AcroForm"])
	if err != nil {
		return err
	}
	names, err := c.file.dict(root["Names"])
	if err != nil {
		return err
	}
	switch {
	case root["Pages"] == nil:
		return unclean("no pages")
	case root["Collection"] != nil:
		return unclean("a collection: what matters is in the attachments")
	case form["XFA"] != nil:
		return unclean("a form that is made by a program")
	case form["NeedAppearances"] != nil && form["NeedAppearances"] != false:
		return unclean("a form that every program draws as it likes")
	}
	if names["EmbeddedFiles"] != nil || root["AF"] != nil {
		c.gone.add("attachments")
	}
	if names["JavaScript"] != nil {
		c.gone.add("javascript")
	}
	if flags, _ := pdfInt(form["SigFlags"]); flags != 0 {
		c.gone.add("signature")
	}
	if _, err := c.keys("catalog", root); err != nil {
		return err
	}
	return c.allLayersShown(root["OCProperties"])
}

// pages walks the tree of pages: 7.7.3.
func (f *pdfFile) pages(root any) (pages []pdfPage, err error) {
	seen := map[int]bool{}
	var walk func(v any, inherited pdfDict, depth int) error
	walk = func(v any, inherited pdfDict, depth int) error {
		r, ok := v.(pdfRef)
		if !ok || seen[r.n] || depth > pdfMaxDepth || len(pages) >= pdfMaxPages {
			return unclean("a page that is there twice, or too many")
		}
		seen[r.n] = true
		d, err := f.dict(r)
		if err != nil {
			return err
		}
		switch d["Type"] {
		case pdfName("Page"):
			pages = append(pages, pdfPage{r, inherited})
			return nil
		case pdfName("Pages"):
		default:
			return unclean("a page that is none")
		}
		kids, err := f.array(d["Kids"])
		if err != nil {
			return err
		}
		inherited = pdfInherit(d, inherited)
		for _, kid := range kids {
			if err := walk(kid, inherited, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root, nil, 0); err != nil {
		return nil, err
	}
	if len(pages) == 0 {
		return nil, unclean("no pages")
	}
	return pages, nil
}

// pdfInherit returns what a dictionary says, or else its parents.
func pdfInherit(d, parents pdfDict) pdfDict {
	out := pdfDict{}
	for key := range pdfInherited {
		if out[key] = d[key]; out[key] == nil {
			out[key] = parents[key]
		}
	}
	return out
}

// page copies a page: 7.7.3.3.
func (c *pdfCopy) page(p pdfPage) (pdfDict, error) {
	d, err := c.file.dict(p.ref)
	if err != nil {
		return nil, err
	}
	out, err := c.keys("page", d)
	if err != nil {
		return nil, err
	}
	if c.used, err = c.pageUses(d["Contents"]); err != nil {
		return nil, err
	}
	defer func() { c.used = nil }()
	inherited := pdfInherit(d, p.inherited)
	for _, key := range slices.Sorted(maps.Keys(pdfInherited)) {
		v, err := c.as(pdfInherited[key], inherited[key])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[key] = v
		}
	}
	if out["MediaBox"] == nil {
		return nil, unclean("a page without size")
	}
	annots, err := c.annotations(d["Annots"])
	if len(annots) > 0 {
		out["Annots"] = annots
	}
	return out, err
}
