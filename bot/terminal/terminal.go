// Package terminal holds a conversation on a terminal: the reporter types, and
// what the supervisors' group would get is printed in a frame. It needs no
// platform, so that anybody can try the conversation.
package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netralitas/netra/bot"
)

// Terminal is a channel with one reporter. Choices are answered by number or
// words; "@path" sends a file.
type Terminal struct {
	out   io.Writer
	plain func(string) string // canonical markup to plain text

	mu   sync.Mutex
	refs int
}

var (
	_ bot.Fetcher = (*Terminal)(nil)
	_ bot.Group   = (*Terminal)(nil)
)

// New returns a terminal that prints to out.
func New(out io.Writer, plain func(string) string) *Terminal {
	return &Terminal{out: out, plain: plain}
}

// Name implements bot.Channel.
func (*Terminal) Name() string { return "terminal" }

// Reply implements bot.Channel.
func (t *Terminal) Reply(_ context.Context, r bot.Reply) (bot.Sent, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "\n%s\n", t.plain(r.Text))
	for i, b := range r.Choices {
		mark := ""
		if b.On {
			mark = "✓ "
		}
		fmt.Fprintf(t.out, "  %d. %s%s\n", r.First+i+1, mark, t.plain(b.Label))
	}
	if r.Hint != "" {
		fmt.Fprintf(t.out, "  %s\n", t.plain(r.Hint))
	}
	nav := make([]string, len(r.Nav))
	for i, b := range r.Nav {
		nav[i] = "[" + t.plain(b.Label) + "]"
	}
	if len(nav) > 0 {
		fmt.Fprintf(t.out, "  %s\n", strings.Join(nav, " "))
	}
	return bot.Sent{}, nil
}

// Notify implements bot.Channel.
func (t *Terminal) Notify(_ context.Context, _ bot.Address, text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := fmt.Fprintf(t.out, "\n%s\n", t.plain(text))
	return err
}

// Post implements bot.Group.
func (t *Terminal) Post(_ context.Context, to bot.Address, text string, _ bot.Ref) (bot.Ref, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refs++
	fmt.Fprintf(t.out, "\n┌── %s\n", to)
	for line := range strings.Lines(t.plain(text)) {
		fmt.Fprintf(t.out, "│ %s\n", strings.TrimRight(line, "\n"))
	}
	_, err := fmt.Fprintln(t.out, "└──")
	return bot.Ref(strconv.Itoa(t.refs)), err
}

// Answer implements bot.Group.
func (t *Terminal) Answer(ctx context.Context, m bot.Message, text string) error {
	_, err := t.Post(ctx, m.Group, text, m.Quotes)
	return err
}

// PostFiles implements bot.Group.
func (t *Terminal) PostFiles(_ context.Context, to bot.Address, files []bot.Upload, _ bot.Ref) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "\n┌── %s\n", to)
	for _, f := range files {
		fmt.Fprintf(t.out, "│ %s (%s)\n", f.Name, f.Type)
	}
	_, err := fmt.Fprintln(t.out, "└──")
	return err
}

// MaxFile implements bot.Fetcher.
func (*Terminal) MaxFile() int64 { return 20 << 20 }

// Fetch implements bot.Fetcher: the attachment is a path.
func (*Terminal) Fetch(_ context.Context, a bot.Attachment) (io.ReadCloser, error) {
	f, err := os.Open(a.ID)
	if err != nil {
		return nil, &bot.Failure{Kind: bot.Bug, Op: "open file", Reason: "cannot be opened"}
	}
	return f, nil
}

// Run reads lines until the input or the context ends, and hands each over. It
// begins with start, as if that had been typed.
func (t *Terminal) Run(ctx context.Context, in io.Reader, lang, start string, handle func(context.Context, bot.Message) error) error {
	lines := make(chan string)
	go func() {
		defer close(lines)
		sc := bufio.NewScanner(in)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			select {
			case lines <- sc.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for n, line, ok := 0, start, true; ok; n++ {
		if err := handle(ctx, message(n, line, lang)); err != nil {
			return err
		}
		fmt.Fprint(t.out, "\n> ")
		select {
		case line, ok = <-lines:
		case <-ctx.Done():
			return nil
		}
	}
	fmt.Fprintln(t.out)
	return nil
}

// message reads a line as what a reporter did.
func message(n int, line, lang string) bot.Message {
	m := bot.Message{From: "me", ID: strconv.Itoa(n), At: time.Now().UTC(), Lang: lang, Numbered: true}
	line = strings.TrimSpace(line)
	if path, ok := strings.CutPrefix(line, "@"); ok && path != "" {
		m.File = &bot.Attachment{ID: path}
		return m
	}
	m.Text = line
	if line == "" {
		m.Problem = "error.need_text"
	}
	return m
}
