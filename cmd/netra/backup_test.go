package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/redis"
	"github.com/netralitas/netra/store/storetest"
)

// What stands in the case that stays.
const (
	stayingStory = "perkutut: cerita laporan yang tetap disimpan sampai waktunya"
	stayingName  = "Perkutut Pelapor"
	stayingExif  = "PERKUTUT-KAMERA-07" // as long as the canary
	inboxWords   = "kenari pesan yang sedang dalam perjalanan"
)

// backup is a copy of everything but the two files of keys.
type backup struct {
	t     *testing.T
	dir   string // the data folder
	redis *storetest.RedisServer
	live  string // where the keys are
}

func newBackup(w *world, t *testing.T) *backup {
	t.Helper()
	b := &backup{t: t, dir: filepath.Join(t.TempDir(), "backup"), redis: storetest.Redis(t), live: w.dir}
	w.redis.Dump()
	dump, err := os.ReadFile(filepath.Join(w.redis.Dir, "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	b.redis.Stop()
	err = errors.Join(
		os.WriteFile(filepath.Join(b.redis.Dir, "dump.rdb"), dump, 0o600),
		os.CopyFS(b.dir, os.DirFS(w.dir)),
		os.Remove(filepath.Join(b.dir, "keys.json")), os.Remove(filepath.Join(b.dir, "keys.json.reports")))
	if err != nil {
		t.Fatal(err)
	}
	b.redis.Start()
	return b
}

// restored is the backup with the keys that there are now.
func (b *backup) restored() (vars map[string]string) {
	b.t.Helper()
	dir := filepath.Join(b.t.TempDir(), "restored")
	if err := os.CopyFS(dir, os.DirFS(b.dir)); err != nil {
		b.t.Fatal(err)
	}
	for _, name := range []string{"keys.json", "keys.json.reports"} {
		raw, err := os.ReadFile(filepath.Join(b.live, name))
		if err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), raw, 0o600)); err != nil {
			b.t.Fatal(err)
		}
	}
	return map[string]string{"NETRA_DATA": dir, "NETRA_REDIS_URL": b.redis.URL}
}

// held is what the program can read of a backup by any means it has.
type held struct {
	words   string // all of it
	reports map[flows.ReportID][]flows.File
}

// read reads everything: cases and who reported, sessions of people, messages on
// their way, and the files of all that are known, from here or from before.
func (b *backup) read(people []*telegramtest.User, known map[flows.ReportID][]flows.File) held {
	b.t.Helper()
	vars := b.restored()
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := open(b.t.Context(), c)
	if err != nil {
		b.t.Fatal(err)
	}
	defer s.Close()
	var all bytes.Buffer
	h := held{reports: map[flows.ReportID][]flows.File{}}
	for id, files := range known {
		h.reports[id] = files
	}
	say := func(v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		all.Write(raw)
	}
	// What cannot be opened is an error; it is what is read that counts.
	_ = s.db.Cases().List(b.t.Context(), func(k store.Standing) error {
		say(k)
		h.reports[k.Report.ID] = k.Files(flows.Rules{Flows: flows.All}.Flow(k.Report.Flow))
		return nil
	})
	// Past the program's own order: every seal by itself.
	rows, err := s.db.SQL().QueryContext(b.t.Context(), `SELECT report, sealed, return_sealed, identity_sealed, late_sealed FROM cases`)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var report []byte
		sealed := make([][]byte, 4)
		if err := rows.Scan(&report, &sealed[0], &sealed[1], &sealed[2], &sealed[3]); err != nil {
			b.t.Fatal(err)
		}
		for i, what := range []string{"case:", "return:", "identity:", "events:"} {
			if plain, err := s.keys.Open(sealed[i], what+string(report)); err == nil {
				all.Write(plain)
			}
		}
	}
	r, err := redis.Open(b.redis.URL, s.keys, redis.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Close()
	for _, u := range people {
		saved, err := r.Load(b.t.Context(), s.keys.Reporter("telegram", strconv.FormatInt(u.ID, 10)))
		if err != nil || saved.Version == 0 {
			b.t.Errorf("the dump of Redis holds no session: %+v, %v", saved.Version, err)
		}
		say(saved.Session)
		for _, a := range saved.Session.Answers {
			h.reports[saved.Session.Report] = append(h.reports[saved.Session.Report], a.Files...)
		}
	}
	waiting, _ := s.db.Inbox().Pending(b.t.Context(), "telegram")
	say(waiting)
	for _, m := range waiting {
		all.Write(m.Body)
	}
	for id, files := range h.reports {
		who, _ := s.db.Cases().Identity(b.t.Context(), id)
		say(who)
		for _, f := range files {
			for _, open := range []func(context.Context, flows.ReportID, flows.File) (io.ReadCloser, error){s.vault.Original, s.vault.Copy} {
				if body, err := open(b.t.Context(), id, f); err == nil {
					if _, err := io.Copy(&all, body); err != nil {
						b.t.Error(err)
					}
					body.Close()
				}
			}
		}
	}
	h.words = all.String()
	return h
}

