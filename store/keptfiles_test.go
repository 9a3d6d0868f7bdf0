//go:build unix

package store_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"weekward/store"
	"weekward/subscribers"
)

// Whatever reads SQLite's files beside it leaves SQLite's locks in place: a
// process that lost them would not be safe from others that write or close.
func TestSQLiteKeepsItsLocksWhenSendersLeaveAndPeopleAreErased(t *testing.T) {
	address := t.TempDir() + "/subscribers.db"
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Join(t.Context(), "sender"); err != nil {
		t.Fatal(err)
	}
	main, index := locksOn(t, address), locksOn(t, address+"-shm")
	if main == 0 || index == 0 {
		t.Skipf("/proc/locks shows %d locks on the database and %d on its index: cannot tell here", main, index)
	}
	if err := s.Leave(t.Context(), "sender"); err != nil {
		t.Fatal(err)
	}
	if got := locksOn(t, address+"-shm"); got < 1 {
		t.Errorf("after a sender left: %d locks on the index, want those of before, %d", got, index)
	}
	if err := s.Forget(t.Context(), subscribers.Erasure{ID: "nobody", Address: "hash"}); err != nil {
		t.Fatal(err)
	}
	if got := locksOn(t, address); got < 1 {
		t.Errorf("after an erasure: %d locks on the database, want those of before, %d", got, main)
	}
	again, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := locksOn(t, address); got < 1 {
		t.Errorf("after a second opening: %d locks on the database, want those of before, %d", got, main)
	}
}

// locksOn counts the POSIX locks that this process holds on a file.
func locksOn(t *testing.T, path string) (n int) {
	t.Helper()
	table, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Skipf("no table of locks here: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("no inodes here")
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) > 5 && fields[1] == "POSIX" && fields[4] == fmt.Sprint(os.Getpid()) && strings.HasSuffix(fields[5], fmt.Sprintf(":%d", stat.Ino)) {
			n++
		}
	}
	return n
}
