package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"weekward/digest"
	"weekward/feeds"
)

// noteCorrections remembers which items were corrected that issues had carried,
// given what was stored of them before this reading.
func noteCorrections(ctx context.Context, tx *sql.Tx, before map[string]feeds.Item, items []feeds.Item, now time.Time) error {
	for _, it := range items {
		old, known := before[it.ID]
		if !known || old.Title == it.Title && old.Summary == it.Summary {
			continue
		}
		if sign, yes := digest.Corrects(old, it); yes {
			if err := noteCorrection(ctx, tx, it, sign, now); err != nil {
				return fmt.Errorf("note the correction of %s: %w", it.ID, err)
			}
		}
	}
	return nil
}

// noteCorrection remembers it for each issue that carried the item.
func noteCorrection(ctx context.Context, tx *sql.Tx, it feeds.Item, sign string, now time.Time) error {
	printed, err := carriedTitles(ctx, tx, it)
	if err != nil {
		return err
	}
	for issue, title := range printed {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO corrections (issue, item, url, outlet, printed, title, sign, seen_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (issue, item) DO UPDATE SET
			    url = excluded.url, outlet = excluded.outlet, title = excluded.title, sign = excluded.sign, seen_at = excluded.seen_at`,
			storable([]any{issue, it.ID, it.URL, it.Outlet, title, it.Title, sign, utc(now)})...)
		if err != nil {
			return err
		}
	}
	return nil
}

// carriedTitles finds the issues that readers got and that carried an item,
// with the title it had there. The database looks for its ID and its address in
// the text of the issues; whether they stand in the right place is seen here.
func carriedTitles(ctx context.Context, tx *sql.Tx, it feeds.Item) (map[int]string, error) {
	id, err := json.Marshal(it.ID)
	if err != nil {
		return nil, err
	}
	url, err := json.Marshal(it.URL)
	if err != nil {
		return nil, err
	}
	printed := map[int]string{}
	err = eachIssue(ctx, tx, func(number int, issue digest.Issue) error {
		if title := issue.CarriedTitle(it); title != "" {
			printed[number] = title
		}
		return nil
	}, `
		SELECT number, content FROM issues
		WHERE state IN ('sending', 'paused', 'sent') AND (content LIKE $1 ESCAPE '\' OR content LIKE $2 ESCAPE '\')
		ORDER BY number`, "%"+likeLiteral(string(id))+"%", "%"+likeLiteral(string(url))+"%")
	return printed, err
}

const correctionColumns = "issue, item, url, outlet, printed, title, sign, seen_at"

// CorrectionsOf returns what sources corrected of an issue, the first seen
// first.
func (s *Store) CorrectionsOf(ctx context.Context, issue int) ([]digest.Correction, error) {
	return s.corrections(ctx, "SELECT "+correctionColumns+" FROM corrections WHERE issue = $1 ORDER BY seen_at, item", issue)
}

// OpenCorrections returns what sources corrected of any issue since the last
// one was frozen, the newest first: what the coming issue may tell its readers.
func (s *Store) OpenCorrections(ctx context.Context) ([]digest.Correction, error) {
	return s.corrections(ctx, "SELECT "+correctionColumns+` FROM corrections
		WHERE seen_at >= (SELECT MAX(frozen_at) FROM issues WHERE state IN ('sending', 'paused', 'sent'))
		ORDER BY seen_at DESC, issue DESC, item`)
}

func (s *Store) corrections(ctx context.Context, query string, args ...any) ([]digest.Correction, error) {
	list := []digest.Correction{}
	err := each(ctx, s.read, func(row scanner) error {
		var c digest.Correction
		err := row.Scan(&c.Issue, &c.Item, &c.URL, &c.Source, &c.Printed, &c.Title, &c.Sign, &c.Seen)
		c.Seen = c.Seen.UTC()
		list = append(list, c)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	return list, nil
}
