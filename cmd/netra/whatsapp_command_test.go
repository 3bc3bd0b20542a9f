package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
	"rsc.io/qr/coding"

	"github.com/netralitas/netra/bot/bottest/whatsapptest"
	"github.com/netralitas/netra/bot/whatsapp"
)

// office is where somebody runs netra whatsapp, with a WhatsApp server to reach.
type office struct {
	t      *testing.T
	server *whatsapptest.Server
	vars   map[string]string
}

func newOffice(t *testing.T) *office {
	s := whatsapptest.NewServer(t)
	before := wireWhatsApp
	wireWhatsApp = s.Wire
	t.Cleanup(func() { wireWhatsApp = before })
	return &office{t, s, map[string]string{"NETRA_DATA": filepath.Join(t.TempDir(), "data")}}
}

// do runs a command to its end.
func (o *office) do(args ...string) (string, error) {
	o.t.Helper()
	c := o.begin(args...)
	return c.end()
}

// running is a command that somebody sits at.
type running struct {
	t     *testing.T
	o     *office
	keys  *io.PipeWriter
	stop  context.CancelFunc
	done  chan error
	mu    sync.Mutex
	out   bytes.Buffer
	wrote chan struct{}
}

func (o *office) begin(args ...string) *running {
	in, keys := io.Pipe()
	ctx, stop := context.WithCancel(o.t.Context())
	c := &running{t: o.t, o: o, keys: keys, stop: stop, done: make(chan error, 1), wrote: make(chan struct{}, 1)}
	go func() {
		c.done <- run(ctx, append([]string{"whatsapp"}, args...), func(k string) string { return o.vars[k] }, in, c, c)
		in.Close()
	}()
	o.t.Cleanup(func() { stop(); keys.Close() })
	return c
}

func (c *running) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.wrote <- struct{}{}:
	default:
	}
	return c.out.Write(p)
}

func (c *running) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.String()
}

// see waits until the command shows what matches, and returns the last group.
func (c *running) see(pattern string) string {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(20 * time.Second)
	for {
		if all := re.FindAllStringSubmatch(c.text(), -1); all != nil {
			last := all[len(all)-1]
			return last[len(last)-1]
		}
		select {
		case <-c.wrote:
		case <-late:
			c.t.Fatalf("%q is not shown:\n%s", pattern, c.text())
		}
	}
}

func (c *running) say(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.keys, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
}

// end waits for the command, and sees that it names nobody.
func (c *running) end() (string, error) {
	c.t.Helper()
	select {
	case err := <-c.done:
		all := c.text()
		if err != nil {
			all += err.Error()
		}
		for _, name := range c.o.server.Canaries() {
			if strings.Contains(all, name) && !strings.HasPrefix(name, "Pengawas") {
				c.t.Errorf("it names %q:\n%s", name, all)
			}
		}
		return c.text(), err
	case <-time.After(40 * time.Second):
		c.t.Fatalf("it does not end:\n%s", c.text())
		return "", nil
	}
}

// linked is an office whose account is linked.
func linked(t *testing.T) (*office, *whatsapptest.Account) {
	t.Helper()
	o := newOffice(t)
	a := o.server.NewAccount("Kenari Contoh")
	c := o.begin("pair")
	c.see(`Scan it within 60 seconds`)
	if err := a.Scan(readTerminal(t, c.text())); err != nil {
		t.Fatal(err)
	}
	out, err := c.end()
	wants(t, out, err, "", "Linked: the account …"+a.PN.User[len(a.PN.User)-4:], "NETRA_WHATSAPP=on", "netra whatsapp groups")
	return o, a
}

// wants checks how a command ended: with an error that says bad, or without one
// when bad is "".
func wants(t *testing.T, out string, err error, bad string, good ...string) {
	t.Helper()
	if (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
		t.Errorf("error %v, not %q, after:\n%s", err, bad, out)
	}
	for _, g := range good {
		if !strings.Contains(out, g) {
			t.Errorf("%q is not said:\n%s", g, out)
		}
	}
}

