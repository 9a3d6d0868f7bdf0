package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// ErrUsePgDump means that a PostgreSQL database is backed up with its own tools.
var ErrUsePgDump = errors.New("a PostgreSQL database is backed up with pg_dump")

// Backup writes a copy of the database to file while others go on working. The
// copy is one moment, readable by its owner only, and on disk when Backup
// returns. An existing file is never overwritten: that is fs.ErrExist.
func (s *Store) Backup(ctx context.Context, file string) error {
	if s.engine.name != "sqlite" {
		return fmt.Errorf("back up database: %w", ErrUsePgDump)
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	if err := copyDatabase(ctx, s.read, path); err != nil {
		return fmt.Errorf("back up database to %s: %w", file, err)
	}
	return syncDir(filepath.Dir(path))
}

// copyDatabase writes what a database holds at this moment, its log included, to
// a new file that only its owner can read, onto the disk. The copy says that it
// is one: when it is used, what happened since stands in the journal.
func copyDatabase(ctx context.Context, from *sql.DB, path string) error {
	// SQLite writes into an empty file, too: made here, nobody else can
	// read it for a moment.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	_, err = from.ExecContext(ctx, "VACUUM INTO $1", path)
	if err == nil {
		err = markCopy(ctx, path)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// markCopy notes in a copy that it is one. One of a version without a journal
// has no place for that.
func markCopy(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_time_format=sqlite")
	if err != nil {
		return err
	}
	var knows bool
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal')").Scan(&knows)
	if err == nil && knows {
		_, err = db.ExecContext(ctx, "UPDATE journal SET copied_at = $1", utc(time.Now()))
	}
	return errors.Join(err, db.Close())
}

// syncDir makes the name of a new file durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
