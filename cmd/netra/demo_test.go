package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/cmd/netra/demo"
	"github.com/netralitas/netra/locales"
)

// startDemo starts netra demo as a process and returns the address of its page,
// and what ends it as Ctrl-C does.
func startDemo(t *testing.T, listen string, args ...string) (base string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"demo", "--listen", listen}, args...)...)
	cmd.Env = append(os.Environ(), "NETRA_TEST_PROGRAM=1", "TMPDIR="+t.TempDir())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		cancel()
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("netra demo ends: %v", err)
		}
	})
	t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address := regexp.MustCompile(`http://[^ ]+`).FindString(lines.Text()); address != "" {
			go func() {
				for lines.Scan() { // so that it is never held up
				}
			}()
			return address, stop
		}
	}
	t.Fatal("netra demo names no address")
	return "", nil
}

const anyPort = "127.0.0.1:0"

// chromium is a headless browser, which reaches nothing but this machine.
func chromium(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-pageUser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("there is no chromium on the PATH; make deps installs it")
	}
	options := append(append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...),
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.Flag("disable-gpu", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"))
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return ctx
}

// pageUser is a person at the demo's page, as a Reporter.
type pageUser struct {
	*testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	wrong []string
}

var _ bottest.Reporter = (*pageUser)(nil)

// openPage opens the page in a window of a size, and notes every fault.
func openPage(t *testing.T, base string, width, height int64) *pageUser {
	t.Helper()
	b := &pageUser{T: t, ctx: chromium(t), base: base}
	err := chromedp.Listen(b.ctx, func(event any) {
		fault := ""
		switch e := event.(type) {
		case *cdpruntime.EventExceptionThrown:
			fault = "exception: " + e.ExceptionDetails.Text
		case *cdpruntime.EventConsoleAPICalled:
			if e.Type == cdpruntime.ConsoleAPICalledTypeError || e.Type == cdpruntime.ConsoleAPICalledTypeWarning {
				fault = fmt.Sprintf("console: %s", e.Args[0].Value)
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				fault = "log: " + e.Entry.Text + " " + e.Entry.URL
			}
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, base) && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:") {
				fault = "request to " + url
			}
		}
		if fault != "" {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.wrong = append(b.wrong, fault)
		}
	})
	if err == nil {
		_, err = chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	}
	if err == nil {
		_, err = chromedp.Call(b.ctx, log.Enable, cdp.Empty{})
	}
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(base))
	b.wait(`document.getElementById("status").textContent.includes("menyala")`)
	return b
}

func (b *pageUser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatalf("browser: %v", err)
	}
}

// wait waits until an expression is true on the page.
func (b *pageUser) wait(expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := b.waitFor(ctx, expression); err != nil {
		b.Fatalf("%v: %s; the chat:\n%s", err, expression, b.Chat())
	}
}

func (b *pageUser) waitFor(ctx context.Context, expression string) error {
	for {
		yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if err != nil {
			return err
		}
		if yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Say implements Reporter: it types, and clicks on sending.
func (b *pageUser) Say(text string) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.ID("text"), text), chromedp.Click(chromedp.ID("send")))
}

// Press implements Reporter: it clicks, as a pointer would.
func (b *pageUser) Press(label string) error {
	path := fmt.Sprintf(`(//div[@id="chat"]//button[normalize-space()=%[1]q or substring-after(normalize-space(), " ")=%[1]q])[last()]`, label)
	return chromedp.Do(b.ctx, chromedp.ScrollIntoView(path), chromedp.Click(path, chromedp.NodeVisible))
}

// Photo implements Reporter.
func (b *pageUser) Photo(pictures ...[]byte) {
	b.Helper()
	var files []string
	for i, raw := range pictures {
		name := filepath.Join(b.TempDir(), fmt.Sprintf("foto-%d.jpg", i))
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			b.Fatal(err)
		}
		files = append(files, name)
	}
	b.do(chromedp.SetUploadFiles(chromedp.ID("files"), files))
}

