package vault

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// exifTag is what exiftool says about a file.
type exifTag struct{ group, name, value string }

func (t exifTag) String() string { return t.group + ":" + t.name + " = " + t.value }

var numbered = regexp.MustCompile(`^(Track|Doc|Copy)\d+$`)

// exif returns all that exiftool finds in a file, but for the name and the
// times that it has on our disk.
func (m *maker) exif(path string) []exifTag {
	m.Helper()
	tool := <-m.exiftools
	out, err := tool.do("-a", "-u", "-U", "-G1:4", "-ee3", "-j", path)
	m.exiftools <- tool
	if err != nil {
		m.Fatalf("exiftool: %v\n%s", err, out)
	}
	var files []map[string]any
	_, list, _ := strings.Cut(out, "[{")
	d := json.NewDecoder(strings.NewReader("[{" + list))
	d.UseNumber()
	if err := d.Decode(&files); err != nil || len(files) != 1 {
		m.Fatalf("exiftool: %v\n%s", err, out)
	}
	var tags []exifTag
	for key, value := range files[0] {
		parts := strings.Split(key, ":")
		t := exifTag{parts[0], parts[len(parts)-1], fmt.Sprint(value)}
		if numbered.MatchString(t.group) {
			t.group = strings.TrimRight(t.group, "0123456789")
		}
		if t.group != "System" && t.group != "SourceFile" && t.name != "ExifToolVersion" {
			tags = append(tags, t)
		}
	}
	slices.SortFunc(tags, func(a, b exifTag) int { return strings.Compare(a.String(), b.String()) })
	return tags
}

// What exiftool may find in a copy: how it is coded, and nothing that one
// device, program, person or day does and another does not. A line is a group
// and its tags, each a pattern; "=" and a pattern is what its value must be.
const (
	tagsAlways = `
		File: FileType FileTypeExtension MIMEType
		Composite: ImageSize Megapixels`
	tagsJPEG = `
		File: ImageWidth ImageHeight EncodingProcess BitsPerSample ColorComponents YCbCrSubSampling ExifByteOrder
		JFIF: JFIFVersion=1.01 ResolutionUnit=None [XY]Resolution=1
		Adobe: DCTEncodeVersion=100 APP14Flags[01]=.none. ColorTransform
		IFD0: Orientation`
	tagsPNG = `
		PNG: ImageWidth ImageHeight BitDepth ColorType Compression Filter Interlace Palette Transparency
		PNG: Gamma SRGBRendering (WhitePoint|Red|Green|Blue)[XY] BackgroundColor SignificantBits`
	tagsGIF = `
		GIF: GIFVersion ImageWidth ImageHeight HasColorMap ColorResolutionDepth BitsPerPixel BackgroundColor
		GIF: PixelAspectRatio TransparentColor AnimationIterations FrameCount Duration`
	tagsWebP = `
		RIFF: WebP_Flags=((Alpha|Animation|.none.)(,.)?)* VP8Version ImageWidth ImageHeight HorizontalScale VerticalScale
		RIFF: Alpha(Preprocessing|Filtering|Compression|IsUsed) AnimationLoopCount BackgroundColor FrameCount Duration`
	tagsTIFF = `
		File: ExifByteOrder
		IFD\d: SubfileType ImageWidth ImageHeight BitsPerSample SamplesPerPixel Compression Predictor FillOrder T[46]Options
		IFD\d: PhotometricInterpretation PlanarConfiguration ExtraSamples SampleFormat ColorMap Orientation
		IFD\d: (Strip|Tile)(Offsets|ByteCounts) RowsPerStrip TileWidth TileLength [XY]Resolution ResolutionUnit`
	tagsBoxes = `
		QuickTime: MajorBrand MinorVersion=0.0.0 CompatibleBrands MediaData(Offset|Size)?
		QuickTime: ColorProfiles=nclx ColorPrimaries TransferCharacteristics MatrixCoefficients VideoFullRangeFlag QuickTime_ColorRep_0x000a`
	tagsHEIF = tagsBoxes + `
		File: ImageWidth ImageHeight
		Meta: PrimaryItemReference MetaImageSize
		QuickTime: HandlerType=Picture ImageSpatialExtent ImagePixelDepth PixelAspectRatio CleanAperture Rotation Mirroring Unknown_imir
		QuickTime: AuxiliaryImageType=urn:mpeg:.* HEVCConfigurationVersion QuickTime_HEVCConfig_0x.* BitDepth(Luma|Chroma) AverageFrameRate
		QuickTime: ConstantFrameRate ConstraintIndicatorFlags Gen.* MinSpatialSegmentationIDC NumTemporalLayers ParallelismType TemporalIDNested
		QuickTime: AV1ConfigurationVersion ChromaFormat ChromaSamplePosition InitialDelaySamples Seq(Profile|Tier0|LevelIdx0)`
	tagsFilm = tagsBoxes + `
		QuickTime: MovieHeaderVersion (Create|Modify)Date=0000:00:00.00:00:00 TimeScale Duration MatrixStructure NextTrackID
		QuickTime: PreferredRate=1 PreferredVolume=100.00% (Preview|Poster|Selection|Current)(Time|Duration)=0.s
		Track: TrackHeaderVersion Track(Create|Modify)Date=0000:00:00.00:00:00 TrackID TrackDuration TrackLayer TrackVolume MatrixStructure
		Track: MediaHeaderVersion Media(Create|Modify)Date=0000:00:00.00:00:00 MediaTimeScale MediaDuration MediaLanguageCode=und
		Track: HandlerType=(Audio.Track|Video.Track|URL) HandlerClass=(Media|Data).Handler GraphicsMode OpColor Balance
		Track: Unknown_(edts|esds|d263|damr|alac|mp4a|hvcC) PurchaseFileFormat=mp4a EncoderVendor= EncoderVersion=0
		Track: CompressorID (Source)?Image(Width|Height) [XY]Resolution=72 BitDepth PixelAspectRatio VideoFrameRate VideoFieldOrder
		Track: (AVC|HEVC)Configuration AudioFormat AudioChannels AudioBitsPerSample AudioSampleRate
		Track: SyncSampleTable TimeToSampleTable CompositionTimeToSample SampleToChunk SampleSizes ChunkOffset
		Composite: AvgBitrate Rotation Duration`
	tagsOgg = `
		Opus: OpusVersion AudioChannels SampleRate OutputGain
		Vorbis: VorbisVersion AudioChannels SampleRate (Nominal|Minimum|Maximum)Bitrate Vendor=
		Composite: Duration`
	tagsMP3 = `
		MPEG: MPEGAudioVersion AudioLayer AudioBitrate SampleRate ChannelMode MSStereo IntensityStereo CopyrightFlag OriginalMedia Emphasis
		MPEG: VBR(Frames|Bytes|Scale) Encoder=LAME
		Composite: AudioBitrate Duration`
	tagsWAV = `
		RIFF: Encoding NumChannels SampleRate AvgBytesPerSec BitsPerSample NumberOfSamples
		Composite: Duration`
	// Sounds that no exiftool knows, or only a new one.
	tagsUnknown = `
		ExifTool: Error=Unknown.file.type
		AAC: ProfileType SampleRate Channels`
	tagsPDF = tagsJPEG + `
		PDF: PDFVersion Linearized=No PageCount EmbeddedImage(Width|Height|Filter|ColorSpace)?`
	tagsXML = `
		ZIP: Zip(BitFlag|CRC|CompressedSize|UncompressedSize|Compression|RequiredVersion) ZipModifyDate=1980:.* ZipFileName=[a-z].*|_rels/.rels|.Content_Types..xml`
)

