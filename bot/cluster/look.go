package cluster

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif"  // decoders
	_ "image/jpeg" // decoders
	_ "image/png"  // decoders
	"math/bits"

	_ "golang.org/x/image/webp" // decoder
)

// mostPixels is how large a picture may be, so that looking at it takes some tens of
// megabytes at most.
const mostPixels = 16 << 20

// Look is the difference hash of a picture: whether each of 8×8 fields is brighter
// than its neighbour to the right. Pictures that were made smaller or compressed
// again differ in few bits. ok is false for what is no picture that we can read, is
// too large, or shows too little: of two white pages nobody can say that they are
// one. (N. Krawetz, "Kind of Like That", hackerfactor.com, 2013.)
func Look(raw []byte) (look uint64, ok bool) {
	about, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || about.Width < 16 || about.Height < 16 || about.Width > mostPixels/about.Height {
		return 0, false
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return 0, false
	}
	small := shrunk(img)
	dark, bright := uint8(255), uint8(0)
	for _, p := range small.Pix {
		dark, bright = min(dark, p), max(bright, p)
	}
	for y := range 8 {
		for x := range 8 {
			look <<= 1
			if small.GrayAt(x, y).Y > small.GrayAt(x+1, y).Y {
				look |= 1
			}
		}
	}
	const contrast, least = 24, 10 // of 256 shades, and of 64 bits
	n := bits.OnesCount64(look)
	return look, bright-dark >= contrast && n >= least && n <= 64-least
}

// shrunk averages a picture down to 9×8 fields. Some points of each are enough.
func shrunk(img image.Image) *image.Gray {
	const w, h, points = 9, 8, 24
	b, out := img.Bounds(), image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			x0, x1 := b.Min.X+x*b.Dx()/w, b.Min.X+(x+1)*b.Dx()/w
			y0, y1 := b.Min.Y+y*b.Dy()/h, b.Min.Y+(y+1)*b.Dy()/h
			sum, n := 0, 0
			for v := y0; v < y1; v += max((y1-y0)/points, 1) {
				for u := x0; u < x1; u += max((x1-x0)/points, 1) {
					sum += int(color.GrayModel.Convert(img.At(u, v)).(color.Gray).Y)
					n++
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / n)
		}
	}
	return out
}
