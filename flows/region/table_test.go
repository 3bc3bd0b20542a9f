package region

import (
	"runtime"
	"testing"
)

// TestTableIsSmall: what is known of the whole country stays in memory.
func TestTableIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	held := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(held)
	took := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d kB for %d places", took>>10, len(held.codes))
	if took > 400<<10 {
		t.Errorf("%d bytes", took)
	}
	if embedded := len(namesCSV) + len(pointsBin); embedded > 550_000 {
		t.Errorf("%d bytes are embedded", embedded)
	}
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		build()
	}
}
