package flows

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRisks: what is found in a story, what is left of it, and what is no clue.
func TestRisks(t *testing.T) {
	for _, c := range []struct {
		story, hidden string
		found         []string // beside the regency
	}{
		{"Pada tanggal 12 Juli 2026 Pak Contoh memanggil saya di SDN 3 Contoh.", "Pada […] memanggil saya di […].", []string{"risk.date", "risk.office", "risk.name"}},
		{"Tgl 5 bu Contoh Kepala meminta iuran di Puskesmas Contoh Jaya", "[…] meminta iuran di […]", []string{"risk.date", "risk.office", "risk.name"}},
		{"Hubungi 0812-0000-0000 untuk daftar.", "Hubungi […] untuk daftar.", []string{"risk.number"}},
		{"NIP saya 19800101 200001 1 001 diminta", "NIP saya […] diminta", []string{"risk.number"}},
		{"SK nomor 821.2/123/BKD/2026 sudah keluar", "SK nomor […] sudah keluar", []string{"risk.number"}},
		{"di kantor itu kami diminta memilih", "di kantor itu kami diminta memilih", nil},
		{"ibu-ibu dan bapak-bapak diminta hadir jam 9, 20 orang datang", "ibu-ibu dan bapak-bapak diminta hadir jam 9, 20 orang datang", nil},
		{"Kepala dinas mengancam mutasi pada 3 Agustus", "Kepala dinas mengancam mutasi pada […]", []string{"risk.date"}},
		{"Dinas Contoh Pendidikan memanggil pada 12/7", "[…] memanggil pada […]", []string{"risk.date", "risk.office"}},
	} {
		var found []string
		for _, k := range clues {
			if k.find.MatchString(c.story) {
				found = append(found, k.key)
			}
		}
		if !slices.Equal(found, c.found) {
			t.Errorf("%q: found %v, want %v", c.story, found, c.found)
		}
		if got := hide(c.story); got != c.hidden {
			t.Errorf("%q:\n got  %q\n want %q", c.story, got, c.hidden)
		}
		answers := map[StepID]Answer{"region": {Codes: []Code{"61-11"}}, "story": {Text: c.story}}
		named := slices.Contains(c.found, "risk.number") || len(c.found) >= 2
		if got := Pressure.risks(answers); (len(got) > 0) != named {
			t.Errorf("%q: says %v", c.story, got)
		}
		if Citizen.risks(answers) != nil {
			t.Errorf("%q: a citizen's report is not coarse", c.story)
		}
		s := Rules{Flows: All}.blur(Session{Flow: Pressure.ID, Answers: answers}, Pressure)
		if left := Pressure.risks(s.Answers); left != nil {
			t.Errorf("%q: after blurring still %v", c.story, left)
		}
		if named && (s.Answers["region"].Place() != "61" || strings.Contains(s.Answers["story"].Text, "Contoh")) {
			t.Errorf("%q: blurred to %+v", c.story, s.Answers)
		}
	}
}

// TestPreviewIsTheCard: what the reporter reads at the review is what supervisors
// read, but for the day on which it is sent.
func TestPreviewIsTheCard(t *testing.T) {
	for _, f := range All {
		s := Session{Flow: f.ID, Report: "0123456789abcdef0123456789abcdef", Answers: map[StepID]Answer{
			"consent": {Codes: []Code{Agree}}, "mode": {Codes: []Code{"anonymous"}}, "region": {Codes: []Code{"61-11"}},
			"place": {Text: "Aula"}, "status": {Codes: []Code{"pns"}}, "name": {Text: "Contoh"}, "office": {Text: "Guru"},
			"kind": {Codes: []Code{"kampanye"}}, "date": {Text: "2026-07-19 sore WIB", Codes: []Code{Yesterday}},
			"safe": {Codes: []Code{"safe"}}, "presser": {Codes: []Code{"atasan"}}, "when": {Codes: []Code{"bulan"}},
			"story": {Text: "Kami diminta memilih satu calon di aula itu."}, "bodies": {Codes: []Code{"bkn"}},
			"evidence": {Files: []File{{Digest: "a", Clean: true}}, Notes: []Note{{Text: "foto aula"}}}, "follow_up": {Codes: []Code{"no"}},
			"witnesses": {Text: "Saksi"}, "favoured": {Text: "Calon"},
		}}
		r := Rules{Flows: All}
		v := View{}
		r.review(&v, s, f)
		var seen, card []string
		said := func(p Phrase) string {
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		for _, p := range v.Body {
			for _, line := range p.Items {
				if p.Key == "review.list" {
					seen = append(seen, said(line))
				}
			}
		}
		for _, part := range r.Card(f.finished(s, time.Date(2026, 7, 20, 0, 0, 0, 0, wib))) {
			for _, line := range part {
				if !strings.Contains(said(line), "card.sent") {
					card = append(card, said(line))
				}
			}
		}
		if !slices.Equal(seen, card) || len(card) < 8 {
			t.Errorf("%s: the reporter reads\n%s\nsupervisors read\n%s", f.ID, strings.Join(seen, "\n"), strings.Join(card, "\n"))
		}
	}
}
