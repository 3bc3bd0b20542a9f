package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/store"
)

var sealsForm = regexp.MustCompile(`(?m)^seal +(\d+)  (primary|       )  seals the keys of (\d+)$`)

// sealed are how many keys of reports each key of the keyset seals, by whether it
// is the primary one.
func sealed(t *testing.T, list string) (primary, others int) {
	t.Helper()
	found := 0
	for _, m := range sealsForm.FindAllStringSubmatch(list, -1) {
		n, _ := strconv.Atoi(m[3])
		if found++; m[2] == "primary" {
			primary += n
		} else {
			others += n
		}
	}
	if found == 0 {
		t.Fatalf("no keys are listed:\n%s", list)
	}
	return primary, others
}

// TestKeysCommand: keys are made once, listed and checked.
func TestKeysCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	vars := map[string]string{"NETRA_DATA": dir}
	for _, verb := range []string{"list", "rotate", "check"} {
		if out, err := call(t, vars, "", "keys", verb); err == nil || !strings.Contains(err.Error(), "netra keys new") {
			t.Errorf("%s without keys: %v\n%s", verb, err, out)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a data folder was made")
	}
	if out, err := call(t, vars, "", "keys", "new"); err != nil || !strings.Contains(out, "keys.json") {
		t.Fatalf("%v\n%s", err, out)
	}
	for name := range folder(t, dir) {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	before := folder(t, dir)
	if len(before) != 2 {
		t.Errorf("made %d files", len(before))
	}
	if _, err := call(t, vars, "", "keys", "new"); err == nil {
		t.Error("made again")
	}
	for _, verb := range []string{"list", "check"} {
		if out, err := call(t, vars, "", "keys", verb); err != nil {
			t.Errorf("%s: %v\n%s", verb, err, out)
		}
	}
	if !maps.Equal(before, folder(t, dir)) {
		t.Error("looking at keys changed them")
	}
	for n := range 3 { // no running bot has taken any of them up, so all stay
		if out, err := call(t, vars, "", "keys", "rotate"); err != nil || len(sealsForm.FindAllString(out, -1)) != n+2 {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// TestRotateWhileServing: a running bot takes up new keys in the middle of a
// conversation, and seals what the old ones sealed anew. The report is finished
// as if nothing was.
func TestRotateWhileServing(t *testing.T) {
	w := newWorld(t)
	w.start()
	ctx := deadline(t, 2*time.Minute)
	begun := bottest.Until(bottest.Citizen, "citizen.reporter_name.ask")
	u := w.talks(ctx, begun)
	vars := w.vars()
	list := func() string {
		t.Helper()
		out, err := call(t, vars, "", "keys", "list")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	primary, others := sealed(t, list())
	if primary == 0 || others != 0 {
		t.Fatalf("%d, %d", primary, others)
	}
	out, err := call(t, vars, "", "keys", "rotate")
	if err != nil {
		t.Fatal(err)
	}
	if p, o := sealed(t, out); p != 0 || o != primary {
		t.Errorf("right after the rotation: %d, %d", p, o)
	}
	for {
		if p, o := sealed(t, list()); o == 0 && p >= primary {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not sealed anew:\n%s", list())
		case <-time.After(100 * time.Millisecond):
		}
	}
	has(t, w.logged(), "the keys of all reports are sealed anew")
	if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", bottest.Picture(), bottest.Citizen[len(begun):]); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	if out, err := call(t, vars, "", "keys", "check"); err != nil || !strings.Contains(out, "1 of its 1 cases can be read") {
		t.Errorf("%v\n%s", err, out)
	}
	// The key before goes with the rotation after.
	if out, err := call(t, vars, "", "keys", "rotate"); err != nil || len(sealsForm.FindAllString(out, -1)) != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	w.stop()
	w.cases(1)
}

// TestWrongKeysRefused: with keys that are lost, others' or broken, serving is
// refused with a sentence that says what to do, and no byte is written.
func TestWrongKeysRefused(t *testing.T) {
	dir := t.TempDir()
	vars := map[string]string{"NETRA_DATA": dir, "NETRA_TELEGRAM_TOKEN": "1:abc", "NETRA_INTAKE": "telegram:-1", "NETRA_LISTEN": "127.0.0.1:0"}
	c, _, err := parse(program{env: func(k string) string { return vars[k] }}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(dir) // as serving makes it
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	staying(t, s)
	if err := errors.Join(s.Close(), unlock()); err != nil {
		t.Fatal(err)
	}
	strange := filepath.Join(t.TempDir(), "keys.json")
	if err := store.MakeKeys(strange); err != nil {
		t.Fatal(err)
	}
	cp := func(from, to string) error {
		raw, err := os.ReadFile(from)
		return errors.Join(err, os.WriteFile(to, raw, 0o600))
	}
	for _, spoil := range []struct {
		name, want string
		do         func(keys string) error
	}{
		{"keyset lost", "put the file back", os.Remove},
		{"keys of reports lost", "put the file back", func(k string) error { return os.Remove(k + ".reports") }},
		{"both lost", "put the file back", func(k string) error { return errors.Join(os.Remove(k), os.Remove(k+".reports")) }},
		{"keyset of others", "cannot be opened", func(k string) error { return cp(strange, k) }},
		{"both of others", "made with others", func(k string) error { return errors.Join(cp(strange, k), cp(strange+".reports", k+".reports")) }},
		{"keyset broken", "is not one of Netra's", func(k string) error { return os.WriteFile(k, []byte("{"), 0o600) }},
		{"keys of reports broken", "not a file of Netra's", func(k string) error { return os.WriteFile(k+".reports", []byte("x"), 0o600) }},
	} {
		t.Run(spoil.name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(at, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if err := spoil.do(filepath.Join(at, "keys.json")); err != nil {
				t.Fatal(err)
			}
			before := folder(t, at)
			vars := maps.Clone(vars)
			vars["NETRA_DATA"] = at
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var out strings.Builder
			err := run(ctx, []string{"serve"}, func(k string) string { return vars[k] }, strings.NewReader(""), &out, &out)
			if err == nil || !strings.Contains(err.Error(), spoil.want) {
				t.Errorf("%v\n%s", err, out.String())
			} else {
				t.Log(err)
			}
			if after := folder(t, at); !maps.Equal(before, after) {
				for name := range after {
					if before[name] != after[name] {
						t.Errorf("%s was written", name)
					}
				}
				t.Errorf("%d files, before %d", len(after), len(before))
			}
		})
	}
}
