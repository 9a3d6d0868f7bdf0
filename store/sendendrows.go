package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"weekward/mailer"
)

// takeOverRows is takeOver for PostgreSQL, in a few statements, however many
// they are. What another sender has by now stays as it is.
func takeOverRows(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome, begun []mailer.Claim) error {
	if len(ends)+len(begun) == 0 {
		return nil
	}
	if err := byKey(ctx, tx); err != nil {
		return err
	}
	if err := endRows(ctx, tx, sender, ends); err != nil || len(begun) == 0 {
		return err
	}
	mailings, recipients, fences := claimArrays(begun)
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sending'
		FROM unnest($2::text[], $3::text[], $4::bigint[]) AS begun (mailing, recipient, fence)
		WHERE deliveries.mailing = begun.mailing AND deliveries.recipient = begun.recipient AND deliveries.fence = begun.fence
		  AND deliveries.sender || '' = $1 AND deliveries.state || '' = 'claimed'`, sender, mailings, recipients, fences)
	return err
}

// endRows is endAll for PostgreSQL. Those that were sent at the first attempt,
// which are nearly all, are found at the place where they were claimed.
func endRows(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome) error {
	atOnce := make(map[batch][]mailer.Outcome)
	var others []mailer.Outcome
	for _, o := range ends {
		if o.Stamp == 0 || o.State != mailer.Sent || o.Attempts != 1 || o.Doubts != 0 || o.Code != 0 || !o.FailedAt.IsZero() {
			others = append(others, o)
			continue
		}
		b := batch{o.Mailing, o.Fence}
		atOnce[b] = append(atOnce[b], o)
	}
	for b, sent := range atOnce {
		n, err := sentRows(ctx, tx, sender, b, sent)
		if err != nil {
			return err
		}
		if n < int64(len(sent)) { // some are somewhere else by now
			others = append(others, sent...)
		}
	}
	return otherRows(ctx, tx, sender, others)
}

// sentRows ends those of a batch that are where they were claimed, and returns
// how many those are.
func sentRows(ctx context.Context, tx *sql.Tx, sender string, b batch, sent []mailer.Outcome) (int64, error) {
	places, recipients := make([]pgtype.TID, len(sent)), make([]string, len(sent))
	dones, replies := make([]pgtype.Timestamp, len(sent)), make([]string, len(sent))
	for i, o := range sent {
		places[i] = pgtype.TID{BlockNumber: uint32(o.Stamp >> 16), OffsetNumber: uint16(o.Stamp), Valid: true}
		recipients[i], dones[i], replies[i] = o.To.ID, timestamp(o.At), o.Reply
	}
	return changed(tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sent', sender = '', attempts = 1, doubts = 0, code = 0, failed_at = NULL, reply = o.reply, done_at = o.done_at
		FROM unnest($4::tid[], $5::text[], $6::timestamp[], $7::text[]) AS o (place, recipient, done_at, reply)
		WHERE deliveries.ctid = o.place AND deliveries.mailing || '' = $2 AND deliveries.recipient || '' = o.recipient AND deliveries.fence = $3
		  AND deliveries.sender || '' = $1 AND (deliveries.state || '') IN ('claimed', 'sending')`,
		sender, b.mailing, b.fence, places, recipients, dones, replies))
}

// otherRows ends any deliveries in one statement.
func otherRows(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome) error {
	if len(ends) == 0 {
		return nil
	}
	n := len(ends)
	mailings, recipients, states, replies := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	fences, attempts, doubts, codes := make([]int64, n), make([]int32, n), make([]int32, n), make([]int32, n)
	failed, dues, dones := make([]pgtype.Timestamp, n), make([]pgtype.Timestamp, n), make([]pgtype.Timestamp, n)
	for i, o := range ends {
		due, done := dueAndDone(o)
		mailings[i], recipients[i], states[i], replies[i] = o.Mailing, o.To.ID, string(o.State), o.Reply
		fences[i], attempts[i], doubts[i], codes[i] = o.Fence, int32(o.Attempts), int32(o.Doubts), int32(o.Code)
		failed[i], dues[i], dones[i] = timestamp(o.FailedAt), timestamp(due), timestamp(done)
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = o.state, sender = '', attempts = o.attempts, doubts = o.doubts, failed_at = o.failed_at,
		    code = o.code, reply = o.reply, due_at = o.due_at, done_at = o.done_at
		FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::int[], $8::timestamp[], $9::int[], $10::text[], $11::timestamp[], $12::timestamp[])
		    AS o (mailing, recipient, fence, state, attempts, doubts, failed_at, code, reply, due_at, done_at)
		WHERE deliveries.mailing = o.mailing AND deliveries.recipient = o.recipient AND deliveries.fence = o.fence
		  AND deliveries.sender || '' = $1 AND (deliveries.state || '') IN ('claimed', 'sending')`,
		sender, mailings, recipients, fences, states, attempts, doubts, failed, codes, replies, dues, dones)
	return err
}

func timestamp(t time.Time) pgtype.Timestamp {
	return pgtype.Timestamp{Time: t.UTC().Truncate(time.Microsecond), Valid: !t.IsZero()}
}

// claimArrays are claims as a statement takes them.
func claimArrays(claims []mailer.Claim) (mailings, recipients []string, fences []int64) {
	mailings, recipients, fences = make([]string, len(claims)), make([]string, len(claims)), make([]int64, len(claims))
	for i, c := range claims {
		mailings[i], recipients[i], fences[i] = c.Mailing, c.To.ID, c.Fence
	}
	return mailings, recipients, fences
}
