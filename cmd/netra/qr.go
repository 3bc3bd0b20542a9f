package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rsc.io/qr"
)

// quiet is how many modules of white a reader needs around a code.
const quiet = 4

// White and black of their own, from the 256 colours that themes leave alone: a
// phone reads the code from a dark terminal and from a light one.
const (
	qrColours = "\x1b[48;5;231m\x1b[38;5;16m"
	qrReset   = "\x1b[0m"
)

// encode makes a QR code. The least redundancy makes the smallest picture, which
// a screen does not smudge.
func encode(text string) (*qr.Code, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("draw the QR code: %w", err)
	}
	return code, nil
}

// drawQR writes a QR code with two modules in a character, one above the other.
// It returns how many lines that took.
func drawQR(out io.Writer, code *qr.Code) int {
	var b strings.Builder
	lines := 0
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString(qrColours)
		for x := -quiet; x < code.Size+quiet; x++ {
			switch above, below := code.Black(x, y), code.Black(x, y+1); {
			case above && below:
				b.WriteString("█")
			case above:
				b.WriteString("▀")
			case below:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString(qrReset + "\n")
		lines++
	}
	io.WriteString(out, b.String())
	return lines
}

// terminalQR shows one code after the other; on a screen each takes the place of
// the last.
func terminalQR(out io.Writer, screen bool) func(text string, valid time.Duration) error {
	lines := 0
	return func(text string, valid time.Duration) error {
		code, err := encode(text)
		if err != nil {
			return err
		}
		if screen && lines > 0 {
			fmt.Fprintf(out, "\x1b[%dA\x1b[J", lines)
		}
		lines = drawQR(out, code) + 2
		fmt.Fprintf(out, "Scan it within %s; then another one follows. Ctrl-C stops.\n", spoken(valid))
		fmt.Fprintf(out, "If it looks torn: make the window at least %d by %d, or use --png FILE.\n", code.Size+2*quiet, lines+1)
		return nil
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// pngQR shows codes as a picture in a file that nobody else may read.
type pngQR struct {
	path string
	out  io.Writer
	made bool
}

func (q *pngQR) show(text string, valid time.Duration) error {
	code, err := encode(text)
	if err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_TRUNC
	if !q.made { // what is there already is not ours to remove later
		flags |= os.O_CREATE | os.O_EXCL
	}
	f, err := os.OpenFile(q.path, flags, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("--png: %s exists already, and would be removed at the end; choose another name", q.path)
	}
	if err != nil {
		return fmt.Errorf("--png: %w", err)
	}
	q.made = true
	_, err = f.Write(code.PNG())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("--png: %w", err)
	}
	fmt.Fprintf(q.out, "%s holds a QR code for %s; then another one takes its place. Ctrl-C stops.\n", q.path, spoken(valid))
	return nil
}

// remove removes the file: who scans it can read along.
func (q *pngQR) remove() error {
	if !q.made {
		return nil
	}
	if err := os.Remove(q.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("--png: %w", err)
	}
	return nil
}
