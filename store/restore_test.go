package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// Whoever copies the files of a database in use, or goes back to the one that a
// backup had replaced, has the newest of it in the log.
func TestLogBesideABackupIsRestoredToo(t *testing.T) {
	live := filepath.Join(t.TempDir(), "subscribers.db")
	s := storetest.OpenAt(t, live)
	do(t, s, person("ann"), person("ben"))
	copied := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(live + end)
		if err == nil {
			err = os.WriteFile(copied+end, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	address := filepath.Join(t.TempDir(), "subscribers.db")
	if err := os.WriteFile(address+".new", []byte("left by a restore that was interrupted"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept, err := store.Restore(t.Context(), copied, address); err != nil || kept != "" {
		t.Fatalf("Restore = %q, %v, want it done, and nothing there before", kept, err)
	}
	if info, err := os.Stat(address); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: got %v, %v, want 0600", info.Mode(), err)
	}
	restored := storetest.OpenAt(t, address)
	wantTexts(t, restored, peopleAre, "ann:active ben:active")
	// Nobody has marked the copy, but it was restored: without its journal
	// nobody knows what happened since.
	restored.UseJournal(store.JournalPath(address, ""), func() time.Time { return mailed })
	lost := (*store.LostJournalError)(nil)
	if err := restored.Join(t.Context(), "a"); !errors.As(err, &lost) {
		t.Errorf("Join without the journal = %v, want a LostJournalError", err)
	}
}

func TestDamagedBackupReplacesNothing(t *testing.T) {
	s := storetest.Open(t)
	do(t, s, person("ann"))
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	address := filepath.Join(t.TempDir(), "subscribers.db")
	if err := os.WriteFile(address, []byte("what is here now"), 0o600); err != nil {
		t.Fatal(err)
	}
	for why, damaged := range map[string][]byte{
		"cut in the middle": data[:len(data)/2],
		"not a database":    bytes.Repeat([]byte("x"), 8192),
		"empty":             nil,
	} {
		if err := os.WriteFile(backup, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), backup, address); !errors.Is(err, store.ErrNotBackup) {
			t.Errorf("%s: Restore = %v, want ErrNotBackup", why, err)
		}
		if here, err := os.ReadFile(address); err != nil || string(here) != "what is here now" {
			t.Errorf("%s: the database is %d octets, %v, want it as it was", why, len(here), err)
		}
		if left, _ := filepath.Glob(address + ".*"); left != nil {
			t.Errorf("%s: left over: %v", why, left)
		}
	}
}

// While SQLite writes a copy it leaves keys where nothing points to them any
// more, and whoever is erased from a restored one must not be found there.
func TestErasureLeavesNoTraceInARestoredBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	before := storetest.Open(t)
	var everybody []string
	for i := range 300 {
		everybody = append(everybody, person(fmt.Sprintf("reader-with-a-long-name-%04d", i)))
	}
	do(t, before, "BEGIN")
	do(t, before, everybody...)
	do(t, before, "COMMIT")
	if err := before.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	s := storetest.OpenAt(t, path)
	for i := range 20 {
		id := fmt.Sprintf("reader-with-a-long-name-%04d", i)
		if err := s.Forget(t.Context(), subscribers.Erasure{ID: id}); err != nil {
			t.Fatalf("Forget(%s) = %v", id, err)
		}
		for _, end := range []string{"", "-wal"} {
			if data, err := os.ReadFile(path + end); err != nil || bytes.Contains(data, []byte(id+"@")) {
				t.Errorf("subscribers.db%s has the octets of %s, who was erased (%v)", end, id, err)
			}
		}
	}
	wantTexts(t, s, "SELECT COUNT(*) FROM subscribers", "280")
}
