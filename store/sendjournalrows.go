package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
)

// A rowJournal is a sender's journal on PostgreSQL, where the one who buries may
// be on another machine: one row for all that its connections began and ended at
// a time, in one statement, whose commit does not wait for the disk. The next
// window's commit takes them over into the deliveries, many at once.
type rowJournal struct {
	notebook

	db    *sql.DB // commits here survive our death, not a power cut
	last  int64   // number of the last row
	beats int64   // of ours, as last committed
	// doubted says that we were taken off the roster once, or that the roster is
	// not the one that we joined: the deliveries are asked about each claim.
	doubted bool
	moved   map[deliveryKey]bool // begun ones that have left the place they were claimed at
}

func newRowJournal(db *sql.DB, t *tidings, sender string) *rowJournal {
	return &rowJournal{notebook: newNotebook(sender, t), db: db, moved: make(map[deliveryKey]bool)}
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

// note adds a row if the sender has not been buried and every claim still
// stands, its recipient still to be mailed.
//
// The lock on the sender's note 0 makes this wait for a burial under way and
// then find nothing, and a burial wait for this and then read it. Nobody else
// takes a claim away, so that as long as the roster goes on from the beats that
// we know, the deliveries need not be looked at.
func (j *rowJournal) note(ctx context.Context, ends []mailer.Outcome, begins []mailer.Claim) (noted, stale bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	noted, err = j.add(ctx, ends, begins)
	return noted, j.stale(), err
}

// jot takes nothing: a table takes many at a time better.
func (j *rowJournal) jot([]mailer.Outcome, []mailer.Claim, bool) (noted, stale bool, err error) {
	return false, false, nil
}

// add adds a row, or none when a claim does not stand.
func (j *rowJournal) add(ctx context.Context, ends []mailer.Outcome, begins []mailer.Claim) (bool, error) {
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
	j.last++ // also when this fails: it may be there all the same
	statement, args := noteSure, []any{j.sender, j.last, j.buffer, mailings, recipients, j.beats}
	if j.doubted {
		statement, args = noteDoubted, []any{j.sender, j.last, j.buffer, mailings, recipients, fences}
	}
	n, err := changed(j.db.ExecContext(ctx, statement, args...))
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

// fold lets connections go on noting meanwhile. The deliveries have stamps of
// their own: the places at which they were claimed.
func (j *rowJournal) fold(ctx context.Context, in transaction, f func(*sql.Tx) error) (stamp int64, err error) {
	j.folding.Lock()
	defer j.folding.Unlock()
	ends, begun, last := j.takeRows()
	var beats int64
	err = in(ctx, func(tx *sql.Tx) (err error) {
		if beats, err = j.beat(ctx, tx); err != nil {
			return err
		}
		j.tidings.ended(tx, ends)
		if err := takeOverRows(ctx, tx, j.sender, ends, begun); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sender_notes WHERE sender = $1 AND number BETWEEN 1 AND $2", j.sender, last); err != nil {
			return err
		}
		return failpoint.After("fold", f(tx))
	})
	err = failpoint.After("folded", err)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.ends = append(ends, j.ends...)
		return 0, err
	}
	j.beats = max(j.beats, beats)
	return 0, nil
}

// takeRows is what is to be taken over: how messages ended, which have begun
// and not ended, and the number of the last note that says so.
func (j *rowJournal) takeRows() (ends []mailer.Outcome, begun []mailer.Claim, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	ends = j.ends
	for i, o := range ends {
		if j.moved[keyOf(o.Claim)] {
			delete(j.moved, keyOf(o.Claim))
			ends[i].Stamp = 0
		}
	}
	for key, fence := range j.begun {
		begun = append(begun, claimOf(key, fence))
		j.moved[key] = true
	}
	j.ends, j.folded = nil, time.Now()
	return ends, begun, j.last
}

// beat is enlist for a sender whose notes rely on the roster. When that does
// not go on from where we left it, no note relies on it any more, from before
// the commit that puts us back.
func (j *rowJournal) beat(ctx context.Context, tx *sql.Tx) (beats int64, err error) {
	if err := tx.QueryRowContext(ctx, enlisting+" RETURNING beats", j.sender).Scan(&beats); err != nil {
		return 0, err
	}
	if j.doubt(beats) {
		err = openRowJournal(ctx, tx, j.sender)
	}
	return beats, err
}

// doubt reports whether the roster went back to so many beats.
func (j *rowJournal) doubt(beats int64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	back := beats <= j.beats
	j.doubted = j.doubted || back
	return back
}

// openRowJournal writes a sender's note 0. It says nothing: all other notes
// hold on to it, and a burial takes it away. The sender's row on the roster would
// do, but each window's commit changes that, and what many hold and one changes
// at the same time costs PostgreSQL more than the note.
func openRowJournal(ctx context.Context, tx *sql.Tx, sender string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO sender_notes (sender, number, notes) VALUES ($1, 0, '') ON CONFLICT DO NOTHING", sender)
	return err
}

// leave changes nothing: every fold writes down what has begun.
func (j *rowJournal) leave() {}

func (j *rowJournal) settled(ends []mailer.Outcome) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range ends {
		delete(j.begun, keyOf(o.Claim))
		delete(j.moved, keyOf(o.Claim))
	}
}

// close has nothing to write: what was noted is in the table.
func (j *rowJournal) close() bool { return !j.pending() }

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
