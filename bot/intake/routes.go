package intake

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

// Route is one destination. A routes file is TOML, one [[intake]] each:
//
//	[[intake]]
//	name    = "bawaslu-contoh"            # unique; kept with each case
//	address = "telegram:-1001234567890"   # channel and address on it
//	body    = "bawaslu"                   # bawaslu, bkn, bkd, inspektorat; empty: all
//	kinds   = ["citizen", "pressure"]     # empty: both
//	regions = ["61.11", "kota contoh"]    # codes of Kepmendagri, or words of what reporters wrote; empty: everywhere
type Route struct {
	Name    string
	Address string
	Body    string
	Kinds   []string
	Regions []string
}

// Address is what an intake's address looks like: a chat on Telegram, or a group
// on WhatsApp (older ones have their founder's number and a time in it).
var Address = regexp.MustCompile(`^(telegram:-?[0-9]+|whatsapp:[0-9]+(-[0-9]+)?@g\.us)$`)

// Channel is the channel part of the address.
func (r Route) Channel() string { c, _, _ := strings.Cut(r.Address, ":"); return c }

// To is the address on the channel.
func (r Route) To() bot.Address { _, a, _ := strings.Cut(r.Address, ":"); return bot.Address(a) }

// Routes are all destinations. They are not changed after they were read.
type Routes []Route

// bodies that can receive cases, and their proper names.
var bodies = []struct{ id, name string }{
	{"bawaslu", "Bawaslu"}, {"bkn", "BKN"}, {"inspektorat", "Inspektorat"}, {"bkd", "BKD/BKPSDM"},
}

// Recipients names the bodies that reports may go to, for the consent text. An
// intake of no particular body may be any of them.
func (rs Routes) Recipients() string {
	var names []string
	for _, b := range bodies {
		if slices.ContainsFunc(rs, func(r Route) bool { return r.Body == b.id || r.Body == "" }) {
			names = append(names, b.name)
		}
	}
	return strings.Join(names, ", ")
}

// One is the simplest routing: everything to one address.
func One(address string) Routes { return Routes{{Name: "intake", Address: address}} }

// ReadRoutes reads a routes file.
func ReadRoutes(path string) (Routes, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("routes file: %w", err)
	}
	var file struct{ Intake Routes }
	meta, err := toml.Decode(string(raw), &file)
	if err != nil {
		return nil, fmt.Errorf("routes file: %w", err)
	}
	var errs []error
	for _, k := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("routes file: unknown setting %q", k.String()))
	}
	return file.Intake, errors.Join(errs...)
}

// Validate returns every mistake. flowIDs are the kinds of report there are.
func (rs Routes) Validate(flowIDs []string) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(rs) == 0 {
		bad("no intake: reports would have nowhere to go")
	}
	seen := map[string]bool{}
	for i, r := range rs {
		if r.Name == "" {
			bad("intake %d has no name", i+1)
		}
		if seen[r.Name] {
			bad("intake %q stands twice", r.Name)
		}
		seen[r.Name] = true
		if seen[r.Address] {
			bad("intake %q: another has the address %s: a group is one intake", r.Name, r.Address)
		}
		seen[r.Address] = true
		if !Address.MatchString(r.Address) {
			bad("intake %q: address %q is not like telegram:-1001234567890 or whatsapp:120363000000000000@g.us", r.Name, r.Address)
		}
		switch {
		case r.Body == "dprd":
			bad("intake %q: a dprd may get counts only, which this version does not send yet", r.Name)
		case r.Body != "" && !slices.ContainsFunc(bodies, func(b struct{ id, name string }) bool { return b.id == r.Body }):
			bad("intake %q: body %q is none of bawaslu, bkn, bkd, inspektorat", r.Name, r.Body)
		}
		for _, k := range r.Kinds {
			if !slices.Contains(flowIDs, k) {
				bad("intake %q: kind %q is none of %s", r.Name, k, strings.Join(flowIDs, ", "))
			}
		}
	}
	for _, kind := range flowIDs {
		if !slices.ContainsFunc(rs, func(r Route) bool {
			return r.takes(kind) && len(r.Regions) == 0 && slices.Contains([]string{"", "bawaslu", "bkn"}, r.Body)
		}) && len(rs) > 0 {
			bad("no intake without regions (of bawaslu, bkn or any body) takes %q reports: those from elsewhere would have nowhere to go", kind)
		}
	}
	return errors.Join(errs...)
}

func (r Route) takes(kind string) bool { return len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind) }

// For names the destinations of a report: of each body those for its region if
// there are any, else those for everywhere. Where the reporter said which bodies
// may have it, no other body gets it; then there may be no destination at all.
func (rs Routes) For(f flows.Flow, rep flows.Finished) []string {
	_, where, _ := rep.ByRole(f, flows.RoleRegion)
	_, allowed, asked := rep.ByRole(f, flows.RoleBodies)
	place, words := where.Place(), fold(where.Text)
	if place != "" {
		words = fold(place.Full())
	}
	takes := func(r Route) bool {
		return r.takes(string(rep.Flow)) && (!asked || r.Body == "" || allowed.Is(flows.Code(r.Body)))
	}
	near := func(r Route) bool {
		return slices.ContainsFunc(r.Regions, func(name string) bool {
			if code := region.Code(name); code.Valid() {
				return place != "" && place.Within(code)
			}
			return strings.Contains(words, fold(name))
		})
	}
	var names []string
	for _, r := range rs {
		local := slices.ContainsFunc(rs, func(o Route) bool { return o.Body == r.Body && takes(o) && near(o) })
		if takes(r) && (near(r) || len(r.Regions) == 0 && !local) {
			names = append(names, r.Name)
		}
	}
	return names
}

// Names lists the destinations.
func (rs Routes) Names() []string {
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = r.Name
	}
	return names
}

// fold makes words comparable: lower case, between single blanks.
func fold(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}
