package sqldb_test

import (
	"path/filepath"
	"testing"

	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// BenchmarkList reads 10,000 cases, as statistics and lists do.
func BenchmarkList(b *testing.B) {
	db := many(b, 10_000)
	for b.Loop() {
		n := 0
		if err := db.Cases().List(b.Context(), func(store.Standing) error { n++; return nil }); err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkChanges looks for what changed among 10,000 cases of which one did.
func BenchmarkChanges(b *testing.B) {
	db := many(b, 10_000)
	seen := map[int64]int{}
	none := func(int64, store.Case) {}
	if _, err := db.Cases().Changes(b.Context(), seen, none); err != nil || len(seen) != 10_000 {
		b.Fatal(len(seen), err)
	}
	for b.Loop() {
		delete(seen, 5000)
		if _, err := db.Cases().Changes(b.Context(), seen, none); err != nil || len(seen) != 10_000 {
			b.Fatal(len(seen), err)
		}
	}
}

// many is a database with that many cases.
func many(b testing.TB, n int) *sqldb.DB {
	db := open(b, filepath.Join(b.TempDir(), "netra.db"), newKeys(b))
	storetest.Many(b, db.Cases(), n, "bawaslu")
	return db
}
