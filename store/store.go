// Package store holds every SQL statement of weekward, in one text for SQLite
// and PostgreSQL, and the migrations of the schema.
//
// It fulfils the small interfaces of the packages that need storage. Only
// cmd/weekward and tests import it.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"weekward/mailer/failpoint"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNoDatabase means that there is nothing to read yet.
var ErrNoDatabase = errors.New("there is no database yet")

// ErrOldSchema means that an earlier version of the program wrote the database,
// and that no later one has opened it for writing yet.
var ErrOldSchema = errors.New("the database is of an earlier version")

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	read, write *sql.DB
	engine      engine
	address     string
	locks       lifeLocks
	journals    sendJournals
	tidings     tidings
	notes       *sql.DB // for the notes of senders on PostgreSQL; else nil
	ailment     ailment
	kept        keptFiles
	hashes      Hashes
}

// Hashes returns keyed hashes of data, the current key's first:
// subscribers.Keys.Hashes.
type Hashes func(purpose, data string) []string

// UseHashes gives the store the secret that forgotten posts are recognised by.
// It belongs right after Open.
func (s *Store) UseHashes(h Hashes) { s.hashes = h }

// Open opens the database at address, a path (SQLite, made when missing, mode
// 0600) or a postgres:// address, and brings its schema up to date.
func Open(ctx context.Context, address string) (*Store, error) {
	if !isPostgres(address) {
		if err := makePrivate(address); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
	}
	s, err := open(address, false)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate database: %w", err), s.Close())
	}
	return s, nil
}

// OpenReadOnly opens the database for reading: nothing is migrated, and every
// write fails. It returns ErrNoDatabase when the file does not exist, and
// ErrOldSchema when it has to be brought up to date first.
func OpenReadOnly(ctx context.Context, address string) (*Store, error) {
	if !isPostgres(address) {
		if _, err := os.Stat(address); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", address, ErrNoDatabase)
		}
	}
	s, err := open(address, true)
	if err != nil {
		return nil, err
	}
	if err := s.upToDate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.Close())
	}
	return s, nil
}

func open(address string, readOnly bool) (*Store, error) {
	read, write, e, err := connect(address, readOnly)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Store{read: read, write: write, engine: e, address: address}
	if isPostgres(address) && !readOnly {
		if s.notes, err = openNotes(address); err != nil {
			return nil, errors.Join(fmt.Errorf("open database: %w", err), s.Close())
		}
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.notes != nil {
		defer s.notes.Close()
	}
	if s.read == s.write {
		return errors.Join(s.read.Close(), s.tidings.close(), s.kept.close())
	}
	return errors.Join(s.read.Close(), s.write.Close(), s.tidings.close(), s.kept.close())
}

// Engine names the database engine and its version: "SQLite 3.50.4".
func (s *Store) Engine(ctx context.Context) (string, error) {
	var version string
	if s.engine.name == "postgres" {
		err := s.read.QueryRowContext(ctx, "SHOW server_version").Scan(&version)
		return "PostgreSQL " + version, err
	}
	err := s.read.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	return "SQLite " + version, err
}

// migrate brings the schema up to date. Processes that start at once take
// turns: by PostgreSQL's advisory lock, or by SQLite's one writer. There the
// one that comes second finds its step done already, and looks again.
func (s *Store) migrate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		_, err = p.Up(ctx)
		err = failpoint.After("migrated", err)
		if err == nil || s.engine.name != "sqlite" || try == migrateTries {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(try) * 20 * time.Millisecond):
		}
	}
}

// upToDate is ErrOldSchema when steps of the schema are still to be taken.
func (s *Store) upToDate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err == nil && pending {
		err = ErrOldSchema
	}
	return err
}

// migrator knows the steps of the schema: one set for both engines, and the
// full-text index, in which they differ.
func (s *Store) migrator() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithGoMigrations(s.searchMigration(), s.freeMigration())}
	if s.engine.name == "postgres" {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks each second for five minutes
		if err != nil {
			return nil, err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, s.write, dir, options...)
}

// migrateTries is how often a migration is begun that meets another process:
// more often than there are steps that both could take.
const migrateTries = 12

// utc is how a time is stored: UTC, to the microsecond that both engines keep.
// The zero time is stored as NULL.
func utc(t time.Time) sql.NullTime {
	return sql.NullTime{Time: t.UTC().Truncate(time.Microsecond), Valid: !t.IsZero()}
}

// SQLiteVersion is the version of the SQLite in this program.
func SQLiteVersion(ctx context.Context) (string, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var version string
	err = db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	return version, err
}
