package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"strings"
)

const (
	kindASCII = 2
	kindLong  = 4
	kindBytes = 7 // undefined
)

// where is what every device writes of where and when; exiftool shows it so.
var where = []string{
	"-GPSLatitude=7.2575", "-GPSLatitudeRef=S", "-GPSLongitude=112.7521", "-GPSLongitudeRef=E", "-GPSAltitude=12",
	"-GPSDateStamp=2031:02:03", "-GPSTimeStamp=04:05:06", "-DateTimeOriginal=2031:02:03 04:05:06",
	"-CreateDate=2031:02:03 04:05:07", "-ModifyDate=2031:02:03 04:05:08", "-OffsetTimeOriginal=+07:00", "-SubSecTimeOriginal=417",
}

var whereShown = []string{`7 deg 15' 27.00" S`, `112 deg 45' 7.56" E`, "2031:02:03 04:05:06", "2031:02:03 04:05:07", "2031:02:03 04:05:08"}

// device writes what a camera tells of itself, its owner and the place.
func (m *maker) device() {
	m.Helper()
	m.value(whereShown...)
	m.tag(append([]string{
		"-IFD0:Make=" + m.word("make"), "-IFD0:Model=" + m.word("model"), "-IFD0:Software=" + m.word("software"),
		"-IFD0:Artist=" + m.word("artist"), "-IFD0:Copyright=" + m.word("copyright"), "-IFD0:ImageDescription=" + m.word("description"),
		"-ExifIFD:SerialNumber=" + m.word("serial"), "-ExifIFD:LensSerialNumber=" + m.word("lens-serial"),
		"-ExifIFD:LensModel=" + m.word("lens"), "-ExifIFD:OwnerName=" + m.word("owner"), "-ExifIFD:UserComment=" + m.word("user-comment"),
		"-ExifIFD:ImageUniqueID=0123456789abcdef0123456789abcdef", "-ExifIFD:ExposureTime=1/50", "-ExifIFD:FNumber=1.8",
		"-GPS:GPSProcessingMethod=" + m.word("gps-method"), "-GPS:GPSAreaInformation=" + m.word("gps-area"),
	}, where...)...)
}

// editor writes what a picture editor leaves.
func (m *maker) editor() {
	m.Helper()
	m.tag(
		"-XMP-dc:Creator="+m.word("xmp-creator"), "-XMP-dc:Title="+m.word("xmp-title"), "-XMP-xmp:CreatorTool="+m.word("xmp-tool"),
		"-XMP-xmpMM:DocumentID="+m.word("xmp-document"), "-XMP-xmpMM:HistorySoftwareAgent="+m.word("xmp-history"),
		"-XMP-photoshop:City="+m.word("xmp-city"), "-XMP-iptcExt:PersonInImage="+m.word("xmp-person"),
		"-XMP-aux:SerialNumber="+m.word("xmp-serial"), "-XMP-exif:GPSLatitude=7.2575S",
	)
	m.value("xmp.did:0123456789")
	m.tag("-XMP-xmpMM:OriginalDocumentID=xmp.did:0123456789")
}

// newsroom writes what an agency does.
func (m *maker) newsroom() {
	m.Helper()
	m.tag(
		"-IPTC:By-line="+m.word("iptc-by"), "-IPTC:Caption-Abstract="+m.word("iptc-caption"), "-IPTC:City="+m.word("iptc-city"),
		"-IPTC:Keywords="+m.word("iptc-keyword"), "-IPTC:Writer-Editor="+m.word("iptc-writer"), "-Photoshop:CopyrightFlag=True",
	)
}

// profile is an ICC profile with words in it.
func (m *maker) profile() string {
	return m.put(".icc", iccProfile(m.word("icc-description"), m.word("icc-copyright")))
}

// thumbnail is a small JPEG with words of its own.
func (m *maker) thumbnail() string {
	plain := string(plainJPEG(m))
	return m.put("-thumb.jpg", "\xFF\xD8"+segment(mCOM, m.hidden("thumbnail"))+plain[2:])
}

