package locales

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder is an operator's, with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOwnWordsReplaceOurs(t *testing.T) {
	own, err := ReadOwn(folder(t, map[string]string{
		"id.toml": "\"menu.greeting\" = \"Selamat datang di <b>Kanal Contoh</b> &amp; Kawan.\"\n" +
			"\"case.wait\" = \"Tunggu {{.minutes}} menit.\"\n\"menu.citizen\" = \"Warga\"\n\"common.cancel.alias\" = \"urungkan\"\n" +
			"\"command.report\" = \"/aduan|/lapor|aduan\"\n\"help.not_vanishing\" = \"\"\"\nDi sini tidak dapat.\"\"\"\n",
		"en.toml":     `"evidence.count" = { one = "a single file", other = "{{.n}} of them" }`,
		".id.toml~":   "not read",
		".swp.toml":   "= nor this",
		"..data.toml": "",
	}))
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(facts, own)
	if err != nil {
		t.Fatal(err)
	}
	ours := open(t)
	for _, c := range []struct{ lang, key, want string }{
		{"id", "menu.greeting", "Selamat datang di <b>Kanal Contoh</b> &amp; Kawan."},
		{"id", "case.wait", "Tunggu 7 menit."},
		{"id", "menu.citizen", "Warga"},
		{"id", "help.not_vanishing", "Di sini tidak dapat."},
		{"en", "menu.citizen", "Citizen: report"},
		{"id", "menu.ask", "Apa yang ingin Anda lakukan?"},
		{"en", "evidence.count", "7 of them"},
	} {
		if got := l.Render(c.lang, say(c.key, "minutes", "7", "n", "7"), nil); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.lang, c.key, got, c.want)
		}
	}
	if got := l.Render("en", say("evidence.count", "n", "1"), nil); got != "a single file" {
		t.Errorf("one: %q", got)
	}
	if l.Match([]string{"common.skip", "common.cancel"}, "Urungkan") != 1 || l.Match([]string{"common.cancel"}, "batalkan") != -1 || l.Match([]string{"menu.citizen"}, "saya warga: melapor") != -1 {
		t.Error("their words are not the ones understood")
	}
	if l.Command("aduan") != "report" || l.Command("melapor") != "" || l.Menu("id")[0].Command != "aduan" {
		t.Errorf("their command is not the one: %v", l.Menu("id")[0])
	}
	if l.Version("id", "menu.greeting") == ours.Version("id", "menu.greeting") || l.Version("id", "menu.ask") != ours.Version("id", "menu.ask") {
		t.Error("the version is not that of the words")
	}
}

