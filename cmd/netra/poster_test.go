package main

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

// runs runs a program that the tests need.
func runs(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("There is no %s on the PATH. Run `make deps` to install what the tests need.", name)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return string(out)
}

// TestPoster: another program reads from page and picture what starts the bot at
// the place.
func TestPoster(t *testing.T) {
	dir := t.TempDir()
	out, err := call(t, nil, "", "poster", "--region", "61.11", "--to", "telegram:contoh_bot", "--to", "whatsapp:081200000000", "--office", "Bawaslu Kabupaten Contoh", "--out", dir)
	if err != nil || !strings.Contains(out, "poster-61.11") {
		t.Fatalf("%v: %s", err, out)
	}
	page, picture := filepath.Join(dir, "poster-61.11.pdf"), filepath.Join(dir, "poster-61.11.png")
	runs(t, "pdftoppm", "-r", "150", "-png", page, filepath.Join(dir, "page"))
	for _, file := range []string{picture, filepath.Join(dir, "page-1.png")} {
		read := runs(t, "zbarimg", "-q", "--raw", file)
		for _, want := range []string{"https://t.me/contoh_bot?start=61-11\n", "https://wa.me/6281200000000?text=lapor%2061.11\n"} {
			if !strings.Contains(read, want) {
				t.Errorf("%s: read %q, want %q", filepath.Base(file), read, want)
			}
		}
	}
	text := strings.Join(strings.Fields(runs(t, "pdftotext", page, "-")), " ")
	for _, want := range []string{"Kabupaten Kayong Utara, Kalimantan Barat", "@contoh_bot", "+6281200000000", "Bawaslu Kabupaten Contoh"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	raw, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if c, _, err := image.DecodeConfig(raw); err != nil || c.Width != c.Height {
		t.Errorf("%+v %v", c, err)
	}
}

// TestPosterStarts: what the codes hold is understood: the report begins at the
// place.
func TestPosterStarts(t *testing.T) {
	l, err := words(config{})
	if err != nil {
		t.Fatal(err)
	}
	r := flows.Rules{Flows: flows.All, Words: l}
	for _, lang := range l.Languages() {
		wa, err := reached(l, lang, "whatsapp:6281200000000", "61.11.03")
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(wa.link, "?text=")
		text = strings.ReplaceAll(text, "%20", " ")
		for _, in := range []flows.Input{{Text: text}, {Text: "/start 61-11-03"}} {
			in.ID, in.New, in.Lang = "1", "0123456789abcdef0123456789abcdef", lang
			s, _ := r.Advance(flows.Session{}, in)
			s, _ = r.Advance(s, flows.Input{ID: "2", Command: flows.Start, Payload: "citizen"})
			if got := s.Answers["region"].Place(); got != "61.11.03" {
				t.Errorf("%s: %q begins in %q", lang, in.Text, got)
			}
		}
	}
}

// ruler is a canvas that only measures.
type ruler struct {
	canvas
	texts []box
}

type box struct {
	x, y, w, h float64
	s          string
}

func (r *ruler) fill(float64, float64, float64, float64, ink) {}

func (r *ruler) text(x, y, size float64, bold bool, _ ink, s string) {
	r.texts = append(r.texts, box{x, y - size, r.width(size, bold, s), size, s})
}

// TestPosterFits: in every language, with one way and two, and the longest names
// there are, nothing stands over the edge or on something else.
func TestPosterFits(t *testing.T) {
	l, err := words(config{})
	if err != nil {
		t.Fatal(err)
	}
	longest := region.Code("")
	for n := 11; n < 97; n++ {
		p := region.Code(fmt.Sprint(n))
		for _, r := range p.Parts() {
			for _, d := range r.Parts() {
				if len(d.Full()) > len(longest.Full()) {
					longest = d
				}
			}
		}
	}
	for _, lang := range l.Languages() {
		for _, place := range []region.Code{"", "31", "61.11", longest} {
			for _, ways := range [][]string{{"telegram:nama_bot_yang_panjang_sekali_b"}, {"telegram:contoh_bot", "whatsapp:628120000000000"}} {
				p := poster{lang: lang, region: place.Full(), office: "Sekretariat Bawaslu Kabupaten Contoh yang Panjang", say: func(key string) string { return l.Plain(l.Render(lang, flows.Say(key), nil)) }}
				for _, w := range ways {
					r, err := reached(l, lang, w, place)
					if err != nil {
						t.Fatal(err)
					}
					p.to = append(p.to, r)
				}
				for _, s := range []sheet{a4, square} {
					img, err := newImage(s)
					if err != nil {
						t.Fatal(err)
					}
					r := &ruler{canvas: img}
					if err := p.layOut(r, s); err != nil {
						t.Fatal(err)
					}
					for i, a := range r.texts {
						if a.x < s.margin-0.5 || a.x+a.w > s.w-s.margin+0.5 || a.y < s.margin || a.y+a.h > s.h-4 || a.h < 1.8 {
							t.Errorf("%s %s %v: %q stands at %.0f,%.0f, %.0f wide, %.1f high", lang, place, s.h, a.s, a.x, a.y, a.w, a.h)
						}
						for _, b := range r.texts[i+1:] {
							if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
								t.Errorf("%s %s %v: %q stands on %q", lang, place, s.h, a.s, b.s)
							}
						}
					}
				}
			}
		}
	}
}

func TestPosterMistakes(t *testing.T) {
	_, err := call(t, nil, "", "poster", "--region", "99", "--lang", "xx", "--to", "telegram:a b", "--to", "signal:1", "--to", "whatsapp:12", "ekstra")
	for _, want := range []string{`"ekstra"`, `"xx"`, `"99"`, "one or two ways", `"telegram:a b"`, `"signal:1"`, `"whatsapp:12"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
	if _, err := call(t, nil, "", "poster"); err == nil || !strings.Contains(err.Error(), "--to") {
		t.Error(err)
	}
	if files, _ := filepath.Glob("poster-*"); len(files) > 0 {
		t.Errorf("written all the same: %v", files)
	}
}
