package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"weekward/feeds"
)

// Visits returns what is remembered about sources, by source ID.
func (s *Store) Visits(ctx context.Context) (map[string]feeds.Visit, error) {
	visits, err := readVisits(ctx, s.read)
	if err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	return visits, nil
}

func readVisits(ctx context.Context, db querier) (map[string]feeds.Visit, error) {
	visits := map[string]feeds.Visit{}
	err := each(ctx, db, func(row scanner) error {
		v, err := scanVisit(row)
		visits[v.Source] = v
		return err
	}, "SELECT "+visitColumns+" FROM visits")
	return visits, err
}

const visitColumns = `source, url, etag, last_modified, title, first_at, last_at, next_at, status, failures, failing_since, error, items,
	pace, skip_hours, skip_days, moved_now, moved_to, moved_since, moved_reads`

func scanVisit(row scanner) (feeds.Visit, error) {
	var v feeds.Visit
	var first, last, next, failing, moved sql.NullTime
	var pace int64
	err := row.Scan(&v.Source, &v.URL, &v.ETag, &v.LastModified, &v.Title, &first, &last, &next, &v.Status, &v.Failures, &failing, &v.Error,
		&v.Items, &pace, &v.Skips.Hours, &v.Skips.Days, &v.Move.Now, &v.Move.To, &moved, &v.Move.Reads)
	v.First, v.Last, v.Next, v.FailingSince, v.Move.Since = first.Time, last.Time, next.Time, failing.Time, moved.Time
	v.Pace = time.Duration(pace) * time.Second
	return v, err
}

func visitRow(v feeds.Visit) []any {
	return []any{v.Source, v.URL, v.ETag, v.LastModified, v.Title, utc(v.First), utc(v.Last), utc(v.Next), v.Status, v.Failures,
		utc(v.FailingSince), v.Error, v.Items, int64(v.Pace / time.Second), v.Skips.Hours, v.Skips.Days,
		v.Move.Now, v.Move.To, utc(v.Move.Since), v.Move.Reads}
}

// saveVisits keeps the visits of readings. Most sources have nothing new when
// they are asked, so that their times alone change: all that were read within
// one second share a statement.
func (s *Store) saveVisits(ctx context.Context, tx *sql.Tx, readings []feeds.Reading) error {
	var rows [][]any
	same := map[visitTimes][]string{}
	for _, r := range readings {
		if r.SameVisit {
			times := visitTimes{r.Visit.Last, r.Visit.Next}
			same[times] = append(same[times], r.Visit.Source)
			continue
		}
		rows = append(rows, visitRow(r.Visit))
	}
	for times, sources := range same {
		if err := s.moveVisits(ctx, tx, times, sources); err != nil {
			return err
		}
	}
	return insertEach(ctx, tx, s.engine, "INSERT INTO visits ("+visitColumns+")", rows, `
		ON CONFLICT (source) DO UPDATE SET
		    url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified, title = excluded.title,
		    first_at = excluded.first_at, last_at = excluded.last_at, next_at = excluded.next_at, status = excluded.status,
		    failures = excluded.failures, failing_since = excluded.failing_since, error = excluded.error, items = excluded.items,
		    pace = excluded.pace, skip_hours = excluded.skip_hours, skip_days = excluded.skip_days,
		    moved_now = excluded.moved_now, moved_to = excluded.moved_to, moved_since = excluded.moved_since,
		    moved_reads = excluded.moved_reads`)
}

// visitTimes are when sources were asked, and when they are asked again.
type visitTimes struct{ last, next time.Time }

// moveVisits notes that sources were asked, and were as before.
func (s *Store) moveVisits(ctx context.Context, tx *sql.Tx, times visitTimes, sources []string) error {
	list, err := json.Marshal(sources)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE visits SET last_at = $2, next_at = $3 WHERE source IN ("+s.engine.members+")",
		string(list), utc(times.last), utc(times.next))
	return err
}
