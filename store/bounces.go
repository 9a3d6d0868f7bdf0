package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/mailer"
	"weekward/mailer/bounces"
)

var _ bounces.Ledger = (*Store)(nil)

// RecordBounce stores what came back and reports whether it was not there
// before.
func (s *Store) RecordBounce(ctx context.Context, e bounces.Entry) (bool, error) {
	var fresh bool
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `
			INSERT INTO bounces (message, finding, subscriber, issue, kind, reason, action, status, diagnostic, trust, act, at_time)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (message, finding) DO NOTHING`, storable([]any{
			e.Message, e.Finding, e.Subscriber, e.Issue, string(e.Kind), string(e.Reason), e.Action, e.Status, e.Diagnostic, e.Trust, string(e.Act), utc(e.At),
		})...))
		fresh = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store a bounce: %w", err)
	}
	return fresh, nil
}

// HasBounce reports whether what a mail says of a subscriber is on record.
func (s *Store) HasBounce(ctx context.Context, message string, finding int, subscriber string) (bool, error) {
	var has bool
	err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM bounces WHERE message = $1 AND finding = $2 AND subscriber = $3)",
		message, finding, subscriber).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for a bounce: %w", err)
	}
	return has, nil
}

// BouncesOf returns what came back of the mails to a subscriber, oldest first.
func (s *Store) BouncesOf(ctx context.Context, subscriber string) ([]bounces.Entry, error) {
	return s.bounces(ctx, "WHERE subscriber = $1 ORDER BY at_time, message, finding LIMIT $2", subscriber, 1000)
}

// Bounces returns the latest that came back, the newest first.
func (s *Store) Bounces(ctx context.Context, limit int) ([]bounces.Entry, error) {
	return s.bounces(ctx, "ORDER BY at_time DESC, message, finding LIMIT $1", limit)
}

func (s *Store) bounces(ctx context.Context, which string, args ...any) ([]bounces.Entry, error) {
	found := []bounces.Entry{}
	err := each(ctx, s.read, func(row scanner) error {
		var e bounces.Entry
		err := row.Scan(&e.Message, &e.Finding, &e.Subscriber, &e.Issue, &e.Kind, &e.Reason, &e.Action, &e.Status, &e.Diagnostic, &e.Trust, &e.Act, &e.At)
		e.At = e.At.UTC()
		found = append(found, e)
		return err
	}, "SELECT message, finding, subscriber, issue, kind, reason, action, status, diagnostic, trust, act, at_time FROM bounces "+which, args...)
	if err != nil {
		return nil, fmt.Errorf("read bounces: %w", err)
	}
	return found, nil
}

// notOurs are the failures that speak against an address: refusals of what all
// mails share do not, nor does a mail that is late.
const notOurs = "kind IN ('soft', 'hard') AND action = 'failed' AND reason NOT IN ('content', 'blocked', 'too big')"

// PastIssues returns how the latest issues went for a subscriber, the newest
// first.
func (s *Store) PastIssues(ctx context.Context, subscriber string, limit int) ([]bounces.Issue, error) {
	var past []bounces.Issue
	err := each(ctx, s.read, func(row scanner) error {
		var i bounces.Issue
		err := row.Scan(&i.Number, &i.At, &i.Failed)
		i.At = i.At.UTC()
		past = append(past, i)
		return err
	}, `
		SELECT mailings.issue, issues.slot,
		       EXISTS (SELECT 1 FROM bounces WHERE bounces.subscriber = $1 AND bounces.issue = mailings.issue AND `+notOurs+`)
		FROM deliveries
		JOIN mailings ON mailings.id = deliveries.mailing
		JOIN issues ON issues.number = mailings.issue
		WHERE deliveries.recipient = $1 AND deliveries.mailing IN (SELECT id FROM mailings WHERE kind = 'issue')
		  AND deliveries.state IN ('sent', 'bounced', 'uncertain')
		ORDER BY mailings.issue DESC LIMIT $2`, subscriber, limit)
	if err != nil {
		return nil, fmt.Errorf("read past issues of subscriber %s: %w", subscriber, err)
	}
	return past, nil
}

