package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"weekward/mailer"
	"weekward/store/journal"
)

// leftBehind are the notes of a sender that was killed with the database that
// was here before.
type leftBehind struct {
	path  string
	ends  []mailer.Outcome
	begun []mailer.Claim
}

// leftNotes reads what killed senders left beside the database. One that still
// works is ErrSending.
func (s *Store) leftNotes() ([]leftBehind, error) {
	if isPostgres(s.address) {
		return nil, nil
	}
	dir, prefix := filepath.Split(s.senderLockPath(""))
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return nil, fmt.Errorf("look for what senders left: %w", err)
	}
	var all []leftBehind
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if !lockIsFree(path) {
			return nil, ErrSending
		}
		ends, begun, err := readJournal(path)
		if err != nil {
			return nil, fmt.Errorf("read what a sender left: %w", err)
		}
		all = append(all, leftBehind{path, ends, begun})
	}
	return all, nil
}

// readLeft takes in what killed senders noted and the journal does not know. An
// end is true whoever else has tried. Of what was claimed only what they had
// begun is in doubt: a sender whose notes are gone has returned its claims.
func (r *replay) readLeft() {
	if len(r.left) == 0 {
		return
	}
	for _, of := range r.deliveries {
		for id, e := range of {
			if e.kind == journal.Claimed {
				e.kind = journal.Returned
				of[id] = e
			}
		}
	}
	for _, notes := range r.left {
		for _, o := range notes.ends {
			if k := r.deliveries[o.Mailing][o.To.ID].kind; k != journal.Sent && k != journal.Bounced && endKind(o.State) != journal.Returned {
				r.end(o.Mailing, o.To.ID, lastKnown{endKind(o.State), o.Code, o.At.Unix()})
			}
		}
		for _, c := range notes.begun {
			if k := r.deliveries[c.Mailing][c.To.ID].kind; k == 0 || k == journal.Returned {
				r.end(c.Mailing, c.To.ID, lastKnown{kind: journal.Claimed})
			}
		}
	}
}
