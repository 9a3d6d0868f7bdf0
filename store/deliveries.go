package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
	"weekward/templates"
)

// Claim takes up to limit deliveries that are due into sender's window,
// letters first, and commits that to the disk. Whoever is no longer to be
// mailed is skipped in the same commit.
func (s *Store) Claim(ctx context.Context, sender string, limit int, now time.Time) ([]mailer.Claim, error) {
	var claims []mailer.Claim
	stamp, err := s.fold(ctx, sender, s.inTx, func(tx *sql.Tx) error {
		if err := enlist(ctx, tx, sender); err != nil {
			return err
		}
		taken, err := claim(ctx, tx, s.engine, sender, limit, now)
		if err != nil {
			return err
		}
		claims = make([]mailer.Claim, 0, len(taken))
		for _, c := range taken {
			if c.gone {
				err = skip(ctx, tx, c.Claim, now)
			} else {
				claims = append(claims, c.Claim)
			}
			if err != nil {
				return err
			}
		}
		s.tidings.claimed(tx, claims)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	for i := range claims {
		claims[i].Stamp += stamp // which is 0 on PostgreSQL, where they have theirs
	}
	return claims, nil
}

// skip ends a claimed delivery whose recipient left, unless it follows them to
// another address.
func skip(ctx context.Context, tx *sql.Tx, c mailer.Claim, now time.Time) error {
	if followed, err := forward(ctx, tx, c); err != nil || followed {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'skipped', sender = '', done_at = $4,
		    reply = COALESCE((SELECT subscribers.state FROM subscribers WHERE id = $2), 'erased')
		WHERE mailing = $1 AND recipient = $2 AND fence = $3 AND state = 'claimed'`,
		c.Mailing, c.To.ID, c.Fence, utc(now))
	return err
}

// Note begins some deliveries and ends others so that it survives kill -9: the
// relay hears of a message only after it.
func (s *Store) Note(ctx context.Context, sender string, ends []mailer.Outcome, begins []mailer.Claim, now time.Time) ([]mailer.Standing, error) {
	j := s.journalOf(sender)
	noted, stale, err := j.note(ctx, ends, begins)
	if err != nil {
		return nil, fmt.Errorf("note deliveries: %w", err)
	}
	if noted && stale {
		// A failure is not this note's: it stands, and whoever were told
		// otherwise would never send what has begun. The ends are kept for
		// the next fold; a beat or a claim says what is wrong.
		j.fold(ctx, s.inCheapTx, nothingMore) //nolint:errcheck // see above
	}
	if noted {
		return make([]mailer.Standing, len(begins)), nil // all Clear
	}
	standings, underWay := make([]mailer.Standing, len(begins)), j.underWay(begins)
	_, err = j.fold(ctx, s.inCheapTx, func(tx *sql.Tx) error {
		for _, o := range ends {
			if err := end(ctx, tx, sender, o); err != nil {
				return err
			}
		}
		for i, c := range begins {
			if underWay[i] {
				standings[i] = mailer.Void
				continue
			}
			var err error
			if standings[i], err = begin(ctx, tx, sender, c, now); err != nil {
				return err
			}
		}
		s.tidings.ended(tx, ends)
		s.tidings.unbegun(tx, begins, standings)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("note deliveries: %w", err)
	}
	j.settled(ends)
	return standings, nil
}

// Jot notes in the journal of a sender that has one. What goes wrong there Note
// will say.
func (s *Store) Jot(sender string, ends []mailer.Outcome, begins []mailer.Claim, more bool) (noted, stale bool) {
	noted, stale, err := s.journalOf(sender).jot(ends, begins, more)
	return noted && err == nil, noted && stale
}

// end writes how an attempt ended, unless another sender has the delivery by
// now.
func end(ctx context.Context, tx *sql.Tx, sender string, o mailer.Outcome) error {
	due, done := dueAndDone(o)
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = $5, sender = '', attempts = $6, doubts = $7, failed_at = $8, code = $9, reply = $10, due_at = $11, done_at = $12
		WHERE mailing = $1 AND recipient = $2 AND sender = $3 AND fence = $4 AND state IN ('claimed', 'sending')`,
		o.Mailing, o.To.ID, sender, o.Fence, o.State, o.Attempts, o.Doubts, utc(o.FailedAt), o.Code, o.Reply, utc(due), utc(done))
	return err
}

// dueAndDone are the times an outcome is stored with.
func dueAndDone(o mailer.Outcome) (due, done time.Time) {
	if o.State == mailer.Queued || o.State == mailer.Deferred {
		return o.DueAt, time.Time{}
	}
	return o.At, o.At
}

// markSending writes a beginning that was noted in a journal.
func markSending(ctx context.Context, tx *sql.Tx, sender string, c mailer.Claim) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sending'
		WHERE mailing = $1 AND recipient = $2 AND sender = $3 AND fence = $4 AND state = 'claimed'`,
		c.Mailing, c.To.ID, sender, c.Fence)
	return err
}

// begin marks a delivery as under way if the claim still holds, its recipient
// is still to be mailed and its mailing is not paused.
func begin(ctx context.Context, tx *sql.Tx, sender string, c mailer.Claim, now time.Time) (mailer.Standing, error) {
	begun, err := changed(tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sending'
		WHERE mailing = $1 AND recipient = $2 AND sender = $3 AND fence = $4 AND state = 'claimed'
		  AND EXISTS (SELECT 1 FROM mailings WHERE id = $1 AND NOT paused
		      AND (needs = '' OR EXISTS (SELECT 1 FROM subscribers WHERE id = $2 AND subscribers.state = needs)))`,
		c.Mailing, c.To.ID, sender, c.Fence))
	if err != nil || begun == 1 {
		return mailer.Clear, err
	}
	rested, err := changed(tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'queued', sender = ''
		WHERE mailing = $1 AND recipient = $2 AND sender = $3 AND fence = $4 AND state = 'claimed'
		  AND EXISTS (SELECT 1 FROM mailings WHERE id = $1 AND paused)`,
		c.Mailing, c.To.ID, sender, c.Fence))
	if err != nil || rested == 1 {
		return mailer.Rested, err
	}
	var held bool
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM deliveries
		               WHERE mailing = $1 AND recipient = $2 AND sender = $3 AND fence = $4 AND state = 'claimed')`,
		c.Mailing, c.To.ID, sender, c.Fence).Scan(&held)
	if err != nil || !held {
		return mailer.Void, err
	}
	return mailer.Gone, skip(ctx, tx, c, now)
}

