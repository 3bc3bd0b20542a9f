package locales

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/dates"
)

// canary is a value that would break a message if it were put in as it is.
const canary = `<b>&"</i>`

var facts = map[string]string{
	"operator":   "Kantor Contoh " + canary,
	"contact":    "bantuan@contoh.invalid",
	"recipients": "Bawaslu dan BKN",
	"retention":  "90",
	"draft":      "24",
	"evidence":   "30",
	"return":     "90",
	"delay":      "6",
}

var channel = map[string]string{"channel": "Telegram"}

func open(t testing.TB) *Locales {
	t.Helper()
	l, err := New(facts)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func say(key string, args ...string) flows.Phrase {
	p := flows.Phrase{Key: key, Args: map[string]flows.Phrase{}}
	for i := 0; i+1 < len(args); i += 2 {
		p.Args[args[i]] = flows.Phrase{Text: args[i+1]}
	}
	return p
}

func TestFactsThatAreMissingShow(t *testing.T) {
	l, err := New(map[string]string{"operator": " "})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range l.Languages() {
		for _, k := range []string{"citizen.consent.ask", "pressure.consent.ask"} {
			s := l.Render(lang, say(k), channel) + l.Render(lang, say("pressure.opening"), channel) + l.Render(lang, say("help.data"), channel) + l.Render(lang, say("pressure.sent"), channel)
			for _, name := range Facts {
				if !strings.Contains(s, "["+name+"]") {
					t.Errorf("%s %q hides that %s is missing", lang, k, name)
				}
			}
		}
	}
}

func shown(l *Locales, lang string) []string {
	return slices.DeleteFunc(l.Keys(lang), func(k string) bool { return strings.HasSuffix(k, alias) })
}

var placeholder = regexp.MustCompile(`\{\{\.([a-z_]+)\}\}`)

func placeholders(s string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestLanguagesAgree(t *testing.T) {
	l := open(t)
	want := shown(l, home)
	for _, lang := range l.Languages() {
		have := shown(l, lang)
		for _, k := range want {
			if !slices.Contains(have, k) {
				t.Errorf("%s.toml lacks %q", lang, k)
				continue
			}
			a, b := placeholders(l.texts[home][k].raw), placeholders(l.texts[lang][k].raw)
			if !slices.Equal(a, b) {
				t.Errorf("%q: values %v in %s, %v in %s", k, a, home, b, lang)
			}
		}
		for _, k := range have {
			if !slices.Contains(want, k) {
				t.Errorf("%s.toml has %q, %s.toml does not", lang, k, home)
			}
		}
		for _, k := range l.Keys(lang) {
			if of, ok := strings.CutSuffix(k, alias); ok && !l.Has(lang, of) {
				t.Errorf("%s.toml has %q and no %q", lang, k, of)
			}
		}
	}
}

// values every text may count on: by key, those that the rules, the bot or the
// card give it. Facts and the channel are not listed.
var given = map[string][]string{
	"question.progress": {"n", "of"}, "question.answered": {"label", "value"}, "question.now": {"value"}, "question.changed": {"label", "value"}, "question.deleted": {"label"},
	"question.detail": {"n", "of"}, "question.understood": {"label", "value"}, "menu.region": {"value"}, "early.held": {"n"}, "error.many_reports": {"n"}, "early.voice": {"n"},
	"region.district": {"value"}, "region.regency": {"value"}, "region.none": {"q"},
	"date.day": {"weekday", "day", "month", "year"}, "date.about": {"date"}, "date.zone": {"date", "zone"}, "date.at": {"date", "time", "zone"}, "date.part": {"date", "part", "zone"}, "date.far": {"value"},
	"review.private": {"list"}, "review.lacking": {"list"}, "meter.line": {"counts", "verdict"}, "meter.both": {"n", "of", "m", "mof"}, "meter.material": {"n", "of"}, "meter.until": {"until"}, "card.stage_of": {"election", "stage"}, "card.rows": {"rows"}, "card.rows_verify": {"rows"}, "review.risks": {"list"}, "review.blurred": {"list"}, "review.line_private": {"label", "value"}, "review.list": {"list"},
	"evidence.kept": {"n"}, "evidence.kept_voice": {"n"}, "evidence.added": {"ticket"}, "evidence.count": {"n"}, "evidence.more": {"value"}, "evidence.note_long": {"n"}, "evidence.taken_back": {"n"},
	"error.too_short": {"n"}, "error.too_long": {"n"}, "error.too_many_files": {"n"}, "error.region_none": {"q"}, "error.file_big": {"mb"},
	"citizen.sent": {"ticket", "pin"}, "citizen.sent_named": {"until"}, "pressure.sent": {"ticket", "pin"},
	"case.wait": {"minutes"}, "case.head": {"ticket"}, "case.history": {"list"}, "case.told": {"text"}, "case.withdrawn": {"ticket"},
	"case.event.sent": {"day"}, "case.event.took": {"day"}, "case.event.evidence": {"day"}, "case.event.withdrew": {"day"},
	"case.event.asked": {"day", "text"}, "case.event.wrote": {"day", "text"}, "case.event.closed": {"day", "text"},
	"data.held": {"number", "what"}, "data.draft": {"answers", "files"}, "data.consent": {"day"},
	"data.withdrawn": {"number"}, "data.deleted": {"number"}, "data.deleted_sent": {"number"}, "data.nothing": {"number"},
	"card.wrote": {"ticket", "n", "text"}, "card.withdrew": {"ticket", "n"},
	"case.event.needed": {"day", "text"}, "case.event.registered": {"day", "text"}, "case.event.rejected": {"day", "text"}, "case.event.forwarded": {"day", "text"},
	"card.officer": {"name"}, "card.state.registered": {"number"}, "card.wrote_summary": {"n", "ticket"},
	"card.forwarded": {"n", "name", "text", "ticket"}, "desk.event.let_go": {"day", "name"}, "desk.event.needed": {"day", "name", "text"}, "desk.event.registered": {"day", "name", "text"},
	"desk.event.rejected": {"day", "name", "text"}, "desk.event.forwarded": {"day", "name", "text", "to"}, "desk.event.noted": {"day", "name", "text"}, "desk.event.wrote_summary": {"day"},
	"desk.looked.details": {"text"}, "desk.how.ask": {"ticket"}, "desk.how.need": {"ticket"}, "desk.how.register": {"ticket"},
	"desk.how.forward": {"ticket"}, "desk.how.reject": {"ticket"}, "desk.how.close": {"ticket"}, "desk.how.note": {"ticket"},
	"desk.how.identity": {"ticket"}, "desk.how.original": {"ticket"}, "desk.taken_by": {"name", "ticket"}, "desk.let_go": {"name", "ticket"},
	"desk.did.need": {"text", "ticket"}, "desk.did.register": {"text", "ticket"}, "desk.did.reject": {"text", "ticket"}, "desk.did.close": {"ticket"},
	"desk.did.forward": {"name", "ticket"}, "desk.forward_which": {"names", "ticket"}, "desk.forward_nowhere": {"ticket"}, "desk.noted": {"ticket"},
	"desk.evidence": {"n", "ticket"}, "desk.no_evidence": {"ticket"}, "desk.summary": {"ticket"}, "desk.is_over": {"state", "ticket"},
	"rekap.text": {"from", "list", "n", "to"}, "rekap.line": {"label", "n"}, "rekap.more_places": {"n"}, "rekap.take": {"median", "most", "n"},
	"rekap.answer": {"median", "most", "n"}, "rekap.end": {"median", "most", "n"}, "rekap.minutes": {"n"}, "rekap.hours": {"n"},
	"rekap.days": {"n"}, "rekap.title": {"n"}, "rekap.period": {"from", "to"},
	"desk.today": {"day", "list", "n"}, "desk.due": {"day", "state", "ticket"}, "desk.overdue": {"day", "state", "ticket"}, "desk.due_none": {"state", "ticket"},
	"clock.day1": {"n", "ticket"}, "clock.day2": {"n", "name", "ticket"}, "clock.day3": {"n", "ticket"}, "clock.day5": {"n", "ticket"},
	"clock.min15": {"n", "ticket"}, "clock.min50": {"n", "ticket"}, "clock.min100": {"n", "ticket"}, "clock.due": {"n", "ticket"},
	"clock.private": {"ticket"}, "clock.above": {"n", "name", "state", "ticket"}, "desk.event.reminded": {"day", "text"},
	"packet.page": {"n", "of"}, "packet.foot": {"name", "ticket"}, "packet.unprintable": {"name", "text"}, "packet.file": {"digest", "n", "text"},
	"packet.file_copy": {"digest", "name"}, "packet.file_original": {"name"}, "desk.looked.packet": {"list", "text"}, "desk.packet": {"list", "n", "ticket"},
	"desk.how.packet": {"ticket"}, "desk.no_recipient": {"ticket"},
	"desk.join": {"code"}, "desk.test": {"name"},
	"card.together": {"accounts", "list", "n"}, "card.accounts": {"n"}, "card.alike": {"list", "other", "ticket", "why"}, "card.linked": {"name", "other", "ticket"},
	"card.unlinked": {"name", "other", "ticket"}, "desk.how.link": {"ticket"}, "desk.no_link": {"ticket"}, "desk.many_linked": {"n"}, "desk.linked": {"other", "ticket"},
	"desk.unlinked": {"ticket"}, "desk.not_linked": {"ticket"}, "desk.alike": {"list", "ticket"}, "desk.alike_one": {"ticket", "why"}, "desk.alike_none": {"ticket"},
	"desk.event.alike": {"day", "text"}, "desk.event.linked": {"day", "name", "text"}, "desk.event.unlinked": {"day", "name", "text"}, "desk.event.compared": {"day"},
	"card.files": {"n"}, "desk.event.routed": {"day"}, "desk.how.details": {"ticket"},
	"desk.took": {"ticket", "name"}, "desk.took_from": {"ticket", "name", "was"}, "desk.has": {"ticket"}, "desk.not_taken": {"ticket"},
	"desk.not_yours": {"ticket", "name"}, "desk.asked": {"ticket"}, "desk.no_identity": {"ticket"}, "desk.no_file": {"ticket"},
	"desk.sent_private": {"name"}, "desk.no_private": {"name"},
	"desk.history": {"ticket", "list"}, "desk.event.took": {"day", "name"}, "desk.event.asked": {"day", "name", "text"},
	"desk.event.closed": {"day", "name", "text"}, "desk.event.looked": {"day", "name", "text"}, "desk.event.evidence": {"day"},
	"desk.event.wrote": {"day", "text"}, "desk.looked.identity": {"text"}, "desk.looked.original": {"n", "text"}, "desk.event.withdrew": {"day"}, "desk.identity": {"ticket", "list"}, "desk.original": {"n", "ticket", "digest"},
	"card.citizen": {"ticket"}, "card.pressure": {"ticket"}, "card.late": {"ticket", "n"}, "card.missing": {"list"},
	"card.row": {"label", "value"}, "card.mentioned": {"label"}, "card.story": {"value"},
	"card.evidence": {"n"}, "card.evidence_sealed": {"n", "shown", "sealed"},
	"channel.limited": {"elsewhere"}, "alarm.delivery_late": {"ticket", "intake"},
}

func TestTextsUseWhatTheyAreGiven(t *testing.T) {
	l := open(t)
	for _, k := range shown(l, home) {
		want := slices.Clone(given[k])
		slices.Sort(want)
		var have []string
		for _, name := range placeholders(l.texts[home][k].raw) {
			if name != "channel" && name != privacy && !slices.Contains(Facts, name) {
				have = append(have, name)
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("%q has the values %v, is given %v", k, have, want)
		}
	}
}

func TestFlowsHaveTheirWords(t *testing.T) {
	l := open(t)
	for _, lang := range l.Languages() {
		for _, f := range flows.All {
			if err := f.Validate(func(key string) bool { return l.Has(lang, key) }); err != nil {
				t.Errorf("%s:\n%v", lang, err)
			}
		}
	}
}

// elsewhere are the keys that stand whole in nobody's program text: the card
// puts some together, and what only some channels refuse comes with them.
var elsewhere = []string{
	"card.citizen", "card.pressure",
	"meter.registrable", "meter.completable", "meter.tip", "meter.no_voter", "meter.too_late",
	"citizen.evidence.note_label", "pressure.evidence.note_label",
	"channel.telegram", "channel.terminal", "channel.whatsapp", "privacy.telegram", "privacy.terminal", "privacy.whatsapp",
	"date.pagi", "date.siang", "date.sore", "date.malam",
	"channel.limited", "channel.limited_alone", "choices.and", "choices.buttons", "choices.ticked", "choices.one", "choices.several", "error.group", "error.rate", "error.unreadable", "error.view_once", "error.call", "terminal.hint",
	"case.code", "case.pin", "case.withdraw", "case.hush", "case.close", "case.event.sent", "case.event.took", "case.event.asked", "case.event.wrote", "case.event.evidence", "case.event.withdrew", "case.event.closed",
	"case.event.needed", "case.event.registered", "case.event.rejected", "case.event.forwarded", "card.state.new", "card.state.taken",
	"card.state.needs", "card.state.registered", "card.state.rejected", "card.state.forwarded", "card.state.closed", "card.state.withdrawn",
	"desk.command.need", "desk.command.register", "desk.command.forward", "desk.command.reject", "desk.command.note", "desk.command.evidence",
	"desk.command.let_go", "desk.command.details", "desk.event.none", "desk.event.let_go", "desk.event.needed", "desk.event.registered",
	"desk.event.rejected", "desk.event.forwarded", "desk.event.noted", "desk.event.wrote_summary", "desk.button.take", "desk.button.ask",
	"desk.button.need", "desk.button.register", "desk.button.forward", "desk.button.reject", "desk.button.close", "desk.button.let_go",
	"desk.button.evidence", "desk.button.history", "desk.how.ask", "desk.how.need", "desk.how.register", "desk.how.forward",
	"desk.how.reject", "desk.how.close", "desk.how.note", "desk.how.identity", "desk.how.original", "desk.did.need",
	"desk.did.register", "desk.did.reject", "desk.did.close", "desk.did.forward",
	"rekap.by_kind", "rekap.by_status", "rekap.by_place", "rekap.take", "rekap.answer", "rekap.end",
	"rekap.kind.citizen", "rekap.kind.pressure", "rekap.status.new", "rekap.status.taken", "rekap.status.needs", "rekap.status.registered",
	"rekap.status.forwarded", "rekap.status.rejected", "rekap.status.closed", "rekap.status.withdrawn", "rekap.column.ticket", "rekap.column.kind",
	"rekap.column.place", "rekap.column.status", "rekap.column.opened", "rekap.column.taken", "rekap.column.answered", "rekap.column.ended",
	"desk.command.rekap", "desk.command.today",
	"clock.day1", "clock.day2", "clock.day3", "clock.day5", "clock.min15", "clock.min50",
	"clock.min100", "clock.due", "desk.event.reminded",
	"desk.event.routed", "desk.button.note", "desk.button.identity", "desk.button.original", "desk.button.details", "desk.how.details",
	"desk.event.took", "desk.event.asked", "desk.event.closed", "desk.event.looked", "desk.event.evidence", "desk.event.wrote", "desk.event.withdrew",
	"desk.command.take", "desk.command.ask", "desk.command.identity", "desk.command.original", "desk.command.close", "desk.command.history",
	"desk.command.packet", "desk.button.packet",
	"card.alike.person", "card.alike.place", "card.alike.day", "card.alike.post", "card.alike.picture", "card.alike.words", "card.linked", "card.unlinked",
	"desk.command.link", "desk.command.unlink", "desk.command.alike", "desk.event.alike", "desk.event.linked", "desk.event.unlinked", "desk.event.compared",
	"tidy.done.telegram", "tidy.done.whatsapp",
}

// used collects every key that somebody says.
func used(t *testing.T, l *Locales) map[string]string {
	keys := map[string]string{}
	for _, k := range elsewhere {
		keys[k] = "the list elsewhere"
	}
	for _, f := range flows.All {
		f.Validate(func(key string) bool { keys[key] = "flow " + string(f.ID); return true })
		keys["menu."+string(f.ID)] = "the menu"
		keys[string(f.ID)+".sent"] = "flow " + string(f.ID)
		for _, st := range f.Steps {
			if st.Role == flows.RoleMode {
				keys[string(f.ID)+".sent_named"] = "flow " + string(f.ID)
			}
		}
	}
	for i := range 12 {
		keys[fmt.Sprintf("date.weekday.%d", i%7)] = "dates"
		keys[fmt.Sprintf("date.month.%d", i+1)] = "dates"
	}
	for _, topic := range flows.Topics {
		keys["info."+string(topic)], keys["info."+string(topic)+".text"] = "the cards", "the cards"
	}
	keys["pressure.opening"] = "flow pressure" // an opening is optional
	for _, k := range navigation(t) {
		keys[k] = "navigation"
	}
	for _, lang := range l.Languages() {
		keys["language."+lang] = "the choice of language"
	}
	for _, c := range []flows.Command{flows.Start, flows.Report, flows.Resume, flows.Back, flows.Skip, flows.Cancel,
		flows.Language, flows.Help, flows.Info, flows.Danger, flows.MyData, flows.Vanishing, flows.Done, flows.Check, flows.Delete, flows.Tidy} {
		keys["command."+string(c)] = "commands"
		if slices.Contains(menu, c) {
			keys["command."+string(c)+".menu"] = "commands"
		}
	}
	for _, dir := range []string{"../flows", "../bot", "../cmd"} {
		maps.Copy(keys, literals(t, dir))
	}
	return keys
}

// navigation are the keys of what the rules offer beside answers.
func navigation(t *testing.T) []string {
	t.Helper()
	var keys []string
	src, err := os.ReadFile("../flows/view.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`v\.nav\(st\.ID, "([a-z_]+)"\)`).FindAllStringSubmatch(string(src), -1) {
		keys = append(keys, "common."+m[1])
	}
	slices.Sort(keys)
	if keys = slices.Compact(keys); len(keys) < 5 {
		t.Fatalf("navigation is %v: does the search still work?", keys)
	}
	return keys
}

var (
	keyLike  = regexp.MustCompile(`^(alarm|bot|card|case|clock|common|data|date|desk|early|error|evidence|help|info|language|menu|meter|packet|poster|question|region|rekap|review|risk|story|tidy)(\.[a-z_]+)+$`)
	fileLike = regexp.MustCompile(`\.(db|go|html|jpg|json|log|md|pdf|png|sh|toml|txt|yml|zip)$`)
)

// literals are the strings in a folder's program text that look like keys.
func literals(t *testing.T, dir string) map[string]string {
	t.Helper()
	keys := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(src, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && keyLike.MatchString(s) && !fileLike.MatchString(s) {
					keys[s] = path
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEveryKeySaidExists(t *testing.T) {
	l := open(t)
	keys := used(t, l)
	if len(keys) < 200 {
		t.Errorf("only %d keys found: does the search still work?", len(keys))
	}
	for k, who := range keys {
		if !l.Has(home, k) {
			t.Errorf("%s says %q, which has no words", who, k)
		}
	}
}

func TestNoDeadWords(t *testing.T) {
	l := open(t)
	keys := used(t, l)
	for _, k := range shown(l, home) {
		if keys[k] == "" {
			t.Errorf("nobody says %q", k)
		}
	}
}

func TestLabels(t *testing.T) {
	l := open(t)
	for name, keys := range buttons() {
		for _, lang := range l.Languages() {
			for i, k := range keys {
				label := l.Render(lang, say(k), nil)
				most := 24 // as many as a row of a list has on WhatsApp
				if name == "data" || name == "info" {
					most = 32
				}
				if n := utf8.RuneCountInString(label); n == 0 || n > most {
					t.Errorf("%s %q: %q has %d characters, a button takes %d", lang, k, label, n, most)
				}
				if strings.ContainsAny(label, "<>&\n") {
					t.Errorf("%s %q: %q is no plain label", lang, k, label)
				}
				if got := l.Match(keys, label); got != i {
					t.Errorf("%s, %s: %q is understood as %d, not %d", name, lang, label, got, i)
				}
			}
		}
	}
	if err := l.together(); err != nil {
		t.Error(err)
	}
}

// TestEveryButtonIsKnown: what the rules offer is among buttons, so that its words
// are looked at.
func TestEveryButtonIsKnown(t *testing.T) {
	var all []string
	for _, keys := range buttons() {
		all = append(all, keys...)
	}
	src, err := os.ReadFile("../flows/view.go")
	if err != nil {
		t.Fatal(err)
	}
	offers := regexp.MustCompile(`v\.offer\([^"]*(?:"[a-z_]+", )?"([a-z_.]+)"\)`).FindAllStringSubmatch(string(src), -1)
	if len(offers) < 15 {
		t.Fatalf("%d offers: does the search still work?", len(offers))
	}
	for _, m := range offers {
		if strings.Contains(m[1], ".") && m[1] != "tidy.start" && !slices.Contains(all, m[1]) {
			t.Errorf("%q is offered and not among buttons", m[1])
		}
	}
	for _, k := range navigation(t) {
		if !slices.Contains(all, k) {
			t.Errorf("%q is offered and not among buttons", k)
		}
	}
}

func TestTextsAreCanonical(t *testing.T) {
	l := open(t)
	for _, lang := range l.Languages() {
		for _, k := range shown(l, lang) {
			var args []string
			for _, name := range given[k] {
				args = append(args, name, canary)
			}
			p := say(k, args...)
			delete(p.Args, "list")
			p.Items = []flows.Phrase{{Text: canary}}
			s := l.Render(lang, p, channel)
			if err := canonical(s); err != nil {
				t.Errorf("%s %q: %v", lang, k, err)
			}
			if n := utf8.RuneCountInString(l.Plain(s)); n > 1500 {
				t.Errorf("%s %q has %d characters", lang, k, n)
			}
			if strings.Contains(s, "{{") || regexp.MustCompile(`\[[a-z]+\]`).MatchString(s) {
				t.Errorf("%s %q lacks a value: %s", lang, k, s)
			}
			if strings.TrimSpace(s) != s {
				t.Errorf("%s %q begins or ends with blanks", lang, k)
			}
		}
	}
}

// What a person may dial is the same wherever it stands.
func TestNumbersAgree(t *testing.T) {
	l := open(t)
	dial := regexp.MustCompile(`\b(11\d|148|0\d{3}-\d{4}-\d{4})\b`)
	want := dial.FindAllString(l.texts[home]["help.emergency"].raw, -1)
	if len(want) != 4 {
		t.Fatalf("help.emergency names %v", want)
	}
	for _, lang := range l.Languages() {
		for _, k := range []string{"help.emergency", "pressure.unsafe.ask"} {
			if have := dial.FindAllString(l.texts[lang][k].raw, -1); !slices.Equal(have, want) {
				t.Errorf("%s %q names %v, want %v", lang, k, have, want)
			}
		}
	}
}

// Short cards are short, and cite the same sources in every language.
func TestCards(t *testing.T) {
	l := open(t)
	cited := regexp.MustCompile(`\b\d{1,3}/\d{4}\b`)
	sources := func(lang, key string) []string {
		found := cited.FindAllString(l.Render(lang, say(key), nil), -1)
		slices.Sort(found)
		return found
	}
	for _, topic := range flows.Topics {
		key := "info." + string(topic) + ".text"
		want := sources(home, key)
		if len(want) == 0 && topic != "allowed" { // which has none but news, and says so
			t.Errorf("%q has no source", key)
		}
		for _, lang := range l.Languages() {
			if have := sources(lang, key); !slices.Equal(have, want) {
				t.Errorf("%s %q cites %v, want %v", lang, key, have, want)
			}
			if n := utf8.RuneCountInString(l.Plain(l.Render(lang, say(key), nil))); n > 900 {
				t.Errorf("%s %q has %d characters, want at most 900", lang, key, n)
			}
		}
	}
}

// TestExamplesAreUnderstood: a day or time that a text gives as an example is one
// that is read, and so is one that the bot wrote itself.
func TestExamplesAreUnderstood(t *testing.T) {
	l := open(t)
	now := time.Date(2026, 7, 22, 20, 0, 0, 0, time.UTC)
	listed := regexp.MustCompile(`: (.+?)\.(?:$| [A-Z])`)
	or := regexp.MustCompile(`,? (?:atau|or|utawi|atanapi) |, `)
	for _, lang := range l.Languages() {
		for key, least := range map[string]int{"citizen.date.ask": 3, "error.bad_date": 4, "error.coarse_date": 2, "citizen.time.ask": 1} {
			m := listed.FindStringSubmatch(l.Render(lang, say(key), nil))
			if m == nil {
				t.Errorf("%s %q has no examples", lang, key)
				continue
			}
			examples := or.Split(m[1], -1)
			if len(examples) < least {
				t.Errorf("%s %q: %q, want %d examples", lang, key, examples, least)
			}
			for _, e := range examples {
				_, err := dates.Read(e, now)
				if key == "citizen.time.ask" {
					_, err = dates.Clock(e)
				}
				if err != nil {
					t.Errorf("%s %q: %q %v", lang, key, e, err)
				}
			}
		}
		for i := range 12 {
			day := time.Date(2025, time.Month(i+1), 5, 0, 0, 0, 0, time.UTC)
			e := l.Render(lang, flows.Say("date.day", "weekday", say(fmt.Sprintf("date.weekday.%d", int(day.Weekday()))), "day", flows.Phrase{Text: "5"},
				"month", say(fmt.Sprintf("date.month.%d", i+1)), "year", flows.Phrase{Text: "2025"}), nil)
			if got, err := dates.Read(e, now); err != nil || got.Month != day.Month() || got.Day != 5 || got.Year != 2025 {
				t.Errorf("%s: %q is read as %+v, %v", lang, e, got, err)
			}
		}
		for _, part := range []string{"pagi", "siang", "sore", "malam"} {
			e := l.Render(lang, say("date."+part), nil)
			if got, err := dates.Clock(e); (err != nil || string(got.Part) != part) && e != "evening or night" {
				t.Errorf("%s: %q is read as %+v, %v", lang, e, got, err)
			}
		}
	}
}

// TestTypedWordsAreUnderstood: what a text tells people to type is something.
func TestTypedWordsAreUnderstood(t *testing.T) {
	l := open(t)
	typed := regexp.MustCompile(`(?i)\b(?:k|ng|t)(?:etik|ype) <i>([^<]+)</i>`)
	found := 0
	for _, lang := range l.Languages() {
		for _, k := range shown(l, lang) {
			for _, m := range typed.FindAllStringSubmatch(l.texts[lang][k].raw, -1) {
				found++
				if l.Command(m[1]) == "" {
					t.Errorf("%s %q: %q is no command", lang, k, m[1])
				}
			}
		}
	}
	if found < 80 {
		t.Errorf("only %d found: does the search still work?", found)
	}
}

// TestOrder: files are translated, and read, beside each other.
func TestOrder(t *testing.T) {
	line := regexp.MustCompile(`(?m)^"([a-z0-9_.]+)" = `)
	order := func(lang string) (keys []string) {
		raw, err := files.ReadFile(lang + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(raw), -1) {
			if !strings.HasSuffix(m[1], alias) {
				keys = append(keys, m[1])
			}
		}
		return keys
	}
	want := order(home)
	for _, lang := range open(t).Languages() {
		for i, k := range order(lang) {
			if i >= len(want) || k != want[i] {
				t.Errorf("%s.toml: %q stands elsewhere than in %s.toml", lang, k, home)
				break
			}
		}
	}
}

// Law and fairness: two meanings of PPK, and nobody is guilty here.
func TestWordsWeDoNotUse(t *testing.T) {
	l := open(t)
	never := regexp.MustCompile(`(?i)\b(PPK|pelaku|bersalah|oknum|guilty|culprit|perpetrator)\b`)
	for _, lang := range l.Languages() {
		for _, k := range l.Keys(lang) {
			if w := never.FindString(l.texts[lang][k].raw); w != "" {
				t.Errorf("%s %q says %q", lang, k, w)
			}
		}
	}
}

func TestRender(t *testing.T) {
	l := open(t)
	for _, c := range []struct {
		name, lang string
		phrase     flows.Phrase
		want       string
	}{
		{"silent", "id", flows.Phrase{}, ""},
		{"literal", "id", flows.Phrase{Text: canary}, `&lt;b&gt;&amp;&quot;&lt;/i&gt;`},
		{"fixed", "id", say("common.yes"), "Ya"},
		{"English", "en", say("common.yes"), "Yes"},
		{"unknown language", "xx", say("common.yes"), "Ya"},
		{"no language", "", say("common.yes"), "Ya"},
		{"unknown key", "en", say("no.such<key>"), "no.such&lt;key&gt;"},
		{"value", "id", say("citizen.review.send"), "Kirim"},
		{"commas", "id", flows.Phrase{Items: []flows.Phrase{say("common.yes"), {Text: "<x>"}}}, "Ya, &lt;x&gt;"},
		{"phrase in phrase", "id", flows.Say("question.answered", "label", flows.Say("citizen.status.label"),
			"value", flows.Phrase{Items: []flows.Phrase{flows.Say("citizen.status.pns")}}), "✓ <b>Status terlapor</b>: PNS/CPNS"},
		{"lines", "id", flows.Phrase{Key: "review.list", Items: []flows.Phrase{
			say("review.line_private", "label", "A", "value", "B"), say("review.line_private", "label", "C", "value", canary)}},
			"• <b>A</b>: B\n• <b>C</b>: &lt;b&gt;&amp;&quot;&lt;/i&gt;"},
		{"value missing", "id", say("error.too_long"), "Terlalu panjang. Mohon ringkas, maksimal [n] huruf."},
		{"one", "en", say("evidence.count", "n", "1"), "1 file"},
		{"several", "en", say("evidence.count", "n", "3"), "3 files"},
		{"no number", "en", say("evidence.count", "n", "x"), "x files"},
		{"one, no plural", "id", say("evidence.count", "n", "1"), "1 berkas"},
		{"reserved words in keys", "id", say("pressure.colleagues.many"), "Lebih dari 20"},
		{"reserved word at the end", "id", say("language.id"), "Bahasa Indonesia"},
	} {
		if got := l.Render(c.lang, c.phrase, nil); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRenderFacts(t *testing.T) {
	l := open(t)
	s := l.Render("id", say("citizen.consent.ask"), map[string]string{"channel": "Kanal <X>"})
	for name, want := range map[string]string{"telegram": "server Telegram di", "whatsapp": "server WhatsApp di"} {
		if s := l.Render("id", say("citizen.consent.ask"), map[string]string{"channel": name}); !strings.Contains(s, want) {
			t.Errorf("channel %s: consent lacks %q", name, want)
		}
	}
	for _, want := range []string{"Kantor Contoh &lt;b&gt;&amp;", "Kanal &lt;X&gt;", "90 hari", "Bawaslu dan BKN"} {
		if !strings.Contains(s, want) {
			t.Errorf("consent lacks %q:\n%s", want, s)
		}
	}
	if got, want := l.Plain(l.Render("id", flows.Phrase{Text: "&lt;" + canary}, nil)), "&lt;"+canary; got != want {
		t.Errorf("Plain gives %q, want %q", got, want)
	}
	if got := l.Plain("<b>a</b> <i>b</i> <code>c</code> &lt;b&gt; &amp;lt;"); got != "a b c <b> &lt;" {
		t.Errorf("Plain: %q", got)
	}
}

func TestMatch(t *testing.T) {
	l := open(t)
	yesNo := []string{"common.yes", "common.no", "common.skip", "common.back", "common.cancel"}
	status := []string{"citizen.status.pns", "citizen.status.pppk", "citizen.status.lainnya", "common.unknown"}
	day := []string{"common.today", "common.yesterday"}
	files := []string{"common.done", "common.skip"}
	trouble := []string{"pressure.consequence.belum", "pressure.consequence.mutasi", "common.skip"}
	for _, c := range []struct {
		keys []string
		text string
		want int
	}{
		{yesNo, "Ya", 0}, {yesNo, "iya", 0}, {yesNo, "y", 0}, {yesNo, " YES! ", 0}, {yesNo, "ya 👍🏽", 0}, {yesNo, "✅ Ya", 0},
		{yesNo, "tidak", 1}, {yesNo, "gak", 1}, {yesNo, "Nggak.", 1}, {yesNo, "no", 1},
		{yesNo, "lewati", 2}, {yesNo, "skip", 2}, {yesNo, "kembali", 3}, {yesNo, "Batal", 4}, {yesNo, "cancel", 4},
		{yesNo, "mungkin", -1}, {yesNo, "", -1}, {yesNo, "…", -1}, {yesNo, "ya tapi", -1},
		{status, "pns", 0}, {status, "PNS/CPNS", 0}, {status, "cpns", 0}, {status, "P3K", 1}, {status, "lain", 2},
		{status, "nggak tau", 3}, {status, "I don’t know", 3}, {status, "Tidak  tahu", 3},
		{day, "kemarin", 1}, {day, "Kmrn", 1}, {day, "hari ini", 0}, {day, "today", 0}, {day, "kemarin sore", -1},
		{files, "selesai", 0}, {files, "sudah", 0}, {files, "Done", 0}, {files, "tidak ada", 1},
		{trouble, "tidak ada", 0}, {trouble, "lewati", 2}, {trouble, "Dèrèng wonten", 0}, {trouble, "dereng wonten", 0}, {trouble, "teu acan aya", 0},
		{yesNo, "Inggih", 0}, {yesNo, "nggih", 0}, {yesNo, "sumuhun", 0}, {yesNo, "mboten", 1}, {yesNo, "teu", 1}, {yesNo, "liwat", 2}, {yesNo, "wangsul", 3},
		{status, "sanesipun", 2}, {status, "Sanésna", 2}, {status, "teu terang", 3}, {day, "dinten punika", 0}, {day, "kamari", 1},
		{[]string{"pressure.colleagues.few"}, "2-5", 0}, {[]string{"pressure.colleagues.few"}, "2–5", 0},
		{nil, "ya", -1},
		{yesNo, "ya " + strings.Repeat("x", 4000), -1},
	} {
		if got := l.Match(c.keys, c.text); got != c.want {
			t.Errorf("Match(%v, %q) = %d, want %d", c.keys, c.text, got, c.want)
		}
	}
}

func TestCommand(t *testing.T) {
	l := open(t)
	for text, want := range map[string]flows.Command{
		"/mulai": flows.Start, "/start": flows.Start, "/lapor": flows.Report, "/lanjut": flows.Resume,
		"/kembali": flows.Back, "/lewati": flows.Skip, "/batal": flows.Cancel, "/bahasa": flows.Language,
		"/bantuan": flows.Help, "/help": flows.Help, "/darurat": flows.Danger, "/data": flows.MyData,
		"/selesai": flows.Done, "/Lapor": flows.Report,
		"/selesa": "", "lapor sekarang": "", "/": "", "": "", "data": "", "…": "",
		"darurat": flows.Danger, "Bahaya!": flows.Danger, "tolong": flows.Danger, "emergency": flows.Danger,
		"bantuan": flows.Help, "help": flows.Help, "pitulungan": flows.Help, "pitulung": flows.Help,
		"batal": flows.Cancel, "cancel": flows.Cancel, "hapus": flows.Cancel, "delete": flows.Cancel,
		"kembali": flows.Back, "back": flows.Back, "Data saya": flows.MyData, "my data": flows.MyData,
		"data kula": flows.MyData, "data abdi": flows.MyData, "bahasa": flows.Language, "language": flows.Language,
		"selesai": flows.Done, "sudah": flows.Done,
		"/lapur": flows.Report, "kula badhe lapur": flows.Report, "laporan": flows.Report, "abdi badé laporan": flows.Report, "priksa": flows.Check, "parios laporan": flows.Check,
		"wangsul": flows.Back, "mulang": flows.Back, "busak": flows.Cancel, "/busak": flows.Delete, "bebaya": flows.Danger, "tulung": flows.Danger,
		"Réngsé.": flows.Done, "rengse": flows.Done, "/rengse": flows.Done, "sampun": flows.Done, "katrangan": flows.Info, "inpo": flows.Info,
		"pesen sawetawis": flows.Vanishing, "pesen saheulaanan": flows.Vanishing, "sampurasun": flows.Start, "kula nuwun": flows.Start,
	} {
		if got := l.Command(text); got != want {
			t.Errorf("Command(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMenu(t *testing.T) {
	l := open(t)
	for lang, want := range map[string][]string{
		"id": {"lapor", "lanjut", "cek", "kembali", "lewati", "batal", "hapus", "bahasa", "bantuan", "info", "darurat", "data", "bersihkan"},
		"en": {"report", "resume", "check", "back", "skip", "cancel", "delete", "language", "help", "info", "emergency", "mydata", "clear"},
		"jv": {"lapur", "lajeng", "priksa", "wangsul", "lewati", "batal", "busak", "basa", "pitulungan", "katrangan", "darurat", "datakula", "resiki"},
		"su": {"ngalapor", "teraskeun", "parios", "mulang", "liwat", "batal", "hapus", "basa", "pitulung", "inpo", "darurat", "dataabdi", "beresihan"},
	} {
		var have []string
		for i, m := range l.Menu(lang) {
			have = append(have, m.Command)
			if got := l.Command("/" + m.Command); got != menu[i] {
				t.Errorf("%s: /%s is %q", lang, m.Command, got)
			}
			if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(m.Command) {
				t.Errorf("%s: Telegram takes no command %q", lang, m.Command)
			}
			if m.Description == "" || utf8.RuneCountInString(m.Description) > 256 || strings.ContainsAny(m.Description, "<&") {
				t.Errorf("%s: Telegram takes no description %q", lang, m.Description)
			}
			if help := l.Render(lang, say("help.text"), nil); !strings.Contains(help, "/"+m.Command+" ") && menu[i] != flows.Help {
				t.Errorf("%s: help.text does not explain /%s", lang, m.Command)
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("%s menu: %v", lang, have)
		}
		if n := utf8.RuneCountInString(l.Render(lang, say("bot.short_description"), nil)); n > 120 {
			t.Errorf("%s: Telegram takes 120 characters of short description, not %d", lang, n)
		}
		if n := utf8.RuneCountInString(l.Render(lang, say("bot.description"), nil)); n > 512 {
			t.Errorf("%s: Telegram takes 512 characters of description, not %d", lang, n)
		}
	}
}

func TestVersion(t *testing.T) {
	l := open(t)
	const key = "citizen.consent.ask"
	id, en := l.Version("id", key), l.Version("en", key)
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(id) || id == en {
		t.Errorf("versions %q and %q", id, en)
	}
	if got := l.Version("xx", key); got != id {
		t.Errorf("an unknown language is shown version %q, not %q", got, id)
	}
	if got := l.Version("id", "citizen.opening"); got != "" {
		t.Errorf("no words have the version %q", got)
	}
	if a, b := l.Version("id", "citizen.evidence.label"), l.Version("id", "pressure.evidence.label"); a != b {
		t.Errorf("the same words have the versions %q and %q", a, b)
	}
	if a, b := l.Version("id", "citizen.evidence.note"), l.Version("id", "pressure.evidence.note"); a == b {
		t.Error("other words have the same version")
	}
}

func TestNamesRefuses(t *testing.T) {
	for _, bad := range []string{"{{.n", "{{n}}", "{{.N}}", "{{ .n }}", "{{if .n}}", "}} {{.n}}", "{{.}}"} {
		if got, err := names(bad); err == nil {
			t.Errorf("names(%q) = %q", bad, got)
		}
	}
}

func TestLanguages(t *testing.T) {
	if got := open(t).Languages(); !slices.Equal(got, []string{"id", "en", "jv", "su"}) {
		t.Errorf("languages %v", got)
	}
}

func BenchmarkRender(b *testing.B) {
	l := open(b)
	list := flows.Phrase{Key: "review.list"}
	for i, st := range flows.Citizen.Steps {
		list.Items = append(list.Items, flows.Say("review.line_private", "n", flows.Phrase{Text: strconv.Itoa(i)},
			"label", flows.Say(flows.Citizen.Key(st.ID, "label")), "value", flows.Phrase{Items: []flows.Phrase{{Text: "Guru SD Negeri Contoh"}}}))
	}
	for _, c := range []struct {
		name string
		p    flows.Phrase
	}{
		{"fixed", say("citizen.status.ask")},
		{"value", say("question.progress", "n", "4", "of", "14")},
		{"answered", flows.Say("question.answered", "label", flows.Say("citizen.status.label"), "value", flows.Say("citizen.status.pns"))},
		{"plural", say("evidence.count", "n", "3")},
		{"consent", say("citizen.consent.ask")},
		{"review", list},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Render("en", c.p, channel)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	l := open(b)
	keys := []string{"common.yes", "common.no", "common.skip", "common.back", "common.cancel"}
	for name, text := range map[string]string{"hit": "Batal.", "miss": "lapangan desa", "long": strings.Repeat("kata ", 400)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Match(keys, text)
				l.Command(text)
			}
		})
	}
}
