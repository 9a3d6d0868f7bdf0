package store

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
)

// A sendJournal is what a sender notes between two commits: which
// messages it began and how they ended, appended to its lock file without
// waiting for the disk. That costs a microsecond where a commit costs a
// thousand, and what is written survives kill -9 as a commit would. The next
// window's commit takes it over into the deliveries; after a death Bury reads
// the file instead. On PostgreSQL a table takes the place of the file, because
// there the one who buries may be on another machine: see noteTable.
//
// Every record names the fence of its claim, so that one that is read twice, or
// too late, changes nothing.
type sendJournal struct {
	folding sync.Mutex // one fold at a time; taken before mu

	mu      sync.Mutex
	file    *os.File              // the sender's lock file
	size    int64                 // of what is written
	buffer  []byte                // records that are not written yet
	ends    []mailer.Outcome      // not in the deliveries yet
	begun   map[deliveryKey]int64 // the fence of the claim
	spare   []mailer.Outcome      // the room of earlier ends
	folded  time.Time             // when ends were last taken over
	leaving bool                  // nothing will be begun any more

	table   *noteTable // where it is kept on PostgreSQL; nil is in file
	changes *os.File   // see changeCounter
	seen    uint32     // changes after the commit that read the recipients
	stamp   int64      // of claims that were read in a commit up to seen
	coming  uint32     // the counter after a commit of our own that is under way
	ours    bool       // there is one, and nothing else came before it
}

type deliveryKey struct{ mailing, recipient string }

// The bounds of a journal.
const (
	longestJournal = 16 << 20 // octets; then it is emptied while nobody writes
	foldEvery      = 500 * time.Millisecond
)

// sendJournals holds the journals of this process's senders. The zero value
// holds none.
type sendJournals struct {
	mu   sync.Mutex
	open map[string]*sendJournal // by sender
}

func (s *Store) journalOf(sender string) *sendJournal {
	s.journals.mu.Lock()
	defer s.journals.mu.Unlock()
	return s.journals.open[sender]
}

// openJournal begins the journal of a sender that holds its lock file. Where
// that is not possible its notes are commits.
func (s *Store) openJournal(sender string) {
	if s.notes != nil {
		s.keepJournal(sender, &sendJournal{table: &noteTable{db: s.notes, sender: sender, moved: make(map[deliveryKey]bool)}})
		return
	}
	file := s.locks.file(s.senderLockPath(sender))
	if file == nil {
		return
	}
	changes, err := s.kept.file(s.address + "-shm")
	if err != nil {
		return
	}
	s.keepJournal(sender, &sendJournal{file: file, changes: changes})
}

func (s *Store) keepJournal(sender string, j *sendJournal) {
	j.begun, j.folded = make(map[deliveryKey]int64), time.Now()
	s.journals.mu.Lock()
	defer s.journals.mu.Unlock()
	if s.journals.open == nil {
		s.journals.open = make(map[string]*sendJournal)
	}
	s.journals.open[sender] = j
}

// closeJournal reports whether every end in the journal is in the deliveries,
// too.
func (s *Store) closeJournal(sender string) (done bool) {
	s.journals.mu.Lock()
	defer s.journals.mu.Unlock()
	j := s.journals.open[sender]
	if j == nil {
		return true
	}
	delete(s.journals.open, sender)
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.ends) == 0 {
		return true
	}
	if j.file != nil && len(j.buffer) > 0 {
		j.file.WriteAt(j.buffer, j.size) //nolint:errcheck // whoever comes next takes them for doubts, at worst
	}
	return false
}

// mostHeld is how many octets of ends wait for a beginning to be written with.
const mostHeld = 16 << 10

// note appends ends and begins if every claim still stands as it was read and
// the journal is not full: what is longer than readJournal reads would be
// forgotten by a death. It reports whether it did. Ends of which more follows at
// once are written with that.
func (j *sendJournal) note(ends []mailer.Outcome, begins []mailer.Claim, more bool) (bool, error) {
	if j.size > longestJournal {
		return false, nil
	}
	if len(begins) > 0 {
		now, err := changeCounter(j.changes)
		if err != nil || now != j.seen && !(j.ours && now == j.coming) {
			return false, err
		}
	}
	for _, c := range begins {
		if _, twice := j.begun[keyOf(c)]; twice || c.Stamp != j.stamp {
			return false, nil
		}
	}
	held := len(j.buffer)
	j.write(ends, begins)
	if more && len(begins) == 0 && held < mostHeld {
		j.keep(ends, nil)
		return true, nil
	}
	err := failpoint.Err("journal")
	if err == nil {
		_, err = j.file.WriteAt(j.buffer, j.size)
	}
	if err != nil {
		j.buffer = j.buffer[:held]
		return false, err // the next record takes its place
	}
	failpoint.Pass("journalled")
	j.written()
	j.keep(ends, begins)
	return true, nil
}

// written counts the buffer to the file, and empties it.
func (j *sendJournal) written() {
	j.size += int64(len(j.buffer))
	j.buffer = j.buffer[:0]
}

// write adds records to the buffer.
func (j *sendJournal) write(ends []mailer.Outcome, begins []mailer.Claim) {
	for _, o := range ends {
		j.buffer = appendRecord(j.buffer, o)
	}
	for _, c := range begins {
		j.buffer = appendRecord(j.buffer, mailer.Outcome{Claim: c, State: mailer.Sending})
	}
}

