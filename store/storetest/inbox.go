package storetest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/netralitas/netra/store"
)

// Inbox holds a backend to the promises of [store.Inbox]. open returns an empty
// one and closes it when the test ends.
func Inbox(t *testing.T, open func(t testing.TB) store.Inbox) {
	t.Run("pending is what was put, oldest first", func(t *testing.T) {
		b := inbox{t, open(t)}
		b.pending("telegram")
		b.put("telegram", 3, 1, 2)
		b.put("telegram", 9, 0)
		b.pending("telegram", 3, 1, 2, 9, 0)
	})
	t.Run("any body", func(t *testing.T) {
		b := inbox{t, open(t)}
		large := bytes.Repeat([]byte{0, 255, '\n'}, 200_000)
		batch := []store.Received{{Channel: "telegram", ID: ""}, {Channel: "telegram", ID: "2", Body: large}}
		if err := b.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		got, err := b.Pending(t.Context(), "telegram")
		if err != nil || len(got) != 2 || len(got[0].Body) != 0 || !bytes.Equal(got[1].Body, large) {
			t.Errorf("%d messages, %v", len(got), err)
		}
	})
	t.Run("nothing to put or to remove", func(t *testing.T) {
		b := inbox{t, open(t)}
		b.put("telegram")
		b.done("telegram")
	})
	t.Run("putting again changes nothing", func(t *testing.T) {
		b := inbox{t, open(t)}
		b.put("telegram", 1, 2, 1)
		b.put("telegram", 2, 3, 1)
		b.pending("telegram", 1, 2, 3)
	})
	t.Run("done removes, also twice", func(t *testing.T) {
		b := inbox{t, open(t)}
		b.put("telegram", 1, 2, 3, 4)
		b.done("telegram", 1, 3, 77)
		b.done("telegram", 1, 3)
		b.pending("telegram", 2, 4)
		b.put("telegram", 1) // the platform sent it again: that is for the caller to see
		b.pending("telegram", 2, 4, 1)
	})
	t.Run("channels do not meet", func(t *testing.T) {
		b := inbox{t, open(t)}
		b.put("telegram", 1, 2)
		b.put("whatsapp", 1, 2)
		b.done("telegram", 1)
		b.pending("telegram", 2)
		b.pending("whatsapp", 1, 2)
		b.pending("terminal")
	})
	t.Run("many put and remove at once", func(t *testing.T) {
		b := inbox{t, open(t)}
		var want []int
		each(8, func(n int) {
			channel := fmt.Sprint("channel", n/2) // each is used by two, with the same messages
			for i := range 10 {
				b.put(channel, 3*i, 3*i+1, 3*i+2)
				b.done(channel, 3*i+1)
			}
		})
		for i := range 10 {
			b.done("channel1", 3*i+1) // the slower of the two may have put it back
			want = append(want, 3*i, 3*i+2)
		}
		got := map[string]int{}
		all, err := b.Pending(t.Context(), "channel1")
		for _, m := range all {
			got[m.ID]++
		}
		if err != nil || len(all) != len(want) || len(got) != len(want) {
			t.Errorf("%d messages, %d of them different, want %d: %v", len(all), len(got), len(want), err)
		}
	})
	t.Run("large batches", func(t *testing.T) {
		b := inbox{t, open(t)}
		var all []int
		for i := range 300 {
			all = append(all, i)
		}
		b.put("telegram", all...)
		b.pending("telegram", all...)
		b.done("telegram", all[:257]...)
		b.pending("telegram", all[257:]...)
	})
}

type inbox struct {
	t *testing.T
	store.Inbox
}

func (b inbox) put(channel string, ns ...int) {
	b.t.Helper()
	var batch []store.Received
	for _, n := range ns {
		batch = append(batch, Message(channel, n))
	}
	if err := b.Put(b.t.Context(), batch); err != nil {
		b.t.Errorf("put: %v", err)
	}
}

func (b inbox) done(channel string, ns ...int) {
	b.t.Helper()
	var ids []string
	for _, n := range ns {
		ids = append(ids, Message(channel, n).ID)
	}
	if err := b.Done(b.t.Context(), channel, ids); err != nil {
		b.t.Errorf("done: %v", err)
	}
}

func (b inbox) pending(channel string, ns ...int) {
	b.t.Helper()
	got, err := b.Pending(b.t.Context(), channel)
	if err != nil {
		b.t.Errorf("pending: %v", err)
	}
	var want []store.Received
	for _, n := range ns {
		want = append(want, Message(channel, n))
	}
	same(b.t, "pending on "+channel, got, want)
}
