package store

import (
	"context"
	"database/sql"
	"fmt"

	"weekward/subscribers"
)

// Known returns what is known of addresses, in the order asked.
func (s *Store) Known(ctx context.Context, lookups []subscribers.Lookup) ([]subscribers.Known, error) {
	return knownOf(ctx, s.read, s.engine, lookups)
}

// Import looks up addresses, lets decide say what becomes of them, and carries
// that out in the same transaction.
func (s *Store) Import(ctx context.Context, lookups []subscribers.Lookup, decide func([]subscribers.Known) ([]subscribers.Change, error)) error {
	return s.retryTaken(ctx, func(tx *sql.Tx) error {
		known, err := knownOf(ctx, tx, s.engine, lookups)
		if err != nil {
			return err
		}
		changes, err := decide(known)
		if err != nil {
			return err
		}
		s.tidings.tellChanges(tx, changes)
		return apply(ctx, tx, s.engine, changes)
	})
}

func knownOf(ctx context.Context, db querier, e engine, lookups []subscribers.Lookup) ([]subscribers.Known, error) {
	known := make([]subscribers.Known, len(lookups))
	place := make(map[string]int, 2*len(lookups)) // of key forms and of hashes
	var keys, hashes []string
	for i, l := range lookups {
		keys, hashes = append(keys, l.Key), append(hashes, l.Hashes...)
		place[l.Key] = i
		for _, h := range l.Hashes {
			place[h] = i
		}
	}
	err := each(ctx, db, func(row scanner) error {
		sub, err := scanSubscriber(row)
		known[place[subscribers.AddressKey(sub.Email)]].Subscriber = sub
		return err
	}, "SELECT "+subscriberColumns+" FROM subscribers WHERE email_key IN ("+e.members+")", textsJSON(keys))
	if err != nil {
		return nil, fmt.Errorf("look up addresses: %w", err)
	}
	err = each(ctx, db, func(row scanner) error {
		var hash string
		var reason subscribers.Reason
		err := row.Scan(&hash, &reason)
		if k := &known[place[hash]]; k.Suppressed == "" || k.Suppressed == subscribers.ReasonLeft {
			k.Suppressed = reason
		}
		return err
	}, "SELECT hash, reason FROM suppressions WHERE hash IN ("+e.members+")", textsJSON(hashes))
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", err)
	}
	return known, nil
}
