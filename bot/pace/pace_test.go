package pace

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/bot"
)

// fast shrinks the limits' time a hundredfold.
var fast = Limits{Overall: 30, Chat: 10, Group: 20, Second: 10 * time.Millisecond, Minute: 600 * time.Millisecond}

func negative(a bot.Address) bool { return a[0] == '-' }

// TestWindowSlides holds any span of the window's length to its limit.
func TestWindowSlides(t *testing.T) {
	p := New(fast, negative)
	var mu sync.Mutex
	var began []time.Time
	var all sync.WaitGroup
	for range 70 {
		all.Go(func() {
			end, err := p.begin(t.Context(), "-100", 1, Delivery)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			began = append(began, time.Now())
			mu.Unlock()
			end()
		})
	}
	start := time.Now()
	all.Wait()
	for i := fast.Group; i < len(began); i++ {
		if d := began[i].Sub(began[i-fast.Group]); d < fast.Minute {
			t.Errorf("message %d came %v after the %dth before it", i, d, fast.Group)
		}
	}
	// 70 messages at 20 a window need three windows, and not much more.
	if took := time.Since(start); took > 4*fast.Minute {
		t.Errorf("took %v", took)
	}
}

// TestRepliesFirst lets a reply pass deliveries that wait for the same budget.
func TestRepliesFirst(t *testing.T) {
	l := fast
	l.Overall, l.Group, l.Second = 1, 0, 50*time.Millisecond
	p := New(l, negative)
	end, err := p.begin(t.Context(), "-1", 1, Delivery)
	if err != nil {
		t.Fatal(err)
	}
	order := make(chan string, 3)
	var all sync.WaitGroup
	take := func(who bot.Address, prio Priority) {
		all.Go(func() {
			end, err := p.begin(t.Context(), who, 1, prio)
			if err != nil {
				t.Error(err)
				return
			}
			order <- string(who)
			end()
		})
	}
	take("-2", Delivery)
	take("-3", Delivery)
	time.Sleep(5 * time.Millisecond)
	take("4", Reply)
	time.Sleep(5 * time.Millisecond)
	end()
	all.Wait()
	if got := <-order; got != "4" {
		t.Errorf("%s went before the reply", got)
	}
}

func TestPaceCanBeAbandoned(t *testing.T) {
	p := New(Limits{Group: 1, Second: time.Second, Minute: time.Hour}, negative)
	end, err := p.begin(t.Context(), "-1", 1, Delivery)
	if err != nil {
		t.Fatal(err)
	}
	end()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.begin(ctx, "-1", 1, Delivery); err == nil {
		t.Error("went on after the end")
	}
}
