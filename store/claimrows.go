package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// byKey makes PostgreSQL look rows up, until the end of the transaction: by a
// plan that is made once, and not from what little it knows about a mailing
// that is seconds old.
func byKey(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `
		SELECT set_config('plan_cache_mode', 'force_generic_plan', TRUE), set_config('jit', 'off', TRUE), set_config('enable_seqscan', 'off', TRUE),
		    set_config('enable_bitmapscan', 'off', TRUE), set_config('enable_hashjoin', 'off', TRUE), set_config('enable_mergejoin', 'off', TRUE)`)
	return err
}

// claimRows is due and the claiming in one statement, for PostgreSQL: rows are
// found once, and from then on known by their place in the table, which is also
// the stamp of their claims.
//
// It locks what it is about to claim. What another transaction has changed
// meanwhile has another place by then, and is left for the next window.
func claimRows(ctx context.Context, tx *sql.Tx, sender string, limit int, now time.Time) ([]taken, error) {
	if err := byKey(ctx, tx); err != nil {
		return nil, err
	}
	var rows sql.NullString
	err := tx.QueryRowContext(ctx, `
		WITH taken AS (
		    UPDATE deliveries SET state = 'claimed', sender = $5, fence = fence + 1
		    FROM (SELECT ctid AS place FROM deliveries
		          WHERE state IN ('queued', 'deferred') AND due_at <= $1
		            AND NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)
		          ORDER BY priority, due_at, recipient LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
		    WHERE deliveries.ctid = due.place
		    RETURNING deliveries.ctid AS place, mailing, recipient, variant, priority, fence, attempts, doubts, failed_at)
		SELECT string_agg(d.mailing || $3 || d.recipient || $3 || d.variant || $3 || COALESCE(subscribers.email, mailings.address)
		    || $3 || COALESCE(subscribers.epoch, 0) || $3 || d.priority || $3 || d.fence || $3 || d.attempts || $3 || d.doubts
		    || $3 || COALESCE(CAST(d.failed_at AS TEXT), '')
		    || $3 || CASE WHEN needs = '' OR needs = COALESCE(subscribers.state, 'erased') THEN '' ELSE 'gone' END || $3 || place, $4)
		FROM taken AS d JOIN mailings ON mailings.id = d.mailing LEFT JOIN subscribers ON subscribers.id = d.recipient`,
		utc(now), limit, columnEnd, rowEnd, sender).Scan(&rows)
	if err != nil || rows.String == "" {
		return nil, err
	}
	found := make([]taken, 0, limit)
	for row := range strings.SplitSeq(rows.String, rowEnd) {
		end := strings.LastIndex(row, columnEnd)
		c, err := parseTaken(row[:max(end, 0)])
		if err == nil {
			c.Stamp, err = parsePlace(row[end+len(columnEnd):])
		}
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// openRows is open for PostgreSQL, in one statement, which tells the places, too.
func (r rollRow) openRows(ctx context.Context, tx *frequent, e engine, sender string) (octets []byte, err error) {
	err = tx.QueryRowContext(ctx, `
		WITH made AS (
		    INSERT INTO deliveries (mailing, recipient, variant, state, sender, fence)
		    SELECT $2, listed.id, $3, 'claimed', $4, 1 FROM jsonb_array_elements_text(CAST($1 AS jsonb)) AS listed (id)
		    RETURNING recipient, ctid AS place)
		SELECT `+fmt.Sprintf(e.octets, `string_agg(recipient || $5 || COALESCE(email, '') || $5 || COALESCE(epoch, 0) || $5 || COALESCE(state, 'erased') || $5 || place, $6)`)+`
		FROM made LEFT JOIN subscribers ON subscribers.id = recipient`,
		r.recipients, r.mailing, r.variant, sender, columnEnd, rowEnd).Scan(&octets)
	return octets, err
}

// parsePlace reads a row's place: "(12,3)" is the third row of block 12.
func parsePlace(text string) (int64, error) {
	block, row, _ := strings.Cut(strings.Trim(text, "()"), ",")
	b, err := strconv.ParseUint(block, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("read the place of a delivery: %w", err)
	}
	r, err := strconv.ParseUint(row, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("read the place of a delivery: %w", err)
	}
	return int64(b<<16 | r), nil
}
