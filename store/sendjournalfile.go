package store

import (
	"context"
	"database/sql"
	"os"
	"time"

	"weekward/mailer"
	"weekward/mailer/failpoint"
)

// A fileJournal is a sender's journal beside an SQLite database, in its lock
// file: appended to without waiting for the disk. That costs a microsecond where
// a commit costs a thousand, and what is written survives kill -9 as a commit
// would.
type fileJournal struct {
	notebook

	file    *os.File         // the sender's lock file
	size    int64            // of what is written
	spare   []mailer.Outcome // the room of earlier ends
	leaving bool             // nothing will be begun any more

	changes *os.File // see changeCounter
	seen    uint32   // changes after the commit that read the recipients
	stamp   int64    // of claims that were read in a commit up to seen
	coming  uint32   // the counter after a commit of our own that is under way
	ours    bool     // there is one, and nothing else came before it
}

const (
	longestJournal = 16 << 20 // octets; then it is emptied while nobody writes
	mostHeld       = 16 << 10 // octets of ends that wait for a beginning to be written with
)

func newFileJournal(file, changes *os.File, t *tidings, sender string) *fileJournal {
	return &fileJournal{notebook: newNotebook(sender, t), file: file, changes: changes}
}

func (j *fileJournal) note(_ context.Context, ends []mailer.Outcome, begins []mailer.Claim) (noted, stale bool, err error) {
	return j.jot(ends, begins, false)
}

func (j *fileJournal) jot(ends []mailer.Outcome, begins []mailer.Claim, more bool) (noted, stale bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// What is longer than readJournal reads would be forgotten by a death.
	if j.size > longestJournal {
		return false, j.stale(), nil
	}
	stands, err := j.stand(begins)
	if err == nil && stands {
		err = j.add(ends, begins, more)
		noted = err == nil
	}
	return noted, j.stale(), err
}

// stand reports whether every claim stands as it was read, and has not begun.
func (j *fileJournal) stand(begins []mailer.Claim) (bool, error) {
	if len(begins) == 0 {
		return true, nil
	}
	now, err := changeCounter(j.changes)
	if err != nil || now != j.seen && !(j.ours && now == j.coming) {
		return false, err
	}
	for _, c := range begins {
		if _, twice := j.begun[keyOf(c)]; twice || c.Stamp != j.stamp {
			return false, nil
		}
	}
	return true, nil
}

// add appends records, or holds ends back of which more follows.
func (j *fileJournal) add(ends []mailer.Outcome, begins []mailer.Claim, more bool) error {
	held := len(j.buffer)
	j.write(ends, begins)
	if more && len(begins) == 0 && held < mostHeld {
		j.keep(ends, nil)
		return nil
	}
	err := failpoint.Err("journal")
	if err == nil {
		_, err = j.file.WriteAt(j.buffer, j.size)
	}
	if err != nil {
		j.buffer = j.buffer[:held]
		return err // the next record takes its place
	}
	failpoint.Pass("journalled")
	j.size += int64(len(j.buffer))
	j.buffer = j.buffer[:0]
	j.keep(ends, begins)
	return nil
}

// fold lets connections go on noting meanwhile, unless the journal is to be
// emptied.
func (j *fileJournal) fold(ctx context.Context, in transaction, f func(*sql.Tx) error) (stamp int64, err error) {
	j.folding.Lock()
	defer j.folding.Unlock()
	j.mu.Lock()
	full := j.size > longestJournal || j.leaving
	ends := j.ends
	j.ends, j.spare, j.folded = j.spare[:0], nil, time.Now()
	if !full {
		j.mu.Unlock()
	}
	before, err := j.commit(ctx, in, ends, full, f)
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

// commit is the transaction of fold. before is the change counter as it was at
// its beginning.
func (j *fileJournal) commit(ctx context.Context, in transaction, ends []mailer.Outcome, full bool, f func(*sql.Tx) error) (before uint32, err error) {
	err = in(ctx, func(tx *sql.Tx) (err error) {
		if before, err = changeCounter(j.changes); err != nil {
			return err
		}
		if full {
			err = j.markBegun(ctx, tx)
		} else {
			j.expect(before)
		}
		if err == nil {
			err = j.takeOver(ctx, tx, ends)
		}
		if err == nil {
			err = f(tx)
		}
		if err = failpoint.After("fold", err); err != nil && !full {
			j.expectNothing() // before the rollback lets somebody else write
		}
		return err
	})
	return before, failpoint.After("folded", err)
}

// takeOver writes ends into the deliveries.
func (j *fileJournal) takeOver(ctx context.Context, tx *sql.Tx, ends []mailer.Outcome) error {
	j.tidings.ended(tx, ends)
	if err := endAll(ctx, tx, j.sender, ends); err != nil {
		return err
	}
	// A beat, so that every fold changes something and is counted.
	return enlist(ctx, tx, j.sender)
}

// markBegun writes down what began and has not ended.
func (j *fileJournal) markBegun(ctx context.Context, tx *sql.Tx) error {
	for key, fence := range j.begun {
		if err := markSending(ctx, tx, j.sender, claimOf(key, fence)); err != nil {
			return err
		}
	}
	return nil
}

// expect lets connections go on while a commit of ours is under way. It holds
// the right to write, so that the next count is its own, and it voids no claim
// that was read before.
func (j *fileJournal) expect(before uint32) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.coming, j.ours = before+1, before == j.seen
}

// expectNothing takes expect back.
func (j *fileJournal) expectNothing() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ours = false
}

func (j *fileJournal) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.leaving = true
}

func (j *fileJournal) settled(ends []mailer.Outcome) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range ends {
		delete(j.begun, keyOf(o.Claim))
	}
}

func (j *fileJournal) close() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.ends) == 0 {
		return true
	}
	if len(j.buffer) > 0 {
		j.file.WriteAt(j.buffer, j.size) //nolint:errcheck // whoever comes next takes them for doubts, at worst
	}
	return false
}
