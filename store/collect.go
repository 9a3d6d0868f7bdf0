package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/digest/related"
	"weekward/feeds"
)

var _ feeds.Store = (*Store)(nil)

// SaveReadings stores what one read of each source gave, in one commit. Fresh
// counts, for each, the items and posts not known before.
func (s *Store) SaveReadings(ctx context.Context, readings []feeds.Reading, now time.Time) (fresh []int, err error) {
	fresh = make([]int, len(readings))
	err = s.inCheapTx(ctx, func(tx *sql.Tx) error {
		for i, r := range readings {
			if fresh[i], err = s.saveReading(ctx, tx, r, now); err != nil {
				return fmt.Errorf("source %q: %w", r.Visit.Source, err)
			}
		}
		if err := s.indexItems(ctx, tx); err != nil {
			return err
		}
		return s.saveVisits(ctx, tx, readings)
	})
	if err != nil {
		return nil, fmt.Errorf("save readings: %w", err)
	}
	return fresh, nil
}

// saveReading keeps the items and posts of one source, whose visit still says
// what was known before.
func (s *Store) saveReading(ctx context.Context, tx *sql.Tx, r feeds.Reading, now time.Time) (fresh int, err error) {
	if r.Unchanged {
		return 0, nil
	}
	list := r.Items
	var first sql.NullTime
	err = tx.QueryRowContext(ctx, "SELECT first_at FROM visits WHERE source = $1", r.Visit.Source).Scan(&first)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if first.Valid {
		if list, err = sameItems(ctx, tx, r.Visit.Source, list); err != nil {
			return 0, err
		}
	}
	items, err := s.saveItems(ctx, tx, list, now)
	if err != nil {
		return 0, err
	}
	posts, err := s.savePosts(ctx, tx, r.Posts)
	return items + posts, err
}

// saveItems stores items: what a feed changed in its words is taken over, but
// when an item was first seen stays, and so do the date of one without and
// what its page said where the feed still says less.
func (s *Store) saveItems(ctx context.Context, tx *sql.Tx, items []feeds.Item, now time.Time) (fresh int, err error) {
	items = lastOfEach(items, func(it feeds.Item) string { return it.ID })
	known := map[string]feeds.Item{}
	// Held, so that no page completes an item between here and the insertion.
	err = queryIn(ctx, tx, "SELECT id, title, summary FROM items WHERE id IN ($in) "+s.engine.hold, ids(items, func(it feeds.Item) string { return it.ID }),
		func(row scanner) error {
			var it feeds.Item
			err := row.Scan(&it.ID, &it.Title, &it.Summary)
			known[it.ID] = it
			return err
		})
	if err != nil {
		return 0, err
	}
	if len(known) > 0 {
		if items, err = completed(ctx, tx, items); err != nil {
			return 0, err
		}
		if err := noteCorrections(ctx, tx, known, items, now); err != nil {
			return 0, err
		}
	}
	rows := make([][]any, len(items))
	for i, it := range items {
		rows[i] = itemRow(it, now)
	}
	err = insertEach(ctx, tx, s.engine, "INSERT INTO items ("+itemColumns+", folded)", rows, `
		ON CONFLICT (id) DO UPDATE SET
		    outlet = excluded.outlet, guid = excluded.guid, url = excluded.url, title = excluded.title,
		    summary = excluded.summary, excerpt = excluded.excerpt, author = excluded.author, lang = excluded.lang,
		    section = excluded.section, topic = excluded.topic, weight = excluded.weight, folded = excluded.folded,
		    published = CASE WHEN excluded.undated THEN items.published ELSE excluded.published END,
		    undated = (items.undated AND excluded.undated)`)
	return len(items) - len(known), err
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

// folded is how items are searched: without capitals and accents. SQLite folds
// ASCII only, so it is done here.
func folded(text string) string { return related.Fold(text) }

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

// ItemsSince counts, by source, the items that appeared since a moment.
func (s *Store) ItemsSince(ctx context.Context, since time.Time) (map[string]int, error) {
	counts := map[string]int{}
	err := each(ctx, s.read, func(row scanner) error {
		var source string
		var n int
		err := row.Scan(&source, &n)
		counts[source] = n
		return err
	}, "SELECT source, COUNT(*) FROM items WHERE published >= $1 GROUP BY source", utc(since))
	if err != nil {
		return nil, fmt.Errorf("count items: %w", err)
	}
	return counts, nil
}
