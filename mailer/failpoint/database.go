//go:build failpoint && unix

package failpoint

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// Open is sql.Open with a point at each statement, so that a walk reaches
// every call of the database without a name for each.
func Open(name, source string) (*sql.DB, error) {
	db, err := sql.Open(name, source)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return sql.OpenDB(connector{db.Driver(), source}), nil
}

type connector struct {
	driver driver.Driver
	source string
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.source)
	if err != nil {
		return nil, err
	}
	return &conn{inner}, nil
}

// full is what the drivers of both engines can do beyond driver.Conn.
type full interface {
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
}

// A conn is a driver's connection with a point at each of its statements.
type conn struct{ driver.Conn }

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	inner, err := c.Conn.(full).BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &tx{inner}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	return c.Conn.(full).ExecContext(ctx, query, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	return c.Conn.(full).QueryContext(ctx, query, args)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	inner, err := c.Conn.(full).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &stmt{inner}, nil
}

func (c *conn) Ping(ctx context.Context) error         { return c.Conn.(full).Ping(ctx) }
func (c *conn) ResetSession(ctx context.Context) error { return c.Conn.(full).ResetSession(ctx) }

// IsValid asks the driver, where it can say.
func (c *conn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

// CheckNamedValue asks the driver, where it has types of its own.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// A stmt is a prepared statement with a point at each run.
type stmt struct{ driver.Stmt }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := Err("database"); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

type tx struct{ driver.Tx }

// Commit fails before, or after it is done: as when the answer is lost.
func (t *tx) Commit() error {
	if err := Err("database"); err != nil {
		t.Tx.Rollback() //nolint:errcheck // the connection goes on without it, as after a refused commit
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return Err("database committed")
}
