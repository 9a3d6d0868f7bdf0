package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"weekward/mailer"
	"weekward/mailer/failpoint"
	"weekward/subscribers"
)

// A noteTable is where a sender on PostgreSQL keeps its journal: one row for
// all that its connections began and ended at a time, in one statement, whose
// commit does not wait for the disk. The next window's commit takes them over
// into the deliveries, many at once. Whoever buries the sender reads them
// instead, from whichever machine.
type noteTable struct {
	db     *sql.DB // commits here survive our death, not a power cut
	sender string
	last   int64 // number of the last row
	beats  int64 // of ours, as last committed
	// doubted says that we were taken off the roster once, or that the roster is
	// not the one that we joined: the deliveries are asked about each claim.
	doubted bool
	moved   map[deliveryKey]bool // begun ones that have left the place they were claimed at
}

// noteTimeout is how long a note may take, so that a server that went silent
// holds up nobody who wants to leave.
const noteTimeout = 30 * time.Second

// noteParameters are those of the connection for notes. Its few statements
// look up rows by their keys, always: a plan that is made once, and not from
// what little the server knows about a mailing that is seconds old.
var noteParameters = map[string]string{
	"synchronous_commit": "off", "plan_cache_mode": "force_generic_plan", "jit": "off",
	"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off",
}

// openNotes opens the connection for notes of a PostgreSQL database. It is not
// made before the first note.
func openNotes(address string) (*sql.DB, error) {
	var err error
	for name, value := range noteParameters {
		if address, err = withParameter(address, name, value); err != nil {
			return nil, err
		}
	}
	db, err := failpoint.Open("pgx", address)
	if err == nil {
		db.SetMaxOpenConns(2)
	}
	return db, err
}

// noteRow is note for a table: it adds a row if the sender has not been buried
// and every claim still stands, its recipient still to be mailed.
//
// The lock on the sender's note 0 makes this wait for a burial under way and
// then find nothing, and a burial wait for this and then read it. Nobody else
// takes a claim away, so that as long as the roster goes on from the beats that
// we know, the deliveries need not be looked at.
func (j *sendJournal) noteRow(ctx context.Context, ends []mailer.Outcome, begins []mailer.Claim) (bool, error) {
	for _, c := range begins {
		if _, twice := j.begun[keyOf(c)]; twice {
			return false, nil
		}
	}
	if err := failpoint.Err("journal"); err != nil {
		return false, err
	}
	mailings, recipients, fences := claimArrays(begins)
	j.buffer = j.buffer[:0]
	j.write(ends, begins)
	ctx, cancel := context.WithTimeout(ctx, noteTimeout)
	defer cancel()
	j.table.last++ // also when this fails: it may be there all the same
	statement, args := noteSure, []any{j.table.sender, j.table.last, j.buffer, mailings, recipients, j.table.beats}
	if j.table.doubted {
		statement, args = noteDoubted, []any{j.table.sender, j.table.last, j.buffer, mailings, recipients, fences}
	}
	n, err := changed(j.table.db.ExecContext(ctx, statement, args...))
	if err != nil || n == 0 {
		return false, err
	}
	failpoint.Pass("journalled")
	j.keep(ends, begins)
	return true, nil
}

const (
	noteSure = `
		INSERT INTO sender_notes (sender, number, notes)
		SELECT $1, $2, $3
		FROM (SELECT 1 FROM sender_notes WHERE sender = $1 AND number = 0 FOR KEY SHARE) AS alive
		WHERE EXISTS (SELECT 1 FROM senders WHERE id = $1 AND beats >= $6) AND cardinality($4::text[]) = (
		    SELECT COUNT(*)
		    FROM unnest($4::text[], $5::text[]) AS claim (mailing, recipient)
		    JOIN mailings ON mailings.id = claim.mailing
		    LEFT JOIN subscribers ON subscribers.id = claim.recipient
		    WHERE NOT mailings.paused AND (needs = '' OR needs = subscribers.state))`
	noteDoubted = `
		INSERT INTO sender_notes (sender, number, notes)
		SELECT $1, $2, $3
		FROM (SELECT 1 FROM sender_notes WHERE sender = $1 AND number = 0 FOR KEY SHARE) AS alive
		WHERE cardinality($4::text[]) = (
		    SELECT COUNT(*)
		    FROM unnest($4::text[], $5::text[], $6::bigint[]) AS claim (mailing, recipient, fence)
		    JOIN deliveries ON deliveries.mailing = claim.mailing AND deliveries.recipient = claim.recipient
		    JOIN mailings ON mailings.id = claim.mailing
		    LEFT JOIN subscribers ON subscribers.id = claim.recipient
		    WHERE deliveries.fence = claim.fence AND deliveries.sender || '' = $1 AND deliveries.state || '' = 'claimed'
		      AND NOT mailings.paused AND (needs = '' OR needs = subscribers.state))`
)

// claimArrays are claims as a statement takes them.
func claimArrays(claims []mailer.Claim) (mailings, recipients []string, fences []int64) {
	mailings, recipients, fences = make([]string, len(claims)), make([]string, len(claims)), make([]int64, len(claims))
	for i, c := range claims {
		mailings[i], recipients[i], fences[i] = c.Mailing, c.To.ID, c.Fence
	}
	return mailings, recipients, fences
}

