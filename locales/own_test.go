package locales

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestOwnWords(t *testing.T) {
	own := fstest.MapFS{"id.toml": {Data: []byte("\"menu.greeting\" = \"Selamat datang di <b>Contoh</b>.\"\n\"menu.check.alias\" = \"lacak\"\n\"citizen.consent.label\" = \"Izin\"\n")}, "README.md": {}}
	l, err := NewWith(facts, own)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Render("id", say("menu.greeting"), nil); got != "Selamat datang di <b>Contoh</b>." {
		t.Error(got)
	}
	if l.Match([]string{"menu.check"}, "lacak") != 0 {
		t.Error("their words for an answer are not understood")
	}
	ours := open(t)
	if l.Render("en", say("menu.greeting"), nil) != ours.Render("en", say("menu.greeting"), nil) || l.Version("id", "menu.greeting") == ours.Version("id", "menu.greeting") {
		t.Error("the wrong words were replaced")
	}
	_, err = NewWith(facts, fstest.MapFS{
		"xx.toml": {},
		"id.toml": {Data: []byte("\"menu.greting\" = \"x\"\n\"citizen.sent\" = \"{{.ticket}}\"\n\"menu.ask\" = \"{{.who}}?\"\n\"menu.help\" = \"<u>x</u>\"\n\"menu.check\" = \"<b>x\"\n\"menu.citizen\" = \"a < b\"\n\"menu.pressure\" = \"x</i>\"\n")},
		"su.toml": {Data: []byte("\"menu.ask\" = \"{{.who\"\n")},
	})
	for _, want := range []string{"xx.toml is of no language", `"menu.greting": there is no such text`, `"citizen.sent": has the values [ticket], must have [pin ticket]`, `"menu.ask": has the values [who]`, "<u> is no mark", "<b> is not closed", "stands alone", "</i> closes what is not open", "su.toml"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if _, err := NewWith(facts, fstest.MapFS{"en.toml": {Data: []byte("[[")}}); err == nil || !strings.Contains(err.Error(), "en.toml") {
		t.Error(err)
	}
}