// Refusals returns at most limit deliveries that the relay refused for good
// since a time and that are not on record, the oldest first. Who was erased is
// left out.
func (s *Store) Refusals(ctx context.Context, since time.Time, limit int) ([]bounces.Refusal, error) {
	var found []bounces.Refusal
	err := each(ctx, s.read, func(row scanner) error {
		var r bounces.Refusal
		err := row.Scan(&r.Mailing, &r.Subscriber, &r.Issue, &r.Code, &r.Reply, &r.At)
		r.At = r.At.UTC()
		found = append(found, r)
		return err
	}, `
		SELECT deliveries.mailing, deliveries.recipient, COALESCE(mailings.issue, 0), deliveries.code, deliveries.reply, deliveries.done_at
		FROM deliveries
		JOIN mailings ON mailings.id = deliveries.mailing
		JOIN subscribers ON subscribers.id = deliveries.recipient
		WHERE deliveries.state = 'bounced' AND deliveries.done_at >= $1
		  AND NOT EXISTS (SELECT 1 FROM bounces WHERE message = 'smtp ' || deliveries.mailing || ' ' || deliveries.recipient)
		ORDER BY deliveries.done_at, deliveries.mailing, deliveries.recipient LIMIT $2`, utc(since), limit)
	if err != nil {
		return nil, fmt.Errorf("read refused deliveries: %w", err)
	}
	return found, nil
}

// RefusedForUs counts the subscribers whose mail of an issue was refused for
// what all its mails share, and those it was sent to.
func (s *Store) RefusedForUs(ctx context.Context, issue int) (refused, sent int, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT (SELECT COUNT(DISTINCT subscriber) FROM bounces
		        WHERE issue = $1 AND kind = 'soft' AND action = 'failed' AND reason IN ('content', 'blocked', 'too big')),
		       (SELECT COUNT(*) FROM deliveries
		        WHERE mailing = (SELECT id FROM mailings WHERE issue = $1) AND state IN ('sent', 'bounced', 'uncertain'))`, issue).Scan(&refused, &sent)
	if err != nil {
		err = fmt.Errorf("count refusals of issue %d: %w", issue, err)
	}
	return refused, sent, err
}

// PauseIssue stops an issue that is being sent and reports whether it did.
func (s *Store) PauseIssue(ctx context.Context, issue int, reason string) (bool, error) {
	var paused bool
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, "UPDATE issues SET state = 'paused', reason = $2 WHERE number = $1 AND state = 'sending'", issue, reason))
		if err != nil || n == 0 {
			return err
		}
		paused = true
		_, err = tx.ExecContext(ctx, "UPDATE mailings SET paused = TRUE WHERE issue = $1", issue)
		s.tidings.tellMoved(tx, mailer.Record{Number: issue, State: mailer.IssuePaused, Reason: reason})
		return err
	})
	return paused, err
}

// MailingOf returns the mailing of an issue; its ID is "" when there is none.
func (s *Store) MailingOf(ctx context.Context, issue int) (bounces.Mailing, error) {
	m := bounces.Mailing{Issue: issue}
	err := s.read.QueryRowContext(ctx, "SELECT id, seed FROM mailings WHERE issue = $1", issue).Scan(&m.ID, &m.Seed)
	if errors.Is(err, sql.ErrNoRows) {
		return bounces.Mailing{}, nil
	}
	if err != nil {
		return bounces.Mailing{}, fmt.Errorf("read the mailing of issue %d: %w", issue, err)
	}
	return m, nil
}

// LettersTo returns the letters to a subscriber, as far as they are kept.
func (s *Store) LettersTo(ctx context.Context, subscriber string) ([]bounces.Mailing, error) {
	var found []bounces.Mailing
	err := each(ctx, s.read, func(row scanner) error {
		var m bounces.Mailing
		err := row.Scan(&m.ID, &m.Seed)
		found = append(found, m)
		return err
	}, `
		SELECT mailings.id, mailings.seed FROM deliveries JOIN mailings ON mailings.id = deliveries.mailing
		WHERE deliveries.recipient = $1 AND deliveries.priority = 0 AND mailings.kind = 'letter'
		ORDER BY mailings.created_at DESC, mailings.id LIMIT 100`, subscriber)
	if err != nil {
		return nil, fmt.Errorf("read letters to subscriber %s: %w", subscriber, err)
	}
	return found, nil
}

// EachRecipient calls f with the ID of each recipient of a mailing until it
// returns false.
func (s *Store) EachRecipient(ctx context.Context, mailing string, f func(id string) bool) error {
	enough := errors.New("enough")
	err := each(ctx, s.read, func(row scanner) error {
		var id string
		if err := row.Scan(&id); err != nil {
			return err
		}
		if !f(id) {
			return enough
		}
		return nil
	}, "SELECT recipient FROM deliveries WHERE mailing = $1 ORDER BY recipient", mailing)
	if err != nil && !errors.Is(err, enough) {
		return fmt.Errorf("read the recipients of mailing %s: %w", mailing, err)
	}
	return nil
}

// ForgetBounces deletes what came back before a time.
func (s *Store) ForgetBounces(ctx context.Context, before time.Time) error {
	_, err := s.write.ExecContext(ctx, "DELETE FROM bounces WHERE at_time < $1", utc(before))
	return err
}
