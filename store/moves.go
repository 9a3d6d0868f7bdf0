package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/mailer"
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
// returns who left; one who was no longer active has nothing to hand over. The
// move is remembered until the old address is erased, for forward.
func completeMove(ctx context.Context, tx *sql.Tx, e engine, to string, now time.Time) (left subscribers.Subscriber, err error) {
	var from string
	err = tx.QueryRowContext(ctx, "SELECT replaces FROM moves WHERE subscriber = $1", to).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return left, nil
	}
	if err != nil {
		return left, fmt.Errorf("complete a change of address: %w", err)
	}
	moved, err := changed(tx.ExecContext(ctx, "UPDATE subscribers SET state = 'unsubscribed', left_at = $2 WHERE id = $1 AND state = 'active'", from, utc(now)))
	if err == nil && moved == 0 {
		_, err = tx.ExecContext(ctx, "DELETE FROM moves WHERE subscriber = $1", to)
		return left, err
	}
	if err == nil {
		err = withdraw(ctx, tx, from, now)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM moves WHERE replaces = $1 AND subscriber <> $2", from, to) // one of them is enough
	}
	if err == nil {
		err = forwardIssues(ctx, tx, e, to, from)
	}
	if err == nil {
		left, err = subscriberByID(ctx, tx, from)
	}
	return left, err
}

// forwardIssues addresses the deliveries that wait for one subscriber to
// another.
func forwardIssues(ctx context.Context, tx *sql.Tx, e engine, to, from string) error {
	if err := unroll(ctx, tx, e, `recipients LIKE $1 ESCAPE '\'`, asListed(from)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET recipient = $1
		WHERE recipient = $2 AND state IN ('queued', 'deferred')
		  AND mailing IN (SELECT mailings.id FROM mailings JOIN issues ON issues.number = mailings.issue WHERE issues.state IN ('sending', 'paused'))
		  AND NOT EXISTS (SELECT 1 FROM deliveries AS theirs WHERE theirs.mailing = deliveries.mailing AND theirs.recipient = $1)
		  AND NOT EXISTS (SELECT 1 FROM rolls WHERE rolls.mailing = deliveries.mailing AND recipients LIKE $3 ESCAPE '\')`, to, from, asListed(to))
	if err != nil {
		return fmt.Errorf("forward issues to a new address: %w", err)
	}
	return nil
}

// forward is forwardIssues for one delivery of an issue that a sender had in its
// window then, or that was queued in the same moment. It reports whether there
// is a new address for it.
func forward(ctx context.Context, tx *sql.Tx, c mailer.Claim) (bool, error) {
	n, err := changed(tx.ExecContext(ctx, `
		WITH moved AS (
		    SELECT subscriber FROM moves JOIN subscribers ON subscribers.id = moves.subscriber
		    WHERE replaces = $2 AND subscribers.state = 'active'
		      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE mailing = $1 AND recipient = moves.subscriber)
		      AND NOT EXISTS (SELECT 1 FROM rolls WHERE mailing = $1 AND recipients LIKE '%"' || moves.subscriber || '"%')
		    ORDER BY subscriber LIMIT 1
		)
		UPDATE deliveries SET recipient = (SELECT subscriber FROM moved), state = 'queued', sender = ''
		WHERE mailing = $1 AND recipient = $2 AND fence = $3 AND state = 'claimed' AND priority > 0 AND EXISTS (SELECT 1 FROM moved)`,
		c.Mailing, c.To.ID, c.Fence))
	if err != nil {
		return false, fmt.Errorf("forward an issue to a new address: %w", err)
	}
	return n > 0, nil
}
