package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/flows/election"
)

// whole is a citizen's report with everything.
func whole() map[StepID]Answer {
	return map[StepID]Answer{
		"mode": {Codes: []Code{"named"}}, "region": {Codes: []Code{"61-11-03"}}, "place": {Text: "Lapangan"}, "status": {Codes: []Code{"pns"}},
		"name": {Text: "Contoh"}, "kind": {Codes: []Code{"medsos"}}, "date": {Text: "2031-09-22 sore WIB", Codes: []Code{Older}},
		"known": {Text: "2031-09-23 WIB", Codes: []Code{Older}}, "story": {Text: "Cerita"}, "evidence": {Files: []File{{Digest: "a"}}}, "voter": {Codes: []Code{"yes"}},
	}
}

func TestMeter(t *testing.T) {
	sent := time.Date(2031, 9, 24, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		change  map[StepID]Answer
		sent    time.Time
		want    Meter
		missing string
	}{
		{"everything", nil, sent, Meter{Formal: 4, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Registrable}, ""},
		{"no evidence", map[StepID]Answer{"evidence": {Skipped: true}}, sent, Meter{Formal: 4, FormalOf: 4, Material: 3, MaterialOf: 4, Verdict: Completable}, "evidence"},
		{"a link is evidence", map[StepID]Answer{"evidence": {Text: "https://contoh.example"}}, sent, Meter{Formal: 4, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Registrable}, ""},
		{"place not known", map[StepID]Answer{"place": {Codes: []Code{"unknown"}}}, sent, Meter{Formal: 4, FormalOf: 4, Material: 3, MaterialOf: 4, Verdict: Completable}, "place"},
		{"traits instead of a name", map[StepID]Answer{"name": {Codes: []Code{"unknown"}}, "traits": {Text: "Bertopi"}}, sent, Meter{Formal: 4, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Registrable}, ""},
		{"neither name nor traits", map[StepID]Answer{"name": {Codes: []Code{"unknown"}}, "traits": {Codes: []Code{"unknown"}}}, sent, Meter{Formal: 3, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Completable}, "name"},
		{"anonymous", map[StepID]Answer{"mode": {Codes: []Code{"anonymous"}}}, sent, Meter{Formal: 2, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Tip}, ""},
		{"no voter", map[StepID]Answer{"voter": {Codes: []Code{"no"}}}, sent, Meter{Formal: 4, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: NoVoter}, ""},
		{"on the last hour", nil, time.Date(2031, 9, 30, 9, 0, 0, 0, time.UTC), Meter{Formal: 4, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: Registrable}, ""},
		{"after it", nil, time.Date(2031, 9, 30, 9, 0, 1, 0, time.UTC), Meter{Formal: 3, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: TooLate}, ""},
		{"late when it was said", map[StepID]Answer{"known": {Text: "2031-09-23 WIB", Codes: []Code{Older, Late}}}, time.Time{}, Meter{Formal: 3, FormalOf: 4, Material: 4, MaterialOf: 4, Verdict: TooLate}, ""},
	} {
		rep := Finished{Flow: Citizen.ID, Sent: c.sent, Answers: whole()}
		for id, a := range c.change {
			rep.Answers[id] = a
		}
		got := Citizen.Meter(rep)
		var missing []string
		for _, id := range got.Missing {
			missing = append(missing, string(id))
		}
		if strings.Join(missing, " ") != c.missing || got.Until.Format(time.RFC3339) != "2031-09-30T16:00:00+07:00" {
			t.Errorf("%s: misses %v, until %s", c.name, missing, got.Until)
		}
		got.Missing, got.Until = nil, time.Time{}
		if got.Verdict != c.want.Verdict || got.Formal != c.want.Formal || got.FormalOf != c.want.FormalOf || got.Material != c.want.Material || got.MaterialOf != c.want.MaterialOf {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	// Who was not asked learned of it on the day itself.
	rep := Finished{Flow: Citizen.ID, Sent: sent, Answers: whole()}
	delete(rep.Answers, "known")
	if got := Citizen.Meter(rep).Until.Format(time.DateOnly); got != "2031-09-29" {
		t.Errorf("until %s", got)
	}
	// An answer from before there were stamps has no deadline.
	rep.Answers["date"] = Answer{Text: "kemarin dulu"}
	if m := Citizen.Meter(rep); !m.Until.IsZero() || m.Verdict != Registrable {
		t.Errorf("%+v", m)
	}
	got := Pressure.Meter(Finished{Flow: Pressure.ID, Answers: map[StepID]Answer{"region": {Codes: []Code{"61"}}, "story": {Text: "Cerita"}, "when": {Codes: []Code{"bulan"}}}})
	if got.FormalOf != 0 || got.Material != 3 || got.MaterialOf != 4 || got.Verdict != Tip || !slices.Equal(got.Missing, []StepID{"evidence"}) {
		t.Errorf("pressure: %+v", got)
	}
}

// TestStageOnTheCard: the day of the event, at its place, decides what is
// suggested.
func TestStageOnTheCard(t *testing.T) {
	calendar := election.Calendar{{ID: "p", Type: "pilkada", Name: "Pilkada Contoh", Regions: nil, Stages: []election.Stage{
		{Name: "pencalonan", From: "2031-06-01", To: "2031-09-21"}, {Name: "penetapan", From: "2031-09-22", To: "2031-09-22", Determining: true}}}}
	card := func(c election.Calendar, f Flow, day string) string {
		rep := Finished{Flow: f.ID, Answers: whole()}
		rep.Answers["date"] = Answer{Text: day, Codes: []Code{Older}}
		var lines []string
		for _, p := range (Rules{Flows: All, Elections: c}).legal(f, rep) {
			rows := ""
			for _, r := range p.Args["rows"].Items {
				rows += " " + r.Text
			}
			lines = append(lines, p.Key+rows)
		}
		return strings.Join(lines, "; ")
	}
	for _, c := range []struct {
		calendar election.Calendar
		flow     Flow
		day      string
		want     string
	}{
		{nil, Citizen, "2031-09-22 WIB", "card.no_election"},
		{calendar, Citizen, "2031-09-21 WIB", "card.row; card.rows_verify KE-2 KE-4"},
		{calendar, Citizen, "2031-09-22 WIB", "card.row; card.rows_verify DS-2 DS-6"},
		{calendar, Citizen, "2031-09-23 WIB", "card.outside"},
		{calendar, Citizen, "kemarin dulu", ""},
		{calendar, Pressure, "2031-09-22 WIB", ""},
	} {
		if got := card(c.calendar, c.flow, c.day); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.flow.ID, c.day, got, c.want)
		}
	}
}
