package region

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Code names a place: "32" is a province, "32.16" a regency or city in it,
// "32.16.07" a district in that.
type Code string

// Level is how small a place is.
type Level int

// The levels. None is that of what is no place.
const (
	None Level = iota
	Province
	Regency // kabupaten or kota
	District
)

// number is the code as a number by which the table is sorted: "32.16.07" is
// 321607, "32.16" is 321600. It is 0 for what is no code.
func (c Code) number() uint32 {
	n := uint32(0)
	parts := strings.Split(string(c), ".")
	if len(parts) > 3 {
		return 0
	}
	for i := range 3 {
		v := uint64(0)
		if i < len(parts) {
			var err error
			if v, err = strconv.ParseUint(parts[i], 10, 8); err != nil || len(parts[i]) != 2 || v == 0 {
				return 0
			}
		}
		n = n*100 + uint32(v)
	}
	return n
}

func codeOf(n uint32) Code {
	s := fmt.Sprintf("%02d.%02d.%02d", n/10000, n/100%100, n%100)
	return Code(strings.TrimSuffix(strings.TrimSuffix(s, ".00"), ".00"))
}

// index is where the place stands in the table.
func (c Code) index() (int, bool) {
	n := c.number()
	if n == 0 {
		return 0, false
	}
	return slices.BinarySearch(load().codes, n)
}

// Valid reports whether there is such a place.
func (c Code) Valid() bool {
	_, ok := c.index()
	return ok
}

// Level is how small the place is; None for what is no code.
func (c Code) Level() Level {
	if c.number() == 0 {
		return None
	}
	return Level(strings.Count(string(c), ".") + 1)
}

// Parent is the place that it is a part of, "" for a province.
func (c Code) Parent() Code {
	if i := strings.LastIndexByte(string(c), '.'); i >= 0 {
		return c[:i]
	}
	return ""
}

// Within reports whether it is the other place or a part of it.
func (c Code) Within(whole Code) bool {
	return c == whole || whole != "" && strings.HasPrefix(string(c), string(whole)+".")
}

// Parts are the places that it is divided into, by code.
func (c Code) Parts() []Code {
	i, ok := c.index()
	if !ok || c.Level() == District {
		return nil
	}
	var out []Code
	for _, n := range load().codes[i+1:] {
		p := codeOf(n)
		if !p.Within(c) {
			break
		}
		if p.Level() == c.Level()+1 {
			out = append(out, p)
		}
	}
	return out
}

// Name is the place's own name, "Kabupaten Bekasi"; "" when there is none.
func (c Code) Name() string {
	if i, ok := c.index(); ok {
		return load().name(i)
	}
	return ""
}

// Full is the name with those of what it is a part of: "Cikarang Pusat,
// Kabupaten Bekasi, Jawa Barat".
func (c Code) Full() string {
	name := c.Name()
	if p := c.Parent(); p != "" && name != "" {
		return name + ", " + p.Full()
	}
	return name
}

// The zones of Indonesia.
var (
	wib  = time.FixedZone("WIB", 7*60*60)
	wita = time.FixedZone("WITA", 8*60*60)
	wit  = time.FixedZone("WIT", 9*60*60)
)

// Zone is the time at the place, that of western Indonesia for what is no place.
// The provinces of each zone are those of Keppres 41/1987, with the provinces that
// were divided since.
func (c Code) Zone() *time.Location {
	switch n := c.number() / 10000; {
	case n >= 51 && n <= 53, n >= 63 && n <= 65, n >= 71 && n <= 76:
		return wita
	case n >= 81:
		return wit
	}
	return wib
}

// Zone is the zone with that name, nil when there is none: WIB, WITA or WIT. It
// is always the same pointer.
func Zone(name string) *time.Location {
	for _, z := range []*time.Location{wib, wita, wit} {
		if z.String() == name {
			return z
		}
	}
	return nil
}
