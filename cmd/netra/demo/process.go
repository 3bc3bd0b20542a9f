package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is the bot as a process of its own, which can be killed at any time.
type process struct {
	d *Demo

	mu     sync.Mutex
	cmd    *exec.Cmd
	listen string // where the bot shows its metrics; "" while it is not up
	starts int
	killed bool     // the end of cmd is what somebody wanted
	log    []string // the last lines
	rest   []byte   // of a line that has not ended
}

// logLines is how many lines of the log are kept.
const logLines = 40

// run starts the bot, again when it ends, until the context does.
func (p *process) run(ctx context.Context) error {
	for fast := 0; ctx.Err() == nil; p.d.touch() {
		began := time.Now()
		err := p.once(ctx)
		if fast++; time.Since(began) > 5*time.Second || errors.Is(err, errKilled) || ctx.Err() != nil {
			fast = 0
		}
		p.d.touch()
		_ = rest(ctx, downFor)
		if fast > 5 {
			return fmt.Errorf("the bot does not stay up: %w; its last words:\n%s", err, strings.Join(p.lines(), "\n"))
		}
	}
	return nil
}

// errKilled says that the bot ended because somebody wanted it to.
var errKilled = errors.New("killed")

// downFor is how long the bot stays down, so that people see that it was.
const downFor = 1500 * time.Millisecond

// once runs the bot until it ends.
func (p *process) once(ctx context.Context) error {
	cmd := p.d.o.Serve(ctx)
	cmd.Env = append(cmd.Env,
		"NETRA_TELEGRAM_TOKEN="+p.d.telegram.Token, "NETRA_TELEGRAM_API="+p.d.telegram.URL,
		"NETRA_INTAKE=telegram:"+strconv.FormatInt(p.d.group.ID(), 10),
		"NETRA_DATA="+p.d.o.Dir, "NETRA_LISTEN=127.0.0.1:0",
		"NETRA_OPERATOR=Sekretariat Contoh", "NETRA_CONTACT=kontak@contoh.example",
		"NETRA_PRESSURE_DELAY=0-0", // nobody waits for hours here
	)
	cmd.Stdout, cmd.Stderr = p, p
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = within
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the bot: %w", err)
	}
	p.mu.Lock()
	p.cmd, p.killed, p.rest = cmd, false, nil
	p.starts++
	p.mu.Unlock()
	err := cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.listen = nil, ""
	switch {
	case p.killed:
		return errKilled
	case err == nil:
		return errors.New("it ended by itself")
	}
	return err
}

// kill ends the bot in the middle of whatever it does. It is started again.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		p.killed = true
		_ = p.cmd.Process.Kill() // it may just have ended
	}
}

// Write takes what the bot logs.
func (p *process) Write(raw []byte) (int, error) {
	p.mu.Lock()
	p.rest = append(p.rest, raw...)
	for {
		line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
		if !ok {
			break
		}
		p.line(string(line))
		p.rest = bytes.Clone(rest)
	}
	p.mu.Unlock()
	p.d.touch()
	return len(raw), nil
}

func (p *process) line(s string) {
	var said struct{ Message, Listen string }
	if json.Unmarshal([]byte(s), &said) == nil && said.Listen != "" {
		p.listen = said.Listen
	}
	p.log = append(p.log, s)
	p.log = p.log[max(0, len(p.log)-logLines):]
}

func (p *process) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.log...)
}

// counts are what the bot's metrics say of what it keeps.
func (p *process) counts(ctx context.Context) map[string]float64 {
	p.mu.Lock()
	listen := p.listen
	p.mu.Unlock()
	if listen == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listen+"/metrics", nil)
	if err != nil {
		return nil
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		return nil
	}
	out := map[string]float64{}
	for line := range strings.Lines(body.String()) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseFloat(value, 64); ok && err == nil {
			for _, kept := range []string{"netra_sessions", "netra_cases", "netra_deliveries_unsettled"} {
				if name == kept || strings.HasPrefix(name, kept+"{") {
					out[name] = n
				}
			}
		}
	}
	return out
}
