package bottest

import (
	"regexp"
	"strings"
	"time"
)

var pin = regexp.MustCompile(`[0-9]{3}-[0-9]{3}-[0-9]{3}`)

// Receipt is the code and the PIN that a chat shows, "" when it shows none.
func Receipt(chat string) (code, secret string) { return ticket.FindString(chat), pin.FindString(chat) }

// said waits until the supervisors' group reads the words.
func (f *fixture) said(words string) {
	f.Helper()
	for {
		for _, p := range f.p.Group() {
			if strings.Contains(p.Text, words) {
				return
			}
		}
		if f.ctx.Err() != nil {
			f.Fatalf("the group does not read %q; log:\n%s", words, f.stack.Log)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// receipt: from another account, who shows the receipt sees what happened, adds
// words and evidence, and withdraws; who shows a wrong one learns nothing.
func (f *fixture) receipt() {
	r, other := f.p.Reporter("id"), f.p.Reporter("id")
	f.talk(r, Citizen)
	f.stack.Settled(f.ctx)
	code, secret := Receipt(r.Chat())
	if secret == "" {
		f.Fatalf("no PIN is shown:\n%s", r.Chat())
	}
	other.Say("cek " + code)
	f.see(other, "case.pin")
	other.Say("000-000-000")
	f.see(other, "case.wrong")
	if strings.Contains(other.Chat(), CanaryStory) || strings.Contains(other.Chat(), Words(f.stack.Words, "id", "case.ask")) {
		f.Errorf("a wrong PIN opens something:\n%s", other.Chat())
	}
	other.Say(secret)
	f.see(other, "case.ask")
	const words = "kenari keterangan tambahan di balai desa"
	other.Say(words)
	f.see(other, "case.told")
	f.said(words)
	other.Photo(append(Picture(), "more"...))
	f.see(other, "evidence.added")
	f.stack.Settled(f.ctx)
	f.card(2, CanaryStory)
	must(f, other.Press(Words(f.stack.Words, "id", "case.withdraw")))
	f.see(other, "case.withdraw_confirm")
	must(f, other.Press(Words(f.stack.Words, "id", "case.withdraw_yes")))
	f.see(other, "case.withdrawn")
	f.said(Words(f.stack.Words, "id", "card.withdrew"))
	c, ok, err := f.stack.DB.Cases().Find(f.ctx, code)
	must(f, err)
	if !ok || c.Return != nil {
		f.Errorf("found %v; the way back after the withdrawal: %+v", ok, c.Return)
	}
	if who, err := f.stack.DB.Cases().Identity(f.ctx, c.Report.ID); len(who) > 0 || err != nil {
		f.Errorf("the identity is still there: %d answers, %v", len(who), err)
	}
	f.stack.Clean(words)
}

// deleted: /hapus deletes draft and files at once, and nothing of it can be
// opened any more.
func (f *fixture) deleted() {
	r := f.p.Reporter("id")
	f.talk(r, Until(Citizen, "evidence.more"))
	r.Say("/hapus")
	f.see(r, "data.deleted")
	f.keyless()
	f.swept("after /hapus")
	f.talk(r, Citizen[:3]) // a new one begins
}

// keyless checks that no report has a key. The inbox has one, or two while a
// message is on its way.
func (f *fixture) keyless() {
	f.Helper()
	for _, o := range f.stack.Keys.IdleInbox() {
		must(f, f.stack.Keys.Shred(o.Report, o.Part))
	}
	keys, err := f.stack.Keys.List()
	must(f, err)
	for _, k := range keys {
		if k.Seals > 2 {
			f.Errorf("%d keys are left", k.Seals)
		}
	}
}
