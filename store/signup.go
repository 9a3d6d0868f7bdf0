package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weekward/subscribers"
)

// signUpTries is how often a sign-up is begun that meets another one of the
// same address: the second time it finds what the other one wrote.
const signUpTries = 3

// SignUp looks up an address, lets decide say what becomes of it, and carries
// that out: subscriber, consent and letter in one commit.
func (s *Store) SignUp(ctx context.Context, a subscribers.Attempt, decide func(subscribers.Known, subscribers.Recent) (subscribers.Change, error)) error {
	return s.retryTaken(ctx, func(tx *sql.Tx) error {
		known, err := s.known(ctx, tx, a.Lookup)
		if err != nil {
			return fmt.Errorf("look up an address: %w", err)
		}
		recent, err := recentSignUps(ctx, tx, a)
		if err != nil {
			return fmt.Errorf("count sign-ups: %w", err)
		}
		change, err := decide(known, recent)
		if err != nil {
			return err
		}
		if err := apply(ctx, tx, s.engine, []subscribers.Change{change}); err != nil {
			return err
		}
		s.tidings.tellChanges(tx, []subscribers.Change{change})
		_, err = tx.ExecContext(ctx, "INSERT INTO signups (address, network, domain, mailed, at_time) VALUES ($1, $2, $3, $4, $5)",
			a.Address, a.Network, a.Domain, change.Letter.ID != "", utc(a.At))
		return err
	})
}

// retryTaken runs f in a transaction, again when another process has taken a
// unique value in between.
func (s *Store) retryTaken(ctx context.Context, f func(*sql.Tx) error) (err error) {
	for range signUpTries {
		if err = s.inTx(ctx, f); err == nil || !s.engine.isUnique(err) {
			break
		}
	}
	return err
}

// known reads what is known of one address, and keeps other sign-ups of it
// waiting until this transaction ends.
func (s *Store) known(ctx context.Context, tx *sql.Tx, l subscribers.Lookup) (subscribers.Known, error) {
	var k subscribers.Known
	sub, err := scanSubscriber(tx.QueryRowContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE email_key = $1 "+s.engine.hold, l.Key))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	k.Subscriber = sub
	sup, err := suppression(ctx, tx, l.Hashes)
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return k, err
	}
	k.Suppressed = sup.Reason
	return k, nil
}

// recentSignUps counts what the limits go by, no further than they need.
func recentSignUps(ctx context.Context, tx *sql.Tx, a subscribers.Attempt) (subscribers.Recent, error) {
	var r subscribers.Recent
	err := each(ctx, tx, func(row scanner) error {
		var at time.Time
		err := row.Scan(&at)
		if r.Letters == 0 {
			r.LastLetter = at
		}
		r.Letters++
		return err
	}, "SELECT at_time FROM signups WHERE address = $1 AND mailed AND at_time > $2 ORDER BY at_time DESC LIMIT $3",
		a.Address, utc(a.At.Add(-24*time.Hour)), max(a.Limits.Daily, 1))
	if err != nil {
		return r, err
	}
	hour := utc(a.At.Add(-time.Hour))
	if a.Network != "" && a.Limits.Network > 0 {
		err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM signups WHERE network = $1 AND at_time > $2 LIMIT $3) AS counted",
			a.Network, hour, a.Limits.Network).Scan(&r.Network)
	}
	if err == nil && a.Limits.Domain > 0 {
		err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM signups WHERE domain = $1 AND at_time > $2 LIMIT $3) AS counted",
			a.Domain, hour, a.Limits.Domain).Scan(&r.Domain)
	}
	if err == nil && a.Limits.Total > 0 {
		err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM signups WHERE at_time > $1 LIMIT $2) AS counted",
			hour, a.Limits.Total).Scan(&r.Total)
	}
	return r, err
}

