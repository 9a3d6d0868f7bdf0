package store

import (
	"os"
	"sync"

	"weekward/mailer/failpoint"
)

// lifeLocks holds the lock files of this process's senders and collectors, by
// path. The operating system drops a lock when its process dies, however it
// dies, and nobody needs to wait for a lease to run out. The zero value holds
// none.
type lifeLocks struct {
	mu   sync.Mutex
	held map[string]*os.File
}

// hold makes a lock file and holds it, where there are such locks.
func (l *lifeLocks) hold(path string) error {
	f, err := lockFile(path)
	if err != nil || f == nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(map[string]*os.File)
	}
	l.held[path] = f
	return nil
}

// file returns a lock file that is held, or nil.
func (l *lifeLocks) file(path string) *os.File {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[path]
}

// release lets go of a lock and leaves its file, as a death would.
func (l *lifeLocks) release(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.held[path]; f != nil {
		f.Close()
		delete(l.held, path)
	}
}

// drop removes the file first: a lock file without a lock means that its holder
// died.
func (l *lifeLocks) drop(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.held[path]; f != nil {
		os.Remove(f.Name())
		failpoint.Pass("unlock")
		f.Close()
		delete(l.held, path)
	}
}

// senderLockPath is beside the database. PostgreSQL has no such place: its
// senders may be on other machines, and there only silence tells.
func (s *Store) senderLockPath(sender string) string { return s.address + ".sender-" + sender }

func (s *Store) lockSender(sender string) error {
	if isPostgres(s.address) {
		return nil
	}
	return s.locks.hold(s.senderLockPath(sender))
}

func (s *Store) unlockSender(sender string) { s.locks.drop(s.senderLockPath(sender)) }

// senderIsDead reports whether the lock file of a sender shows that its
// process ended. False may also mean that nobody can tell.
func (s *Store) senderIsDead(sender string) bool {
	return !isPostgres(s.address) && lockIsFree(s.senderLockPath(sender))
}

// forgetSenderLock removes what a dead sender left. One that was only silent
// still writes to it.
func (s *Store) forgetSenderLock(sender string) {
	if s.senderIsDead(sender) {
		os.Remove(s.senderLockPath(sender))
	}
}
