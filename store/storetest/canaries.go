package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Canaries searches every file below the folders for the words, as they are,
// in base64 at any offset and in hexadecimal, and fails the test when it finds
// one. It fails too when there is nothing to search: a search of an empty
// folder proves nothing.
func Canaries(t testing.TB, words []string, dirs ...string) {
	t.Helper()
	searched := 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			searched += len(content)
			CanariesIn(t, words, path, content)
			CanariesIn(t, words, "the name of "+path, []byte(d.Name()))
			return nil
		})
		if err != nil {
			t.Errorf("search %s: %v", dir, err)
		}
	}
	if searched == 0 {
		t.Errorf("search %v: there is nothing in it", dirs)
	}
}

// CanariesIn searches a content, called name in what the test says.
func CanariesIn(t testing.TB, words []string, name string, content []byte) {
	t.Helper()
	for _, word := range words {
		for form, needle := range disguises(word) {
			if bytes.Contains(content, []byte(needle)) {
				t.Errorf("%s holds %q (%s)", name, word, form)
			}
		}
	}
}

// disguises are the forms in which a word may stand in a file.
func disguises(word string) map[string]string {
	x := hex.EncodeToString([]byte(word))
	forms := map[string]string{"in clear": word, "hexadecimal": x, "upper hexadecimal": strings.ToUpper(x)}
	for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for offset := range 3 {
			// What stands before and after the word changes the digits at both
			// ends; those between are the word's own.
			s := enc.EncodeToString(append(make([]byte, offset), word...))
			from, to := []int{0, 2, 3}[offset], (offset+len(word))/3*4
			if to > from {
				forms[name+" at offset "+string(rune('0'+offset))] = s[from:to]
			}
		}
	}
	return forms
}
