package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/bot/bottest"
	"github.com/netralitas/netra/bot/bottest/telegramtest"
)

// bench has reporters hold whole conversations with the serving program until
// there were b.N steps, and reports what a step cost.
func bench(b *testing.B, reporters int, faults telegramtest.Faults) {
	w := newWorld(b, "NETRA_LOG=error")
	if os.Getenv("NETRA_TEST_PROFILE") == "" { // the program as it is shipped
		w.program = filepath.Join(b.TempDir(), "netra")
		build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", w.program, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	w.start()
	picture := bottest.Picture()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	talk := func(each int, record bool) {
		var all sync.WaitGroup
		for i := range reporters {
			script := [][]bottest.Line{bottest.Citizen, bottest.Pressure}[i%2]
			all.Go(func() {
				for range each {
					u := w.telegram.NewUser("id")
					if err := bottest.Talk(ctx, bottest.Person{User: u}, w.words, "id", picture, script); err != nil && record {
						b.Errorf("%.600s", err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	talk(1, true) // warm: connections, code, caches
	before := w.telegram.Calls()
	w.telegram.SetFaults(faults)
	perRound := reporters * (len(bottest.Citizen) + len(bottest.Pressure)) / 2
	rounds := max(1, b.N/perRound)
	cpu := w.cpuNow()
	b.ResetTimer()
	talk(rounds, true)
	took := b.Elapsed()
	b.StopTimer()
	steps := float64(rounds * perRound)
	cpu = w.cpuNow() - cpu
	peak := w.memoryPeak()
	after := w.telegram.Calls()
	calls := 0
	for _, method := range []string{"sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery"} {
		calls += after[method] - before[method]
	}
	w.telegram.SetFaults(telegramtest.Faults{})
	w.stop()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cpu.Seconds()*1000/steps, "cpu-ms/step")
	b.ReportMetric(steps/took.Seconds(), "steps/s")
	b.ReportMetric(float64(calls)/steps, "calls/step")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
}

// BenchmarkStep is the cost of a reporter's step with fifty reporters at once,
// through HTTP with Redis: the aim is at most 0.17 ms of CPU and 40 MB.
func BenchmarkStep(b *testing.B) { bench(b, 50, telegramtest.Faults{}) }

// BenchmarkFarAway is two hundred reporters at once with 40 ms added to every
// call of the Bot API: the aim is at least 1,400 steps a second.
func BenchmarkFarAway(b *testing.B) {
	bench(b, 200, telegramtest.Faults{Latency: 40 * time.Millisecond})
}
