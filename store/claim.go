package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"weekward/mailer"
)

// taken is a claim whose recipient may be gone.
type taken struct {
	mailer.Claim
	priority int
	gone     bool
}

// claim takes up to limit deliveries, letters first; two senders never get the
// same one. What is due comes before what is in a roll. The recipient's state is
// read in the commit that opens the window.
func claim(ctx context.Context, tx *sql.Tx, e engine, sender string, limit int, now time.Time) ([]taken, error) {
	found, err := claimDue(ctx, tx, e, sender, limit, now)
	if err != nil || len(found) == limit {
		return found, err
	}
	listed, err := claimRoll(ctx, tx, e, sender, limit-len(found))
	if err != nil || len(found)+len(listed) > 0 {
		return append(found, listed...), err
	}
	// A window smaller than a part of a roll, or nothing left.
	if queued, err := queueRoll(ctx, tx, e); err != nil || !queued {
		return nil, err
	}
	return claimDue(ctx, tx, e, sender, limit, now)
}

// claimDue takes up to limit of the deliveries that are due.
func claimDue(ctx context.Context, tx *sql.Tx, e engine, sender string, limit int, now time.Time) ([]taken, error) {
	if !e.alone {
		found, err := claimRows(ctx, tx, sender, limit, now)
		sortTaken(found)
		return found, err
	}
	found, atOnce, err := due(ctx, tx, e, limit, now)
	if err != nil {
		return nil, err
	}
	sortTaken(found)
	if atOnce && alike(found) {
		return found, claimRange(ctx, tx, sender, found)
	}
	ids := make(map[string][]byte) // by mailing, as JSON
	for _, c := range found {
		ids[c.Mailing] = appendJSON(append(ids[c.Mailing], ','), c.To.ID)
	}
	for mailing, list := range ids {
		list[0] = '['
		if _, err := tx.ExecContext(ctx, `
			UPDATE deliveries SET state = 'claimed', sender = $3, fence = fence + 1
			WHERE recipient IN (`+e.members+`) AND mailing = $2`, string(append(list, ']')), mailing, sender); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// sortTaken puts letters first.
func sortTaken(found []taken) {
	slices.SortFunc(found, func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), strings.Compare(a.To.ID, b.To.ID))
	})
}

// alike reports whether claims that are in order are of one mailing and one
// priority.
func alike(found []taken) bool {
	return !slices.ContainsFunc(found, func(c taken) bool {
		return c.Mailing != found[0].Mailing || c.priority != found[0].priority
	})
}

// claimRange claims deliveries that are due at one moment and come one after
// the other in the order of due. While nobody else writes, they are all that
// lie between the first and the last, and a range costs half of a list.
func claimRange(ctx context.Context, tx *sql.Tx, sender string, found []taken) error {
	first, last := found[0], found[len(found)-1]
	n, err := changed(tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'claimed', sender = $5, fence = fence + 1
		WHERE mailing = $1 AND recipient BETWEEN $2 AND $3 AND +priority = $4 AND +state IN ('queued', 'deferred')
		  AND +due_at = (SELECT due_at FROM deliveries WHERE mailing = $1 AND recipient = $2)`,
		first.Mailing, first.To.ID, last.To.ID, first.priority, sender))
	if err == nil && n != int64(len(found)) {
		err = fmt.Errorf("%d deliveries are due and %d were claimed", len(found), n)
	}
	return err
}

// What separates the columns and rows of a window: control characters, which
// no ID, address or variant has.
const (
	columnEnd = "\x1f"
	rowEnd    = "\x1e"
)

// due reads the deliveries that are due, with the fence they are about to get,
// and whether all are due at the same moment. They come in one text, of which
// the claims are made without a copy: a window has hundreds of rows, and a row
// that is scanned by itself costs thirty allocations.
func due(ctx context.Context, tx *sql.Tx, e engine, limit int, now time.Time) (found []taken, atOnce bool, err error) {
	var octets []byte
	err = tx.QueryRowContext(ctx, `
		SELECT COALESCE(MIN(d.due_at) = MAX(d.due_at), FALSE), `+fmt.Sprintf(e.octets, `string_agg(d.mailing || $3 || d.recipient || $3 || d.variant || $3 || COALESCE(subscribers.email, mailings.address)
		    || $3 || COALESCE(subscribers.epoch, 0) || $3 || d.priority || $3 || (d.fence + 1) || $3 || d.attempts || $3 || d.doubts
		    || $3 || COALESCE(CAST(d.failed_at AS TEXT), '')
		    || $3 || CASE WHEN needs = '' OR needs = COALESCE(subscribers.state, 'erased') THEN '' ELSE 'gone' END, $4)`)+`
		FROM (SELECT mailing, recipient, variant, priority, due_at, fence, attempts, doubts, failed_at FROM deliveries
		      WHERE state IN ('queued', 'deferred') AND due_at <= $1
		        AND NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)
		      ORDER BY priority, due_at, recipient LIMIT $2) AS d
		JOIN mailings ON mailings.id = d.mailing LEFT JOIN subscribers ON subscribers.id = d.recipient`,
		utc(now), limit, columnEnd, rowEnd).Scan(&atOnce, &octets)
	if err != nil || len(octets) == 0 {
		return nil, false, err
	}
	rows := string(octets)
	found = make([]taken, 0, strings.Count(rows, rowEnd)+1)
	for row := range strings.SplitSeq(rows, rowEnd) {
		c, err := parseTaken(row)
		if err != nil {
			return nil, false, err
		}
		found = append(found, c)
	}
	return found, atOnce, nil
}

// parseTaken reads a row of due.
func parseTaken(row string) (c taken, err error) {
	var columns [11]string
	n := 0
	for column := range strings.SplitSeq(row, columnEnd) {
		if n < len(columns) {
			columns[n] = column
		}
		n++
	}
	if n != len(columns) {
		return c, fmt.Errorf("read a delivery: it has %d columns", n)
	}
	c.Mailing, c.To.ID, c.Variant, c.To.Email = columns[0], columns[1], columns[2], columns[3]
	var faults [5]error
	c.To.Epoch, faults[0] = strconv.Atoi(columns[4])
	c.priority, faults[1] = strconv.Atoi(columns[5])
	c.Fence, faults[2] = strconv.ParseInt(columns[6], 10, 64)
	c.Attempts, faults[3] = strconv.Atoi(columns[7])
	c.Doubts, faults[4] = strconv.Atoi(columns[8])
	if columns[9] != "" {
		c.FailedAt, err = parseTime(columns[9])
	}
	c.gone = columns[10] != ""
	return c, errors.Join(faults[0], faults[1], faults[2], faults[3], faults[4], err)
}

// parseTime reads a time as the engines write it as text: SQLite as it was
// stored, PostgreSQL in UTC without a zone.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse("2006-01-02 15:04:05.999999999-07:00", text)
	if err != nil {
		t, err = time.Parse("2006-01-02 15:04:05.999999999", text)
	}
	return t.UTC(), err
}
