package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestElectionFile(t *testing.T) {
	c, err := readElections("../../docs/election.example.toml")
	if err != nil || len(c) != 1 || len(c[0].Stages) != 6 || !c[0].Stages[1].Determining || c[0].Regions[1] != "32.16" {
		t.Errorf("the example: %v, %+v", err, c)
	}
	for text, want := range map[string]string{
		"":                             "has no [[election]]",
		"[[election]]\nid = \"a\"":     "neither pilkada nor pemilu",
		"[[election]]\nwhen = \"now\"": `unknown setting "election.when"`,
		"[[":                           "election file",
	} {
		path := filepath.Join(t.TempDir(), "election.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readElections(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := readElections("nowhere.toml"); err == nil {
		t.Error("a file that is not there was read")
	}
}
