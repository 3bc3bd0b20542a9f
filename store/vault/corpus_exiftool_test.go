package vault

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// tag writes tags into the specimen with exiftool.
func (m *maker) tag(args ...string) {
	m.Helper()
	tool := <-m.exiftools
	out, err := tool.do(append(args, "-m", "-overwrite_original", m.path)...)
	m.exiftools <- tool
	if err != nil || !strings.Contains(out, "1 image files updated") || strings.Contains(out, "is not defined") {
		m.Fatalf("exiftool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// exiftool is a process that works on one file after the other: starting it is
// most of the work.
type exiftool struct {
	in  io.Writer
	out *bufio.Reader
}

func startExiftool(t testing.TB) *exiftool {
	t.Helper()
	c := exec.Command("exiftool", "-config", "", "-stay_open", "True", "-@", "-")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout // what it complains of stands before what it answers
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		fmt.Fprint(in, "-stay_open\nFalse\n")
		in.Close()
		_ = c.Wait()
	})
	return &exiftool{in, bufio.NewReader(out)}
}

// do returns what a call with these arguments prints.
func (e *exiftool) do(args ...string) (string, error) {
	if _, err := fmt.Fprintf(e.in, "%s\n-execute\n", strings.Join(args, "\n")); err != nil {
		return "", err
	}
	var all strings.Builder
	for {
		line, err := e.out.ReadString('\n')
		if before, ready := strings.CutSuffix(line, "{ready}\n"); ready {
			all.WriteString(before)
			return all.String(), nil
		}
		all.WriteString(line)
		if err != nil {
			return all.String(), err
		}
	}
}
