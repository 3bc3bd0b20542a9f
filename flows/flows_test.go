package flows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/flowtest"
	"github.com/netralitas/netra/locales"
)

func words(t testing.TB) *locales.Locales {
	t.Helper()
	l, err := locales.New(map[string]string{"operator": "Sekretariat Contoh", "contact": "kontak@contoh.example", "recipients": "Bawaslu, BKN", "retention": "90", "draft": "24", "evidence": "30", "return": "90", "delay": "6"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTranscripts(t *testing.T) {
	l := words(t)
	flowtest.Run(t, flows.Rules{Flows: flows.All, Words: l}, l, "testdata")
}

func TestFlowsAreValid(t *testing.T) {
	l := words(t)
	for _, f := range flows.All {
		for _, lang := range l.Languages() {
			if err := f.Validate(func(key string) bool { return l.Has(lang, key) }); err != nil {
				t.Error(lang, err)
			}
		}
	}
}

// TestCallbacksFit holds every button to the 64 bytes that Telegram allows.
func TestCallbacksFit(t *testing.T) {
	for _, f := range flows.All {
		for _, st := range f.Steps {
			for _, c := range append(st.Kind.Accepts().Codes, "cancel") {
				if data := fmt.Sprintf("123456.%s.%s", st.ID, c); len(data) > 64 || strings.ContainsAny(string(st.ID)+string(c), ". ") {
					t.Errorf("%q does not fit", data)
				}
			}
		}
	}
}

func toy(steps ...flows.Step) flows.Flow { return flows.Flow{ID: "toy", Steps: steps} }

func TestValidateFindsMistakes(t *testing.T) {
	choice := func(codes ...flows.Code) flows.Kind { return flows.Choice{Codes: codes} }
	text := flows.Text{Min: 1, Max: 10}
	all := func(string) bool { return true }
	review := flows.Step{ID: "review", Kind: flows.Review{}}
	for _, c := range []struct {
		name, want string
		flow       flows.Flow
		has        func(string) bool
	}{
		{"twice", `"a" stands twice`, toy(flows.Step{ID: "a", Kind: text}, flows.Step{ID: "a", Kind: text}, review), all},
		{"later", `depends on "b", which does not come earlier`, toy(flows.Step{ID: "a", Kind: text, When: flows.When{Step: "b", Is: []flows.Code{"x"}}}, flows.Step{ID: "b", Kind: choice("x")}, review), all},
		{"no such code", `waits for code "y"`, toy(flows.Step{ID: "a", Kind: choice("x")}, flows.Step{ID: "b", Kind: text, When: flows.When{Step: "a", Is: []flows.Code{"y", "x"}}}, review), all},
		{"unreachable", `"b" can never be asked`, toy(flows.Step{ID: "a", Kind: choice("x", "stop"), Ends: []flows.Code{"stop"}}, flows.Step{ID: "b", Kind: text, When: flows.When{Step: "a", Is: []flows.Code{"stop"}}}, review), all},
		{"behind unreachable", `"c" can never be asked`, toy(flows.Step{ID: "a", Kind: choice("x", "stop"), Ends: []flows.Code{"stop"}}, flows.Step{ID: "b", Kind: choice("z"), When: flows.When{Step: "a", Is: []flows.Code{"stop"}}}, flows.Step{ID: "c", Kind: text, When: flows.When{Step: "b", Is: []flows.Code{"z"}}}, review), all},
		{"no review", "the review must be the last step", toy(flows.Step{ID: "a", Kind: text}), all},
		{"empty", "no steps", toy(), all},
		{"no words", `lacks the words "toy.a.ask"`, toy(flows.Step{ID: "a", Kind: text}, review), func(k string) bool { return k != "toy.a.ask" }},
	} {
		if err := c.flow.Validate(c.has); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestFlowChangesUnderReport takes a half-finished report through changes of
// its flow: steps added, removed, with other codes, and the flow gone.
func TestFlowChangesUnderReport(t *testing.T) {
	l := words(t)
	step := func(id flows.StepID, k flows.Kind) flows.Step { return flows.Step{ID: id, Kind: k} }
	yesNo := flows.Choice{Codes: []flows.Code{"yes", "no"}}
	before := flows.Rules{Words: l, Flows: []flows.Flow{toy(step("a", yesNo), step("b", yesNo), step("c", flows.Text{Min: 1, Max: 9}), step("review", flows.Review{}))}}
	s := talk(before, flows.Session{}, "/start toy", "ya", "ya")
	if got := open(before, s); got != "c" {
		t.Fatalf("before: asks %s", got)
	}
	for _, c := range []struct {
		name, want string
		steps      []flows.Step
	}{
		{"a step added in front", "new", []flows.Step{step("new", flows.Text{Min: 1, Max: 9}), step("a", yesNo), step("b", yesNo), step("c", flows.Text{Min: 1, Max: 9})}},
		{"an answered step removed", "c", []flows.Step{step("b", yesNo), step("c", flows.Text{Min: 1, Max: 9})}},
		{"the open step removed", "review", []flows.Step{step("a", yesNo), step("b", yesNo)}},
		{"a code removed", "a", []flows.Step{step("a", flows.Choice{Codes: []flows.Code{"no"}}), step("b", yesNo)}},
		{"another kind", "b", []flows.Step{step("a", yesNo), step("b", flows.Text{Min: 1, Max: 9})}},
	} {
		after := flows.Rules{Words: l, Flows: []flows.Flow{toy(append(c.steps, step("review", flows.Review{}))...)}}
		if got := open(after, s); got != c.want {
			t.Errorf("%s: asks %s, want %s", c.name, got, c.want)
		}
		talk(after, s, "jawaban", "/kembali", "/batal", "tidak", "apa saja")
	}
	gone := flows.Rules{Words: l, Flows: flows.All}
	s = talk(gone, s, "halo")
	if s.Asking() || len(s.Notices) == 0 || s.Notices[0].Key != "error.expired" {
		t.Errorf("flow gone: %+v", s)
	}
}

func talk(r flows.Rules, s flows.Session, said ...string) flows.Session {
	for _, text := range said {
		s, _ = r.Advance(s, flows.Input{ID: fmt.Sprint(len(s.Seen), text), Text: text, New: "0123456789abcdef0123456789abcdef", At: flowtest.Began})
	}
	return s
}

// open is the step that is being asked.
func open(r flows.Rules, s flows.Session) string {
	v := r.View(s)
	for _, o := range append(v.Nav, v.Choices...) {
		return string(o.Step)
	}
	return ""
}

// TestRedeliveryOutOfOrder applies inputs once each, however often and in
// whatever order they come again.
func TestRedeliveryOutOfOrder(t *testing.T) {
	r := flows.Rules{Words: words(t), Flows: []flows.Flow{toy(
		flows.Step{ID: "a", Kind: flows.Text{Min: 1, Max: 99}}, flows.Step{ID: "b", Kind: flows.Text{Min: 1, Max: 99}},
		flows.Step{ID: "c", Kind: flows.Text{Min: 1, Max: 99}}, flows.Step{ID: "review", Kind: flows.Review{}})}}
	in := func(id, text string) flows.Input {
		return flows.Input{ID: id, Text: text, New: "0123456789abcdef0123456789abcdef"}
	}
	s := flows.Session{}
	for _, i := range []flows.Input{in("1", "/start toy"), in("2", "satu"), in("3", "dua"), in("2", "satu"), in("1", "/start toy"), in("3", "dua"), in("4", "tiga"), in("2", "satu")} {
		s, _ = r.Advance(s, i)
	}
	for step, want := range map[flows.StepID]string{"a": "satu", "b": "dua", "c": "tiga"} {
		if got := s.Answers[step].Text; got != want {
			t.Errorf("%s: got %q, want %q", step, got, want)
		}
	}
	for i := range 200 {
		s, _ = r.Advance(s, in(fmt.Sprint("x", i), "?"))
	}
	if len(s.Seen) > 64 || !s.HasSeen("x190") {
		t.Errorf("remembers %d inputs", len(s.Seen))
	}
}

func TestTicket(t *testing.T) {
	seen := map[string]bool{}
	for i := range 2000 {
		id := flows.ReportID(fmt.Sprintf("%016x%016x", uint64(i+1)*0x9e3779b97f4a7c15, i))
		k := id.Ticket()
		if len(k) != 13 || strings.ContainsAny(k, "ILOU") || seen[k] {
			t.Fatalf("%s: bad ticket %q", id, k)
		}
		seen[k] = true
		if strings.Contains(string(id), strings.ToLower(strings.ReplaceAll(k, "-", ""))) {
			t.Fatalf("%s shows in %q", id, k)
		}
	}
	if flows.ReportID("nonsense").Ticket() != "" {
		t.Error("a ticket out of nothing")
	}
}

func TestDraw(t *testing.T) {
	for _, f := range flows.All {
		var b strings.Builder
		if err := f.Draw(&b, func(k string) string { return k }); err != nil {
			t.Fatal(err)
		}
		for _, st := range f.Steps {
			if strings.Count(b.String(), "s_"+string(st.ID)) < 2 {
				t.Errorf("%s: %s is not connected", f.ID, st.ID)
			}
		}
	}
}

// FuzzAdvance throws anything at a session; it must stay one that can be
// stored, shown and gone on with.
func FuzzAdvance(f *testing.F) {
	f.Add("/start citizen\nsetuju\ntanpa nama\nBekasi\n\x00\n/kembali\nubah\n3", byte(0))
	f.Add("/lapor\n2\naman\nsetuju\n/lewati\nselesai\nkirim", byte(7))
	l := words(f)
	r := flows.Rules{Flows: flows.All, Words: l}
	f.Fuzz(func(t *testing.T, said string, mode byte) {
		var s flows.Session
		for i, line := range strings.Split(said, "\n") {
			if i > 60 {
				return
			}
			in := flows.Input{ID: fmt.Sprint(i), Text: line, New: "0123456789abcdef0123456789abcdef"}
			switch (int(mode) + i) % 7 {
			case 1:
				p := strings.SplitN(line, ".", 3)
				for len(p) < 3 {
					p = append(p, "")
				}
				in.Press = &flows.Press{Tag: p[0], Step: flows.StepID(p[1]), Code: flows.Code(p[2])}
			case 2:
				if v := r.View(s); len(v.Choices) > 0 {
					o := v.Choices[len(line)%len(v.Choices)]
					in.Press = &flows.Press{Tag: v.Tag, Step: o.Step, Code: o.Code}
				}
			case 3:
				in.File = &flows.File{Digest: line, Type: "audio/ogg"}
			}
			s, _ = r.Advance(s, in)
			raw, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			s = flows.Session{}
			if err := json.Unmarshal(raw, &s); err != nil {
				t.Fatal(err)
			}
			v := r.View(s)
			for _, p := range append(v.Notices, v.Body...) {
				if strings.Contains(l.Render(s.Lang, p, nil), "<no value>") {
					t.Fatalf("a placeholder is empty in %v", p)
				}
			}
		}
	})
}

// TestDoubleTap: a second press of the button that ended a report does not
// take away what the reporter was told then.
func TestDoubleTap(t *testing.T) {
	r := flows.Rules{Words: words(t), Flows: flows.All}
	for name, last := range map[string]flows.Press{
		"decline": {Step: "consent", Code: flows.Decline},
		"stop":    {Step: "unsafe", Code: "stop"},
	} {
		s := talk(r, flows.Session{}, "/start pressure", "tidak aman")
		if name == "decline" {
			s = talk(r, flows.Session{}, "/start citizen")
		}
		last.Tag = r.View(s).Tag
		s, _ = r.Advance(s, flows.Input{ID: "x1", Press: &last})
		once, _ := json.Marshal(r.View(s))
		s, effects := r.Advance(s, flows.Input{ID: "x2", Press: &last})
		if twice, _ := json.Marshal(r.View(s)); string(once) != string(twice) || len(effects) > 0 {
			t.Errorf("%s: %s, then %s", name, once, twice)
		}
	}
	toyFlow := toy(flows.Step{ID: "a", Kind: flows.Text{Min: 1, Max: 9}}, flows.Step{ID: "review", Kind: flows.Review{}})
	r.Flows = []flows.Flow{toyFlow}
	s := talk(r, flows.Session{}, "/start toy", "satu")
	send := flows.Press{Tag: r.View(s).Tag, Step: "review", Code: flows.Send}
	s, first := r.Advance(s, flows.Input{ID: "y1", Press: &send, At: flowtest.Began})
	once := r.View(s)
	s, second := r.Advance(s, flows.Input{ID: "y2", Press: &send})
	if len(first) != 1 || len(second) != 0 || len(r.View(s).Notices) != len(once.Notices) || r.View(s).Notices[0].Key != "toy.sent" {
		t.Errorf("sent twice: %v, then %v", once, r.View(s))
	}
}
