package region_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netralitas/netra/flows/region"
)

// lines are the lines of a table, taken apart at the sign.
func lines(t testing.TB, name, sign string) [][2]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out [][2]string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		a, b, ok := strings.Cut(line, sign)
		if !ok {
			t.Fatalf("%s: %q has no %q", name, line, sign)
		}
		out = append(out, [2]string{strings.TrimSpace(a), strings.TrimSpace(b)})
	}
	return out
}

// all are the codes of every place.
func all(t testing.TB) []region.Code {
	t.Helper()
	var out []region.Code
	for n := 11; n < 100; n++ {
		p := region.Code(strconv.Itoa(n))
		if !p.Valid() {
			continue
		}
		out = append(out, p)
		for _, r := range p.Parts() {
			out = append(append(out, r), r.Parts()...)
		}
	}
	return out
}

// least is the share that must be right, in hundredths.
const least = 97

// TestSearch prints how much of what people write is understood, and lists what
// is not.
func TestSearch(t *testing.T) {
	places := all(t)
	table := lines(t, "queries.txt", "=>")
	right := 0
	for _, c := range table {
		offers, _ := region.Search(c[0], region.District, 3)
		var names []string
		for _, o := range offers {
			names = append(names, o.Full())
		}
		ok := true
		for want := range strings.SplitSeq(c[1], ";") {
			want = strings.TrimSpace(want)
			if !slices.ContainsFunc(places, func(p region.Code) bool { return strings.HasPrefix(p.Full()+",", want+",") }) {
				t.Errorf("the table means %q, which does not exist", want)
			}
			ok = ok && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n+",", want+",") })
		}
		if ok {
			right++
		} else {
			t.Logf("%q: meant is %s, offered are %s", c[0], c[1], strings.Join(names, " | "))
		}
	}
	t.Logf("%d of %d queries understood, %.1f %%", right, len(table), 100*float64(right)/float64(len(table)))
	if len(table) < 200 || right*100 < least*len(table) {
		t.Errorf("%d of %d", right, len(table))
	}
}

