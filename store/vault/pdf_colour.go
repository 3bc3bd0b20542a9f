package vault

// pdfIsICC reports whether a colour space is a colour profile.
func pdfIsICC(a pdfArray) bool { return len(a) == 2 && a[0] == pdfName("ICCBased") }

// colour copies a colour space: 8.6. A colour profile says which device or
// program made a picture. In its place comes the plain space with as many
// components, as every program may do that does not know profiles.
func (c *pdfCopy) colour(v any) (any, error) {
	if name, ok := v.(pdfName); ok {
		return name, nil
	}
	a, ok := v.(pdfArray)
	if !ok || len(a) == 0 {
		return nil, unclean("an unknown colour space")
	}
	if pdfIsICC(a) {
		return c.withoutProfile(a[1])
	}
	switch a[0] {
	case pdfName("DeviceGray"), pdfName("DeviceRGB"), pdfName("DeviceCMYK"):
		return c.tuple(a, "name")
	case pdfName("CalGray"), pdfName("CalRGB"), pdfName("Lab"):
		return c.tuple(a, "name", "whitepoint")
	case pdfName("Indexed"):
		return c.tuple(a, "name", "name|colour", "number", "string|bytes")
	case pdfName("Separation"):
		return c.tuple(a, "name", "name", "name|colour", "function")
	case pdfName("DeviceN"):
		if len(a) == 5 { // hints for printing
			a = a[:4]
		}
		return c.tuple(a, "name", "names", "name|colour", "function")
	case pdfName("Pattern"):
		if len(a) == 1 {
			return c.tuple(a, "name")
		}
		return c.tuple(a, "name", "name|colour")
	}
	return nil, unclean("an unknown colour space")
}

func (c *pdfCopy) withoutProfile(profile any) (any, error) {
	d, err := c.file.dict(profile)
	if err != nil {
		return nil, err
	}
	c.gone.add("icc")
	n, err := c.file.direct(d["N"])
	if err != nil {
		return nil, err
	}
	alternate, err := c.file.direct(d["Alternate"])
	if err != nil {
		return nil, err
	}
	if a, _ := alternate.(pdfArray); len(a) > 0 && a[0] == pdfName("Lab") {
		return nil, unclean("a colour profile for Lab")
	}
	switch n {
	case pdfNumber("1"):
		return pdfName("DeviceGray"), nil
	case pdfNumber("3"):
		return pdfName("DeviceRGB"), nil
	case pdfNumber("4"):
		return pdfName("DeviceCMYK"), nil
	}
	return nil, unclean("a colour profile of unknown components")
}
