package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
	"github.com/netralitas/netra/bot/whatsapp"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// onWhatsApp is a world with WhatsApp in it, to which citizens' reports go;
// those of pressure go to Telegram.
type onWhatsApp struct {
	*world
	server  *whatsapptest.Server
	account *whatsapptest.Account
	group   *whatsapptest.Group
	watcher *whatsapptest.User
}

func newOnWhatsApp(t testing.TB) *onWhatsApp {
	t.Helper()
	s := whatsapptest.NewServer(t)
	w := &onWhatsApp{world: newWorld(t, append(s.Env(), noPace, "NETRA_WHATSAPP=on", "NETRA_WHATSAPP_RATE=0")...), server: s}
	w.account, w.watcher = s.NewAccount("Netra Contoh"), s.NewUser("Pengawas Contoh")
	w.pair()
	w.group = s.NewGroup("Pengawas Contoh", w.watcher, w.account)
	routes := filepath.Join(w.dir, "routes.toml")
	text := fmt.Sprintf("[[intake]]\nname = \"wa\"\naddress = \"whatsapp:%s\"\nkinds = [\"citizen\"]\n[[intake]]\nname = \"tg\"\naddress = \"telegram:%s\"\nkinds = [\"pressure\"]\n",
		w.group.JID, strconv.FormatInt(w.world.group.ID(), 10))
	if err := os.WriteFile(routes, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = append(slices.DeleteFunc(w.env, func(v string) bool { return len(v) > 13 && v[:13] == "NETRA_INTAKE=" }), "NETRA_ROUTES="+routes)
	return w
}

// pair links the account in the data folder, as netra whatsapp pair does.
func (w *onWhatsApp) pair() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	keys, err := store.OpenKeys(filepath.Join(w.dir, "keys.json"))
	if err != nil {
		w.Fatal(err)
	}
	db, err := sqldb.Open(ctx, filepath.Join(w.dir, "netra.db"), keys, sqldb.Options{})
	if err != nil {
		w.Fatal(err)
	}
	d, err := whatsapp.Open(ctx, db.SQL(), w.server.Wire)
	if err != nil {
		w.Fatal(err)
	}
	err = d.Pair(ctx, whatsapp.Pairing{QR: func(text string, _ time.Duration) {
		go func() {
			if err := w.account.Scan(text); err != nil {
				w.Error(err)
			}
		}()
	}})
	if err != nil {
		w.Fatal(err)
	}
	if err := db.Close(); err != nil {
		w.Fatal(err)
	}
}

// answers collects how long reporters waited.
type answers struct {
	mu   sync.Mutex
	took []time.Duration
}

func (a *answers) median() time.Duration {
	slices.Sort(a.took)
	return a.took[len(a.took)/2]
}

// timed is a reporter who looks at the clock.
type timed struct {
	bottest.Reporter
	a     *answers
	asked time.Time
}

func (p *timed) Say(text string) { p.asked = time.Now(); p.Reporter.Say(text) }

func (p *timed) Press(label string) error { p.asked = time.Now(); return p.Reporter.Press(label) }

func (p *timed) Photo(pictures ...[]byte) { p.asked = time.Now(); p.Reporter.Photo(pictures...) }

func (p *timed) See(ctx context.Context, words, label string) error {
	err := p.Reporter.See(ctx, words, label)
	p.a.mu.Lock()
	defer p.a.mu.Unlock()
	p.a.took = append(p.a.took, time.Since(p.asked))
	return err
}

// write has reporters hold whole conversations on WhatsApp, some at a time.
func (w *onWhatsApp) write(ctx context.Context, conversations, atOnce int) *answers {
	w.Helper()
	a := &answers{}
	slots := make(chan struct{}, atOnce)
	picture := bottest.Picture()
	var all sync.WaitGroup
	for i := range conversations {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			u := w.server.NewUser("")
			defer u.Close()
			p := &timed{Reporter: bottest.NewPhone(u, w.account), a: a}
			script := [][]bottest.Line{bottest.Citizen, bottest.Pressure}[i%2]
			if err := bottest.Talk(ctx, p, w.words, "id", picture, script); err != nil {
				w.Errorf("reporter %d: %.1500s", i, err)
			}
		})
	}
	all.Wait()
	return a
}

