package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// maxRobots is how many files are kept, those that live longest.
const maxRobots = 2000

// Robots returns what is kept of the robots.txt of a site and until when it may
// be believed, which is zero when nothing is kept.
func (s *Store) Robots(ctx context.Context, site string) (text string, until time.Time, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT rules, until FROM robots WHERE site = $1", site).Scan(&text, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read robots.txt of %s: %w", site, err)
	}
	return text, until, nil
}

// SaveRobots keeps the robots.txt of a site until it may no longer be
// believed, and forgets those whose time has come.
func (s *Store) SaveRobots(ctx context.Context, site, text string, now, until time.Time) error {
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO robots (site, rules, until) VALUES ($1, $2, $3)
			ON CONFLICT (site) DO UPDATE SET rules = excluded.rules, until = excluded.until`,
			storable([]any{site, text, utc(until)})...)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			DELETE FROM robots
			WHERE until <= $1 OR site IN (SELECT site FROM robots ORDER BY until DESC, site LIMIT 1000000 OFFSET $2)`, utc(now), maxRobots)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep robots.txt of %s: %w", site, err)
	}
	return nil
}
