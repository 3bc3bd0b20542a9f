package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
	"github.com/netralitas/netra/locales"
	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// TestMain makes this test binary the program itself when a test starts it as
// one, so that whole processes can be killed, with the race detector in them.
func TestMain(m *testing.M) {
	switch os.Getenv("NETRA_TEST_PROGRAM") {
	case "":
	case "minimal":
		minimal()
		return
	default:
		if name := os.Getenv("NETRA_TEST_PROFILE"); name != "" { // of make bench, for those who ask
			if f, err := os.Create(name); err == nil && pprof.StartCPUProfile(f) == nil {
				defer pprof.StopCPUProfile()
			}
		}
		if os.Getenv("WHATSAPPTEST_ADDR") != "" {
			var err error
			if wireWhatsApp, err = whatsapptest.FromEnv(); err != nil {
				panic(err)
			}
		}
		main()
		return
	}
	os.Exit(m.Run())
}

// world is everything around a serving process: Telegram, Redis, a data folder.
type world struct {
	testing.TB
	telegram *telegramtest.Server
	group    *telegramtest.Group
	redis    *storetest.RedisServer
	words    *locales.Locales
	dir      string
	program  string // what is started: this test, or a binary
	listen   string
	env      []string
	log      bytes.Buffer
	logging  sync.Mutex
	cmd      *exec.Cmd
	cpu      time.Duration // of ended processes
}

func newWorld(t testing.TB, env ...string) *world {
	t.Helper()
	l, err := locales.New(map[string]string{"operator": "Sekretariat Contoh", "contact": "kontak@contoh.example", "recipients": "Bawaslu", "retention": "90", "draft": "24", "evidence": "30", "return": "90", "delay": "6"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, telegram: telegramtest.NewServer(t), redis: storetest.Redis(t, storetest.AOF...), words: l, dir: t.TempDir(), program: os.Args[0]}
	w.group = w.telegram.NewSupergroup("Pengawas Contoh")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.listen = listener.Addr().String()
	listener.Close()
	w.env = append([]string{
		"NETRA_TEST_PROGRAM=1",
		"NETRA_TELEGRAM_TOKEN=" + w.telegram.Token,
		"NETRA_TELEGRAM_API=" + w.telegram.URL,
		"NETRA_INTAKE=telegram:" + strconv.FormatInt(w.group.ID(), 10),
		"NETRA_REDIS_URL=" + w.redis.URL,
		"NETRA_DATA=" + w.dir,
		"NETRA_LISTEN=" + w.listen,
		"NETRA_OPERATOR=Sekretariat Contoh", "NETRA_CONTACT=kontak@contoh.example",
		"NETRA_PRESSURE_DELAY=0-0",
		"GORACE=halt_on_error=1",
		"NETRA_TEST_PROFILE=" + os.Getenv("NETRA_TEST_PROFILE"),
	}, env...)
	t.Cleanup(func() {
		if w.cmd != nil {
			w.kill()
		}
		if _, race, ok := strings.Cut(w.logged(), "WARNING: DATA RACE"); ok {
			t.Errorf("a race in the program: %.3000s", race)
		}
	})
	return w
}

// Write keeps what the program logs.
func (w *world) Write(p []byte) (int, error) {
	w.logging.Lock()
	defer w.logging.Unlock()
	return w.log.Write(p)
}

func (w *world) logged() string {
	w.logging.Lock()
	defer w.logging.Unlock()
	return w.log.String()
}

// start starts the program and waits until it is up.
func (w *world) start() {
	w.Helper()
	w.launch()
	w.up()
}

func (w *world) launch() {
	w.Helper()
	w.cmd = exec.Command(w.program, "serve")
	w.cmd.Env, w.cmd.Stderr, w.cmd.Stdout = w.env, w, w
	if err := w.cmd.Start(); err != nil {
		w.Fatal(err)
	}
}

// up waits until the program answers.
func (w *world) up() {
	w.Helper()
	for range 600 {
		if code, _ := w.get("/healthz"); code == http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatalf("the program does not come up:\n%s", w.logged())
}

func (w *world) get(path string) (int, string) {
	resp, err := http.Get("http://" + w.listen + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw)
}

// kill ends the program as a power cut would.
func (w *world) kill() {
	w.cmd.Process.Kill()
	w.ended(w.cmd.Wait())
}

// stop ends the program gracefully, in ten seconds.
func (w *world) stop() {
	w.Helper()
	began := time.Now()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.Fatal(err)
	}
	if err := w.ended(w.cmd.Wait()); err != nil {
		w.Errorf("the program ended with %v:\n%s", err, tail(w.logged()))
	}
	if took := time.Since(began); took > 10*time.Second {
		w.Errorf("stopping took %v", took)
	}
}

func (w *world) ended(err error) error {
	if s := w.cmd.ProcessState; s != nil {
		w.cpu += s.UserTime() + s.SystemTime()
	}
	w.cmd = nil
	return err
}

// cpuNow is the CPU time the running program has used, from /proc.
func (w *world) cpuNow() time.Duration {
	w.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	if err != nil {
		w.Fatal(err)
	}
	_, rest, _ := bytes.Cut(raw, []byte(") "))
	f := bytes.Fields(rest)
	user, _ := strconv.Atoi(string(f[11]))
	system, _ := strconv.Atoi(string(f[12]))
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ is 100 on Linux
}

// memoryPeak is the most memory the running program has held, in bytes. The
// kernel's own sum for ended children (rusage) begins with the test's size.
func (w *world) memoryPeak() int64 {
	w.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		w.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		w.Fatal(err)
	}
	return kib << 10
}

