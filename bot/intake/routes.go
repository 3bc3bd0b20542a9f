package intake

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"filippo.io/age"
	"github.com/BurntSushi/toml"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/clock"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
	"github.com/netralitas/netra/store"
)

// Route is one destination. A routes file is TOML, one [[intake]] each:
//
//	[[intake]]
//	name    = "bawaslu-contoh"            # unique; kept with each case
//	address = "telegram:-1001234567890"   # channel and address on it, or a URL
//	secret  = "whsec_…"                   # of a URL: signs what is posted; two while one is changed
//	private = true                        # of a URL: it may be an address that is not public
//	body    = "bawaslu"                   # panwascam, bawaslu, bkn, bkd, inspektorat, dprd; empty: any
//	kinds   = ["citizen", "pressure"]     # empty: both
//	regions = ["61.11", "kota contoh"]    # codes of Kepmendagri, or words of what reporters wrote; empty: everywhere
//	hours    = "senin-kamis 08:00-16:00, jumat 08:00-16:30" # the office's; these when it is not said
//	holidays = ["2026-12-25"]
//	age      = "age1…"                    # who can read sealed originals; several, one a line
//	urgent   = true                       # remind within 100 minutes of what nobody took
//	sees    = "summary"                   # full (or empty), summary or count; a dprd only ever counts
type Route struct {
	Name    string
	Address string
	Secret  string // of a URL; see [webhook.Target]
	Private bool   // of a URL
	Body    string
	Kinds   []string
	Regions []string
	Sees    Sight
	// Hours are the office's, in the zone of its region; Bawaslu's where there are
	// none. Holidays are days like 2026-12-25.
	Hours    string
	Holidays []string
	// Age are the public keys of age (age-encryption.org) to which originals are
	// encrypted that the intake asks for, one a line. None: it gets none in packets.
	Age string
	// Urgent reminds within 100 minutes of what nobody took.
	Urgent bool
}

// Address is what an intake's address looks like: a chat on Telegram, or a group
// on WhatsApp (older ones have their founder's number and a time in it).
var Address = regexp.MustCompile(`^(telegram:-?[0-9]+|whatsapp:[0-9]+(-[0-9]+)?@g\.us)$`)

// Channel is the channel part of the address; "webhook" of a URL.
func (r Route) Channel() string {
	c, _, _ := strings.Cut(r.Address, ":")
	if c == "https" || c == "http" {
		return hooked
	}
	return c
}

// To is the address on the channel.
func (r Route) To() bot.Address { _, a, _ := strings.Cut(r.Address, ":"); return bot.Address(a) }

// Title is what the intake is called among people: its body and region, or its
// name.
func (r Route) Title() string {
	body, ok := bodyName(r.Body)
	switch {
	case !ok:
		return r.Name
	case len(r.Regions) == 1 && region.Code(r.Regions[0]).Valid():
		return body + " " + region.Code(r.Regions[0]).Name()
	case len(r.Regions) > 0:
		return body + " (" + r.Name + ")"
	}
	return body
}

// Routes are all destinations. They are not changed after they were read.
type Routes []Route

// Sight is how much of its cases an intake may see.
type Sight string

// The sights. A watcher counts, and gets no cards.
const (
	Full    Sight = ""        // what the reporter was shown
	Summary Sight = "summary" // no names and no words of the reporter
	Count   Sight = "count"
)

// UnmarshalText reads a sight as people write it.
func (s *Sight) UnmarshalText(text []byte) error {
	if *s = Sight(text); *s == "full" {
		*s = Full
	}
	return nil
}

// bodies that can be intakes, and their proper names.
var bodies = []struct{ id, name string }{
	{"bawaslu", "Bawaslu"}, {"panwascam", "Panwascam"}, {"bkn", "BKN"}, {"inspektorat", "Inspektorat"},
	{"bkd", "BKD/BKPSDM"}, {"dprd", "DPRD"},
}

