package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/netralitas/netra/bot/whatsapp"
)

var phone = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)

// pair links an account, with the operator's help.
func pair(ctx context.Context, p program, c config, own map[string]string) (err error) {
	number := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(own["phone"])
	switch {
	case number != "" && own["png"] != "":
		return errors.New("choose one of --phone and --png")
	case number != "" && !phone.MatchString(number):
		return errors.New(`--phone needs the account's number with its country code, like "+62 899-000-xxxx"`)
	}
	d, closeAll, err := unserved(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	if d.Paired() {
		return whatsapp.ErrPaired
	}
	helper := &helper{p: p, lines: readLines(ctx, p.in)}
	show := terminalQR(p.out, isTerminal(p.out))
	if own["png"] != "" {
		picture := &pngQR{path: own["png"], out: p.out}
		defer func() { err = errors.Join(err, picture.remove()) }()
		show = picture.show
	}
	if number == "" {
		fmt.Fprintln(p.out, "Linking takes the phone of the account: WhatsApp → Settings (Android: ⋮) → Linked devices → Link a device.")
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	err = d.Pair(ctx, whatsapp.Pairing{
		Phone: number,
		QR: func(text string, valid time.Duration) {
			if err := show(text, valid); err != nil {
				fail(err)
			}
		},
		Code: helper.code, Passkey: helper.passkey, Confirm: helper.confirm,
	})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	fmt.Fprintf(p.out, `
Linked: the account %s. Its keys are in the encrypted database %s; the keyset file opens it, so keep a copy of both apart.

What comes next:
  1. Let an admin add the account to the supervisors' group.
  2. netra whatsapp groups          shows the group's address
  3. NETRA_WHATSAPP=on, and the address in NETRA_INTAKE or in the routes file, like whatsapp:1234567890@g.us
  4. netra serve
WhatsApp may ban an account that is run by a program: read docs/whatsapp.md, and keep a spare number.
`, d.Account(), filepath.Join(c.Data, "netra.db"))
	return nil
}

// helper guides the operator through what is not done by QR.
type helper struct {
	p     program
	lines <-chan typed
}

// code shows what has to be typed on the phone.
func (h *helper) code(code string, valid time.Duration) {
	fmt.Fprintf(h.p.out, `On the phone of the account:
  1. WhatsApp → Settings (Android: ⋮) → Linked devices → Link a device
  2. Link with phone number instead
  3. Type this code:

     %s

It is valid for %s. Waiting for the phone; Ctrl-C stops.
`, code, spoken(valid))
}

// passkey has the operator's browser answer, as often as it takes.
func (h *helper) passkey(ctx context.Context, c whatsapp.Challenge) (whatsapp.Assertion, error) {
	script, err := c.Script()
	if err != nil {
		return whatsapp.Assertion{}, err
	}
	if c.Refused {
		fmt.Fprint(h.p.out, "\nWhatsApp did not take that answer. Run the line again and use the passkey of this account.\n")
	} else {
		fmt.Fprintf(h.p.out, `
This account is protected by a passkey. Only a browser can use it, and only at WhatsApp's own address:
  1. On a computer open %s in Chrome, Edge, Firefox or Safari. Do not log in there.
  2. Open its console: F12, or Ctrl-Shift-J (Mac: ⌘⌥J). If it warns about pasting, type what it asks for.
  3. Paste this one line there and press Enter:

%s

  4. Use the passkey when the browser asks. If it is on the phone, choose the phone and scan what the browser shows.
  5. The console prints a line that begins with {"id": . Copy all of it, paste it here and press Enter.

`, whatsapp.PasskeySite, script)
	}
	pasted := ""
	for {
		if pasted == "" {
			fmt.Fprint(h.p.out, "Answer: ")
		}
		text, err := h.line(ctx)
		if err != nil {
			return whatsapp.Assertion{}, err
		}
		pasted += text
		a, err := c.Answer(pasted)
		switch {
		case err == nil:
			fmt.Fprintln(h.p.out, "\nThe passkey answered. Waiting for the phone; leave WhatsApp open there.")
			return a, nil
		case strings.TrimSpace(text) == "" && strings.TrimSpace(pasted) != "":
			fmt.Fprintln(h.p.out, "\nThe end of the answer is missing. Copy all of it and paste it again.")
			pasted = ""
		case !errors.Is(err, whatsapp.ErrPartial):
			fmt.Fprintf(h.p.out, "\nNot taken: %v.\n", err)
			pasted = ""
		}
	}
}

// confirm has the operator compare what both devices show.
func (h *helper) confirm(ctx context.Context, code string) error {
	h.forget()
	fmt.Fprintf(h.p.out, "\nThe phone shows a code now. Is it this one?\n\n     %s\n\nPress Enter if both are the same; type no if they are not: ", code)
	for {
		text, err := h.line(ctx)
		if err != nil {
			return err
		}
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "", "y", "yes":
			return nil
		case "n", "no":
			return errors.New("the codes differ, so somebody else may be linking: nothing was linked; begin again")
		}
		fmt.Fprint(h.p.out, "Press Enter, or type no: ")
	}
}

// forget drops lines that came before the question: what follows an answer in a
// paste must not press Enter.
func (h *helper) forget() {
	quiet := time.NewTimer(pasteTime)
	defer quiet.Stop()
	for {
		select {
		case _, ok := <-h.lines:
			if !ok {
				return
			}
		case <-quiet.C:
			return
		}
	}
}

// pasteTime is longer than the rest of a paste takes to arrive.
const pasteTime = 300 * time.Millisecond

func (h *helper) line(ctx context.Context) (string, error) {
	select {
	case l, ok := <-h.lines:
		if !ok {
			return "", errors.New("the input ended before there was an answer; run this in a terminal")
		}
		return l.text, l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// typed is a line that the operator typed.
type typed struct {
	text string
	err  error
}

// longestLine is more than any answer of a passkey.
const longestLine = 64 << 10

// readLines reads without holding anybody up: a read from a terminal cannot be
// stopped, so it ends with the program.
func readLines(ctx context.Context, in io.Reader) <-chan typed {
	out := make(chan typed)
	go func() {
		defer close(out)
		s := bufio.NewScanner(in)
		s.Buffer(nil, longestLine)
		say := func(l typed) bool {
			select {
			case out <- l:
				return true
			case <-ctx.Done():
				return false
			}
		}
		for s.Scan() {
			if !say(typed{text: s.Text()}) {
				return
			}
		}
		if s.Err() != nil {
			say(typed{err: fmt.Errorf("read the answer: %w", s.Err())})
		}
	}()
	return out
}

// spoken says a time as people do.
func spoken(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}
