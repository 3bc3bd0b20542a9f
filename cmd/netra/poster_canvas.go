package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// pointsAMillimetre turns the size of letters into points.
const pointsAMillimetre = 72 / 25.4

// capital is the height of a font's capitals by its size.
const capital = 0.72

// paper is a page of a PDF.
type paper struct{ *fpdf.Fpdf }

func newPaper(lang, title string) paper {
	p := paper{fpdf.New("P", "mm", "A4", "")}
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetAutoPageBreak(false, 0)
	p.SetTitle(title, true)
	p.SetLang(lang)
	p.SetCatalogSort(true)
	p.SetCreationDate(time.Unix(0, 0)) // the same poster is the same file
	p.SetModificationDate(time.Unix(0, 0))
	p.AddPage()
	return p
}

func (p paper) style(size float64, bold bool) {
	style := ""
	if bold {
		style = "B"
	}
	p.SetFont("go", style, size/capital*pointsAMillimetre)
}

func (p paper) fill(x, y, w, h float64, c ink) {
	p.SetFillColor(int(c.r), int(c.g), int(c.b))
	p.Rect(x, y, w, h, "F")
}

func (p paper) text(x, y, size float64, bold bool, c ink, s string) {
	p.style(size, bold)
	p.SetTextColor(int(c.r), int(c.g), int(c.b))
	p.Text(x, y, s)
}

func (p paper) width(size float64, bold bool, s string) float64 {
	p.style(size, bold)
	return p.GetStringWidth(s)
}

// picture is a canvas of points.
type picture struct {
	img   *image.RGBA
	fonts [2]*opentype.Font
	faces map[face]font.Face
}

type face struct {
	size float64
	bold bool
}

// dots is how many there are in a millimetre.
const dots = 10

func newImage(s sheet) (*picture, error) {
	p := &picture{img: image.NewRGBA(image.Rect(0, 0, int(s.w*dots), int(s.h*dots))), faces: map[face]font.Face{}}
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("read the font: %w", err)
		}
		p.fonts[i] = f
	}
	return p, nil
}

func (p *picture) face(size float64, bold bool) font.Face {
	key := face{size, bold}
	if f, ok := p.faces[key]; ok {
		return f
	}
	of := p.fonts[0]
	if bold {
		of = p.fonts[1]
	}
	f, err := opentype.NewFace(of, &opentype.FaceOptions{Size: size / capital * dots, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // the font was read
	}
	p.faces[key] = f
	return f
}

func (c ink) rgba() color.RGBA { return color.RGBA{c.r, c.g, c.b, 255} }

func (p *picture) fill(x, y, w, h float64, c ink) {
	at := func(mm float64) int { return int(math.Round(mm * dots)) }
	draw.Draw(p.img, image.Rect(at(x), at(y), at(x+w), at(y+h)), image.NewUniform(c.rgba()), image.Point{}, draw.Src)
}

func (p *picture) text(x, y, size float64, bold bool, c ink, s string) {
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(c.rgba()), Face: p.face(size, bold), Dot: fixed.Point26_6{X: fixed.Int26_6(x * dots * 64), Y: fixed.Int26_6(y * dots * 64)}}
	d.DrawString(s)
}

func (p *picture) width(size float64, bold bool, s string) float64 {
	return float64(font.MeasureString(p.face(size, bold), s)) / 64 / dots
}

func (p *picture) png() ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, p.img); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return b.Bytes(), nil
}
