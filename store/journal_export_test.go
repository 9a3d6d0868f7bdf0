package store

import (
	"context"
	"database/sql"
	"errors"

	"weekward/store/journal"
)

// Do runs statements, as a person at the database's own shell would.
func (s *Store) Do(ctx context.Context, statements ...string) error {
	var errs []error
	for _, statement := range statements {
		_, err := s.write.ExecContext(ctx, statement)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Texts returns the first column of a query.
func (s *Store) Texts(ctx context.Context, query string) (texts []string, err error) {
	err = each(ctx, s.read, func(row scanner) error {
		var text string
		err := row.Scan(&text)
		texts = append(texts, text)
		return err
	}, query)
	return texts, err
}

// FailCommit has a transaction tell the journal that a delivery is claimed, and
// then rolls it back, as a full disk would in its commit.
func (s *Store) FailCommit(ctx context.Context) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	s.tidings.tell(tx, journal.Entry{Kind: journal.Claimed, Mailing: "never", Subscriber: "committed"})
	_, err = s.fileTidings(ctx, tx, true)
	s.tidings.heard(tx)
	return errors.Join(err, tx.Rollback())
}

// FoldCheaply takes a sender's journal over in a commit that does not wait for
// the disk.
func (s *Store) FoldCheaply(ctx context.Context, sender string) error {
	_, err := s.fold(ctx, sender, s.inCheapTx, func(*sql.Tx) error { return nil })
	return err
}

// ForgetSender ends a sender as if its files had gone with its machine.
func (s *Store) ForgetSender(sender string) {
	if s.journalOf(sender) != (noJournal{}) {
		s.Abandon(sender)
		s.forgetSenderLock(sender)
	}
}
