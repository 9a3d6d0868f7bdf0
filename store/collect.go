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
	}, "SELECT "+visitColumns+" FROM visits")
	if err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	return visits, nil
}

const visitColumns = `source, url, etag, last_modified, title, first_at, last_at, next_at, status, failures, failing_since, error, items,
	pace, moved_now, moved_to, moved_since, moved_reads`

func scanVisit(row scanner) (feeds.Visit, error) {
	var v feeds.Visit
	var first, last, next, failing, moved sql.NullTime
	var pace int64
	err := row.Scan(&v.Source, &v.URL, &v.ETag, &v.LastModified, &v.Title, &first, &last, &next, &v.Status, &v.Failures, &failing, &v.Error,
		&v.Items, &pace, &v.Move.Now, &v.Move.To, &moved, &v.Move.Reads)
	v.First, v.Last, v.Next, v.FailingSince, v.Move.Since = first.Time, last.Time, next.Time, failing.Time, moved.Time
	v.Pace = time.Duration(pace) * time.Second
	return v, err
}

// ClaimSources reserves sources for one process until the lease is over or a
// reading of them is saved, and returns those it got: another process reads
// the others now.
func (s *Store) ClaimSources(ctx context.Context, sources []string, now time.Time, lease time.Duration) (claimed []string, err error) {
	err = s.inCheapTx(ctx, func(tx *sql.Tx) error {
		take := func(row scanner) error {
			var source string
			err := row.Scan(&source)
			claimed = append(claimed, source)
			return err
		}
		for todo := sources; len(todo) > 0; {
			some := todo[:min(len(todo), maxValues)]
			todo = todo[len(some):]
			if err := claimSome(ctx, tx, some, now, now.Add(lease), take); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim sources: %w", err)
	}
	return claimed, nil
}

// claimSome claims those that were visited before, then those that were not.
func claimSome(ctx context.Context, tx *sql.Tx, sources []string, now, until time.Time, take func(scanner) error) error {
	args := []any{utc(until), utc(now)}
	update, insert := make([]string, len(sources)), make([]string, len(sources))
	for i, source := range sources {
		args = append(args, source)
		update[i], insert[i] = fmt.Sprintf("$%d", i+3), fmt.Sprintf("($%d, $1)", i+2)
	}
	before := 0
	err := each(ctx, tx, func(row scanner) error { before++; return take(row) }, `
		UPDATE visits SET claimed_until = $1
		WHERE (claimed_until IS NULL OR claimed_until <= $2) AND source IN (`+strings.Join(update, ", ")+`)
		RETURNING source`, args...)
	if err != nil || before == len(sources) {
		return err
	}
	return each(ctx, tx, take, `
		INSERT INTO visits (source, claimed_until) VALUES `+strings.Join(insert, ", ")+`
		ON CONFLICT (source) DO NOTHING
		RETURNING source`, append(args[:1], args[2:]...)...)
}

// SaveReadings stores what one read of each source gave, and gives the sources
// back, in one commit. Fresh counts, for each, the items and posts not known
// before.
func (s *Store) SaveReadings(ctx context.Context, readings []feeds.Reading, now time.Time) (fresh []int, err error) {
	fresh = make([]int, len(readings))
	err = s.inCheapTx(ctx, func(tx *sql.Tx) error {
		for i, r := range readings {
			if fresh[i], err = s.saveReading(ctx, tx, r, now); err != nil {
				return fmt.Errorf("source %q: %w", r.Visit.Source, err)
			}
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

func visitRow(v feeds.Visit) []any {
	return []any{v.Source, v.URL, v.ETag, v.LastModified, v.Title, utc(v.First), utc(v.Last), utc(v.Next), v.Status, v.Failures,
		utc(v.FailingSince), v.Error, v.Items, int64(v.Pace / time.Second), v.Move.Now, v.Move.To, utc(v.Move.Since), v.Move.Reads}
}

func (s *Store) saveVisits(ctx context.Context, tx *sql.Tx, readings []feeds.Reading) error {
	rows := make([][]any, len(readings))
	for i, r := range readings {
		rows[i] = visitRow(r.Visit)
	}
	return s.insertEach(ctx, tx, "INSERT INTO visits ("+visitColumns+")", rows, `
		ON CONFLICT (source) DO UPDATE SET
		    url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified, title = excluded.title,
		    first_at = excluded.first_at, last_at = excluded.last_at, next_at = excluded.next_at, status = excluded.status,
		    failures = excluded.failures, failing_since = excluded.failing_since, error = excluded.error, items = excluded.items,
		    pace = excluded.pace, moved_now = excluded.moved_now, moved_to = excluded.moved_to, moved_since = excluded.moved_since,
		    moved_reads = excluded.moved_reads, claimed_until = NULL`)
}

// saveItems stores items: what a feed changed in its words is taken over, but
// when an item was first seen stays, and so does the date of one without.
func (s *Store) saveItems(ctx context.Context, tx *sql.Tx, items []feeds.Item, now time.Time) (fresh int, err error) {
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
	err = s.insertEach(ctx, tx, "INSERT INTO items ("+itemColumns+", folded)", rows, `
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
