package storetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a redis-server that belongs to one test.
type RedisServer struct {
	URL string // redis://127.0.0.1:port
	Dir string // where it keeps its files

	t    testing.TB
	addr string
	args []string
	cmd  *exec.Cmd
}

// AOF makes [Redis] keep an append-only file, synced at every command.
var AOF = []string{"--appendonly", "yes", "--appendfsync", "always"}

// Redis starts a redis-server on a free loopback port, waits until it answers
// and stops it when the test ends. args go to the server after its own; see
// [AOF]. Without a redis-server on the PATH the test fails: a promise that was
// not tested is not kept.
func Redis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("There is no redis-server on the PATH. Run `make deps` to install what the tests need.")
	}
	// Not t.TempDir: its name holds the test's name, and it fails the test when
	// a server that is just ending still writes.
	dir, err := os.MkdirTemp("", "netra-redis-*")
	if err != nil {
		t.Fatal(err)
	}
	s := &RedisServer{Dir: dir, t: t, args: args}
	t.Cleanup(func() {
		s.Kill()
		os.RemoveAll(dir)
	})
	for try := 1; ; try++ {
		s.addr = freeAddress(t)
		s.URL = "redis://" + s.addr
		if err := s.start(); err == nil {
			return s
		} else if try == 3 { // somebody else may have taken the port
			t.Fatalf("start redis-server: %v", err)
		}
	}
}

func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Start starts a server that was stopped, on the same port. Starting one that
// runs changes nothing.
func (s *RedisServer) Start() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatalf("start redis-server again: %v", err)
	}
}

func (s *RedisServer) start() error {
	if s.cmd != nil {
		return nil
	}
	_, port, _ := net.SplitHostPort(s.addr)
	log, err := os.OpenFile(filepath.Join(s.Dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = exec.Command("redis-server", append([]string{
		"--bind", "127.0.0.1", "--port", port, "--dir", s.Dir,
		"--save", "", "--rdbcompression", "no", // what it keeps can be searched
	}, s.args...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	for range 400 {
		if answer, err := s.Do("PING"); err == nil && (answer == "+PONG" || strings.HasPrefix(answer, "-NOAUTH")) {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.Kill()
	said, _ := os.ReadFile(filepath.Join(s.Dir, "server.log"))
	return fmt.Errorf("it does not answer; it said: %s", said)
}

// Stop ends the server as an operator would, and keeps its data for Start.
// Stopping one that does not run changes nothing.
func (s *RedisServer) Stop() {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	s.Resume()
	s.Do("SHUTDOWN SAVE") // answers only when it fails
	done := time.AfterFunc(5*time.Second, func() { s.cmd.Process.Kill() })
	s.cmd.Wait()
	if !done.Stop() {
		s.t.Error("redis-server did not stop by itself")
	}
	s.cmd = nil
}

// Kill ends the server at once: what it kept in memory only is lost.
func (s *RedisServer) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.cmd = nil
}

// Pause makes the server take connections and answer nothing, until Resume.
func (s *RedisServer) Pause() { s.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *RedisServer) Resume() { s.signal(syscall.SIGCONT) }

func (s *RedisServer) signal(sig syscall.Signal) {
	if s.cmd != nil {
		s.cmd.Process.Signal(sig)
	}
}

// Do sends one command and returns the first line of the answer.
func (s *RedisServer) Do(command string) (string, error) {
	c, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// Dump makes the server write all it has into Dir, uncompressed.
func (s *RedisServer) Dump() {
	s.t.Helper()
	if answer, err := s.Do("SAVE"); err != nil || answer != "+OK" {
		s.t.Fatalf("redis SAVE: %q, %v", answer, err)
	}
}
