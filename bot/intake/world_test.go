package intake_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
)

// A world has 40 intakes, and cases whose truth is known because they were made
// from it: the routes see only what was written.
var regencies = []region.Code{"61.11", "61.71", "32.16", "32.75"}

func world() intake.Routes {
	var rs intake.Routes
	add := func(body string, sees intake.Sight, where ...string) {
		rs = append(rs, intake.Route{
			Name: fmt.Sprintf("%s-%d", body, len(rs)), Address: fmt.Sprintf("telegram:-%d", 1000+len(rs)), Body: body, Regions: where, Sees: sees,
		})
	}
	add("bawaslu", intake.Full)
	add("bkn", intake.Full)
	for _, p := range []string{"61", "32"} {
		add("bawaslu", intake.Full, p)
		add("bkn", intake.Full, p)
		add("bkd", intake.Full, p)
		add("inspektorat", intake.Full, p)
		add("dprd", intake.Count, p)
	}
	for _, c := range regencies {
		add("bawaslu", intake.Full, string(c))
		add("bkd", intake.Full, string(c))
		add("inspektorat", intake.Summary, string(c))
		add("dprd", intake.Count, string(c))
		for _, d := range c.Parts()[:2] {
			add("panwascam", intake.Full, string(d))
		}
	}
	add("bkd", intake.Count)
	add("inspektorat", intake.Count, "61", "32.16")
	add("dprd", intake.Count)
	add("bawaslu", intake.Count, "32.75")
	return rs
}

// truth is what a case is about.
type truth struct {
	place    region.Code
	flow     flows.Flow
	who      string          // who is reported: regency, senior, head, province, non_asn, village, army, organiser, other
	names    map[string]bool // bodies that are named
	ticked   []flows.Code
	provBaws bool // it is the province's Bawaslu that is named
	province bool // who is reported works for the province
}

func one(r *rand.Rand) (truth, flows.Finished) {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	c := regencies[r.IntN(len(regencies))]
	d := c.Parts()[:3]
	x := truth{place: d[r.IntN(len(d))], flow: flows.Citizen, names: map[string]bool{}}
	a := map[flows.StepID]flows.Answer{}
	say := func(id flows.StepID, text string) { a[id] = flows.Answer{Text: text} }
	code := func(id flows.StepID, codes ...flows.Code) { a[id] = flows.Answer{Codes: codes} }
	office := pick("Guru, SDN 1 Contoh", "Staf Dinas Perikanan", "Camat Contoh", "Perawat, Puskesmas Contoh")
	story := pick("Membagikan kaos bergambar calon di balai.", "Unggah foto salam jari di status.", "Mengajak warga memilih nomor 9 saat apel.")
	named := func(body, words string) {
		x.names[body] = true
		if r.IntN(2) == 0 {
			office = words
		} else {
			story += " Ini dilakukan di " + words + " pada jam kerja."
		}
	}
	switch r.IntN(8) {
	case 0:
		named("bkd", pick("BKD", "BKPSDM Kabupaten", "Badan Kepegawaian Daerah", "kantor bkpsdm"))
	case 1:
		named("inspektorat", pick("Inspektorat", "INSPEKTORAT Kab. Contoh", "kantor inspektorat"))
	case 2:
		named("bawaslu", pick("Bawaslu", "Sekretariat Bawaslu Kabupaten"))
	case 3:
		named("panwascam", pick("Panwascam", "Panwaslu Kecamatan Contoh"))
	case 4:
		named("bkn", pick("BKN", "Kanreg BKN"))
	case 5:
		named("bawaslu", "Bawaslu Provinsi")
		x.provBaws = true
	case 6:
		named("dprd", pick("Setwan", "Sekretariat DPRD", "kantor DPRD"))
	}
	if r.IntN(3) == 0 {
		x.flow, x.place = flows.Pressure, c
		x.who = pick("head", "other")
		code("presser", map[string]flows.Code{"head": "kepala_daerah", "other": "atasan"}[x.who])
		if len(x.names) > 0 { // this flow asks no office
			story += " Disuruh oleh " + office + "."
		}
		if r.IntN(5) == 0 {
			x.who = "head"
			say("presser_name", pick("Pak Bupati Contoh", "Sekda Contoh", "Wali Kota Contoh"))
		}
		x.ticked = [][]flows.Code{{"bawaslu", "bkn"}, {"bawaslu"}, {"bkn"}, {"bawaslu", "bkn", "inspektorat", "bkd"}, {"bkd"}}[r.IntN(5)]
		code("bodies", x.ticked...)
	} else {
		x.who = pick("regency", "senior", "head", "province", "non_asn", "village", "army", "organiser", "other")
		status := map[string]flows.Code{
			"regency": "pns", "senior": "pns", "head": "kepala_daerah", "province": "pppk", "non_asn": "honorer",
			"village": "kades", "army": "tni_polri", "organiser": "petugas_pemilu", "other": "unknown",
		}[x.who]
		code("status", status)
		say("name", "Warga Rekaan")
		switch x.who {
		case "senior":
			office = pick("Kepala Dinas Perikanan", "Kadis Pertanian", "Kaban Contoh") + ", " + office
		case "province":
			office = pick("Guru SMAN 1 Contoh", "Staf Kemenag", "Dinas Sosial Provinsi") + ", " + office
		}
		if r.IntN(12) == 0 {
			x.who = "sekda"
			code("status", "pns")
			office = "Sekda, " + office
		}
		if strings.Contains(office, "Provinsi") && slices.Contains([]string{"regency", "senior", "sekda"}, x.who) {
			x.province = true
		}
		say("office", office)
	}
	say("story", story)
	a["region"] = flows.Answer{Codes: []flows.Code{flows.Code(strings.ReplaceAll(string(x.place), ".", "-"))}}
	return x, flows.Finished{Flow: x.flow.ID, Answers: a}
}

