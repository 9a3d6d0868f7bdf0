package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
	"weekward/templates"
)

const issueColumns = "number, slot, state, reason, fingerprint, content, approved_at, frozen_at, ended_at"

// Issue returns what is stored about the issue of that number, or
// mailer.ErrNoIssue.
func (s *Store) Issue(ctx context.Context, number int) (mailer.Record, error) {
	return scanIssue(s.read.QueryRowContext(ctx, "SELECT "+issueColumns+" FROM issues WHERE number = $1", number))
}

// IssueAt returns what is stored about the issue of that slot, or
// mailer.ErrNoIssue.
func (s *Store) IssueAt(ctx context.Context, slot time.Time) (mailer.Record, error) {
	return scanIssue(s.read.QueryRowContext(ctx, "SELECT "+issueColumns+" FROM issues WHERE slot = $1", utc(slot)))
}

// Issues returns what is stored about all issues, the newest first.
func (s *Store) Issues(ctx context.Context) ([]mailer.Record, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+issueColumns+" FROM issues ORDER BY number DESC")
	if err != nil {
		return nil, fmt.Errorf("list issues: %w", err)
	}
	defer rows.Close()
	var found []mailer.Record
	for rows.Next() {
		r, err := scanIssue(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

func scanIssue(row interface{ Scan(...any) error }) (mailer.Record, error) {
	var r mailer.Record
	var approved, frozen, ended sql.NullTime
	err := row.Scan(&r.Number, &r.Slot, &r.State, &r.Reason, &r.Fingerprint, &r.Content, &approved, &frozen, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return mailer.Record{}, mailer.ErrNoIssue
	}
	if err != nil {
		return mailer.Record{}, fmt.Errorf("read issue: %w", err)
	}
	r.Slot, r.ApprovedAt, r.FrozenAt, r.EndedAt = r.Slot.UTC(), approved.Time.UTC(), frozen.Time.UTC(), ended.Time.UTC()
	return r, nil
}

// NextIssue returns the number of the next issue to be stored, 1 or more.
func (s *Store) NextIssue(ctx context.Context) (number int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(number), 0) + 1 FROM issues").Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("number the next issue: %w", err)
	}
	return number, nil
}

// SendingIssues returns the numbers of the issues whose deliveries are under
// way.
func (s *Store) SendingIssues(ctx context.Context) ([]int, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT number FROM issues WHERE state = 'sending' ORDER BY number")
	if err != nil {
		return nil, fmt.Errorf("list issues under way: %w", err)
	}
	defer rows.Close()
	var numbers []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, rows.Err()
}

// MoveIssue takes an issue to another state and reports whether it did: of
// two processes that try, one does. The letter that tells of it is queued in
// the same commit, so that the editor hears of it once.
func (s *Store) MoveIssue(ctx context.Context, m mailer.Move) (bool, error) {
	moved := false
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var err error
		if moved, err = putIssue(ctx, tx, m.Record, m.From); err != nil || !moved {
			return err
		}
		s.tidings.tellMoved(tx, m.Record)
		_, err = tx.ExecContext(ctx, "UPDATE mailings SET paused = $1 WHERE issue = $2", m.State == mailer.IssuePaused, m.Number)
		if err == nil && m.Letter != nil {
			err = insertLetter(ctx, tx, *m.Letter)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("move issue %d to %s: %w", m.Number, m.State, err)
	}
	return moved, nil
}