// Release queues the claims of sender that have not begun.
func (s *Store) Release(ctx context.Context, sender string) error {
	s.journalOf(sender).leave()
	_, err := s.fold(ctx, sender, s.inTx, func(tx *sql.Tx) error {
		if err := s.tellReleased(ctx, tx, sender); err != nil {
			return fmt.Errorf("release claims: %w", err)
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE deliveries SET state = 'queued', sender = ''
			WHERE sender = $1 AND state IN ('claimed', 'sending') AND state = 'claimed'`, sender)
		if err != nil {
			return fmt.Errorf("release claims: %w", err)
		}
		return failpoint.After("release", nil)
	})
	return failpoint.After("released", err)
}

// Pause stops an issue's mailing for a reason.
func (s *Store) Pause(ctx context.Context, mailing, reason string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE mailings SET paused = TRUE WHERE id = $1 AND kind = 'issue'", mailing)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE issues SET state = 'paused', reason = $2
			WHERE state = 'sending' AND number = (SELECT issue FROM mailings WHERE id = $1)`, mailing, reason)
		if err == nil {
			err = s.tellPaused(ctx, tx, mailing, reason)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pause mailing %s: %w", mailing, err)
	}
	return nil
}

// Backlog says what is left to do in mailings that are not paused. The terms
// that say nothing new name the small indexes of open deliveries: it is asked
// every second, and must not walk over all that was ever sent.
func (s *Store) Backlog(ctx context.Context) (mailer.Backlog, error) {
	var b mailer.Backlog
	if err := s.foldAll(ctx); err != nil {
		return b, fmt.Errorf("write down what ended: %w", err)
	}
	var next sql.NullTime
	var rolled bool
	err := s.read.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM deliveries
		               WHERE state IN ('queued', 'deferred') AND state = 'queued' AND priority >= 0 AND NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)),
		       EXISTS (SELECT 1 FROM rolls WHERE NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)),
		       EXISTS (SELECT 1 FROM deliveries WHERE state IN ('claimed', 'sending') AND sender > ''),
		       (SELECT due_at FROM deliveries WHERE state IN ('queued', 'deferred') AND NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)
		        ORDER BY due_at LIMIT 1)`).Scan(&b.Queued, &rolled, &b.Claimed, &next)
	if err != nil {
		return mailer.Backlog{}, fmt.Errorf("look for open deliveries: %w", err)
	}
	b.Next = next.Time.UTC()
	if rolled {
		b.Queued, b.Next = true, atOnce
	}
	return b, nil
}

// Mailing returns a mailing by its ID.
func (s *Store) Mailing(ctx context.Context, id string) (mailer.Mailing, error) {
	m := mailer.Mailing{ID: id}
	var header string
	err := s.read.QueryRowContext(ctx, "SELECT kind, COALESCE(issue, 0), needs, seed, header, created_at FROM mailings WHERE id = $1", id).
		Scan(&m.Kind, &m.Issue, &m.Needs, &m.Seed, &header, &m.Date)
	if errors.Is(err, sql.ErrNoRows) {
		err = mailer.ErrNoMailing
	}
	if err == nil && header != "" {
		err = json.Unmarshal([]byte(header), &m.Header)
	}
	if err != nil {
		return mailer.Mailing{}, fmt.Errorf("read mailing %s: %w", id, err)
	}
	m.Date = m.Date.UTC()
	return m, nil
}

// Variant returns one of a mailing's mails.
func (s *Store) Variant(ctx context.Context, mailing, name string) (templates.Content, error) {
	var c templates.Content
	err := s.read.QueryRowContext(ctx, "SELECT subject, html, text FROM variants WHERE mailing = $1 AND name = $2", mailing, name).
		Scan(&c.Subject, &c.HTML, &c.Text)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("no variant %q: %w", name, mailer.ErrNoMailing)
	}
	if err != nil {
		return templates.Content{}, fmt.Errorf("read mailing %s: %w", mailing, err)
	}
	return c, nil
}
