package store

import (
	"context"
	"database/sql"
)

// A frequent runs a few statements many times in one transaction. SQLite reads
// each of them once, which else costs as much as ten rows; PostgreSQL's driver
// remembers them by itself. Close it before the transaction ends.
type frequent struct {
	tx    *sql.Tx
	alone bool
	known map[string]*sql.Stmt
}

func newFrequent(tx *sql.Tx, e engine) *frequent {
	return &frequent{tx: tx, alone: e.alone, known: make(map[string]*sql.Stmt)}
}

// statement returns a query as it was read, or nil when it is to be run as it
// is, which also says what is wrong with it.
func (f *frequent) statement(ctx context.Context, query string) *sql.Stmt {
	if !f.alone {
		return nil
	}
	s := f.known[query]
	if s == nil {
		var err error
		if s, err = f.tx.PrepareContext(ctx, query); err != nil {
			return nil
		}
		f.known[query] = s
	}
	return s
}

// ExecContext, QueryContext and QueryRowContext are those of sql.Tx.
func (f *frequent) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := f.statement(ctx, query); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return f.tx.ExecContext(ctx, query, args...)
}

func (f *frequent) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := f.statement(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return f.tx.QueryContext(ctx, query, args...)
}

func (f *frequent) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := f.statement(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return f.tx.QueryRowContext(ctx, query, args...)
}

func (f *frequent) close() {
	for _, s := range f.known {
		s.Close() //nolint:errcheck // its transaction tells what went wrong
	}
}
