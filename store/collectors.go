package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"weekward/feeds"
)

// ClaimSources takes sources for one run of the Collector. It asks due which
// ones, by their last visits, and returns those of them that no other living run
// holds. All of that is one transaction: what another run has read until now is
// in the visits, and what it still reads is left to it.
func (s *Store) ClaimSources(ctx context.Context, claim feeds.Claim, now time.Time, due func(map[string]feeds.Visit) []string) ([]string, error) {
	var taken []string
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		if s.engine.serial != "" {
			if _, err := tx.ExecContext(ctx, s.engine.serial); err != nil {
				return err
			}
		}
		held, dead, err := s.heldSources(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := s.lockCollector(claim.Run); err != nil {
			return err
		}
		visits, err := readVisits(ctx, tx)
		if err != nil {
			return err
		}
		taken = slices.DeleteFunc(due(visits), func(source string) bool { return held[source] })
		return enterCollector(ctx, tx, claim, taken, dead)
	})
	if err != nil {
		s.unlockCollector(claim.Run)
		return nil, fmt.Errorf("claim sources: %w", err)
	}
	return taken, nil
}

// heldSources are the sources that living runs hold, and the runs that died:
// their lock is free or their lease is over.
func (s *Store) heldSources(ctx context.Context, tx *sql.Tx, now time.Time) (held map[string]bool, dead []string, err error) {
	held = map[string]bool{}
	err = each(ctx, tx, func(row scanner) error {
		var run string
		var sources []string
		var until time.Time
		if err := row.Scan(&run, jsonText{&sources}, &until); err != nil {
			return err
		}
		if !until.After(now) || s.collectorIsDead(run) {
			dead = append(dead, run)
			return nil
		}
		for _, source := range sources {
			held[source] = true
		}
		return nil
	}, "SELECT id, sources, lease_until FROM collectors")
	return held, dead, err
}

// enterCollector puts a run that has something to read on the roster, and takes
// the dead off it.
func enterCollector(ctx context.Context, tx *sql.Tx, claim feeds.Claim, sources, dead []string) error {
	if err := execIn(ctx, tx, "DELETE FROM collectors WHERE id IN ($in)", dead); err != nil {
		return err
	}
	if len(sources) == 0 {
		return nil
	}
	list, err := json.Marshal(sources)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO collectors (id, sources, lease_until) VALUES ($1, $2, $3)", claim.Run, string(list), utc(claim.Until))
	return err
}

// ExtendClaim says that a run lives on until the claim's end.
func (s *Store) ExtendClaim(ctx context.Context, claim feeds.Claim) error {
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE collectors SET lease_until = $2 WHERE id = $1", claim.Run, utc(claim.Until))
		return err
	})
	if err != nil {
		return fmt.Errorf("extend the claim on sources: %w", err)
	}
	return nil
}

// ReleaseClaim gives back all that a run took.
func (s *Store) ReleaseClaim(ctx context.Context, run string) error {
	defer s.unlockCollector(run)
	err := s.inCheapTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM collectors WHERE id = $1", run)
		return err
	})
	if err != nil {
		return fmt.Errorf("give sources back: %w", err)
	}
	return nil
}

// On SQLite a run holds a lock file beside the database, as senders do: whoever
// comes after a kill -9 knows at once that it is dead. On PostgreSQL, whose runs
// may be on other machines, the lease tells.
func (s *Store) collectorLockPath(run string) string { return s.address + ".collector-" + run }

// lockCollector locks the file of a run and removes those of dead ones. It
// belongs into a claim's transaction, of which SQLite has one at a time: there
// is no file just then that is made and not locked yet.
func (s *Store) lockCollector(run string) error {
	if isPostgres(s.address) {
		return nil
	}
	files, err := os.ReadDir(filepath.Dir(s.address))
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(filepath.Dir(s.address), f.Name())
		if strings.HasPrefix(f.Name(), filepath.Base(s.collectorLockPath(""))) && lockIsFree(path) {
			os.Remove(path)
		}
	}
	return s.locks.hold(s.collectorLockPath(run))
}

func (s *Store) unlockCollector(run string) { s.locks.drop(s.collectorLockPath(run)) }

func (s *Store) collectorIsDead(run string) bool {
	return !isPostgres(s.address) && lockIsFree(s.collectorLockPath(run))
}
