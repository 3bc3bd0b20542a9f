package vault

import (
	"fmt"
)

// taken is what every device writes of where and when; exiftool shows it so.
var taken = []string{
	"-GPSLatitude=7.2575", "-GPSLatitudeRef=S", "-GPSLongitude=112.7521", "-GPSLongitudeRef=E", "-GPSAltitude=12",
	"-GPSDateStamp=2031:02:03", "-GPSTimeStamp=04:05:06", "-DateTimeOriginal=2031:02:03 04:05:06",
	"-CreateDate=2031:02:03 04:05:07", "-ModifyDate=2031:02:03 04:05:08", "-OffsetTimeOriginal=+07:00", "-SubSecTimeOriginal=417",
}

var takenShown = []string{`7 deg 15' 27.00" S`, `112 deg 45' 7.56" E`, "2031:02:03 04:05:06", "2031:02:03 04:05:07", "2031:02:03 04:05:08"}

// device writes what a camera tells of itself, its owner and the place.
func (m *maker) device() {
	m.Helper()
	m.value(takenShown...)
	m.tag(append([]string{
		"-IFD0:Make=" + m.word("make"), "-IFD0:Model=" + m.word("model"), "-IFD0:Software=" + m.word("software"),
		"-IFD0:Artist=" + m.word("artist"), "-IFD0:Copyright=" + m.word("copyright"), "-IFD0:ImageDescription=" + m.word("description"),
		"-ExifIFD:SerialNumber=" + m.word("serial"), "-ExifIFD:LensSerialNumber=" + m.word("lens-serial"),
		"-ExifIFD:LensModel=" + m.word("lens"), "-ExifIFD:OwnerName=" + m.word("owner"), "-ExifIFD:UserComment=" + m.word("user-comment"),
		"-ExifIFD:ImageUniqueID=0123456789abcdef0123456789abcdef", "-ExifIFD:ExposureTime=1/50", "-ExifIFD:FNumber=1.8",
		"-GPS:GPSProcessingMethod=" + m.word("gps-method"), "-GPS:GPSAreaInformation=" + m.word("gps-area"),
	}, taken...)...)
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

// withSegment puts a segment behind the start of a JPEG.
func withSegment(jpg []byte, marker byte, body string) []byte {
	return []byte("\xFF\xD8" + segment(marker, body) + string(jpg[2:]))
}

func withExif(jpg []byte, tiff string) []byte { return withSegment(jpg, mAPP1, "Exif\x00\x00"+tiff) }
