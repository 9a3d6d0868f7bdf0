package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/store/journal"
	"weekward/subscribers"
)

// ErrLingers means that something was erased, but that its octets may still be
// in the write-ahead log: another process was reading all the time. Erasing
// again, or the next restart, cleans it.
var ErrLingers = errors.New("erased, but the write-ahead log could not be emptied while others read")

// Suppress marks a subscriber as suppressed and remembers the hash of their
// address.
func (s *Store) Suppress(ctx context.Context, id string, sup subscribers.Suppression) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE subscribers SET state = 'suppressed', left_at = $2 WHERE id = $1", id, utc(sup.At))
		if err == nil {
			err = withdraw(ctx, tx, id, sup.At)
		}
		if err == nil {
			err = saveSuppressions(ctx, tx, [][]any{suppressionRow(sup)})
		}
		s.tidings.tell(tx, journal.Entry{Kind: journal.Suppressed, Subscriber: id, Reason: string(sup.Reason), Hash: sup.Hash})
		return err
	})
}

// Suppression returns the entry for one of the hashes, or
// subscribers.ErrNotFound.
func (s *Store) Suppression(ctx context.Context, hashes []string) (subscribers.Suppression, error) {
	return suppression(ctx, s.read, hashes)
}

// suppression returns the strongest entry for some hashes: under a new key
// someone may be on the list twice.
func suppression(ctx context.Context, db querier, hashes []string) (subscribers.Suppression, error) {
	var found subscribers.Suppression
	err := queryIn(ctx, db, "SELECT hash, reason, suppressed_at FROM suppressions WHERE hash IN ($in) ORDER BY suppressed_at", hashes, func(row scanner) error {
		var sup subscribers.Suppression
		err := row.Scan(&sup.Hash, &sup.Reason, &sup.At)
		if found.Reason == "" || found.Reason == subscribers.ReasonLeft {
			found = sup
		}
		return err
	})
	if err == nil && found.Reason == "" {
		err = subscribers.ErrNotFound
	}
	return found, err
}

// saveSuppressions stores hashes. A stronger reason stays: whoever complained
// and leaves has still complained.
func saveSuppressions(ctx context.Context, tx *sql.Tx, rows [][]any) error {
	return insertRows(ctx, tx, "INSERT INTO suppressions (hash, reason, suppressed_at)", rows, `
		ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, suppressed_at = excluded.suppressed_at
		WHERE suppressions.reason = 'left'`)
}

func suppressionRow(sup subscribers.Suppression) []any {
	return []any{sup.Hash, sup.Reason, utc(sup.At)}
}

// Lift takes hashes off the suppression list, and a subscriber who was
// suppressed under them becomes one who left.
func (s *Store) Lift(ctx context.Context, key string, hashes []string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE subscribers SET state = 'unsubscribed' WHERE email_key = $1 AND state = 'suppressed'", key)
		if err != nil {
			return err
		}
		s.tidings.tellLifted(tx, hashes, "")
		return execIn(ctx, tx, "DELETE FROM suppressions WHERE hash IN ($in)", hashes)
	})
}

// Forget erases subscribers with everything that belongs to them. The ledger
// keeps that an ID nobody has any more was mailed; what the relay said of it,
// which may name the address, goes.
func (s *Store) Forget(ctx context.Context, erasures ...subscribers.Erasure) error {
	var traces []string
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for _, e := range erasures {
			known, err := erase(ctx, tx, e)
			if err != nil {
				return err
			}
			traces = append(traces, known...)
		}
		s.tellErased(tx, erasures)
		return nil
	})
	if err != nil {
		return err
	}
	return s.scrub(ctx, traces...)
}

// erase deletes what belongs to a subscriber and returns what must not be found
// in any file then.
func erase(ctx context.Context, tx *sql.Tx, e subscribers.Erasure) (traces []string, err error) {
	if err := deleteLetters(ctx, tx, e.ID); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE deliveries SET reply = ''
		WHERE recipient = $1 AND reply <> '' AND mailing IN (SELECT id FROM mailings WHERE kind = 'issue')`, e.ID)
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM signups WHERE address = $1", e.Address)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM bounces WHERE subscriber = $1", e.ID)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM moves WHERE replaces = $1", e.ID)
	}
	if err == nil {
		traces, err = deleteSubscriber(ctx, tx, e.ID)
	}
	if err == nil && e.Suppression.Hash != "" {
		err = saveSuppressions(ctx, tx, [][]any{suppressionRow(e.Suppression)})
	}
	if err != nil {
		return nil, fmt.Errorf("erase subscriber %s: %w", e.ID, err)
	}
	return traces, nil
}

// deleteSubscriber deletes a record, its consents with it, and returns how the
// person could be found in it.
func deleteSubscriber(ctx context.Context, tx *sql.Tx, id string) ([]string, error) {
	var email, key, name string
	err := tx.QueryRowContext(ctx, "DELETE FROM subscribers WHERE id = $1 RETURNING email, email_key, name", id).Scan(&email, &key, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return spellings(email, key, name), err
}

// Expired returns at most limit subscribers that are not kept any longer.
func (s *Store) Expired(ctx context.Context, r subscribers.Retention, limit int) ([]subscribers.Subscriber, error) {
	var expired []subscribers.Subscriber
	err := each(ctx, s.read, func(row scanner) error {
		sub, err := scanSubscriber(row)
		expired = append(expired, sub)
		return err
	}, "SELECT "+subscriberColumns+` FROM subscribers
		WHERE (state = 'pending' AND created_at < $1
		       AND NOT EXISTS (SELECT 1 FROM consents WHERE consents.subscriber = subscribers.id AND consents.requested_at >= $1))
		   OR (state = 'unsubscribed' AND left_at < $2)
		   OR (state = 'suppressed' AND left_at < $3)
		ORDER BY created_at, id LIMIT $4`, utc(r.Pending), utc(r.Unsubscribed), utc(r.Suppressed), limit)
	return expired, err
}

// ForgetSignUps deletes the records behind the limits from before a time.
func (s *Store) ForgetSignUps(ctx context.Context, before time.Time) error {
	_, err := s.write.ExecContext(ctx, "DELETE FROM signups WHERE at_time < $1", utc(before))
	return err
}
