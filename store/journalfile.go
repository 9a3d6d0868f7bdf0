package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"weekward/store/journal"
)

// journalRow is what the database knows of the journal.
type journalRow struct {
	id         string
	seq, place int64 // of the last entry that it knows, and where in the file
	copied     bool  // it is a backup that has not been in use yet
}

// lacks reports whether the journal tells of what happened and the database does
// not know: of what is settled, and to a backup of anything.
func (r journalRow) lacks(f *journal.File) bool {
	return f.Settled > r.seq || r.copied && f.Last > r.seq
}

func (s *Store) journalRow(ctx context.Context, db querier) (journalRow, error) {
	var r journalRow
	hold := ""
	if _, writes := db.(*sql.Tx); writes {
		hold = s.engine.hold
	}
	err := db.QueryRowContext(ctx, "SELECT id, seq, place, copied_at IS NOT NULL FROM journal "+hold).Scan(&r.id, &r.seq, &r.place, &r.copied)
	if err != nil {
		return r, fmt.Errorf("read what the database knows of the journal: %w", err)
	}
	return r, nil
}

// openJournalFile has s.tidings.file be the file of that row, read up to its end. A
// database that is in use and has none gets one; a backup without its own is a
// *LostJournalError. It is for whoever holds filing and the row.
func (s *Store) openJournalFile(ctx context.Context, tx *sql.Tx, row *journalRow) error {
	t := &s.tidings
	if t.file != nil && t.file.Stale() {
		t.file.Close()
		t.file = nil
	}
	if t.file == nil {
		f, err := s.findJournal(*row)
		if isLost(err) {
			return err
		}
		if errors.Is(err, fs.ErrNotExist) {
			if row.id == "" {
				row.id = journal.NewID()
			}
			f, err = journal.Create(t.path, row.id, row.seq, t.now())
		}
		if err == nil {
			t.file = f
			_, err = tx.ExecContext(ctx, "UPDATE journal SET id = $1", f.ID())
		}
		if err != nil {
			return fmt.Errorf("open the journal: %w", err)
		}
	}
	if err := t.file.CatchUp(); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	return nil
}

// findJournal opens the journal of a row. It returns a *LostJournalError when
// it is not to be had and must not be made, and fs.ErrNotExist when it may.
func (s *Store) findJournal(row journalRow) (*journal.File, error) {
	f, err := journal.Open(s.tidings.path)
	if errors.Is(err, fs.ErrNotExist) && row.copied {
		return nil, &LostJournalError{s.tidings.path, "is not there, and this database is a restored backup"}
	}
	if errors.Is(err, journal.ErrNotJournal) {
		return nil, &LostJournalError{s.tidings.path, "cannot be read: its first octets are damaged"}
	}
	if err != nil {
		return nil, err
	}
	if row.id != "" && row.id != f.ID() {
		return nil, errors.Join(&LostJournalError{s.tidings.path, "belongs to another database"}, f.Close())
	}
	f.Resume(row.place, row.seq)
	return f, nil
}

// A JournalStanding is how journal and database stand to each other.
type JournalStanding struct {
	Path    string // "" when there is no journal
	Missing bool   // the database has had one; the next send begins another
	Bytes   int64
	Entries int64 // that the journal has known so far
}

// JournalStanding compares journal and database, and changes nothing. It
// returns an *AheadError or a *LostJournalError when nobody may be mailed.
func (s *Store) JournalStanding(ctx context.Context) (JournalStanding, error) {
	standing := JournalStanding{Path: s.tidings.path}
	if standing.Path == "" {
		return standing, nil
	}
	row, err := s.journalRow(ctx, s.read)
	if err != nil {
		return standing, err
	}
	f, err := s.findJournal(row)
	if errors.Is(err, fs.ErrNotExist) {
		standing.Missing = row.seq > 0
		return standing, nil
	}
	if err != nil {
		return standing, err
	}
	defer f.Close()
	if err := f.CatchUp(); err != nil {
		return standing, fmt.Errorf("read the journal: %w", err)
	}
	if info, err := os.Stat(standing.Path); err == nil {
		standing.Bytes = info.Size()
	}
	standing.Entries = f.Last
	// The row was read before the file: what was written in between is ahead
	// of it and not of the database.
	if row, err = s.journalRow(ctx, s.read); err == nil && row.lacks(f) {
		err = &AheadError{f.Last - row.seq, standing.Path}
	}
	return standing, err
}

// JournalDamage reads the whole journal and counts the octets in its middle that
// cannot be read: what stands there will be missing when a backup is restored.
func (s *Store) JournalDamage() (octets int64, err error) {
	f, err := journal.Open(s.tidings.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // there is none yet
	}
	if err != nil {
		return 0, fmt.Errorf("read the journal: %w", err)
	}
	err = f.CatchUp()
	return f.Damaged, errors.Join(err, f.Close())
}

// meetJournal sees to it that the journal is there and not ahead, before
// anything is sent. What a power cut took from the database and left in the
// journal is brought back.
func (s *Store) meetJournal(ctx context.Context) error {
	if s.tidings.path == "" {
		return nil
	}
	var traces []string
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		row, err := s.journalRow(ctx, tx)
		if err != nil {
			return err
		}
		s.tidings.filing.Lock()
		defer s.tidings.filing.Unlock()
		if err := s.openJournalFile(ctx, tx, &row); err != nil {
			return err
		}
		f := s.tidings.file
		switch {
		case row.lacks(f):
			return &AheadError{f.Last - row.seq, s.tidings.path}
		case f.Last > row.seq:
			if traces, err = s.recover(ctx, tx, f, row); err != nil {
				return fmt.Errorf("bring back what the journal kept: %w", err)
			}
		}
		if row.copied {
			_, err = tx.ExecContext(ctx, "UPDATE journal SET copied_at = NULL")
		}
		if err == nil {
			_, err = f.Compact(s.tidings.now())
		}
		return err
	})
	if err != nil || len(traces) == 0 {
		return err
	}
	if err = s.scrub(ctx, traces...); errors.Is(err, ErrLingers) {
		return nil // the log is emptied by and by; nobody's mail waits for it
	}
	return err
}