// readTerminal reads the first QR code as a phone does: white is what is painted
// white, whatever colour the terminal has.
func readTerminal(t *testing.T, screen string) string {
	t.Helper()
	var black [][]bool
	for l := range strings.Lines(screen[max(0, strings.Index(screen, qrColours)):]) {
		row, painted := strings.CutPrefix(l, qrColours)
		row, whole := strings.CutSuffix(row, qrReset+"\n")
		if !painted || !whole {
			break
		}
		var above, below []bool
		for _, r := range row {
			above = append(above, r == '█' || r == '▀')
			below = append(below, r == '█' || r == '▄')
		}
		black = append(black, above, below)
	}
	if len(black) == 0 {
		t.Fatalf("no code:\n%s", screen)
	}
	return readModules(t, func(x, y int) bool { return black[y][x] }, len(black[0])-2*quiet)
}

// readModules decodes a code of that many modules a side, which stands in quiet
// modules of white, without correcting errors: there must be none.
func readModules(t *testing.T, black func(x, y int) bool, size int) string {
	t.Helper()
	for i := range size + 2*quiet {
		for j := range quiet {
			if black(i, j) || black(i, size+2*quiet-1-j) || black(j, i) || black(size+2*quiet-1-j, i) {
				t.Fatal("the code touches its surroundings")
			}
		}
	}
	plan, err := coding.NewPlan(coding.Version((size-17)/4), coding.L, 0)
	if err != nil {
		t.Fatal(err)
	}
	bits := make([]byte, 8*(plan.DataBytes+plan.CheckBytes))
	for y, row := range plan.Pixel {
		for x, pixel := range row {
			is, mask := black(x+quiet, y+quiet), pixel&coding.Black != 0
			switch pixel.Role() {
			case coding.Data, coding.Check:
				if is != mask {
					bits[pixel.Offset()] = 1
				}
			default:
				if is != mask {
					t.Fatalf("module %d,%d is wrong", x, y)
				}
			}
		}
	}
	number := func(n int) (v int) {
		for _, b := range bits[:n] {
			v = v<<1 | int(b)
		}
		bits = bits[n:]
		return v
	}
	if mode := number(4); mode != 4 {
		t.Fatalf("mode %d", mode)
	}
	width := 8
	if plan.Version >= 10 {
		width = 16
	}
	var text []byte
	for range number(width) {
		text = append(text, byte(number(8)))
	}
	return string(text)
}

func TestAccountPairQR(t *testing.T) {
	o, a := linked(t)
	if n := len(a.Devices()); n != 1 {
		t.Errorf("%d devices", n)
	}
	out, err := o.do("pair")
	wants(t, out, err, "linked already")
	out, err = o.do("status")
	wants(t, out, err, "", "✓ linked: the account …", ", since ", "✓ connection: WhatsApp lets it in", "✓ clock")
	out, err = o.do("logout")
	wants(t, out, err, "", "Unlinked: the account …")
	if n := len(a.Devices()); n != 0 {
		t.Errorf("%d devices after logout", n)
	}
	for _, verb := range []string{"status", "groups", "logout"} {
		out, err = o.do(verb)
		wants(t, out, err, "netra whatsapp pair")
	}
	if v := o.server.Violations(); len(v) > 0 {
		t.Errorf("%v", v)
	}
}

