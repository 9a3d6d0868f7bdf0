package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Trouble notes with the issues that are being sent why nothing goes out for
// now; "" when it does.
func (s *Store) Trouble(ctx context.Context, reason string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE issues SET reason = $1 WHERE state = 'sending' AND reason <> $1", reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("note why an issue waits: %w", err)
	}
	return nil
}
