package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"weekward/mailer"
	"weekward/store/journal"
	"weekward/templates"
)

// ReconcileOptions say how far Reconcile goes.
type ReconcileOptions struct {
	DryRun bool // report, and change nothing
	// WithoutJournal takes a restored backup into use whose journal is lost.
	WithoutJournal bool
	// Hold keeps back what may have been mailed and may not; else it is mailed,
	// maybe a second time.
	Hold bool
	// Reprint returns what renders the mails of an issue that was frozen after
	// the backup: mailer.Press has it.
	Reprint func(mailer.Record, mailer.Mailing) (func(mailer.Audience) (templates.Content, error), error)
}

// Reconciled says what Reconcile did, or would do.
type Reconciled struct {
	Entries   int64             `json:"entries"` // that the database lacked
	Left      int               `json:"left"`
	Suppress  int               `json:"suppressed"`
	Erased    int               `json:"erased"`
	Confirmed int               `json:"confirmed"`
	Sent      int               `json:"sent"`    // deliveries that need not be made any more
	Bounced   int               `json:"bounced"` // refused for good
	InDoubt   int               `json:"in_doubt"`
	Issues    []ReconciledIssue `json:"issues"`
	Posts     int               `json:"posts"`    // of chats, taken back and erased again
	Lost      int               `json:"lost"`     // who joined after the backup, and has to sign up again
	Imported  int               `json:"imported"` // who came by an import after the backup, which is to be run again
	Damaged   int64             `json:"damaged"`  // octets of the journal that cannot be read: what they said is not known
	DryRun    bool              `json:"dry_run"`
}

// A ReconciledIssue is an issue about which the journal knew more.
type ReconciledIssue struct {
	Number int               `json:"issue"`
	State  mailer.IssueState `json:"state"` // as it is then
	New    bool              `json:"new"`   // the backup did not know it: it was printed again
	Mailed int               `json:"mailed"`
	Open   int               `json:"open"` // still to be mailed
	Note   string            `json:"note,omitempty"`
}

// ErrNothingAhead means that the journal knows nothing that the database does
// not.
var ErrNothingAhead = errors.New("the database is as far as its journal")

// ErrSending means that a sender is at work.
var ErrSending = errors.New("a sender is at work on the database that was here before")

// errOnlyLooking rolls a dry run back.
var errOnlyLooking = errors.New("nothing is written")

// Reconcile brings a restored backup up to what its journal remembers: who was
// mailed is not mailed again, who left or was erased does not come back. It is
// one transaction, and a second time it finds nothing to do, which is
// ErrNothingAhead.
func (s *Store) Reconcile(ctx context.Context, o ReconcileOptions) (Reconciled, error) {
	if o.WithoutJournal {
		return Reconciled{DryRun: o.DryRun}, s.goWithoutJournal(ctx, o.DryRun)
	}
	left, err := s.leftNotes()
	if err != nil {
		return Reconciled{}, err
	}
	r := s.newReplay(o, left)
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		if err := s.reconcile(ctx, tx, r); err != nil {
			return err
		}
		if o.DryRun {
			return errOnlyLooking
		}
		return nil
	})
	r.done.DryRun = o.DryRun
	if errors.Is(err, errOnlyLooking) {
		return r.done, nil
	}
	if err != nil {
		return Reconciled{}, err
	}
	for _, notes := range left {
		os.Remove(notes.path) // what it says is in the deliveries
	}
	return r.done, s.scrub(ctx, r.traces...)
}

// reconcile replays what the journal has above the database's number.
func (s *Store) reconcile(ctx context.Context, tx *sql.Tx, r *replay) error {
	row, err := s.journalRow(ctx, tx)
	if err != nil {
		return err
	}
	f, err := s.findJournal(row)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNothingAhead
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.CatchUp(); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if f.Last <= row.seq {
		return ErrNothingAhead
	}
	r.done.Entries, r.done.Damaged = f.Last-row.seq, f.Damaged
	if err := f.Each(row.seq, r.read); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	r.readLeft()
	if err := r.apply(ctx, tx); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE journal SET id = $1, seq = $2, place = $3, copied_at = NULL", f.ID(), f.Last, f.Place())
	return err
}

