package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"weekward/mailer"
	"weekward/store/journal"
	"weekward/subscribers"
)

// applyIssues prints again what was frozen after the backup, and ends the
// deliveries of every mailing that the journal knows more of.
func (r *replay) applyIssues(ctx context.Context, tx *sql.Tx) error {
	printed := make(map[string]bool)
	for _, i := range r.issues {
		again, err := r.printAgain(ctx, tx, *i)
		if err != nil {
			return fmt.Errorf("bring back issue %d: %w", i.Number, err)
		}
		printed[i.Mailing] = again
	}
	if err := unroll(ctx, tx, r.store.engine, "part > 0"); err != nil { // whoever was mailed may be in any
		return err
	}
	for _, mailing := range slices.Sorted(maps.Keys(r.deliveries)) {
		number, known, err := issueOf(ctx, tx, mailing)
		if err != nil {
			return err
		}
		if !known {
			continue // a letter that the backup does not know, or an issue that lost its slot
		}
		if err := r.endDeliveries(ctx, tx, mailing, printed[mailing]); err != nil {
			return fmt.Errorf("bring the deliveries of mailing %s up to date: %w", mailing, err)
		}
		if number > 0 {
			if err := r.report(ctx, tx, mailing, number, printed[mailing]); err != nil {
				return err
			}
		}
	}
	return nil
}

// issueOf returns the number of a mailing's issue, 0 for a letter.
func issueOf(ctx context.Context, tx *sql.Tx, mailing string) (number int, known bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT COALESCE(issue, 0) FROM mailings WHERE id = $1", mailing).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return number, err == nil, err
}

// printAgain freezes an issue as it was frozen: the same content, seed and
// date, and so the same mails. It reports whether it did; an issue that the
// backup has frozen stays.
func (r *replay) printAgain(ctx context.Context, tx *sql.Tx, i journal.Issue) (bool, error) {
	if _, known, err := issueOf(ctx, tx, i.Mailing); err != nil || known {
		return false, err
	}
	if r.Reprint == nil {
		return false, errors.New("nobody is here to print it")
	}
	record := mailer.Record{
		Number: i.Number, Slot: i.Slot, State: mailer.IssueSending, Fingerprint: i.Fingerprint, Content: i.Content, FrozenAt: i.Date,
	}
	m := mailer.Mailing{ID: i.Mailing, Kind: mailer.KindIssue, Issue: i.Number, Needs: subscribers.Active, Seed: i.Seed, Date: i.Date}
	if err := json.Unmarshal([]byte(i.Header), &m.Header); err != nil {
		return false, fmt.Errorf("read its header: %w", err)
	}
	from := []mailer.IssueState{mailer.IssueDraft, mailer.IssueApproved, mailer.IssueHeld, mailer.IssueMissed, mailer.IssueSkipped}
	put, err := putIssue(ctx, tx, record, from)
	if err != nil {
		return false, err
	}
	if !put {
		r.done.Issues = append(r.done.Issues, ReconciledIssue{Number: i.Number, Mailed: r.mailed(i.Mailing),
			Note: "another issue has its number or its slot by now; it is left as it is"})
		return false, nil
	}
	variant, err := r.Reprint(record, m)
	if err != nil {
		return false, err
	}
	if err := insertMailing(ctx, tx, m); err != nil {
		return false, err
	}
	f := mailer.Frozen{Record: record, Mailing: m, Variant: variant}
	if err := insertVariants(ctx, tx, f); err != nil {
		return false, err
	}
	if r.deliveries[i.Mailing] == nil {
		r.deliveries[i.Mailing] = make(map[string]lastKnown) // nobody was mailed yet
	}
	return true, insertRoll(ctx, tx, r.store.engine, m.ID)
}

// mailed counts who got a mailing, by the journal.
func (r *replay) mailed(mailing string) int {
	n := 0
	for _, e := range r.deliveries[mailing] {
		if e.kind == journal.Sent {
			n++
		}
	}
	return n
}

// stillOpen are the states in which a delivery may be mailed.
const stillOpen = "('queued', 'claimed', 'sending', 'deferred')"

