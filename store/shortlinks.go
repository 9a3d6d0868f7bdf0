package store

import (
	"context"
	"database/sql"
	"fmt"

	"weekward/feeds"
)

var _ feeds.LinkStore = (*Store)(nil)

// ShortLinks returns what is known of addresses, by address.
func (s *Store) ShortLinks(ctx context.Context, addresses []string) (map[string]feeds.ShortLink, error) {
	known := map[string]feeds.ShortLink{}
	err := queryIn(ctx, s.read, "SELECT address, target, asked_at FROM short_links WHERE address IN ($in)", addresses, func(row scanner) error {
		var l feeds.ShortLink
		err := row.Scan(&l.Address, &l.Target, &l.AskedAt)
		known[l.Address] = l
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read short links: %w", err)
	}
	return known, nil
}

// SaveShortLinks keeps where short links lead. What is known stays when a link
// leads nowhere any more.
func (s *Store) SaveShortLinks(ctx context.Context, links []feeds.ShortLink) error {
	rows := make([][]any, len(links))
	for i, l := range links {
		rows[i] = []any{l.Address, l.Target, utc(l.AskedAt)}
	}
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		return insertEach(ctx, tx, s.engine, "INSERT INTO short_links (address, target, asked_at)", rows, `
			ON CONFLICT (address) DO UPDATE SET
			    target = CASE WHEN excluded.target = '' THEN short_links.target ELSE excluded.target END,
			    asked_at = excluded.asked_at`)
	})
	if err != nil {
		return fmt.Errorf("save short links: %w", err)
	}
	return nil
}
