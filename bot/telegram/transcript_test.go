package telegram_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/intake"
)

var update = flag.Bool("update", false, "rewrite the transcripts")

// TestDeskTranscripts holds what supervisors and reporters say in testdata/desk
// against what the groups and the reporter then see. In a transcript, a line
// that begins with ">" is said, and the rest is what is seen:
//
//	> report                     a citizen sends a report
//	> report on Inspektorat      sends one on somebody who works there
//	> another report             somebody else sends one; cards that are answered are its
//	> Budi@bawaslu: ambil        Budi answers the card in the group of that intake
//	> Budi@bawaslu [take]        and presses its button
//	> Budi: /riwayat KODE        writes to the bot in private
//	> Budi@bawaslu gone          leaves the group
//	> Budi@bawaslu admin         becomes its admin
//	> bkn migrates               the group becomes a supergroup
//	> 26h later                  the office's clock goes on, and it is looked what waits
//	> compared                   it is looked which reports are alike
//	> reporter reads             opens the case with its receipt
func TestDeskTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/desk/*.chat")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".chat"), func(t *testing.T) {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			o := newOffice(t)
			got := o.play(string(want))
			o.clean()
			switch {
			case *update:
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			case got != string(want):
				t.Errorf("%s differs; it says now:\n%s", path, got)
			}
		})
	}
}

// office is several intakes with their groups, and a reporter.
type office struct {
	t        *testing.T
	ctx      context.Context
	p        *bottest.Telegram
	process  *bottest.Process
	begin    time.Time
	passed   atomic.Int64 // of the desk's clock, since it began
	s        *bottest.Stack
	groups   map[string]*telegramtest.Group
	order    []string
	people   map[string]*telegramtest.User
	reporter bottest.Person
	seen     map[string]map[int]string // of each group, what each message said
	toasts   map[string]int            // how many answers to presses each group had
	private  map[string]int            // how many messages each person had in private
	read     int                       // messages that the reporter had
	code     string                    // of the last report
	codes    []string                  // of all
	pin      string
	key      *age.X25519Identity // of the first intake
}

func newOffice(t *testing.T) *office {
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	o := &office{
		t: t, ctx: ctx, p: bottest.NewTelegram(t), s: bottest.NewStack(t), groups: map[string]*telegramtest.Group{},
		people: map[string]*telegramtest.User{}, seen: map[string]map[int]string{}, toasts: map[string]int{}, private: map[string]int{},
	}
	var err error
	if o.key, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	o.add("bawaslu", o.p.Supervisors(), intake.Route{Body: "bawaslu", Regions: []string{"61.11"}, Age: o.key.Recipient().String()})
	o.add("bawaslu-prov", o.p.Server.NewSupergroup("Bawaslu Provinsi"), intake.Route{Body: "bawaslu", Regions: []string{"61"}})
	o.add("bkn", o.p.Server.NewGroup("BKN"), intake.Route{Body: "bkn"})
	o.add("inspektorat", o.p.Server.NewSupergroup("Inspektorat"), intake.Route{Body: "inspektorat", Regions: []string{"61.11"}, Sees: intake.Summary})
	o.add("panwascam", o.p.Server.NewSupergroup("Panwascam"), intake.Route{Body: "panwascam", Regions: []string{"61.11.05"}})
	o.add("dprd", o.p.Server.NewSupergroup("DPRD"), intake.Route{Body: "dprd", Regions: []string{"61.11"}, Sees: intake.Count})
	o.groups["bawaslu-prov"].EnableTopics()
	// A Monday some weeks after whatever day it is, so that the days of the week
	// are known, and the time to register what is reported today is over.
	monday := time.Now().Truncate(24*time.Hour).AddDate(0, 0, 21)
	for monday.Weekday() != time.Monday {
		monday = monday.Add(24 * time.Hour)
	}
	o.begin = monday.Add(2 * time.Hour) // 09:00 WIB
	o.s.Clock = func() time.Time { return o.begin.Add(time.Duration(o.passed.Load())) }
	ch, receive := o.p.Connect()
	o.process = o.s.Start(ch, o.p.Intake(), receive)
	o.reporter = o.p.Reporter("id").(bottest.Person)
	return o
}

func (o *office) add(name string, g *telegramtest.Group, r intake.Route) {
	r.Name, r.Address = name, "telegram:"+strconv.FormatInt(g.ID(), 10)
	o.s.Routes = append(o.s.Routes, r)
	o.groups[name], o.seen[name] = g, map[int]string{}
	o.order = append(o.order, name)
}

// play says what is said in a transcript, and returns it with what is seen.
func (o *office) play(script string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(script, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		case strings.HasPrefix(line, "> "):
			fmt.Fprintln(&out, line)
			o.say(line[2:])
			if err := o.p.Server.WaitConfirmed(o.ctx); err != nil {
				o.t.Fatal(err)
			}
			o.s.Quiet(o.ctx)
			o.look(&out)
			fmt.Fprintln(&out)
		}
	}
	return out.String()
}

// clean holds that Telegram refused nothing, and that no account of anybody is
// anywhere in clear.
func (o *office) clean() {
	o.t.Helper()
	o.p.Check()
	var ids []string
	for _, u := range o.people {
		ids = append(ids, strconv.FormatInt(u.ID, 10))
	}
	o.s.Clean(append(ids, o.p.Canaries()...)...)
}

// TestJoin: a group that the bot is added to gets a code that is good for it once,
// and nothing else; one that is known is told so.
func TestJoin(t *testing.T) {
	o := newOffice(t)
	strangers := o.p.Server.NewSupergroup("Grup Baru")
	strangers.Add()
	strangers.Add()
	o.groups["bawaslu"].Add()
	if err := o.p.Server.WaitConfirmed(o.ctx); err != nil {
		t.Fatal(err)
	}
	o.s.Quiet(o.ctx)
	code := regexp.MustCompile(`[0-9a-f]{5}-[0-9a-f]{5}`)
	var said []string
	for _, m := range strangers.Messages() {
		if m.FromBot {
			said = append(said, m.Text)
		}
	}
	if len(said) != 1 || code.FindString(said[0]) == "" {
		t.Fatalf("the new group reads %q", said)
	}
	now := time.Now()
	group, ok, err := o.s.DB.Joins().Redeem(o.ctx, code.FindString(said[0]), o.s.Clock())
	if want := "telegram:" + strconv.FormatInt(strangers.ID(), 10); group != want || !ok || err != nil {
		t.Errorf("the code is good for %q, %v, %v", group, ok, err)
	}
	if _, ok, _ := o.s.DB.Joins().Redeem(o.ctx, code.FindString(said[0]), now); ok {
		t.Error("the code works twice")
	}
	if last := o.groups["bawaslu"].Last(); !strings.Contains(last.Text, "sudah terdaftar") || code.MatchString(last.Text) {
		t.Errorf("a known group reads %q", last.Text)
	}
	o.say("report")
	o.s.Quiet(o.ctx)
	for _, m := range strangers.Messages() {
		if m.FromBot && strings.Contains(m.Text, o.code) {
			t.Errorf("the new group reads %q", m.Text)
		}
	}
	o.clean()
}

// TestManyTakeAtOnce: of twenty who press the button at once one has the case, and
// the others are told who.
func TestManyTakeAtOnce(t *testing.T) {
	o := newOffice(t)
	o.say("report")
	o.s.Quiet(o.ctx)
	group := o.groups["bawaslu"]
	card := o.card(group)
	var all sync.WaitGroup
	for i := range 20 {
		u := o.person(fmt.Sprint("Petugas", i))
		all.Go(func() {
			if err := group.PressData(u, card, ".desk.take"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := o.p.Server.WaitConfirmed(o.ctx); err != nil {
		t.Fatal(err)
	}
	o.s.Quiet(o.ctx)
	took, told := 0, 0
	for _, m := range group.Messages() {
		if m.FromBot && strings.Contains(m.Text, o.code+" ditangani oleh") {
			took++
		}
	}
	for _, a := range group.Answers() {
		if strings.Contains(a.Text, "sudah ditangani oleh") {
			told++
		}
	}
	c, _, err := o.s.DB.Cases().Find(o.ctx, o.code)
	if took != 1 || told != 19 || err != nil || c.In("bawaslu").Officer == nil {
		t.Errorf("%d took it, %d were told who, officer %+v, %v", took, told, c.In("bawaslu").Officer, err)
	}
}

var said = regexp.MustCompile(`^(\w+)@([\w-]+)(: | )(.*)$`)

func (o *office) say(line string) {
	if office, on := strings.CutPrefix(line, "report on "); on || line == "report" {
		script := slices.Clone(bottest.Citizen)
		if i := slices.IndexFunc(script, func(l bottest.Line) bool { return l.See == "citizen.kind.ask" }); on {
			script[i].Say = office
		}
		if err := bottest.Talk(o.ctx, o.reporter, o.s.Words, "id", bottest.Picture(), script); err != nil {
			o.t.Fatal(err)
		}
		o.code, o.pin = bottest.Receipt(o.reporter.Chat())
		o.codes = append(o.codes, o.code)
		o.read = len(o.reporter.Messages())
		return
	}
	if line == "another report" {
		other := o.p.Reporter("id").(bottest.Person)
		if err := bottest.Talk(o.ctx, other, o.s.Words, "id", bottest.Picture(), bottest.Citizen); err != nil {
			o.t.Fatal(err)
		}
		o.code, _ = bottest.Receipt(other.Chat())
		o.codes = append(o.codes, o.code)
		return
	}
	if line == "compared" {
		if err := o.process.Desk.Compare(o.ctx); err != nil {
			o.t.Fatal(err)
		}
		return
	}
	if line == "reporter reads" {
		o.reporter.Say("cek " + o.code + " " + o.pin)
		return
	}
	if name, ok := strings.CutSuffix(line, " starts"); ok {
		o.person(name).Say("/start")
		return
	}
	if hours, ok := strings.CutSuffix(line, "h later"); ok {
		d, err := time.ParseDuration(hours + "h")
		if err != nil {
			o.t.Fatal(err)
		}
		for range d / time.Hour { // as if it had been looked every hour
			o.passed.Add(int64(time.Hour))
			if err := o.process.Desk.Remind(o.ctx); err != nil {
				o.t.Fatal(err)
			}
			o.s.Quiet(o.ctx)
		}
		return
	}
	if name, ok := strings.CutSuffix(line, " migrates"); ok {
		o.groups[name].Migrate()
		return
	}
	if words, ok := strings.CutPrefix(line, "reporter: "); ok {
		o.reporter.Say(o.named(words))
		return
	}
	if name, words, ok := strings.Cut(line, ": "); ok && !strings.Contains(name, "@") {
		o.person(name).Say(o.named(words))
		return
	}
	m := said.FindStringSubmatch(line)
	if m == nil {
		o.t.Fatalf("cannot say %q", line)
	}
	u, g := o.person(m[1]), o.groups[m[2]]
	card := 0
	if words := m[4]; !strings.HasPrefix(words, "says ") {
		card = o.card(g)
	}
	switch words := m[4]; {
	case words == "gone":
		g.SetMember(u, "left")
	case words == "admin":
		g.SetMember(u, "administrator")
	case strings.HasPrefix(words, "says "):
		g.Say(u, o.named(words[5:]))
	case strings.HasPrefix(words, "["):
		if err := g.PressData(u, card, ".desk."+strings.Trim(words, "[]")); err != nil {
			o.t.Fatal(err)
		}
	default:
		g.Reply(u, card, o.named(words))
	}
}

// named puts the codes of the reports into words: KODE, KODE2, …
func (o *office) named(words string) string {
	for i := len(o.codes) - 1; i > 0; i-- {
		words = strings.ReplaceAll(words, "KODE"+strconv.Itoa(i+1), o.codes[i])
	}
	return strings.ReplaceAll(words, "KODE", o.codes[0])
}

func (o *office) person(name string) *telegramtest.User {
	u := o.people[name]
	if u == nil {
		u = o.p.Server.NewUser("id")
		o.people[name] = u
	}
	return u
}

// card is the card of the last report in a group.
func (o *office) card(g *telegramtest.Group) int {
	for _, m := range g.Messages() {
		if m.FromBot && strings.Contains(m.Text, "] "+o.code) {
			return m.ID
		}
	}
	o.t.Fatal("no card there")
	return 0
}

// look writes what is new: messages, cards that changed, and what was shown to
// who pressed a button.
func (o *office) look(out *strings.Builder) {
	clean := func(s string) string {
		for i, code := range o.codes {
			name := "KODE"
			if i > 0 {
				name += strconv.Itoa(i + 1)
			}
			s = strings.ReplaceAll(s, code, name)
		}
		s = strings.ReplaceAll(s, o.pin, "PIN")
		for name, u := range o.people {
			s = strings.ReplaceAll(s, strings.TrimSpace(u.FirstName+" "+u.LastName), name)
		}
		s = dates.ReplaceAllString(s, "TANGGAL")
		s = marks.ReplaceAllString(s, "#TANDA")
		return s
	}
	show := func(who, text string) {
		for i, l := range strings.Split(strings.TrimSpace(clean(text)), "\n") {
			if i > 0 {
				who = strings.Repeat(" ", len(who))
			}
			fmt.Fprintf(out, "  %s | %s\n", who, l)
		}
	}
	for _, name := range o.order {
		for _, m := range o.groups[name].Messages() {
			text := m.Text
			if m.Media != nil {
				text = "(" + m.Media.Kind + ") " + text
			}
			if text == "" { // that there is a topic
				continue
			}
			if was, ok := o.seen[name][m.ID]; !m.FromBot || ok && was == text {
				continue
			} else if ok { // a card: only its head changes
				text, _, _ = strings.Cut(text, "\n\n")
				text = "(kartu) " + text + "\n" + buttons(m)
			} else if len(m.Buttons) > 0 {
				text += "\n" + buttons(m)
			}
			where := name
			if m.Thread != 0 {
				where += "/topik"
			}
			show(where, text)
		}
		for _, m := range o.groups[name].Messages() {
			text := m.Text
			if m.Media != nil {
				text = "(" + m.Media.Kind + ") " + text
			}
			o.seen[name][m.ID] = text
		}
		answers := o.groups[name].Answers()
		for _, a := range answers[o.toasts[name]:] {
			if a.Text != "" {
				show(name+" (jendela)", a.Text)
			}
		}
		o.toasts[name] = len(answers)
	}
	for _, name := range slices.Sorted(maps.Keys(o.people)) {
		all := o.people[name].Messages()
		for _, m := range all[o.private[name]:] {
			if m.FromBot && (m.Media == nil) {
				show(name+" (pribadi)", m.Text)
			} else if m.FromBot {
				show(name+" (pribadi)", "("+m.Media.Kind+") "+m.Text)
			}
		}
		o.private[name] = len(all)
	}
	all := o.reporter.Messages()
	for _, m := range all[min(o.read, len(all)):] {
		if m.FromBot {
			show("pelapor", m.Text)
		}
	}
	o.read = len(all)
}

func buttons(m telegramtest.Message) string {
	var labels []string
	for _, row := range m.Buttons {
		for _, b := range row {
			labels = append(labels, "["+b.Text+"]")
		}
	}
	return strings.Join(labels, " ")
}

var (
	dates = regexp.MustCompile(`(Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu), \d+ \p{L}+ \d{4}(, \d\d\.\d\d( W\w+)?)?( pukul \d\d\.\d\d)?|\d{1,2} \p{L}+ \d{4}|\d\d/\d\d/\d{4}`)
	marks = regexp.MustCompile(`#[0-9a-zA-Z_-]{4}\b`)
)