func TestAccountPairPNG(t *testing.T) {
	o := newOffice(t)
	a := o.server.NewAccount("")
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, []byte("foto"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := o.do("pair", "--png", file)
	wants(t, out, err, "exists already")
	if raw, err := os.ReadFile(file); string(raw) != "foto" {
		t.Errorf("somebody's file is gone: %v", err)
	}
	file += "2"
	c := o.begin("pair", "--png="+file)
	c.see("holds a QR code for 60 seconds")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := readPNG(t, raw)
	if err := a.Scan(text); err != nil {
		t.Fatal(err)
	}
	out, err = c.end()
	wants(t, out, err, "", "Linked")
	if strings.Contains(out, "█") {
		t.Error("the code is in the terminal too")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the picture is still there")
	}
}

// TestAccountNextQR: on a screen a code takes the place of the last one.
func TestAccountNextQR(t *testing.T) {
	for _, screen := range []bool{true, false} {
		var out bytes.Buffer
		show := terminalQR(&out, screen)
		if err := show("https://contoh.invalid/satu", time.Minute); err != nil {
			t.Fatal(err)
		}
		first := out.String()
		if err := show("https://contoh.invalid/dua", 20*time.Second); err != nil {
			t.Fatal(err)
		}
		second := strings.TrimPrefix(out.String(), first)
		up := fmt.Sprintf("\x1b[%dA\x1b[J", strings.Count(first, "\n"))
		if strings.HasPrefix(second, up) != screen || !strings.Contains(second, "within 20 seconds") {
			t.Errorf("screen %v: %q", screen, second)
		}
		if got := readTerminal(t, second); got != "https://contoh.invalid/dua" {
			t.Errorf("it shows %q", got)
		}
	}
}

func readPNG(t *testing.T, raw []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	const scale = 8
	return readModules(t, func(x, y int) bool {
		r, _, _, _ := img.At(x*scale+scale/2, y*scale+scale/2).RGBA()
		return r < 0x8000
	}, img.Bounds().Dx()/scale-2*quiet)
}

func TestAccountPairPhone(t *testing.T) {
	o := newOffice(t)
	a := o.server.NewAccount("")
	for _, bad := range []string{"0899-000-0001", "62899", "+62", "saya"} {
		out, err := o.do("pair", "--phone", bad)
		wants(t, out, err, "country code")
	}
	c := o.begin("pair", "--phone", "+"+a.PN.User[:2]+" "+a.PN.User[2:5]+"-"+a.PN.User[5:])
	code := c.see(`(?m)^ +([0-9A-Z]{4}-[0-9A-Z]{4})$`)
	if err := a.EnterCode(code); err != nil {
		t.Fatal(err)
	}
	out, err := c.end()
	wants(t, out, err, "", "Link with phone number instead", "Linked")

	o = newOffice(t)
	o.server.SetHook(func(s whatsapptest.Stanza) whatsapptest.Fault {
		if s.Type == "md/set/link_code_companion_reg" {
			return 429
		}
		return whatsapptest.NoFault
	})
	out, err = o.do("pair", "--phone", "+62 899-000-9999")
	wants(t, out, err, "no more codes for now")
}

// browser is what a browser prints after the line was run in its console.
func browser(t *testing.T, line, origin string) string {
	t.Helper()
	_, raw, _ := strings.Cut(line, ",o=")
	raw, _, ok := strings.Cut(raw, ";o.challenge")
	var o struct {
		Challenge, RPID  string
		AllowCredentials []any
	}
	if err := json.Unmarshal([]byte(raw), &o); !ok || err != nil || o.RPID != "whatsapp.com" || o.AllowCredentials == nil {
		t.Fatalf("%v %+v in %s", err, o, line)
	}
	data, err := json.Marshal(map[string]string{"type": "webauthn.get", "challenge": o.Challenge, "origin": origin})
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	out, err := json.Marshal(map[string]any{"id": "eA", "rawId": "eA", "type": "public-key", "response": map[string]any{
		"clientDataJSON": b64(data), "authenticatorData": b64([]byte("a")), "signature": b64([]byte("s")), "userHandle": nil,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAccountPairPasskey(t *testing.T) {
	o := newOffice(t)
	a := o.server.NewAccountWith(whatsapptest.AccountOptions{Passkey: true})
	refused := false
	o.server.SetHook(func(s whatsapptest.Stanza) whatsapptest.Fault {
		if s.Type == "md/set/passkey_prologue" && !refused {
			refused = true
			return 400
		}
		return whatsapptest.NoFault
	})
	c := o.begin("pair")
	c.see("Scan it within")
	scanned := make(chan error, 1)
	go func() { scanned <- a.Scan(readTerminal(t, c.text())) }()
	line := c.see(`(?m)^\(async.*$`)
	answer := browser(t, line, whatsapp.PasskeySite)
	for _, try := range []struct{ paste, say string }{
		{"bukan ini", "begins with {"},
		{line, "that is the line for the browser"},
		{"No answer: timeout", "the browser has no answer"},
		{browser(t, line, "https://contoh.invalid"), "at another address"},
		{strings.Replace(answer, `"signature"`, `"tanda"`, 1), "a part of the passkey's answer is missing"},
		{`{"id": 1}`, "not a passkey's answer"},
		{answer[:40] + "\n", "The end of the answer is missing"},
		{"'" + answer[:40] + "\n" + answer[40:] + "'", "The passkey answered"},
	} {
		c.say(try.paste)
		c.see(regexp.QuoteMeta(try.say))
	}
	c.see("WhatsApp did not take that answer")
	c.say(answer)
	if err := <-scanned; err != nil {
		t.Fatal(err)
	}
	out, err := c.end()
	wants(t, out, err, "", "https://web.whatsapp.com", "Linked")
}

// TestAccountConfirm: what follows an answer in a paste does not press Enter.
func TestAccountConfirm(t *testing.T) {
	for reply, bad := range map[string]string{"": "", "apa\n": "", "no": "the codes differ"} {
		in, keys := io.Pipe()
		c := &running{t: t, wrote: make(chan struct{}, 1)}
		h := &helper{p: program{out: c}, lines: readLines(t.Context(), in)}
		done := make(chan error, 1)
		go func() { done <- h.confirm(t.Context(), "ABCD-EFGH") }()
		io.WriteString(keys, "\n")
		c.see("ABCD-EFGH(.|\n)*Press Enter")
		select {
		case err := <-done:
			t.Fatalf("confirmed by itself: %v", err)
		default:
		}
		io.WriteString(keys, reply+"\n")
		wants(t, "", <-done, bad)
		keys.Close()
	}
}

func TestAccountStopped(t *testing.T) {
	o := newOffice(t)
	a := o.server.NewAccountWith(whatsapptest.AccountOptions{Passkey: true})
	c := o.begin("pair")
	c.see("Scan it within")
	c.stop()
	_, err := c.end()
	wants(t, "", err, "stopped")
	c = o.begin("pair")
	c.see("Scan it within")
	go a.Scan(readTerminal(t, c.text()))
	c.see("Answer: ")
	c.stop()
	_, err = c.end()
	wants(t, "", err, "stopped")
	c = o.begin("pair")
	c.see("Scan it within")
	go a.Scan(readTerminal(t, c.text()))
	c.see("Answer: ")
	c.keys.Close()
	_, err = c.end()
	wants(t, "", err, "the input ended")
}

func TestAccountStatus(t *testing.T) {
	o, a := linked(t)
	for _, state := range []struct {
		r    whatsapptest.Refusal
		want string
	}{
		{whatsapptest.Refusal{Reason: 402, Code: 101, Expire: time.Hour}, "banned the account for 1h0m0s (code 101: you sent too many messages"},
		{whatsapptest.Refusal{Reason: 405}, "refuses this version of the client; update Netra"},
		{whatsapptest.Refusal{Reason: 409}, "refuses the connection (reason 409)"},
		{whatsapptest.Refusal{Reason: 503}, "cut the connection off, or is busy"},
	} {
		a.Refuse(state.r)
		out, err := o.do("status")
		wants(t, out, err, "does not let the account in", "✓ linked", state.want)
		out, err = o.do("groups")
		wants(t, out, err, state.want)
	}
	a.Refuse(whatsapptest.Refusal{})
	o.server.SetBacklogFirst(true)
	a.Restrict(true, time.Date(2030, 1, 2, 3, 4, 0, 0, time.UTC))
	o.server.SetClock(10*time.Minute + 30*time.Second)
	out, err := o.do("status")
	wants(t, out, err, "not all is well", "error 463), until 2 January 2030 03:04 UTC", "clock: this machine's is 10m", "behind")
	o.server.SetClock(-10*time.Minute - 30*time.Second)
	out, err = o.do("status")
	wants(t, out, err, "not all is well", "clock: this machine's is 10m", "ahead")
	o.server.SetClock(0)

	unlock, err := lock(o.vars["NETRA_DATA"])
	if err != nil {
		t.Fatal(err)
	}
	out, err = o.do("status")
	wants(t, out, err, "", "✓ linked: the account …", "not tried, because a running netra")
	for _, args := range [][]string{{"pair"}, {"groups"}, {"logout", "--force"}} {
		out, err = o.do(args...)
		wants(t, out, err, "another netra serves")
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

// TestAccountUnlinked: WhatsApp says once that a device is linked no more; then
// nothing of it is kept.
func TestAccountUnlinked(t *testing.T) {
	for reason, want := range map[int]string{401: "was unlinked", 403: "locked the account", 406: "banned the account; ask for a review"} {
		o, a := linked(t)
		a.Refuse(whatsapptest.Refusal{Reason: reason})
		out, err := o.do("status")
		wants(t, out, err, "does not let the account in", want)
		out, err = o.do("status")
		wants(t, out, err, "no WhatsApp account is linked")
		o.empty()
	}
}

// TestAccountLeftovers: people of an account that is gone are not kept for the
// next one.
func TestAccountLeftovers(t *testing.T) {
	o, a := linked(t)
	s := o.stores()
	if _, err := s.db.SQL().ExecContext(t.Context(), "INSERT INTO whatsmeow_lid_map (lid, pn) VALUES ('778', '628')"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.SQL().ExecContext(t.Context(), "DELETE FROM whatsmeow_device"); err != nil { // as whatsmeow does
		t.Fatal(err)
	}
	s.Close()
	c := o.begin("pair")
	c.see("Scan it within")
	if err := a.Scan(readTerminal(t, c.text())); err != nil {
		t.Fatal(err)
	}
	out, err := c.end()
	wants(t, out, err, "", "Linked")
	s = o.stores()
	defer s.Close()
	n := 0
	if err := s.db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM whatsmeow_lid_map WHERE lid = '778'").Scan(&n); err != nil || n > 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// stores opens the data folder, as netra serve does.
func (o *office) stores() *stores {
	o.t.Helper()
	c, _, err := parse(program{env: func(k string) string { return o.vars[k] }, out: io.Discard}, "whatsapp", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	s, err := open(o.t.Context(), c)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// empty checks that nothing is kept of the device and of people.
func (o *office) empty() {
	o.t.Helper()
	s := o.stores()
	defer s.Close()
	for _, table := range []string{"device", "sessions", "identity_keys", "pre_keys", "lid_map", "contacts", "privacy_tokens", "event_buffer"} {
		n := 0
		if err := s.db.SQL().QueryRowContext(o.t.Context(), "SELECT count(*) FROM whatsmeow_"+table).Scan(&n); err != nil || n > 0 {
			o.t.Errorf("%s: %d rows, %v", table, n, err)
		}
	}
}

func TestAccountGroups(t *testing.T) {
	o, a := linked(t)
	out, err := o.do("groups")
	wants(t, out, err, "", "is in no group")
	u := o.server.NewUser("Pengawas Contoh")
	g := o.server.NewGroup("Pengawas \x1b[31mContoh", u, a)
	top := o.server.NewGroupWith(whatsapptest.GroupOptions{Subject: "Pengawas Se-Contoh", Community: true, Members: []whatsapptest.Member{u, a}})
	out, err = o.do("groups")
	wants(t, out, err, "", "writes to none of them unless", "whatsapp:"+g.JID.String()+"     2 members  Pengawas [31mContoh\n",
		"whatsapp:"+top.JID.String()+"     2 members  Pengawas Se-Contoh  (a community")
	try := func(address string) (string, error) {
		vars := maps.Clone(o.vars)
		vars["NETRA_WHATSAPP"], vars["NETRA_INTAKE"] = "on", "whatsapp:"+address
		return call(t, vars, "", "intake", "test", "intake")
	}
	if out, err := try(g.JID.String()); err != nil || !strings.Contains(out, "✓ intake: the account is in the group") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := try("120363000000000000@g.us"); err == nil || !strings.Contains(err.Error(), "not in this group") {
		t.Errorf("%s, %v", out, err)
	}
}

// TestAccountKeepsMessages: what a reporter writes while an operator looks
// after the account is there for netra serve.
func TestAccountKeepsMessages(t *testing.T) {
	o, a := linked(t)
	o.server.NewUser("").Chat(a).Say("halo")
	for _, verb := range []string{"status", "groups", "status"} {
		out, err := o.do(verb)
		wants(t, out, err, "")
	}
	if a.Queued() == 0 {
		t.Error("it was acknowledged")
	}
	s := o.stores()
	defer s.Close()
	var cli *whatsmeow.Client
	if _, err := whatsapp.Open(t.Context(), s.db.SQL(), func(c *whatsmeow.Client) { cli = c; o.server.Wire(c) }); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	cli.EnableDecryptedEventBuffer = true
	cli.AddEventHandler(func(e any) {
		if m, ok := e.(*events.Message); ok && !m.Info.IsFromMe {
			heard <- m.Message.GetConversation() + m.Message.GetExtendedTextMessage().GetText()
		}
	})
	if err := cli.Connect(); err != nil {
		t.Fatal(err)
	}
	defer cli.Disconnect()
	select {
	case got := <-heard:
		if got != "halo" {
			t.Errorf("heard %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not come again")
	}
}

func TestAccountLogout(t *testing.T) {
	o, a := linked(t)
	a.Refuse(whatsapptest.Refusal{Reason: 402, Code: 102, Expire: time.Hour})
	out, err := o.do("logout")
	wants(t, out, err, "--force removes the keys here")
	out, err = o.do("logout", "--force")
	wants(t, out, err, "", "WhatsApp was not told", "too many people blocked you", "Unlink the device on its phone")
	o.empty()
	if n := len(a.Devices()); n != 1 {
		t.Errorf("%d devices", n)
	}

	o, a = linked(t)
	a.Unlink()
	out, err = o.do("logout")
	wants(t, out, err, "", "Unlinked")
	o.empty()
}

func TestAccountUnreachable(t *testing.T) {
	o, _ := linked(t)
	o.server.Close()
	out, err := o.do("status")
	wants(t, out, err, "does not let the account in", "cannot be reached; is this machine online")
	out, err = o.do("logout")
	wants(t, out, err, "cannot be reached")
	out, err = o.do("logout", "--force")
	wants(t, out, err, "", "are removed here")
	out, err = o.do("pair")
	wants(t, out, err, "cannot be reached")
}

func TestAccountMistakes(t *testing.T) {
	o := newOffice(t)
	for _, verb := range []string{"status", "groups", "logout"} {
		out, err := o.do(verb)
		wants(t, out, err, "no WhatsApp account is linked")
	}
	if _, err := os.Stat(o.vars["NETRA_DATA"]); err == nil {
		t.Error("a data folder was made")
	}
	for _, bad := range [][]string{{"terbang"}, {"pair", "x"}, {"pair", "--phone"}, {"pair", "--force"}, {"pair", "--png", "x", "--phone", "y"}, {"status", "--png", "x"}} {
		if out, err := o.do(bad...); err == nil {
			t.Errorf("%v: no error:\n%s", bad, out)
		}
	}
	for _, help := range [][]string{nil, {"help"}, {"--help"}, {"pair", "--help"}} {
		out, err := o.do(help...)
		wants(t, out, err, "", "--phone NUMBER", "--force")
	}
}

// TestShippedUnwired: what leads WhatsApp's client elsewhere, or makes it trust
// another server, is in tests only.
func TestShippedUnwired(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.Dir}}{{range .GoFiles}} {{.}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	assigns := regexp.MustCompile(`(WACertPubKey|wireWhatsApp)\s*(=[^=]|,.*=)|&\s*(whatsmeow\.WACertPubKey|wireWhatsApp)`)
	ours := 0
	for l := range strings.Lines(string(out)) {
		f := strings.Fields(l)
		if len(f) == 0 {
			continue
		}
		// The demo plays Telegram, on loopback and at an address that serve is
		// told; nothing of it can lead WhatsApp's client anywhere.
		if strings.HasSuffix(f[0], "/bottest/telegramtest") {
			continue
		}
		if strings.Contains(f[0], "/bottest") || strings.HasSuffix(f[0], "test") && strings.Contains(f[0], "netra") {
			t.Errorf("shipped: %s", f[0])
		}
		if !strings.HasPrefix(f[0], "github.com/netralitas/netra") {
			continue
		}
		for _, name := range f[2:] {
			ours++
			raw, err := os.ReadFile(filepath.Join(f[1], name))
			if err != nil {
				t.Fatal(err)
			}
			if found := assigns.Find(raw); found != nil {
				t.Errorf("%s/%s: %s", f[0], name, found)
			}
		}
	}
	if ours < 30 {
		t.Errorf("only %d files were looked at", ours)
	}
}
