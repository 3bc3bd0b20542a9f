package vault

// Layers (optional content, 8.11) can be hidden. Without the settings that hide
// them they would be shown, and with them the copy would have in it what nobody
// sees, such as for whom it was made. So a document whose layers are all shown
// becomes one without layers, which looks the same; no other is copied.

// allLayersShown makes sure that no layer is hidden, on screen or paper.
func (c *pdfCopy) allLayersShown(properties any) error {
	p, err := c.file.dict(properties)
	if err != nil {
		return err
	}
	d, err := c.file.dict(p["D"])
	if err != nil {
		return err
	}
	base, err := c.file.direct(d["BaseState"])
	if err != nil {
		return err
	}
	off, err := c.file.array(d["OFF"])
	if err != nil {
		return err
	}
	events, err := c.file.array(d["AS"])
	if err != nil {
		return err
	}
	if base != nil && base != pdfName("ON") || len(off) > 0 || len(events) > 0 {
		return unclean("it has layers that may be hidden")
	}
	return nil
}

// visible makes sure that something in a layer, or in several, is shown when
// all layers are: 8.11.2.2.
func (c *pdfCopy) visible(layer any) error {
	d, err := c.file.dict(layer)
	if err != nil {
		return err
	}
	if p := d["P"]; d["VE"] != nil || p != nil && p != pdfName("AnyOn") && p != pdfName("AllOn") {
		return unclean("it has layers that may be hidden")
	}
	return nil
}

// layers makes sure that what content is marked with hides nothing.
func (c *pdfCopy) layers(properties any) error {
	d, err := c.file.dict(properties)
	if err == nil {
		err = c.file.pay(32 * len(d)) // many pages may have them
	}
	if err != nil {
		return err
	}
	for _, layer := range d {
		if err := c.visible(layer); err != nil {
			return err
		}
	}
	return nil
}
