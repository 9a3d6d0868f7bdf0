package store

import (
	"context"
	"database/sql"
)

// Setting is what PostgreSQL says of a connection that writes.
func Setting(ctx context.Context, s *Store, name string) (value string, err error) {
	err = s.write.QueryRowContext(ctx, "SELECT current_setting($1)", name).Scan(&value)
	return value, err
}

// Unmigrate takes the schema back to a version, for tests of the steps after it.
func Unmigrate(ctx context.Context, s *Store, version int64) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, version)
	return err
}

// StopCheaply stops what is done in a transaction that does not wait for the
// disk, and gives whoever ends it on their own time to do so.
func (s *Store) StopCheaply(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return s.inCheapTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE journal SET place = 0")
		stop()
		for i := 0; i < 100 && err == nil; i++ {
			_, err = tx.ExecContext(context.WithoutCancel(ctx), "SELECT 1")
		}
		if err != nil {
			return err
		}
		return ctx.Err()
	})
}

// Synchronous is what the next commit waits for: 2 is the disk.
func (s *Store) Synchronous(ctx context.Context) (n int, err error) {
	err = s.write.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&n)
	return n, err
}
