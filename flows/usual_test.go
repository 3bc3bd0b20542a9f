package flows_test

import (
	"fmt"
	"testing"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/flowtest"
)

// TestUsualReports holds the usual report of each flow to as few answers as
// people have patience for. Every message and every press counts, also what
// skips a question or says that it is all.
func TestUsualReports(t *testing.T) {
	r := flows.Rules{Flows: flows.All, Words: words(t)}
	photo := &flows.File{Digest: "sha256-satu", Type: "image/jpeg", Size: 1000, Clean: true}
	for _, c := range []struct {
		flow    flows.FlowID
		most    int
		answers []string // "@" is a photo
	}{
		{flows.Citizen.ID, 14, []string{"setuju", "tanpa nama", "Teluk Batang, Kayong Utara", "Lapangan desa", "pns/cpns", "Contoh Terlapor",
			"Kepala seksi, Kecamatan Contoh", "ikut kampanye", "kemarin sore", "Terlapor naik panggung dan mengajak warga memilih calon itu.", "@", "selesai", "ya", "kirim"}},
		{flows.Pressure.ID, 12, []string{"aman", "setuju", "Kayong Utara", "diancam mutasi", "selesai", "lewati", "lewati",
			"Dalam rapat kami diminta memilih satu calon dan diancam dipindah.", "lewati", "selesai", "tidak", "kirim"}},
	} {
		s, _ := r.Advance(flows.Session{}, flows.Input{ID: "start", Command: flows.Start, Payload: string(c.flow), New: "0123456789abcdef0123456789abcdef", At: flowtest.Began})
		var effects []flows.Effect
		for i, a := range c.answers {
			in := flows.Input{ID: fmt.Sprint(i), Text: a, At: flowtest.Began}
			if a == "@" {
				in.Text, in.File = "", photo
			}
			s, effects = r.Advance(s, in)
		}
		if len(effects) != 1 || len(c.answers) > c.most {
			t.Errorf("%s: %d answers end in %v, asked is %q", c.flow, len(c.answers), effects, open(r, s))
			continue
		}
		if rep, ok := effects[0].(flows.Submit); !ok {
			t.Errorf("%s: %d answers end in %v", c.flow, len(c.answers), effects)
		} else {
			t.Logf("%s: %d answers, %d steps answered", c.flow, len(c.answers), len(rep.Report.Answers))
		}
	}
}
