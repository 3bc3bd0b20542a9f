package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// Epoch is the time at which the suites' stories begin.
var Epoch = time.Date(2027, time.February, 3, 4, 5, 0, 0, time.UTC)

// Planted are the words that stand in every sample session, case and message.
// None of them may be found in what a backend wrote: see [Canaries].
var Planted = []string{
	"kenari-nama-pelapor", "kenari-nama-terlapor", "kenari-cerita-laporan",
	"kenari-alamat-08990001", "kenari-kanal-balik", "kenari-tujuan-bawaslu",
	"kenari-kartu-4711", "kenari-pesan-9001", "kenari-tombol-812", "kenari-jenis/berkas",
}

// Address is the planted way back to a reporter. Its hash may be stored, the
// address may not.
const Address = "kenari-alamat-08990001"

// Intake is the planted destination of the sample cases.
const Intake = "kenari-tujuan-bawaslu"

// ID is the n-th sample report's identifier.
func ID(n int) flows.ReportID { return flows.ReportID(digest("report", n)[:32]) }

// Who is the n-th sample reporter.
func Who(n int) store.Reporter { return store.Reporter(digest("reporter", n)[:32]) }

// File is the n-th sample piece of evidence.
func File(n int) flows.File {
	return flows.File{Digest: digest("file", n), Type: "kenari-jenis/berkas", Size: int64(1000 + n), Clean: n%2 == 0}
}

// Given is the n-th sample piece of evidence, given after the report was sent.
func Given(n int) store.Event {
	f := File(n)
	return store.Event{ID: f.Digest, Kind: store.GaveEvidence, At: now, File: &f}
}

func digest(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return hex.EncodeToString(sum[:])
}

// Session is a sample report in progress, as large as one usually gets.
func Session(n int) flows.Session {
	return flows.Session{
		Lang: "id", Flow: "citizen", Report: ID(n), At: "story",
		Answers: answers(n),
		Notices: []flows.Phrase{{Key: "evidence.kept"}},
		Seen:    []uint64{1, 1 << 40, 1<<64 - 1, uint64(n)},
	}
}

func answers(n int) map[flows.StepID]flows.Answer {
	return map[flows.StepID]flows.Answer{
		"consent": {Codes: []flows.Code{"yes"}, Text: "v1", At: Epoch},
		"region":  {Text: "Kabupaten Contoh"},
		"person":  {Text: "kenari-nama-terlapor"},
		"name":    {Text: "kenari-nama-pelapor"},
		"kind":    {Codes: []flows.Code{"campaign", "facilities"}},
		"when":    {Text: "kemarin sore"},
		"story":   {Text: "kenari-cerita-laporan: kendaraan dinas dipakai mengantar alat peraga ke lapangan desa."},
		"files":   {Files: []flows.File{File(1000 + n), File(2000 + n)}},
		"follow":  {Skipped: true},
	}
}

// Case is a sample case that goes to the intakes, or to [Intake] when none are
// named. It was opened n minutes after [Epoch].
func Case(n int, intakes ...string) store.Case {
	if len(intakes) == 0 {
		intakes = []string{Intake}
	}
	at := Epoch.Add(time.Duration(n) * time.Minute)
	return store.Case{
		Report:  flows.Finished{ID: ID(n), Flow: "citizen", Lang: "id", Sent: at, Answers: answers(n)},
		Consent: store.Consent{Lang: "id", Version: "a1b2c3", At: Epoch, Channel: "telegram"},
		Return:  &store.Return{Channel: "kenari-kanal-balik", Address: Address, Lang: "id"},
		Intakes: intakes,
		Opened:  at,
	}
}

// Many opens the first n sample cases, many at a time.
func Many(t testing.TB, cases store.Cases, n int, intake string) {
	var all sync.WaitGroup
	next := make(chan int)
	for range 64 {
		all.Go(func() {
			for i := range next {
				if err := cases.Open(t.Context(), Case(i, intake)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// Message is the n-th sample message on a channel, about as large as a
// platform's update.
func Message(channel string, n int) store.Received {
	return store.Received{
		Channel: channel,
		ID:      fmt.Sprintf("kenari-pesan-9001-%d", n),
		Body: fmt.Appendf(nil, `{"update_id":%d,"message":{"from":{"first_name":"kenari-nama-pelapor"},`+
			`"chat":{"id":"kenari-alamat-08990001"},"text":"kenari-cerita-laporan %0500d"}}`, n, n),
	}
}
