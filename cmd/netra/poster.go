package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/locales"
)

// poster is what a poster says, in the words of one language.
type poster struct {
	lang, region, office string
	to                   []reach
	say                  func(key string) string
}

// reach is a way to the bot: a channel, its address as people read it, and the
// link that a QR code holds.
type reach struct{ channel, name, address, link string }

var (
	botName = regexp.MustCompile(`^@?([A-Za-z][A-Za-z0-9_]{3,30}[A-Za-z0-9])$`)
	phoneID = regexp.MustCompile(`^\+?[0-9]{8,15}$`)
)

// posterCommand writes a poster as a PDF for paper, and as a picture for chats.
func posterCommand(_ context.Context, p program, args []string) error {
	set := flag.NewFlagSet("poster", flag.ContinueOnError)
	set.SetOutput(p.out)
	set.Usage = func() {
		fmt.Fprintln(p.out, "netra poster writes a poster with QR codes: an A4 page (PDF) to hang up, and a square picture (PNG) to pass on.\n\nUsage: netra poster --to telegram:@bot [--to whatsapp:62812…] [--region 61.11] [--lang id] [--office NAME] [--out FOLDER]")
		set.PrintDefaults()
	}
	var to []string
	set.Func("to", "a way to the bot, `CHANNEL:ADDRESS`; may be given twice", func(s string) error { to = append(to, s); return nil })
	place := set.String("region", "", "the `CODE` of a province, regency or district (Kepmendagri 300.2.2-2430/2025), which whoever scans starts with")
	lang := set.String("lang", "id", "the language")
	office := set.String("office", "", "who hangs it up, named at the foot")
	out := set.String("out", ".", "the folder to write to")
	if err := set.Parse(args); err != nil {
		return err
	}
	c, _, err := parse(program{env: only(p.env, "NETRA_LOCALES")}, "poster", nil)
	if err != nil {
		return err
	}
	l, err := words(config{Operator: noContact, Contact: noContact, Routes: intake.One(""), Own: c.Own})
	if err != nil {
		return err
	}
	var errs []error
	if len(set.Args()) > 0 {
		errs = append(errs, fmt.Errorf("poster does not understand %q", set.Arg(0)))
	}
	if !slices.Contains(l.Languages(), *lang) {
		errs = append(errs, fmt.Errorf("--lang: there is no language %q, only %s", *lang, strings.Join(l.Languages(), ", ")))
	}
	code := region.Code(*place)
	if code != "" && !code.Valid() {
		errs = append(errs, fmt.Errorf("--region: %q is no code like 61, 61.11 or 61.11.03", code))
	}
	if len(to) == 0 || len(to) > 2 {
		errs = append(errs, errors.New("--to: give one or two ways to the bot, like telegram:@bot and whatsapp:6281200000000"))
	}
	ps := poster{lang: *lang, region: code.Full(), office: *office, say: func(key string) string { return l.Plain(l.Render(*lang, flows.Say(key), nil)) }}
	for _, s := range to {
		r, err := reached(l, *lang, s, code)
		if err != nil {
			errs = append(errs, err)
		}
		ps.to = append(ps.to, r)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	page, picture, err := ps.draw()
	if err != nil {
		return err
	}
	name := "poster-" + cmp.Or(string(code), "netra")
	if *lang != "id" {
		name += "-" + *lang
	}
	for ext, raw := range map[string][]byte{".pdf": page, ".png": picture} {
		path := filepath.Join(*out, name+ext)
		if err := os.WriteFile(path, raw, 0o644); err != nil { //nolint:gosec // a poster is for everybody
			return fmt.Errorf("write the poster: %w", err)
		}
	}
	_, err = fmt.Fprintf(p.out, "wrote %s.pdf and .png\n", filepath.Join(*out, name))
	return err
}

// reached reads a way to the bot, and makes the link that starts it at a place.
func reached(l *locales.Locales, lang, s string, place region.Code) (reach, error) {
	channel, address, _ := strings.Cut(s, ":")
	r := reach{channel: channel, name: l.Plain(l.Render(lang, flows.Say("channel."+channel), nil))}
	switch {
	case channel == "telegram" && botName.MatchString(address):
		name := botName.FindStringSubmatch(address)[1]
		r.address, r.link = "@"+name, "https://t.me/"+name
		if place != "" { // a start parameter may hold no dots
			r.link += "?start=" + strings.ReplaceAll(string(place), ".", "-")
		}
		return r, nil
	case channel == "whatsapp" && phoneID.MatchString(address):
		number := strings.TrimPrefix(address, "+")
		if rest, ok := strings.CutPrefix(number, "0"); ok {
			number = "62" + rest
		}
		r.address, r.link = "+"+number, "https://wa.me/"+number
		text := l.Menu(lang)[0].Command // "lapor"
		if place != "" {
			text += " " + string(place)
		}
		r.link += "?text=" + url.PathEscape(text)
		return r, nil
	}
	return r, fmt.Errorf("--to: %q is neither like telegram:@nama_bot nor like whatsapp:6281200000000", s)
}

// draw makes the page and the picture.
func (p poster) draw() (page, picture []byte, err error) {
	var out bytes.Buffer
	pdf := newPaper(p.lang, p.say("poster.title"))
	if err := p.layOut(pdf, a4); err != nil {
		return nil, nil, err
	}
	if err := pdf.Output(&out); err != nil {
		return nil, nil, fmt.Errorf("write the page: %w", err)
	}
	img, err := newImage(square)
	if err != nil {
		return nil, nil, err
	}
	if err := p.layOut(img, square); err != nil {
		return nil, nil, err
	}
	raw, err := img.png()
	return out.Bytes(), raw, err
}
