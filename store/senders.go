package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
)

// Join enlists a sender. On SQLite it holds a lock file beside the database
// for as long as the process lives, so that whoever comes after a kill -9
// knows at once that it is dead.
func (s *Store) Join(ctx context.Context, sender string) error {
	if err := s.meetJournal(ctx); err != nil {
		return err
	}
	if err := s.lockSender(sender); err != nil {
		return fmt.Errorf("join the senders: %w", err)
	}
	failpoint.Pass("locked")
	err := s.beLean(ctx)
	if err == nil {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			err := enlist(ctx, tx, sender)
			if err == nil && s.notes != nil {
				err = openRowJournal(ctx, tx, sender)
			}
			return err
		})
	}
	if err != nil {
		s.unlockSender(sender)
		return fmt.Errorf("join the senders: %w", err)
	}
	s.openJournal(sender)
	return nil
}

// beLean prepares the connection that writes for a send, which may be the work
// of hours.
func (s *Store) beLean(ctx context.Context) error {
	if s.engine.lean == "" {
		return nil
	}
	_, err := s.write.ExecContext(ctx, s.engine.lean)
	return err
}

// Leave takes a sender off the roster. One that leaves a claim open stays on
// it, for whoever comes next to settle.
func (s *Store) Leave(ctx context.Context, sender string) (err error) {
	defer func() {
		failpoint.Pass("left")
		if s.closeJournal(sender) && err == nil {
			s.unlockSender(sender)
		} else {
			s.locks.release(s.senderLockPath(sender)) // whoever comes next reads it
		}
	}()
	s.journalOf(sender).leave()
	_, err = s.fold(ctx, sender, s.inTx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			DELETE FROM senders WHERE id = $1
			  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE sender = $1 AND state IN ('claimed', 'sending'))`, sender); err != nil {
			return fmt.Errorf("leave the senders: %w", err)
		}
		// The first of its notes, when PostgreSQL has it.
		if _, err := tx.ExecContext(ctx, "DELETE FROM sender_notes WHERE sender = $1 AND NOT EXISTS (SELECT 1 FROM senders WHERE id = $1)", sender); err != nil {
			return fmt.Errorf("leave the senders: %w", err)
		}
		return nil
	})
	return err
}

// enlist counts a beat of sender, and puts it on the roster when somebody has
// buried it.
func enlist(ctx context.Context, tx *sql.Tx, sender string) error {
	_, err := tx.ExecContext(ctx, enlisting, sender)
	return err
}

const enlisting = "INSERT INTO senders (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET beats = senders.beats + 1"

// journalLeft is what a dead sender noted and did not commit.
func (s *Store) journalLeft(ctx context.Context, tx *sql.Tx, sender string) (ends []mailer.Outcome, begun []mailer.Claim, err error) {
	if isPostgres(s.address) {
		return readRows(ctx, tx, sender)
	}
	return readJournal(s.senderLockPath(sender))
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

// Beat says that sender lives, and returns the others.
func (s *Store) Beat(ctx context.Context, sender string) ([]mailer.Peer, error) {
	_, err := s.fold(ctx, sender, s.inCheapTx, func(tx *sql.Tx) error { return enlist(ctx, tx, sender) })
	if err != nil {
		return nil, fmt.Errorf("say that this sender lives: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT id, beats FROM senders WHERE id <> $1", sender)
	if err != nil {
		return nil, fmt.Errorf("list senders: %w", err)
	}
	defer rows.Close()
	var peers []mailer.Peer
	for rows.Next() {
		var p mailer.Peer
		if err := rows.Scan(&p.ID, &p.Beats); err != nil {
			return nil, fmt.Errorf("list senders: %w", err)
		}
		p.Dead = s.senderIsDead(p.ID)
		peers = append(peers, p)
	}
	return peers, rows.Err()
}

// Bury takes a dead peer off the roster, unless it has beaten since, and
// settles its claims.
func (s *Store) Bury(ctx context.Context, dead mailer.Peer, underWay mailer.State, now time.Time) (claimed, sending int, err error) {
	ended := now
	if underWay == mailer.Queued {
		ended = time.Time{}
	}
	var buried int64
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		var err error
		buried, err = changed(tx.ExecContext(ctx, "DELETE FROM senders WHERE id = $1 AND beats = $2", dead.ID, dead.Beats))
		if err != nil || buried == 0 {
			return err
		}
		// Not before the wait for the database: one that was only silent may
		// have noted more meanwhile.
		ends, begun, err := s.journalLeft(ctx, tx, dead.ID)
		if err != nil {
			return fmt.Errorf("read what it noted: %w", err)
		}
		failpoint.Pass("last notes")
		s.tidings.ended(tx, ends)
		if err := s.takeOver(ctx, tx, dead.ID, ends, begun); err != nil {
			return err
		}
		began, err := changed(tx.ExecContext(ctx, `
			UPDATE deliveries SET state = $2, sender = '', attempts = attempts + 1, doubts = doubts + 1, done_at = $3,
			    reply = 'the sender died in mid-message'
			WHERE sender = $1 AND state IN ('claimed', 'sending') AND state = 'sending'`, dead.ID, underWay, utc(ended)))
		if err != nil {
			return err
		}
		if err := s.tellReleased(ctx, tx, dead.ID); err != nil {
			return err
		}
		waited, err := changed(tx.ExecContext(ctx, `
			UPDATE deliveries SET state = 'queued', sender = ''
			WHERE sender = $1 AND state IN ('claimed', 'sending') AND state = 'claimed'`, dead.ID))
		claimed, sending = int(waited), int(began)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("settle a dead sender: %w", err)
	}
	failpoint.Pass("settled")
	if buried > 0 { // else its journal is still to be read
		s.forgetSenderLock(dead.ID)
	}
	return claimed, sending, nil
}