func tail(s string) string { return s[max(0, len(s)-4000):] }

// talk has many reporters hold whole conversations, some at a time, and
// returns those who did not get to the end.
func (w *world) talk(ctx context.Context, conversations, atOnce int, scripts ...[]bottest.Line) []*telegramtest.User {
	w.Helper()
	users := make([]*telegramtest.User, conversations)
	slots := make(chan struct{}, atOnce)
	picture := bottest.Picture()
	var all sync.WaitGroup
	for i := range users {
		users[i] = w.telegram.NewUser("id")
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := bottest.Talk(ctx, bottest.Person{User: users[i]}, w.words, "id", picture, scripts[i%len(scripts)]); err != nil {
				w.Errorf("reporter %d: %.1500s", i, err)
				if i == 0 {
					w.Logf("the log ends:\n%s", tail(w.logged()))
				}
			}
		})
	}
	all.Wait()
	return users
}

// settled waits until every case stands in the group.
func (w *world) settled(ctx context.Context) {
	w.Helper()
	for {
		_, metrics := w.get("/metrics")
		if bytes.Contains([]byte(metrics), []byte("\nnetra_deliveries_unsettled 0\n")) {
			return
		}
		select {
		case <-ctx.Done():
			w.Fatalf("deliveries are not settled:\n%s", tail(w.logged()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// cases counts what the stopped program left in the database.
func (w *world) cases(want int) {
	w.Helper()
	keys, err := store.ReadKeys(filepath.Join(w.dir, "keys.json"))
	if err != nil {
		w.Fatal(err)
	}
	db, err := sqldb.Open(context.Background(), filepath.Join(w.dir, "netra.db"), keys, sqldb.Options{})
	if err != nil {
		w.Fatal(err)
	}
	defer db.Close()
	st, err := db.Cases().Stats(context.Background(), time.Now())
	if err != nil || st.Settled != want || st.Open+st.Deliveries+st.Inbox != 0 {
		w.Errorf("the database holds %+v (%v), want %d settled cases", st, err, want)
	}
}

// private looks for everything that must not be found: in Redis, in all files,
// in the log, in the metrics, and in what stands in the group.
func (w *world) private(users []*telegramtest.User, metrics string) {
	w.Helper()
	canaries := []string{w.telegram.Token, bottest.CanaryStory, bottest.CanaryPerson, bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone[1:], bottest.CanaryRegion, bottest.CanaryPlace, bottest.CanaryExif}
	var people []string
	for _, u := range users[:min(20, len(users))] { // each has many disguises to be looked for
		people = append(people, strconv.FormatInt(u.ID, 10), u.Username)
	}
	canaries = append(canaries, people...)
	w.redis.Dump()
	keys := filepath.Join(w.dir, "keys.json")
	if err := os.Remove(keys); err != nil { // the one file that may hold secrets
		w.Error(err)
	}
	storetest.Canaries(w.TB, canaries, w.dir, w.redis.Dir)
	storetest.CanariesIn(w.TB, canaries, "log", []byte(w.logged()))
	storetest.CanariesIn(w.TB, canaries, "metrics", []byte(metrics))
	secrets := append(people, bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone[1:], bottest.CanaryExif)
	var group bytes.Buffer
	for _, m := range w.group.Messages() {
		fmt.Fprintln(&group, m.Text)
		if m.Media != nil {
			group.Write(m.Media.Data)
		}
	}
	storetest.CanariesIn(w.TB, secrets, "group", group.Bytes())
}

// proper fails the test for every malformed request.
func (w *world) proper() {
	w.Helper()
	for i, v := range w.telegram.Violations() {
		if i < 10 {
			w.Errorf("Telegram would refuse: %+v", v)
		}
	}
}
