package bottest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// NodeModules returns a folder node_modules with the packages that the lock file in
// a folder names. They are installed once, in the user's cache, under the hash of
// what was asked for. Whoever has no network skips the test; CI must have it.
func NodeModules(t testing.TB, folder string) string {
	t.Helper()
	asked := []string{"package.json", "package-lock.json", ".npmrc"}
	hash, files := sha256.New(), map[string][]byte{}
	for _, name := range asked {
		raw, err := os.ReadFile(filepath.Join(folder, name))
		must(t, err)
		files[name] = raw
		hash.Write(raw)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	cache = filepath.Join(cache, "netra-test")
	must(t, os.MkdirAll(cache, 0o700))
	home := filepath.Join(cache, "npm-"+hex.EncodeToString(hash.Sum(nil)[:8]))
	installed := filepath.Join(home, "node_modules")
	if _, err := os.Stat(installed); err == nil {
		return installed
	}

	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("There is no npm on the PATH, so what needs its packages was not tried.")
	}
	// Installed beside it and then renamed: the folder is whole or not there,
	// however many tests run, and whoever is killed meanwhile.
	fresh, err := os.MkdirTemp(cache, "fresh-")
	must(t, err)
	defer os.RemoveAll(fresh)
	for name, raw := range files {
		must(t, os.WriteFile(filepath.Join(fresh, name), raw, 0o600))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline",
		"--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
	install.Dir, install.WaitDelay = fresh, 5*time.Second
	began := time.Now()
	if said, err := install.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("npm ci: %v\n%s", err, said)
		}
		t.Skipf("The packages of %s are not in %s and cannot be fetched (%v), so what needs them was not tried. npm said:\n%s", folder, cache, err, said)
	}
	t.Logf("installed the packages of %s in %.1f s", folder, time.Since(began).Seconds())
	if err := os.Rename(fresh, home); err != nil {
		if _, there := os.Stat(installed); there != nil { // nobody else was faster
			t.Fatal(err)
		}
	}
	return installed
}

// compatible are licences of what may be used together with GPL-3.0-or-later.
// libsignal's is GPL-3.0; what a test downloads is not distributed with Netra.
var compatible = map[string]bool{
	"MIT": true, "ISC": true, "0BSD": true, "BSD-2-Clause": true, "BSD-3-Clause": true, "Apache-2.0": true,
	"BlueOak-1.0.0": true, "MPL-2.0": true, "GPL-3.0": true, "GPL-3.0-or-later": true,
}

// CheckPackages holds what npm would install to what we promise of it, without
// installing anything: each package is known by its hash, comes from wherever
// the reader's npm takes packages from, and has a licence that goes with ours.
func CheckPackages(t testing.TB, folder string) {
	t.Helper()
	var lock struct {
		Packages map[string]struct {
			Version, Resolved, Integrity, License string
			HasInstallScript                      bool
			Dependencies                          map[string]string
		}
	}
	raw, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	must(t, err)
	must(t, json.Unmarshal(raw, &lock))
	exact := regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$`)
	for name, version := range lock.Packages[""].Dependencies {
		if !exact.MatchString(version) {
			t.Errorf("%s is not pinned: %s", name, version)
		}
	}
	for name, p := range lock.Packages {
		if name == "" {
			continue
		}
		if p.Resolved != "" {
			t.Errorf("%s names the host of a registry; npm install with omit-lockfile-registry-resolved", name)
		}
		if !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s has no hash", name)
		}
		if !compatible[p.License] {
			t.Errorf("%s has licence %q", name, p.License)
		}
	}
	if len(lock.Packages) < 2 {
		t.Errorf("only %d packages", len(lock.Packages))
	}
}
