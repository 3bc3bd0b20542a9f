package region

import (
	_ "embed" // the tables
	"slices"
	"strings"
	"sync"
	"unicode"
)

// What is embedded as it is costs pages of the program that are read when they
// are wanted; unpacked it would stay in memory beside them.

//go:embed data/names.csv
var namesCSV string

//go:embed data/points.bin
var pointsBin string

// table is everything that is known, place by place in the order of the codes.
type table struct {
	codes   []uint32
	nameAt  []uint32 // where each name begins in the names
	folded  string   // the names without kind, blanks and signs, for comparing
	foldAt  []uint32
	letters []uint32 // which letters are in each folded name
	sorted  []uint16 // the places by folded name
}

var load = sync.OnceValue(build)

func build() *table {
	t := &table{}
	var folded strings.Builder
	at := 0
	for line := range strings.Lines(namesCSV) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ",")
		key := Fold(name)
		if Code(code).Level() == Regency {
			key = Fold(bare(name))
		}
		t.codes = append(t.codes, Code(code).number())
		t.nameAt = append(t.nameAt, uint32(at+len(code)+1))
		at += len(line)
		t.foldAt = append(t.foldAt, uint32(folded.Len()))
		t.letters = append(t.letters, lettersOf(key))
		folded.WriteString(key)
	}
	t.foldAt, t.folded = append(t.foldAt, uint32(folded.Len())), strings.Clone(folded.String())
	t.sorted = make([]uint16, len(t.codes))
	for i := range t.sorted {
		t.sorted[i] = uint16(i)
	}
	slices.SortStableFunc(t.sorted, func(a, b uint16) int { return strings.Compare(t.key(int(a)), t.key(int(b))) })
	t.codes, t.letters = slices.Clip(t.codes), slices.Clip(t.letters)
	t.nameAt, t.foldAt = slices.Clip(t.nameAt), slices.Clip(t.foldAt)
	return t
}

func (t *table) name(i int) string {
	name, _, _ := strings.Cut(namesCSV[t.nameAt[i]:], "\n")
	return name
}

func (t *table) key(i int) string { return t.folded[t.foldAt[i]:t.foldAt[i+1]] }

// level of the ith place.
func (t *table) level(i int) Level {
	switch n := t.codes[i]; {
	case n%100 != 0:
		return District
	case n%10000 != 0:
		return Regency
	}
	return Province
}

// city reports whether the ith place is a kota: its number is 71 or more.
func (t *table) city(i int) bool { return t.level(i) == Regency && t.codes[i]/100%100 >= 71 }

// Fold makes spellings of a name alike: lower case, letters and digits only.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r = plain(r); r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain is a letter or digit in lower case without its accent, 0 for all else.
func plain(r rune) rune {
	switch r = unicode.ToLower(r); {
	case strings.ContainsRune("éèêë", r):
		return 'e'
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return r
	case unicode.IsLetter(r):
		return r
	}
	return 0
}

// bare is a regency's or city's name without its kind.
func bare(name string) string {
	for _, kind := range []string{"Kabupaten Administrasi ", "Kabupaten ", "Kota Administrasi ", "Kota "} {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			return rest
		}
	}
	return name
}

// lettersOf is a set of the letters in a folded name.
func lettersOf(key string) uint32 {
	set := uint32(0)
	for i := range len(key) {
		if c := key[i]; c >= 'a' && c <= 'z' {
			set |= 1 << (c - 'a')
		} else {
			set |= 1 << 26
		}
	}
	return set
}
