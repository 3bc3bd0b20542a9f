package whatsapp_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/whatsapptest"
)

// TestClean: what we wrote in the last two days goes from the person's phone.
// What they wrote stays, and so do words that are older.
func TestClean(t *testing.T) {
	d := newDesk(t)
	d.process.Stop()
	d.p.Now = func() time.Time { return time.Now().Add(-50 * time.Hour) }
	d.start()
	d.talk(bottest.Citizen[:3])
	old := d.ours()
	d.process.Stop()
	d.p.Now = nil
	d.start()
	d.talk(bottest.Citizen[3:7])
	recent := slices.DeleteFunc(d.ours(), func(id string) bool { return slices.Contains(old, id) })
	if len(old) != 3 || len(recent) != 4 {
		t.Fatalf("%d old and %d new messages", len(old), len(recent))
	}
	all := append(slices.Clone(old), recent...)
	if n := d.p.Copies(all...); n != len(all) {
		t.Fatalf("%d copies of %d messages: the test looks at the wrong place", n, len(all))
	}
	d.chat.Say("/bersihkan")
	d.until(0, "tidy.ask")
	asking := d.chat.Last().ID
	theirs := d.theirs()
	d.chat.Say("ya")
	done := d.until(0, "tidy.done.whatsapp")
	var gone, left []string
	if err := d.chat.WaitFor(d.ctx, func() bool {
		gone, left = d.chat.Deleted(), d.ours()
		return len(gone) == len(recent)+1
	}); err != nil {
		t.Errorf("%d messages are gone, want %d: %v", len(gone), len(recent)+1, err)
	}
	for _, id := range append(recent, asking) {
		if !slices.Contains(gone, id) {
			m, _ := d.chat.Find(id)
			t.Errorf("this stays: %+v", m)
		}
	}
	if n := d.p.Copies(append(all, asking)...); n > 0 {
		t.Errorf("%d copies are left", n)
	}
	if want := append(slices.Clone(old), done.ID); !slices.Equal(left, want) {
		t.Errorf("of ours stay %v, want %v", left, want)
	}
	if is := d.theirs(); len(is) != len(theirs)+1 {
		t.Errorf("%d messages of the reporter are left, want %d", len(is), len(theirs)+1)
	}
	// Again, with nothing but what was said since; twice what is gone is no error.
	seq := d.chat.Seq()
	d.chat.Say("/bersihkan")
	d.until(seq, "tidy.ask")
	d.process.Stop() // between the two, as if it had crashed
	d.start()
	seq = d.chat.Seq()
	d.chat.Say("ya")
	d.until(seq, "tidy.done.whatsapp")
	if left := d.ours(); len(left) != len(old)+1 {
		t.Errorf("%d messages of ours stay, want %d", len(left), len(old)+1)
	}
}

// TestCleanRefused: what WhatsApp refuses to take back is no error, and a cut in
// the midst of it neither: the rest goes all the same.
func TestCleanRefused(t *testing.T) {
	for _, code := range []whatsapptest.Fault{400, whatsapptest.FaultCutBefore, whatsapptest.FaultCutAfter} {
		d := newDesk(t)
		d.talk(bottest.Citizen[:4])
		d.chat.Say("/bersihkan")
		d.until(0, "tidy.ask")
		ours := d.ours()
		n := 0
		d.p.Server.SetHook(func(s whatsapptest.Stanza) whatsapptest.Fault {
			if s.From == d.p.Account && s.Kind == "message" {
				if n++; n == 2 {
					return code
				}
			}
			return whatsapptest.NoFault
		})
		seq := d.chat.Seq()
		d.chat.Say("ya")
		d.until(seq, "tidy.done.whatsapp")
		want := len(ours)
		if code >= 400 {
			want--
		}
		if err := d.chat.WaitFor(d.ctx, func() bool { return len(d.chat.Deleted()) == want }); err != nil {
			t.Errorf("fault %d: %d messages are gone, want %d", code, len(d.chat.Deleted()), want)
		}
	}
}

// ours are the ids of what we wrote and still stands in the person's chat.
func (d *desk) ours() (ids []string) { return d.ids(false) }

func (d *desk) theirs() (ids []string) { return d.ids(true) }

func (d *desk) ids(fromMe bool) (ids []string) {
	for _, m := range d.chat.Messages() {
		if m.FromMe == fromMe && strings.TrimSpace(m.Text) != "" {
			ids = append(ids, m.ID)
		}
	}
	return ids
}
