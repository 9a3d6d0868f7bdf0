package store

import (
	"context"
	"fmt"
	"os"
)

// A Health is what there is to say about the database.
type Health struct {
	Engine   string   `json:"engine"`   // name and version
	Schema   int64    `json:"schema"`   // number of the last migration
	Bytes    int64    `json:"bytes"`    // size of the database
	Problems []string `json:"problems"` // empty when all is well
}

// maxProblems is how many faults of a broken file are worth reading.
const maxProblems = 20

// Health checks the database: every page and index on SQLite, that it answers
// on PostgreSQL, which checks its own pages. It reads the whole file, so it is
// for "doctor" and not for a request.
func (s *Store) Health(ctx context.Context) (Health, error) {
	h := Health{Problems: []string{}}
	var err error
	if h.Engine, err = s.Engine(ctx); err != nil {
		return h, fmt.Errorf("check database: %w", err)
	}
	err = s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&h.Schema)
	if err == nil && s.engine.name == "sqlite" {
		err = s.checkFile(ctx, &h)
	} else if err == nil {
		err = s.read.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&h.Bytes)
	}
	if err != nil {
		return h, fmt.Errorf("check database: %w", err)
	}
	return h, nil
}

// checkFile reads every page of a SQLite file.
func (s *Store) checkFile(ctx context.Context, h *Health) error {
	info, err := os.Stat(s.address)
	if err != nil {
		return err
	}
	h.Bytes = info.Size()
	if info.Mode().Perm()&0o077 != 0 {
		h.Problems = append(h.Problems, fmt.Sprintf("%s can be read by others (mode %04o): chmod 600 it", s.address, info.Mode().Perm()))
	}
	err = each(ctx, s.read, func(row scanner) error {
		var line string
		if err := row.Scan(&line); err != nil || line == "ok" {
			return err
		}
		h.Problems = append(h.Problems, line)
		return nil
	}, fmt.Sprintf("PRAGMA integrity_check(%d)", maxProblems))
	if err != nil {
		return err
	}
	return each(ctx, s.read, func(row scanner) error {
		var table, parent string
		var rowID, key any
		if err := row.Scan(&table, &rowID, &parent, &key); err != nil {
			return err
		}
		if len(h.Problems) < 2*maxProblems {
			h.Problems = append(h.Problems, fmt.Sprintf("a row of %s refers to a row of %s that is not there", table, parent))
		}
		return nil
	}, "PRAGMA foreign_key_check")
}