// photos are JPEG.
func photos() []specimen {
	photo := func(name string, make func(m *maker)) specimen {
		return specimen{name: "jpeg-" + name + ".jpg", media: "image/jpeg", make: make}
	}
	all := []specimen{
		photo("camera", func(m *maker) {
			m.write(m.path, withExif(plainJPEG(m), canonExif(m.word("canon-owner"), m.word("canon-firmware"))))
			m.device()
			m.tag("-ThumbnailImage<=" + m.thumbnail())
		}),
		photo("phone-progressive", func(m *maker) {
			plain := testdata(m, "progressive.jpeg")
			m.write(m.path, withExif(plain, appleExif(m.word("apple-content"), m.word("apple-image"))))
			m.device()
			m.edit(func(b []byte) []byte {
				second := withSegment(plain, mCOM, m.hidden("second-image"))
				return append(withSegment(b, 0xE2, "MPF\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), second...)
			})
		}),
		photo("gray", func(m *maker) {
			m.write(m.path, testdata(m, "gray-restart.jpeg"))
			m.newsroom()
			m.tag("-Comment=" + m.word("comment"))
		}),
		photo("print-ycck", func(m *maker) {
			m.write(m.path, testdata(m, "ycck.jpeg"))
			m.editor()
			m.tag("-ICC_Profile<=" + m.profile())
		}),
		photo("editor", func(m *maker) {
			m.write(m.path, largeJPEG(m))
			m.device()
			m.editor()
			m.newsroom()
			m.tag("-ICC_Profile<="+m.profile(), "-Comment="+m.word("comment"), "-PhotoshopThumbnail<="+m.thumbnail())
		}),
		photo("motion", func(m *maker) { // a picture with a film behind its end
			m.write(m.path, largeJPEG(m))
			m.device()
			m.tag("-XMP-GCamera:MicroVideo=1", "-XMP-GCamera:SpecialTypeID="+m.word("special"))
			film := m.temp(".mp4")
			m.ffmpeg(append(testFilm("1"), "-metadata", "title="+m.hidden("film"), film)...)
			m.edit(func(b []byte) []byte {
				b = append(b, m.read(film)...)
				return append(b, "SEFHd\x00\x00\x00"+m.hidden("samsung")+"\x20\x00\x00\x00SEFT"...)
			})
		}),
		photo("credentials", func(m *maker) { // Content Credentials, where newer cameras sign who took it
			m.write(m.path, plainJPEG(m))
			box := func(kind, body string) string { return bigEndian32(8+len(body)) + kind + body }
			jumbf := box("jumb", box("jumd", "c2pa\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03c2pa\x00")+
				box("jumb", box("jumd", "json\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03"+m.word("c2pa-label")+"\x00")+
					box("json", `{"author":"`+m.word("c2pa-author")+`"}`)))
			m.edit(func(b []byte) []byte {
				b = withSegment(b, 0xEB, "JP\x00\x01\x00\x00\x00\x01"+jumbf)
				return withSegment(b, 0xE7, m.hidden("private"))
			})
		}),
	}
	for _, o := range []int{3, 6, 8} {
		all = append(all, photo(fmt.Sprint("phone-orientation-", o), func(m *maker) {
			m.write(m.path, plainJPEG(m))
			m.device()
			m.tag(fmt.Sprint("-IFD0:Orientation#=", o))
			m.tag("-ThumbnailImage<=" + m.thumbnail())
		}))
	}
	return all
}

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

func bigEndian32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// withSegment puts a segment behind the start of a JPEG.
func withSegment(jpg []byte, marker byte, body string) []byte {
	return []byte("\xFF\xD8" + segment(marker, body) + string(jpg[2:]))
}

func withExif(jpg []byte, tiff string) []byte { return withSegment(jpg, mAPP1, "Exif\x00\x00"+tiff) }

// exifField is an entry of a TIFF directory.
type exifField struct {
	tag, kind uint16
	body      string
}

// exifDirectory is a TIFF directory that stands at an offset, and its values.
func exifDirectory(order binary.AppendByteOrder, at int, fields ...exifField) string {
	b := order.AppendUint16(nil, uint16(len(fields)))
	values := ""
	at += 2 + 12*len(fields) + 4
	for _, f := range fields {
		n := len(f.body)
		if f.kind == kindLong {
			n /= 4
		}
		b = order.AppendUint16(b, f.tag)
		b = order.AppendUint16(b, f.kind)
		b = order.AppendUint32(b, uint32(n))
		if len(f.body) <= 4 {
			b = append(b, (f.body + "\x00\x00\x00\x00")[:4]...)
			continue
		}
		b = order.AppendUint32(b, uint32(at+len(values)))
		values += f.body + "\x00"[:len(f.body)%2]
	}
	return string(order.AppendUint32(b, 0)) + values
}

// exifWithNote is an EXIF block with a maker note, which is told its offset.
func exifWithNote(order binary.AppendByteOrder, magic, maker string, note func(at int) string) string {
	first := func(exif int) string {
		return exifDirectory(order, 8, exifField{0x010F, kindASCII, maker + "\x00"},
			exifField{0x8769, kindLong, string(order.AppendUint32(nil, uint32(exif)))})
	}
	exif := 8 + len(first(0))
	return magic + string(order.AppendUint32(nil, 8)) + first(exif) +
		exifDirectory(order, exif, exifField{0x927C, kindBytes, note(exif + 2 + 12 + 4)})
}

// canonExif has the name of the camera's owner in Canon's notes.
func canonExif(owner, firmware string) string {
	return exifWithNote(binary.LittleEndian, "II*\x00", "Canon", func(at int) string {
		return exifDirectory(binary.LittleEndian, at, exifField{0x0007, kindASCII, firmware + "\x00"}, exifField{0x0009, kindASCII, owner + "\x00"})
	})
}

// appleExif names the film that belongs to a live photo.
func appleExif(content, image string) string {
	return exifWithNote(binary.BigEndian, "MM\x00*", "Apple", func(int) string {
		head := "Apple iOS\x00\x00\x01MM"
		return head + exifDirectory(binary.BigEndian, len(head), exifField{0x0011, kindASCII, content + "\x00"}, exifField{0x0015, kindASCII, image + "\x00"})
	})
}

// iccProfile is the least that passes for a colour profile.
func iccProfile(description, copyright string) string {
	desc := "desc\x00\x00\x00\x00" + bigEndian32(len(description)+1) + description + "\x00" + strings.Repeat("\x00", 78)
	desc += strings.Repeat("\x00", -len(desc)&3)
	text := "text\x00\x00\x00\x00" + copyright + "\x00"
	const tags = 128 + 4 + 2*12
	table := bigEndian32(2) + "desc" + bigEndian32(tags) + bigEndian32(len(desc)) + "cprt" + bigEndian32(tags+len(desc)) + bigEndian32(len(text))
	head := bigEndian32(tags+len(desc)+len(text)) + "test\x02\x40\x00\x00mntrRGB XYZ " +
		"\x07\xEF\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06" + "acsp" + strings.Repeat("\x00", 28) +
		"\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D" + strings.Repeat("\x00", 128-80)
	return head + table + desc + text
}

func riffPart(kind, body string) string {
	return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + "\x00"[:len(body)%2]
}
