package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// faulty is the weather of the load tests: calls refused, failing, cut off half
// of the time after they took effect, and updates that come twice.
var faulty = telegramtest.Faults{Seed: 11, Rate429: .01, Rate500: .01, CutBefore: .0025, CutAfter: .0025, DuplicateUpdates: .01, ReorderUpdates: .01}

// noPace is for loads that would take hours at a group's 20 messages a minute.
const noPace = "NETRA_TELEGRAM_GROUP_RATE=100000"

func deadline(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestLoad: a thousand whole conversations, two hundred at a time, in bad
// weather. Every reporter gets a receipt, every case its group, once.
func TestLoad(t *testing.T) {
	const conversations = 1000
	w := newWorld(t, noPace)
	w.telegram.SetFaults(faulty)
	w.start()
	ctx := deadline(t, 5*time.Minute)
	began := time.Now()
	users := w.talk(ctx, conversations, 200, bottest.Citizen, bottest.Pressure)
	t.Logf("%d conversations in %v", conversations, time.Since(began).Round(time.Second))
	w.settled(ctx)
	t.Logf("all delivered after %v; %v", time.Since(began).Round(time.Second), w.telegram.Calls())
	if code, body := w.get("/readyz"); code != http.StatusOK && !strings.Contains(body, `"telegram":"fail"`) {
		t.Errorf("not ready: %s", body)
	}
	_, metrics := w.get("/metrics")
	w.stop()
	w.cases(conversations)
	w.proper()
	w.private(users, metrics)
	t.Logf("%v", w.telegram.Conditions())
}

// TestKillStorm: the process is killed ten times while reporters talk.
func TestKillStorm(t *testing.T) {
	const conversations = 300
	w := newWorld(t, noPace)
	w.telegram.SetFaults(telegramtest.Faults{Seed: 5, DuplicateUpdates: .02, ReorderUpdates: .02, Latency: 5 * time.Millisecond})
	w.start()
	ctx := deadline(t, 5*time.Minute)
	talked := make(chan []*telegramtest.User)
	go func() { talked <- w.talk(ctx, conversations, 40, bottest.Citizen, bottest.Pressure) }()
	for range 10 {
		time.Sleep(time.Duration(300+rand.IntN(900)) * time.Millisecond)
		w.kill()
		w.start()
	}
	users := <-talked
	w.settled(ctx)
	_, metrics := w.get("/metrics")
	w.stop()
	w.cases(conversations)
	w.proper()
	w.private(users, metrics)
}

// TestRedisGone: Redis is away for ten seconds during load. Nobody is told
// more than once, and every conversation goes on by itself.
func TestRedisGone(t *testing.T) {
	const conversations = 60
	w := newWorld(t, noPace)
	w.telegram.SetFaults(telegramtest.Faults{Seed: 3, Latency: 40 * time.Millisecond})
	w.start()
	ctx := deadline(t, 5*time.Minute)
	talked := make(chan []*telegramtest.User)
	go func() { talked <- w.talk(ctx, conversations, conversations, bottest.Citizen) }()
	time.Sleep(time.Second)
	w.redis.Stop()
	time.Sleep(3 * time.Second)
	if code, body := w.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, `"sessions":"fail"`) {
		t.Errorf("ready without Redis: %d %s", code, body)
	}
	time.Sleep(7 * time.Second)
	w.redis.Start()
	users := <-talked
	w.settled(ctx)
	sorry := bottest.Words(w.words, "id", "error.try_later")
	told := 0
	for i, u := range users {
		n := strings.Count(bottest.Person{User: u}.Chat(), sorry)
		if told += n; n > 1 {
			t.Errorf("reporter %d was told %d times", i, n)
		}
	}
	if told == 0 {
		t.Error("nobody was told: Redis was not missed")
	}
	_, metrics := w.get("/metrics")
	w.stop()
	w.cases(conversations)
	w.proper()
	w.private(users, metrics)
}
