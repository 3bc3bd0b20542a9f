package rekap

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/netralitas/netra/flows"
)

// The measures of a chart, in points. A phone shows it about 360 wide, so that
// the small letters are 11 there.
const (
	chartWidth = 1080
	margin     = 48
	labels     = 380 // where bars begin
	barHeight  = 44
	barGap     = 22
	small      = 32
	large      = 46
)

// The colours of the kinds are told apart by people who see no red or green.
// https://jfly.uni-koeln.de/color/
var (
	paper    = color.RGBA{255, 255, 255, 255}
	letters  = color.RGBA{34, 34, 34, 255}
	soft     = color.RGBA{110, 110, 110, 255}
	kindInks = map[flows.FlowID]color.RGBA{flows.Citizen.ID: {0, 114, 178, 255}, flows.Pressure.ID: {230, 159, 0, 255}}
	plainInk = color.RGBA{0, 114, 178, 255}
)

// canvas is a picture that is drawn from top to bottom.
type canvas struct {
	img   *image.RGBA
	faces map[string]font.Face
	y     int
}

// Chart draws the table as bars: by status, and by region. What is not shown has
// a label and no bar.
func (t Table) Chart(say Say) ([]byte, error) {
	places := t.Places[:min(mostPlaces, len(t.Places))]
	rows := len(t.Statuses) + len(places)
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, chartWidth, 420+rows*(barHeight+barGap)+120)), faces: map[string]font.Face{}}
	for name, ttf := range map[string][]byte{"small": goregular.TTF, "large": gobold.TTF, "bold": gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("read the font: %w", err)
		}
		size := map[string]float64{"small": small, "bold": small, "large": large}[name]
		if c.faces[name], err = opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72}); err != nil {
			return nil, fmt.Errorf("read the font: %w", err)
		}
	}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	c.y = margin + large
	c.text("large", letters, margin, say(flows.Say("rekap.title", "n", flows.Phrase{Text: t.Total.Shown()})))
	c.y += small + 16
	c.text("small", soft, margin, say(flows.Say("rekap.period", "from", flows.Phrase{Text: day(t.From)}, "to", flows.Phrase{Text: day(t.To.Add(-1))})))
	c.y += small + 28
	c.legend(t, say)
	c.bars(say(flows.Say("rekap.by_status")), t.Statuses, say)
	c.bars(say(flows.Say("rekap.by_place")), places, say)
	if rows == 0 {
		c.y += small
		c.text("small", letters, margin, say(flows.Say("rekap.none")))
	}
	c.y += small + 10
	c.text("small", soft, margin, say(flows.Say("rekap.unit")))
	out := c.img.SubImage(image.Rect(0, 0, chartWidth, min(c.y+margin, c.img.Bounds().Max.Y)))
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		return nil, fmt.Errorf("write the chart: %w", err)
	}
	return b.Bytes(), nil
}

// legend tells the colours of the kinds apart, where there are any.
func (c *canvas) legend(t Table, say Say) {
	x := margin
	for _, f := range flows.All {
		if t.Total.By[f.ID] == 0 {
			continue
		}
		c.fill(x, c.y-small+6, small, small, kindInks[f.ID])
		label := say(flows.Say("rekap.kind." + string(f.ID)))
		c.text("small", letters, x+small+14, label)
		x += small + 14 + c.width("small", label) + 40
	}
	c.y += 18
}

func (c *canvas) bars(title string, cells []Cell, say Say) {
	if len(cells) == 0 {
		return
	}
	c.y += small + 28
	c.text("bold", letters, margin, title)
	most := 1
	for _, x := range cells {
		if !x.Few {
			most = max(most, x.N)
		}
	}
	for _, x := range cells {
		c.y += barHeight + barGap
		label := c.fit(say(x.Label), labels-margin-16)
		c.text("small", letters, margin, label)
		end := labels
		full := (chartWidth - margin - 110 - labels)
		switch {
		case x.Few:
		case len(x.By) == 0:
			end += full * x.N / most
			c.fill(labels, c.y-barHeight+12, end-labels, barHeight, plainInk)
		default:
			for _, f := range flows.All {
				w := full * x.By[f.ID] / most
				c.fill(end, c.y-barHeight+12, w, barHeight, kindInks[f.ID])
				end += w
			}
		}
		c.text("bold", letters, end+14, x.Shown())
	}
	c.y += 20
}

func (c *canvas) fill(x, y, w, h int, ink color.Color) {
	draw.Draw(c.img, image.Rect(x, y, x+w, y+h), image.NewUniform(ink), image.Point{}, draw.Src)
}

func (c *canvas) text(face string, ink color.Color, x int, s string) {
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(ink), Face: c.faces[face], Dot: fixed.P(x, c.y)}
	d.DrawString(s)
}

func (c *canvas) width(face, s string) int { return font.MeasureString(c.faces[face], s).Ceil() }

// fit shortens a label to a width.
func (c *canvas) fit(s string, width int) string {
	r := []rune(s)
	for len(r) > 1 && c.width("small", string(r)) > width {
		r = append(r[:len(r)-2], '…')
	}
	return string(r)
}