// tryNotes is tryNote for many at a time, wherever the journal is kept.
func (j *sendJournal) tryNotes(ctx context.Context, ends []mailer.Outcome, begins []mailer.Claim) (noted, stale bool, err error) {
	if j.table == nil {
		return j.tryNote(ends, begins, false)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	noted, err = j.noteRow(ctx, ends, begins)
	return noted, len(j.ends) > 0 && time.Since(j.folded) > foldEvery, err
}

// foldRows is fold for a table. Notes go on meanwhile.
func (s *Store) foldRows(ctx context.Context, j *sendJournal, in transaction, f func(*sql.Tx) error) error {
	j.folding.Lock()
	defer j.folding.Unlock()
	ends, begun, last := j.takeRows()
	var beats int64
	err := in(ctx, func(tx *sql.Tx) (err error) {
		if beats, err = j.beat(ctx, tx); err != nil {
			return err
		}
		s.tidings.ended(tx, ends)
		if err := takeOverRows(ctx, tx, j.table.sender, ends, begun); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sender_notes WHERE sender = $1 AND number BETWEEN 1 AND $2", j.table.sender, last); err != nil {
			return err
		}
		return failpoint.After("fold", f(tx))
	})
	err = failpoint.After("folded", err)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.ends = append(ends, j.ends...)
		return err
	}
	j.table.beats = max(j.table.beats, beats)
	return nil
}

// takeRows is what is to be taken over: how messages ended, which have begun
// and not ended, and the number of the last note that says so.
func (j *sendJournal) takeRows() (ends []mailer.Outcome, begun []mailer.Claim, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	ends = j.ends
	for i, o := range ends {
		if j.table.moved[keyOf(o.Claim)] {
			delete(j.table.moved, keyOf(o.Claim))
			ends[i].Stamp = 0
		}
	}
	for key, fence := range j.begun {
		begun = append(begun, claimOf(key, fence))
		j.table.moved[key] = true
	}
	j.ends, j.folded = nil, time.Now()
	return ends, begun, j.table.last
}

// beat is enlist for a sender whose notes rely on the roster. When that does
// not go on from where we left it, no note relies on it any more, from before
// the commit that puts us back.
func (j *sendJournal) beat(ctx context.Context, tx *sql.Tx) (beats int64, err error) {
	if err := tx.QueryRowContext(ctx, enlisting+" RETURNING beats", j.table.sender).Scan(&beats); err != nil {
		return 0, err
	}
	if j.doubt(beats) {
		err = openNotebook(ctx, tx, j.table.sender)
	}
	return beats, err
}

// doubt reports whether the roster went back to so many beats.
func (j *sendJournal) doubt(beats int64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	back := beats <= j.table.beats
	j.table.doubted = j.table.doubted || back
	return back
}

// openNotebook writes a sender's note 0. It says nothing: all other notes
// hold on to it, and a burial takes it away. The sender's row on the roster would
// do, but each window's commit changes that, and what many hold and one changes
// at the same time costs PostgreSQL more than the note.
func openNotebook(ctx context.Context, tx *sql.Tx, sender string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO sender_notes (sender, number, notes) VALUES ($1, 0, '') ON CONFLICT DO NOTHING", sender)
	return err
}

// claimOf is what the deliveries know a claim by.
func claimOf(key deliveryKey, fence int64) mailer.Claim {
	return mailer.Claim{Mailing: key.mailing, To: subscribers.Subscriber{ID: key.recipient}, Fence: fence}
}

// takeOver writes what a dead sender noted into its deliveries: how messages
// ended, and which had begun and not ended.
func (s *Store) takeOver(ctx context.Context, tx *sql.Tx, sender string, ends []mailer.Outcome, begun []mailer.Claim) error {
	if isPostgres(s.address) {
		return takeOverRows(ctx, tx, sender, ends, begun)
	}
	if err := endAll(ctx, tx, sender, ends); err != nil {
		return err
	}
	for _, c := range begun {
		if err := markSending(ctx, tx, sender, c); err != nil {
			return err
		}
	}
	return nil
}

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

// readRows returns what the notes of a dead sender say, and deletes them.
func readRows(ctx context.Context, tx *sql.Tx, sender string) (ends []mailer.Outcome, begun []mailer.Claim, err error) {
	// Whoever is writing a note holds this one.
	if _, err := tx.ExecContext(ctx, "DELETE FROM sender_notes WHERE sender = $1 AND number = 0", sender); err != nil {
		return nil, nil, err
	}
	left := newLeftover()
	err = each(ctx, tx, func(row scanner) error {
		var notes []byte
		if err := row.Scan(&notes); err != nil {
			return err
		}
		if rest := left.read(notes); len(rest) > 0 {
			return errors.New("a note is damaged")
		}
		return nil
	}, "SELECT notes FROM sender_notes WHERE sender = $1 ORDER BY number", sender)
	if err != nil {
		return nil, nil, fmt.Errorf("read notes: %w", err)
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM sender_notes WHERE sender = $1", sender)
	return left.ends, left.begun(), err
}
