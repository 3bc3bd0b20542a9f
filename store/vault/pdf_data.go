package vault

import "bytes"

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
	case "form", "glyph", "lonely", "content", "pattern":
		return c.drawing(kind, s)
	case "image", "cmap", "type1", "truetype", "opentype", "bytes", "globals", "shading", "function":
		dict, err = c.keys(kind, s.dict)
	default:
		err = unclean("a stream where none belongs")
	}
	if err != nil {
		return nil, err
	}
	switch {
	case kind == "type1", kind == "truetype", kind == "opentype":
		return c.fontFile(kind, dict, s)
	case kind == "cmap", kind == "function" && dict["FunctionType"] == pdfNumber("4"):
		return c.program(dict, s)
	case kind == "function" && dict["FunctionType"] != pdfNumber("0"):
		return nil, unclean("an unknown function")
	case kind == "image":
		if err := c.image(dict); err != nil {
			return nil, err
		}
	}
	return c.data(kind, dict, s)
}

// drawing copies a stream of instructions. Those of pages use the resources of
// their pages, and glyphs those of their font; others that use any without
// having them do what programs do not agree on.
func (c *pdfCopy) drawing(kind string, s *pdfStream) (any, error) {
	b, err := c.file.decoded(s)
	if err != nil {
		return nil, err
	}
	b, used, err := c.file.content(b)
	if err != nil {
		return nil, err
	}
	if s.dict["Resources"] == nil && len(used) > 0 && kind != "content" && kind != "glyph" {
		return nil, unclean("resources are used that are not there")
	}
	c.used = used
	defer func() { c.used = nil }()
	dict, err := c.keys(kind, s.dict)
	if err != nil {
		return nil, err
	}
	return pdfDeflated(dict, b)
}

// program copies a stream that is a small program.
func (c *pdfCopy) program(dict pdfDict, s *pdfStream) (any, error) {
	b, err := c.file.decoded(s)
	if err != nil {
		return nil, err
	}
	if b, err = pdfProgram(b); err != nil {
		return nil, err
	}
	return pdfDeflated(dict, b)
}

func pdfDeflated(dict pdfDict, b []byte) (any, error) {
	b, err := pdfDeflate(b)
	dict["Filter"] = pdfName("FlateDecode")
	return &pdfStream{dict, b}, err
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
		switch kind {
		case "globals":
			b, err = pdfJBIG2(b)
		case "image":
			b, err = c.pixels(dict, s.dict, b)
		}
		return &pdfStream{dict, b}, err
	case "FlateDecode":
		b, err = c.file.flateEnd(b)
	case "RunLengthDecode":
		b, err = pdfRunLengthEnd(b)
	case "DCTDecode":
		photo := bytes.NewBuffer(make([]byte, 0, len(b)+bytes.MinRead)) // it does not become longer
		err = scrubJPEG(photo, bytes.NewReader(b), c.gone)
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