// putIssue writes an issue that is in one of the states, or that is not
// stored and may be a draft. It reports whether it did.
func putIssue(ctx context.Context, tx *sql.Tx, r mailer.Record, from []mailer.IssueState) (bool, error) {
	fields := []any{r.Number, utc(r.Slot), r.State, r.Reason, r.Fingerprint, string(r.Content), utc(r.ApprovedAt), utc(r.FrozenAt), utc(r.EndedAt)}
	if slices.Contains(from, mailer.IssueDraft) {
		// Whoever is second, on the number or on the slot, inserts nothing.
		done, err := changed(tx.ExecContext(ctx, `
			INSERT INTO issues (number, slot, state, reason, fingerprint, content, approved_at, frozen_at, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, fields...))
		if err != nil || done > 0 {
			return done > 0, err
		}
	}
	states := make([]string, 0, len(from))
	for _, state := range from {
		states = append(states, "'"+string(state)+"'") // constants of ours
	}
	done, err := changed(tx.ExecContext(ctx, `
		UPDATE issues SET state = $3, reason = $4, fingerprint = $5, content = $6, approved_at = $7, frozen_at = $8, ended_at = $9
		WHERE number = $1 AND slot = $2 AND state IN (`+strings.Join(states, ", ")+`)`, fields...))
	return done > 0, err
}

// FreezeIssue fixes bytes and audience of an issue in one commit, and reports
// whether this call did it.
func (s *Store) FreezeIssue(ctx context.Context, f mailer.Frozen) (bool, error) {
	frozen := false
	if err := s.beLean(ctx); err != nil {
		return false, fmt.Errorf("freeze issue %d: %w", f.Number, err)
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var err error
		if frozen, err = putIssue(ctx, tx, f.Record, f.From); err != nil || !frozen {
			return err
		}
		if err := failpoint.After("mailing", insertMailing(ctx, tx, f.Mailing)); err != nil {
			return err
		}
		if err := failpoint.After("variants", insertVariants(ctx, tx, f)); err != nil {
			return err
		}
		if err := failpoint.After("planned", queueFrozen(ctx, tx, s.engine, f)); err != nil {
			return err
		}
		return s.tidings.tellFrozen(ctx, tx, f)
	})
	if err != nil {
		return false, fmt.Errorf("freeze issue %d: %w", f.Number, err)
	}
	return frozen, nil
}

func insertMailing(ctx context.Context, tx *sql.Tx, m mailer.Mailing) error {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO mailings (id, kind, issue, needs, seed, header, created_at)
		VALUES ($1, 'issue', $2, $3, $4, $5, $6)`, m.ID, m.Issue, m.Needs, m.Seed, string(header), utc(m.Date))
	return err
}

func insertVariants(ctx context.Context, tx *sql.Tx, f mailer.Frozen) error {
	audiences, err := audiences(ctx, tx, distinctAudiences)
	if err != nil {
		return err
	}
	for _, a := range audiences {
		c, err := f.Variant(a)
		if err != nil {
			return fmt.Errorf("render the mail for %q: %w", a.Name, err)
		}
		if err := insertVariant(ctx, tx, f.Mailing.ID, a.Name, c); err != nil {
			return err
		}
	}
	return nil
}

func insertVariant(ctx context.Context, tx *sql.Tx, mailing, name string, c templates.Content) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO variants (mailing, name, subject, html, text) VALUES ($1, $2, $3, $4, $5)",
		mailing, name, c.Subject, c.HTML, c.Text)
	return err
}

// Audiences returns the active subscribers, grouped by the mail they get.
func (s *Store) Audiences(ctx context.Context) ([]mailer.Audience, error) {
	found, err := audiences(ctx, s.read, countedAudiences)
	if err != nil {
		return nil, fmt.Errorf("count the audience: %w", err)
	}
	return found, nil
}

// Two lists of audiences: with their sizes, and without, in a third of the time.
// The first message waits for that one. A walk over the table, which is what an
// expression instead of the state's column asks for, takes half as long as one
// by the index of states.
const (
	countedAudiences = `
		SELECT lang || '|' || topics || '|' || format, lang, topics, format, COUNT(*)
		FROM subscribers WHERE state || '' = 'active'
		GROUP BY lang, topics, format ORDER BY 1`
	distinctAudiences = `
		SELECT lang || '|' || topics || '|' || format, lang, topics, format, 0
		FROM (SELECT DISTINCT lang, topics, format FROM subscribers WHERE state || '' = 'active') AS found ORDER BY 1`
)

func audiences(ctx context.Context, db querier, query string) ([]mailer.Audience, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []mailer.Audience
	for rows.Next() {
		var a mailer.Audience
		var topics string
		if err := rows.Scan(&a.Name, &a.Lang, &topics, &a.Format, &a.Count); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(topics), &a.Topics); err != nil {
			return nil, fmt.Errorf("read topics %q: %w", topics, err)
		}
		found = append(found, a)
	}
	return found, rows.Err()
}

// Figures counts an issue's deliveries.
func (s *Store) Figures(ctx context.Context, number int) (mailer.Figures, error) {
	var f mailer.Figures
	rows, err := s.read.QueryContext(ctx, `
		SELECT planned, COALESCE(state, ''), COUNT(state)
		FROM mailings LEFT JOIN deliveries ON mailing = id
		WHERE issue = $1 GROUP BY planned, state
		UNION ALL
		SELECT planned, 'queued', SUM(size) FROM mailings JOIN rolls ON mailing = id WHERE issue = $1 GROUP BY planned`, number)
	if err != nil {
		return f, fmt.Errorf("count deliveries: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var state mailer.State
		var count int
		if err := rows.Scan(&f.Planned, &state, &count); err != nil {
			return f, fmt.Errorf("count deliveries: %w", err)
		}
		f.Add(state, count)
	}
	return f, rows.Err()
}

// changed is the number of rows a statement wrote.
func changed(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
