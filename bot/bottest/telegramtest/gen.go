//go:build ignore

// Command gen writes methods.txt from a machine-readable Bot API description:
//
//	go run gen.go bot-api.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go bot-api.json")
	}
	raw, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var api struct {
		Version string `json:"version"`
		Methods map[string]struct {
			Fields []struct {
				Name     string   `json:"name"`
				Types    []string `json:"types"`
				Required bool     `json:"required"`
			} `json:"fields"`
		} `json:"methods"`
	}
	if err := json.Unmarshal(raw, &api); err != nil {
		log.Fatal(err)
	}
	names := make([]string, 0, len(api.Methods))
	for name := range api.Methods {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	fmt.Fprintf(&b, "# Methods of %s and their parameters, written by gen.go.\n", api.Version)
	b.WriteString("# i integer, b boolean, f float, s string, u upload or string, j JSON; ! required.\n")
	for _, name := range names {
		b.WriteString(name)
		for _, f := range api.Methods[name].Fields {
			fmt.Fprintf(&b, " %s:%c", f.Name, kind(f.Types))
			if f.Required {
				b.WriteByte('!')
			}
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile("methods.txt", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

func kind(types []string) byte {
	has := map[string]bool{}
	for _, t := range types {
		has[t] = true
	}
	switch {
	case has["InputFile"]:
		return 'u'
	case has["String"]:
		return 's'
	case has["Integer"]:
		return 'i'
	case has["Boolean"]:
		return 'b'
	case has["Float"]:
		return 'f'
	}
	return 'j'
}
