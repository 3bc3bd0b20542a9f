package bottest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
)

// CanaryExif is planted in a picture's metadata; it must not come out.
const CanaryExif = "KENARI-KAMERA-0007"

// Picture is a small JPEG with a canary in its metadata.
func Picture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		for y := range 48 {
			img.Set(x, y, color.RGBA{uint8(x * 4), uint8(y * 5), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil { // memory does not fail
		panic(err)
	}
	raw := b.Bytes()
	exif := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"), CanaryExif...)
	segment := append([]byte{0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), raw[2:]...)
}
