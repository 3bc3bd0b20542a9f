package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// tx is the writing connection within a transaction, with its statements
// prepared once. Only the queue's goroutine uses it.
type tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if st, ok := t.stmts[query]; ok {
		return st, nil
	}
	st, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.stmts[query] = st
	}
	return st, err
}

// exec runs a statement.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.count(query, args...)
	return err
}

// count runs a statement and returns how many rows it changed.
func (t *tx) count(query string, args ...any) (int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// rows runs a statement and calls each for every row.
func (t *tx) rows(each func(scan func(...any) error) error, query string, args ...any) error {
	st, err := t.stmt(query)
	if err != nil {
		return err
	}
	return rows(context.Background(), st, each, args...)
}

func (t *tx) close() error {
	var errs []error
	for _, st := range t.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, t.conn.Close())...)
}

func rows(ctx context.Context, st *sql.Stmt, each func(scan func(...any) error) error, args ...any) error {
	rs, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		if err := each(rs.Scan); err != nil {
			return err
		}
	}
	return rs.Err()
}

// reading is a pool of connections that read, with its statements prepared once.
type reading struct {
	pool  *sql.DB
	stmts sync.Map // query → *sql.Stmt
}

// rows runs a query and calls each for every row.
func (r *reading) rows(ctx context.Context, each func(scan func(...any) error) error, query string, args ...any) error {
	st, ok := r.stmts.Load(query)
	if !ok {
		made, err := r.pool.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		if st, ok = r.stmts.LoadOrStore(query, made); ok {
			made.Close()
		}
	}
	return rows(ctx, st.(*sql.Stmt), each, args...)
}

func (r *reading) close() error {
	var errs []error
	r.stmts.Range(func(_, st any) bool {
		errs = append(errs, st.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(append(errs, r.pool.Close())...)
}
