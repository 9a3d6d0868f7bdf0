package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"weekward/store/journal"
	"weekward/subscribers"
)

// apply writes what was gathered: people first, so that an issue that is
// printed again goes to nobody who left.
func (r *replay) apply(ctx context.Context, tx *sql.Tx) error {
	for _, step := range []func(context.Context, *sql.Tx) error{r.applyBars, r.applyErasures, r.applyPeople, r.applyIssues, r.applyMoves, r.applyTakenBack} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// applyBars brings the suppression list up to date.
func (r *replay) applyBars(ctx context.Context, tx *sql.Tx) error {
	for _, b := range r.bars {
		var err error
		if b.Kind == journal.Lifted {
			_, err = tx.ExecContext(ctx, "DELETE FROM suppressions WHERE hash = $1 AND ($2 = '' OR reason = $2)", b.Hash, b.Reason)
		} else {
			err = saveSuppressions(ctx, tx, [][]any{suppressionRow(subscribers.Suppression{Hash: b.Hash, Reason: subscribers.Reason(b.Reason), At: b.at})})
		}
		if err != nil {
			return fmt.Errorf("bring the suppression list up to date: %w", err)
		}
	}
	return nil
}

// applyErasures erases again who is back. The journal knows them by keyed
// hashes only, so everybody's is made.
func (r *replay) applyErasures(ctx context.Context, tx *sql.Tx) error {
	if len(r.erased) == 0 || r.store.hashes == nil {
		return nil
	}
	var back []subscribers.Erasure
	err := each(ctx, tx, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		if m, found := r.erasure(id); found {
			back = append(back, subscribers.Erasure{ID: id, Address: m.Address})
		}
		return err
	}, "SELECT id FROM subscribers")
	if err != nil {
		return fmt.Errorf("look for who was erased: %w", err)
	}
	for _, e := range back {
		traces, err := erase(ctx, tx, e)
		if err != nil {
			return err
		}
		r.traces = append(r.traces, traces...)
	}
	r.done.Erased = len(back)
	for _, m := range r.erased {
		if _, err := tx.ExecContext(ctx, "DELETE FROM signups WHERE address = $1", m.Address); err != nil {
			return err
		}
	}
	return nil
}

// erasure finds the erasure of an ID.
func (r *replay) erasure(id string) (moment, bool) {
	if len(r.erased) == 0 || r.store.hashes == nil {
		return moment{}, false
	}
	for _, h := range r.store.hashes(personPurpose, id) {
		if m, found := r.erased[h]; found {
			return m, true
		}
	}
	return moment{}, false
}

// applyPeople lets go who left and takes in who said yes. Of somebody whose
// record is not in the backup there is only the number.
func (r *replay) applyPeople(ctx context.Context, tx *sql.Tx) error {
	for _, id := range slices.SortedFunc(maps.Keys(r.people), r.byMoment) {
		if err := r.applyPerson(ctx, tx, id, r.people[id]); err != nil {
			return fmt.Errorf("bring subscriber %s up to date: %w", id, err)
		}
	}
	return nil
}

// byMoment puts those first who joined at a moment: who moved takes along what
// waits for the address that left then.
func (r *replay) byMoment(a, b string) int {
	x, y := r.people[a], r.people[b]
	return cmp.Or(x.at.Compare(y.at), cmp.Compare(y.Kind, x.Kind), strings.Compare(a, b))
}

func (r *replay) applyPerson(ctx context.Context, tx *sql.Tx, id string, m moment) error {
	switch m.Kind {
	case journal.Left:
		n, err := leaveAgain(ctx, tx, id, subscribers.Unsubscribed, m.at)
		r.done.Left += int(n)
		return err
	case journal.Suppressed:
		n, err := leaveAgain(ctx, tx, id, subscribers.Suppressed, m.at)
		r.done.Suppress += int(n)
		return err
	}
	n, err := confirmAgain(ctx, tx, id, m.at)
	if err != nil {
		return err
	}
	if n > 0 {
		r.done.Confirmed++
		left, err := completeMove(ctx, tx, r.store.engine, id, m.at)
		if left.ID != "" {
			r.done.Left++
		}
		return err
	}
	if _, gone := r.erasure(id); gone {
		return nil
	}
	return r.countLost(ctx, tx, id)
}

// leaveAgain takes somebody off the list, and reports how many that were.
func leaveAgain(ctx context.Context, tx *sql.Tx, id string, state subscribers.State, at time.Time) (int64, error) {
	n, err := changed(tx.ExecContext(ctx, `
		UPDATE subscribers SET state = $2, left_at = $3
		WHERE id = $1 AND state <> $2 AND (state IN ('pending', 'active') OR $2 = 'suppressed')`, id, string(state), utc(at)))
	if err != nil || n == 0 {
		return n, err
	}
	return n, withdraw(ctx, tx, id, at)
}

// confirmAgain makes somebody active whom the backup has as pending. How they
// confirmed is not in the journal, only that they did.
func confirmAgain(ctx context.Context, tx *sql.Tx, id string, at time.Time) (int64, error) {
	n, err := changed(tx.ExecContext(ctx, "UPDATE subscribers SET state = 'active', confirmed_at = $2, left_at = NULL WHERE id = $1 AND state = 'pending'", id, utc(at)))
	if err != nil || n == 0 {
		return n, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE consents SET confirmed_at = $2 WHERE subscriber = $1 AND confirmed_at IS NULL", id, utc(at))
	return n, err
}

// countLost counts somebody who joined unless the backup has them.
func (r *replay) countLost(ctx context.Context, tx *sql.Tx, id string) error {
	var there int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM subscribers WHERE id = $1 AND state = 'active'", id).Scan(&there)
	if there == 0 {
		r.done.Lost++
	}
	return err
}
