package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"

	"github.com/netralitas/netra/flows/election"
)

// readElections reads the calendar of elections, TOML with one [[election]] each
// (docs/elections.md).
func readElections(path string) (election.Calendar, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("election file: %w", err)
	}
	var file struct{ Election election.Calendar }
	meta, err := toml.Decode(string(raw), &file)
	if err != nil {
		return nil, fmt.Errorf("election file: %w", err)
	}
	var errs []error
	for _, k := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("election file: unknown setting %q", k.String()))
	}
	if len(file.Election) == 0 {
		errs = append(errs, errors.New("election file: it has no [[election]]"))
	}
	return file.Election, errors.Join(append(errs, file.Election.Validate())...)
}
