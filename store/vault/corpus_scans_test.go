package vault

// scans are TIFF, from scanners, fax machines and cameras.
func scans() []specimen {
	tiff := func(name string, pages int, make func(m *maker)) specimen {
		return specimen{name: "tiff-" + name + ".tif", media: "image/tiff", make: make, pages: pages}
	}
	return []specimen{
		tiff("camera", 1, func(m *maker) { m.tiff("none"); m.device() }),
		tiff("scanner-lzw", 1, func(m *maker) {
			m.tiff("lzw")
			m.tag("-IFD0:DocumentName="+m.word("document"), "-IFD0:PageName="+m.word("page"), "-IFD0:HostComputer="+m.word("computer"),
				"-IFD0:Make="+m.word("make"), "-IFD0:Software="+m.word("software"))
		}),
		tiff("editor-deflate", 1, func(m *maker) {
			m.tiff("zip:2")
			m.editor()
			m.newsroom()
			m.tag("-ICC_Profile<=" + m.profile())
		}),
		tiff("pages", 3, func(m *maker) {
			m.tiff("lzw")
			m.tag("-IFD0:Artist=" + m.word("artist"))
			page := m.put(".tif", string(m.read(m.path)))
			m.run("tiffcp", page, page, page, m.path)
			m.tag("-IFD1:DocumentName="+m.word("second-page"), "-IFD2:PageName="+m.word("third-page"), "-XMP-dc:Creator="+m.word("creator"))
		}),
		tiff("packbits-strips", 1, func(m *maker) { m.tiff("packbits", "-r", "7"); m.device(); m.newsroom() }),
		tiff("big-endian", 1, func(m *maker) { m.tiff("lzw:2", "-B"); m.device() }),
		tiff("gray", 1, func(m *maker) {
			from := m.temp(".tif")
			m.ffmpeg("-i", m.put(".png", string(opaque(m))), "-pix_fmt", "gray", from)
			m.run("tiffcp", "-c", "zip", from, m.path)
			m.device()
			m.edit(func(b []byte) []byte { return append(b, m.hidden("trailer")...) })
		}),
	}
}

// tiff writes the test picture as tiffcp compresses it.
func (m *maker) tiff(compression string, args ...string) {
	m.Helper()
	from := m.temp(".tif")
	m.ffmpeg("-i", m.put(".png", string(opaque(m))), "-pix_fmt", "rgb24", "-compression_algo", "raw", from)
	m.run("tiffcp", append(append([]string{"-c", compression}, args...), from, m.path)...)
}
