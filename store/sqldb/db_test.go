package sqldb_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netralitas/netra/store"
	"github.com/netralitas/netra/store/sqldb"
	"github.com/netralitas/netra/store/storetest"
)

func newKeys(t testing.TB) *store.Keys {
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func open(t testing.TB, path string, k *store.Keys) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), path, k, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func fresh(t testing.TB) *sqldb.DB {
	return open(t, filepath.Join(t.TempDir(), "netra.db"), newKeys(t))
}

func TestSessions(t *testing.T) {
	storetest.Sessions(t, func(t testing.TB, ttl time.Duration) store.Sessions { return fresh(t).Sessions(ttl) })
}

func TestAudit(t *testing.T) {
	storetest.Audit(t, func(t testing.TB) store.Audit { return fresh(t).Audit() })
}

func TestJoins(t *testing.T) {
	storetest.Joins(t, func(t testing.TB) store.Joins { return fresh(t).Joins() })
}

func TestCases(t *testing.T) {
	storetest.Cases(t, func(t testing.TB) store.Cases { return fresh(t).Cases() })
}

func TestRegistry(t *testing.T) {
	storetest.Registry(t, func(t testing.TB) (store.Cases, store.Registry) {
		c := fresh(t).Cases()
		return c, c
	})
}

func TestGuard(t *testing.T) {
	storetest.Guard(t, func(t testing.TB) store.Guard { return fresh(t).Guard() })
}

func TestRequests(t *testing.T) {
	storetest.Requests(t, func(t testing.TB) store.Requests { return fresh(t).Requests() })
}

func TestInbox(t *testing.T) {
	storetest.Inbox(t, func(t testing.TB) store.Inbox { return fresh(t).Inbox() })
}

// fill puts a bit of everything in.
func fill(t testing.TB, db *sqldb.DB, k *store.Keys) {
	t.Helper()
	ctx := t.Context()
	s := db.Sessions(0)
	who := k.Reporter("telegram", storetest.Address)
	_, err1 := s.Save(ctx, who, storetest.Session(1), 0)
	err2 := s.SetPrompt(ctx, who, "kenari-tombol-812")
	for n := range 20 {
		err1 = errors.Join(err1, db.Cases().Open(ctx, storetest.Case(n)))
	}
	_, err3 := db.Cases().Add(ctx, storetest.ID(0), storetest.Given(7), storetest.Epoch)
	d, ok, err4 := db.Cases().Claim(ctx, storetest.Intake, storetest.Epoch.Add(time.Hour), time.Minute)
	d.Card = "kenari-kartu-4711"
	err5 := db.Cases().Progress(ctx, d)
	err6 := db.Inbox().Put(ctx, []store.Received{storetest.Message("telegram", 1), storetest.Message("telegram", 2)})
	err7 := db.Inbox().Done(ctx, "telegram", []string{storetest.Message("telegram", 1).ID})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil || !ok {
		t.Fatal(ok, err)
	}
}

// filled holds that what fill put in is there.
func filled(t testing.TB, db *sqldb.DB, k *store.Keys, prompt string) {
	t.Helper()
	ctx := t.Context()
	got, err := db.Sessions(0).Load(ctx, k.Reporter("telegram", storetest.Address))
	if err != nil || got.Version == 0 || got.Session.Report != storetest.ID(1) || got.Prompt != prompt {
		t.Errorf("session: version %d, prompt %q, %v", got.Version, got.Prompt, err)
	}
	later := storetest.Epoch.Add(2 * time.Hour)
	for n := 1; n <= 20; n++ { // the first was claimed: it comes last
		d, ok, err := db.Cases().Claim(ctx, storetest.Intake, later, time.Hour)
		if err != nil || !ok || d.Case.Report.ID != storetest.ID(n%20) {
			t.Fatalf("case %d: %v, %v", n, ok, err)
		}
		if n == 20 && (d.Card != "kenari-kartu-4711" || len(d.Case.Events) != 1 || d.Case.Return.Address != storetest.Address) {
			t.Errorf("the delivery that had begun: card %q, %d late files", d.Card, len(d.Case.Events))
		}
	}
	inbox, err := db.Inbox().Pending(ctx, "telegram")
	if err != nil || len(inbox) != 1 || inbox[0].ID != storetest.Message("telegram", 2).ID {
		t.Errorf("%d messages in the inbox, %v", len(inbox), err)
	}
	if st, err := db.Cases().Stats(ctx, later); err != nil || st.Inbox != 1 || st.Open != 20 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

func TestReopen(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	path := filepath.Join(dir, "netra.db")
	db := open(t, path, k)
	fill(t, db, k)
	modes(t, dir)
	storetest.Canaries(t, append(storetest.Planted, k.DatabaseKey(), "CREATE TABLE", "SQLite format"), dir)
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Canaries(t, append(storetest.Planted, k.DatabaseKey(), "CREATE TABLE", "SQLite format"), dir)
	if err := db.Cases().Open(t.Context(), storetest.Case(50)); err == nil {
		t.Error("a closed database takes a case")
	}
	db.Sessions(0).SetPrompt(t.Context(), storetest.Who(1), "later") // must not hang or panic
	filled(t, open(t, path, k), k, "kenari-tombol-812")
	modes(t, dir)
}

func modes(t testing.TB, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if info, err := d.Info(); err != nil || !d.IsDir() && info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, %v", d.Name(), info.Mode(), err)
		}
		return nil
	})
}

