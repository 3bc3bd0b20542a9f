package vault

// pixels returns what is needed of pixels that are not compressed: something may
// hide behind the last. 8.9.3.
func (c *pdfCopy) pixels(dict, old pdfDict, b []byte) ([]byte, error) {
	width, ok1 := pdfInt(dict["Width"])
	height, ok2 := pdfInt(dict["Height"])
	bits, ok3 := pdfInt(dict["BitsPerComponent"])
	n := 1
	if dict["ImageMask"] == true {
		bits, ok3 = 1, true
	} else {
		var err error
		if n, err = c.components(old["ColorSpace"]); err != nil {
			return nil, err
		}
	}
	if !ok1 || !ok2 || !ok3 || bits > 16 || n > 32 {
		return nil, unclean("a picture of unknown size")
	}
	// No overflow: see image.
	if size := (width*n*bits + 7) / 8 * height; size < len(b) {
		b = b[:size]
		c.gone.add("trailer")
	}
	return b, nil
}

// components returns how many numbers a colour has: 8.6.
func (c *pdfCopy) components(colour any) (int, error) {
	v, err := c.file.direct(colour)
	if err != nil {
		return 0, err
	}
	a, _ := v.(pdfArray)
	if len(a) > 0 {
		v = a[0]
	}
	switch v {
	case pdfName("DeviceGray"), pdfName("CalGray"), pdfName("Indexed"), pdfName("Separation"):
		return 1, nil
	case pdfName("DeviceRGB"), pdfName("CalRGB"), pdfName("Lab"):
		return 3, nil
	case pdfName("DeviceCMYK"):
		return 4, nil
	}
	if len(a) < 2 {
		return 0, unclean("a picture of unknown colours")
	}
	if v == pdfName("DeviceN") {
		names, err := c.file.array(a[1])
		return len(names), err
	}
	profile, err := c.file.dict(a[1])
	if err != nil {
		return 0, err
	}
	v, err = c.file.direct(profile["N"])
	if err != nil {
		return 0, err
	}
	n, ok := pdfInt(v)
	if !ok {
		return 0, unclean("a picture of unknown colours")
	}
	return n, nil
}
