package flows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/flowtest"
)

// TestDailyLimits: after so many reports, or files, there is one sentence, and
// nothing of a report in progress is lost; the next day begins anew.
func TestDailyLimits(t *testing.T) {
	r := flows.Rules{Words: words(t), MostReports: 2, MostFiles: 3, Flows: []flows.Flow{toy(
		flows.Step{ID: "a", Kind: flows.Text{Min: 1, Max: 9}}, flows.Step{ID: "f", Kind: flows.Files{Max: 10}, Role: flows.RoleFiles, Skip: true}, flows.Step{ID: "review", Kind: flows.Review{}})}}
	n := 0
	var s flows.Session
	at := flowtest.Began
	say := func(in flows.Input) (notice string, effects []flows.Effect) {
		n++
		in.ID, in.At, in.New = fmt.Sprint(n), at, flows.ReportID(fmt.Sprintf("%032x", n))
		s, effects = r.Advance(s, in)
		if len(s.Notices) > 0 {
			notice = s.Notices[0].Key
		}
		return notice, effects
	}
	send := flows.Input{Press: &flows.Press{Step: "review", Code: flows.Send}}
	report := func() int {
		say(flows.Input{Command: flows.Start, Payload: "toy"})
		say(flows.Input{Text: "isi"})
		say(flows.Input{Command: flows.Skip})
		send.Press.Tag = r.View(s).Tag
		_, effects := say(send)
		return len(effects)
	}
	for range 2 {
		if report() != 1 {
			t.Fatal("two reports a day are allowed")
		}
	}
	if notice, _ := say(flows.Input{Command: flows.Start, Payload: "toy"}); notice != "error.many_reports" || s.Asking() {
		t.Errorf("a third: %s", notice)
	}
	say(flows.Input{Command: flows.Delete}) // the count is not of the draft
	if notice, _ := say(flows.Input{Command: flows.Start, Payload: "toy"}); notice != "error.many_reports" {
		t.Errorf("after /hapus: %s", notice)
	}
	at = at.Add(24 * time.Hour)
	say(flows.Input{Command: flows.Start, Payload: "toy"})
	say(flows.Input{Text: "isi"})
	for i := range 5 {
		file := &flows.File{}
		if _, ok := r.Keeps(s, at, "x"); ok {
			file.Digest = fmt.Sprint(i)
		}
		notice, _ := say(flows.Input{File: file})
		if (notice == "error.many_files") != (i >= 3) {
			t.Errorf("file %d: %s", i, notice)
		}
	}
	if got := s.Files(); got != 3 {
		t.Errorf("%d files are kept", got)
	}
}
