package bottest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
)

// Platform is a channel under test with the platform it speaks to, which is
// played on the wire.
type Platform interface {
	// Connect returns a new adapter, and how it receives until its context ends.
	Connect() (bot.Channel, func(context.Context, *bot.Queue) error)
	// Reporter is a new person.
	Reporter(lang string) Reporter
	// Intake is the address of the supervisors' group.
	Intake() string
	// Group is what stands there, oldest first.
	Group() []Post
	// Canaries are what identifies the people and the bot: addresses, numbers,
	// names, tokens.
	Canaries() []string
	// Cut makes the n-th call from now on fail, before or after it took effect,
	// and 0 makes none. Calls is how many there were since.
	Cut(n int, after bool)
	Calls() int
	// Twice has every message delivered again, out of order.
	Twice(on bool)
	// Slow holds the next download back until release is called.
	Slow() (release func())
	// Check fails the test for what the platform would refuse.
	Check()
}

// Post is a message in the supervisors' group.
type Post struct {
	ID, Answers string // Answers: the id of the message it answers
	Text        string // plain
	Files       [][]byte
}

// Channel is the suite that every channel passes.
func Channel(t *testing.T, open func(t *testing.T) Platform) {
	for name, test := range map[string]func(*fixture){
		"citizen":   (*fixture).citizen,
		"pressure":  (*fixture).pressure,
		"tidy":      (*fixture).tidy,
		"again":     (*fixture).again,
		"restart":   (*fixture).restart,
		"slow file": (*fixture).slow,
		"late file": (*fixture).late,
		"redis":     (*fixture).redis,
		"below":     (*fixture).below,
		"stale":     (*fixture).stale,
		"changed":   (*fixture).changed,
		"receipt":   (*fixture).receipt,
		"deleted":   (*fixture).deleted,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, open(t))
			f.start()
			test(f)
			f.p.Check()
			f.stack.Clean(f.p.Canaries()...)
		})
	}
	t.Run("crash", func(t *testing.T) { crash(t, open) })
}

// Report is the suite's whole citizen's report alone, for one more client of a
// platform whose channel passes the suite.
func Report(t *testing.T, p Platform) {
	f := newFixture(t, p)
	f.start()
	f.citizen()
	f.count(1)
	f.p.Check()
	f.stack.Clean(f.p.Canaries()...)
}

// timeLimit is how long a test may take: far longer than any does, with the race
// detector on a busy machine.
const timeLimit = 10 * time.Minute

type fixture struct {
	*testing.T
	p       Platform
	stack   *Stack
	process *Process
	ctx     context.Context
}

func newFixture(t *testing.T, p Platform) *fixture {
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	t.Cleanup(cancel)
	return &fixture{T: t, p: p, stack: NewStack(t), ctx: ctx}
}

func (f *fixture) start() {
	ch, receive := f.p.Connect()
	f.process = f.stack.Start(ch, f.p.Intake(), receive)
}

func (f *fixture) talk(r Reporter, script []Line) {
	f.Helper()
	if err := Talk(f.ctx, r, f.stack.Words, "id", Picture(), script); err != nil {
		f.Fatalf("%v; log:\n%s", err, f.stack.Log)
	}
}

// line plays one line of Citizen alone, and waits for what the next will press:
// the same words may have been said before.
func (f *fixture) line(r Reporter, i int) {
	f.Helper()
	f.talk(r, Citizen[i:i+1])
	if i+1 < len(Citizen) && Citizen[i+1].Press != "" {
		must(f, r.See(f.ctx, Words(f.stack.Words, "id", Citizen[i].See), Words(f.stack.Words, "id", Citizen[i+1].Press)))
	}
}

func (f *fixture) see(r Reporter, key string) {
	f.Helper()
	if err := r.See(f.ctx, Words(f.stack.Words, "id", key), ""); err != nil {
		f.Fatalf("%s is not said: %v; the chat:\n%s\nlog:\n%s", key, err, r.Chat(), f.stack.Log)
	}
}

// card checks the one card with its evidence.
func (f *fixture) card(files int, want ...string) {
	f.Helper()
	// What was sent is a moment on its way to the supervisors' phones.
	posts := f.p.Group()
	for n := 0; n < 500 && pictures(posts) < files; n++ {
		time.Sleep(20 * time.Millisecond)
		posts = f.p.Group()
	}
	if len(posts) == 0 {
		f.Fatal("the group is empty")
	}
	for _, w := range want {
		if !strings.Contains(posts[0].Text, w) {
			f.Errorf("the card lacks %q:\n%s", w, posts[0].Text)
		}
	}
	for _, secret := range append(f.p.Canaries(), CanaryName, CanaryAddress, CanaryPhone) {
		for _, p := range posts {
			if strings.Contains(p.Text, secret) {
				f.Errorf("the group reads %q:\n%s", secret, p.Text)
			}
		}
	}
	got := 0
	for _, p := range posts[1:] {
		if len(p.Files) > 0 && p.Answers != posts[0].ID {
			f.Errorf("evidence does not answer the card: %+v", p)
		}
		for _, raw := range p.Files {
			got++
			if strings.Contains(string(raw), CanaryExif) {
				f.Error("evidence goes out with its metadata")
			}
			if _, _, err := image.Decode(bytes.NewReader(raw)); err != nil {
				f.Errorf("evidence that is no picture: %v", err)
			}
		}
	}
	if got != files {
		f.Errorf("%d files in the group, want %d", got, files)
	}
}