// See implements Reporter.
func (b *pageUser) See(ctx context.Context, words, label string) error {
	return b.waitFor(ctx, fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll("#chat .msg:not(.mine)")];
		const seen = %[2]q ? all.slice(-1) : all;
		return seen.some(m => m.querySelector(".bubble")?.innerText.includes(%[1]q)) &&
			(!%[2]q || [...seen[0].querySelectorAll("button:enabled")].some(x => x.innerText === %[2]q || x.innerText.endsWith(" " + %[2]q)));
	})()`, words, label))
}

// Numbers implements Reporter.
func (*pageUser) Numbers() bool { return false }

// Chat implements Reporter.
func (b *pageUser) Chat() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.getElementById("chat").innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Buttons implements Reporter.
func (b *pageUser) Buttons() int {
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.querySelectorAll("#chat .buttons").length`))
	if err != nil {
		b.Error(err)
	}
	return n
}

// picture takes a screenshot.
func (b *pageUser) picture(name string) {
	b.Helper()
	b.do(chromedp.Sleep(300 * time.Millisecond)) // the pictures come
	raw, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	dir := os.Getenv("NETRA_TEST_PICTURES")
	if dir == "" {
		dir = b.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o644); err != nil {
		b.Fatal(err)
	}
}

// accessible has axe look at the page: no serious finding.
func (b *pageUser) accessible() {
	b.Run("axe", func(t *testing.T) {
		axe, err := os.ReadFile(filepath.Join(bottest.NodeModules(t, "testdata/axe"), "axe-core", "axe.min.js"))
		if err != nil {
			t.Fatal(err)
		}
		b.do(chromedp.Evaluate[chromedp.Void](string(axe)))
		violations, err := chromedp.Run(b.ctx, chromedp.Evaluate[[][]any](
			`axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.target + " " + n.failureSummary)]))`, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range violations {
			t.Errorf("accessibility: %v", v)
		}
	})
}

// dark makes the browser prefer dark colours.
func (b *pageUser) dark() {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	}); err != nil {
		b.Fatal(err)
	}
}

// clean checks that nothing went wrong in the browser, and that nothing was
// asked of any other host.
func (b *pageUser) clean() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.Error(w)
	}
}

// TestDemo: a person clicks through both reports, on a phone's and on a desk's
// screen, kills the bot in between, and sees the cards and what is stored.
func TestDemo(t *testing.T) {
	l, err := locales.New(map[string]string{"operator": "Sekretariat Contoh", "contact": "kontak@contoh.example", "recipients": "Bawaslu", "retention": "90", "draft": "24", "evidence": "30", "return": "90", "delay": "6"})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"telepon", 390, 844}, {"meja", 1280, 900}} {
		t.Run(size.name, func(t *testing.T) {
			base, _ := startDemo(t, anyPort)
			b := openPage(t, base, size.width, size.height)
			ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
			defer cancel()
			talk := func(script []bottest.Line) {
				t.Helper()
				if err := bottest.Talk(ctx, b, l, "id", bottest.Picture(), script); err != nil {
					t.Fatal(err)
				}
			}
			b.accessible()
			talk(bottest.Citizen[:8])
			b.do(chromedp.Click(chromedp.ID("restart")))
			b.wait(`document.getElementById("status").textContent.includes("1 kali")`)
			b.wait(`document.getElementById("status").textContent.includes("menyala")`)
			talk(bottest.Citizen[8:17])
			talk(bottest.Citizen[17:])
			b.wait(`document.querySelectorAll("#group .msg img").length === 1`)
			b.wait(fmt.Sprintf(`document.getElementById("group").innerText.includes(%q)`, bottest.CanaryStory))
			b.accessible()

			b.do(chromedp.Click(chromedp.ID("new-phone")))
			b.wait(`document.querySelectorAll("#tabs button").length === 2 && document.querySelectorAll("#chat .bubble").length === 0`)
			talk(bottest.Pressure)
			b.wait(`document.querySelectorAll("#group .msg img").length === 3`)
			b.do(chromedp.Click(chromedp.CSS("#operator summary")))
			b.wait(`/\d+ pesan .*: 0 ditemukan/.test(document.getElementById("proof").textContent)`)
			b.wait(`document.getElementById("counts").innerText.includes("settled")`)
			b.accessible()
			b.dark()
			b.accessible()
			b.wait(`document.documentElement.scrollWidth <= innerWidth`) // nothing stands out of the window
			b.do(chromedp.Click(chromedp.ID("language")))
			b.wait(`document.documentElement.lang === "en" && document.getElementById("group-title").textContent === "Supervisors' group"`)
			b.clean()
		})
	}
}