// TestNear prints how many known places are put into the right regency, and
// lists those that are not.
func TestNear(t *testing.T) {
	places := all(t)
	table := lines(t, "points.txt", "=>")
	right, provinces := 0, map[region.Code]bool{}
	for _, c := range table {
		var at [2]float64
		for i, s := range strings.Fields(c[0]) {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			at[i] = v
		}
		want, _, _ := strings.Cut(c[1], ",")
		i := slices.IndexFunc(places, func(p region.Code) bool { return p.Name() == want && p.Level() == region.Regency })
		if i < 0 {
			t.Errorf("the table means %q, which does not exist", want)
			continue
		}
		provinces[places[i].Parent()] = true
		got, districts := region.Near(at[0], at[1])
		if len(districts) == 0 || len(districts) > 3 || districts[0].Parent() != got {
			t.Errorf("%s: %s, %v", c[0], got, districts)
		}
		if got == places[i] {
			right++
		} else {
			t.Logf("%s: is in %s, found is %s", c[0], c[1], got.Full())
		}
	}
	t.Logf("%d of %d points in %d provinces right, %.1f %%", right, len(table), len(provinces), 100*float64(right)/float64(len(table)))
	if len(table) < 100 || right*100 < least*len(table) {
		t.Errorf("%d of %d", right, len(table))
	}
	for _, at := range [][2]float64{{-8.0, 104.0}, {51.5, 0}, {0, 0}, {-25, 135}, {90, 400}, {nan(), 107}, {-6, nan()}} {
		if got, districts := region.Near(at[0], at[1]); got != "" || districts != nil {
			t.Errorf("%v is in %s, %v", at, got, districts)
		}
	}
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

// TestSure: only what was named in full, and is the only one of that name, is
// taken without asking.
func TestSure(t *testing.T) {
	for query, want := range map[string]string{
		"kota bekasi": "32.75", "kab bekasi": "32.16", "kayong utara": "61.11", "Kec. Cikarang Pusat": "32.16.20", "cikarang pusat, bekasi": "32.16.20",
		"teluk batang kayong utara": "61.11.03", "jawa barat": "32", "provinsi papua": "91", "kutim": "64.08", "32.16": "32.16", " 61.11.01 ": "61.11.01",
		"bekasi": "", "sukadana": "", "jogja": "", "cikarang": "", "cikrang pusat": "", "papua": "", "desa contoh kec sukadana": "", "gorontalo": "",
		"antah berantah": "", "": "", "kab": "", "kota": "", "99.99": "",
	} {
		offers, sure := region.Search(query, region.District, 5)
		switch {
		case sure != (want != ""):
			t.Errorf("%q: sure %v of %v", query, sure, offers)
		case sure && (len(offers) == 0 || offers[0] != region.Code(want)):
			t.Errorf("%q: %v, want %s", query, offers, want)
		}
	}
	for query, want := range map[string]region.Code{"cikarang pusat": "32.16", "prov jawa barat": "32", "61.11.01": "61.11"} {
		if offers, sure := region.Search(query, region.Regency, 5); !sure || offers[0] != want {
			t.Errorf("%q as a regency: %v %v", query, offers, sure)
		}
	}
}

func TestCodes(t *testing.T) {
	count := map[region.Level]int{}
	for _, c := range all(t) {
		count[c.Level()]++
		if c.Name() == "" || !strings.HasPrefix(c.Full(), c.Name()) || !c.Within(c.Parent()) && c.Level() > region.Province {
			t.Errorf("%s: %q %q", c, c.Name(), c.Full())
		}
	}
	if count[region.Province] != 38 || count[region.Regency] != 514 || count[region.District] != 7285 {
		t.Errorf("%v", count)
	}
	for _, c := range []region.Code{"", "0", "00", "32.", "32.16.07.2001", "3216", "ab", "32-16", "32.99", "32.1", "+2.16"} {
		if c.Valid() || c.Name() != "" || c.Full() != "" || c.Parts() != nil {
			t.Errorf("%q is a place: %q", c, c.Full())
		}
	}
	for c, want := range map[region.Code]string{"32.16": "WIB", "61": "WIB", "62": "WIB", "63": "WITA", "73.71": "WITA", "51": "WITA", "81": "WIT", "91": "WIT", "96.71": "WIT", "": "WIB"} {
		if got := c.Zone().String(); got != want || region.Zone(want) != c.Zone() {
			t.Errorf("%s: %s", c, got)
		}
	}
	if region.Zone("UTC") != nil {
		t.Error("UTC is no zone of Indonesia")
	}
}

// FuzzSearch: whatever is written, the offers are places, each once, no more than
// asked for, and the same when asked again.
func FuzzSearch(f *testing.F) {
	for _, c := range lines(f, "queries.txt", "=>") {
		f.Add(c[0], 3, 3)
	}
	f.Add(strings.Repeat("a b ", 60), 3, 6)
	f.Add("\xff\xfe kab\u0301 é", 1, 1)
	f.Fuzz(func(t *testing.T, query string, deepest, most int) {
		offers, sure := region.Search(query, region.Level(deepest), most)
		again, _ := region.Search(query, region.Level(deepest), most)
		if !slices.Equal(offers, again) || len(offers) > max(0, most) || sure && len(offers) == 0 {
			t.Fatalf("%q: %v, then %v", query, offers, again)
		}
		seen := map[region.Code]bool{}
		for _, c := range offers {
			if !c.Valid() || seen[c] || c.Level() > region.Level(deepest) {
				t.Fatalf("%q: %v", query, offers)
			}
			seen[c] = true
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	for name, query := range map[string]string{
		"one word": "bekasi", "wrong letters": "cikrang pusta", "whole address": "desa sejahtera kec sukadana kab kayong utara kalimantan barat",
		"worst": "kcamatn xxxxxxx yyyyyyyy zzzzzzzz wwwwwwww vvvvvvvv uuuuuuuu tttttttt ssssssss rrrrrrrr qqqqqqqq pppppppp oooooooo",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				region.Search(query, region.District, 6)
			}
		})
	}
}

func BenchmarkNear(b *testing.B) {
	for b.Loop() {
		region.Near(-6.3649, 107.1732)
	}
}
