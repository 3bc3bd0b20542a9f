package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

var (
	codeForm = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}`)
	pinForm  = regexp.MustCompile(`\d{3}-\d{3}-\d{3}`)
)

// receipt is the code and the PIN that a reporter was given last.
func receipt(u *telegramtest.User) (code, pin string) {
	chat := bottest.Person{User: u}.Chat()
	codes, pins := codeForm.FindAllString(chat, -1), pinForm.FindAllString(chat, -1)
	if len(codes) == 0 || len(pins) == 0 {
		return "", ""
	}
	return codes[len(codes)-1], pins[len(pins)-1]
}

// vars are what the world's program has in its environment.
func (w *world) vars() map[string]string {
	vars := map[string]string{}
	for _, v := range w.env {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	return vars
}

// stores opens what the program left, or is working with.
func (w *world) stores() *stores {
	w.Helper()
	vars := w.vars()
	delete(vars, "NETRA_REDIS_URL")
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		w.Fatal(err)
	}
	s, err := open(context.Background(), c)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// card is the message in the group that holds the card of a case.
func (w *world) card(code string) int {
	w.Helper()
	for _, m := range w.group.Messages() {
		if m.FromBot && strings.Contains(m.Text, code) {
			return m.ID
		}
	}
	w.Fatalf("no card of %s", code)
	return 0
}

// officer is a supervisor to whom the bot may write.
func (w *world) officer(name string) *telegramtest.User {
	return w.telegram.NewUserWith(telegramtest.UserOptions{FirstName: name, LastName: "Contoh", Lang: "id", Known: true})
}

// replies has a supervisor answer a card, and waits for words in the group.
func (w *world) replies(ctx context.Context, by *telegramtest.User, code, words, see string) {
	w.Helper()
	w.group.Reply(by, w.card(code), words)
	if err := w.group.WaitFor(ctx, func() bool {
		return slices.ContainsFunc(w.group.Messages(), func(m telegramtest.Message) bool { return m.FromBot && strings.Contains(m.Text, see) })
	}); err != nil {
		w.Fatalf("%q is not answered with %q: %v", words, see, err)
	}
}

// talks has somebody hold a conversation to its end.
func (w *world) talks(ctx context.Context, script []bottest.Line) *telegramtest.User {
	w.Helper()
	u := w.telegram.NewUser("id")
	if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", bottest.Picture(), script); err != nil {
		w.Fatal(err)
	}
	return u
}

// has fails the test unless a text holds all of the words.
func has(t testing.TB, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

// folder are the files below a folder, with their contents.
func folder(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCase: an operator looks at cases, verifies their evidence and deletes one,
// while netra serves and when it does not.
func TestCase(t *testing.T) {
	w := newWorld(t)
	w.start()
	ctx := deadline(t, 3*time.Minute)
	citizen, pressed := w.talks(ctx, bottest.Citizen), w.talks(ctx, bottest.Pressure)
	w.settled(ctx)
	code, pin := receipt(citizen)
	other, otherPIN := receipt(pressed)
	officer := w.officer("Petugas")
	w.replies(ctx, officer, code, "identitas untuk klarifikasi perkara", "Ambil dahulu "+code)
	w.replies(ctx, officer, code, "ambil", "ditangani oleh")
	w.replies(ctx, w.officer("Lain"), code, "identitas untuk klarifikasi perkara", "hanya petugas itu")
	w.replies(ctx, officer, code, "identitas untuk klarifikasi perkara", "Dikirim kepada")
	if chat := (bottest.Person{User: officer}).Chat(); !strings.Contains(chat, bottest.CanaryName) {
		t.Errorf("the officer reads no identity:\n%s", chat)
	}
	for _, m := range w.group.Messages() {
		if strings.Contains(m.Text, bottest.CanaryName) {
			t.Errorf("the group reads the identity: %s", m.Text)
		}
	}
	w.replies(ctx, officer, code, "tanya: Di mana apel itu diadakan?", "Pertanyaan untuk pelapor")
	if err := (bottest.Person{User: citizen}).See(ctx, bottest.Words(w.words, "id", "case.news"), ""); err != nil {
		t.Error(err)
	}
	if chat := (bottest.Person{User: citizen}).Chat(); strings.Contains(chat, "apel itu") {
		t.Errorf("the question stands on the reporter's screen:\n%s", chat)
	}
	w.settled(ctx)
	vars := w.vars()
	vars["NETRA_REDIS_URL"] = "redis://127.0.0.1:1" // may be away
	var said strings.Builder
	do := func(in string, args ...string) (string, error) {
		t.Helper()
		out, err := call(t, vars, in, append([]string{"case"}, args...)...)
		said.WriteString(out)
		if err != nil {
			said.WriteString(err.Error())
		}
		return out, err
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := do("", args...)
		if err != nil {
			t.Fatalf("case %v: %v\n%s", args, err, out)
		}
		return out
	}

	list := must("list")
	has(t, list, code, other, "citizen", "pressure", "delivered", " officer", "no officer", " 1 files", " 2 files")
	storetest.CanariesIn(t, []string{bottest.CanaryStory, bottest.CanaryPerson, bottest.CanaryRegion, bottest.CanaryPlace, "Petugas"}, "the list", []byte(list))
	var lines []caseLine
	if err := json.Unmarshal([]byte(must("list", "--json")), &lines); err != nil || len(lines) != 2 || lines[0].Code != code || !lines[0].Officer || lines[1].Files != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
	show := must("show", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	has(t, show, code, bottest.CanaryStory, bottest.CanaryPerson, "Petugas Contoh", "klarifikasi")
	history := must("history", "--data="+w.dir, code)
	has(t, history, "opened", "took", "looked", "Petugas Contoh", "klarifikasi")
	if strings.Contains(history, bottest.CanaryStory) {
		t.Error("the history tells the story")
	}
	evidence := must("evidence", code)
	has(t, evidence, "image/jpeg", "received", "SHA-256", "without", "✓ ok")
	var e struct{ Evidence []custody }
	if err := json.Unmarshal([]byte(must("evidence", "--json", other)), &e); err != nil || len(e.Evidence) != 2 || e.Evidence[1].Number != 2 ||
		e.Evidence[1].Copy == nil || len(e.Evidence[1].Copy.Removed) == 0 || len(e.Evidence[1].Wrong) > 0 {
		t.Errorf("%+v, %v", e, err)
	} else if len(e.Evidence[0].Received) != len(time.DateOnly) {
		t.Errorf("a report of pressure holds days, not %s", e.Evidence[0].Received)
	}

	// Deleted while it is served: it is gone for its reporter, too.
	s := w.stores()
	k, ok, err := s.db.Cases().Find(t.Context(), other)
	if err = errors.Join(err, s.Close()); !ok || err != nil {
		t.Fatal(ok, err)
	}
	deleted := k.Report.ID
	if out, err := do("no\n", "delete", other); err == nil || !strings.Contains(err.Error(), "nothing was deleted") {
		t.Errorf("%v\n%s", err, out)
	}
	must("show", other)
	if out, err := do("yes\n", "delete", other); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := do("", "show", other); err == nil || !strings.Contains(err.Error(), "no case with the code "+other) {
		t.Errorf("after it was deleted: %v", err)
	}
	requests := must("requests")
	has(t, requests, "delete", "done ")
	if strings.Contains(requests, other) || strings.Contains(requests, "LATE") {
		t.Errorf("requests:\n%s", requests)
	}
	stranger := bottest.Person{User: w.telegram.NewUser("id")}
	stranger.Say("cek " + other + " " + otherPIN)
	if err := stranger.See(ctx, bottest.Words(w.words, "id", "case.wrong"), ""); err != nil {
		t.Errorf("its receipt still opens: %v\n%s", err, stranger.Chat())
	}
	stranger.Say("cek " + code + " " + pin)
	if err := stranger.See(ctx, "Laporan "+code, ""); err != nil {
		t.Errorf("the other case: %v\n%s", err, stranger.Chat())
	}
	w.stop()

	// And when nobody serves. Nothing is made.
	before := folder(t, w.dir)
	has(t, must("list"), code)
	must("evidence", code)
	after := folder(t, w.dir)
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%s was made", name)
		}
	}
	for at, how := range w.spoilt(t) {
		t.Run(how, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(w.dir, at), []byte(before[at][:len(before[at])/2]+"x"+before[at][len(before[at])/2+1:]), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := do("", "evidence", code)
			if err == nil || !strings.Contains(out, "✗ wrong") {
				t.Errorf("%v\n%s", err, out)
			}
			if err := os.Remove(filepath.Join(w.dir, at)); err != nil {
				t.Fatal(err)
			}
			if out, err := do("", "evidence", code); err == nil || !strings.Contains(out, "not in the vault") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}

	s = w.stores()
	defer s.Close()
	if _, err := s.keys.OpenFile(deleted, strings.NewReader(""), ""); !errors.Is(err, store.ErrShredded) {
		t.Errorf("the key of the deleted case's files: %v", err)
	}
	if strings.Contains(w.logged(), `"level":"error"`) {
		t.Errorf("the serving program stumbled: %s", tail(w.logged()))
	}
	k, ok, err = s.db.Cases().Find(t.Context(), code)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if list, err := s.keys.List(); err != nil || list[0].Seals == 0 {
		t.Errorf("%+v, %v", list, err)
	}
	storetest.CanariesIn(t, []string{pin, strings.ReplaceAll(pin, "-", ""), otherPIN, string(k.Report.ID), string(deleted), bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone, bottest.CanaryExif},
		"what netra case said", []byte(said.String()))
}

// spoilt are the files of the vault, which are those of the case that is left.
func (w *world) spoilt(t *testing.T) map[string]string {
	all := map[string]string{}
	for name := range folder(t, w.dir) {
		if strings.HasPrefix(name, "/vault/") && !strings.HasPrefix(filepath.Base(name), ".") {
			all[name] = "damaged and gone"
		}
	}
	if len(all) != 1 {
		t.Fatalf("the vault holds %d files, want those of one case: 1", len(all))
	}
	return all
}

// TestCaseMistakes: one clear sentence, and nothing is made.
func TestCaseMistakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	vars := map[string]string{"NETRA_DATA": dir}
	wrong := func(want string, args ...string) {
		t.Helper()
		if out, err := call(t, vars, "", append([]string{"case"}, args...)...); err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	wrong("never run", "list")
	wrong("never run", "requests", "--json")
	wrong("never run", "delete", storetest.ID(1).Ticket(), "--yes")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a data folder was made")
	}
	wrong("not \"terbang\"", "terbang")
	wrong("takes no argument", "list", "x")
	wrong("no code of a report", "show", "XXXX-XXXX-XXX")
	wrong("needs the code", "evidence", "--data", dir)
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	// One that is there, but whose key is not.
	if err := errors.Join(s.db.Cases().Open(t.Context(), storetest.Case(1)), s.keys.Shred(storetest.ID(1)), s.Close()); err != nil {
		t.Fatal(err)
	}
	wrong("there is no case", "show", storetest.ID(2).Ticket())
	wrong("its key was destroyed", "show", storetest.ID(1).Ticket())
	if out, err := call(t, vars, "", "case", "list"); err == nil || !strings.Contains(err.Error(), "1 cannot be opened") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.Rename(filepath.Join(dir, "keys.json"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	wrong("put the file back", "list")
	if out, err := call(t, nil, "", "case"); err != nil || !strings.Contains(out, "evidence CODE") {
		t.Errorf("help: %v\n%s", err, out)
	}
}

// TestCaseWords: what is anybody's text cannot steer the operator's terminal.
func TestCaseWords(t *testing.T) {
	l, err := words(config{})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	k := store.Standing{Case: storetest.Case(1)}
	k.Events = []store.Event{{ID: "1", Kind: store.Asked, At: storetest.Epoch, Text: "apa\x1b[2Jitu\n\u202egnuy", By: &store.Officer{Name: "Petugas\x1b]0;x\x07"}}}
	c := &caseTool{p: program{out: &out}, rules: flows.Rules{Flows: flows.All, Words: l}, words: l, lang: "id", now: time.Now}
	if err := errors.Join(c.show(t.Context(), k), c.history(t.Context(), k)); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\u202e") {
		t.Errorf("%q", out.String())
	}
}
