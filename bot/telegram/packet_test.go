package telegram_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
	"github.com/netralitas/netra/store"
)

// TestPacket opens what an officer is given: the form says what the card says, and
// who reported only where that was asked for; the copy has no metadata; the
// original is there for who has the key, and nobody else.
func TestPacket(t *testing.T) {
	o := newOffice(t)
	o.say("report")
	o.s.Quiet(o.ctx)
	group, budi := o.groups["bawaslu"], o.person("Budi")
	budi.Say("/start")
	had := 0
	// packet has Budi ask for a packet, and returns what is in it.
	packet := func(words string) map[string][]byte {
		t.Helper()
		group.Reply(budi, o.card(group), words)
		var data []byte
		ctx, stop := context.WithTimeout(o.ctx, 30*time.Second)
		defer stop()
		if err := budi.WaitFor(ctx, func() bool {
			all := budi.Messages()
			i := slices.IndexFunc(all[had:], func(m telegramtest.Message) bool { return m.FromBot && m.Media != nil })
			if i >= 0 {
				data, had = all[had+i].Media.Data, had+i+1
			}
			return i >= 0
		}); err != nil {
			t.Fatalf("%q: %v; log:\n%s", words, err, o.s.Log)
		}
		return unpack(t, data)
	}
	group.Reply(budi, o.card(group), "ambil")
	identity := []string{bottest.CanaryName, bottest.CanaryAddress, bottest.CanaryPhone}
	account := append([]string{o.pin, "telegram"}, o.p.Canaries()...)

	files := packet("berkas")
	form := read(t, files[o.code+".pdf"])
	words := string(files[o.code+".txt"])
	for _, want := range []string{
		o.code, bottest.CanaryPerson, "Lapangan desa", "PNS/CPNS", "Ikut kampanye", "Terlapor", "Saksi", "Bukti", "Halaman 1/", "identitasnya tersegel",
		"belum terbukti", "Perbawaslu 9/2024", "(verify)", "menangani",
	} {
		if !strings.Contains(form, want) {
			t.Errorf("the form does not say %q:\n%s", want, form)
		}
		if !strings.Contains(words, want) && !strings.HasPrefix(want, "Halaman") {
			t.Errorf("the text does not say %q:\n%s", want, words)
		}
	}
	for name, b := range files {
		for _, secret := range slices.Concat(identity, account, []string{bottest.CanaryExif}) {
			if bytes.Contains(b, []byte(secret)) || strings.HasSuffix(name, ".pdf") && strings.Contains(form, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	copied := files[o.code+"-1.jpg"]
	if len(copied) == 0 || len(files) != 4 {
		t.Errorf("the packet has %d files, the copy %d bytes", len(files), len(copied))
	}
	sum := sha256.Sum256(copied)
	if digest := hex.EncodeToString(sum[:]); !strings.Contains(words, digest) || !strings.Contains(strings.Join(strings.Fields(form), ""), digest) {
		t.Errorf("the form does not say the digest %s of the copy:\n%s", digest, form)
	}

	form = read(t, packet("berkas identitas untuk klarifikasi di kantor")[o.code+".pdf"])
	for _, want := range append(identity, "Tempat, tanggal lahir", "Pelapor menyatakan") {
		if !strings.Contains(form, want) {
			t.Errorf("the form does not say %q:\n%s", want, form)
		}
	}
	for _, secret := range account {
		if strings.Contains(form, secret) {
			t.Errorf("the form says %q", secret)
		}
	}

	files = packet("berkas asli untuk pemeriksaan forensik")
	sealed := files[o.code+"-1-original.jpg.age"]
	r, err := age.Decrypt(bytes.NewReader(sealed), o.key)
	if err != nil {
		t.Fatal(err)
	}
	original, err := io.ReadAll(r)
	if err != nil || !bytes.Contains(original, []byte(bottest.CanaryExif)) {
		t.Errorf("the original is not as it came: %d bytes, %v", len(original), err)
	}
	for name, b := range files {
		if bytes.Contains(b, []byte(bottest.CanaryExif)) {
			t.Errorf("%s holds metadata in clear", name)
		}
	}
	o.s.Quiet(o.ctx)
	var log []store.Entry
	err = o.s.DB.Audit().Walk(o.ctx, func(_ int, _ string, e store.Entry) error { log = append(log, e); return nil })
	if err != nil || len(log) != 3 || !strings.Contains(log[1].Why, "identitas") || !strings.Contains(log[2].Why, "terenkripsi") {
		t.Errorf("the log has %+v, %v", log, err)
	}
	o.clean()
}

// unpack opens a ZIP file after its own checksums.
func unpack(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(string(files["SHA256SUMS"])), "\n")
	if len(lines) != len(files)-1 {
		t.Errorf("%d checksums of %d files", len(lines), len(files)-1)
	}
	for _, l := range lines {
		digest, name, _ := strings.Cut(l, "  ")
		if sum := sha256.Sum256(files[name]); hex.EncodeToString(sum[:]) != digest {
			t.Errorf("%s is not what its checksum says", name)
		}
	}
	return files
}

// read has pdftotext read a form.
func read(t *testing.T, form []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(path, form, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
