package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

// Others bring their own tables and write at the same time.
func TestOthersWrite(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	db := open(t, filepath.Join(dir, "netra.db"), k)
	second := open(t, filepath.Join(dir, "netra.db"), k) // as another process would
	if _, err := db.SQL().ExecContext(t.Context(), `CREATE TABLE other (n INTEGER, word TEXT)`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := range 20 {
				_, err := db.SQL().ExecContext(t.Context(), `INSERT INTO other VALUES (?, 'kenari-kartu-4711')`, n)
				d := db
				if w%2 == 0 {
					d = second
				}
				if err := errors.Join(err, d.Cases().Open(t.Context(), storetest.Case(100*w+n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int
	if err := db.SQL().QueryRow(`SELECT count(*) FROM other`).Scan(&n); err != nil || n != 80 {
		t.Errorf("%d rows, %v", n, err)
	}
	if st, err := db.Cases().Stats(t.Context(), time.Now()); err != nil || st.Open != 80 {
		t.Errorf("%+v, %v", st, err)
	}
	storetest.Canaries(t, storetest.Planted, dir)
}

// One reads what another is just writing: never noise, see wal.go. With the
// library's own file system this finds a malformed database within seconds.
func TestReadWhileWriting(t *testing.T) {
	dir := t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "netra-*"); err == nil { // tears most easily
		t.Cleanup(func() { os.RemoveAll(shm) })
		dir = shm
	}
	db := open(t, filepath.Join(dir, "netra.db"), newKeys(t))
	stop := time.Now().Add(4 * time.Second)
	var wg sync.WaitGroup
	wg.Go(func() {
		for time.Now().Before(stop) {
			if err := db.Ping(t.Context()); err != nil { // writes one page, which stands last in the log
				t.Errorf("write: %v", err)
				return
			}
		}
	})
	read, err := db.SQL().PrepareContext(t.Context(), `SELECT n FROM ping`)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	for range 2 {
		wg.Go(func() {
			for n := 0; time.Now().Before(stop); n++ {
				var ping int
				if err := read.QueryRowContext(t.Context()).Scan(&ping); err != nil || ping&^1 != 0 {
					t.Errorf("read %d: %d, %v", n, ping, err)
					return
				}
			}
		})
	}
	wg.Wait()
	var found string
	if err := db.SQL().QueryRow(`PRAGMA integrity_check`).Scan(&found); err != nil || found != "ok" {
		t.Errorf("integrity: %s, %v", found, err)
	}
}

// A job that fails takes nobody along: it is alone in seeing its error.
func TestOneFails(t *testing.T) {
	db := fresh(t)
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if n%5 == 0 {
				go cancel() // now or later
			}
			err := db.Cases().Open(ctx, storetest.Case(n))
			if err != nil && (n%5 != 0 || !errors.Is(err, context.Canceled)) {
				t.Errorf("case %d: %v", n, err)
			}
			there, hasErr := db.Cases().HasFiles(t.Context(), storetest.ID(n))
			if hasErr != nil || there != (err == nil) {
				t.Errorf("case %d: opened with %v, there: %v, %v", n, err, there, hasErr)
			}
		})
	}
	wg.Wait()
}

// Closing while many write: each write is either refused or there.
func TestCloseWhileWriting(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	path := filepath.Join(dir, "netra.db")
	db, err := sqldb.Open(t.Context(), path, k, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	acked := make([]bool, 400)
	sessions := db.Sessions(time.Hour)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := w; n < len(acked); n += 8 {
				acked[n] = db.Cases().Open(context.Background(), storetest.Case(n)) == nil
				sessions.SetPrompt(context.Background(), storetest.Who(n), fmt.Sprint(n))
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	again := open(t, path, k)
	for n, ok := range acked {
		if there, err := again.Cases().HasFiles(t.Context(), storetest.ID(n)); err != nil || ok && !there {
			t.Fatalf("case %d was acknowledged and is lost: %v", n, err)
		}
	}
}

func TestExpiredSessionsGo(t *testing.T) {
	db := fresh(t)
	s := db.Sessions(time.Second)
	for n := range 10 {
		if _, err := s.Save(t.Context(), storetest.Who(n), storetest.Session(n), 0); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2100 * time.Millisecond)
	// What another Sessions of the same database sweeps when it begins one.
	if _, err := db.Sessions(time.Hour).Save(t.Context(), storetest.Who(50), storetest.Session(50), 0); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.SQL().QueryRow(`SELECT count(*) FROM sessions`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are in the table, %v", n, err)
	}
}
