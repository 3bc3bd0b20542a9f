package region

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Bounds of what is looked at in a query. A name has at most six words.
const (
	longestQuery = 120 // bytes
	mostWords    = 12
	longestSpan  = 6 // words
)

// A span is words of the query that follow each other and name a place.
type span struct {
	place    int // in the table
	from, to int // words
	letters  int // of those words
	wrong    int // letters that differ
	lacking  int // letters that the name has beyond the words
	exact    bool
}

// Search finds the places that somebody means who writes a query as people do:
// with or without kind, parents, village, commas and accents, by their usual
// short names, with a wrong letter or two. The most likely come first, the
// bigger before the smaller. deepest is the smallest level wanted: of a smaller
// place, what it is a part of is offered. sure says that only the first can be
// meant: it was named in full, and no other place is called so.
func Search(query string, deepest Level, most int) (offers []Code, sure bool) {
	if len(query) > longestQuery || deepest < Province || most < 1 {
		return nil, false
	}
	if c := Code(strings.TrimSpace(query)); c.Valid() {
		for c.Level() > deepest {
			c = c.Parent()
		}
		return []Code{c}, true
	}
	q := read(query)
	t := load()
	spans := q.named(t)
	if len(spans) == 0 {
		return nil, false
	}
	type answer struct {
		place int
		score int
		exact bool
	}
	best := map[int]answer{}
	for _, s := range spans {
		if !s.exact && q.kind(t, s) <= 0 && q.letters() > 3*s.letters {
			continue // a likeness in passing
		}
		a := answer{s.place, q.score(t, s, spans), s.exact && s.wrong == 0}
		for t.level(a.place) > deepest {
			a.place = t.parent(a.place)
		}
		if had, ok := best[a.place]; !ok || a.score > had.score {
			best[a.place] = a
		}
	}
	if len(best) == 0 {
		return nil, false
	}
	answers := make([]answer, 0, len(best))
	for _, a := range best {
		answers = append(answers, a)
	}
	slices.SortFunc(answers, func(a, b answer) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(t.level(a.place), t.level(b.place)), cmp.Compare(t.codes[a.place], t.codes[b.place]))
	})
	sure = answers[0].exact && q.left(spans, answers[0].place, t) == 0 &&
		(len(answers) == 1 || answers[0].score-answers[1].score >= 2*perLetter)
	for _, a := range answers[:min(most, len(answers))] {
		if a.score < min(answers[0].score, answers[0].score/3) { // far behind
			break
		}
		offers = append(offers, codeOf(t.codes[a.place]))
	}
	return offers, sure
}

// Weights of what speaks for a place.
const (
	perLetter = 4  // named
	perWrong  = 14 // a letter that differs
	perRest   = 1  // a letter of the name that is not written
	ofKind    = 14 // "kota" before a kota
	notKind   = 24 // "kota" before a regency
	bigger    = 5  // a regency or province, of those that only begin so
	unsaid    = 2  // a letter that names nothing of it
)

// score says how much of the query a place explains, with the places that it is
// a part of.
func (q query) score(t *table, s span, spans []span) int {
	score := s.worth()
	explained := q.mask(s)
	for p := s.place; t.level(p) > Province; {
		p = t.parent(p)
		gain, words := 0, uint32(0)
		for _, o := range spans {
			if t.isOrWas(p, o.place) && q.mask(o)&explained == 0 && o.worth() > gain {
				gain, words = o.worth()+q.kind(t, o), q.mask(o)
			}
		}
		score += max(0, gain)
		explained |= words
	}
	score += q.kind(t, s)
	if !s.exact && s.lacking > 0 && t.level(s.place) < District {
		score += min(bigger, s.lacking-1) // what is called just so comes first
	}
	for i, w := range q.words {
		if explained&(1<<i) == 0 && !w.kind {
			score -= unsaid * len(w.text)
		}
	}
	return score
}

func (s span) worth() int { return perLetter*s.letters - perWrong*s.wrong - perRest*s.lacking }

// kind is what the word before a span says for or against its place.
func (q query) kind(t *table, s span) int {
	if s.from == 0 || !q.words[s.from-1].kind {
		return 0
	}
	want := kinds[q.words[s.from-1].text]
	have := [...]string{Province: "province", Regency: "regency", District: "district"}[t.level(s.place)]
	if t.city(s.place) {
		have = "city"
	}
	if want == have {
		return ofKind
	}
	return -notKind
}

// letters counts those of all words but kinds.
func (q query) letters() int {
	n := 0
	for _, w := range q.words {
		if !w.kind {
			n += len(w.text)
		}
	}
	return n
}

// mask is a set of the words of a span, with the kind before it.
func (q query) mask(s span) uint32 { return (1<<s.to - 1) &^ (1<<s.from - 1) }

// left counts the letters that neither a place nor what it is a part of explains.
func (q query) left(spans []span, place int, t *table) int {
	explained := uint32(0)
	for _, s := range spans {
		for p := s.place; ; p = t.parent(p) {
			if s.exact && (p == place || t.within(place, s.place)) {
				explained |= q.mask(s)
			}
			if t.level(p) == Province {
				break
			}
		}
	}
	n := 0
	for i, w := range q.words {
		if explained&(1<<i) == 0 && !w.kind {
			n += len(w.text)
		}
	}
	return n
}

