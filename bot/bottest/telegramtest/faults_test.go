package telegramtest

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestScriptedFaults(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	send := func() answer { return b.call("sendMessage", "chat_id", u.ID, "text", "x") }
	b.s.SetFaults(Faults{RetryAfter: 7})
	for _, f := range []Fault{Fault429, Fault500, FaultCutBefore, FaultCutAfter} {
		b.s.FailNext("sendMessage", f)
	}
	b.ok("sendChatAction", "chat_id", u.ID, "action", "typing")
	a := send()
	b.check(a, "429 Too Many Requests: retry after 7")
	if a.Parameters.RetryAfter != 7 {
		t.Errorf("%+v", a.Parameters)
	}
	b.check(send(), "500 Internal Server Error")
	if a := send(); !isCut(a.err) || len(u.Messages()) != 0 {
		t.Errorf("cut before: %v, %d messages", a.err, len(u.Messages()))
	}
	if a := send(); !isCut(a.err) || len(u.Messages()) != 1 {
		t.Errorf("cut after: %v, %d messages", a.err, len(u.Messages()))
	}
	if a := send(); !a.OK {
		t.Errorf("%+v", a)
	}
	b.clean()
	c := b.s.Conditions()
	if c["injected 429"] != 1 || c["injected 500"] != 1 || c["cut before"] != 1 || c["cut after"] != 1 {
		t.Errorf("%v", c)
	}
	if b.s.Provoked429() != 0 {
		t.Error("an injected 429 counts as provoked")
	}
}

func TestHook(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.s.SetHook(func(method string, call int) Fault {
		if method == "sendMessage" && call == 2 {
			return FaultCutAfter
		}
		return NoFault
	})
	b.send("chat_id", u.ID, "text", "1")
	if a := b.call("sendMessage", "chat_id", u.ID, "text", "2"); !isCut(a.err) {
		t.Errorf("%+v", a)
	}
	b.send("chat_id", u.ID, "text", "3")
	b.s.SetHook(nil)
	if n := len(u.Messages()); n != 3 {
		t.Errorf("%d messages", n)
	}
}

func TestFaultsOfDownloadsAndPolls(t *testing.T) {
	b := newBot(t)
	u := b.s.NewUser("id")
	u.SendDocument("a.txt", "text/plain", []byte("isi"))
	f := decode[gotFile](t, b.ok("getFile", "file_id", u.Messages()[0].Media.FileID))
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, fault := range []Fault{FaultCutBefore, FaultCutAfter} {
		b.s.FailNext("file", fault)
		res, err := fresh.Get(b.s.URL + "/file/bot" + b.s.Token + "/" + f.Path)
		if err == nil {
			_, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
		}
		if err == nil {
			t.Error("the download was not cut")
		}
	}
	if code, data := b.fetch(f.Path); code != 200 || string(data) != "isi" {
		t.Errorf("%d %q", code, data)
	}
	b.s.FailNext("getUpdates", FaultCutAfter)
	if a := b.call("getUpdates"); !isCut(a.err) {
		t.Errorf("%+v", a)
	}
	if us := b.updates(); len(us) != 1 {
		t.Errorf("an update got lost: %+v", us)
	}
}

func TestRandomFaultsAreBounded(t *testing.T) {
	b := newBot(t)
	u := known(b.s)
	b.s.SetFaults(Faults{Seed: 3, Rate429: 0.25, Rate500: 0.25, CutBefore: 0.25, CutAfter: 0.25})
	for range 5 {
		for range maxRun {
			if a := b.call("sendMessage", "chat_id", u.ID, "text", "x"); a.OK {
				t.Errorf("no fault: %+v", a)
			}
		}
		b.send("chat_id", u.ID, "text", "x")
	}
	for range maxRun {
		_ = b.call("getMe")
	}
	b.ok("getMe")
}

func TestRandomRates(t *testing.T) {
	f := &Faults{Seed: 42, Rate429: 0.1, Rate500: 0.2, CutBefore: 0.05, CutAfter: 0.05}
	var fs faults
	got := map[Fault]int{}
	const n = 20000
	for range n {
		got[f.random(fs.chance(f.Seed))]++
	}
	for kind, rate := range map[Fault]float64{Fault429: 0.1, Fault500: 0.2, FaultCutBefore: 0.05, FaultCutAfter: 0.05, NoFault: 0.6} {
		if share := float64(got[kind]) / n; share < rate-0.02 || share > rate+0.02 {
			t.Errorf("fault %d: %.3f, want %.2f", kind, share, rate)
		}
	}
}

func TestFailNextOfNoMethod(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewServer(t).FailNext("sendMesage", Fault500)
}

func TestLatency(t *testing.T) {
	b := newBot(t)
	b.s.SetFaults(Faults{Latency: 30 * time.Millisecond})
	start := time.Now()
	var wg sync.WaitGroup
	for range 10 {
		u := known(b.s)
		wg.Go(func() { b.send("chat_id", u.ID, "text", "x") })
	}
	wg.Wait()
	if d := time.Since(start); d < 30*time.Millisecond {
		t.Errorf("took %v", d)
	}
}
