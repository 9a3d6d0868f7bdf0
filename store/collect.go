package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"weekward/feeds"
)

var _ feeds.Store = (*Store)(nil)

// Visits returns what is remembered about sources, by source ID.
func (s *Store) Visits(ctx context.Context) (map[string]feeds.Visit, error) {
	visits := map[string]feeds.Visit{}
	err := each(ctx, s.read, func(row scanner) error {
		v, err := scanVisit(row)
		visits[v.Source] = v
		return err
	}, `
		SELECT source, url, etag, last_modified, title, first_at, last_at, next_at, status, failures, error, items
		FROM visits`)
	if err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	return visits, nil
}

func scanVisit(row scanner) (feeds.Visit, error) {
	var v feeds.Visit
	var first, last, next sql.NullTime
	err := row.Scan(&v.Source, &v.URL, &v.ETag, &v.LastModified, &v.Title, &first, &last, &next, &v.Status, &v.Failures, &v.Error, &v.Items)
	v.First, v.Last, v.Next = first.Time, last.Time, next.Time
	return v, err
}

// ClaimSource reserves a source for one process until the lease is over or a
// reading of it is saved. False means that another process reads it now.
func (s *Store) ClaimSource(ctx context.Context, source string, now time.Time, lease time.Duration) (bool, error) {
	var claimed string
	err := s.write.QueryRowContext(ctx, `
		INSERT INTO visits (source, claimed_until) VALUES ($1, $2)
		ON CONFLICT (source) DO UPDATE SET claimed_until = excluded.claimed_until
		WHERE visits.claimed_until IS NULL OR visits.claimed_until <= $3
		RETURNING source`, source, utc(now.Add(lease)), utc(now)).Scan(&claimed)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim source %q: %w", source, err)
	}
	return true, nil
}

// SaveReading stores what one read of a source gave, and gives the source
// back, in one commit. Fresh counts the items and posts not known before.
func (s *Store) SaveReading(ctx context.Context, r feeds.Reading, now time.Time) (fresh int, err error) {
	err = s.inCheapTx(ctx, func(tx *sql.Tx) error {
		if err := saveVisit(ctx, tx, r.Visit); err != nil {
			return err
		}
		if r.Unchanged {
			return nil
		}
		items, err := saveItems(ctx, tx, r.Items, now)
		if err != nil {
			return err
		}
		posts, err := s.savePosts(ctx, tx, r.Posts)
		fresh = items + posts
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("save reading of source %q: %w", r.Visit.Source, err)
	}
	return fresh, nil
}

func saveVisit(ctx context.Context, tx *sql.Tx, v feeds.Visit) error {
	return insertRows(ctx, tx, `
		INSERT INTO visits (source, url, etag, last_modified, title, first_at, last_at, next_at, status, failures, error, items)`,
		[][]any{{v.Source, v.URL, v.ETag, v.LastModified, v.Title, utc(v.First), utc(v.Last), utc(v.Next), v.Status, v.Failures, v.Error, v.Items}}, `
		ON CONFLICT (source) DO UPDATE SET
		    url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified, title = excluded.title,
		    first_at = excluded.first_at, last_at = excluded.last_at, next_at = excluded.next_at, status = excluded.status,
		    failures = excluded.failures, error = excluded.error, items = excluded.items, claimed_until = NULL`)
}

// saveItems stores items: what a feed changed in its words is taken over, but
// when an item was first seen stays, and so does the date of one without.
func saveItems(ctx context.Context, tx *sql.Tx, items []feeds.Item, now time.Time) (fresh int, err error) {
	items = lastOfEach(items, func(it feeds.Item) string { return it.ID })
	known := 0
	err = queryIn(ctx, tx, "SELECT id FROM items WHERE id IN ($in)", ids(items, func(it feeds.Item) string { return it.ID }),
		func(scanner) error { known++; return nil })
	if err != nil {
		return 0, err
	}
	rows := make([][]any, len(items))
	for i, it := range items {
		rows[i] = itemRow(it, now)
	}
	err = insertRows(ctx, tx, "INSERT INTO items ("+itemColumns+", folded)", rows, `
		ON CONFLICT (id) DO UPDATE SET
		    outlet = excluded.outlet, guid = excluded.guid, url = excluded.url, title = excluded.title,
		    summary = excluded.summary, excerpt = excluded.excerpt, author = excluded.author, lang = excluded.lang,
		    section = excluded.section, topic = excluded.topic, weight = excluded.weight, folded = excluded.folded,
		    published = CASE WHEN excluded.undated THEN items.published ELSE excluded.published END,
		    undated = (items.undated AND excluded.undated)`)
	return len(items) - known, err
}

func itemRow(it feeds.Item, now time.Time) []any {
	if it.FirstSeen.IsZero() {
		it.FirstSeen = now
	}
	if it.Published.IsZero() {
		it.Published, it.Undated = it.FirstSeen, true
	}
	return []any{
		it.ID, it.Source, it.Outlet, it.GUID, it.URL, it.Title, it.Summary, it.Excerpt, it.Author, it.Lang,
		it.Section, it.Topic, it.Weight, utc(it.Published), it.Undated, utc(it.FirstSeen),
		folded(it.Title + "\n" + it.Summary),
	}
}

// folded is how texts are searched: SQLite folds ASCII only, so it is done here.
func folded(text string) string { return strings.ToLower(text) }

// lastOfEach leaves of several values with one key only the last, which is
// the newest word of a feed that repeats itself.
func lastOfEach[T any](list []T, key func(T) string) []T {
	last := make(map[string]int, len(list))
	for i, v := range list {
		last[key(v)] = i
	}
	var kept []T
	for i, v := range list {
		if last[key(v)] == i {
			kept = append(kept, v)
		}
	}
	return kept
}

func ids[T any](list []T, id func(T) string) []string {
	all := make([]string, 0, len(list))
	for _, v := range list {
		all = append(all, id(v))
	}
	return all
}
