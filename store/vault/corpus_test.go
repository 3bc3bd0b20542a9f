package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netralitas/netra/store/storetest"
)

// corpusKinds are the media types that a copy can be made of, each with how many
// files of it are tried at least.
var corpusKinds = map[string]int{
	"image/jpeg": 8, "image/png": 5, "image/gif": 4, "image/webp": 5, "image/tiff": 5, "image/heic": 4, "image/avif": 4,
	"video/mp4": 6, "video/quicktime": 4, "video/3gpp": 3,
	"audio/mp4": 3, "audio/ogg": 5, "audio/mpeg": 5, "audio/wav": 4, "audio/aac": 2, "audio/amr": 2, "audio/amr-wb": 1,
	"application/pdf": 6,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   3,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         3,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": 3,
	"application/vnd.oasis.opendocument.text":                                   3,
	"application/vnd.oasis.opendocument.spreadsheet":                            3,
	"application/vnd.oasis.opendocument.presentation":                           3,
}

// TestCorpus scrubs files as cameras, phones and programs write them, and has
// the programs that people would use look for what is left: exiftool finds none
// of the planted words and no tag that is not allowed by name, and the copy
// opens, looks and sounds as the original does.
func TestCorpus(t *testing.T) {
	all := corpus(t, specimens())
	count := map[string]int{}
	for _, m := range all {
		count[m.media]++
	}
	for media, least := range corpusKinds {
		if scrubbers[media] == nil {
			t.Errorf("%s: there is no scrubber", media)
		}
		if count[media] < least {
			t.Errorf("%s: %d files, want %d", media, count[media], least)
		}
	}
	if len(all) < 60 {
		t.Errorf("%d files", len(all))
	}
	v := newVault(t)
	t.Run("file", func(t *testing.T) {
		for _, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				m.produce(t)
				m.planted()
				if !m.scrub(v) {
					return
				}
				m.gone()
				if !isOffice(m) {
					if before, after := m.looks(m.path), m.looks(m.copy()); before != after {
						t.Errorf("the copy looks or sounds different:\n%s\nwas\n%s", after, before)
					}
				}
			})
		}
	})
	t.Run("corpusDocuments", func(t *testing.T) { sameDocuments(t, all) })
}

func (m *maker) copy() string { return filepath.Join(m.dir, "copy", m.name) }

// planted checks the original: what is not found there would not be missed in
// the copy.
func (m *maker) planted() {
	m.Helper()
	b := m.read(m.path)
	tags := m.exif(m.path)
	shown := fmt.Sprint(tags)
	for _, word := range m.seen {
		if !strings.Contains(shown, word) {
			m.Errorf("exiftool does not find %q in the original", word)
		}
	}
	layers := m.layers(m.path, b)
	for _, word := range m.unseen {
		if !slices.ContainsFunc(layers, func(l []byte) bool { return bytes.Contains(l, []byte(word)) || holdsWide(l, word) }) {
			m.Errorf("the original does not hold %q", word)
		}
	}
	if len(m.seen)+len(m.unseen) == 0 && !strings.HasPrefix(m.media, "audio/amr") {
		m.Error("nothing is planted in it")
	}
}

// scrub keeps the file in a vault and takes the copy out.
func (m *maker) scrub(v *Vault) bool {
	m.Helper()
	b := m.read(m.path)
	f := keep(m, v, idA, b)
	if f.Type != m.media {
		m.Errorf("taken for %s", f.Type)
		return false
	}
	if !f.Clean {
		m.Errorf("no copy can be made: %v", whyNot(m.media, b))
		return false
	}
	m.write(m.copy(), cleanCopy(m, v, idA, f))
	return true
}

func whyNot(media string, b []byte) error {
	scrub := scrubbers[media]
	if scrub == nil {
		return errors.New("there is no scrubber")
	}
	if err := survive(scrub, io.Discard, from(b), nil); err != nil {
		return err
	}
	return errors.New("its copy is not accepted")
}

// gone checks that nothing of what was planted is in the copy, nor anything
// else that nobody allowed.
func (m *maker) gone() {
	m.Helper()
	b := m.read(m.copy())
	words := append(slices.Clone(m.seen), m.unseen...)
	before, after := m.exif(m.path), m.exif(m.copy())
	for _, tag := range after {
		if !allowedTag(m.media, tag) {
			m.Errorf("the copy has the tag %s", tag)
		}
		for _, word := range words {
			if strings.Contains(tag.value, word) {
				m.Errorf("the copy has the tag %s", tag)
			}
		}
	}
	for _, tag := range before {
		if mustStay(tag) && !slices.Contains(after, tag) {
			m.Errorf("the copy lacks the tag %s", tag)
		}
	}
	for _, layer := range m.layers(m.copy(), b) {
		storetest.CanariesIn(m, append(words, "CANARY"), "the copy", layer)
		for _, word := range words {
			if holdsWide(layer, word) {
				m.Errorf("the copy holds %q in UTF-16", word)
			}
		}
	}
}

// sameDocuments has LibreOffice print originals and copies.
func sameDocuments(t *testing.T, all []*maker) {
	var originals, copies []string
	var made []*maker
	for _, m := range all {
		if !isOffice(m) {
			continue
		}
		if _, err := os.Stat(m.copy()); err == nil {
			originals, copies, made = append(originals, m.path), append(copies, m.copy()), append(made, m)
		}
	}
	if len(made) == 0 {
		t.Fatal("there is no copy of a document")
	}
	m := made[0]
	before, after := filepath.Join(m.dir, "original-printed"), filepath.Join(m.dir, "copy-printed")
	if err := errors.Join(m.soffice(t, before, "pdf", originals), m.soffice(t, after, "pdf", copies)); err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		m.TB = t
		printed := strings.TrimSuffix(m.name, filepath.Ext(m.name)) + ".pdf"
		compare := m.looks
		if strings.Contains(m.name, "-notes.") {
			compare = m.reads // what was changed is no longer in another colour
		}
		was, is := compare(filepath.Join(before, printed)), compare(filepath.Join(after, printed))
		if was != is || !strings.ContainsAny(was, "aeiou") {
			t.Errorf("%s: the copy reads\n%s\nwas\n%s", m.name, is, was)
		}
	}
}

// isOffice reports whether it is a document that LibreOffice opens.
func isOffice(m *maker) bool { return strings.HasPrefix(m.media, "application/vnd.") }
