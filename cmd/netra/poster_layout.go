package main

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// canvas is what a poster is drawn on, in millimetres from the upper left corner.
type canvas interface {
	fill(x, y, w, h float64, c ink)
	// text writes a line whose letters stand on y.
	text(x, y, size float64, bold bool, c ink, s string)
	width(size float64, bold bool, s string) float64
}

// ink is a colour that also tells itself apart in black and white.
type ink struct{ r, g, b uint8 }

var (
	black = ink{0x11, 0x18, 0x20}
	navy  = ink{0x10, 0x33, 0x4f}
	white = ink{0xff, 0xff, 0xff}
	grey  = ink{0x4a, 0x55, 0x60}
)

// leading is the height of a line by that of its capitals.
const leading = 1.6

// A sheet is the measures of a poster, in millimetres.
type sheet struct {
	w, h, margin, band      float64
	title, name, side, step float64 // sizes at most
	foot                    float64 // from the lower edge
}

var (
	// a4 has the margin that office printers leave white.
	a4     = sheet{w: 210, h: 297, margin: 14, band: 58, title: 14, name: 8, side: 76, step: 5.6, foot: 22}
	square = sheet{w: 210, h: 210, margin: 8, band: 34, title: 9, name: 6, side: 66, step: 4.2, foot: 14}
)

// layOut draws the poster.
func (p poster) layOut(c canvas, s sheet) error {
	inner := s.w - 2*s.margin
	c.fill(0, 0, s.w, s.h, white)
	c.fill(s.margin, s.margin, inner, s.band, navy)
	title := fit(c, p.say("poster.title"), inner-12, s.band-6, s.title, true)
	title.centred(c, s.w/2, s.margin+(s.band-title.height())/2, white)
	y := s.margin + s.band

	if p.region != "" {
		small := fit(c, p.say("poster.region"), inner, 8, s.name*0.6, false)
		small.centred(c, s.w/2, y+3, grey)
		name := fit(c, p.region, inner, 2*s.name*leading, s.name, true)
		y += 3 + small.height()
		name.centred(c, s.w/2, y, black)
		y += name.height()
	}
	if err := p.codes(c, s, y+1); err != nil {
		return err
	}
	y += 1 + 10 + s.side + 12

	foot := s.h - s.foot
	room := foot - y - 2
	for i, key := range []string{"poster.scan", "poster.answer", "poster.keep"} {
		b := fit(c, fmt.Sprintf("%d. %s", i+1, p.say(key)), inner, room/5, s.step, false)
		b.left(c, s.margin, y, black)
		y += b.height()
	}
	privacy := fit(c, p.say("poster.privacy"), inner, foot-y-2, s.step*0.8, false)
	privacy.left(c, s.margin, y+1, grey)

	c.fill(s.margin, foot, inner, 0.4, navy)
	danger := fit(c, p.say("poster.danger"), inner*0.55, 7, 4.2, true)
	danger.left(c, s.margin, foot+1, black)
	by := "Netra"
	if p.office != "" {
		by = p.office
	}
	sign := fit(c, by, inner*0.42, 7, 4.2, false)
	sign.right(c, s.w-s.margin, foot+1, grey)
	return nil
}

// codes draws the ways to the bot beside each other, each with its channel above
// and its address below, for those who cannot scan.
func (p poster) codes(c canvas, s sheet, y float64) error {
	n := float64(len(p.to))
	gap := (s.w - 2*s.margin - n*s.side) / (n + 1)
	x := s.margin + gap
	for _, r := range p.to {
		name := fit(c, r.name, s.side, 9, 5.6, true)
		name.centred(c, x+s.side/2, y, navy)
		if err := code(c, r.link, x, y+10, s.side); err != nil {
			return err
		}
		address := fit(c, r.address, s.side+gap, 9, 6, true)
		address.centred(c, x+s.side/2, y+10+s.side, black)
		x += s.side + gap
	}
	return nil
}

// code draws a QR code, with the white around it, into a square. A poster gets
// dirty: a quarter of it may be lost.
func code(c canvas, link string, x, y, side float64) error {
	code, err := qr.Encode(link, qr.Q)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	c.fill(x, y, side, side, white)
	one := side / float64(code.Size+2*quiet)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			run := 0
			for col+run < code.Size && code.Black(col+run, row) {
				run++
			}
			if run > 0 {
				c.fill(x+float64(quiet+col)*one, y+float64(quiet+row)*one, float64(run)*one, one*1.01, black)
			}
			col += run
		}
	}
	return nil
}

// block is lines of one size.
type block struct {
	lines []string
	size  float64
	bold  bool
}

func (b block) height() float64 { return float64(len(b.lines)) * b.size * leading }

// fit breaks words into lines that are no wider than w, as large as they can be
// without being higher than h or larger than size.
func fit(c canvas, s string, w, h, size float64, bold bool) block {
	for ; ; size *= 0.96 {
		b := block{size: size, bold: bold}
		line := ""
		wide := false
		for _, word := range strings.Fields(s) {
			longer := strings.TrimSpace(line + " " + word)
			if line != "" && c.width(size, bold, longer) > w {
				b.lines = append(b.lines, line)
				longer = word
			}
			line = longer
			wide = wide || c.width(size, bold, line) > w
		}
		b.lines = append(b.lines, line)
		if !wide && b.height() <= max(h, size*leading) || size < 1 {
			return b
		}
	}
}

// draw writes the block below y; x is of each line what at says.
func (b block) draw(c canvas, y float64, k ink, at func(width float64) float64) {
	for i, l := range b.lines {
		c.text(at(c.width(b.size, b.bold, l)), y+float64(i)*b.size*leading+b.size*1.3, b.size, b.bold, k, l)
	}
}

func (b block) centred(c canvas, x, y float64, k ink) {
	b.draw(c, y, k, func(w float64) float64 { return x - w/2 })
}

func (b block) left(c canvas, x, y float64, k ink) {
	b.draw(c, y, k, func(float64) float64 { return x })
}

func (b block) right(c canvas, x, y float64, k ink) {
	b.draw(c, y, k, func(w float64) float64 { return x - w })
}
