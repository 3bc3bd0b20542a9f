package whatsapptest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// TestProcess runs a client in a process of its own, kills it, and runs it again.
func TestProcess(t *testing.T) {
	s := newServer(t)
	acct, u := s.NewAccount(""), s.NewUser("")
	file := filepath.Join(t.TempDir(), "wa.db")
	run := func() (*exec.Cmd, *bufio.Scanner) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnother$")
		cmd.Env = append(append(os.Environ(), s.Env()...), "WHATSAPPTEST_FILE="+file)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		return cmd, bufio.NewScanner(out)
	}
	said := func(in *bufio.Scanner, what string) string {
		t.Helper()
		for in.Scan() {
			if rest, ok := strings.CutPrefix(in.Text(), what+" "); ok {
				return rest
			}
		}
		t.Fatalf("the process does not say %q", what)
		return ""
	}
	first, out := run()
	must(t, acct.Scan(said(out, "qr")))
	said(out, "connected")
	must(t, first.Process.Kill())
	_ = first.Wait()
	eventually(t, "it is away", func() bool { return !acct.Online() })
	u.Chat(acct).Say("halo")
	second, out := run()
	if got := said(out, "heard"); got != "halo" {
		t.Errorf("heard %q", got)
	}
	must(t, second.Process.Kill())
	_ = second.Wait()
	s.clean(t)
}

// TestAnother is that process.
func TestAnother(t *testing.T) {
	file := os.Getenv("WHATSAPPTEST_FILE")
	if file == "" {
		t.Skip("it is run by TestProcess")
	}
	wire, err := FromEnv()
	must(t, err)
	cli := whatsmeow.NewClient(onDisk(t, file), nil)
	wire(cli)
	cli.AddEventHandler(func(e any) {
		switch e := e.(type) {
		case *events.QR:
			fmt.Fprintln(os.Stdout, "qr", e.Codes[0])
		case *events.Connected:
			fmt.Fprintln(os.Stdout, "connected", "")
		case *events.Message:
			fmt.Fprintln(os.Stdout, "heard", words(e.Message))
		}
	})
	must(t, cli.Connect())
	time.Sleep(time.Minute) // until it is killed
}

func TestFromEnv(t *testing.T) {
	s := newServer(t)
	for name, env := range map[string][]string{
		"nothing":           nil,
		"other machine":     {envAddr + "=192.0.2.1:1", s.Env()[1]},
		"other authority":   {s.Env()[0], envRoot + "=" + strings.Repeat("00", 32)},
		"this very process": s.Env(),
	} {
		t.Setenv(envAddr, "")
		t.Setenv(envRoot, "")
		for _, e := range env {
			k, v, _ := strings.Cut(e, "=")
			t.Setenv(k, v)
		}
		if _, err := FromEnv(); (err == nil) != (name == "this very process") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClose: a server that is closed, twice, leaves nothing running. What the
// client's library leaves, which can wait for ever to hand a last frame over, is
// not ours.
func TestClose(t *testing.T) {
	before := len(ours())
	t.Run("server", func(t *testing.T) {
		s := newServer(t)
		b, u := newBot(t, s), s.NewUser("")
		u.Chat(b.acct).Say("halo")
		b.hear("halo")
		b.stop()
		s.Close()
		s.Close()
		u.Close()
	})
	for range 500 {
		if len(ours()) <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, before %d:\n%s", len(ours()), before, strings.Join(ours(), "\n\n"))
}

// ours are the goroutines that run code of this package, and not only of a test's.
func ours() []string {
	buf := make([]byte, 4<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	return slices.DeleteFunc(all, func(g string) bool {
		return !strings.Contains(g, "bottest/whatsapptest.(") || strings.Contains(g, "testing.tRunner(")
	})
}
