package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/subscribers"
)

// announceMove notes that one subscriber leaves when another confirms.
func announceMove(ctx context.Context, tx *sql.Tx, to, from string) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO moves (subscriber, replaces) VALUES ($1, $2)
		ON CONFLICT (subscriber) DO UPDATE SET replaces = excluded.replaces`, to, from)
	if err != nil {
		return fmt.Errorf("note a change of address: %w", err)
	}
	return nil
}

// completeMove has the subscriber whom a confirmed one replaces leave, and
// hands over the issues that wait for them: nobody misses one by moving. It
// returns who left; one who was no longer active has nothing to hand over.
func completeMove(ctx context.Context, tx *sql.Tx, to string, now time.Time) (left subscribers.Subscriber, err error) {
	var from string
	err = tx.QueryRowContext(ctx, "DELETE FROM moves WHERE subscriber = $1 RETURNING replaces", to).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return left, nil
	}
	if err != nil {
		return left, fmt.Errorf("complete a change of address: %w", err)
	}
	moved, err := changed(tx.ExecContext(ctx, "UPDATE subscribers SET state = 'unsubscribed', left_at = $2 WHERE id = $1 AND state = 'active'", from, utc(now)))
	if err != nil || moved == 0 {
		return left, err
	}
	if err = withdraw(ctx, tx, from, now); err == nil {
		err = forwardIssues(ctx, tx, to, from)
	}
	if err == nil {
		left, err = subscriberByID(ctx, tx, from)
	}
	return left, err
}

// forwardIssues addresses the deliveries that wait for one subscriber to
// another. One that a sender has claimed is skipped when it looks again.
func forwardIssues(ctx context.Context, tx *sql.Tx, to, from string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET recipient = $1
		WHERE recipient = $2 AND state IN ('queued', 'deferred')
		  AND mailing IN (SELECT mailings.id FROM mailings JOIN issues ON issues.number = mailings.issue WHERE issues.state IN ('sending', 'paused'))
		  AND NOT EXISTS (SELECT 1 FROM deliveries AS theirs WHERE theirs.mailing = deliveries.mailing AND theirs.recipient = $1)`, to, from)
	if err != nil {
		return fmt.Errorf("forward issues to a new address: %w", err)
	}
	return nil
}