// allowedTags are, for each media type, what may stand before the "=" and
// after it.
var allowedTags = func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for media, list := range map[string]string{
		"image/jpeg": tagsJPEG, "image/png": tagsPNG, "image/gif": tagsGIF, "image/webp": tagsWebP, "image/tiff": tagsTIFF,
		"image/heic": tagsHEIF, "image/avif": tagsHEIF,
		"video/mp4": tagsFilm, "video/quicktime": tagsFilm, "video/3gpp": tagsFilm, "audio/mp4": tagsFilm,
		"audio/ogg": tagsOgg, "audio/mpeg": tagsMP3, "audio/wav": tagsWAV,
		"audio/aac": tagsUnknown, "audio/amr": tagsUnknown, "audio/amr-wb": tagsUnknown,
		"application/pdf": tagsPDF,
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   tagsXML,
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         tagsXML,
		"application/vnd.openxmlformats-officedocument.presentationml.presentation": tagsXML,
		"application/vnd.oasis.opendocument.text":                                   "",
		"application/vnd.oasis.opendocument.spreadsheet":                            "",
		"application/vnd.oasis.opendocument.presentation":                           "",
	} {
		var forms []string
		for line := range strings.Lines(strings.TrimSpace(tagsAlways + list)) {
			group, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
			for _, name := range strings.Fields(names) {
				name, value, fixed := strings.Cut(name, "=")
				if !fixed {
					value = ".*"
				}
				forms = append(forms, group+":("+name+") = ("+value+")")
			}
		}
		all[media] = regexp.MustCompile(`^(?s:` + strings.Join(forms, "|") + `)$`)
	}
	return all
}()

func allowedTag(media string, t exifTag) bool {
	form := allowedTags[media]
	return form != nil && form.MatchString(t.String())
}

// mustStay is what turns a picture the right way: nobody may look at it from
// the side.
func mustStay(t exifTag) bool {
	switch t.group + ":" + t.name {
	case "IFD0:Orientation":
		return t.value != "Horizontal (normal)"
	case "QuickTime:Rotation", "Composite:Rotation":
		return t.value != "0"
	}
	return false
}
