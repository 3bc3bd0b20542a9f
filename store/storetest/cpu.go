package storetest

import (
	"syscall"
	"testing"
	"time"
)

// CPU makes a benchmark report the CPU time of this process per operation, as
// "cpu-µs/op". Unlike the time per operation it does not count waiting for the
// disk or the network. Call it where b.ResetTimer would be called.
func CPU(b *testing.B) {
	b.ReportAllocs()
	before := spent(b)
	b.Cleanup(func() {
		b.ReportMetric(float64((spent(b)-before).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
	})
	b.ResetTimer()
}

func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