func pictures(posts []Post) (n int) {
	for _, p := range posts {
		n += len(p.Files)
	}
	return n
}

func (f *fixture) citizen() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen)
	f.stack.Settled(f.ctx)
	for !strings.Contains(r.Chat(), f.delivered(r.Chat())) {
		if f.ctx.Err() != nil {
			f.Fatalf("the reporter was not told:\n%s", r.Chat())
		}
		time.Sleep(time.Millisecond)
	}
	f.card(1, CanaryPerson, CanaryStory, CanaryRegion, "Kepala seksi")
}

var ticket = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}`)

// delivered is the line that says that the group has the report.
func (f *fixture) delivered(chat string) string {
	return f.stack.Words.Plain(f.stack.Words.Render("id", flows.Say("case.delivered"), nil))
}

func (f *fixture) pressure() {
	r := f.p.Reporter("id")
	f.talk(r, Pressure)
	f.stack.Settled(f.ctx)
	f.card(2, CanaryStory, CanaryRegion)
	if chat := r.Chat(); strings.Contains(chat, f.delivered(chat)) {
		f.Error("a reporter who wants no message got one")
	}
}

// tidy: after every line there is one message with buttons at most.
func (f *fixture) tidy() {
	r := f.p.Reporter("id")
	for i := range Citizen {
		f.line(r, i)
		// The old buttons go while the new question comes.
		for n := 0; r.Buttons() > 1; n++ {
			if n == 2000 {
				f.Fatalf("after line %d (%s) %d messages have buttons", i, Citizen[i], r.Buttons())
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// again: every message comes twice and out of order.
func (f *fixture) again() {
	f.p.Twice(true)
	many := make(chan error)
	for range 5 {
		r := f.p.Reporter("id")
		go func() { many <- Talk(f.ctx, r, f.stack.Words, "id", Picture(), Citizen) }()
	}
	for range 5 {
		if err := <-many; err != nil {
			f.Error(err)
		}
	}
	f.stack.Settled(f.ctx)
	f.count(5)
}

func (f *fixture) count(cases int) {
	f.Helper()
	st, err := f.stack.DB.Cases().Stats(f.ctx, time.Now())
	must(f, err)
	for st.Open > 0 && f.ctx.Err() == nil { // a delivery whose settling was cut off is due again for a moment
		time.Sleep(5 * time.Millisecond)
		st, err = f.stack.DB.Cases().Stats(f.ctx, time.Now())
		must(f, err)
	}
	if st.Settled != cases || st.Open > 0 {
		f.Errorf("%d cases are settled and %d open, want %d settled", st.Settled, st.Open, cases)
	}
}

// restart: the process is stopped and started between every two lines.
func (f *fixture) restart() {
	r := f.p.Reporter("id")
	for i := range Citizen {
		f.line(r, i)
		f.process.Stop()
		f.start()
	}
	f.stack.Settled(f.ctx)
	f.card(1, CanaryStory)
	f.count(1)
}

// slow: one reporter's file takes its time; others go on.
func (f *fixture) slow() {
	waits, others := f.p.Reporter("id"), f.p.Reporter("id")
	f.talk(waits, Until(Citizen, "citizen.evidence.ask"))
	release := f.p.Slow()
	waits.Photo(Picture())
	f.talk(others, Until(Citizen, "citizen.evidence.ask"))
	release()
	f.see(waits, "evidence.more")
}

// late: evidence that comes after the report follows the card.
func (f *fixture) late() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen)
	f.stack.Settled(f.ctx)
	r.Photo(append(Picture(), "another"...))
	f.see(r, "evidence.added")
	f.stack.Settled(f.ctx)
	f.card(2, CanaryStory)
}

// redis: sessions are gone for a while. The reporter is told once, nothing is
// lost, and the conversation goes on by itself.
func (f *fixture) redis() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen[:5])
	f.stack.Redis.Pause()
	r.Say("Lapangan desa")
	f.see(r, "error.try_later")
	r.Say("Lapangan desa") // said again, as people do: one answer all the same
	time.Sleep(200 * time.Millisecond)
	f.stack.Redis.Resume()
	f.see(r, "citizen.status.ask")
	f.talk(r, Citizen[6:])
	f.stack.Settled(f.ctx)
	f.card(1, CanaryStory)
	if n := strings.Count(r.Chat(), Words(f.stack.Words, "id", "error.try_later")); n != 1 {
		f.Errorf("the reporter was told %d times", n)
	}
}

// below: sessions are gone while a button is pressed. The next question stands
// below the words about the fault, where the reporter looks.
func (f *fixture) below() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen[:6])
	f.stack.Redis.Pause()
	must(f, r.Press(Words(f.stack.Words, "id", Citizen[6].Press)))
	f.see(r, "error.try_later")
	f.stack.Redis.Resume()
	must(f, r.See(f.ctx, Words(f.stack.Words, "id", Citizen[6].See), Words(f.stack.Words, "id", "common.unknown")))
	f.talk(r, Citizen[7:])
}

// changed: a message that is edited changes the answer it gave, until the report
// is sent.
func (f *fixture) changed() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen[:6])
	r.(Editor).Change("Aula kecamatan")
	f.see(r, "question.changed")
	f.talk(r, Citizen[6:])
	f.stack.Settled(f.ctx)
	f.card(1, "Aula kecamatan")
	if card := f.p.Group()[0].Text; strings.Contains(card, Citizen[5].Say) {
		f.Errorf("the card has what was changed:\n%s", card)
	}
	r.(Editor).Change("Lapangan lain")
	f.see(r, "error.edited_sent")
}

// stale: the session is lost; an answer gets a sentence and the menu.
func (f *fixture) stale() {
	r := f.p.Reporter("id")
	f.talk(r, Citizen[:3])
	if _, err := f.stack.Redis.Do("FLUSHALL"); err != nil {
		f.Fatal(err)
	}
	must(f, r.Press(Words(f.stack.Words, "id", "citizen.mode.named")))
	f.see(r, "error.expired")
	f.see(r, "menu.ask")
	r.Say("Kecamatan Kenari")
	f.see(r, "menu.nothing_open")
}

// crash cuts a short conversation at every operation of the stores and every
// call of the platform, before and after its effect; the message is delivered
// again, and there is one case, one receipt.
func crash(t *testing.T, open func(t *testing.T) Platform) {
	for _, where := range []string{"stores", "platform"} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s after=%v", where, after), func(t *testing.T) {
				t.Parallel() // they mostly wait to try again
				f := newFixture(t, open(t))
				f.start()
				limit, done := 1, 0
				asked := len(Until(Citizen, "citizen.evidence.ask"))
				for n := 0; n <= limit; n++ {
					r := f.p.Reporter("id")
					f.stack.Knife.Set(0, false)
					f.p.Cut(0, false)
					f.talk(r, Citizen[:asked-1])
					if where == "stores" {
						f.stack.Knife.Set(n, after)
					} else {
						f.p.Cut(n, after)
					}
					f.talk(r, slices.Concat(Citizen[asked-1:asked+1], []Line{{Press: "common.clear", See: "evidence.cleared"}}, Citizen[asked:]))
					f.stack.Settled(f.ctx)
					if n == 0 { // nothing was cut: this is how many operations there are
						limit = f.stack.Knife.Count()
						if where == "platform" {
							limit = f.p.Calls()
						}
					}
					done++
				}
				f.count(done)
				if done < 20 {
					t.Errorf("only %d operations were cut", done)
				}
				f.p.Check()
				f.stack.Clean(f.p.Canaries()...)
			})
		}
	}
	t.Run("discard", func(t *testing.T) { discard(newFixture(t, open(t))) })
}

// discard has drafts with evidence deleted, with every operation of the stores
// cut in turn: when the reporter reads that it is deleted, nothing is left of the
// evidence, nor a key.
func discard(f *fixture) {
	f.start()
	for _, after := range []bool{false, true} {
		limit := 1
		for n := 0; n <= limit; n++ {
			r := f.p.Reporter("id")
			f.stack.Knife.Set(0, false)
			f.talk(r, Citizen[:3])
			f.stack.Knife.Set(n, after)
			f.talk(r, []Line{
				{Photo: 1, See: "evidence.kept"},
				{Say: "batal", See: "menu.cancel_confirm"},
				{Press: "menu.cancel_yes", See: "menu.cancelled"},
			})
			if n == 0 { // nothing was cut: this is how many operations there are
				limit = f.stack.Knife.Count()
			}
			f.swept(fmt.Sprintf("with operation %d cut", n))
			f.keyless()
		}
		if limit < 8 {
			f.Errorf("only %d operations were cut", limit)
		}
	}
	f.stack.Knife.Set(0, false)
	f.count(0)
}

// swept checks that the vault holds no evidence.
func (f *fixture) swept(when string) {
	f.Helper()
	must(f, filepath.WalkDir(filepath.Join(f.stack.Dir, "vault"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != ".lock" {
			f.Errorf("evidence of a deleted draft stays %s: %s", when, filepath.Base(path))
		}
		return err
	}))
}