// staying puts a case into the stores that is opened 70 days from now, and a
// message that is on its way. It returns the code of the case.
func staying(t *testing.T, s *stores) string {
	t.Helper()
	id, at := store.NewReportID(), time.Now().AddDate(0, 0, 70)
	f, err := s.vault.Keep(t.Context(), id, bytes.NewReader(bytes.ReplaceAll(bottest.Picture(), []byte(bottest.CanaryExif), []byte(stayingExif))), maxFile)
	if err != nil {
		t.Fatal(err)
	}
	k := store.Case{
		Report: flows.Finished{ID: id, Flow: flows.Citizen.ID, Lang: "id", Sent: at, Answers: map[flows.StepID]flows.Answer{
			"story": {Text: stayingStory}, "evidence": {Files: []flows.File{f}},
		}},
		Identity: map[flows.StepID]flows.Answer{"reporter_name": {Text: stayingName}},
		Intakes:  []string{"intake"}, Opened: at, Due: at,
	}
	err = errors.Join(s.db.Cases().Open(t.Context(), k), s.db.Inbox().Put(t.Context(), []store.Received{{Channel: "telegram", ID: "9", Body: []byte(inboxWords)}}))
	if err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.db.Cases().Claim(t.Context(), "intake", at.Add(time.Hour), time.Minute)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.db.Cases().Settle(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return id.Ticket()
}

// TestBackup: what a reporter deletes, and what its time has come for, cannot be
// read any more in a backup that was made before, with the keys that there are
// now. Another case of the same backup can.
func TestBackup(t *testing.T) {
	w := newWorld(t)
	w.start()
	ctx := deadline(t, 2*time.Minute)
	drafter, sender := w.talks(ctx, bottest.Until(bottest.Citizen, "citizen.voter.ask")), w.talks(ctx, bottest.Citizen)
	w.settled(ctx)
	code, _ := receipt(sender)
	w.stop()
	s := w.stores()
	stays := staying(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := newBackup(w, t)
	s = w.stores()
	if err := errors.Join(s.db.Inbox().Done(t.Context(), "telegram", []string{"9"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	canaries := []string{bottest.CanaryStory, bottest.CanaryPerson, bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPlace, bottest.CanaryExif, inboxWords}
	storetest.Canaries(t, append(canaries, stayingStory, stayingName), b.dir, b.redis.Dir) // nothing in clear

	people := []*telegramtest.User{drafter, sender}
	before := b.read(people, nil)
	has(t, before.words, append(canaries, stayingStory, stayingName, stayingExif)...)
	if len(before.reports) < 3 {
		t.Fatalf("the backup holds %d reports, want the draft and two cases", len(before.reports))
	}

	w.start()
	drafter.Say("/hapus")
	if err := (bottest.Person{User: drafter}).See(ctx, "draf dan berkasnya sudah dihapus dari penyimpanan kami, juga kuncinya", ""); err != nil {
		t.Fatalf("%v\n%s", err, bottest.Person{User: drafter}.Chat())
	}
	w.stop()
	// The draft alone is gone.
	between := b.read(people, before.reports)
	has(t, between.words, bottest.CanaryStory, stayingStory)
	if n := strings.Count(between.words, bottest.CanaryStory); n >= strings.Count(before.words, bottest.CanaryStory) {
		t.Errorf("the story stands %d times, as before", n)
	}

	w.later(t, 91*24*time.Hour)
	after := b.read(people, before.reports)
	storetest.CanariesIn(t, canaries, "the backup", []byte(after.words))
	has(t, after.words, stayingStory, stayingName, stayingExif)
	vars := b.restored()
	if out, err := call(t, vars, "", "case", "show", code); err == nil {
		t.Errorf("case show opens it:\n%s", out)
	}
	if out, err := call(t, vars, "", "case", "evidence", stays); err != nil {
		t.Errorf("the other case: %v\n%s", err, out)
	}
	if out, err := call(t, vars, "", "keys", "check"); err == nil || !strings.Contains(out, "1 of its 2 cases can be read") {
		t.Errorf("%v\n%s", err, out)
	}
	// Whoever puts the backup back is served, beside what has become noise.
	w.env = append(w.env, "NETRA_DATA="+b.restored()["NETRA_DATA"], "NETRA_REDIS_URL="+b.redis.URL)
	w.start()
	drafter.Say("halo")
	if err := (bottest.Person{User: drafter}).See(ctx, bottest.Words(w.words, "id", "menu.ask"), bottest.Words(w.words, "id", "menu.citizen")); err != nil {
		t.Errorf("the drafter: %v", err)
	}
	w.talks(ctx, bottest.Citizen)
	w.settled(ctx)
	w.stop()
	w.env = w.env[:len(w.env)-2]

	// Nor is anything left where it was.
	s = w.stores()
	defer s.Close()
	for id, files := range before.reports {
		for _, f := range files {
			_, err := s.vault.Describe(t.Context(), id, f)
			if gone := id.Ticket() != stays; gone != (err != nil) {
				t.Errorf("the vault that is used: %v", err)
			}
		}
		if id.Ticket() == stays {
			continue
		}
		if _, err := s.keys.OpenFile(id, strings.NewReader(""), ""); !errors.Is(err, store.ErrShredded) {
			t.Errorf("the key of the files: %v", err)
		}
	}
}

// later sweeps as a program would that runs after a time.
func (w *world) later(t *testing.T, d time.Duration) string {
	t.Helper()
	vars := w.vars()
	delete(vars, "NETRA_REDIS_URL")
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := w.stores()
	defer s.Close()
	var log bytes.Buffer
	b, _, _ := build(s, c, w.words, zerolog.New(&log), nil)
	(&sweeper{s: s, c: c, b: b, log: zerolog.New(&log)}).all(t.Context(), time.Now().Add(d))
	if strings.Contains(log.String(), `"error"`) {
		t.Errorf("the sweep: %s", log.String())
	}
	return log.String()
}
