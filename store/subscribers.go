package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weekward/store/journal"
	"weekward/subscribers"
)

var _ subscribers.Store = (*Store)(nil)

const subscriberColumns = "id, email, name, lang, zone, topics, format, state, attributes, epoch, created_at, confirmed_at, left_at"

// Subscriber returns the subscriber with that ID, or subscribers.ErrNotFound.
func (s *Store) Subscriber(ctx context.Context, id string) (subscribers.Subscriber, error) {
	return subscriberByID(ctx, s.read, id)
}

func subscriberByID(ctx context.Context, db querier, id string) (subscribers.Subscriber, error) {
	return found(scanSubscriber(db.QueryRowContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE id = $1", id)))
}

// SubscriberByKey returns the subscriber with that key form of an address, or
// subscribers.ErrNotFound.
func (s *Store) SubscriberByKey(ctx context.Context, key string) (subscribers.Subscriber, error) {
	return found(scanSubscriber(s.read.QueryRowContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE email_key = $1", key)))
}

// found turns the driver's word for "no row" into ours.
func found(sub subscribers.Subscriber, err error) (subscribers.Subscriber, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return subscribers.Subscriber{}, subscribers.ErrNotFound
	}
	return sub, err
}

func scanSubscriber(row scanner) (subscribers.Subscriber, error) {
	return scanSubscriberAnd(row)
}

// scanSubscriberAnd scans a row that goes on behind the subscriber's columns.
func scanSubscriberAnd(row scanner, more ...any) (subscribers.Subscriber, error) {
	var sub subscribers.Subscriber
	var confirmed, left sql.NullTime
	err := row.Scan(append([]any{&sub.ID, &sub.Email, &sub.Name, &sub.Lang, &sub.Zone, jsonText{&sub.Topics}, &sub.Format, &sub.State,
		jsonText{&sub.Attributes}, &sub.Epoch, &sub.CreatedAt, &confirmed, &left}, more...)...)
	sub.ConfirmedAt, sub.LeftAt = confirmed.Time, left.Time
	return sub, err
}

// Unsubscribe makes a pending or active subscriber unsubscribed; others stay
// as they are. It returns the subscriber as they are then.
func (s *Store) Unsubscribe(ctx context.Context, id string, now time.Time) (sub subscribers.Subscriber, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `
			UPDATE subscribers SET state = 'unsubscribed', left_at = $2
			WHERE id = $1 AND state IN ('pending', 'active')`, id, utc(now)))
		if err == nil && n > 0 {
			s.tidings.tell(tx, journal.Entry{Kind: journal.Left, Subscriber: id})
			err = withdraw(ctx, tx, id, now)
		}
		if err == nil {
			sub, err = subscriberByID(ctx, tx, id)
		}
		return err
	})
	return sub, err
}

// SavePreferences stores what a subscriber chose.
func (s *Store) SavePreferences(ctx context.Context, id string, p subscribers.Preferences) (sub subscribers.Subscriber, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE subscribers SET lang = $2, zone = $3, topics = $4, format = $5 WHERE id = $1",
			id, p.Lang, p.Zone, listJSON(p.Topics), p.Format)
		if err == nil {
			sub, err = subscriberByID(ctx, tx, id)
		}
		return err
	})
	return sub, err
}

// RaiseEpoch makes all links of a subscriber void.
func (s *Store) RaiseEpoch(ctx context.Context, id string) error {
	_, err := s.write.ExecContext(ctx, "UPDATE subscribers SET epoch = epoch + 1 WHERE id = $1", id)
	return err
}

// Subscribers returns a page of the list, newest first.
func (s *Store) Subscribers(ctx context.Context, f subscribers.Filter) ([]subscribers.Subscriber, error) {
	where, args := subscribersWhere(f)
	var page []subscribers.Subscriber
	err := each(ctx, s.read, func(row scanner) error {
		sub, err := scanSubscriber(row)
		page = append(page, sub)
		return err
	}, "SELECT "+subscriberColumns+" FROM subscribers"+where+" ORDER BY created_at DESC, id DESC LIMIT $"+strconv.Itoa(len(args)+1), append(args, f.Limit)...)
	return page, err
}