func TestOwnMistakes(t *testing.T) {
	ours := open(t)
	for text, want := range map[string]string{
		`"menu.asks" = "Apa?"`:                                         `there is no such key; is "menu.ask" meant?`,
		`"kunci.entah.apa" = "Apa?"`:                                   `there is no such key; it stands whole and in quotes, as in our id.toml`,
		`menu.ask = "Apa?"`:                                            `there is no such key`,
		`"nope.alias" = "Apa?"`:                                        `there is no such key`,
		`"menu.ask" = ""`:                                              `there are no words; write "key" = "words", or leave the key out`,
		`"menu.ask" = { two = "Apa?" }`:                                "there are no words",
		`"menu.ask" = "Apa? "`:                                         "begins or ends with blanks",
		`"menu.ask" = "Apa, {{.operator}}?"`:                           "{{.operator}} is not known here; there are []",
		`"case.wait" = "Tunggu {{.menit}}."`:                           "{{.minutes}} is missing; put it in\n{{.menit}} is not known here; there are [minutes]",
		`"case.wait" = "Tunggu {{minutes}}."`:                          `"{{minutes}}." is not a value like {{.name}}`,
		`"case.wait" = "Tunggu {{.minutes."`:                           "not a value",
		`"menu.ask" = { few = "a", other = "b" }`:                      "more forms than one and other",
		`"menu.ask" = { one = "<b>a", other = "b" }`:                   "<b> stays open; close it with </b>",
		`"menu.ask" = "<u>Apa?</u>"`:                                   "<u> is no mark of ours",
		`"menu.ask" = "<b>Apa?"`:                                       "<b> stays open",
		`"menu.ask" = "<b>Apa?</i></b>"`:                               "</i> closes nothing",
		`"menu.ask" = "Apa & siapa?"`:                                  "write &lt;, &gt; or &amp;",
		`"menu.ask" = "1 < 2"`:                                         "write &lt;, &gt; or &amp;",
		`"menu.citizen" = "Saya warga biasa: mau melapor"`:             "29 characters, 5 too many; shorten it",
		`"menu.citizen" = "<b>Warga</b>"`:                              "marks and new lines do not show here",
		`"bot.short_description" = "` + strings.Repeat("x", 121) + `"`: "1 too many",
		`"command.report.menu" = "` + strings.Repeat("x", 257) + `"`:   "1 too many",
		`"command.report" = "aduan"`:                                   "no word begins with a slash; the menu needs one, like /lapor",
		`"command.report" = "/adu-an"`:                                 `Telegram takes no command "/adu-an"`,
	} {
		messages, err := read([]byte(text))
		for key, m := range messages {
			err = errors.Join(ours.mistakes("id", key, m)...)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`"menu.ask" = 7`:    `"menu.ask" is neither words nor { one = …, other = … }`,
		`"menu.ask" = "Apa`: "line 1",
		"\"menu.ask\" = \"a\"\n\"menu.ask\" = \"b\"": "line 2",
		`"command.report" = "/lapor|batal"`:          `"batal" means "command.`,
		`"common.no" = "Ya"`:                         `"ya" means "`,
		`"menu.pressure.alias" = "warga"`:            `"warga" means "menu.citizen" and "menu.pressure", between which people choose (menu)`,
		`"help.not_vanishing" = "Ketik /hilang."`:    `id.toml: "help.not_vanishing": it says /hilang, which is no command`,
		`"command.tidy" = "/sapu"`:                   `"tidy.kept": it says /bersihkan, which is no command`,
	} {
		_, err := ReadOwn(folder(t, map[string]string{"id.toml": text}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %s", text, err, want)
		}
	}
	for name, want := range map[string]string{
		"xx.toml":     "xx.toml: is no words file; there are id.toml, en.toml",
		"id.toml.txt": "id.toml.txt: is no words file",
		"id":          "id: is no words file",
	} {
		if _, err := ReadOwn(folder(t, map[string]string{name: ""})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadOwn(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there was read")
	}
}

// TestOwnMistakesAllAtOnce: of every file and of every sort, each with the place.
func TestOwnMistakesAllAtOnce(t *testing.T) {
	_, err := ReadOwn(folder(t, map[string]string{
		"id.toml":     "\"menu.asks\" = \"Apa?\"\n\"case.wait\" = \"<b>Tunggu.\"\n\"menu.pressure.alias\" = \"warga\"\n",
		"en.toml":     "\"menu.ask\" = \"What",
		"contoh.toml": "",
	}))
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, want := range []string{"nothing is started", `id.toml: "menu.asks"`, `id.toml: "case.wait": {{.minutes}}`, `id.toml: "case.wait": <b>`, `"warga"`, "en.toml: toml", "contoh.toml: is no"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among the mistakes:\n%v", want, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n"); lines != 6 {
		t.Errorf("%d mistakes:\n%v", lines, err)
	}
}

// An operator who copies our files has words without a mistake.
func TestOwnCopiesOfOurs(t *testing.T) {
	all := map[string]string{}
	for _, lang := range open(t).Languages() {
		raw, err := files.ReadFile(lang + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		all[lang+".toml"] = string(raw)
	}
	if _, err := ReadOwn(folder(t, all)); err != nil {
		t.Error(err)
	}
}
