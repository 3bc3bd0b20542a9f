package main

import (
	"strings"
	"testing"

	"github.com/netralitas/netra/bot/bottest"
)

// TestCleanedPhone: on a phone whose chat was cleared neither the report nor its
// receipt can be read, on Telegram, within 48 hours.
func TestCleanedPhone(t *testing.T) {
	w := newWorld(t)
	w.start()
	ctx := deadline(t, timeLimit)
	u := w.talks(ctx, bottest.Citizen)
	w.settled(ctx)
	code, pin := receipt(u)
	reads := func() (found []string) {
		for _, m := range u.Messages() {
			for _, secret := range []string{code, pin, bottest.CanaryStory, bottest.CanaryPerson, bottest.CanaryName} {
				if strings.Contains(m.Text, secret) {
					found = append(found, secret)
				}
			}
			if m.Media != nil {
				found = append(found, "a picture")
			}
		}
		return found
	}
	if len(reads()) < 5 {
		t.Fatalf("the chat holds only %q", reads())
	}
	u.Say("/bersihkan")
	if err := (bottest.Person{User: u}).See(ctx, "", "Ya, bersihkan"); err != nil {
		t.Fatal(err)
	}
	if err := u.Press("Ya, bersihkan"); err != nil {
		t.Fatal(err)
	}
	if err := (bottest.Person{User: u}).See(ctx, "sudah dihapus di kedua sisi", ""); err != nil {
		t.Fatal(err)
	}
	for _, left := range reads() {
		if left != code { // what was said when the group had it may stay
			t.Errorf("the chat still holds %q", left)
		}
	}
	w.stop()
}
