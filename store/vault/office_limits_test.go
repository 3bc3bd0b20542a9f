package vault

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"strconv"
	"strings"
	"testing"
)

// pictured is a letter with pictures, all the same.
func pictured(t testing.TB, n int, end, picture string) []byte {
	t.Helper()
	body, list, members := "", []string{}, []string{}
	for i := range n {
		id := strconv.Itoa(i)
		body += `<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata r:id="r` + id + `"/></v:shape></w:pict></w:r></w:p>`
		list = append(list, "r"+id+"=image media/"+id+end)
		members = append(members, "word/media/"+id+end+"="+picture)
	}
	return []byte(zipped(t, letter(wordBody(body), rels("word/_rels/document.xml.rels", list...), members...)...))
}

// A small document must not become a large one, or much work.
func TestOfficeBombs(t *testing.T) {
	moves := &gif.GIF{Config: image.Config{Width: 1000, Height: 1000}}
	for range 30 {
		moves.Image = append(moves.Image, image.NewPaletted(image.Rect(0, 0, 1000, 1000), color.Palette{color.Black, color.White}))
		moves.Delay = append(moves.Delay, 10)
	}
	var g bytes.Buffer
	if err := gif.EncodeAll(&g, moves); err != nil {
		t.Fatal(err)
	}
	chart := `<draw:frame><draw:object xlink:href="./O"/></draw:frame>`
	charts := func(body string, more ...string) string {
		return zipped(t, append([]string{"mimetype=" + odtType, "META-INF/manifest.xml=<x/>",
			"content.xml=<office:document-content" + ns("office", "draw", "xlink", "text") + "><office:body><office:text>" + body + "</office:text></office:body></office:document-content>"}, more...)...)
	}
	plain := "content.xml=<office:document-content" + ns("office") + "/>"
	many, folders := "", []string{}
	for i := range maxCharts + 1 {
		name := "O" + strconv.Itoa(i)
		many += `<draw:object xlink:href="./` + name + `"/>`
		folders = append(folders, name+"/"+plain)
	}
	for name, c := range map[string]struct {
		media string
		in    []byte
		fine  bool
	}{
		"pictures that move":       {wordType, pictured(t, 3, ".gif", g.String()), true},
		"many pictures that move":  {wordType, pictured(t, 4, ".gif", g.String()), false},
		"a picture too large":      {wordType, pictured(t, 1, ".wav", "RIFF"+strings.Repeat("\x00", maxMedium)), false},
		"pictures too large":       {wordType, pictured(t, 5, ".mp3", "ID3\x03"+strings.Repeat("\x00", maxMedia/5)), false},
		"a chart again and again":  {odtType, []byte(charts(strings.Repeat(chart, 50_000), "O/"+plain)), true},
		"too many charts":          {odtType, []byte(charts(many, folders...)), false},
		"text that becomes longer": {wordType, []byte(zipped(t, letter(wordBody("<w:p><w:r><w:t><![CDATA["+strings.Repeat("&", maxXML/2)+"]]></w:t></w:r></w:p>"), rels("word/_rels/document.xml.rels"))...)), false},
	} {
		err := scrubbers[c.media](io.Discard, from(c.in), nil)
		if u := unclean(""); c.fine != (err == nil) || err != nil && !errors.As(err, &u) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	out := scrubbed(t, scrubbers[odtType], []byte(charts(strings.Repeat(chart, 3), "O/"+plain)))
	if parts := inflatedParts(t, out); parts["Object 1/content.xml"] == "" || parts["Object 2/content.xml"] != "" {
		t.Error("a chart is there several times")
	}
}
