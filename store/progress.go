package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"weekward/mailer"
)

// Ended counts the deliveries of an issue that ended after a moment, and says
// when the first of them did.
func (s *Store) Ended(ctx context.Context, number int, after time.Time) (mailer.Ended, error) {
	var e mailer.Ended
	var first sql.NullTime
	err := s.read.QueryRowContext(ctx, `
		SELECT COUNT(*), MIN(done_at) FROM deliveries
		WHERE mailing = (SELECT id FROM mailings WHERE issue = $1) AND state IN ('sent', 'bounced', 'skipped', 'uncertain') AND done_at > $2`,
		number, utc(after)).Scan(&e.Count, &first)
	e.First = first.Time.UTC()
	if err != nil {
		return e, fmt.Errorf("count what ended of issue %d: %w", number, err)
	}
	return e, nil
}

// EachRefusal calls f for the deliveries of an issue that did not get through,
// those with the same state and reply together, and for those that were sent
// and may have come more than once.
func (s *Store) EachRefusal(ctx context.Context, number int, f func(mailer.Refusal)) error {
	err := each(ctx, s.read, func(row scanner) error {
		var r mailer.Refusal
		var next sql.NullTime
		err := row.Scan(&r.State, &r.Code, &r.Reply, &r.Count, &next)
		r.Next = next.Time
		f(r)
		return err
	}, `
		SELECT state, code, CASE WHEN state = 'sent' THEN '' ELSE reply END AS words, COUNT(*), MIN(CASE WHEN state = 'deferred' THEN due_at END)
		FROM deliveries
		WHERE mailing = (SELECT id FROM mailings WHERE issue = $1)
		  AND (state IN ('deferred', 'bounced', 'skipped', 'uncertain') OR state = 'sent' AND doubts > 0)
		GROUP BY state, code, words`, number)
	if err != nil {
		return fmt.Errorf("list refusals of issue %d: %w", number, err)
	}
	return nil
}

// EachDelivery calls f for the deliveries of an issue that are in one of the
// states, or for all when there are none, in the order of their recipients. It
// holds one row at a time.
func (s *Store) EachDelivery(ctx context.Context, number int, states []mailer.State, f func(mailer.Delivery) error) error {
	if len(states) == 0 {
		return s.eachDelivery(ctx, number, "", f)
	}
	return s.eachDelivery(ctx, number, "AND state IN ("+listed(states)+")", f)
}

// EachFailed calls f for the deliveries of an issue that did not get through,
// and those that may have come more than once, in the order of their
// recipients.
func (s *Store) EachFailed(ctx context.Context, number int, f func(mailer.Delivery) error) error {
	return s.eachDelivery(ctx, number, "AND (state IN ('deferred', 'bounced', 'skipped', 'uncertain') OR doubts > 0)", f)
}

func (s *Store) eachDelivery(ctx context.Context, number int, which string, f func(mailer.Delivery) error) error {
	var failed error
	err := each(ctx, s.read, func(row scanner) error {
		var d mailer.Delivery
		var done sql.NullTime
		if err := row.Scan(&d.Recipient, &d.State, &d.Attempts, &d.Doubts, &d.Code, &d.Reply, &d.DueAt, &done); err != nil {
			return err
		}
		d.DueAt, d.DoneAt = d.DueAt.UTC(), done.Time.UTC()
		if d.State != mailer.Deferred { // others are due at once, or not any more
			d.DueAt = time.Time{}
		}
		failed = f(d)
		return failed
	}, `
		SELECT recipient, state, attempts, doubts, code, reply, due_at, done_at
		FROM (SELECT mailing, recipient, state, attempts, doubts, code, reply, due_at, done_at FROM deliveries
		      UNION ALL
		      SELECT mailing, recipient, 'queued', 0, 0, 0, '', $2, NULL FROM (`+s.engine.rolled+`) AS rolled) AS planned
		WHERE mailing = (SELECT id FROM mailings WHERE issue = $1) `+which+` ORDER BY recipient`, number, utc(atOnce))
	if err != nil && failed == nil {
		return fmt.Errorf("list deliveries of issue %d: %w", number, err)
	}
	return err
}

// listed writes states, which are constants of ours, as a list of SQL.
func listed(states []mailer.State) string {
	quoted := make([]string, len(states))
	for i, state := range states {
		quoted[i] = "'" + string(state) + "'"
	}
	return strings.Join(quoted, ", ")
}

// RetryIssue makes the deliveries of an issue that are in one of the states due
// again, unless their reader is no longer to be mailed, and opens the issue
// again when it had ended. What is known of earlier doubts stays: the mail may
// have come by them.
func (s *Store) RetryIssue(ctx context.Context, number int, states []mailer.State, now time.Time) (mailer.Retried, error) {
	retried := mailer.Retried{Issue: number}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		failed := 0
		err := tx.QueryRowContext(ctx, `
			SELECT COUNT(*) FROM deliveries
			WHERE mailing = (SELECT id FROM mailings WHERE issue = $1) AND state IN (`+listed(states)+`)`, number).Scan(&failed)
		if err != nil {
			return err
		}
		err = each(ctx, tx, func(row scanner) error {
			var doubts int
			err := row.Scan(&doubts)
			retried.Due++
			if doubts > 0 {
				retried.Doubtful++
			}
			return err
		}, `
			UPDATE deliveries SET state = 'queued', due_at = $2, attempts = 0, failed_at = NULL, done_at = NULL
			WHERE mailing = (SELECT id FROM mailings WHERE issue = $1) AND state IN (`+listed(states)+`)
			  AND EXISTS (SELECT 1 FROM subscribers JOIN mailings ON mailings.issue = $1
			              WHERE subscribers.id = recipient AND (needs = '' OR needs = subscribers.state))
			RETURNING doubts`, number, utc(now))
		if err != nil {
			return err
		}
		retried.Kept = failed - retried.Due
		if retried.Due > 0 {
			_, err = tx.ExecContext(ctx, "UPDATE issues SET state = 'sending', ended_at = NULL WHERE number = $1 AND state = 'sent'", number)
		}
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT state FROM issues WHERE number = $1", number).Scan(&retried.State)
		}
		return err
	})
	if err != nil {
		return mailer.Retried{}, fmt.Errorf("queue deliveries of issue %d again: %w", number, err)
	}
	return retried, nil
}
