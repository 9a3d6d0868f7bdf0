package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"weekward/store/journal"
)

// An AheadError means that the journal knows more than the database: this is
// a restored backup, and mailing from it would mail people twice, and some who
// left since.
type AheadError struct {
	Entries int64  // that the database lacks
	Path    string // of the journal
}

func (e *AheadError) Error() string {
	return fmt.Sprintf("the journal is ahead of the database by %d %s: the database was restored from a backup", e.Entries, plural(e.Entries, "entry", "entries"))
}

// Hint is the next step, for the person at the terminal.
func (e *AheadError) Hint() string {
	return `"weekward reconcile" brings the database up to it; with --dry-run it says what it would do`
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// A LostJournalError means that what happened since a backup was made is not
// to be known: its journal is not there, is not its own, or cannot be read.
type LostJournalError struct {
	Path string
	Why  string // "is not there", …
}

// isLost tells a *LostJournalError.
func isLost(err error) bool { return errors.As(err, new(*LostJournalError)) }

func (e *LostJournalError) Error() string { return "the journal " + e.Path + " " + e.Why }

// Hint is the next step, for the person at the terminal.
func (e *LostJournalError) Hint() string {
	return `put the journal there that lay beside the database; if it is lost, "weekward reconcile --without-journal" goes on without: whoever was mailed or left after the backup is not known`
}

// tidings is what the transactions of this process have to tell the journal.
// The zero value tells nothing, because there is no journal.
type tidings struct {
	path string
	now  func() time.Time

	mu     sync.Mutex
	drafts sync.Pool // of *journal.Draft
	told   map[*sql.Tx]*journal.Draft

	filing sync.Mutex // guards file; taken after the row in the database
	file   *journal.File
}

// UseJournal has what must outlive a restored backup written to the file at
// path, too, which is made when it is missing. It belongs right after Open.
// Times come from now.
func (s *Store) UseJournal(path string, now func() time.Time) {
	s.tidings.path, s.tidings.now, s.tidings.told = path, now, make(map[*sql.Tx]*journal.Draft)
}

// JournalPath is where the journal lies: beside a SQLite database, unless the
// configuration says where. With PostgreSQL there is none unless it does.
func JournalPath(address, configured string) string {
	if configured != "" || isPostgres(address) {
		return configured
	}
	return address + ".journal"
}

// tell adds to what tx tells the journal when it commits.
func (t *tidings) tell(tx *sql.Tx, e journal.Entry) {
	if d := t.draft(tx); d != nil {
		d.Add(e)
	}
}

// draft is what tx tells the journal; nil when there is no journal. It is for
// the goroutine of the transaction.
func (t *tidings) draft(tx *sql.Tx) *journal.Draft {
	if t.path == "" {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.told[tx]
	if d == nil {
		d, _ = t.drafts.Get().(*journal.Draft)
		if d == nil {
			d = new(journal.Draft)
		}
		t.told[tx] = d
	}
	return d
}

// heard forgets what tx told: it has ended.
func (t *tidings) heard(tx *sql.Tx) {
	if t.path == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.told[tx]; d != nil {
		delete(t.told, tx)
		d.Reset()
		t.drafts.Put(d)
	}
}

// tells is what tx told so far, or nil.
func (t *tidings) tells(tx *sql.Tx) *journal.Draft {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.told[tx]
}

// close closes the file. A transaction that comes later opens it again.
func (t *tidings) close() error {
	t.filing.Lock()
	defer t.filing.Unlock()
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}

// A filed is a batch that waits for its transaction.
type filed struct{ place, last int64 }

// fileTidings writes what tx told into the journal: before the commit, so that a
// crash in between leaves an entry too many and never one too few. The
// database's write lock, or the lock of its one row, keeps other processes out
// meanwhile.
func (s *Store) fileTidings(ctx context.Context, tx *sql.Tx, durable bool) (*filed, error) {
	told := s.tidings.tells(tx)
	if told == nil || told.Len() == 0 {
		return nil, nil
	}
	row, err := s.journalRow(ctx, tx)
	if err != nil {
		return nil, err
	}
	s.tidings.filing.Lock()
	defer s.tidings.filing.Unlock()
	err = s.openJournalFile(ctx, tx, &row)
	if isLost(err) && !told.Mails() {
		return nil, nil // whoever leaves does so, even if no journal can remember it
	}
	if err != nil {
		return nil, err
	}
	f := s.tidings.file
	if !row.lacks(f) && f.Unsettled(row.seq) {
		if err := f.Drop(); err != nil {
			return nil, fmt.Errorf("write the journal: %w", err)
		}
	}
	behind := f.Last - row.seq
	if behind > 0 && told.Mails() {
		return nil, &AheadError{behind, s.tidings.path}
	}
	place, err := f.Append(row.seq, s.tidings.now(), told, durable)
	if err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	if behind > 0 {
		return nil, nil // what the database lacks stays known: reconcile reads this, too
	}
	if _, err := tx.ExecContext(ctx, "UPDATE journal SET id = $1, seq = $2, place = $3", f.ID(), f.Last, place); err != nil {
		return nil, err
	}
	if !durable {
		return nil, nil
	}
	return &filed{place, f.Last}, nil
}

// commit commits a transaction, and files what it tells the journal. With
// durable the commit is on the disk when it returns.
func (s *Store) commit(ctx context.Context, tx *sql.Tx, durable bool) error {
	batch, err := s.fileTidings(ctx, tx, durable)
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	s.settle(batch)
	return nil
}

// settle marks in the journal that a batch is in the database for good.
func (s *Store) settle(b *filed) {
	if b == nil {
		return
	}
	s.tidings.filing.Lock()
	defer s.tidings.filing.Unlock()
	// A failure leaves an entry that is taken for one of a crash, which it
	// then nearly was.
	if s.tidings.file != nil {
		s.tidings.file.Settle(b.place, b.last) //nolint:errcheck // see above
	}
}