// recover brings back what a power cut took from the database, and returns the
// traces of who was erased again. A window and an issue of which the database
// knows nothing were never begun.
func (s *Store) recover(ctx context.Context, tx *sql.Tx, f *journal.File, row journalRow) (traces []string, err error) {
	r := s.newReplay(ReconcileOptions{}, nil)
	r.unsettled = true
	if err := f.Each(row.seq, r.read); err != nil {
		return nil, err
	}
	if err := r.apply(ctx, tx); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE journal SET id = $1, seq = $2, place = $3", f.ID(), f.Last, f.Place())
	return r.traces, err
}

// goWithoutJournal takes a backup into use as it is.
func (s *Store) goWithoutJournal(ctx context.Context, dryRun bool) error {
	row, err := s.journalRow(ctx, s.read)
	if err != nil {
		return err
	}
	f, err := s.findJournal(row)
	if err == nil {
		return errors.Join(fmt.Errorf("the journal %s is there: reconcile with it", s.tidings.path), f.Close())
	}
	if !isLost(err) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, here := os.Stat(s.tidings.path); here == nil {
		return fmt.Errorf("%w: move it away first", err)
	}
	if dryRun {
		return nil
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE journal SET copied_at = NULL")
		return err
	})
}

// A moment is an entry with its time.
type moment struct {
	journal.Entry
	at time.Time
}

// A replay gathers what the journal says, and applies what of it is last.
type replay struct {
	ReconcileOptions
	store     *Store
	unsettled bool // these entries may be of transactions that never ended
	left      []leftBehind

	people     map[string]moment    // left, suppressed or joined, by ID
	erased     map[string]moment    // by keyed hash of the ID
	takenBack  map[string]time.Time // keyed hashes of what posts were known by
	bars       []moment             // what the suppression list gained and lost, in order
	deliveries map[string]map[string]lastKnown
	issues     []*journal.Issue
	moves      map[int]*journal.Issue // the last, by number
	traces     []string               // of who was erased again
	done       Reconciled
}

// A lastKnown is the last that the journal knows of a delivery.
type lastKnown struct {
	kind journal.Kind
	code int
	at   int64 // Unix seconds
}

func (s *Store) newReplay(o ReconcileOptions, left []leftBehind) *replay {
	return &replay{
		ReconcileOptions: o, store: s, left: left, takenBack: make(map[string]time.Time),
		people: make(map[string]moment), erased: make(map[string]moment),
		deliveries: make(map[string]map[string]lastKnown), moves: make(map[int]*journal.Issue),
		done: Reconciled{Issues: []ReconciledIssue{}},
	}
}

// read takes in a batch.
func (r *replay) read(b journal.Batch) error {
	for _, e := range b.Entries {
		switch e.Kind {
		case journal.Claimed, journal.Returned, journal.Sent, journal.Bounced, journal.Uncertain:
			if !r.unsettled || e.Kind != journal.Claimed {
				r.end(e.Mailing, e.Subscriber, lastKnown{e.Kind, e.Number, b.At.Unix()})
			}
		case journal.Left, journal.Suppressed, journal.Joined:
			r.people[e.Subscriber] = moment{e, b.At}
		case journal.Erased:
			r.erased[e.Person] = moment{e, b.At}
		case journal.Imported:
			r.done.Imported += e.Number
		case journal.TakenBack:
			r.takenBack[e.Person] = b.At
		case journal.Frozen:
			if !r.unsettled && e.Issue != nil {
				r.issues = append(r.issues, e.Issue)
			}
		case journal.Moved:
			if !r.unsettled && e.Issue != nil {
				r.moves[e.Issue.Number] = e.Issue
			}
		}
		if e.Hash != "" {
			r.bars = append(r.bars, moment{e, b.At})
		}
	}
	return nil
}

func (r *replay) end(mailing, id string, e lastKnown) {
	of := r.deliveries[mailing]
	if of == nil {
		of = make(map[string]lastKnown)
		r.deliveries[mailing] = of
	}
	of[id] = e
}
