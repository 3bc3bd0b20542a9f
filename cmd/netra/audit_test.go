package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
)

// variables are an environment of names and values.
func variables(pairs ...string) env {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// begun opens the data folder that an environment names, as netra serve would.
func begun(t *testing.T, e env) *stores {
	t.Helper()
	c, _, err := parse(program{env: e}, "serve", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAuditCommand: what was looked at is shown, the log is verified, and a noted
// head is found in it.
func TestAuditCommand(t *testing.T) {
	e := variables("NETRA_DATA", t.TempDir())
	netra := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"audit"}, args...), e, nil, &out, &out)
		return out.String(), err
	}
	if _, err := netra("verify"); err == nil {
		t.Fatal("a log that was never begun is verified")
	}
	s := begun(t, e)
	entry := store.Entry{At: time.Unix(1e9, 0), What: "identity", Ticket: "7KQ2-M4XD-9TR", By: store.Officer{Name: "Petugas Rekaan"}, In: "bawaslu", Why: "klarifikasi"}
	if err := s.db.Audit().Append(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	head, err := netra("head")
	if err != nil || len(strings.TrimSpace(head)) != 32 {
		t.Fatalf("%q, %v", head, err)
	}
	if out, err := netra("verify", "--head", strings.TrimSpace(head)); err != nil || !strings.Contains(out, "intact: 1 ") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := netra("verify", "--head", strings.Repeat("0", 32)); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("a head that is not there: %v", err)
	}
	out, err := netra("show", "--json")
	var lines []auditLine
	if err != nil || json.Unmarshal([]byte(out), &lines) != nil || len(lines) != 1 || lines[0].Code != entry.Ticket || lines[0].By != "Petugas Rekaan" {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := netra("wipe"); err == nil {
		t.Error("a command that is none")
	}
}