// bodyName is a body's proper name.
func bodyName(id string) (string, bool) {
	for _, b := range bodies {
		if b.id == id {
			return b.name, true
		}
	}
	return "", false
}

// Recipients names the bodies that reports may go to, for the consent text. An
// intake of no particular body may be any of them.
func (rs Routes) Recipients() string {
	var names []string
	for _, b := range bodies {
		if slices.ContainsFunc(rs, func(r Route) bool { return r.Sees != Count && (r.Body == b.id || r.Body == "") }) {
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

func known(body string) bool { _, ok := bodyName(body); return ok }

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
		switch hooked := r.Hooked(); {
		case hooked && r.Sees == Count:
			bad("intake %q: a URL cannot ask for counts, and would get nothing: set sees to full or summary", r.Name)
		case hooked:
			if err := r.Target().Validate(); err != nil {
				bad("intake %q: %w", r.Name, err)
			}
		case !Address.MatchString(r.Address):
			bad("intake %q: address %q is not like telegram:-1001234567890, whatsapp:120363000000000000@g.us or https://example.org/netra", r.Name, r.Address)
		case r.Secret != "" || r.Private:
			bad("intake %q: secret and private are for addresses that are a URL", r.Name)
		}
		switch {
		case r.Body != "" && !known(r.Body):
			bad("intake %q: body %q is none of panwascam, bawaslu, bkn, bkd, inspektorat, dprd", r.Name, r.Body)
		case r.Body == "dprd" && r.Sees != Count:
			bad("intake %q: a dprd gets counts only: set sees = \"count\"", r.Name)
		case !slices.Contains([]Sight{Full, Summary, Count}, r.Sees):
			bad("intake %q: sees %q is none of full, summary, count", r.Name, r.Sees)
		}
		for _, name := range r.Regions {
			if strings.Trim(name, "0123456789.-") == "" && !region.Code(name).Valid() {
				bad("intake %q: region %q is no code of a province, regency or district; one is like 61.11", r.Name, name)
			}
		}
		if r.Hours != "" {
			if _, err := clock.ParseHours(r.Hours); err != nil {
				bad("intake %q: hours: %v", r.Name, err)
			}
		}
		for _, day := range r.Holidays {
			if _, err := time.Parse("2006-01-02", day); err != nil {
				bad("intake %q: holiday %q is not like 2026-12-25", r.Name, day)
			}
		}
		if _, err := r.AgeRecipients(); err != nil {
			bad("intake %q: age: %v", r.Name, err)
		}
		for _, k := range r.Kinds {
			if !slices.Contains(flowIDs, k) {
				bad("intake %q: kind %q is none of %s", r.Name, k, strings.Join(flowIDs, ", "))
			}
		}
	}
	for _, kind := range flowIDs {
		if !slices.ContainsFunc(rs, func(r Route) bool {
			return r.takes(kind) && r.Sees == Full && len(r.Regions) == 0 && slices.Contains([]string{"", "bawaslu", "bkn"}, r.Body)
		}) && len(rs) > 0 {
			bad("no intake without regions (of bawaslu, bkn or any body) takes %q reports: those from elsewhere would have nowhere to go", kind)
		}
	}
	return errors.Join(errs...)
}

// AgeRecipients are whom sealed originals are encrypted to; there may be none.
func (r Route) AgeRecipients() ([]age.Recipient, error) {
	if strings.TrimSpace(r.Age) == "" {
		return nil, nil
	}
	to, err := age.ParseRecipients(strings.NewReader(r.Age))
	if err != nil { // the library's words quote what was read, which may be a secret key
		return nil, errors.New("is not a public key like age1…, as age-keygen prints it")
	}
	return to, nil
}

func (r Route) takes(kind string) bool { return len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind) }

