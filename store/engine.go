package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"weekward/mailer/failpoint"
)

// An engine is all that differs between SQLite and PostgreSQL. The statements
// themselves are one text for both.
type engine struct {
	name     string
	skip     string // tail of a claiming query: rows another process has locked are left out
	hold     string // tail of a query whose rows this transaction is about to change
	isUnique func(error) bool
	// alone says that one transaction writes at a time.
	alone bool
	// relax and strict set what a commit on this connection waits for: nothing
	// but the operating system, or the disk. Both are nil where every
	// transaction says so itself.
	relax, strict string
	// lean lets go of memory that a send has no use for; "" where there is none.
	lean string
	// async opens a transaction whose commit does not wait for the disk, on
	// engines that can say so inside it.
	async string
	// serial begins a claim of sources where transactions run side by side: the
	// next claim waits until this one is committed.
	serial string
	// rowByRow says that many rows are inserted faster one at a time, by a
	// prepared statement, than many by one.
	rowByRow bool
	// members selects the texts of a JSON list that is a statement's first
	// placeholder: one statement for any number of rows.
	members string
	// listOf makes a JSON list of an expression's values, and rolled is a query
	// for the recipients of all rolls, one to a row.
	listOf, rolled string
	// octets gives a text as octets, without what its driver makes of texts: the
	// one for SQLite first tries whether a text is a time, in a dozen forms, and
	// copies it for each.
	octets string
	// searching is a query for the IDs of at most $2 items that answer the
	// question $1, and question writes what it is asked; see search.go.
	searching string
	question  func(beginnings []string) string
	// fullText makes the index behind it, noFullText takes it away; indexing
	// takes in what was written, where the engine does not by itself.
	fullText, noFullText, indexing []string
}

var sqliteEngine = engine{
	name:  "sqlite",
	alone: true,
	isUnique: func(err error) bool {
		var e *sqlite.Error
		return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
	},
	relax:  "PRAGMA synchronous = NORMAL",
	strict: "PRAGMA synchronous = FULL",
	lean:   "PRAGMA cache_size = -2000", // it goes through its rows in order, so that 2 MB are as good as 16

	searching:  sqliteSearching,
	question:   sqliteQuestion,
	fullText:   sqliteFullText,
	noFullText: sqliteNoFullText,
	indexing:   sqliteIndexing,

	rowByRow: true,
	members:  "SELECT value FROM json_each($1)",
	octets:   "CAST(%s AS BLOB)",
	listOf:   "json_group_array(%s)",
	rolled:   "SELECT mailing, part, variant, recipients, value AS recipient FROM rolls, json_each(recipients)",
}

var postgresEngine = engine{
	name: "postgres",
	skip: "FOR UPDATE SKIP LOCKED",
	hold: "FOR UPDATE",
	isUnique: func(err error) bool {
		var e *pgconn.PgError
		return errors.As(err, &e) && e.Code == "23505"
	},
	async:   "SET LOCAL synchronous_commit = off",
	serial:  "LOCK TABLE collectors IN EXCLUSIVE MODE",
	members: "SELECT jsonb_array_elements_text(CAST($1 AS jsonb))",
	octets:  "convert_to(%s, 'UTF8')",
	listOf:  "CAST(jsonb_agg(%s) AS TEXT)",
	rolled: `SELECT mailing, part, variant, recipients, listed.value AS recipient
		FROM rolls CROSS JOIN jsonb_array_elements_text(CAST(recipients AS jsonb)) AS listed (value)`,

	searching:  postgresSearching,
	question:   postgresQuestion,
	fullText:   postgresFullText,
	noFullText: postgresNoFullText,
}

// isPostgres tells a PostgreSQL address from a path.
func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// A process that stands still in the midst of a transaction, as one on a paused
// machine does, would keep its locks for ever, and with them whoever takes over
// from it. PostgreSQL ends such a transaction; no other waits for anything so
// long. An address may set another limit.
const (
	idleLimit = "idle_in_transaction_session_timeout"
	mostIdle  = "1min"
)