// done stops the program and checks what it left.
func (w *onWhatsApp) done(ctx context.Context, cases int) {
	w.Helper()
	w.settled(ctx)
	_, metrics := w.get("/metrics")
	w.stop()
	w.cases(cases)
	w.proper()
	for i, v := range w.server.Violations() {
		if i < 10 {
			w.Errorf("WhatsApp would refuse, or mind: %s", v)
		}
	}
	canaries := slices.DeleteFunc(w.server.Canaries(), func(s string) bool { return s == "Netra Contoh" || s == "Pengawas Contoh" })
	canaries = append(canaries[:min(24, len(canaries))], bottest.CanaryStory, bottest.CanaryPerson, bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone[1:], bottest.CanaryExif)
	w.redis.Dump()
	for _, name := range []string{"keys.json", "routes.toml"} { // the operator's own
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
			w.Error(err)
		}
	}
	storetest.Canaries(w.TB, canaries, w.dir, w.redis.Dir)
	storetest.CanariesIn(w.TB, canaries, "log", []byte(w.logged()))
	storetest.CanariesIn(w.TB, canaries, "metrics", []byte(metrics))
}

// rough is WhatsApp on a bad day.
var rough = whatsapptest.Faults{Seed: 3, Duplicate: .01, Reorder: .01, Corrupt: .005, Again: .01}

// cutting breaks the bot's connection off at one in a thousand of its stanzas,
// half of them after they took effect.
func (w *onWhatsApp) cutting(s whatsapptest.Stanza) whatsapptest.Fault {
	if s.From == w.account && s.Kind != "iq" {
		switch rand.IntN(2000) {
		case 0:
			return whatsapptest.FaultCutBefore
		case 1:
			return whatsapptest.FaultCutAfter
		}
	}
	return whatsapptest.NoFault
}

// TestWhatsAppLoad: five hundred whole conversations on WhatsApp, fifty at a
// time, on a bad day: every case stands in its group, on WhatsApp or Telegram.
func TestWhatsAppLoad(t *testing.T) {
	const conversations = 500
	w := newOnWhatsApp(t)
	// Without the race detector, which makes SQLite ten times as slow: the other
	// tests have it, and here the time counts.
	w.program = filepath.Join(t.TempDir(), "netra.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", w.program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.server.SetFaults(rough)
	w.server.SetHook(w.cutting)
	w.start()
	ctx := deadline(t, 8*time.Minute)
	began, cpu := time.Now(), w.cpuNow()
	a := w.write(ctx, conversations, 50)
	cpu = w.cpuNow() - cpu
	t.Logf("%d conversations in %v; an answer takes %v in the median, and %.2f ms of CPU",
		conversations, time.Since(began).Round(time.Second), a.median().Round(time.Millisecond), cpu.Seconds()*1000/float64(len(a.took)))
	w.done(ctx, conversations)
	t.Logf("%v", w.server.Conditions())
}

// TestWhatsAppKills: the process is killed while reporters write on WhatsApp.
func TestWhatsAppKills(t *testing.T) {
	const conversations = 60
	w := newOnWhatsApp(t)
	w.start()
	ctx := deadline(t, 5*time.Minute)
	written := make(chan struct{})
	go func() { w.write(ctx, conversations, 20); close(written) }()
	for range 5 {
		time.Sleep(time.Duration(500+rand.IntN(1000)) * time.Millisecond)
		w.kill()
		w.start()
	}
	<-written
	w.done(ctx, conversations)
}

// TestStandBy: a second process on the same data folder waits, and takes over
// when the first is killed.
func TestStandBy(t *testing.T) {
	w := newWorld(t)
	w.telegram.SetFaults(telegramtest.Faults{})
	w.start()
	u := w.telegram.NewUser("id")
	ctx := deadline(t, time.Minute)
	if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", nil, bottest.Citizen[:3]); err != nil {
		t.Fatal(err)
	}
	first := w.cmd
	w.launch()
	time.Sleep(time.Second)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.Wait() // it was killed
	began := time.Now()
	w.up()
	if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", nil, bottest.Citizen[3:5]); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("taking over took %v", took)
	}
	w.stop()
}
