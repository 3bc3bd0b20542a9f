package sqldb_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/storetest"
)

func BenchmarkOpen(b *testing.B) {
	cases := fresh(b).Cases()
	storetest.CPU(b)
	for n := 0; b.Loop(); n++ {
		if err := cases.Open(b.Context(), storetest.Case(n)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenParallel(b *testing.B) {
	cases := fresh(b).Cases()
	var n atomic.Int64
	storetest.CPU(b)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := cases.Open(b.Context(), storetest.Case(int(n.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkClaimSettle(b *testing.B) {
	cases := fresh(b).Cases()
	if err := cases.Open(b.Context(), storetest.Case(1)); err != nil {
		b.Fatal(err)
	}
	at := storetest.Epoch.Add(24 * time.Hour)
	storetest.CPU(b)
	for n := 0; b.Loop(); n++ {
		d, ok, err := cases.Claim(b.Context(), storetest.Intake, at, time.Minute)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		d.Card = "kenari-kartu-4711"
		d.Case.Events = nil // late evidence came, so it is due again at once
		if n == 0 {
			if _, err := cases.Add(b.Context(), storetest.ID(1), storetest.Given(1), at); err != nil {
				b.Fatal(err)
			}
		}
		if err := cases.Settle(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClaimNothing(b *testing.B) {
	cases := fresh(b).Cases()
	storetest.CPU(b)
	for b.Loop() {
		if _, ok, err := cases.Claim(b.Context(), storetest.Intake, storetest.Epoch, time.Minute); err != nil || ok {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkInbox50(b *testing.B) {
	inbox := fresh(b).Inbox()
	batch := make([]store.Received, 50)
	ids := make([]string, 50)
	storetest.CPU(b)
	for n := 0; b.Loop(); n++ {
		for i := range batch {
			batch[i] = storetest.Message("telegram", n*50+i)
			ids[i] = batch[i].ID
		}
		if err := inbox.Put(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		if err := inbox.Done(b.Context(), "telegram", ids); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	s := fresh(b).Sessions(0)
	x := storetest.Session(1)
	storetest.CPU(b)
	for n := 0; b.Loop(); n++ {
		who := storetest.Who(n % 200)
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
}

func BenchmarkStepParallel(b *testing.B) {
	s := fresh(b).Sessions(0)
	x := storetest.Session(1)
	var n atomic.Int64
	storetest.CPU(b)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		who := storetest.Who(int(n.Add(1)))
		for i := 0; pb.Next(); i++ {
			saved, err := s.Load(b.Context(), who)
			if err == nil {
				_, err = s.Save(b.Context(), who, x, saved.Version)
			}
			if err == nil {
				err = s.SetPrompt(b.Context(), who, fmt.Sprint(i))
			}
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	s := fresh(b).Sessions(0)
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