// forbidden says why an intake must not have a case, by the rules as they are
// written in the project's page on the law, 1.7, and in no other words than
// those of the truth.
func forbidden(r intake.Route, x truth) string {
	level := region.None
	if len(r.Regions) > 0 {
		level = region.Code(r.Regions[0]).Level()
	}
	inside := len(r.Regions) == 0 || slices.ContainsFunc(r.Regions, func(c string) bool { return x.place.Within(region.Code(c)) })
	internal := r.Body == "bkd" || r.Body == "inspektorat"
	switch {
	case r.Sees == intake.Count:
		return "a watcher counts only"
	case !inside:
		return "it is elsewhere"
	case r.Body != "bawaslu" && x.names[r.Body]:
		return "it is named"
	case r.Body == "panwascam" && (x.names["bawaslu"] || x.who == "organiser"):
		return "its own house is named"
	case r.Body == "bawaslu" && x.names["bawaslu"] && (level == region.Regency || level == region.Province && x.provBaws):
		return "it is named"
	case internal && (x.who == "head" || x.who == "sekda"):
		return "it answers to who is reported"
	case x.flow.ID == "pressure" && r.Body == "panwascam":
		return "pressure is not for districts"
	case x.flow.ID == "pressure" && !slices.Contains(x.ticked, flows.Code(r.Body)):
		return "the reporter did not tick it"
	case x.flow.ID == "pressure":
		return ""
	case internal && level == region.Province && x.who != "province" && !x.province:
		return "a province has no say over a regency's staff"
	case (internal || r.Body == "panwascam") && level != region.Province && (x.who == "province" || x.province):
		return "a regency has no say over a province's staff"
	case r.Body == "bkd" && slices.Contains([]string{"village", "army", "organiser", "other"}, x.who):
		return "not in the matrix"
	case r.Body == "bkd" && x.who == "senior" && !x.province:
		return "not in the matrix"
	case r.Body == "inspektorat" && slices.Contains([]string{"army", "organiser", "other"}, x.who):
		return "not in the matrix"
	case r.Body == "bkn" && slices.Contains([]string{"non_asn", "village", "army", "organiser", "other", "head"}, x.who):
		return "not in the matrix"
	case r.Body == "panwascam" && slices.Contains([]string{"senior", "sekda", "head", "army"}, x.who):
		return "not in the matrix"
	}
	return ""
}

func TestNoIntakeGetsWhatItMayNot(t *testing.T) {
	rs := world()
	if len(rs) != 40 {
		t.Fatalf("%d intakes", len(rs))
	}
	l, err := locales.New(map[string]string{"operator": "x", "contact": "x", "recipients": "x", "retention": "1", "draft": "24"})
	if err != nil {
		t.Fatal(err)
	}
	cards := intake.Cards{Rules: flows.Rules{Flows: flows.All, Words: l}, Words: l, Lang: "id"}
	counted := 0
	r := rand.New(rand.NewPCG(7, 11))
	refused, given := map[string]int{}, map[string]int{}
	for n := range 2000 {
		x, rep := one(r)
		got := rs.For(x.flow, rep)
		for _, in := range rs {
			why := forbidden(in, x)
			if why != "" {
				refused[why]++
			}
			if why != "" && slices.Contains(got, in.Name) {
				t.Fatalf("case %d (%s of %s, naming %v) went to %s %v: %s\n%q", n, x.who, x.place, x.names, in.Name, in.Regions, why, rep.Answers["office"].Text)
			}
			if rs.Counts(in.Name, x.flow, rep) {
				counted++
				if !countable(in, x) {
					t.Fatalf("case %d (%s, naming %v) is counted by %s", n, x.who, x.names, in.Name)
				}
			}
			if card := cards.Card(store.Case{Report: rep}, in).Text(); in.Sees == intake.Summary {
				for id, a := range rep.Answers {
					if a.Text != "" && strings.Contains(card, a.Text) {
						t.Fatalf("a summary shows %s:\n%s", id, card)
					}
				}
			}
			if slices.Contains(got, in.Name) {
				given[in.Body]++
				if !rs.May(in.Name, x.flow, rep) {
					t.Fatalf("case %d went to %s, which may not have it", n, in.Name)
				}
			}
		}
		supervised := slices.ContainsFunc(got, func(name string) bool {
			in, _ := rs.Named(name)
			return in.Body == "bawaslu" || in.Body == "bkn"
		})
		ticked := x.ticked == nil || slices.Contains(x.ticked, "bawaslu") || slices.Contains(x.ticked, "bkn") && !x.names["bkn"]
		if !supervised && ticked {
			t.Fatalf("case %d (%s of %s, naming %v) reached no supervisor: %v", n, x.who, x.place, x.names, got)
		}
	}
	for _, why := range []string{"a watcher counts only", "it is named", "it answers to who is reported", "the reporter did not tick it", "its own house is named"} {
		if refused[why] == 0 {
			t.Errorf("the world never tried %q", why)
		}
	}
	for _, body := range []string{"bawaslu", "panwascam", "bkn", "bkd", "inspektorat"} {
		if given[body] == 0 {
			t.Errorf("%s never got anything", body)
		}
	}
	if counted == 0 {
		t.Error("nobody counted anything")
	}
	t.Logf("refused %v, given %v", refused, given)
}