// keep remembers what was noted, until it is taken over.
func (j *sendJournal) keep(ends []mailer.Outcome, begins []mailer.Claim) {
	for _, o := range ends {
		delete(j.begun, keyOf(o.Claim))
	}
	j.ends = append(j.ends, ends...)
	for _, c := range begins {
		j.begun[keyOf(c)] = c.Fence
	}
}

// tryNote is note for one at a time; stale says that the journal should be
// taken over.
func (j *sendJournal) tryNote(ends []mailer.Outcome, begins []mailer.Claim, more bool) (noted, stale bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.table != nil {
		return false, false, nil // that is no matter of a moment: see tryNotes
	}
	noted, err = j.note(ends, begins, more)
	return noted, len(j.ends) > 0 && time.Since(j.folded) > foldEvery, err
}

// foldAll takes over what this process's senders noted.
func (s *Store) foldAll(ctx context.Context) error {
	s.journals.mu.Lock()
	senders := slices.Collect(maps.Keys(s.journals.open))
	s.journals.mu.Unlock()
	for _, sender := range senders {
		j := s.journalOf(sender)
		if j == nil || !j.pending() {
			continue
		}
		if _, err := s.fold(ctx, sender, s.inCheapTx, nothingMore); err != nil {
			return err
		}
	}
	return nil
}

// leave has the next fold write down what began and never ended, too.
func (j *sendJournal) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.leaving = true
}

func nothingMore(*sql.Tx) error { return nil }

func (j *sendJournal) pending() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.ends) > 0
}

func keyOf(c mailer.Claim) deliveryKey { return deliveryKey{c.Mailing, c.To.ID} }

// transaction is inTx or inCheapTx.
type transaction func(ctx context.Context, f func(*sql.Tx) error) error

// fold runs f in a transaction that first takes the journal of sender over into
// the deliveries. It returns the stamp of what f read. A sender without a
// journal has nothing to take over.
func (s *Store) fold(ctx context.Context, sender string, in transaction, f func(*sql.Tx) error) (stamp int64, err error) {
	j := s.journalOf(sender)
	if j == nil {
		return 0, in(ctx, f)
	}
	if j.table != nil {
		return 0, s.foldRows(ctx, j, in, f)
	}
	j.folding.Lock()
	defer j.folding.Unlock()
	j.mu.Lock()
	full := j.size > longestJournal || j.leaving
	ends := j.ends
	j.ends, j.spare, j.folded = j.spare[:0], nil, time.Now()
	if !full {
		j.mu.Unlock()
	}
	var before uint32
	err = in(ctx, func(tx *sql.Tx) (err error) {
		if before, err = changeCounter(j.changes); err != nil {
			return err
		}
		if full {
			err = j.markBegun(ctx, tx, sender)
		} else {
			j.expect(before)
		}
		if err == nil {
			s.tidings.ended(tx, ends)
			err = endAll(ctx, tx, sender, ends)
		}
		if err == nil {
			// A beat, so that every fold changes something and is counted.
			err = enlist(ctx, tx, sender)
		}
		if err == nil {
			err = f(tx)
		}
		if err = failpoint.After("fold", err); err != nil && !full {
			j.expectNothing() // before the rollback lets somebody else write
		}
		return err
	})
	err = failpoint.After("folded", err)
	if !full {
		j.mu.Lock()
	}
	defer j.mu.Unlock()
	j.ours = false
	if err != nil {
		j.ends = append(ends, j.ends...)
		return 0, err
	}
	clear(ends) // of the texts
	j.spare = ends[:0]
	failpoint.Pass("journal emptied")
	if full && j.file.Truncate(0) == nil {
		j.size, j.buffer = 0, j.buffer[:0] // what was held is in the deliveries, too
	}
	if before != j.seen {
		j.stamp++ // somebody else has changed something since we last read
	}
	j.seen = before + 1 // by this commit; one more is somebody else's
	return j.stamp, nil
}

// expect lets connections go on while a commit of ours is under way. It holds
// the right to write, so that the next count is its own, and it voids no claim
// that was read before.
func (j *sendJournal) expect(before uint32) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.coming, j.ours = before+1, before == j.seen
}

// expectNothing takes expect back.
func (j *sendJournal) expectNothing() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ours = false
}

// markBegun writes down what began and has not ended.
func (j *sendJournal) markBegun(ctx context.Context, tx *sql.Tx, sender string) error {
	for key, fence := range j.begun {
		if err := markSending(ctx, tx, sender, claimOf(key, fence)); err != nil {
			return err
		}
	}
	return nil
}

// underWay says which claims are noted as begun already.
func (j *sendJournal) underWay(claims []mailer.Claim) []bool {
	found := make([]bool, len(claims))
	if j == nil {
		return found
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, c := range claims {
		fence, ok := j.begun[keyOf(c)]
		found[i] = ok && c.Fence <= fence
	}
	return found
}

// ended forgets beginnings whose ends are in the deliveries already.
func (j *sendJournal) ended(ends []mailer.Outcome) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range ends {
		delete(j.begun, keyOf(o.Claim))
		if j.table != nil {
			delete(j.table.moved, keyOf(o.Claim))
		}
	}
}
