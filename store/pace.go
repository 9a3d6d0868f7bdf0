package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"weekward/mailer"
)

var _ mailer.Meter = (*Store)(nil)

// A booking that lies farther ahead than senders book was made before a clock was
// set back, and does not count. Each connection books for itself, so that many of
// them at a slow rate book far ahead: 64 is the most of one sender.
const (
	farthestBooking = time.Minute
	mostBookings    = 100
)

// Book books n moments, every apart, of the one rate that all senders on this
// database share, and returns the first. What is booked and not used is gone,
// so that a sender that is killed and started again does not go faster.
func (s *Store) Book(ctx context.Context, sender string, n int, every time.Duration, now time.Time) (time.Time, error) {
	span := (time.Duration(n) * every).Microseconds()
	var end int64
	_, err := s.fold(ctx, sender, s.inCheapTx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			INSERT INTO paces (name, free) VALUES ('relay', CAST($1 AS BIGINT) + $2)
			ON CONFLICT (name) DO UPDATE SET free = $2 + CASE WHEN paces.free BETWEEN $1 AND $1 + $3 THEN paces.free ELSE $1 END
			RETURNING free`, now.UnixMicro(), span, max(farthestBooking.Microseconds(), mostBookings*span)).Scan(&end)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("book moments to send at: %w", err)
	}
	return time.UnixMicro(end - span).UTC(), nil
}

// WarmupDay returns how many days before day mails of issues went out from an
// address, and how many mails have begun on the day itself.
func (s *Store) WarmupDay(ctx context.Context, address, day string) (before, begun int, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT COUNT(CASE WHEN day < $2 THEN 1 END), COALESCE(SUM(CASE WHEN day = $2 THEN begun ELSE 0 END), 0)
		FROM warmup_days WHERE address = $1 AND begun > 0`, address, day).Scan(&before, &begun)
	if err != nil {
		return 0, 0, fmt.Errorf("count the days of warming up: %w", err)
	}
	return before, begun, nil
}

// Ration takes up to want mails from the most that may go out from an address
// on a day, and returns how many it got; 0 when the day's are used up.
func (s *Store) Ration(ctx context.Context, sender, address, day string, want, most int) (granted int, err error) {
	_, err = s.fold(ctx, sender, s.inCheapTx, func(tx *sql.Tx) error {
		var begun int
		_, err := tx.ExecContext(ctx, "INSERT INTO warmup_days (address, day) VALUES ($1, $2) ON CONFLICT DO NOTHING", address, day)
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT begun FROM warmup_days WHERE address = $1 AND day = $2 "+s.engine.hold, address, day).Scan(&begun)
		}
		if err != nil {
			return err
		}
		granted = max(min(want, most-begun), 0)
		_, err = tx.ExecContext(ctx, "UPDATE warmup_days SET begun = begun + $3 WHERE address = $1 AND day = $2", address, day, granted)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take from the day's mails: %w", err)
	}
	return granted, nil
}

// queueFrozen queues the deliveries of an issue that is frozen: all at once, or
// spread over days, the longest confirmed first.
func queueFrozen(ctx context.Context, tx *sql.Tx, e engine, f mailer.Frozen) error {
	if len(f.Rations) == 0 {
		return insertRoll(ctx, tx, e, f.Mailing.ID)
	}
	planned := int64(0)
	for _, r := range f.Rations {
		state, reason := mailer.Deferred, mailer.ReasonWarmup // a send does not wait for another day
		if r.DueAt.IsZero() {
			state, reason, r.DueAt = mailer.Queued, "", atOnce
		}
		n, err := changed(tx.ExecContext(ctx, `
			INSERT INTO deliveries (mailing, recipient, variant, state, due_at, reply)
			SELECT variants.mailing, subscribers.id, variants.name, $2, $3, $5
			FROM subscribers JOIN variants ON variants.name = lang || '|' || topics || '|' || format
			WHERE variants.mailing = $1 AND subscribers.state = 'active'
			  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE mailing = $1 AND recipient = subscribers.id)
			ORDER BY COALESCE(confirmed_at, created_at), subscribers.id LIMIT $4`,
			f.Mailing.ID, string(state), utc(r.DueAt), r.Count, reason))
		if err != nil {
			return fmt.Errorf("queue a day's deliveries: %w", err)
		}
		planned += n
	}
	_, err := tx.ExecContext(ctx, "UPDATE mailings SET planned = $2 WHERE id = $1", f.Mailing.ID, planned)
	return err
}
