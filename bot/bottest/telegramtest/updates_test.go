package telegramtest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"testing"
)

func ids(us []upd) []int64 {
	out := []int64{}
	for _, u := range us {
		out = append(out, u.ID)
	}
	return out
}

func texts(us []upd) (out []string) {
	for _, u := range us {
		if u.Message != nil {
			out = append(out, u.Message.Text)
		}
	}
	return out
}

func TestOffsets(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	for i := range 5 {
		u.Say(itoa(i))
	}
	all := b.updates()
	if len(all) != 5 || !reflect.DeepEqual(texts(all), []string{"0", "1", "2", "3", "4"}) {
		t.Fatalf("%+v", all)
	}
	first := all[0].ID
	for _, x := range []struct {
		offset int64
		limit  int
		want   int // first update delivered, counted from 0
		n      int
	}{
		{0, 0, 0, 5},
		{first, 2, 0, 2},
		{first + 1000, 0, 0, 5}, // far in the future: confirms nothing
		{first + 2, 0, 2, 3},
		{first, 0, 2, 3}, // what is confirmed is gone
		{first + 2, 1000, 2, 3},
		{-2, 0, 3, 2},
		{0, 0, 3, 2},
		{-9, 0, 3, 2},
		{-1, 0, 4, 1},
		{first + 5, 0, 5, 0},
	} {
		got := ids(b.updates("offset", x.offset, "limit", x.limit))
		want := []int64{}
		for i := range x.n {
			want = append(want, first+int64(x.want+i))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("offset %d, limit %d: %v, want %v", x.offset, x.limit, got, want)
		}
	}
	if b.s.Pending() != 0 {
		t.Errorf("%d pending", b.s.Pending())
	}
	for range 120 {
		u.Say("x")
	}
	if got := b.updates(); len(got) != 100 {
		t.Errorf("%d updates", len(got))
	}
	b.clean()
}

func TestAllowedUpdates(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	b.ok("getUpdates", "allowed_updates", []string{"edited_message"})
	u.Say("a")
	u.EditLast("b")
	if got := b.updates(); len(got) != 1 || got[0].Edited == nil || got[0].Edited.Text != "b" {
		t.Errorf("%+v", got)
	}
	b.ok("getUpdates", "offset", -1) // without the parameter the setting stays
	u.Say("c")
	b.ok("getUpdates", "allowed_updates", []string{}) // back to the default
	u.Say("d")
	u.Block()
	got := b.updates()
	if len(got) != 3 || got[1].Message.Text != "d" || got[2].Member == nil {
		t.Errorf("%+v", got)
	}
	b.clean()
}

func TestLongPoll(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	got := make(chan []upd)
	go func() { got <- b.updates("timeout", 50) }()
	eventually(t, "poll", b.polling)
	u.Say("halo")
	us := <-got
	if !reflect.DeepEqual(texts(us), []string{"halo"}) {
		t.Errorf("%+v", us)
	}
	// It takes the next poll to confirm.
	done := make(chan error)
	go func() { done <- b.s.WaitConfirmed(deadline(t)) }()
	if b.s.Pending() != 1 {
		t.Errorf("%d pending", b.s.Pending())
	}
	go func() { got <- b.updates("timeout", 1, "offset", us[0].ID+1) }()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if us := <-got; len(us) != 0 {
		t.Errorf("%+v", us)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	u.Say("x")
	if err := b.s.WaitConfirmed(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestSecondPollEndsTheFirst(t *testing.T) {
	b := newBot(t)
	first, second := make(chan answer), make(chan answer)
	go func() { first <- b.call("getUpdates", "timeout", 50) }()
	eventually(t, "poll", b.polling)
	go func() { second <- b.call("getUpdates", "timeout", 50) }()
	b.check(<-first, "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	eventually(t, "poll", b.polling)
	b.s.NewUser("id").Say("x")
	if a := <-second; !a.OK {
		t.Errorf("%+v", a)
	}
	if b.s.Conditions()["conflict"] != 1 {
		t.Errorf("%v", b.s.Conditions())
	}
	b.clean()
}

func TestAbandonedPollLosesNothing(t *testing.T) {
	b := newBot(t)
	ctx, cancel := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, b.url("getUpdates")+"?timeout=50", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	eventually(t, "poll", b.polling)
	cancel()
	<-done
	eventually(t, "end of the poll", func() bool { return !b.polling() })
	b.s.NewUser("id").Say("x")
	if us := b.updates(); len(us) != 1 {
		t.Errorf("%+v", us)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	b := &bot{t, s}
	u := s.NewUser("id")
	polled, waited := make(chan answer), make(chan error)
	go func() { polled <- b.call("getUpdates", "timeout", 50) }()
	go func() {
		_, err := u.Wait(context.Background(), 0)
		waited <- err
	}()
	eventually(t, "poll", b.polling)
	s.Close()
	s.Close()
	if a := <-polled; a.err == nil {
		t.Errorf("%+v", a)
	}
	if err := <-waited; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	u.Say("x")
	if s.Pending() != 0 {
		t.Error("an update after the end")
	}
}

func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:0", ":0", "contoh.id:0", "x"} {
		if s, err := StartAt(addr); err == nil {
			s.Close()
			t.Errorf("started on %s", addr)
		}
	}
	s, err := StartAt("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestDuplicatesAndReorder(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	b.s.SetFaults(Faults{Seed: 1, DuplicateUpdates: 1})
	u.Say("a")
	u.Say("b")
	us := b.updates()
	next := us[1].ID + 1
	again := b.updates("offset", next)
	if !reflect.DeepEqual(ids(again), ids(us)) {
		t.Errorf("%v came again as %v", ids(us), ids(again))
	}
	if us := b.updates("offset", next); len(us) != 0 {
		t.Errorf("came a third time: %+v", us)
	}
	if err := b.s.WaitConfirmed(deadline(t)); err != nil {
		t.Error(err)
	}
	b.s.SetFaults(Faults{Seed: 1, ReorderUpdates: 1})
	for _, s := range []string{"1", "2", "3"} {
		u.Say(s)
	}
	if us := b.updates(); !reflect.DeepEqual(texts(us), []string{"2", "3", "1"}) {
		t.Errorf("%v", texts(us))
	}
	if c := b.s.Conditions(); c["duplicate update"] != 2 || c["reordered update"] != 2 {
		t.Errorf("%v", c)
	}
	b.s.SetFaults(Faults{})
	if us := b.updates("offset", next+3); len(us) != 0 {
		t.Errorf("%+v", us)
	}
}
