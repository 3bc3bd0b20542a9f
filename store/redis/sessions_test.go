package redis_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/redis"
	"github.com/netralitas/netra/store/storetest"
)

func keys(t testing.TB) *store.Keys {
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func open(t testing.TB, url string, k *store.Keys, ttl time.Duration) *redis.Sessions {
	t.Helper()
	s, err := redis.Open(url, k, redis.Options{TTL: ttl})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSessions(t *testing.T) {
	storetest.Sessions(t, func(t testing.TB, ttl time.Duration) store.Sessions {
		return open(t, storetest.Redis(t).URL, keys(t), ttl)
	})
}

// Another process must see what this one did, and nothing may be readable.
func TestOtherProcess(t *testing.T) {
	server := storetest.Redis(t, storetest.AOF...)
	k := keys(t)
	a, b := open(t, server.URL, k, time.Hour), open(t, server.URL, k, time.Hour)
	who := k.Reporter("telegram", storetest.Address)
	v, err := a.Save(t.Context(), who, storetest.Session(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetPrompt(t.Context(), who, "kenari-tombol-812"); err != nil {
		t.Fatal(err)
	}
	got, err := a.Load(t.Context(), who)
	if err != nil || got.Prompt != "kenari-tombol-812" {
		t.Errorf("the process that set the prompt sees %q, %v", got.Prompt, err)
	}
	for begin := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		got, err = b.Load(t.Context(), who)
		if err != nil || got.Version != v {
			t.Fatalf("version %d, %v; want %d", got.Version, err, v)
		}
		if got.Prompt == "kenari-tombol-812" {
			break
		}
		if time.Since(begin) > 2*time.Second {
			t.Fatal("the other process never saw the prompt")
		}
	}
	if _, err := b.Save(t.Context(), who, storetest.Session(2), v); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Save(t.Context(), who, storetest.Session(3), v); !errors.Is(err, store.ErrConflict) {
		t.Errorf("saved what the other process saved: %v", err)
	}
	server.Dump()
	storetest.Canaries(t, storetest.Planted, server.Dir)

	// Other keys cannot open it: it counts as lost, and can be begun anew.
	lost, err := open(t, server.URL, keys(t), time.Hour).Load(t.Context(), who)
	if err != nil || lost.Version == 0 || len(lost.Session.Seen) > 0 || lost.Session.Lang != "" {
		t.Errorf("with other keys: %+v, %v", lost, err)
	}
}

func TestCloseWritesPrompts(t *testing.T) {
	server, k := storetest.Redis(t), keys(t)
	a := open(t, server.URL, k, time.Hour)
	for n := range 50 {
		if _, err := a.Save(t.Context(), storetest.Who(n), storetest.Session(n), 0); err != nil {
			t.Fatal(err)
		}
		a.SetPrompt(t.Context(), storetest.Who(n), "last")
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.SetPrompt(t.Context(), storetest.Who(1), "later"); err == nil {
		t.Error("closed sessions take a prompt")
	}
	b := open(t, server.URL, k, time.Hour)
	for n := range 50 {
		if got, err := b.Load(t.Context(), storetest.Who(n)); err != nil || got.Prompt != "last" {
			t.Fatalf("prompt %d is %q, %v", n, got.Prompt, err)
		}
	}
}

// A dead server shows as an error within seconds, says nothing it should not,
// and all goes on when it is back.
func TestServerGone(t *testing.T) {
	server := storetest.Redis(t, "--requirepass", "kenari-sandi")
	s := open(t, strings.Replace(server.URL, "://", "://:kenari-sandi@", 1), keys(t), time.Hour)
	stderr := capture(t)

	ctx, who := t.Context(), storetest.Who(1)
	v, err := s.Save(ctx, who, storetest.Session(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	fails := func(within time.Duration) {
		t.Helper()
		begin := time.Now()
		_, loadErr := s.Load(ctx, who)
		_, saveErr := s.Save(ctx, who, storetest.Session(2), v)
		pingErr := s.Ping(ctx)
		_, countErr := s.Count(ctx)
		for name, err := range map[string]error{"load": loadErr, "save": saveErr, "ping": pingErr, "count": countErr} {
			if err == nil || errors.Is(err, store.ErrConflict) {
				t.Errorf("%s without a server: %v", name, err)
			} else {
				storetest.CanariesIn(t, append(storetest.Planted, "kenari-sandi", string(who)), name+"'s error", []byte(err.Error()))
			}
		}
		if took := time.Since(begin); took > within {
			t.Errorf("it took %s to see that the server is gone", took)
		}
	}
	server.Kill()
	fails(2 * time.Second)
	if err := s.SetPrompt(ctx, who, "kenari-tombol-812"); err != nil {
		t.Errorf("a prompt waits for the server: %v", err)
	}
	server.Start()
	begin := time.Now()
	for {
		if got, err := s.Load(ctx, who); err == nil && got.Version == 0 {
			break // it had kept nothing: the conversation begins again
		} else if time.Since(begin) > 3*time.Second {
			t.Fatalf("the server is back: %+v, %v", got, err)
		}
	}
	if _, err := s.Save(ctx, who, storetest.Session(1), 0); err != nil {
		t.Errorf("save with the server back: %v", err)
	}
	if said := stderr(); said != "" {
		t.Errorf("the library printed %q", said)
	}
}

func TestServerStuck(t *testing.T) {
	server := storetest.Redis(t)
	s := open(t, server.URL, keys(t), time.Hour)
	v, err := s.Save(t.Context(), storetest.Who(1), storetest.Session(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	server.Pause()
	begin := time.Now()
	if _, err := s.Load(t.Context(), storetest.Who(1)); err == nil {
		t.Error("loaded from a server that answers nothing")
	}
	if took := time.Since(begin); took > 6*time.Second {
		t.Errorf("it took %s to see that the server is stuck", took)
	}
	server.Resume()
	if _, err := s.Save(t.Context(), storetest.Who(1), storetest.Session(2), v); err != nil {
		t.Errorf("save with the server back: %v", err)
	}
	server.Stop()
	server.Start()
	if got, err := s.Load(t.Context(), storetest.Who(1)); err != nil || got.Version != v+1 {
		t.Errorf("after a restart that kept its data: version %d, %v", got.Version, err)
	}
}

// capture returns what the process wrote to stderr since.
func capture(t *testing.T) func() string {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = w
	t.Cleanup(func() { os.Stderr = old })
	return func() string {
		os.Stderr = old
		w.Close()
		said, _ := io.ReadAll(r)
		return string(said)
	}
}

func BenchmarkStep(b *testing.B) {
	s := open(b, storetest.Redis(b).URL, keys(b), time.Hour)
	ctx := b.Context()
	x := storetest.Session(1)
	storetest.CPU(b)
	for n := 0; b.Loop(); n++ {
		who := storetest.Who(n % 500)
		saved, err := s.Load(ctx, who)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Save(ctx, who, x, saved.Version); err != nil {
			b.Fatal(err)
		}
		if err := s.SetPrompt(ctx, who, "kenari-tombol-812"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	s := open(b, storetest.Redis(b).URL, keys(b), time.Hour)
	if _, err := s.Save(b.Context(), storetest.Who(1), storetest.Session(1), 0); err != nil {
		b.Fatal(err)
	}
	storetest.CPU(b)
	for b.Loop() {
		if _, err := s.Load(b.Context(), storetest.Who(1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStepParallel(b *testing.B) {
	s := open(b, storetest.Redis(b).URL, keys(b), time.Hour)
	x := storetest.Session(1)
	storetest.CPU(b)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		who := storetest.Who(int(time.Now().UnixNano()))
		for pb.Next() {
			saved, err := s.Load(b.Context(), who)
			if err == nil {
				_, err = s.Save(b.Context(), who, x, saved.Version)
			}
			if err == nil {
				err = s.SetPrompt(b.Context(), who, "kenari-tombol-812")
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
