package storetest

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// told counts what a search complains about.
type told struct {
	testing.TB
	n int
}

func (t *told) Helper()               {}
func (t *told) Errorf(string, ...any) { t.n++ }

func TestCanariesAreFound(t *testing.T) {
	const word = "kenari-rahasia"
	for before := range 4 {
		for after := range 4 {
			text := strings.Repeat("x", before) + word + strings.Repeat("y", after)
			for _, form := range []string{
				text, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))),
				base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
			} {
				dir := t.TempDir()
				if err := os.WriteFile(filepath.Join(dir, "f"), []byte("\x00\n"+form), 0o600); err != nil {
					t.Fatal(err)
				}
				got := &told{TB: t}
				if Canaries(got, []string{word}, dir); got.n == 0 {
					t.Errorf("%q was not found in %q", word, form)
				}
			}
		}
	}
	empty := &told{TB: t}
	if Canaries(empty, []string{word}, t.TempDir()); empty.n != 1 {
		t.Error("a search of nothing passed")
	}
}
