package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	goredis "github.com/redis/go-redis/v9"

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
	a := &answers{}
	talk := func(each int, record bool) {
		var all sync.WaitGroup
		for i := range reporters {
			script := [][]bottest.Line{bottest.Citizen, bottest.Pressure}[i%2]
			all.Go(func() {
				for range each {
					u := w.telegram.NewUser("id")
					if err := bottest.Talk(ctx, &timed{Reporter: bottest.Person{User: u}, a: a}, w.words, "id", picture, script); err != nil && record {
						b.Errorf("%.600s", err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	talk(1, true) // warm: connections, code, caches
	a.took = nil
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
	b.ReportMetric(a.median().Seconds()*1000, "median-ms")
	b.ReportMetric(float64(calls)/steps, "calls/step")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
}

// minimal is the least that a bot can be: every update costs a GET, a SET and
// one message. No sealing, no de-duplication, no cases. What it costs on a
// machine is the measure for what BenchmarkStep says there.
func minimal() {
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(os.Getenv("NETRA_TELEGRAM_TOKEN"), os.Getenv("NETRA_TELEGRAM_API")+"/bot%s/%s")
	if err != nil {
		panic(err)
	}
	bot.Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}} // the default dials anew for most calls
	o, err := goredis.ParseURL(os.Getenv("NETRA_REDIS_URL"))
	if err != nil {
		panic(err)
	}
	client := goredis.NewClient(o)
	u := tgbotapi.NewUpdate(0)
	u.Timeout = 25
	for update := range bot.GetUpdatesChan(u) {
		go func() {
			ctx := context.Background()
			key := strconv.FormatInt(update.Message.Chat.ID, 10)
			n, _ := client.Get(ctx, key).Int()
			if err := client.Set(ctx, key, n+1, time.Hour).Err(); err != nil {
				panic(err)
			}
			if _, err := bot.Send(tgbotapi.NewMessage(update.Message.Chat.ID, fmt.Sprint("Pertanyaan ", n+1))); err != nil {
				panic(err)
			}
		}()
	}
}

// BenchmarkMinimal is the cost of a step of a minimal bot, see minimal.
func BenchmarkMinimal(b *testing.B) {
	const reporters = 50
	w := newWorld(b)
	w.cmd = exec.Command(w.program)
	w.cmd.Env = append(w.env, "NETRA_TEST_PROGRAM=minimal")
	w.cmd.Stderr = w
	if err := w.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	users := make([]*telegramtest.User, reporters)
	for i := range users {
		users[i] = w.telegram.NewUser("id")
	}
	asked := 0
	talk := func(steps int) {
		var all sync.WaitGroup
		for _, u := range users {
			all.Go(func() {
				for n := range steps {
					u.Say("jawaban yang cukup panjang untuk sebuah pertanyaan")
					if err := (bottest.Person{User: u}).See(ctx, fmt.Sprint("Pertanyaan ", asked+n+1, "\n"), ""); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		asked += steps
	}
	talk(20) // warm
	cpu := w.cpuNow()
	b.ResetTimer()
	each := max(1, b.N/reporters)
	talk(each)
	b.StopTimer()
	steps := float64(each * reporters)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric((w.cpuNow()-cpu).Seconds()*1000/steps, "cpu-ms/step")
	b.ReportMetric(steps/b.Elapsed().Seconds(), "steps/s")
}

// BenchmarkStep is the cost of a reporter's step with fifty reporters at once,
// through HTTP with Redis: the aim is at most 0.17 ms of CPU where
// BenchmarkMinimal takes 0.10 ms, and 40 MB.
func BenchmarkStep(b *testing.B) { bench(b, 50, telegramtest.Faults{}) }

// BenchmarkFarAway is two hundred reporters at once with 40 ms added to every
// call of the Bot API: the aim is at least 1,400 steps a second.
func BenchmarkFarAway(b *testing.B) {
	bench(b, 200, telegramtest.Faults{Latency: 40 * time.Millisecond})
}

// BenchmarkWhatsApp is BenchmarkStep on WhatsApp: every message is decrypted,
// and every answer encrypted, with a commit for each.
func BenchmarkWhatsApp(b *testing.B) {
	w := newOnWhatsApp(b)
	w.start()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	w.write(ctx, 50, 50) // warm
	cpu := w.cpuNow()
	b.ResetTimer()
	a := w.write(ctx, max(50, b.N/(len(bottest.Citizen)+len(bottest.Pressure))*2), 50)
	b.StopTimer()
	steps := float64(len(a.took))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric((w.cpuNow()-cpu).Seconds()*1000/steps, "cpu-ms/step")
	b.ReportMetric(steps/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(a.median().Seconds()*1000, "median-ms")
	w.stop()
}
