package vault

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/netralitas/netra/store/storetest"
)

// Other people's programs make the pictures and look at the copies.

// pictureTool runs a program in a folder and returns what it wrote.
func pictureTool(t testing.TB, dir, program string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing: run make deps", program)
	}
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, said.Bytes())
	}
	return out.Bytes()
}

// pictureFile reads a file that a program wrote.
func pictureFile(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pictureFolder is a folder with a.png, and alpha.png, which is transparent.
func pictureFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	pictureWrite(t, dir, "alpha.png", plainPNG(t))
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", "alpha.png", "-pix_fmt", "rgb24", "a.png")
	return dir
}

func pictureWrite(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pictureSecrets are what exiftool is told to write, where it can.
var pictureSecrets = []string{
	"-Make=CANARY-make", "-Model=CANARY-model", "-Software=CANARY-software", "-Artist=CANARY-artist",
	"-ImageDescription=CANARY-description", "-ModifyDate=2001:02:03 04:05:06", "-GPSLatitude=7.2575",
	"-GPSLatitudeRef=S", "-UserComment=CANARY-user", "-XMP:Creator=CANARY-creator", "-XMP:Title=CANARY-title",
}

// pictureTags are the tags that exiftool makes of what a picture needs to be
// shown.
var pictureTags = strings.Fields(`
	ImageWidth ImageHeight BitsPerSample Compression PhotometricInterpretation StripOffsets SamplesPerPixel
	RowsPerStrip StripByteCounts PlanarConfiguration TileWidth TileLength TileOffsets TileByteCounts Predictor
	ColorMap ExtraSamples FillOrder SampleFormat T4Options T6Options YCbCrSubSampling YCbCrPositioning
	ReferenceBlackWhite YCbCrCoefficients Orientation XResolution YResolution ResolutionUnit ExifByteOrder
	GIFVersion HasColorMap ColorResolutionDepth BitsPerPixel BackgroundColor PixelAspectRatio AnimationIterations
	FrameCount Duration TransparentColor
	WebP_Flags VP8Version VP8LVersion HorizontalScale VerticalScale AlphaIsUsed AlphaPreprocessing AlphaFiltering
	AlphaCompression AnimationLoopCount
	MajorBrand MinorVersion CompatibleBrands HandlerType PrimaryItemReference ImageSpatialExtent ImagePixelDepth
	HEVCConfigurationVersion GeneralProfileSpace GeneralTierFlag GeneralProfileIDC GenProfileCompatibilityFlags
	ConstraintIndicatorFlags GeneralLevelIDC MinSpatialSegmentationIDC ParallelismType ChromaFormat BitDepthLuma
	BitDepthChroma AverageFrameRate ConstantFrameRate NumTemporalLayers TemporalIDNested ColorProfiles
	ColorPrimaries TransferCharacteristics MatrixCoefficients VideoFullRangeFlag MediaData MediaDataSize
	MediaDataOffset AV1ConfigurationVersion SeqProfile SeqLevelIdx0 SeqTier0 HighBitDepth TwelveBit
	ChromaSamplePosition InitialDelaySamples AuxiliaryImageType Unknown_prem Unknown_imir Unknown_auxl Unknown_dimg
	Rotation CleanAperture MetaImageSize
	JFIFVersion ResolutionUnit EncodingProcess ColorComponents DCTEncodeVersion APP14Flags0 APP14Flags1 ColorTransform
	BitDepth ColorType Filter Interlace Gamma SRGBRendering`)

// pictureStructure checks that exiftool finds nothing in a picture but how it is
// stored.
func pictureStructure(t testing.TB, dir, name string) {
	t.Helper()
	out := string(pictureTool(t, dir, "exiftool", "-a", "-G1", "-u", "-s", "-sep", ",", name))
	for line := range strings.Lines(out) {
		group, rest, _ := strings.Cut(strings.TrimPrefix(line, "["), "]")
		tag, value, _ := strings.Cut(strings.TrimSpace(rest), ":")
		tag = strings.TrimSpace(tag)
		switch group {
		case "System", "File", "Composite":
			continue
		case "ExifTool":
			if tag == "Warning" || tag == "Error" {
				t.Errorf("%s: %s", name, line)
			}
			continue
		}
		if !slices.Contains(pictureTags, tag) {
			t.Errorf("%s: exiftool finds %s %s:%s", name, group, tag, value)
		}
	}
}

// pictureCopy scrubs a picture, checks that no canary is in the copy, and puts
// it into the folder.
func pictureCopy(t testing.TB, dir, name, media string) []byte {
	t.Helper()
	in := pictureFile(t, dir, name)
	if got := judged(string(in)); got != media {
		t.Fatalf("%s is %q, want %q", name, got, media)
	}
	out := scrubbed(t, scrubbers[media], in)
	if got := judged(string(out)); got != media {
		t.Errorf("the copy of %s is %q, want %q", name, got, media)
	}
	noPictureCanary(t, out)
	pictureWrite(t, dir, "copy-"+name, out)
	pictureStructure(t, dir, "copy-"+name)
	return out
}

// noPictureCanary looks for canaries in any spelling.
func noPictureCanary(t testing.TB, b []byte) {
	t.Helper()
	wide := ""
	for _, c := range "CANARY" {
		wide += string(c) + "\x00"
	}
	for _, what := range []string{"CANARY", wide, wide[:len(wide)-1], hex.EncodeToString([]byte("CANARY"))} {
		if bytes.Contains(b, []byte(what)) || bytes.Contains(bytes.ToUpper(b), []byte(what)) {
			t.Errorf("a canary got through, as %q", what)
		}
	}
	storetest.CanariesIn(t, canaries, "the copy", b)
}

// sameFrames checks that two files look the same to ffmpeg, all frames and their
// times.
func sameFrames(t testing.TB, dir, a, b string) {
	t.Helper()
	show := func(name string) string {
		md5 := pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", name, "-pix_fmt", "rgba64le", "-f", "framemd5", "-")
		return strings.Replace(string(md5), "#sar 0: 0/1", "#sar 0: 1/1", 1) // pixels are squares, said or not
	}
	if x, y := show(a), show(b); x != y || len(x) == 0 {
		t.Errorf("%s and %s look different:\n%s\n%s", a, b, x, y)
	}
}

// pictureUnclean checks that none of the files can be scrubbed, and that this is
// their own fault.
func pictureUnclean(t *testing.T, s scrubber, files map[string][]byte) {
	t.Helper()
	for name, in := range files {
		t.Run(name, func(t *testing.T) {
			err := s(io.Discard, from(in), nil)
			if u := unclean(""); !errors.As(err, &u) {
				t.Errorf("got %v, want that it is unclean", err)
			}
		})
	}
}

// put is b with something else at a place.
func patched(b []byte, at int, s string) []byte {
	b = bytes.Clone(b)
	copy(b[at:], s)
	return b
}

func TestPictureScrubbersPassOnOtherErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for media, in := range map[string][]byte{
		"image/gif":  plainGIF(t),
		"image/webp": testdata(t, "lossy.webp"),
		"image/tiff": plainTIFF(binary.LittleEndian),
		"image/heic": testdata(t, "small.heic"),
	} {
		scrub := scrubbers[media]
		for n := range len(in) {
			src := reading(in[:n], func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) })
			src.size = int64(len(in))
			if err := scrub(io.Discard, src, nil); !errors.Is(err, broken) {
				t.Fatalf("%s: reading breaks after %d bytes: %v", media, n, err)
			}
		}
		w := writerFunc(func([]byte) (int, error) { return 0, broken })
		if err := scrub(w, from(in), nil); !errors.Is(err, broken) {
			t.Errorf("%s: writing breaks: %v", media, err)
		}
	}
}