// TestDemoScript plays a transcript in the page, and takes the pictures that the
// README shows: NETRA_TEST_PICTURES=$PWD/docs renews them.
func TestDemoScript(t *testing.T) {
	base, _ := startDemo(t, anyPort, "--script", "testdata/demo.chat", "--speed", "20")
	b := openPage(t, base, 1280, 860)
	b.wait(`document.querySelectorAll("#group .msg img").length === 1`)
	b.picture("demo")
	b.clean()
	small := openPage(t, base, 390, 844)
	small.wait(`document.querySelectorAll("#group .msg img").length === 1`)
	small.picture("demo-phone")
	small.clean()
}

// TestDemoAgain: the page goes on when the demo itself is ended and started again.
func TestDemoAgain(t *testing.T) {
	base, stop := startDemo(t, anyPort)
	b := openPage(t, base, 1280, 860)
	b.Say("halo")
	b.wait(`document.querySelectorAll("#chat .buttons").length === 1`)
	stop()
	b.wait(`document.getElementById("status").textContent.includes("Terputus")`)
	startDemo(t, strings.Trim(strings.TrimPrefix(base, "http://"), "/"))
	b.wait(`document.getElementById("status").textContent.includes("menyala") && document.querySelectorAll("#chat .bubble").length === 0`)
	b.Say("halo")
	b.wait(`document.querySelectorAll("#chat .buttons").length === 1`)
}

// TestDemoRefuses: the demo is for this machine, and a script is checked before
// anything starts.
func TestDemoRefuses(t *testing.T) {
	script := filepath.Join(t.TempDir(), "salah.chat")
	if err := os.WriteFile(script, []byte("> halo\n> @press a b c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--listen", "0.0.0.0:0"}, "--anywhere"},
		{[]string{"--listen", "[::]:0"}, "--anywhere"},
		{[]string{"--listen", "8484"}, "HOST:PORT"},
		{[]string{"--script", script}, "line 2"},
		{[]string{"--speed", "0"}, "more than 0"},
		{[]string{"--script", script + "x"}, "no such file"},
		{[]string{"lain"}, "no argument"},
	} {
		err := run(t.Context(), append([]string{"demo"}, c.args...), func(string) string { return "" }, nil, &strings.Builder{}, &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.args, err)
		}
	}
}

// TestDemoForeign: other pages, and other names for this machine, get nothing.
func TestDemoForeign(t *testing.T) {
	d, err := demo.New(demo.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, c := range []struct {
		method, path, host, origin string
		want                       int
	}{
		{"GET", "/", "127.0.0.1:8484", "", 200},
		{"GET", "/app.js", "localhost:8484", "", 200},
		{"GET", "/", "jahat.example", "", 403},
		{"GET", "/events", "jahat.example:8484", "", 403},
		{"GET", "/", "192.0.2.1", "", 403},
		{"POST", "/restart", "127.0.0.1:8484", "http://jahat.example", 403},
		{"POST", "/phones/9/say", "127.0.0.1:8484", "", 404},
		{"POST", "/phones/x/say", "127.0.0.1:8484", "", 404},
		{"POST", "/phones/0/say", "127.0.0.1:8484", "http://127.0.0.1:8484", 400},
		{"POST", "/phones/0/files", "127.0.0.1:8484", "", 400},
		{"GET", "/media/none", "127.0.0.1:8484", "", 404},
	} {
		q, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+c.host+c.path, strings.NewReader("{"))
		if err != nil {
			t.Fatal(err)
		}
		if c.origin != "" {
			q.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		d.Handler(false).ServeHTTP(w, q)
		if w.Code != c.want {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
}

// TestDemoPackages looks at what npm would install for the accessibility check.
func TestDemoPackages(t *testing.T) { bottest.CheckPackages(t, "testdata/axe") }
