package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"
	"time"

	"weekward/mailer"
	"weekward/subscribers"
)

// A sendJournal is what a sender notes between two commits: which messages it
// began and how they ended. The next window's commit takes it over into the
// deliveries; after a death Bury reads it instead. SQLite has a file for it and
// PostgreSQL a table: see fileJournal and rowJournal.
//
// Every record names the fence of its claim, so that one that is read twice, or
// too late, changes nothing.
type sendJournal interface {
	// note appends ends and begins, all of them or none. It notes none when a
	// claim may not stand any more: then the deliveries must be asked. stale
	// says that the journal should be taken over.
	note(ctx context.Context, ends []mailer.Outcome, begins []mailer.Claim) (noted, stale bool, err error)
	// jot is note where that is a matter of a moment. Ends of which more follows
	// at once may be written with that.
	jot(ends []mailer.Outcome, begins []mailer.Claim, more bool) (noted, stale bool, err error)
	// fold runs f in a transaction that first takes the journal over into the
	// deliveries. It returns the stamp of what f read.
	fold(ctx context.Context, in transaction, f func(*sql.Tx) error) (stamp int64, err error)
	// leave has the next fold write down what began and never ended, too.
	leave()
	// pending reports whether there are ends that are not in the deliveries.
	pending() bool
	// underWay says which claims are noted as begun already.
	underWay(claims []mailer.Claim) []bool
	// settled forgets beginnings whose ends are in the deliveries already.
	settled(ends []mailer.Outcome)
	// close reports whether every end is in the deliveries.
	close() bool
}

// transaction is inTx or inCheapTx.
type transaction func(ctx context.Context, f func(*sql.Tx) error) error

// foldEvery is how old a journal may grow.
const foldEvery = 500 * time.Millisecond

// sendJournals holds the journals of this process's senders. The zero value
// holds none.
type sendJournals struct {
	mu   sync.Mutex
	open map[string]sendJournal // by sender
}

// journalOf is never nil: a sender that has none gets one that takes nothing.
func (s *Store) journalOf(sender string) sendJournal {
	s.journals.mu.Lock()
	defer s.journals.mu.Unlock()
	if j, ok := s.journals.open[sender]; ok {
		return j
	}
	return noJournal{}
}

// openJournal begins the journal of a sender that holds its lock file. Where
// that is not possible its notes are commits.
func (s *Store) openJournal(sender string) {
	var j sendJournal
	if s.notes != nil {
		j = newRowJournal(s.notes, &s.tidings, sender)
	} else {
		file := s.locks.file(s.senderLockPath(sender))
		if file == nil {
			return
		}
		changes, err := s.kept.file(s.address + "-shm")
		if err != nil {
			return
		}
		j = newFileJournal(file, changes, &s.tidings, sender)
	}
	s.journals.mu.Lock()
	defer s.journals.mu.Unlock()
	if s.journals.open == nil {
		s.journals.open = make(map[string]sendJournal)
	}
	s.journals.open[sender] = j
}

// closeJournal reports whether every end in the journal is in the deliveries,
// too.
func (s *Store) closeJournal(sender string) (done bool) {
	j := s.journalOf(sender)
	s.journals.mu.Lock()
	delete(s.journals.open, sender)
	s.journals.mu.Unlock()
	return j.close()
}

// fold runs f in a transaction that first takes the journal of sender over into
// the deliveries. It returns the stamp of what f read.
func (s *Store) fold(ctx context.Context, sender string, in transaction, f func(*sql.Tx) error) (stamp int64, err error) {
	return s.journalOf(sender).fold(ctx, in, f)
}

// foldAll takes over what this process's senders noted.
func (s *Store) foldAll(ctx context.Context) error {
	s.journals.mu.Lock()
	open := slices.Collect(maps.Values(s.journals.open))
	s.journals.mu.Unlock()
	for _, j := range open {
		if !j.pending() {
			continue
		}
		if _, err := j.fold(ctx, s.inCheapTx, nothingMore); err != nil {
			return err
		}
	}
	return nil
}

func nothingMore(*sql.Tx) error { return nil }

// noJournal is the journal of a sender that has none: everything is a commit.
type noJournal struct{}

func (noJournal) note(context.Context, []mailer.Outcome, []mailer.Claim) (noted, stale bool, err error) {
	return false, false, nil
}

func (noJournal) jot([]mailer.Outcome, []mailer.Claim, bool) (noted, stale bool, err error) {
	return false, false, nil
}

func (noJournal) fold(ctx context.Context, in transaction, f func(*sql.Tx) error) (stamp int64, err error) {
	return 0, in(ctx, f)
}

func (noJournal) underWay(claims []mailer.Claim) []bool { return make([]bool, len(claims)) }
func (noJournal) pending() bool                         { return false }
func (noJournal) close() bool                           { return true }
func (noJournal) leave()                                {}
func (noJournal) settled([]mailer.Outcome)              {}

// A notebook is what both kinds of journal remember of their notes until the
// deliveries have it.
type notebook struct {
	sender  string
	tidings *tidings
	folding sync.Mutex // one fold at a time; taken before mu

	mu     sync.Mutex
	buffer []byte                // records that are not written yet
	ends   []mailer.Outcome      // not in the deliveries yet
	begun  map[deliveryKey]int64 // the fence of the claim
	folded time.Time             // when ends were last taken over
}

type deliveryKey struct{ mailing, recipient string }

func keyOf(c mailer.Claim) deliveryKey { return deliveryKey{c.Mailing, c.To.ID} }

// claimOf is what the deliveries know a claim by.
func claimOf(key deliveryKey, fence int64) mailer.Claim {
	return mailer.Claim{Mailing: key.mailing, To: subscribers.Subscriber{ID: key.recipient}, Fence: fence}
}

func newNotebook(sender string, t *tidings) notebook {
	return notebook{sender: sender, tidings: t, begun: make(map[deliveryKey]int64), folded: time.Now()}
}

// write adds records to the buffer.
func (n *notebook) write(ends []mailer.Outcome, begins []mailer.Claim) {
	for _, o := range ends {
		n.buffer = appendRecord(n.buffer, o)
	}
	for _, c := range begins {
		n.buffer = appendRecord(n.buffer, mailer.Outcome{Claim: c, State: mailer.Sending})
	}
}

// keep remembers what was noted, until it is taken over.
func (n *notebook) keep(ends []mailer.Outcome, begins []mailer.Claim) {
	for _, o := range ends {
		delete(n.begun, keyOf(o.Claim))
	}
	n.ends = append(n.ends, ends...)
	for _, c := range begins {
		n.begun[keyOf(c)] = c.Fence
	}
}

// stale reports whether the journal should be taken over.
func (n *notebook) stale() bool { return len(n.ends) > 0 && time.Since(n.folded) > foldEvery }

func (n *notebook) pending() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.ends) > 0
}

func (n *notebook) underWay(claims []mailer.Claim) []bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := make([]bool, len(claims))
	for i, c := range claims {
		fence, ok := n.begun[keyOf(c)]
		found[i] = ok && c.Fence <= fence
	}
	return found
}
