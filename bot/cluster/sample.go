// Package cluster finds reports that look like one event: the same person, place,
// day, link or picture. It only says what is alike, and how much; whether it is one
// event is for an officer to decide.
//
// What is alike counts for, and what differs counts against, as in record linkage
// (Fellegi and Sunter, A Theory for Record Linkage, 1969, doi:10.2307/2286061). The
// weights were chosen by hand and measured on a generated set, see the test.
package cluster

import (
	"hash/maphash"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

// Sample is what is compared of a report. It holds hashes with a seed of this
// process instead of words, so that it says nothing to whoever reads memory later.
type Sample struct {
	Regency, District region.Code
	Day               int // since 1970; 0 when it is not known
	Kind              flows.Code
	Looks             []uint64 // of pictures, see [Look]

	person, office, place marks
	story                 marks
	posts                 marks // pages of one post or film
}

// marks are hashes in ascending order.
type marks []uint64

var seed = maphash.MakeSeed()

// mostStory is how many marks are kept of a story: those with the smallest hashes,
// which of two like stories are the same.
const mostStory = 64

// Of is the sample of a report with the looks of its pictures. ok is false for
// reports of pressure, which are not compared: they name no day, and whoever is
// pressed is not to be put beside others.
func Of(f flows.Flow, rep flows.Finished, looks []uint64) (s Sample, ok bool) {
	if f.Coarse {
		return s, false
	}
	s.Looks = looks
	text := func(role flows.Role) string {
		if _, a, ok := rep.ByRole(f, role); ok && !a.Is("unknown") {
			return a.Text
		}
		return ""
	}
	if _, a, ok := rep.ByRole(f, flows.RoleRegion); ok {
		switch place := a.Place(); place.Level() {
		case region.District:
			s.Regency, s.District = place.Parent(), place
		case region.Regency:
			s.Regency = place
		}
	}
	if day, ok := f.Day(rep); ok {
		y, m, d := day.Date() // wherever it was
		s.Day = int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
	}
	if _, a, ok := rep.ByRole(f, flows.RoleKind); ok && len(a.Codes) > 0 {
		s.Kind = a.Codes[0]
	}
	s.person = letters(without(text(flows.RolePerson), titles))
	s.office = letters(text(flows.RoleOffice))
	where, story := text(flows.RolePlace), text(flows.RoleStory)
	evidence := text(flows.RoleFiles)
	for _, l := range Posts(where + "\n" + story + "\n" + evidence) {
		s.posts = append(s.posts, maphash.String(seed, l))
	}
	s.posts = s.posts.sorted()
	if !strings.Contains(where, "://") && !strings.Contains(where, "www.") {
		s.place = letters(without(where, common))
	}
	s.story = words(story)
	return s, true
}

// fold makes words comparable: lower case, letters and digits only.
func fold(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// titles stand before and after names.
var titles = set(`pak bapak bu ibu sdr sdri saudara saudari haji hajah h hj drs dra dr ir prof s m se sh st si sos spd sag mm mpd map msi mh mt
	pd kom ag hum ap stp sstp amd kang teh mas mbak mbah cak ning abah pa`)

// common says little of a place.
var common = set(`di ke dari dan dekat depan belakang samping desa kelurahan kecamatan kabupaten kota jalan jl no nomor gedung rumah kantor halaman`)

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

func without(s string, drop map[string]bool) string {
	return strings.Join(slices.DeleteFunc(fold(s), func(w string) bool { return drop[w] }), " ")
}

// letters are the marks of each three letters in a row, by which words are known
// that somebody spelled another way.
func letters(s string) (m marks) {
	for _, w := range fold(s) {
		r := []rune(" " + w + " ")
		for i := 0; i+3 <= len(r); i++ {
			m = append(m, maphash.String(seed, string(r[i:i+3])))
		}
	}
	return m.sorted()
}

// words are the marks of each two words in a row.
func words(s string) (m marks) {
	all := fold(s)
	for i := 0; i+2 <= len(all); i++ {
		m = append(m, maphash.String(seed, all[i]+" "+all[i+1]))
	}
	m = m.sorted()
	return slices.Clip(m[:min(len(m), mostStory)])
}

func (m marks) sorted() marks {
	slices.Sort(m)
	return slices.Clip(slices.Compact(m))
}

// common is how many marks both have.
func (m marks) common(o marks) (n int) {
	for i, j := 0, 0; i < len(m) && j < len(o); {
		switch {
		case m[i] < o[j]:
			i++
		case m[i] > o[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// like is how much two have in common of all that they have: 0 to 1 (Jaccard).
func (m marks) like(o marks) float64 {
	n := m.common(o)
	return float64(n) / float64(max(len(m)+len(o)-n, 1))
}

// within is how much of the shorter the longer has: 0 to 1.
func (m marks) within(o marks) float64 {
	return float64(m.common(o)) / float64(max(min(len(m), len(o)), 1))
}

// resembles estimates how much two stories have in common, from those of their
// marks that are the smallest of both (Broder, On the resemblance and containment of
// documents, 1997, doi:10.1109/SEQUEN.1997.666900).
func (m marks) resembles(o marks) float64 {
	both := slices.Concat(m, o).sorted()
	both = both[:min(len(both), mostStory)]
	n := 0
	for _, x := range both {
		_, a := slices.BinarySearch(m, x)
		_, b := slices.BinarySearch(o, x)
		if a && b {
			n++
		}
	}
	return float64(n) / float64(max(len(both), 1))
}
