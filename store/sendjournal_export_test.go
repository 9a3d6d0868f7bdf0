package store

import "time"

// Abandon leaves a sender as its death would: nobody holds its lock any more,
// and its file stays.
func (s *Store) Abandon(sender string) {
	s.journals.mu.Lock()
	delete(s.journals.open, sender)
	s.journals.mu.Unlock()
	s.locks.release(s.senderLockPath(sender))
}

// JournalPath is where a sender's journal lies.
func (s *Store) JournalPath(sender string) string { return s.senderLockPath(sender) }

// AgeJournal has the next note take the journal over into the deliveries.
func (s *Store) AgeJournal(sender string) { s.journalOf(sender).(*fileJournal).folded = time.Time{} }

// The parts of the journal that are tested by themselves.
var (
	AppendRecord  = appendRecord
	ParseRecord   = parseRecord
	ChangeCounter = changeCounter
)
