package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// line is one thing that a reporter does in a script.
type line struct {
	n                    int // in the file
	say, press, photo, c string
}

// Script is a conversation to be played.
type Script []line

// ReadScript reads the reporter's lines of a transcript: "> words", "> [Label]"
// and "> @photo NAME | caption". All other lines are what the bot says, which it
// will say by itself.
func ReadScript(r io.Reader) (Script, error) {
	var out Script
	var wrong []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		said, ok := strings.CutPrefix(lines.Text(), "> ")
		if !ok {
			continue
		}
		l := line{n: n, say: strings.TrimPrefix(said, "# ")}
		switch {
		case strings.HasPrefix(said, "[") && strings.HasSuffix(said, "]"):
			l.say, l.press = "", said[1:len(said)-1]
		case strings.HasPrefix(said, "@photo "):
			l.say = ""
			l.photo, l.c, _ = strings.Cut(strings.TrimPrefix(said, "@photo "), " | ")
		case strings.HasPrefix(said, "@"):
			wrong = append(wrong, fmt.Errorf("line %d: %q cannot be played: only words, [buttons] and @photo can", n, said))
		}
		out = append(out, l)
	}
	if err := errors.Join(append(wrong, lines.Err())...); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New(`there is no line that begins with "> "`)
	}
	return out, nil
}

// A person reads before they answer, and takes their time to write.
const (
	perLetterRead  = 8 * time.Millisecond
	perLetterWrite = 40 * time.Millisecond
	longestPause   = 4 * time.Second
	answerWithin   = 20 * time.Second
)

// Play plays a script on the first phone, speed times as fast as a person would.
func (d *Demo) Play(ctx context.Context, s Script, speed float64) error {
	p := d.phone(0)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-d.seen: // nobody should miss the beginning
	}
	for _, l := range s {
		read := perLetterRead * time.Duration(utf8.RuneCountInString(p.user.Last().Text))
		write := perLetterWrite * time.Duration(utf8.RuneCountInString(l.say+l.c))
		if err := rest(ctx, time.Duration(float64(min(read, longestPause)+min(write, longestPause))/speed)); err != nil {
			return err
		}
		seq := p.user.Seq()
		switch {
		case l.press != "":
			if err := p.user.Press(l.press); err != nil {
				return fmt.Errorf("line %d: there is no button %q", l.n, l.press)
			}
		case l.photo != "":
			d.note(l.c)
			p.user.Send(telegramtest.Post{Kind: "photo", Text: l.c, Data: picture()})
		default:
			d.note(l.say)
			if payload, ok := strings.CutPrefix(l.say, "/start "); ok {
				p.user.Start(payload)
			} else {
				p.user.Say(l.say)
			}
		}
		d.touch()
		wait, cancel := context.WithTimeout(ctx, answerWithin)
		_, err := p.user.Wait(wait, seq)
		cancel()
		if err != nil {
			return fmt.Errorf("line %d: the bot does not answer: %w", l.n, err)
		}
		if err := rest(ctx, 100*time.Millisecond); err != nil { // the old buttons go
			return err
		}
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// picture is a drawn scene: a field, a stage, a banner.
func picture() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	fill := func(r image.Rectangle, c color.RGBA) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	for y := range 300 {
		shade := uint8(200 - y/3)
		fill(image.Rect(0, y, 640, y+1), color.RGBA{shade, 215, 240, 255})
	}
	fill(image.Rect(0, 300, 640, 480), color.RGBA{112, 150, 90, 255})
	fill(image.Rect(120, 230, 520, 340), color.RGBA{150, 110, 80, 255})
	fill(image.Rect(150, 110, 490, 220), color.RGBA{190, 60, 60, 255})
	fill(image.Rect(170, 140, 470, 155), color.RGBA{245, 240, 220, 255})
	fill(image.Rect(200, 175, 440, 190), color.RGBA{245, 240, 220, 255})
	for x := range 6 {
		fill(image.Rect(150+x*60, 270, 180+x*60, 330), color.RGBA{60, 70, uint8(90 + x*20), 255})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil { // memory does not refuse
		panic(err)
	}
	return out.Bytes()
}
