package election_test

import (
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/election"
	"github.com/netralitas/netra/flows/region"
)

var calendar = election.Calendar{
	{ID: "pilkada-contoh", Type: "pilkada", Name: "Pilkada Contoh", Regions: []region.Code{"61"}, Stages: []election.Stage{
		{Name: "pencalonan", From: "2031-06-01", To: "2031-09-21"},
		{Name: "penetapan", From: "2031-09-22", To: "2031-09-22", Determining: true},
		{Name: "penetapan", From: "2031-09-25", To: "2031-09-25", Determining: true, Regions: []region.Code{"61.11"}},
		{Name: "kampanye", From: "2031-09-26", To: "2031-11-22"},
		{Name: "masa tenang", From: "2031-11-23", To: "2031-11-25"},
		{Name: "pemungutan suara", From: "2031-11-26", To: "2031-11-26"},
	}},
	{ID: "pemilu-contoh", Type: "pemilu", Name: "Pemilu Contoh", Stages: []election.Stage{{Name: "kampanye", From: "2031-11-01", To: "2032-02-10"}}},
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestOn(t *testing.T) {
	if err := calendar.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		place region.Code
		day   string
		want  string // election, stage, when
	}{
		{"61.02", "2031-05-31", "none"}, {"61.02", "2031-06-01", "pilkada-contoh pencalonan before"}, {"61.02", "2031-09-21", "pilkada-contoh pencalonan before"},
		{"61.02", "2031-09-22", "pilkada-contoh penetapan after"}, {"61.02", "2031-09-24", "pilkada-contoh  after"},
		{"61.11.01", "2031-09-24", "pilkada-contoh  before"}, {"61.11.01", "2031-09-25", "pilkada-contoh penetapan after"}, {"61.11", "2031-09-22", "pilkada-contoh  before"},
		{"61", "2031-11-25", "pilkada-contoh masa tenang after"}, {"61", "2031-11-26", "pilkada-contoh pemungutan suara after"}, {"61", "2031-11-27", "pemilu-contoh kampanye "},
		{"32.16", "2031-09-22", "none"}, {"32.16", "2031-11-01", "pemilu-contoh kampanye "}, {"", "2031-11-01", "pemilu-contoh kampanye "},
	} {
		got := "none"
		if f, ok := calendar.On(c.place, day(c.day)); ok {
			got = f.Election.ID + " " + f.Stage.Name + " " + string(f.When)
		}
		if got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.place, c.day, got, c.want)
		}
	}
	if _, ok := election.Calendar(nil).On("61", day("2031-11-01")); ok {
		t.Error("an election without a calendar")
	}
}

func TestMistakes(t *testing.T) {
	err := election.Calendar{
		{}, {ID: "a", Type: "pilkades", Name: "A", Regions: []region.Code{"99"}, Stages: []election.Stage{
			{Name: "x", From: "2031-1-1", To: "2031-02-01"}, {Name: "y", From: "2031-02-02", To: "2031-02-01"}, {From: "2031-02-02", To: "2031-02-03"},
			{Name: "p", From: "2031-02-02", To: "2031-02-03", Determining: true}, {Name: "q", From: "2031-02-02", To: "2031-02-03", Determining: true, Regions: []region.Code{"1"}},
			{Name: "r", From: "2031-02-02", To: "2031-02-03", Determining: true}}},
		{ID: "a", Type: "pemilu", Name: "B", Stages: []election.Stage{{Name: "x", From: "2031-01-01", To: "2031-01-01"}}},
	}.Validate()
	for _, want := range []string{"an id of its own", "neither pilkada nor pemilu", "the name that", "no stages", `"99"`, "like 2031-09-22", "ends before", "no name", "mark one stage", `"1" is no code`, `election 3 ("a")`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}

func TestCatalogue(t *testing.T) {
	c := election.Current
	ids := map[string]bool{}
	for _, r := range c.Rows {
		if ids[r.ID] || r.ID == "" || r.Text == "" || r.Level == "" || r.Basis == "" || r.Stage != "any" && r.Stage != election.Before && r.Stage != election.After {
			t.Errorf("%+v", r)
		}
		ids[r.ID] = true
	}
	if _, err := time.Parse(time.DateOnly, c.ValidFrom); err != nil || c.Version == "" || c.Source == "" {
		t.Errorf("%s %s %s", c.Version, c.ValidFrom, c.Source)
	}
	used := map[string]bool{}
	kind, _ := flows.Citizen.Step("kind")
	for _, code := range kind.Kind.Accepts().Codes {
		rows, ok := c.Kinds[string(code)]
		if !ok {
			t.Errorf("no rows for %s", code)
		}
		for _, id := range rows {
			used[id] = true
			if !ids[id] {
				t.Errorf("%s: there is no row %s", code, id)
			}
		}
	}
	for id := range ids {
		if !used[id] {
			t.Errorf("nothing suggests %s", id)
		}
	}
	suggested := func(kind string, w election.When) string {
		var out []string
		for _, r := range c.Suggest(kind, w) {
			out = append(out, r.ID)
		}
		return strings.Join(out, " ")
	}
	for _, x := range [][3]string{{"medsos", "before", "KE-2 KE-4"}, {"medsos", "after", "DS-2 DS-6"}, {"medsos", "", "KE-2 KE-4 DS-2 DS-6"}, {"tim", "before", "DS-9a"}, {"tim", "after", "DS-9b"},
		{"kampanye", "after", "KE-7 DS-4"}, {"fasilitas", "before", "PP-4"}, {"lain", "after", ""}, {"tidak ada", "", ""}} {
		if got := suggested(x[0], election.When(x[1])); got != x[2] {
			t.Errorf("%s %s: %q, want %q", x[0], x[1], got, x[2])
		}
	}
}

func TestDeadline(t *testing.T) {
	wit := region.Code("91").Zone()
	for known, want := range map[time.Time]string{
		time.Date(2031, 2, 25, 0, 0, 0, 0, region.Zone("WIB")):  "2031-03-04T16:00:00+07:00",
		time.Date(2032, 2, 25, 23, 0, 0, 0, region.Zone("WIB")): "2032-03-03T16:00:00+07:00",
		time.Date(2031, 12, 28, 0, 0, 0, 0, wit):                "2032-01-04T16:00:00+09:00",
	} {
		if got := election.Deadline(known).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", known, got, want)
		}
	}
}
