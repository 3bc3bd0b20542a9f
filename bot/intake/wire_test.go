package intake_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/rekap"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

// worldCase is a case of the world, and what is true of it.
type worldCase struct {
	truth
	store.Case
}

// TestNoIntakeHearsWhatItMayNot runs the world: 2,000 cases are brought to 40
// intakes, of which some are a URL; every group asks for its counts as text, chart
// and tables, for what is due, and by every verb for every case that it may not
// have. Afterwards everything that any of them got is read.
func TestNoIntakeHearsWhatItMayNot(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	p, s := bottest.NewTelegram(t), bottest.NewStack(t)
	now := time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC) // a Monday
	s.Clock = func() time.Time { return now }

	got := make([]*bytes.Buffer, 40) // what URLs were posted
	var posted sync.Mutex
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		i, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		posted.Lock()
		defer posted.Unlock()
		io.Copy(got[i], r.Body)
	}))
	defer srv.Close()
	rs := world()
	groups := make([]*telegramtest.Group, len(rs))
	officer := p.Server.NewUser("id")
	for i := range rs {
		if rs[i].Sees != intake.Count && i%5 == 4 {
			got[i] = &bytes.Buffer{}
			rs[i].Address, rs[i].Private = srv.URL+"/"+strconv.Itoa(i), true
			rs[i].Secret = "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))
			continue
		}
		groups[i] = p.Server.NewSupergroup(rs[i].Name)
		groups[i].SetMember(officer, "member")
		rs[i].Address = "telegram:" + strconv.FormatInt(groups[i].ID(), 10)
	}
	s.Routes = rs

	r := rand.New(rand.NewPCG(7, 26))
	cases := make([]worldCase, 2000)
	byTicket := map[string]int{}
	for n := range cases {
		x, rep := one(r)
		rep.ID = store.NewReportID()
		story := rep.Answers["story"]
		story.Text += fmt.Sprintf(" kenari%dx", n)
		rep.Answers["story"] = story
		opened := now.AddDate(0, -1, -r.IntN(14)).Add(-time.Duration(r.IntN(1000)) * time.Minute)
		rep.Sent = x.flow.At(opened)
		cases[n] = worldCase{x, store.Case{Report: rep, Intakes: rs.For(x.flow, rep), Opened: opened, Due: opened}}
		byTicket[rep.ID.Ticket()] = n
		if len(cases[n].Intakes) == 0 { // it would wait for an intake
			continue
		}
		if err := s.DB.Cases().Open(ctx, cases[n].Case); err != nil {
			t.Fatal(err)
		}
	}
	ch, receive := p.Connect()
	process := s.Start(ch, "", receive)
	s.Quiet(ctx)

	// say has the officer say something in a group, and returns what is new there.
	var said atomic.Int64
	say := func(i int, words string) []telegramtest.Message {
		seq := groups[i].Seq()
		m := bot.Message{
			From: bot.Address(strconv.FormatInt(officer.ID, 10)), ID: "wire" + strconv.FormatInt(said.Add(1), 10), At: now,
			Group: rs[i].To(), Text: words, Name: "Petugas",
		}
		if err := process.Desk.Handle(ctx, ch, m); err != nil {
			t.Errorf("%s in %s: %v", words, rs[i].Name, err)
		}
		return groups[i].Since(seq)
	}
	plain := func(p flows.Phrase) string { return s.Words.Plain(s.Words.Render("id", p, nil)) }
	for i, in := range rs {
		if groups[i] == nil {
			continue
		}
		var rows []rekap.Row
		for _, c := range cases {
			switch f := c.flow; {
			case len(c.Intakes) == 0:
			case in.Sees == intake.Count && rs.Counts(in.Name, f, c.Report):
				if !countable(in, c.truth) {
					t.Fatalf("%s counts a case (%s, naming %v)", in.Name, c.who, c.names)
				}
				rows = append(rows, rekap.RowOf(f, c.Case, c.First()))
			case in.Sees != intake.Count && forbidden(in, c.truth) == "" && slices.Contains(c.Intakes, in.Name):
				rows = append(rows, rekap.RowOf(f, c.Case, in.Name))
			}
		}
		from, to, _ := rekap.Period("2026-10", now.In(in.Zone()))
		table := rekap.Count(rows, from, to)
		if in.Sees == intake.Count {
			table = table.Suppress()
		}
		chart, err := table.Chart(plain)
		if err != nil {
			t.Fatal(err)
		}
		text, seen := plain(table.Text()), false
		for _, m := range say(i, "/rekap 2026-10") {
			if m.Media != nil {
				seen = true
				if !bytes.Equal(m.Media.Data, chart) {
					t.Errorf("the chart of %s is not that of what it may count", in.Name)
				}
			} else if m.Text != strings.TrimSpace(text) {
				t.Errorf("%s reads\n%s\nwant\n%s", in.Name, m.Text, text)
			}
		}
		if !seen {
			t.Errorf("%s gets no chart", in.Name)
		}
		for _, words := range []string{"/rekap csv 2026-10", "/rekap xlsx 2026-10", "/hariini"} {
			files := 0
			for _, m := range say(i, words) {
				if m.Media != nil {
					files++
					if strings.Contains(words, "csv") && bytes.Count(m.Media.Data, []byte("\n")) < table.Total.N {
						t.Errorf("%s: %d lines of %d cases", in.Name, bytes.Count(m.Media.Data, []byte("\n")), table.Total.N)
					}
				}
			}
			if want := strings.HasPrefix(words, "/rekap") && in.Sees != intake.Count; want != (files == 1) {
				t.Errorf("%q in %s gives %d files", words, in.Name, files)
			}
		}
	}

	// Every pair of a group and a case that it does not have.
	verbs := []string{"riwayat", "ambil", "bukti", "tutup", "berkas", "identitas", "teruskan", "serupa", "kaitkan", "catat", "asli", "lepas"}
	var asked atomic.Int64
	work := make(chan int)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range work {
				before := len(groups[i].Messages())
				n := 0
				for c := range cases {
					if slices.Contains(cases[c].Intakes, rs[i].Name) {
						continue
					}
					say(i, "/"+verbs[(i+c)%len(verbs)]+" "+cases[c].Report.ID.Ticket()+" alasan yang cukup panjang")
					n++
				}
				refused := plain(flows.Say("desk.no_card"))
				for _, m := range groups[i].Messages()[before:] {
					if m.Text != refused {
						t.Errorf("%s is told %q of a case that it does not have", rs[i].Name, m.Text)
						break
					}
				}
				if more := len(groups[i].Messages()) - before; more != n {
					t.Errorf("%s asked %d times and got %d answers", rs[i].Name, n, more)
				}
				asked.Add(int64(n))
			}
		})
	}
	for i := range rs {
		if groups[i] != nil {
			work <- i
		}
	}
	close(work)
	all.Wait()

	// Everything that anybody got.
	ticket, canary := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}`), regexp.MustCompile(`kenari(\d+)x`)
	cards, found := 0, 0
	for i, in := range rs {
		var read bytes.Buffer
		if groups[i] == nil {
			read = *got[i]
		} else {
			for _, m := range groups[i].Messages() {
				if !m.FromBot {
					continue
				}
				fmt.Fprintln(&read, m.Text)
				if m.Media != nil {
					read.Write(unzipped(t, m.Media.Data))
				}
			}
		}
		mine := map[int]bool{}
		for _, w := range ticket.FindAll(read.Bytes(), -1) {
			if n, ok := byTicket[string(w)]; ok {
				mine[n] = true
			}
		}
		for _, w := range canary.FindAllSubmatch(read.Bytes(), -1) {
			n, _ := strconv.Atoi(string(w[1]))
			mine[n] = true
			found++
			if in.Sees != intake.Full {
				t.Errorf("%s, which sees a %s, reads words of case %d", in.Name, in.Sees, n)
			}
		}
		for n := range mine {
			if why := forbidden(in, cases[n].truth); why != "" {
				t.Errorf("%s got something of case %d: %s", in.Name, n, why)
			}
		}
		for n, c := range cases {
			if has := slices.Contains(c.Intakes, in.Name); has != mine[n] {
				t.Errorf("%s has case %d: %v, was to have it: %v", in.Name, n, mine[n], has)
			}
			if mine[n] {
				cards++
			}
		}
	}
	t.Logf("%d pairs of intake and case: %d have it, %d asked for one that they do not have, %d times words of a report were read", len(rs)*len(cases), cards, asked.Load(), found)
	if cards < 2000 || found == 0 {
		t.Error("the world is too small: does the search still work?")
	}
	p.Check()
}

// countable reports whether a watcher may count a case.
func countable(in intake.Route, x truth) bool {
	inside := len(in.Regions) == 0 || slices.ContainsFunc(in.Regions, func(c string) bool { return x.place.Within(region.Code(c)) })
	house := x.names["bawaslu"] && in.Body == "bawaslu" && len(in.Regions) > 0
	answers := (in.Body == "bkd" || in.Body == "inspektorat") && (x.who == "head" || x.who == "sekda")
	return in.Sees == intake.Count && inside && !x.names[in.Body] && !house && !answers
}

// unzipped is what is in a file, and in the parts of one that is an archive.
func unzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	out := slices.Clone(data)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return out
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw...)
	}
	return out
}
