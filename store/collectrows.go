package store

import (
	"context"
	"database/sql"
)

// insertEach runs an insertion for each row; its parts stand before and after
// the values. SQLite lives in this process, so a short statement that is read
// once is three times faster than a long one. PostgreSQL is asked for many
// rows at once: each question is a journey.
func (s *Store) insertEach(ctx context.Context, tx *sql.Tx, before string, rows [][]any, after string) error {
	if len(rows) == 0 || s.engine.name == "postgres" {
		return insertRows(ctx, tx, before, rows, after)
	}
	insert, err := tx.PrepareContext(ctx, before+" VALUES "+places(1, len(rows[0]))+" "+after)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, row := range rows {
		if _, err := insert.ExecContext(ctx, storable(row)...); err != nil {
			return err
		}
	}
	return nil
}
