package store

import (
	"os"
	"sync"
)

// senderLocks holds the lock files of this process's senders. The operating
// system drops a lock when its process dies, however it dies, and nobody needs
// to wait for a lease to run out. The zero value holds none.
type senderLocks struct {
	mu   sync.Mutex
	held map[string]*os.File
}

// senderLockPath is beside the database. PostgreSQL has no such place: its
// senders may be on other machines, and there only silence tells.
func (s *Store) senderLockPath(sender string) string { return s.address + ".sender-" + sender }

func (s *Store) lockSender(sender string) error {
	if isPostgres(s.address) {
		return nil
	}
	f, err := lockFile(s.senderLockPath(sender))
	if err != nil || f == nil {
		return err
	}
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if s.locks.held == nil {
		s.locks.held = make(map[string]*os.File)
	}
	s.locks.held[sender] = f
	return nil
}

// unlockSender removes the file first: a lock file without a lock means a
// sender that died.
func (s *Store) unlockSender(sender string) {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if f := s.locks.held[sender]; f != nil {
		os.Remove(f.Name())
		f.Close()
		delete(s.locks.held, sender)
	}
}

// senderIsDead reports whether the lock file of a sender shows that its
// process ended. False may also mean that nobody can tell.
func (s *Store) senderIsDead(sender string) bool {
	return !isPostgres(s.address) && lockIsFree(s.senderLockPath(sender))
}

// forgetSenderLock removes what a dead sender left.
func (s *Store) forgetSenderLock(sender string) {
	if !isPostgres(s.address) {
		os.Remove(s.senderLockPath(sender))
	}
}
