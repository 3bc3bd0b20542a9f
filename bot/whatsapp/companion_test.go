package whatsapp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
)

// companion is a person whose WhatsApp is a program of Node: a companion of the
// phone of their account. What the program does and says is in its head.
type companion struct {
	Person *whatsapptest.Account
	Node   string // version

	bot *whatsapptest.Account
	in  io.Writer

	mu      sync.Mutex
	posts   []bottest.Post // what the bot wrote, to the person or in a group
	open    bool
	ended   error         // why nothing more will come
	changed chan struct{} // closed when anything changes
}

var _ bottest.Reporter = (*companion)(nil)

// newCompanion starts the program, links it, and waits until it is connected.
// It runs until the test ends.
func newCompanion(t *testing.T, p *bottest.WhatsApp, program string) *companion {
	t.Helper()
	node, dir := node(t), t.TempDir()
	// Node looks for packages beside the program.
	raw, err := os.ReadFile(program)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "client.mjs"), raw, 0o600))
	must(t, os.Symlink(bottest.NodeModules(t, filepath.Dir(program)), filepath.Join(dir, "node_modules")))

	// A link or a poster leads people to the bot: they write first.
	person := p.Server.NewAccountWith(whatsapptest.AccountOptions{Known: []whatsapptest.Member{p.Account}})
	c := &companion{Person: person, bot: p.Account, changed: make(chan struct{})}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), node, "client.mjs") // until the cleanup below
	said := &bytes.Buffer{}
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, said, 5*time.Second
	cmd.Env = append(append(os.Environ(), p.Server.Env()...), "WRITE_TO="+c.bot.PN.String(), "TMPDIR="+dir)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	c.in = in
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		c.listen(out)
	}()
	t.Cleanup(func() {
		in.Close() // the program ends with it
		kill := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		<-heard
		_ = cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("what Node logged:\n%s", said)
		}
	})
	if err := c.wait(ctx, func() bool { return c.open }); err != nil {
		t.Fatalf("the companion does not connect: %v", err)
	}
	return c
}

// listen takes what the program says, until it ends.
func (c *companion) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	ended := errors.New("the program ended")
	var scan sync.Once
	for lines.Scan() {
		var said struct {
			Hello, QR, ID, From, Text, Answers, Fault string
			Photo                                     []byte
			Open                                      bool
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			ended = fmt.Errorf("%w: %s", err, lines.Bytes())
			break
		}
		c.note(func() {
			switch {
			case said.Hello != "":
				c.Node = said.Hello
			case said.QR != "":
				// Scanning takes until the program has answered the phone. Only the
				// first code is scanned: it does not expire before the test ends.
				scan.Do(func() { go c.scan(said.QR) })
			case said.Open:
				c.open = true
			case said.Fault != "":
				c.ended = errors.New(said.Fault)
			case said.From != c.bot.LID.String() && said.From != c.bot.PN.String():
				c.ended = errors.New("a message from somebody else: " + said.From)
			default:
				post := bottest.Post{ID: said.ID, Answers: said.Answers, Text: said.Text}
				if said.Photo != nil {
					post.Files = [][]byte{said.Photo}
				}
				c.posts = append(c.posts, post)
			}
		})
	}
	_, _ = io.Copy(io.Discard, out)
	c.note(func() { c.ended = errors.Join(c.ended, lines.Err(), ended) })
}

func (c *companion) scan(qr string) {
	if err := c.Person.Scan(qr); err != nil {
		c.note(func() { c.ended = err })
	}
}

// note changes something and wakes who waits.
func (c *companion) note(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.changed)
	c.changed = make(chan struct{})
}

// wait blocks until a condition holds.
func (c *companion) wait(ctx context.Context, cond func() bool) error {
	for {
		c.mu.Lock()
		ok, changed, ended := cond(), c.changed, c.ended
		c.mu.Unlock()
		if ended != nil {
			return ended
		}
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *companion) tell(what map[string]string) {
	raw, err := json.Marshal(what)
	if err == nil {
		_, err = c.in.Write(append(raw, '\n'))
	}
	if err != nil {
		c.note(func() { c.ended = errors.Join(c.ended, err) })
	}
}

// Posts waits until the person has read that many messages, and returns them.
func (c *companion) Posts(ctx context.Context, n int) ([]bottest.Post, error) {
	err := c.wait(ctx, func() bool { return len(c.posts) >= n })
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.posts), err
}

// read is the text of what was read. c.mu must be held.
func (c *companion) read() bottest.Reading {
	var out bottest.Reading
	for _, p := range c.posts {
		out = append(out, p.Text)
	}
	return out
}

// Say implements bottest.Reporter.
func (c *companion) Say(text string) { c.tell(map[string]string{"say": text}) }

// Press implements bottest.Reporter.
func (c *companion) Press(label string) error {
	c.mu.Lock()
	answer := c.read().Choose(label)
	c.mu.Unlock()
	if answer == "" {
		return errors.New("the last message does not offer " + label)
	}
	c.Say(answer)
	return nil
}

// Photo implements bottest.Reporter.
func (c *companion) Photo(pictures ...[]byte) {
	for _, p := range pictures {
		c.tell(map[string]string{"photo": base64.StdEncoding.EncodeToString(p)})
	}
}

// See implements bottest.Reporter.
func (c *companion) See(ctx context.Context, words, label string) error {
	return c.wait(ctx, func() bool { return c.read().Shows(words, label) })
}

// Chat implements bottest.Reporter.
func (c *companion) Chat() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read().String()
}

// Numbers implements bottest.Reporter.
func (*companion) Numbers() bool { return true }

// Buttons implements bottest.Reporter.
func (*companion) Buttons() int { return 0 }
