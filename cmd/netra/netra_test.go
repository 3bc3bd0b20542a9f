package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/store/storetest"
)

// call runs the program in this process.
func call(t *testing.T, vars map[string]string, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, func(k string) string { return vars[k] }, strings.NewReader(in), &out, &out)
	return out.String(), err
}

// TestChat holds a whole conversation on embedded defaults and sees the card.
func TestChat(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "foto.jpg")
	if err := os.WriteFile(picture, bottest.Picture(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	said := []string{
		"1", "setuju", "tanpa nama", "Teluk Batang, Kayong Utara", "Lapangan desa", "1", "Contoh Terlapor", "Kepala seksi",
		"ikut kampanye", "kemarin sore", bottest.CanaryStory, "@" + picture, "selesai", "ya",
		"kirim", "terima kasih",
	}
	out, err := call(t, nil, strings.Join(said, "\n")+"\n", "chat")
	if err != nil {
		t.Fatal(err)
	}
	_, card, ok := strings.Cut(out, "┌──")
	if !ok {
		t.Fatalf("no card:\n%s", out)
	}
	for _, want := range []string{"Contoh Terlapor", "Kepala seksi", "Teluk Batang", "Ikut kampanye", bottest.CanaryStory, "image/jpeg"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "netra-chat-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestOwnWords: chat speaks an operator's own words, and nothing starts with words
// that have mistakes.
func TestOwnWords(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	vars := map[string]string{"NETRA_LOCALES": dir, "NETRA_TELEGRAM_TOKEN": "1:abc", "NETRA_INTAKE": "telegram:-1", "NETRA_DATA": filepath.Join(dir, "data")}
	if err := os.WriteFile(filepath.Join(dir, "id.toml"), []byte(`"menu.greeting" = "Selamat datang di Kanal Contoh."`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, vars, "1\n", "chat")
	if err != nil || !strings.Contains(out, "Selamat datang di Kanal Contoh.") || !strings.Contains(out, "Apa yang ingin Anda lakukan?") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "id.toml"), []byte("\"menu.greetin\" = \"Halo\"\n\"case.wait\" = \"Tunggu\""), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"serve", "chat", "doctor"} {
		_, err := call(t, vars, "", name)
		if err == nil || !strings.Contains(err.Error(), `NETRA_LOCALES has mistakes`) || !strings.Contains(err.Error(), `is "menu.greeting" meant?`) || !strings.Contains(err.Error(), "{{.minutes}} is missing") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(vars["NETRA_DATA"]); err == nil {
		t.Error("a data folder was made")
	}
}

// TestMistakes: every mistake at once, each with how to mend it, and nothing
// made on disk.
func TestMistakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	vars := map[string]string{
		"NETRA_TELEGRAM_TOKEN": "bukan token", "NETRA_TELEGRAM_API": "contoh", "NETRA_INTAKE": "telegram:abc", "NETRA_REDIS_URL": "http://:sandi@contoh",
		"NETRA_LISTEN": "8080", "NETRA_LOG": "keras", "NETRA_LOG_FORMAT": "xml", "NETRA_SESSION_TTL": "1h", "NETRA_RETENTION": "x",
		"NETRA_WHATSAPP": "yes", "NETRA_DATABASE_URL": "postgres://contoh", "NETRA_TELEGRAM_GROUP_RATE": "0", "NETRA_ALARM": "saya", "NETRA_DATA": dir,
		"NETRA_LOCALES": filepath.Join(dir, "kata"),
	}
	_, err := call(t, vars, "", "serve")
	if err == nil {
		t.Fatal("started")
	}
	for name := range vars {
		if name != "NETRA_DATA" && name != "NETRA_INTAKE" && !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
	if !strings.Contains(err.Error(), "telegram:abc") || strings.Contains(err.Error(), "sandi") {
		t.Errorf("wrong words:\n%v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a data folder was made")
	}
	if _, err := call(t, nil, "", "serve"); err == nil || !strings.Contains(err.Error(), "BotFather") || !strings.Contains(err.Error(), "NETRA_INTAKE") {
		t.Errorf("nothing set: %v", err)
	}
}

// TestLostKeys: a database without its keys is refused, and nothing is written.
func TestLostKeys(t *testing.T) {
	dir := t.TempDir()
	vars := map[string]string{"NETRA_DATA": dir, "NETRA_TELEGRAM_TOKEN": "1:abc", "NETRA_INTAKE": "telegram:-1"}
	c, _, err := parse(program{env: func(k string) string { return vars[k] }, out: &bytes.Buffer{}}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "keys.json"), filepath.Join(dir, "elsewhere.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, vars, "", "serve"); err == nil || !strings.Contains(err.Error(), "keyset") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "keys.json")); err == nil {
		t.Error("new keys were made beside the old database")
	}
}

func TestSmallCommands(t *testing.T) {
	dir := t.TempDir()
	vars := map[string]string{"NETRA_DATA": dir}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "serve"},
		{[]string{"help"}, "chat"},
		{[]string{"version"}, "netra"},
		{[]string{"serve", "--help"}, "NETRA_TELEGRAM_TOKEN"},
		{[]string{"chat", "--help"}, "Usage: netra chat"},
		{[]string{"flow", "list"}, "Kronologi"},
		{[]string{"flow", "draw", "pressure"}, "flowchart TD"},
	} {
		if out, err := call(t, vars, "", c.args...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
	}
	for _, bad := range [][]string{{"terbang"}, {"flow", "x"}, {"flow", "draw", "x"}, {"keys", "list"}, {"keys", "x"}, {"doctor"}, {"chat", "x"}, {"serve", "x"}, {"doctor", "--health", "--listen", "127.0.0.1:1"}} {
		if _, err := call(t, vars, "", bad...); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// TestRotate: after a rotation the old database still opens.
func TestRotate(t *testing.T) {
	w := newWorld(t)
	w.start()
	u := w.telegram.NewUser("id")
	if err := bottest.Talk(t.Context(), bottest.Person{User: u}, w.words, "id", bottest.Picture(), bottest.Citizen[:8]); err != nil {
		t.Fatal(err)
	}
	w.stop()
	if out, err := call(t, map[string]string{"NETRA_DATA": w.dir}, "", "keys", "rotate"); err != nil || strings.Count(out, "primary") != 2 {
		t.Fatalf("%v\n%s", err, out)
	}
	w.start()
	if err := bottest.Talk(t.Context(), bottest.Person{User: u}, w.words, "id", bottest.Picture(), bottest.Citizen[8:]); err != nil {
		t.Fatal(err)
	}
	w.settled(deadline(t, timeLimit))
	w.stop()
	w.cases(1)
}

const timeLimit = 60e9

// TestPlanted makes sure that the search for canaries finds one.
func TestPlanted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), []byte("…"+bottest.CanaryStory), 0o600); err != nil {
		t.Fatal(err)
	}
	fake := &recorder{TB: t}
	storetest.Canaries(fake, []string{bottest.CanaryStory}, dir)
	if !fake.failed {
		t.Error("a planted canary was not found")
	}
}

type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }
func (r *recorder) Helper()               {}
