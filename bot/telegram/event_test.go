package telegram_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/store"
)

// scene is a picture of something, compressed more or less.
func scene(t *testing.T, quality int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		x, y := i%320, i/320
		img.Pix[i] = uint8((x/45*73 + y/40*131) % 251)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOneEvent: of four reports of one event, which two officers link at the same
// time, each names the three others afterwards, in that intake and in no other. The
// pictures are compared once, and nothing of it reaches a reporter.
func TestOneEvent(t *testing.T) {
	o := newOffice(t)
	o.say("report")
	o.say("another report")
	for _, quality := range []int{90, 40} { // one picture, as two people got it
		other := o.p.Reporter("id").(bottest.Person)
		if err := bottest.Talk(o.ctx, other, o.s.Words, "id", scene(t, quality), bottest.Citizen); err != nil {
			t.Fatal(err)
		}
		code, _ := bottest.Receipt(other.Chat())
		o.codes = append(o.codes, code)
	}
	o.s.Quiet(o.ctx)
	if err := o.process.Desk.Compare(o.ctx); err != nil {
		t.Fatal(err)
	}
	o.s.Quiet(o.ctx)
	group := o.groups["bawaslu"]
	wait := func() {
		t.Helper()
		if err := o.p.Server.WaitConfirmed(o.ctx); err != nil {
			t.Fatal(err)
		}
		o.s.Quiet(o.ctx)
	}
	budi, sari := o.person("Budi"), o.person("Sari")
	group.Say(budi, "/ambil "+o.codes[0])
	group.Say(sari, "/ambil "+o.codes[1])
	wait()
	var both sync.WaitGroup
	both.Go(func() { group.Say(budi, "/kaitkan "+o.codes[0]+" "+o.codes[2]) })
	both.Go(func() { group.Say(sari, "/kaitkan "+o.codes[1]+" "+o.codes[3]) })
	both.Wait()
	wait()
	both.Go(func() { group.Say(budi, "/kaitkan "+o.codes[0]+" "+o.codes[1]) })
	both.Go(func() { group.Say(sari, "/kaitkan "+o.codes[1]+" "+o.codes[2]) })
	both.Wait()
	wait()
	for i, code := range o.codes {
		c, _, err := o.s.DB.Cases().Find(o.ctx, code)
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, l := range c.Links("bawaslu") {
			named = append(named, l.Ticket)
		}
		slices.Sort(named)
		want := slices.DeleteFunc(slices.Sorted(slices.Values(o.codes)), func(x string) bool { return x == code })
		if !slices.Equal(named, want) {
			t.Errorf("%s names %v, want %v", code, named, want)
		}
		if l := c.Links("bkn"); len(l) > 0 {
			t.Errorf("in another intake %s names %v", code, l)
		}
		n := 0
		for _, e := range c.Events {
			if e.Kind == store.Compared {
				n++
				if len(strings.Fields(e.Text)) != i/2 { // the picture of the first two is too small
					t.Errorf("%s has the looks %q", code, e.Text)
				}
			}
			if e.Kind == store.Alike && i == 3 && !strings.Contains(e.Why, "picture") {
				t.Errorf("%s is like %s by %q", code, e.Text, e.Why)
			}
		}
		if n != 1 {
			t.Errorf("%s was compared %d times", code, n)
		}
		head := ""
		for _, m := range group.Messages() {
			if m.FromBot && strings.Contains(m.Text, "] "+code) {
				head, _, _ = strings.Cut(m.Text, "\n\n")
			}
		}
		if !strings.Contains(head, "4 laporan") || !strings.Contains(head, "sedikitnya 4 akun") {
			t.Errorf("the card of %s says %q", code, head)
		}
	}
	for name, g := range o.groups {
		for _, m := range g.Messages() {
			if name != "bawaslu" && m.FromBot && (strings.Contains(m.Text, "satu peristiwa") || strings.Contains(m.Text, "Satu peristiwa")) {
				t.Errorf("%s reads %q", name, m.Text)
			}
		}
	}
	for _, m := range o.reporter.Messages() {
		if m.FromBot && strings.Contains(m.Text, "peristiwa dengan") {
			t.Errorf("the reporter reads %q", m.Text)
		}
	}
	o.clean()
}
