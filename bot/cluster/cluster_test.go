package cluster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/flows/region"
)

// A set of reports whose truth is known because they were made from it: each event
// is told by one to five people, who spell, remember and see it differently.
type maker struct {
	r      *rand.Rand
	names  []string
	poster image.Image // hangs everywhere
}

func (m *maker) pick(s ...string) string { return s[m.r.IntN(len(s))] }
func (m *maker) chance(percent int) bool { return m.r.IntN(100) < percent }
func (m *maker) word() string            { return m.invented(2) }
func (m *maker) invented(n int) (s string) { // no language has it
	for range n + m.r.IntN(2) {
		s += m.pick("za", "wi", "ro", "ko", "lu", "nge", "ba", "si", "tu", "me", "ya", "do", "pri", "ha", "ju", "ga")
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

type truth struct {
	district region.Code
	day      int
	kind     flows.Code
	person   string
	office   string
	place    string
	post     string // its number; "" is none
	picture  image.Image
	what     string
}

type report struct {
	event  int
	sample Sample
}

var kinds = []flows.Code{"medsos", "foto", "alat", "kampanye", "ajakan", "tim", "parpol", "fasilitas", "keputusan"}

func (m *maker) event(before []truth) truth {
	regency := []region.Code{"61.11", "32.16", "61.71"}[m.r.IntN(3)]
	parts := regency.Parts()
	e := truth{
		district: parts[m.r.IntN(len(parts))], day: 20_000 + m.r.IntN(45), kind: kinds[m.r.IntN(len(kinds))], person: m.names[m.r.IntN(len(m.names))],
		office:  m.pick("Guru SDN ", "Kepala Seksi Kecamatan ", "Staf Dinas ", "Perawat Puskesmas ", "Camat ") + m.word(),
		place:   m.pick("Lapangan ", "Balai Desa ", "Pasar ", "Aula ", "Warung ", "Masjid ", "SDN ") + m.word(),
		picture: m.scene(), what: m.pick("membagikan kaos", "mengajak memilih", "salam jari", "pidato dukungan", "memasang baliho", "mengumpulkan ktp") + " " + m.word(),
	}
	if m.chance(25) {
		e.post = fmt.Sprint(1e9 + m.r.IntN(1e9))
	}
	if len(before) == 0 {
		return e
	}
	o := before[m.r.IntN(len(before))]
	switch k := m.r.IntN(100); {
	case k < 15: // the same person again, elsewhere
		e.person, e.office, e.district = o.person, o.office, o.district
	case k < 25: // somebody else there and then
		e.district, e.day, e.kind = o.district, o.day, o.kind
	case k < 30: // the same place and kind, some other day
		e.district, e.place, e.kind = o.district, o.place, o.kind
	case k < 35: // namesakes
		e.person = strings.Fields(o.person)[0] + " " + m.word()
		e.district = o.district
	case k < 42:
		e.picture = m.poster
	}
	return e
}

// scene is a picture of something.
func (m *maker) scene() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 200, 150))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{uint8(m.r.IntN(256))}), image.Point{}, draw.Src)
	for range 14 {
		x, y := m.r.IntN(180), m.r.IntN(130)
		c := color.RGBA{uint8(m.r.IntN(256)), uint8(m.r.IntN(256)), uint8(m.r.IntN(256)), 255}
		draw.Draw(img, image.Rect(x, y, x+15+m.r.IntN(100), y+15+m.r.IntN(75)), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

// passedOn is a picture as it comes out of a chat: smaller, and compressed again.
func (m *maker) passedOn(t *testing.T, img image.Image) []byte {
	t.Helper()
	w := 120 + m.r.IntN(160)
	small := image.NewRGBA(image.Rect(0, 0, w, w*3/4))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 30 + m.r.IntN(60)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (m *maker) misspelt(s string) string {
	r := []rune(s)
	if len(r) < 4 {
		return s
	}
	i := 1 + m.r.IntN(len(r)-2)
	switch m.r.IntN(3) {
	case 0:
		r[i], r[i+1] = r[i+1], r[i]
	case 1:
		r = slices.Delete(r, i, i+1)
	case 2:
		r[i] = 'e'
	}
	return string(r)
}

// tell is what one person says of an event.
func (m *maker) tell(t *testing.T, e truth, copied string) (flows.Finished, []uint64, string) {
	t.Helper()
	a := map[flows.StepID]flows.Answer{}
	say := func(id flows.StepID, s string) { a[id] = flows.Answer{Text: s} }
	code := func(id flows.StepID, c ...flows.Code) { a[id] = flows.Answer{Codes: c} }
	place := e.district
	if m.chance(12) {
		place = place.Parent()
	}
	code("region", flows.Code(strings.ReplaceAll(string(place), ".", "-")))
	name := e.person
	if m.chance(20) {
		name = strings.Fields(name)[0]
	}
	if m.chance(20) {
		name = m.misspelt(name)
	}
	if m.chance(40) {
		name = m.pick("Pak ", "Bu ", "Bpk. ", "Ibu ", "H. ", "Drs. ") + name + m.pick("", ", S.Pd.", ", S.Sos., M.Si.")
	}
	if m.chance(15) {
		code("name", "unknown")
		say("traits", "Orangnya "+m.pick("tinggi", "pendek", "berkacamata", "berkumis")+" memakai seragam")
	} else {
		say("name", name)
	}
	if m.chance(65) {
		say("office", m.pick(e.office, strings.ToLower(e.office), m.misspelt(e.office), "pegawai, "+e.office))
	}
	kind := e.kind
	if m.chance(15) {
		kind = kinds[m.r.IntN(len(kinds))]
	}
	code("kind", kind)
	day := e.day
	if m.chance(8) {
		day += m.r.IntN(3) - 1
	}
	say("date", day0(day)+" WIB")
	switch {
	case e.post != "" && m.chance(70):
		say("place", m.link(e.post))
	case m.chance(15):
		say("place", m.pick("rumah warga", "di jalan", "kantor"))
	default:
		say("place", m.pick(e.place, "di "+strings.ToLower(e.place), e.place+" dekat jalan besar", m.misspelt(e.place)))
	}
	story := copied
	if story == "" || !m.chance(15) {
		words := []string{"tadi", "saya", "lihat", "beliau", "sedang", "bersama", "warga", "dan", "beberapa", "teman", "pada", "waktu", "acara", "itu", "ramai", "sekali", "ada", "yang", "merekam", "video"}
		m.r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		story = strings.Join(words[:12], " ") + " " + e.what + " " + strings.Join(words[12:], " ")
	}
	say("story", story)
	var looks []uint64
	if m.chance(50) {
		img := e.picture
		if m.chance(50) { // a photo of one's own
			img = m.scene()
		}
		if l, ok := Look(m.passedOn(t, img)); ok {
			looks = append(looks, l)
		}
	}
	return flows.Finished{Flow: "citizen", Answers: a}, looks, story
}

func (m *maker) link(n string) string {
	return m.pick("https://www.facebook.com/groups/contoh/posts/"+n, "https://m.facebook.com/groups/contoh/posts/"+n+"/?mibextid=Nif5oz", "facebook.com/groups/contoh/posts/"+n+"?_rdc=1&_rdr")
}

// day0 is a day as a report holds it.
func day0(n int) string {
	y, mo, d := epoch.AddDate(0, 0, n).Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, mo, d)
}

// TestPrecisionAndRecall measures on such a set. The figures say nothing of real
// reports, of which there are none yet; they hold the weights to what they can do.
func TestPrecisionAndRecall(t *testing.T) {
	var right, wrong, missed int
	reasons := map[Reason]int{}
	for seed := range uint64(3) { // others than those on which the limit was chosen
		m := &maker{r: rand.New(rand.NewPCG(seed, 2611))}
		for range 150 {
			m.names = append(m.names, m.word()+" "+m.invented(3))
		}
		m.poster = m.scene()
		var events []truth
		var all []report
		for n := range 200 {
			e := m.event(events)
			events = append(events, e)
			told := ""
			for range []int{1, 1, 1, 1, 2, 2, 2, 3, 3, 5}[m.r.IntN(10)] {
				rep, looks, story := m.tell(t, e, told)
				told = story
				s, ok := Of(flows.Citizen, rep, looks)
				if !ok || s.Day == 0 || s.Regency == "" {
					t.Fatalf("%+v of %+v", s, rep)
				}
				all = append(all, report{n, s})
			}
		}
		for i, a := range all {
			for _, b := range all[:i] {
				score, why := Compare(a.sample, b.sample)
				same := a.event == b.event
				switch {
				case score >= Alike && same:
					right++
					for _, r := range why {
						reasons[r]++
					}
				case score >= Alike:
					wrong++
				case same:
					missed++
				}
			}
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	t.Logf("pairs of one event: %d found, %d missed; of two: %d taken for one. precision %.3f, recall %.3f; found by %v", right, missed, wrong, precision, recall, reasons)
	if precision < 0.95 || recall < 0.80 {
		t.Errorf("precision %.3f, want 0.95; recall %.3f, want 0.80", precision, recall)
	}
	for _, r := range []Reason{SamePerson, SamePlace, SameDay, SamePost, SamePicture, SameWords} {
		if reasons[r] == 0 {
			t.Errorf("nothing was found by %s", r)
		}
	}
}

func TestPressureIsNotCompared(t *testing.T) {
	if _, ok := Of(flows.Pressure, flows.Finished{Flow: "pressure"}, nil); ok {
		t.Error("a report of pressure is compared")
	}
}

func TestPosts(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"https://www.instagram.com/p/Cabc123/?igsh=xyz", "lihat instagram.com/contoh/p/Cabc123."},
		{"https://youtu.be/abcDEF?si=123", "https://m.youtube.com/watch?v=abcDEF&list=PL1&t=3"},
		{"https://www.youtube.com/shorts/abcDEF", "youtube.com/watch?v=abcDEF"},
		{"https://twitter.com/contoh/status/12345?s=20", "(https://mobile.x.com/lain/status/12345)"},
		{"https://www.tiktok.com/@contoh/video/777?is_from_webapp=1", "https://m.tiktok.com/@x/video/777"},
		{"https://m.facebook.com/story.php?story_fbid=1&id=2&mibextid=q", "https://web.facebook.com/story.php?id=2&story_fbid=1"},
		{"https://contoh.example/berita/2026/x?utm_source=wa", "http://www.contoh.example/berita/2026/x/"},
		{"https://vt.tiktok.com/ZSabc/", "vm.tiktok.com/ZSabc"},
	} {
		if a, b := Posts(c.a), Posts(c.b); len(a) != 1 || !slices.Equal(a, b) {
			t.Errorf("%q is %q, %q is %q", c.a, a, c.b, b)
		}
	}
	for _, s := range []string{"https://facebook.com/", "https://www.facebook.com/contoh", "instagram.com/contoh", "Lapangan desa", "x.com", "https://", "http://%zz/a/b", "tanggal 3/4/2026"} {
		if p := Posts(s); len(p) > 0 {
			t.Errorf("%q names %q", s, p)
		}
	}
	if a, b := Posts("https://x.com/a/status/1"), Posts("https://x.com/a/status/2"); slices.Equal(a, b) {
		t.Error("two posts are one")
	}
}

func TestLook(t *testing.T) {
	m := &maker{r: rand.New(rand.NewPCG(1, 2))}
	far, near := 64, 0
	for range 40 {
		a, b := m.scene(), m.scene()
		la, ok1 := Look(m.passedOn(t, a))
		lb, ok2 := Look(m.passedOn(t, b))
		again, ok3 := Look(m.passedOn(t, a))
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		far, near = min(far, bits.OnesCount64(la^lb)), max(near, bits.OnesCount64(la^again))
	}
	t.Logf("the same picture differs in at most %d bits, two in at least %d", near, far)
	if near > farLook || far <= farLook {
		t.Errorf("the same picture differs in %d bits, two in %d; the limit is %d", near, far, farLook)
	}
	var white bytes.Buffer
	if err := png.Encode(&white, image.NewGray(image.Rect(0, 0, 100, 100))); err != nil {
		t.Fatal(err)
	}
	bomb := slices.Clone(white.Bytes())
	copy(bomb[16:24], []byte{0, 0, 255, 255, 0, 0, 255, 255}) // 65535×65535; the checksum does not matter
	for name, raw := range map[string][]byte{"empty": nil, "text": []byte("bukan gambar"), "blank": white.Bytes(), "bomb": bomb, "cut": m.passedOn(t, m.scene())[:100]} {
		if _, ok := Look(raw); ok {
			t.Errorf("%s has a look", name)
		}
	}
}

func FuzzPosts(f *testing.F) {
	f.Add("https://www.facebook.com/a/b?v=1")
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range Posts(s) {
			if strings.ContainsAny(p, " \n") {
				t.Errorf("%q", p)
			}
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	rep := flows.Finished{Answers: map[flows.StepID]flows.Answer{
		"name": {Text: "Kenari Rekaan"}, "office": {Text: "Staf Dinas Contoh"}, "place": {Text: "Lapangan desa"}, "story": {Text: strings.Repeat("kata lain lagi ", 100)},
	}}
	s, _ := Of(flows.Citizen, rep, []uint64{1})
	for b.Loop() {
		Compare(s, s)
	}
}

var epoch = time.Unix(0, 0).UTC()
