package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// An ailment is the last write that the disk refused. While there is one the
// store is not well, whatever it can still read. The zero value is well.
type ailment struct {
	mu  sync.Mutex
	err error
}

// note remembers an error that speaks against the disk.
func (a *ailment) note(err error) {
	if err == nil || !OfDisk(err) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

// OfDisk reports whether an error says that nothing can be written: no room,
// not allowed, or broken.
func OfDisk(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff { // the rest of the code says where
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
	}
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// Ping asks the database for a sign of life. It also fails after a write that
// the disk refused, until there is room again.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return fmt.Errorf("ask the database for a sign of life: %w", err)
	}
	s.ailment.mu.Lock()
	defer s.ailment.mu.Unlock()
	if s.ailment.err == nil {
		return nil
	}
	if err := s.tryRoom(); err != nil {
		return fmt.Errorf("the last write failed (%w), and the next would: %w", s.ailment.err, err)
	}
	s.ailment.err = nil
	return nil
}

// roomForNext is what the next commits may take, in octets: a window in the
// log, and its claims in the journal.
const roomForNext = 1 << 20

// tryRoom finds out whether the disk takes something again.
func (s *Store) tryRoom() error {
	if isPostgres(s.address) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(s.address), ".room-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, roomForNext))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