// connect opens the two pools of a database: one connection that writes and
// some that read (SQLite), or one pool for both (PostgreSQL).
func connect(address string, readOnly bool) (read, write *sql.DB, e engine, err error) {
	if isPostgres(address) {
		if readOnly {
			address, err = withParameter(address, "default_transaction_read_only", "on")
		} else if !strings.Contains(address, idleLimit) {
			address, err = withParameter(address, idleLimit, mostIdle)
		}
		if err != nil {
			return nil, nil, engine{}, err
		}
		db, err := failpoint.Open("pgx", address)
		if err != nil {
			return nil, nil, engine{}, err
		}
		db.SetMaxOpenConns(16)
		return db, db, postgresEngine, nil
	}
	read, err = failpoint.Open("sqlite", sqliteDSN(address, true))
	if err != nil {
		return nil, nil, engine{}, err
	}
	read.SetMaxOpenConns(8)
	if readOnly {
		return read, read, sqliteEngine, nil
	}
	write, err = failpoint.Open("sqlite", sqliteDSN(address, false))
	if err != nil {
		return nil, nil, engine{}, errors.Join(err, read.Close())
	}
	write.SetMaxOpenConns(1)
	return read, write, sqliteEngine, nil
}

// sqliteDSN is the driver's address of the file: busy_timeout first, so that
// the other pragmas already wait for a busy database.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	if readOnly {
		q.Set("mode", "ro")
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "synchronous(FULL)")
		q.Add("_pragma", "secure_delete(ON)")  // what is forgotten leaves the file, too
		q.Add("_pragma", "cache_size(-16000)") // 16 MB: a big import touches many pages of its indexes
		q.Set("_txlock", "immediate")
	}
	q.Add("_pragma", "foreign_keys(ON)")
	q.Set("_time_format", "sqlite")
	q.Set("_texttotime", "1")
	q.Set("_timezone", "UTC")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// makePrivate creates the database file, readable by its owner only: it holds
// addresses of people who read about health.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // and is not touched: see keptFiles
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// withParameter adds a run-time parameter to a PostgreSQL address.
func withParameter(address, name, value string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("database.url is not a valid postgres:// address") // the cause would print the password
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// inTx runs f in one transaction whose commit is on disk when it returns.
func (s *Store) inTx(ctx context.Context, f func(*sql.Tx) error) (err error) {
	defer func() { s.ailment.note(err) }()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	defer s.tidings.heard(tx)
	if err := failpoint.After("commit", f(tx)); err != nil {
		return err
	}
	return failpoint.After("committed", s.commit(ctx, tx, true))
}

// inCheapTx runs f in one transaction whose commit survives the death of this
// process but may be lost when the power fails.
func (s *Store) inCheapTx(ctx context.Context, f func(*sql.Tx) error) (err error) {
	defer func() { s.ailment.note(err) }()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	during := ctx
	if s.engine.relax != "" {
		if _, err := conn.ExecContext(ctx, s.engine.relax); err != nil {
			return fmt.Errorf("relax durability: %w", err)
		}
		// With contexts of their own: a stopped send must not leave the
		// connection relaxed for whoever gets it next. A transaction whose
		// context ends is rolled back by database/sql on its own time, and
		// SQLite does not listen to strict before that.
		during = context.WithoutCancel(ctx)
		defer conn.ExecContext(during, s.engine.strict) //nolint:errcheck // a broken connection is not used again
	}
	tx, err := conn.BeginTx(during, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	defer s.tidings.heard(tx)
	if s.engine.async != "" {
		if _, err := tx.ExecContext(ctx, s.engine.async); err != nil {
			return err
		}
	}
	if err := failpoint.After("cheap commit", f(tx)); err != nil {
		return err
	}
	return failpoint.After("cheap committed", s.commit(ctx, tx, false))
}