// endDeliveries writes how deliveries ended. Whoever was mailed and is not in
// the audience of an issue that was printed again joined after the backup; the
// ledger keeps that they were.
func (r *replay) endDeliveries(ctx context.Context, tx *sql.Tx, mailing string, printed bool) error {
	update, err := tx.PrepareContext(ctx, `
		UPDATE deliveries SET state = $3, sender = '', code = $4, reply = 'known from the journal', done_at = $5,
		    attempts = CASE WHEN attempts > 0 THEN attempts ELSE 1 END
		WHERE mailing = $1 AND recipient = $2 AND state IN `+stillOpen)
	if err != nil {
		return err
	}
	defer update.Close()
	of := r.deliveries[mailing]
	for _, id := range slices.Sorted(maps.Keys(of)) {
		e := of[id]
		state := r.stateOf(e.kind)
		if state == "" {
			if e.kind == journal.Claimed {
				err = r.countDoubt(ctx, tx, mailing, id)
			}
			if err != nil {
				return err
			}
			continue
		}
		ended := utc(time.Unix(e.at, 0))
		n, err := changed(update.ExecContext(ctx, mailing, id, string(state), e.code, ended))
		if err == nil && n == 0 && printed && state != mailer.Uncertain {
			n, err = changed(tx.ExecContext(ctx, `
				INSERT INTO deliveries (mailing, recipient, variant, state, attempts, code, reply, done_at)
				VALUES ($1, $2, '', $3, 1, $4, 'known from the journal', $5) ON CONFLICT DO NOTHING`, mailing, id, string(state), e.code, ended))
		}
		if err != nil {
			return err
		}
		r.count(state, int(n))
	}
	if printed {
		_, err = tx.ExecContext(ctx, "UPDATE mailings SET planned = (SELECT COUNT(*) FROM deliveries WHERE mailing = $1) WHERE id = $1", mailing)
	}
	return err
}

// stateOf is the state in which a delivery ended; "" for one that is still to
// be made.
func (r *replay) stateOf(k journal.Kind) mailer.State {
	switch k {
	case journal.Sent:
		return mailer.Sent
	case journal.Bounced:
		return mailer.Bounced
	case journal.Uncertain:
		return mailer.Uncertain
	case journal.Claimed:
		if r.Hold {
			return mailer.Uncertain
		}
	}
	return ""
}

func (r *replay) count(state mailer.State, n int) {
	switch state {
	case mailer.Sent:
		r.done.Sent += n
	case mailer.Bounced:
		r.done.Bounced += n
	default:
		r.done.InDoubt += n
	}
}

// countDoubt counts a delivery that may have been made, if it is open.
func (r *replay) countDoubt(ctx context.Context, tx *sql.Tx, mailing, id string) error {
	var open int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE mailing = $1 AND recipient = $2 AND state IN "+stillOpen, mailing, id).Scan(&open)
	r.done.InDoubt += open
	return err
}

// report adds how an issue stands.
func (r *replay) report(ctx context.Context, tx *sql.Tx, mailing string, number int, printed bool) error {
	i := ReconciledIssue{Number: number, New: printed}
	err := tx.QueryRowContext(ctx, `
		SELECT state, (SELECT COUNT(*) FROM deliveries WHERE mailing = $2 AND state = 'sent'),
		    (SELECT COUNT(*) FROM deliveries WHERE mailing = $2 AND state IN `+stillOpen+`)
		FROM issues WHERE number = $1`, number, mailing).Scan(&i.State, &i.Mailed, &i.Open)
	if err != nil {
		return fmt.Errorf("look at issue %d: %w", number, err)
	}
	r.done.Issues = append(r.done.Issues, i)
	return nil
}

// applyMoves brings issues to the state they had: what the editor skipped or
// stopped after the backup does not go out.
func (r *replay) applyMoves(ctx context.Context, tx *sql.Tx) error {
	for _, number := range slices.Sorted(maps.Keys(r.moves)) {
		if err := r.moveAgain(ctx, tx, *r.moves[number]); err != nil {
			return fmt.Errorf("bring issue %d up to date: %w", number, err)
		}
	}
	return nil
}

func (r *replay) moveAgain(ctx context.Context, tx *sql.Tx, i journal.Issue) error {
	state := mailer.IssueState(i.State)
	var moved int64
	var err error
	switch state {
	case mailer.IssueSkipped, mailer.IssueMissed:
		_, err = putIssue(ctx, tx, mailer.Record{Number: i.Number, Slot: i.Slot, State: state, Reason: i.Reason},
			[]mailer.IssueState{mailer.IssueDraft, mailer.IssueApproved, mailer.IssueHeld, mailer.IssueMissed, mailer.IssueSkipped})
	case mailer.IssuePaused, mailer.IssueSending:
		moved, err = changed(tx.ExecContext(ctx, `
			UPDATE issues SET state = $2, reason = $3, ended_at = NULL WHERE number = $1 AND state IN ('sending', 'paused', 'sent')`, i.Number, i.State, i.Reason))
		if err == nil && moved > 0 {
			_, err = tx.ExecContext(ctx, "UPDATE mailings SET paused = $2 WHERE issue = $1", i.Number, state == mailer.IssuePaused)
		}
	case mailer.IssueSent:
		moved, err = changed(tx.ExecContext(ctx, `
			UPDATE issues SET state = 'sent', ended_at = $2 WHERE number = $1 AND state = 'sending'
			  AND NOT EXISTS (SELECT 1 FROM deliveries JOIN mailings ON mailings.id = mailing WHERE issue = $1 AND deliveries.state IN `+stillOpen+`)`,
			i.Number, utc(i.Date)))
	}
	for at := range r.done.Issues {
		if moved > 0 && r.done.Issues[at].Number == i.Number {
			r.done.Issues[at].State = state
		}
	}
	return err
}
