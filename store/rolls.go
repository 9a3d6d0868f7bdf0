package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
)

// rollPart is how many recipients a part of a roll has, at most. Windows that are
// at least as large are made of whole parts.
const rollPart = 256

// atOnce is when a delivery is due that waits for nothing, even when a clock is
// set back.
var atOnce = time.Unix(0, 0).UTC()

// insertRoll writes down the roll of an issue that is being frozen: every active
// subscriber whose variant is there, in the order of their IDs. That fixes the
// audience in a quarter of the time that its deliveries would take, for which
// the first mail would wait; each delivery comes into being with its window.
func insertRoll(ctx context.Context, tx *sql.Tx, e engine, mailing string) error {
	planned, last := 0, ""
	if !e.alone { // else PostgreSQL may read and sort all of them for each part
		if err := byKey(ctx, tx); err != nil {
			return fmt.Errorf("write the roll: %w", err)
		}
	}
	often := newFrequent(tx, e)
	defer often.close()
	for part := 1; ; part++ {
		written := 0
		err := each(ctx, often, func(row scanner) error {
			var size int
			err := row.Scan(&size, &last)
			written += size
			return err
		}, `
			INSERT INTO rolls (mailing, part, variant, size, last, recipients)
			SELECT $1, CAST($2 AS INTEGER), variant, COUNT(*), MAX(MAX(id)) OVER (), `+fmt.Sprintf(e.listOf, "id")+`
			FROM (SELECT subscribers.id, variants.name AS variant
			      FROM subscribers CROSS JOIN variants
			      WHERE subscribers.id > $3 AND state || '' = 'active'
			        AND variants.mailing = $1 AND variants.name = lang || '|' || topics || '|' || format
			      ORDER BY subscribers.id LIMIT $4) AS next
			GROUP BY variant
			RETURNING size, last`, mailing, part, last, rollPart)
		if err != nil {
			return fmt.Errorf("write the roll: %w", err)
		}
		if planned += written; written < rollPart {
			break
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE mailings SET planned = $2 WHERE id = $1", mailing, planned)
	return err
}

// A rollRow is a part of a roll for one variant.
type rollRow struct {
	mailing, variant, needs, recipients string
	part, size                          int
}

// claimRoll makes deliveries of the next rows of rolls, in a sender's window, as
// many whole rows as there is room for.
func claimRoll(ctx context.Context, tx *sql.Tx, e engine, sender string, room int) (found []taken, err error) {
	rows, err := nextRolls(ctx, tx, e, room)
	often := newFrequent(tx, e)
	defer often.close()
	for _, r := range rows {
		if err != nil || len(found)+r.size > room {
			break
		}
		found, err = r.claim(ctx, often, e, sender, found)
	}
	return found, err
}

// queueRoll queues the deliveries of the next row of a roll, and reports whether
// there is one.
func queueRoll(ctx context.Context, tx *sql.Tx, e engine) (bool, error) {
	rows, err := nextRolls(ctx, tx, e, 1)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	next := rows[0]
	return true, unroll(ctx, tx, e, "mailing = $1 AND part = $2 AND variant = $3", next.mailing, next.part, next.variant)
}

// nextRolls returns the rows that come next, enough for so many deliveries if
// there are as many.
func nextRolls(ctx context.Context, tx *sql.Tx, e engine, count int) (rows []rollRow, err error) {
	most := count/rollPart + 1
	for have := 0; have < count && err == nil; most *= 2 {
		rows, have = rows[:0], 0
		err = each(ctx, tx, func(row scanner) error {
			var r rollRow
			err := row.Scan(&r.mailing, &r.part, &r.variant, &r.size, &r.recipients, &r.needs)
			rows, have = append(rows, r), have+r.size
			return err
		}, `
			SELECT mailing, part, variant, size, recipients, (SELECT needs FROM mailings WHERE id = mailing) FROM rolls
			WHERE NOT EXISTS (SELECT 1 FROM mailings WHERE id = mailing AND paused)
			ORDER BY mailing, part, variant LIMIT $1 `+e.skip, most)
		if len(rows) < most {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the roll: %w", err)
	}
	return rows, nil
}

// claim makes the deliveries of a row, as sender's, and adds them to found.
func (r rollRow) claim(ctx context.Context, tx *frequent, e engine, sender string, found []taken) ([]taken, error) {
	open := r.open
	if !e.alone {
		open = r.openRows
	}
	octets, err := open(ctx, tx, e, sender)
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM rolls WHERE mailing = $1 AND part = $2 AND variant = $3", r.mailing, r.part, r.variant)
	}
	if err = failpoint.After("unrolled", err); err != nil {
		return nil, fmt.Errorf("make the deliveries of a roll: %w", err)
	}
	return r.taken(octets, found)
}

// open makes the deliveries of a row and returns their recipients with the
// address that each has now. They come in one text: see due.
func (r rollRow) open(ctx context.Context, tx *frequent, e engine, sender string) (octets []byte, err error) {
	_, err = tx.ExecContext(ctx, `
		WITH listed (id) AS (`+e.members+`)
		INSERT INTO deliveries (mailing, recipient, variant, state, sender, fence)
		SELECT $2, id, $3, 'claimed', $4, 1 FROM listed`, r.recipients, r.mailing, r.variant, sender)
	if err == nil {
		err = tx.QueryRowContext(ctx, `
			WITH listed (id) AS (`+e.members+`)
			SELECT `+fmt.Sprintf(e.octets, `string_agg(listed.id || $2 || COALESCE(email, '') || $2 || COALESCE(epoch, 0) || $2 || COALESCE(state, 'erased') || $2, $3)`)+`
			FROM listed LEFT JOIN subscribers ON subscribers.id = listed.id`, r.recipients, columnEnd, rowEnd).Scan(&octets)
	}
	return octets, err
}

// taken adds a row's claims to found. PostgreSQL's have a place, too.
func (r rollRow) taken(octets []byte, found []taken) ([]taken, error) {
	for row := range strings.SplitSeq(string(octets), rowEnd) {
		id, rest, _ := strings.Cut(row, columnEnd)
		email, rest, _ := strings.Cut(rest, columnEnd)
		epoch, rest, _ := strings.Cut(rest, columnEnd)
		state, place, there := strings.Cut(rest, columnEnd)
		c := taken{Claim: mailer.Claim{Mailing: r.mailing, Variant: r.variant, Fence: 1}, gone: r.needs != "" && state != r.needs}
		c.To.ID, c.To.Email = id, email
		var err error
		if c.To.Epoch, err = strconv.Atoi(epoch); err == nil && place != "" {
			c.Stamp, err = parsePlace(place)
		}
		if err != nil || !there {
			return nil, errors.Join(errors.New("read a roll: a row is damaged"), err)
		}
		found = append(found, c)
	}
	return found, nil
}

// unroll queues the deliveries of those rows of rolls for which a condition
// holds.
func unroll(ctx context.Context, tx *sql.Tx, e engine, which string, args ...any) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO deliveries (mailing, recipient, variant)
		SELECT mailing, recipient, variant FROM (`+e.rolled+`) AS rolled WHERE `+which, args...)
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM rolls WHERE "+which, args...)
	}
	if err = failpoint.After("unrolled", err); err != nil {
		return fmt.Errorf("queue the deliveries of a roll: %w", err)
	}
	return nil
}

// asListed is the pattern, for LIKE, of a list of recipients with that ID.
func asListed(id string) string {
	quoted, _ := json.Marshal(id) // a string cannot fail
	return "%" + likeLiteral(string(quoted)) + "%"
}