// apply carries out changes.
func apply(ctx context.Context, tx *sql.Tx, e engine, changes []subscribers.Change) error {
	var people, consents, suppressions [][]any
	var asked []string
	for _, c := range changes {
		if c.Subscriber.ID != "" {
			people = append(people, subscriberRow(c.Subscriber))
		}
		if c.Consent.Subscriber != "" {
			asked = append(asked, c.Consent.Subscriber)
			consents = append(consents, consentRow(c.Consent))
		}
		if c.Suppression.Hash != "" {
			suppressions = append(suppressions, suppressionRow(c.Suppression))
		}
	}
	if err := saveSubscribers(ctx, tx, e, people); err != nil {
		return fmt.Errorf("save subscribers: %w", err)
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM consents WHERE confirmed_at IS NULL AND subscriber IN ("+e.members+")", textsJSON(asked))
	if err != nil {
		return fmt.Errorf("save consents: %w", err)
	}
	if err := saveConsents(ctx, tx, e, consents); err != nil {
		return fmt.Errorf("save consents: %w", err)
	}
	if err := saveSuppressions(ctx, tx, suppressions); err != nil {
		return fmt.Errorf("save suppressions: %w", err)
	}
	return finish(ctx, tx, changes)
}

// finish does what follows from changes one by one: letters, moves, and
// consents that were withdrawn.
func finish(ctx context.Context, tx *sql.Tx, changes []subscribers.Change) error {
	for _, c := range changes {
		if c.Letter.ID != "" {
			if err := insertLetter(ctx, tx, c.Letter); err != nil {
				return err
			}
		}
		if c.Replaces != "" {
			if err := announceMove(ctx, tx, c.Subscriber.ID, c.Replaces); err != nil {
				return err
			}
		}
		if st := c.Subscriber.State; st == subscribers.Unsubscribed || st == subscribers.Suppressed {
			if err := withdraw(ctx, tx, c.Subscriber.ID, c.Subscriber.LeftAt); err != nil {
				return err
			}
		}
	}
	return nil
}

// withdraw ends the consents of a subscriber: those given are marked, a
// question not yet answered is deleted, and the move with it that it was about.
func withdraw(ctx context.Context, tx *sql.Tx, id string, at time.Time) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM consents WHERE subscriber = $1 AND confirmed_at IS NULL", id)
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM moves WHERE subscriber = $1", id)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "UPDATE consents SET withdrawn_at = $2 WHERE subscriber = $1 AND withdrawn_at IS NULL", id, utc(at))
	}
	if err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	return nil
}

func saveSubscribers(ctx context.Context, tx *sql.Tx, e engine, rows [][]any) error {
	return insertEach(ctx, tx, e, "INSERT INTO subscribers ("+subscriberColumns+", email_key)", rows, `
		ON CONFLICT (id) DO UPDATE SET
		    name = excluded.name, lang = excluded.lang, zone = excluded.zone, topics = excluded.topics, format = excluded.format,
		    state = excluded.state, attributes = excluded.attributes, confirmed_at = excluded.confirmed_at, left_at = excluded.left_at`)
}

func subscriberRow(sub subscribers.Subscriber) []any {
	attributes, _ := json.Marshal(sub.Attributes) // texts always marshal
	if len(sub.Attributes) == 0 {
		attributes = []byte("{}")
	}
	return []any{
		sub.ID, sub.Email, sub.Name, sub.Lang, sub.Zone, listJSON(sub.Topics), sub.Format, sub.State, string(attributes), sub.Epoch,
		utc(sub.CreatedAt), utc(sub.ConfirmedAt), utc(sub.LeftAt), subscribers.AddressKey(sub.Email),
	}
}

const consentColumns = "subscriber, version, wording, form, from_network, requested_at, confirmed_at, confirmed_from, withdrawn_at"

// saveConsents stores consents. Two of one person and one moment are one.
func saveConsents(ctx context.Context, tx *sql.Tx, e engine, rows [][]any) error {
	return insertEach(ctx, tx, e, "INSERT INTO consents ("+consentColumns+")", rows, `
		ON CONFLICT (subscriber, requested_at) DO UPDATE SET
		    version = excluded.version, wording = excluded.wording, form = excluded.form, from_network = excluded.from_network,
		    confirmed_at = excluded.confirmed_at, confirmed_from = excluded.confirmed_from, withdrawn_at = excluded.withdrawn_at`)
}

func consentRow(c subscribers.Consent) []any {
	return []any{c.Subscriber, c.Version, c.Wording, c.Form, c.From, utc(c.RequestedAt), utc(c.ConfirmedAt), c.ConfirmedFrom, utc(c.WithdrawnAt)}
}

// Confirm makes a pending subscriber active and closes their open consent, or
// returns subscribers.ErrNotFound. The letter that follows is queued in the
// same commit.
func (s *Store) Confirm(ctx context.Context, c subscribers.Confirmation) (sub subscribers.Subscriber, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `
			UPDATE subscribers SET state = 'active', confirmed_at = $3, left_at = NULL
			WHERE id = $1 AND epoch = $2 AND state = 'pending'`, c.ID, c.Epoch, utc(c.At)))
		if err != nil {
			return err
		}
		if n == 0 {
			return subscribers.ErrNotFound
		}
		_, err = tx.ExecContext(ctx, "UPDATE consents SET confirmed_at = $2, confirmed_from = $3 WHERE subscriber = $1 AND confirmed_at IS NULL",
			c.ID, utc(c.At), c.From)
		if err == nil {
			err = execIn(ctx, tx, "DELETE FROM suppressions WHERE reason = 'left' AND hash IN ($in)", c.Hashes)
		}
		s.tidings.tellJoined(tx, c)
		if err != nil {
			return err
		}
		if sub, err = subscriberByID(ctx, tx, c.ID); err != nil {
			return err
		}
		left, err := completeMove(ctx, tx, s.engine, c.ID, c.At)
		s.tidings.tellLeft(tx, left.ID)
		if err != nil || c.Letter == nil {
			return err
		}
		letter, err := c.Letter(sub, left)
		if err != nil {
			return err
		}
		return insertLetter(ctx, tx, letter)
	})
	return sub, err
}