// subscribersWhere is the condition of a filter. Values are parameters, always.
func subscribersWhere(f subscribers.Filter) (string, []any) {
	var conditions []string
	var args []any
	place := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	if f.State != "" {
		conditions = append(conditions, "state = "+place(f.State))
	}
	if f.After.ID != "" {
		conditions = append(conditions, "(created_at, id) < ("+place(utc(f.After.CreatedAt))+", "+place(f.After.ID)+")")
	}
	if f.Search != "" {
		pattern := place("%" + likeLiteral(strings.ToLower(f.Search)) + "%")
		conditions = append(conditions, `(email_key LIKE `+pattern+` ESCAPE '\' OR LOWER(name) LIKE `+pattern+` ESCAPE '\')`)
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}

// CountSubscribers counts subscribers by state; a state nobody is in is absent.
func (s *Store) CountSubscribers(ctx context.Context) (map[subscribers.State]int, error) {
	counts := map[subscribers.State]int{}
	err := each(ctx, s.read, func(row scanner) error {
		var state subscribers.State
		var n int
		err := row.Scan(&state, &n)
		counts[state] = n
		return err
	}, "SELECT state, COUNT(*) FROM subscribers GROUP BY state")
	return counts, err
}

// Record returns all that is stored about a subscriber.
func (s *Store) Record(ctx context.Context, id string) (subscribers.Record, error) {
	r := subscribers.Record{Consents: []subscribers.Consent{}, Deliveries: []subscribers.Delivery{}}
	var err error
	if r.Subscriber, err = s.Subscriber(ctx, id); err != nil {
		return r, err
	}
	err = each(ctx, s.read, func(row scanner) error {
		c, err := scanConsent(row)
		r.Consents = append(r.Consents, c)
		return err
	}, "SELECT "+consentColumns+" FROM consents WHERE subscriber = $1 ORDER BY requested_at", id)
	if err != nil {
		return r, fmt.Errorf("read consents: %w", err)
	}
	if r.Deliveries, err = s.deliveriesTo(ctx, id); err != nil {
		return r, fmt.Errorf("read deliveries: %w", err)
	}
	return r, nil
}

func scanConsent(row scanner) (subscribers.Consent, error) {
	var c subscribers.Consent
	var requested, confirmed, withdrawn sql.NullTime
	err := row.Scan(&c.Subscriber, &c.Version, &c.Wording, &c.Form, &c.From, &requested, &confirmed, &c.ConfirmedFrom, &withdrawn)
	c.RequestedAt, c.ConfirmedAt, c.WithdrawnAt = requested.Time, confirmed.Time, withdrawn.Time
	return c, err
}

// deliveriesTo lists the mails to one subscriber, oldest first. Issues are few
// and found by their key; letters by the index for them.
func (s *Store) deliveriesTo(ctx context.Context, id string) ([]subscribers.Delivery, error) {
	list := []subscribers.Delivery{}
	err := each(ctx, s.read, func(row scanner) error {
		var d subscribers.Delivery
		var issue sql.NullInt64
		var due, done sql.NullTime
		err := row.Scan(&d.Kind, &issue, &d.State, &due, &done)
		if d.Issue, d.At = int(issue.Int64), due.Time; done.Valid {
			d.At = done.Time
		}
		list = append(list, d)
		return err
	}, `
		SELECT kind, issue, state, due_at, done_at
		FROM (SELECT mailing, state, due_at, done_at FROM deliveries
		      WHERE recipient = $1 AND (priority = 0 OR mailing IN (SELECT id FROM mailings WHERE kind = 'issue'))
		      UNION ALL
		      SELECT mailing, 'queued', $3, NULL FROM (`+s.engine.rolled+`) AS rolled
		      WHERE recipient = $1 AND recipients LIKE $2 ESCAPE '\') AS theirs
		JOIN mailings ON mailings.id = mailing
		ORDER BY mailings.created_at, mailings.id`, id, asListed(id), utc(atOnce))
	return list, err
}

// ExportSubscribers calls f for every subscriber with the consent they stand
// on, oldest first. It holds one row at a time.
func (s *Store) ExportSubscribers(ctx context.Context, f func(subscribers.Subscriber, subscribers.Consent) error) error {
	return each(ctx, s.read, func(row scanner) error {
		var c subscribers.Consent
		var version, wording, form, from, confirmedFrom sql.NullString
		var requested sql.NullTime
		sub, err := scanSubscriberAnd(row, &version, &wording, &form, &from, &requested, &confirmedFrom)
		if err != nil {
			return err
		}
		c.Subscriber, c.Version, c.Wording, c.Form, c.From = sub.ID, version.String, wording.String, form.String, from.String
		c.RequestedAt, c.ConfirmedFrom = requested.Time, confirmedFrom.String
		return f(sub, c)
	}, `
		SELECT people.id, email, name, lang, zone, topics, format, state, attributes, epoch, created_at, people.confirmed_at, left_at,
		    version, wording, form, from_network, requested_at, confirmed_from
		FROM subscribers AS people LEFT JOIN consents ON consents.subscriber = people.id AND consents.requested_at = (
		    SELECT last.requested_at FROM consents AS last WHERE last.subscriber = people.id
		    ORDER BY CASE WHEN last.confirmed_at IS NULL THEN 1 ELSE 0 END, last.requested_at DESC LIMIT 1)
		ORDER BY people.created_at, people.id`)
}