// For names the destinations of a report, by the matrix of this package: the
// offices that are to have it, without those that are named in it or answer to
// who is. An intake of no particular body gets all of its regions, or what no
// other such intake is nearer to. Where the reporter said which bodies may have
// it, no other body gets it. There may be no destination at all.
func (rs Routes) For(f flows.Flow, rep flows.Finished) []string {
	s := theMatrix().read(f, rep)
	picked := map[string]bool{}
	pick := func(names []string) {
		for _, n := range names {
			picked[n] = true
		}
	}
	for _, c := range s.row.Primary {
		pick(s.offices(rs, c, true))
	}
	for _, c := range s.row.Copy {
		pick(s.offices(rs, c, false))
	}
	if s.asked {
		for _, c := range s.row.Ticked {
			pick(s.offices(rs, c, false))
		}
	}
	pick(s.anybody(rs))
	var names []string
	for _, r := range rs {
		if picked[r.Name] {
			names = append(names, r.Name)
		}
	}
	return names
}

// InCharge reports whether an intake is to handle a case by itself, and has not
// only a copy: the matrix says so, or it was sent on to it.
func (rs Routes) InCharge(name string, f flows.Flow, c store.Case) bool {
	if slices.ContainsFunc(c.Events, func(e store.Event) bool { return e.To == name }) {
		return true
	}
	s := theMatrix().read(f, c.Report)
	names := s.anybody(rs)
	for _, cell := range s.row.Primary {
		names = append(names, s.offices(rs, cell, true)...)
	}
	return slices.Contains(names, name)
}

// anybody are the intakes of no particular body: those of the region, or else
// those for everywhere.
func (s subject) anybody(rs Routes) (names []string) {
	near := false
	for _, r := range rs {
		at, ok := s.may(r)
		if !ok || r.Body != "" || near && at == region.None {
			continue
		}
		if !near && at != region.None {
			near, names = true, nil
		}
		names = append(names, r.Name)
	}
	return names
}

// May reports whether an intake may have a report, be it sent on to it: it takes
// such reports, of that place, and neither is named in it nor answers to who is.
func (rs Routes) May(name string, f flows.Flow, rep flows.Finished) bool {
	r, ok := rs.Named(name)
	if ok {
		_, ok = theMatrix().read(f, rep).may(r)
	}
	return ok
}

// Counts reports whether an intake that only watches counts a report: it is of
// its region and kinds, and neither is it named in it nor answers to who is.
func (rs Routes) Counts(name string, f flows.Flow, rep flows.Finished) bool {
	r, ok := rs.Named(name)
	if ok = ok && r.Sees == Count; ok {
		_, ok = theMatrix().read(f, rep).concerns(r)
	}
	return ok
}

// Zone is that of the intake's office: of its region, or of the capital.
func (r Route) Zone() *time.Location {
	for _, name := range r.Regions {
		if code := region.Code(name); code.Valid() {
			return code.Zone()
		}
	}
	return region.Zone("WIB")
}

// Office is when the intake's people work.
func (r Route) Office() clock.Office {
	o := clock.Usual(r.Zone())
	if hours, err := clock.ParseHours(r.Hours); err == nil {
		o.Hours = hours
	}
	o.Holidays = map[string]bool{}
	for _, day := range r.Holidays {
		o.Holidays[day] = true
	}
	return o
}

// Above is the next higher office of an intake's body that may have a report. ok
// is false when there is none.
func (rs Routes) Above(r Route, f flows.Flow, rep flows.Finished) (above Route, ok bool) {
	s := theMatrix().read(f, rep)
	mine, _ := s.level(r)
	best := region.Level(-1)
	for _, o := range rs {
		at, near := s.level(o)
		if near && o.Body == r.Body && at < mine && at > best && rs.May(o.Name, f, rep) {
			above, ok, best = o, true, at
		}
	}
	return above, ok
}

// Named is the destination with a name.
func (rs Routes) Named(name string) (Route, bool) {
	i := slices.IndexFunc(rs, func(r Route) bool { return r.Name == name })
	if i < 0 {
		return Route{}, false
	}
	return rs[i], true
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
