// Package flowtest replays written conversations.
//
// A transcript is a text file. Lines that begin with "> " are what the reporter
// does; everything else but comments is what the bot answers, and is rewritten
// by "go test -update". The reporter
//
//	> words            says words
//	> # words          says words on a channel that numbers its choices
//	> [Label]          presses the button with that label
//	> @photo NAME      sends a picture (@voice, @video likewise); "| words" adds a caption
//	> @album A NAME    sends a picture that belongs to album A
//	> @contact +62…    shares an address-book entry
//	> @location A B    shares a location: latitude, longitude
//	> @passed WORDS    passes somebody else's words on
//	> @problem KEY     sends what the channel cannot take
//	> @press T S C     presses a button of an old message: tag, step, code
//	> @edit OLD => NEW changes the message of the line "> OLD" to the words NEW
//	> @delete OLD      deletes the message of the line "> OLD"
//	> @ask WORDS       (a supervisor asks about the report that was sent)
//	> @later 40m       lets time pass
//	> @elsewhere       goes on from another account
//	> @again           has the last input delivered once more
//	> @forget          comes back after the session expired
//	> @lang xx         has a client in another language (before the first words)
package flowtest

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

var update = flag.Bool("update", false, "rewrite transcripts")

// Words renders what is said.
type Words interface {
	Render(lang string, p flows.Phrase, extra map[string]string) string
	Plain(html string) string
}

// Run replays every transcript in a folder.
func Run(t *testing.T, r flows.Rules, w Words, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.chat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".chat"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := (&replay{t: t, rules: r, words: w, said: map[string]string{}, cases: map[flows.ReportID]*flows.Receipt{}}).run(string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("%s differs (rewrite with -update):\n%s", file, firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n  want %q\n  got  %q", i+1, a, b)
		}
	}
	return ""
}

type replay struct {
	t       *testing.T
	rules   flows.Rules
	words   Words
	out     strings.Builder
	session flows.Session
	last    flows.Input
	said    map[string]string // the messages by their lines
	n       int
	lang    string
	cases   map[flows.ReportID]*flows.Receipt // what was sent
	wrong   int                               // receipts
	waited  time.Duration
}

// sent is what the store would say of a report that was sent.
func (p *replay) sent(id flows.ReportID) *flows.Receipt {
	if p.cases[id] == nil {
		p.cases[id] = &flows.Receipt{}
	}
	return p.cases[id]
}

// receipt plays the store that looks a claim up: after three wrong ones it
// wants to wait.
func (p *replay) receipt(c flows.Claim) *flows.Receipt {
	if p.wrong >= 3 {
		return &flows.Receipt{Wait: time.Minute}
	}
	for id, r := range p.cases {
		if id.Ticket() == c.Ticket && id.PIN() == c.PIN {
			found := *r
			return &found
		}
	}
	p.wrong++
	return &flows.Receipt{}
}

// Began is when every transcript begins.
var Began = time.Date(2026, 7, 20, 2, 0, 0, 0, time.UTC)

func (p *replay) run(script string) string {
	for line := range strings.SplitSeq(script, "\n") {
		said, ok := strings.CutPrefix(line, "> ")
		switch {
		case ok:
			fmt.Fprintln(&p.out, line)
			p.say(said)
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&p.out, line)
		}
	}
	return p.out.String()
}

// say plays one line of the reporter's, with the session marshalled before it:
// it must survive storage between every two messages.
func (p *replay) say(said string) {
	raw, err := json.Marshal(p.session)
	if err != nil {
		p.t.Fatal(err)
	}
	p.session = flows.Session{}
	if err := json.Unmarshal(raw, &p.session); err != nil {
		p.t.Fatal(err)
	}
	in, ok := p.input(said)
	if !ok {
		return
	}
	if claim, ok := p.rules.Claim(p.session, in); ok {
		in.Receipt = p.receipt(claim)
	}
	p.last = in
	before := p.session
	beforeRaw, _ := json.Marshal(before)
	next, effects := p.rules.Advance(p.session, in)
	if after, _ := json.Marshal(before); string(after) != string(beforeRaw) {
		p.t.Errorf("%q: Advance changed the session it was given", said)
	}
	// The same input again changes nothing.
	again, more := p.rules.Advance(next, in)
	a, _ := json.Marshal(again)
	b, _ := json.Marshal(next)
	if len(more) > 0 || string(a) != string(b) {
		p.t.Errorf("%q: a repeated input changed the session", said)
	}
	p.session = next
	for _, e := range effects {
		p.effect(e)
	}
	p.view()
}