// parent is the place that the ith is a part of.
func (t *table) parent(i int) int {
	n := t.codes[i]
	if n%100 != 0 {
		n -= n % 100
	} else {
		n -= n % 10000
	}
	p, _ := slices.BinarySearch(t.codes, n)
	return p
}

// within reports whether the ith place is the jth or a part of it.
func (t *table) within(i, j int) bool {
	for i != j && t.level(i) > Province {
		i = t.parent(i)
	}
	return i == j
}

// isOrWas reports whether a place is the other, or a province that was a part of
// it: people write the province that they grew up in.
func (t *table) isOrWas(p, other int) bool {
	return p == other || t.level(p) == Province && t.level(other) == Province && was[t.codes[p]/10000] == t.codes[other]/10000
}

// A query is the words that somebody wrote.
type query struct{ words []word }

type word struct {
	text string
	kind bool // "kab", "kecamatan": says what the next words name
}

// read takes a query apart.
func read(s string) query {
	var q query
	for _, w := range strings.FieldsFunc(strings.ReplaceAll(s, "'", ""), func(r rune) bool { return plain(r) == 0 }) {
		w = Fold(w)
		if small[w] || len(q.words) == mostWords {
			continue
		}
		if whole, ok := cut[w]; ok {
			w = whole
		}
		_, kind := kinds[w]
		q.words = append(q.words, word{w, kind})
	}
	return q
}

// named finds every place that some words of the query name.
func (q query) named(t *table) []span {
	var spans []span
	covered := uint32(0)
	for from := range q.words {
		joined := ""
		for to := from + 1; to <= len(q.words) && to-from <= longestSpan; to++ {
			joined += q.words[to-1].text
			if to-from == 1 && q.words[from].kind {
				continue // a kind alone names nothing
			}
			s := span{from: from, to: to, letters: len(joined), exact: true}
			n := len(spans)
			spans = t.equal(spans, s, joined)
			for _, formal := range strings.Fields(short[joined]) {
				c := Code(formal)
				if s.place, _ = c.index(); c.Valid() {
					spans = append(spans, s)
				}
			}
			if len(spans) > n {
				covered |= q.mask(s)
			}
		}
	}
	// Beginnings and wrong letters, of words that name nothing as they are.
	for from := range q.words {
		joined := ""
		for to := from + 1; to <= len(q.words) && to-from <= longestSpan; to++ {
			w := q.words[to-1]
			joined += w.text
			s := span{from: from, to: to, letters: len(joined)}
			if q.words[from].kind && to-from == 1 || len(joined) < 4 {
				continue
			}
			// The whole may be a beginning, or a neighbour, of what is better known.
			if covered&q.mask(s) != q.mask(s) || to-from == len(q.words) {
				spans = t.near(t.beginning(spans, s, joined), s, joined)
			}
		}
	}
	return spans
}

// equal adds the places with a folded name.
func (t *table) equal(spans []span, s span, key string) []span {
	at, _ := slices.BinarySearchFunc(t.sorted, key, func(i uint16, key string) int { return strings.Compare(t.key(int(i)), key) })
	for ; at < len(t.sorted) && t.key(int(t.sorted[at])) == key; at++ {
		s.place = int(t.sorted[at])
		spans = append(spans, s)
	}
	return spans
}

// mostBeginnings is how many places with one beginning are looked at.
const mostBeginnings = 40

// beginning adds the places whose folded name goes on after the key.
func (t *table) beginning(spans []span, s span, key string) []span {
	at, _ := slices.BinarySearchFunc(t.sorted, key, func(i uint16, key string) int { return strings.Compare(t.key(int(i)), key) })
	for n := 0; at < len(t.sorted) && n < mostBeginnings && strings.HasPrefix(t.key(int(t.sorted[at])), key); at++ {
		name := t.key(int(t.sorted[at]))
		if len(name) == len(key) {
			continue
		}
		s.place, s.lacking = int(t.sorted[at]), len(name)-len(key)
		spans = append(spans, s)
		n++
	}
	return spans
}

// near adds the places whose folded name differs in a letter, or in two if it is
// long.
func (t *table) near(spans []span, s span, key string) []span {
	allowed := 1
	if len(key) >= 8 {
		allowed = 2
	}
	set := lettersOf(key)
	for i := range t.codes {
		name := t.foldAt[i+1] - t.foldAt[i]
		if d := int(name) - len(key); d > allowed || -d > allowed || bits.OnesCount32(set^t.letters[i]) > 2*allowed {
			continue
		}
		if n := distance(key, t.key(i), allowed); n > 0 && n <= allowed {
			s.place, s.wrong = i, n
			spans = append(spans, s)
		}
	}
	return spans
}

// distance counts the letters to change, add, drop or swap with their neighbour
// to make one word of the other; more than most is most+1. Words are short.
func distance(a, b string, most int) int {
	const longest = 48
	if len(a) >= longest || len(b) >= longest {
		return most + 1
	}
	var rows [3][longest + 1]uint8
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		now[0] = uint8(i)
		least := now[0]
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			n := min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				n = min(n, before[j-2]+1)
			}
			now[j] = n
			least = min(least, n)
		}
		if int(least) > most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return int(last[len(b)])
}