// TestExiftoolFindsNothing in copies of JPEG and PNG either, as this package
// dresses them and as exiftool does.
func TestExiftoolFindsNothing(t *testing.T) {
	dir := pictureFolder(t)
	pictureWrite(t, dir, "dressed.jpg", dress(t, plainJPEG(t), binary.BigEndian, 6))
	pictureWrite(t, dir, "dressed.png", dressPNG(t, plainPNG(t)))
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", "a.png", "in.jpg")
	pictureTool(t, dir, "ffmpeg", "-v", "error", "-i", "a.png", "in.png")
	for _, name := range []string{"progressive", "ycck", "rgb", "gray-restart"} {
		pictureWrite(t, dir, name+".jpg", testdata(t, name+".jpeg"))
	}
	for _, name := range []string{"in.jpg", "in.png", "progressive.jpg", "ycck.jpg", "rgb.jpg", "gray-restart.jpg"} {
		more := []string{"-q", "-m", "-overwrite_original", "-Orientation#=6", "-IPTC:By-line=CANARY", "-Comment=CANARY", name}
		pictureTool(t, dir, "exiftool", append(slices.Clone(pictureSecrets), more...)...)
		media := "image/jpeg"
		if strings.HasSuffix(name, ".png") {
			media = "image/png"
		}
		pictureCopy(t, dir, name, media)
	}
	pictureCopy(t, dir, "dressed.jpg", "image/jpeg")
	pictureCopy(t, dir, "dressed.png", "image/png")
	for _, name := range []string{"in.jpg", "dressed.jpg"} {
		if o := string(pictureTool(t, dir, "exiftool", "-s3", "-Orientation#", "copy-"+name)); o != "6\n" {
			t.Errorf("%s: orientation %q", name, o)
		}
	}
}

// TestKeepPictures: the vault makes a copy of each.
func TestKeepPictures(t *testing.T) {
	v := newVault(t)
	for media, in := range map[string][]byte{
		"image/gif":  dressGIF(t, plainGIF(t)),
		"image/webp": dressWebP(t, testdata(t, "lossy.webp"), binary.BigEndian, 6),
		"image/tiff": tiffFile(binary.BigEndian, "\x00\x55\xAA\xFF", tiffGrey(tiffSecrets()...)),
		"image/heic": dressHEIF(t, heifParts(t, testdata(t, "small.heic"))).bytes(),
		"image/avif": dressHEIF(t, heifParts(t, testdata(t, "small.avif"))).bytes(),
	} {
		f := keep(t, v, idA, in)
		if f.Type != media || !f.Clean {
			t.Errorf("%s: kept %+v", media, f)
			continue
		}
		noPictureCanary(t, cleanCopy(t, v, idA, f))
	}
}
