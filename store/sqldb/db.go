// Package sqldb keeps cases, the inbox and, when there is no Redis, reports in
// progress in an encrypted SQLite file. The file as a whole is encrypted, and
// contents are sealed once more, bound to their row: encryption of pages keeps
// a secret, but does not notice a page put back.
//
// All writing goes through one connection and one queue. What is queued at the
// same time is committed, and synced to disk, together: see commit.go.
package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"

	"github.com/netralitas/netra/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options may be left zero.
type Options struct {
	// Readers is how many connections SQL has, 2 unless set.
	Readers int
}

// DB is the embedded database. Close it.
type DB struct {
	keys    *store.Keys
	path    string
	writer  *sql.DB // one connection, only for the queue
	reading *reading
	guests  *sql.DB // for SQL
	queue   *queue
	close   func() error
}

// Open opens the file or makes it, mode 0600, and brings it to the newest
// shape. Keys that are not the file's are refused, and then nothing in it is
// touched.
func Open(ctx context.Context, path string, keys *store.Keys, opts Options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := checkKey(path, keys.DatabaseKey()); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if opts.Readers <= 0 {
		opts.Readers = 2
	}
	db := &DB{keys: keys, path: path}
	if db.writer, err = connect(path, keys.DatabaseKey(), 1, true); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	readers, err := connect(path, keys.DatabaseKey(), opts.Readers, true)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, db.writer.Close()))
	}
	if db.guests, err = connect(path, keys.DatabaseKey(), 2, false); err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, readers.Close(), db.writer.Close()))
	}
	db.reading = &reading{pool: readers}
	if err := db.migrate(ctx); err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, db.guests.Close(), db.reading.close(), db.writer.Close()))
	}
	if err := store.SyncDir(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, db.guests.Close(), db.reading.close(), db.writer.Close()))
	}
	if db.queue, err = newQueue(ctx, db.writer); err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, db.guests.Close(), db.reading.close(), db.writer.Close()))
	}
	db.close = sync.OnceValue(func() error {
		err := db.queue.close()
		return errors.Join(err, db.guests.Close(), db.reading.close(), db.writer.Close())
	})
	return db, nil
}

// private makes the files that SQLite would make with the umask's mode. The
// write-ahead log takes its mode from the database: see connect.
func private(path string) error {
	for _, name := range []string{path, path + "-shm"} {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		err = f.Chmod(0o600)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// connect makes a pool of connections. The key is given to each connection by
// a pragma and is no part of a name or an error.
//
// A commit of a pool that is not synced survives the end of the process, but
// not always that of the machine. Connections are made when they are needed.
func connect(path, key string, size int, synced bool) (*sql.DB, error) {
	query := url.Values{"vfs": {filesystem}, "modeof": {path}, "_txlock": {"immediate"}}.Encode()
	name := url.URL{Scheme: "file", Path: path, RawQuery: strings.ReplaceAll(query, "+", "%20")}
	pool, err := driver.Open(name.String(), func(c *sqlite3.Conn) error {
		if c.Exec("PRAGMA hexkey='"+key+"'") != nil {
			return errors.New("the database key was not accepted")
		}
		synchronous := "normal"
		if synced {
			synchronous = "full"
		}
		return c.Exec(`
			PRAGMA synchronous = ` + synchronous + `;
			PRAGMA busy_timeout = 5000;
			PRAGMA temp_store = memory;
			PRAGMA journal_mode = wal;
			PRAGMA foreign_keys = on;
			PRAGMA secure_delete = on;
			PRAGMA cache_size = -200;`)
	})
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}

// migrate brings the tables to their newest shape. The files are run whole, as
// Go migrations: goose's own reader of SQL takes 12 MB for three buffers.
func (db *DB) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	steps := make([]*goose.Migration, len(names))
	for i, name := range names {
		raw, err := migrations.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read migrations: %w", err)
		}
		up := func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, string(raw))
			return err
		}
		steps[i] = goose.NewGoMigration(int64(i+1), &goose.GoFunc{RunTx: up}, nil)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db.writer, nil, goose.WithGoMigrations(steps...),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Close commits what is queued and closes the file. Closing again returns what
// it returned.
func (db *DB) Close() error { return db.close() }

// SQL is a pool of connections to the same encrypted file, for those who bring
// their own tables. Its transactions are "immediate"; they wait for ours. What
// it commits survives the end of the process; a power cut may take the last
// moments. DB closes it.
func (db *DB) SQL() *sql.DB { return db.guests }

// Ping returns nil when the database can be written to.
func (db *DB) Ping(ctx context.Context) error {
	return db.queue.do(ctx, "ping database", func(tx *tx) error {
		return tx.exec(`UPDATE ping SET n = 1 - n`)
	})
}
