package store

import (
	"errors"
	"os"
	"sync"
)

// keptFiles are files of SQLite's that we read beside it. They stay open until
// the database is closed: closing one would take away the locks that SQLite
// holds on it in this process (POSIX: any close ends them all), and another
// process could then write in the middle of what is being read or written here
// (sqlite.org/howtocorrupt.html, 2.2). The zero value keeps none.
type keptFiles struct {
	mu   sync.Mutex
	open map[string]*os.File
}

// file opens a file for reading, once.
func (k *keptFiles) file(path string) (*os.File, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.open[path]; f != nil {
		return f, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if k.open == nil {
		k.open = make(map[string]*os.File)
	}
	k.open[path] = f
	return f, nil
}

// close is for when SQLite has closed its own.
func (k *keptFiles) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var err error
	for _, f := range k.open {
		err = errors.Join(err, f.Close())
	}
	k.open = nil
	return err
}
