package vault

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"strings"
)

// graphics are PNG, GIF, WebP, and what phones take now: HEIC, AVIF.
func graphics() []specimen {
	png := func(name string, make func(m *maker)) specimen {
		return specimen{name: "png-" + name + ".png", media: "image/png", make: make}
	}
	gif := func(name string, make func(m *maker)) specimen {
		return specimen{name: "gif-" + name + ".gif", media: "image/gif", make: make}
	}
	webp := func(name string, make func(m *maker)) specimen {
		return specimen{name: "webp-" + name + ".webp", media: "image/webp", make: make}
	}
	heic := func(name string, make func(m *maker)) specimen {
		return specimen{name: "heic-" + name + ".heic", media: "image/heic", make: make}
	}
	avif := func(name string, make func(m *maker)) specimen {
		return specimen{name: "avif-" + name + ".avif", media: "image/avif", make: make}
	}
	return []specimen{
		png("screenshot", func(m *maker) {
			m.write(m.path, opaque(m))
			m.value("2031:02:03 04:05:06", "2031:02:03 04:05:07")
			m.tag("-PNG:Author="+m.word("author"), "-PNG:Software="+m.word("software"), "-PNG:Title="+m.word("title"),
				"-PNG:ModifyDate=2031:02:03 04:05:06", "-PNG:CreationTime=2031:02:03 04:05:07", "-PNG:PixelsPerUnitX=2834", "-PNG:PixelsPerUnitY=2835")
		}),
		png("camera", func(m *maker) { m.write(m.path, plainPNG(m)); m.device() }),
		png("editor", func(m *maker) {
			m.write(m.path, plainPNG(m))
			m.editor()
			m.tag("-ICC_Profile<=" + m.profile())
			m.tag("-z", "-PNG:Comment="+m.word("compressed-"+strings.Repeat("text", 40)))
		}),
		png("interlaced", func(m *maker) {
			m.write(m.path, testdata(m, "interlaced16.png"))
			m.tag("-PNG:Source="+m.word("source"), "-PNG:Disclaimer="+m.word("disclaimer"))
		}),
		png("palette", func(m *maker) {
			m.write(m.path, opaque(m))
			m.ffmpeg("-i", m.put(".png", string(plainPNG(m))), "-pix_fmt", "pal8", m.path)
			m.tag("-PNG:Description=" + m.word("description"))
		}),
		png("cropped", func(m *maker) { // what was cut away stands behind the end
			m.write(m.path, plainPNG(m))
			m.tag("-PNG:URL=" + m.word("url"))
			m.edit(func(b []byte) []byte {
				end := len(b) - 12
				b = []byte(string(b[:end]) + chunk("prVt", m.hidden("private-chunk")) + string(b[end:]))
				return append(b, chunk("IDAT", m.hidden("cropped"))...)
			})
		}),

		gif("still", func(m *maker) {
			m.write(m.path, stillGIF(m))
			m.tag("-Comment="+m.word("comment"), "-XMP-dc:Creator="+m.word("creator"))
		}),
		gif("animated", func(m *maker) {
			m.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=1", m.path)
			m.tag("-Comment=" + m.word("comment"))
			m.editor()
		}),
		gif("transparent", func(m *maker) {
			m.ffmpeg("-i", m.put(".png", string(plainPNG(m))), m.path)
			m.tag("-ICC_Profile<="+m.profile(), "-XMP-dc:Title="+m.word("title"))
		}),
		gif("trailer", func(m *maker) {
			m.write(m.path, stillGIF(m))
			m.tag("-Comment=" + m.word("comment"))
			m.edit(func(b []byte) []byte {
				app := "\x21\xFF\x0BPRIVATE01.0" + gifBlock(m.hidden("application")) + "\x00"
				return append([]byte(string(b[:len(b)-1])+app+"\x3B"), m.hidden("trailer")...)
			})
		}),

		webp("photo", func(m *maker) { m.webp("-q", "80"); m.device(); m.editor() }),
		webp("lossless", func(m *maker) { m.webp("-lossless"); m.editor() }),
		webp("alpha", func(m *maker) {
			m.webp("-q", "60", "-alpha_q", "50")
			m.run("webpmux", "-set", "icc", m.profile(), m.path, "-o", m.path)
		}),
		webp("animated", func(m *maker) {
			moving := m.temp(".gif")
			m.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=1", moving)
			m.run("gif2webp", "-quiet", "-mixed", moving, "-o", m.path)
			m.device()
		}),
		webp("trailer", func(m *maker) {
			m.webp("-q", "80")
			m.device()
			m.edit(func(b []byte) []byte {
				b = append(b, riffPart("pRVt", m.hidden("private-chunk"))...)
				binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
				return append(b, m.hidden("trailer")...)
			})
		}),

		heic("phone", func(m *maker) { m.heic(); m.device() }),
		heic("editor", func(m *maker) { m.heic("-q", "70"); m.device(); m.editor() }),
		heic("thumbnail", func(m *maker) { m.heic("--thumb", "32"); m.device() }),
		heic("alpha", func(m *maker) { m.heicOf(plainPNG(m)); m.editor() }),

		avif("phone", func(m *maker) { m.avif("-s", "9"); m.device() }),
		avif("editor", func(m *maker) { m.avif("-s", "9", "--icc", m.profile()); m.device(); m.editor() }),
		avif("turned", func(m *maker) { m.avif("-s", "9", "--irot", "1", "--imir", "0"); m.device() }),
		avif("deep", func(m *maker) { m.avif("-s", "9", "-d", "10", "-y", "420"); m.editor() }),
	}
}

func (m *maker) webp(args ...string) {
	m.Helper()
	m.run("cwebp", append(append([]string{"-quiet"}, args...), m.put(".png", string(plainPNG(m))), "-o", m.path)...)
}

func (m *maker) heic(args ...string) { m.Helper(); m.heicOf(opaque(m), args...) }

func (m *maker) heicOf(png []byte, args ...string) {
	m.Helper()
	m.run("heif-enc", append(args, m.put(".png", string(png)), "-o", m.path)...)
}

func (m *maker) avif(args ...string) {
	m.Helper()
	m.run("avifenc", append(args, m.put(".png", string(opaque(m))), m.path)...)
}

// opaque is the test picture without transparency.
func opaque(m *maker) []byte {
	from := picture()
	to := image.NewNRGBA(from.Bounds())
	for i := range to.Rect.Dx() * to.Rect.Dy() {
		x, y := i%to.Rect.Dx(), i/to.Rect.Dx()
		r, g, b, _ := from.At(x, y).RGBA()
		to.SetNRGBA(x, y, color.NRGBA{byte(r >> 8), byte(g >> 8), byte(b >> 8), 255})
	}
	return encoded(m, to)
}

func stillGIF(m *maker) []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, picture(), nil); err != nil {
		m.Fatal(err)
	}
	return b.Bytes()
}

func gifBlock(s string) string { return string([]byte{byte(len(s))}) + s }
