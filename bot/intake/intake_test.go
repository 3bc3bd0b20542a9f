package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
)

var kinds = []string{"citizen", "pressure"}

func routes(t *testing.T, text string) (intake.Routes, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "routes.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return intake.ReadRoutes(path)
}

const some = `
[[intake]]
name = "bawaslu"
address = "telegram:-1001"
body = "bawaslu"

[[intake]]
name = "bkn"
address = "telegram:-1002"
body = "bkn"
kinds = ["pressure"]

[[intake]]
name = "inspektorat"
address = "telegram:-1003"
body = "inspektorat"

[[intake]]
name = "bawaslu-contoh"
address = "telegram:-1004"
body = "bawaslu"
regions = ["Kab. Contoh", "Kota Contoh", "61.11"]
`

func TestRoutes(t *testing.T) {
	rs, err := routes(t, some)
	if err != nil {
		t.Fatal(err)
	}
	if err := rs.Validate(kinds); err != nil {
		t.Fatal(err)
	}
	report := func(f flows.Flow, region string, bodies ...flows.Code) flows.Finished {
		a := map[flows.StepID]flows.Answer{"region": {Text: region}, "status": {Codes: []flows.Code{"pns"}}}
		if bodies != nil {
			a["bodies"] = flows.Answer{Codes: bodies}
		}
		return flows.Finished{Flow: f.ID, Answers: a}
	}
	in := func(place flows.Code) flows.Finished {
		return flows.Finished{Flow: flows.Citizen.ID, Answers: map[flows.StepID]flows.Answer{
			"region": {Codes: []flows.Code{place}}, "status": {Codes: []flows.Code{"pns"}}}}
	}
	for _, c := range []struct {
		name string
		flow flows.Flow
		rep  flows.Finished
		want string
	}{
		{"elsewhere", flows.Citizen, report(flows.Citizen, "Kabupaten Jauh"), "bawaslu inspektorat"},
		{"region", flows.Citizen, report(flows.Citizen, "Kecamatan Kenari, kota  contoh"), "inspektorat bawaslu-contoh"},
		{"a district of the region", flows.Citizen, in("61-11-01"), "inspektorat bawaslu-contoh"},
		{"its province only", flows.Citizen, in("61"), "bawaslu inspektorat"},
		{"part of a word is no region", flows.Citizen, report(flows.Citizen, "Kota Contohan"), "bawaslu inspektorat"},
		{"ticked bodies only", flows.Pressure, report(flows.Pressure, "Jauh", "bawaslu", "bkn"), "bawaslu bkn"},
		{"one body", flows.Pressure, report(flows.Pressure, "Jauh", "bkn"), "bkn"},
		{"a body without an intake", flows.Pressure, report(flows.Pressure, "Jauh", "bkd"), ""},
		{"ticked bodies in a region", flows.Pressure, report(flows.Pressure, "Kota Contoh", "bawaslu", "bkn"), "bkn bawaslu-contoh"},
	} {
		if got := strings.Join(rs.For(c.flow, c.rep), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := rs.Recipients(); got != "Bawaslu, BKN, Inspektorat" {
		t.Errorf("recipients %q", got)
	}
}

func TestRoutesRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"none", ``, "no intake"},
		{"twice", some + "[[intake]]\nname=\"bkn\"\naddress=\"telegram:-1\"", "stands twice"},
		{"address", "[[intake]]\nname=\"a\"\naddress=\"telegram:grup\"", "is not like telegram"},
		{"body", "[[intake]]\nname=\"a\"\naddress=\"telegram:-1\"\nbody=\"polisi\"", "is none of"},
		{"watchers", "[[intake]]\nname=\"a\"\naddress=\"telegram:-1\"\nbody=\"dprd\"", "counts only"},
		{"kind", "[[intake]]\nname=\"a\"\naddress=\"telegram:-1\"\nkinds=[\"x\"]", "kind \"x\""},
		{"nowhere to go", "[[intake]]\nname=\"a\"\naddress=\"telegram:-1\"\nregions=[\"x\"]", "nowhere to go"},
		{"unknown setting", "[[intake]]\nname=\"a\"\nwhere=\"telegram:-1\"", "unknown setting"},
		{"not TOML", "[[", "routes file"},
	} {
		rs, err := routes(t, c.text)
		if err == nil {
			err = rs.Validate(kinds)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCardShowsOnlyWhatMayBeSeen fills every step of both flows with a mark of
// its own, and finds on the card those that are shown and no others.
func TestCardShowsOnlyWhatMayBeSeen(t *testing.T) {
	l, err := locales.New(map[string]string{"operator": "x", "contact": "x", "recipients": "x", "retention": "1", "draft": "24"})
	if err != nil {
		t.Fatal(err)
	}
	cards := intake.Cards{Rules: flows.Rules{Flows: flows.All, Words: l}, Words: l, Lang: "id"}
	for _, f := range flows.All {
		rep := flows.Finished{ID: "0123456789abcdef0123456789abcdef", Flow: f.ID, Answers: map[flows.StepID]flows.Answer{}}
		for _, st := range f.Steps {
			rep.Answers[st.ID] = flows.Answer{Text: "tanda-" + string(st.ID) + "-<b>"}
		}
		card := cards.Card(store.Case{Report: rep}, intake.Route{}).Body
		for _, st := range f.Steps {
			mark := "tanda-" + string(st.ID) + "-&lt;b&gt;"
			special := st.Role == flows.RoleMode || st.Role == flows.RoleBodies // said in words of their own
			if shown := strings.Contains(card, mark); shown != (st.Share == flows.Shown) && !special {
				t.Errorf("%s.%s: shown %v on\n%s", f.ID, st.ID, shown, card)
			}
		}
		if strings.Contains(card, "-<b>") {
			t.Errorf("not escaped:\n%s", card)
		}
	}
}