func (p *replay) input(said string) (flows.Input, bool) {
	p.n++
	in := flows.Input{
		ID: fmt.Sprint(p.n), At: Began.Add(time.Duration(p.n)*time.Minute + p.waited), Lang: p.lang,
		New: flows.ReportID(fmt.Sprintf("%016x%016x", 0xabcdef1234567890+uint64(p.n)<<12, 0x5a17c0ffee<<24+p.n)),
	}
	word, rest, _ := strings.Cut(said, " ")
	whole := rest
	rest, caption, _ := strings.Cut(rest, " | ")
	in.Said, in.Cleans = in.ID, "telegram"
	p.said[said] = in.ID
	switch word {
	case "#":
		in.Numbered, in.Vanishes, in.Text = true, true, rest
	case "@photo":
		in.File, in.Text = file(rest, "image/jpeg", true), caption
	case "@video":
		in.File, in.Text = file(rest, "video/mp4", false), caption
	case "@voice":
		in.File, in.Text = file(rest, "audio/ogg", false), caption
	case "@album":
		album, name, _ := strings.Cut(rest, " ")
		in.Album, in.File = album, file(name, "image/jpeg", true)
	case "@edit":
		was, words, _ := strings.Cut(whole, " => ")
		in.Edits, in.Said = p.message(was), ""
		in.Text, in.Numbered = strings.CutPrefix(words, "# ")
	case "@delete":
		in.Edits, in.Said, in.Deleted = p.message(whole), "", true
	case "@contact":
		in.Contact = &flows.Contact{Phone: rest}
	case "@location":
		var lat, lng float64
		fmt.Sscan(rest, &lat, &lng)
		in.Location = true
		if regency, districts := region.Near(lat, lng); regency != "" {
			in.Near = append([]region.Code{regency}, districts...)
		}
	case "@passed":
		in.Text, in.Passed = whole, true
	case "@problem":
		in.Problem = &flows.Refusal{Key: rest}
	case "@press":
		f := strings.Fields(rest)
		for len(f) < 3 {
			f = append([]string{""}, f...)
		}
		in.Press = &flows.Press{Tag: f[0], Step: flows.StepID(f[1]), Code: flows.Code(f[2])}
	case "@ask":
		for _, r := range p.cases {
			r.Happened = append(r.Happened, flows.Happening{What: "asked", At: in.At, Text: whole})
		}
		return in, false
	case "@later":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.t.Fatal(err)
		}
		p.waited += d
		return in, false
	case "@elsewhere":
		p.session = flows.Session{}
		return in, false
	case "@again":
		return p.last, true
	case "@forget":
		p.session = flows.Session{}
		return in, false
	case "@lang":
		p.lang = rest
		return in, false
	default:
		if label, ok := strings.CutPrefix(said, "["); ok {
			in.Press = p.find(strings.TrimSuffix(label, "]"))
			return in, true
		}
		in.Text = said
	}
	return in, true
}

// message is the name of the message that a line said.
func (p *replay) message(line string) string {
	said, ok := p.said[line]
	if !ok {
		p.t.Errorf("nobody said %q before", line)
	}
	return said
}

func file(name, mediaType string, clean bool) *flows.File {
	return &flows.File{Digest: "sha256-" + name, Type: mediaType, Size: 1000, Clean: clean}
}

// find is the button with a label, among those that can be pressed now.
func (p *replay) find(label string) *flows.Press {
	v := p.rules.View(p.session)
	for _, o := range append(v.Choices[v.From:v.To:v.To], v.Nav...) {
		if p.text(o.Label) == label {
			return &flows.Press{Tag: v.Tag, Step: o.Step, Code: o.Code}
		}
	}
	p.t.Errorf("no button %q here:\n%s", label, p.out.String())
	return &flows.Press{}
}

func (p *replay) effect(e flows.Effect) {
	switch e := e.(type) {
	case flows.Submit:
		fmt.Fprintf(&p.out, "= submit %s %s\n", e.Report.Flow, e.Report.ID.Ticket())
		*p.sent(e.Report.ID) = flows.Receipt{Report: e.Report.ID, Sent: e.Report.Sent}
		for _, st := range p.rules.Flow(e.Report.Flow).Steps {
			if a, ok := e.Report.Answers[st.ID]; ok {
				raw, _ := json.Marshal(a)
				fmt.Fprintf(&p.out, "=   %s %s\n", st.ID, raw)
			}
		}
	case flows.Attach:
		if e.File.By != (flows.Marks{}) {
			p.t.Error("late evidence says which message brought it")
		}
		fmt.Fprintf(&p.out, "= attach %s %s\n", e.Report.Ticket(), e.File.Digest)
		p.sent(e.Report).Happened = append(p.sent(e.Report).Happened, flows.Happening{What: "evidence", At: p.last.At})
	case flows.Remove:
		fmt.Fprintf(&p.out, "= remove %d files\n", len(e.Files))
	case flows.Vanish:
		fmt.Fprintln(&p.out, "= vanish")
	case flows.Clean:
		fmt.Fprintln(&p.out, "= clean")
	case flows.Write:
		fmt.Fprintf(&p.out, "= write %s %s\n", e.Report.Ticket(), e.Text)
		p.sent(e.Report).Happened = append(p.sent(e.Report).Happened, flows.Happening{What: "wrote", At: p.last.At, Text: e.Text})
	case flows.Withdraw:
		fmt.Fprintf(&p.out, "= withdraw %s\n", e.Report.Ticket())
		p.sent(e.Report).Withdrawn = true
		p.sent(e.Report).Happened = append(p.sent(e.Report).Happened, flows.Happening{What: "withdrew", At: p.last.At})
	case flows.Hush:
		fmt.Fprintf(&p.out, "= hush %s\n", e.Report.Ticket())
	case flows.Ask:
		fmt.Fprintf(&p.out, "= request %s\n", e.Kind)
	case flows.Discard:
		fmt.Fprintf(&p.out, "= discard %s\n", e.Report.Ticket())
	}
}

func (p *replay) view() {
	v := p.rules.View(p.session)
	for _, part := range append(v.Notices, v.Body...) {
		for line := range strings.SplitSeq(strings.TrimRight(p.text(part), "\n"), "\n") {
			fmt.Fprintln(&p.out, strings.TrimRight("  "+line, " "))
		}
	}
	var labels []string
	for _, o := range v.Choices[v.From:v.To] {
		mark := ""
		if o.On {
			mark = "✓"
		}
		labels = append(labels, mark+"["+p.text(o.Label)+"]")
	}
	for _, o := range v.Nav {
		labels = append(labels, "("+p.text(o.Label)+")")
	}
	if len(labels) > 0 {
		fmt.Fprintln(&p.out, "  "+strings.Join(labels, " "))
	}
}

func (p *replay) text(ph flows.Phrase) string {
	return p.words.Plain(p.words.Render(p.session.Lang, ph, map[string]string{"channel": "telegram"}))
}