// What was committed survives a kill at any moment: the files as they are on
// disk, without the goodbye of Close, hold it.
func TestKilled(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	db := open(t, filepath.Join(dir, "netra.db"), k)
	fill(t, db, k)
	copied := copyOf(t, dir)
	t.Run("wrong keys", func(t *testing.T) { refused(t, copied) })
	filled(t, open(t, filepath.Join(copied, "netra.db"), k), k, "kenari-tombol-812")

	// While many write: whatever was acknowledged before the copy is in it.
	var acked []int
	var mu sync.Mutex
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 1000 * (w + 1); ctx.Err() == nil; n++ {
				if err := db.Cases().Open(ctx, storetest.Case(n)); err == nil {
					mu.Lock()
					acked = append(acked, n)
					mu.Unlock()
				}
			}
		})
	}
	for range 5 {
		time.Sleep(50 * time.Millisecond)
		mu.Lock()
		before := append([]int(nil), acked...)
		mu.Unlock()
		again := open(t, filepath.Join(copyOf(t, dir), "netra.db"), k)
		for _, n := range before {
			if there, err := again.Cases().HasFiles(t.Context(), storetest.ID(n)); err != nil || !there {
				t.Fatalf("case %d of %d is lost: %v", n, len(before), err)
			}
		}
	}
	stop()
	wg.Wait()
}

// copyOf copies the files of a database in use: first the file, then the log,
// as whoever reads them after a crash finds them. When a checkpoint came in
// between, which begins the log anew with another head, they are no moment's, and
// copied again.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	const head = 32
	for {
		before := read("netra.db-wal")
		file, log := read("netra.db"), read("netra.db-wal")
		if !bytes.Equal(before[:min(head, len(before))], log[:min(head, len(log))]) {
			continue
		}
		to := t.TempDir()
		for name, raw := range map[string][]byte{"netra.db": file, "netra.db-wal": log} {
			if err := os.WriteFile(filepath.Join(to, name), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return to
	}
}

// refused holds that other keys do not open the database in a folder, say why
// in a sentence without secrets, and leave every file as it is.
func refused(t *testing.T, dir string) {
	t.Helper()
	before := contents(t, dir)
	other := newKeys(t)
	_, err := sqldb.Open(t.Context(), filepath.Join(dir, "netra.db"), other, sqldb.Options{})
	if !errors.Is(err, sqldb.ErrKeys) {
		t.Fatalf("opened with other keys: %v", err)
	}
	storetest.CanariesIn(t, []string{other.DatabaseKey()}, "the error", []byte(err.Error()))
	after := contents(t, dir)
	for name, content := range after {
		if before[name] != content {
			t.Errorf("%s was changed", name)
		}
	}
	if len(before) != len(after) {
		t.Errorf("there were %d files, there are %d", len(before), len(after))
	}
}

func contents(t testing.TB, dir string) map[string]string {
	all := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name()] = string(raw)
	}
	return all
}

func TestWrongKeys(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	path := filepath.Join(dir, "netra.db")
	fill(t, open(t, path, k), k)
	refused(t, copyOf(t, dir))
	for name, content := range map[string]string{"short": "x", "plain": "SQLite format 3\x00" + strings.Repeat("\x00", 8192)} {
		bad := t.TempDir()
		if err := os.WriteFile(filepath.Join(bad, "netra.db"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { refused(t, bad) })
	}
	// Rotated keys are the same database's.
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	filled(t, open(t, filepath.Join(copyOf(t, dir), "netra.db"), k), k, "kenari-tombol-812")
}

func TestTornFirstPage(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t)
	fill(t, open(t, filepath.Join(dir, "netra.db"), k), k)
	copied := copyOf(t, dir)
	raw, err := os.ReadFile(filepath.Join(copied, "netra.db"))
	if err != nil {
		t.Fatal(err)
	}
	copy(raw[2048:4096], make([]byte, 2048))
	if err := os.WriteFile(filepath.Join(copied, "netra.db"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, copied)
	filled(t, open(t, filepath.Join(copied, "netra.db"), k), k, "kenari-tombol-812")
}

func TestNowhere(t *testing.T) {
	k := newKeys(t)
	for _, path := range []string{filepath.Join(t.TempDir(), "no", "netra.db"), t.TempDir()} {
		_, err := sqldb.Open(t.Context(), path, k, sqldb.Options{})
		if err == nil {
			t.Fatalf("opened %s", path)
		}
		storetest.CanariesIn(t, []string{k.DatabaseKey()}, "the error", []byte(err.Error()))
	}
	odd := filepath.Join(t.TempDir(), "a b?c#d%e&f.db")
	if err := open(t, odd, k).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(odd); err != nil {
		t.Error(err)
	}
}
