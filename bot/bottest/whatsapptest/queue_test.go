package whatsapptest

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.mau.fi/whatsmeow/types/events"
)

func TestOfflineQueue(t *testing.T) {
	s := newServer(t)
	b, u := newBot(t, s), s.NewUser("")
	c := u.Chat(b.acct)
	c.Say("halo")
	b.hear("halo")
	eventually(t, "the sender knows of it", func() bool { return c.Messages()[0].Arrived })
	eventually(t, "halo is acknowledged", func() bool { return b.acct.Queued() == 0 })
	b.Disconnect()
	eventually(t, "the bot is away", func() bool { return !b.acct.Online() })
	for i := range 3 {
		c.Say(fmt.Sprint("sementara ", i))
	}
	// Notifications may wait, too: a phone sends its tokens when it likes.
	if n := b.acct.Queued(); n < 3 {
		t.Errorf("%d stanzas wait", n)
	}
	b.forget()
	must(t, b.Connect())
	preview := next[*events.OfflineSyncPreview](b)
	if preview.Messages != 3 || preview.Total != 3+preview.Notifications {
		t.Errorf("preview: %+v", preview)
	}
	for i := range 3 {
		if m := next[*events.Message](b); words(m.Message) != fmt.Sprint("sementara ", i) {
			t.Errorf("message %d is %q", i, words(m.Message))
		}
	}
	if e := next[*events.OfflineSyncCompleted](b); e.Count != preview.Total {
		t.Errorf("offline count: %+v", e)
	}
	eventually(t, "all is acknowledged", func() bool { return b.acct.Queued() == 0 })
	eventually(t, "the sender knows", func() bool {
		arrived := 0
		for _, m := range c.Messages() {
			if m.Arrived {
				arrived++
			}
		}
		return arrived == 4
	})
	s.clean(t)
}

// A handler that fails is a process that dies before it has saved: the message
// comes again after the reconnect, and to the next process.
func TestRedelivery(t *testing.T) {
	s := newServer(t)
	u := s.NewUser("")
	file := filepath.Join(t.TempDir(), "wa.db")
	acct := s.NewAccount("")
	b := client(t, s, acct, onDisk(t, file))
	var failing atomic.Bool
	var tries atomic.Int64
	prudent := func(b *bot) {
		b.SynchronousAck, b.EnableDecryptedEventBuffer = true, true
		b.AddEventHandlerWithSuccessStatus(func(e any) bool {
			m, ok := e.(*events.Message)
			if !ok || words(m.Message) == "" {
				return true
			}
			tries.Add(1)
			return !failing.Load()
		})
	}
	prudent(b)
	b.pair()
	c := u.Chat(acct)
	failing.Store(true)
	c.Say("penting")
	eventually(t, "it is tried", func() bool { return tries.Load() == 1 })
	if n := acct.Queued(); n == 0 {
		t.Error("it is acknowledged")
	}
	acct.Cut()
	eventually(t, "it is tried again", func() bool { return tries.Load() == 2 })
	b.stop()
	failing.Store(false)

	again := client(t, s, acct, onDisk(t, file)) // as another process would
	prudent(again)
	must(t, again.Connect())
	again.hear("penting")
	eventually(t, "it is acknowledged", func() bool { return acct.Queued() == 0 })
	if n := tries.Load(); n != 3 {
		t.Errorf("%d tries", n)
	}
	s.clean(t)
}

// A message that is acknowledged by nobody, because the connection breaks off at
// the receipt.
func TestCutBeforeReceipt(t *testing.T) {
	for _, fault := range []Fault{FaultCutBefore, FaultCutAfter} {
		s := newServer(t)
		b, u := newBot(t, s), s.NewUser("")
		cut := false
		s.SetHook(func(st Stanza) Fault {
			if st.From == b.acct && st.Kind == "receipt" && !cut {
				cut = true
				return fault
			}
			return NoFault
		})
		u.Chat(b.acct).Say("halo")
		b.hear("halo")
		next[*events.Disconnected](b)
		eventually(t, "all is acknowledged", func() bool { return b.acct.Online() && b.acct.Queued() == 0 })
		s.clean(t)
	}
}
