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
)

// ErrNotBackup means that a file is not a whole database of weekward's.
var ErrNotBackup = errors.New("it is not a whole backup")

// replaced is what follows the name of a database that a backup has replaced.
const replaced = ".replaced"

// Restore puts a backup in the place of the database at address, which need not
// be readable any more and is kept beside it under the name it returns; "" when
// there was none. Nothing may have the database open: a sender that works is
// ErrSending, an earlier database that is still kept is fs.ErrExist. The journal
// stays; Reconcile comes next.
func Restore(ctx context.Context, file, address string) (kept string, err error) {
	if isPostgres(address) {
		return "", fmt.Errorf("restore database: %w", ErrUsePgDump)
	}
	if _, err := (&Store{address: address}).leftNotes(); err != nil {
		return "", fmt.Errorf("restore %s: %w", file, err)
	}
	draft := address + ".new"
	defer os.Remove(draft) // it is gone when all went well
	if err := copyBackup(ctx, file, draft); err != nil {
		return "", fmt.Errorf("restore %s: %w", file, err)
	}
	if kept, err = setAside(address); err != nil {
		return "", fmt.Errorf("set the present database aside: %w", err)
	}
	if err := errors.Join(os.Rename(draft, address), syncDir(filepath.Dir(address))); err != nil {
		return kept, fmt.Errorf("restore %s: %w", file, err)
	}
	return kept, nil
}

// copyBackup reads every page of a backup, and copies it when it is whole: with
// the log beside it, if it is a copy of the files of a database in use.
func copyBackup(ctx context.Context, file, draft string) error {
	if _, err := os.Stat(file); err != nil {
		return err
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	if err := checkBackup(ctx, db); err != nil {
		return err
	}
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copyDatabase(ctx, db, draft)
}

func checkBackup(ctx context.Context, db *sql.DB) error {
	var health string
	var version int64
	err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&health)
	if err == nil {
		err = db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version").Scan(&version)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNotBackup, err)
	case health != "ok":
		return fmt.Errorf("%w: %s", ErrNotBackup, health)
	}
	return nil
}

// setAside renames a database and its log, so that they can still be read.
func setAside(address string) (kept string, err error) {
	if _, err := os.Stat(address); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	kept = address + replaced
	if _, err := os.Stat(kept); err == nil {
		return "", fmt.Errorf("%s: %w", kept, fs.ErrExist)
	}
	if err := os.Remove(address + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	// The database first: a log without one is not read, and one without its
	// log has lost what is in it.
	if err := os.Rename(address, kept); err != nil {
		return "", err
	}
	if err := os.Rename(address+"-wal", kept+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	return kept, nil
}
